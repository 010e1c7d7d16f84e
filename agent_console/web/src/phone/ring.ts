/** The ring of the browser phone: two tones together, on and off, until it is told to stop. */

const TONES_HZ = [425, 480] as const;
/** At the volume of 100; half the volume is a quarter of it, as ears want it. */
const LOUDEST = 0.36;
/** Seconds of sound and of silence. */
const ON_S = 1;
const CYCLE_S = 3;

type Sinking = AudioContext & { setSinkId?: (id: string) => Promise<void> };

export class Ring {
  #audio: Sinking | null = null;
  #stop: (() => void) | null = null;

  /** Rings on this speaker, empty for the system's, as loud as `volume` (0 to 100). Ringing already, it goes on. */
  start(speakerId: string, volume: number): void {
    if (this.#stop !== null) return;
    try {
      this.#audio ??= new AudioContext();
      if (this.#audio.state === 'suspended') void this.#audio.resume();
      void this.#audio.setSinkId?.(speakerId).catch(() => undefined);
      this.#stop = sounding(this.#audio, LOUDEST * (volume / 100) ** 2);
    } catch {
      // no sound device: the screen has to do
    }
  }

  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }
}

function sounding(audio: AudioContext, loudness: number): () => void {
  const volume = audio.createGain();
  volume.gain.value = 0;
  volume.connect(audio.destination);
  const waves = TONES_HZ.map((hertz) => {
    const wave = audio.createOscillator();
    wave.frequency.value = hertz;
    wave.connect(volume);
    wave.start();
    return wave;
  });
  const once = (): void => {
    const at = audio.currentTime;
    volume.gain.setTargetAtTime(loudness, at, 0.02);
    volume.gain.setTargetAtTime(0, at + ON_S, 0.02);
  };
  once();
  const timer = window.setInterval(once, CYCLE_S * 1000);
  return () => {
    window.clearInterval(timer);
    volume.gain.cancelScheduledValues(0);
    volume.gain.setTargetAtTime(0, audio.currentTime, 0.01);
    for (const wave of waves) wave.stop(audio.currentTime + 0.1);
  };
}
