/** Microphones and speakers: which there are, which is chosen, and why there is none. */

/** Why nobody can be heard. `ask`: the browser has not been asked for the microphone yet. */
export type MicrophoneTrouble = 'ask' | 'denied' | 'missing' | 'busy' | 'insecure';

/** The microphone cannot be had, for this reason. */
export class NoMicrophone extends Error {
  readonly trouble: MicrophoneTrouble;

  constructor(trouble: MicrophoneTrouble, cause?: unknown) {
    super(trouble, { cause });
    this.name = 'NoMicrophone';
    this.trouble = trouble;
  }
}

export interface Device {
  readonly id: string;
  /** What the browser calls it; it is the same in another browser of this machine. */
  readonly label: string;
}

export interface Devices {
  readonly microphones: readonly Device[];
  readonly speakers: readonly Device[];
}

export const NO_DEVICES: Devices = { microphones: [], speakers: [] };

type Listed = Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>;

/** The devices a person chooses between: the names that stand for "whatever the system uses" are left out. */
export function devicesIn(listed: readonly Listed[]): Devices {
  const of = (kind: MediaDeviceKind): readonly Device[] =>
    listed
      .filter((one) => one.kind === kind && one.label !== '' && one.deviceId !== 'default' && one.deviceId !== 'communications')
      .map((one) => ({ id: one.deviceId, label: one.label }));
  return { microphones: of('audioinput'), speakers: of('audiooutput') };
}

/** The device of this name, if it is plugged in: none means what the system uses. */
export const chosenDevice = (devices: readonly Device[], label: string): Device | null => devices.find((one) => one.label === label) ?? null;

/** What a browser's error means for whoever wants to talk. */
export function troubleOf(error: unknown): MicrophoneTrouble {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  if (name === 'NotFoundError' || name === 'OverconstrainedError' || name === 'DevicesNotFoundError') return 'missing';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  return 'busy';
}

const media = (): MediaDevices | undefined => navigator.mediaDevices as MediaDevices | undefined;

export async function devices(): Promise<Devices> {
  try {
    return devicesIn((await media()?.enumerateDevices()) ?? []);
  } catch {
    return NO_DEVICES;
  }
}

/** Calls `heard` whenever a device comes or goes, until the returned function is called. */
export function onDevices(heard: () => void): () => void {
  media()?.addEventListener('devicechange', heard);
  return () => media()?.removeEventListener('devicechange', heard);
}

const SOUND = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 } as const;

/** The microphone of this name, else the system's. Throws NoMicrophone. */
export async function microphone(label: string): Promise<MediaStream> {
  const ask = media();
  if (!ask) throw new NoMicrophone('insecure');
  const chosen = label ? chosenDevice((await devices()).microphones, label) : null;
  try {
    return await ask.getUserMedia({ audio: chosen ? { ...SOUND, deviceId: { exact: chosen.id } } : SOUND });
  } catch (error) {
    throw new NoMicrophone(troubleOf(error), error);
  }
}

/** What stands between this page and a microphone, without asking anybody; null when nothing does. */
export async function microphoneTrouble(): Promise<MicrophoneTrouble | null> {
  const ask = media();
  if (!ask) return 'insecure';
  const inputs = (await ask.enumerateDevices().catch(() => [])).filter((one) => one.kind === 'audioinput');
  const state = await permission();
  if (state === 'denied') return 'denied';
  if (inputs.length === 0) return 'missing';
  // a browser that tells no permission tells the names of what it permitted
  return state === 'granted' || inputs.some((one) => one.label !== '') ? null : 'ask';
}

async function permission(): Promise<PermissionState | ''> {
  try {
    return (await navigator.permissions.query({ name: 'microphone' })).state;
  } catch {
    return '';
  }
}

/** Calls `heard` when the permission changes, until the returned function is called. */
export function onPermission(heard: () => void): () => void {
  let status: PermissionStatus | null = null;
  let isOver = false;
  navigator.permissions
    ?.query({ name: 'microphone' })
    .then((found) => {
      if (isOver) return;
      status = found;
      found.addEventListener('change', heard);
    })
    .catch(() => undefined);
  return () => {
    isOver = true;
    status?.removeEventListener('change', heard);
  };
}

export const stopped = (stream: MediaStream | null): void => stream?.getTracks().forEach((track) => track.stop());

/** Whether a speaker can be chosen in this browser. */
export const canChooseSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;
