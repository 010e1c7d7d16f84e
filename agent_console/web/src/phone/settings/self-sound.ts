/** Listens to a microphone: how loud it is, and, on request, the same sound a moment later. */

import { stopped } from '@/phone/devices';

const DELAY_S = 0.7;
const LOOK_MS = 80;
/** From here on somebody is heard, as a share of the loudest. */
export const HEARD = 0.08;

type Sinking = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

/** How loud these samples (-1 to 1) are, 0 to 1: 60 dB below the loudest is nothing. */
export function loudness(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  return power <= 0 ? 0 : Math.min(1, Math.max(0, 1 + (10 * Math.log10(power * 2)) / 60));
}

export class SelfSound {
  #audio = new AudioContext();
  #stream: MediaStream;
  #source: MediaStreamAudioSourceNode;
  #element: Sinking | null = null;
  #timer = 0;

  /** `heard` is told the level again and again, until `end`. */
  constructor(stream: MediaStream, heard: (level: number) => void) {
    this.#stream = stream;
    this.#source = this.#audio.createMediaStreamSource(stream);
    const analyser = this.#audio.createAnalyser();
    analyser.fftSize = 1024;
    this.#source.connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      heard(loudness(samples));
    }, LOOK_MS);
  }

  /** Plays it on this speaker, empty for the system's. */
  listen(speakerId: string): void {
    if (this.#element) return;
    void this.#audio.resume();
    const delay = this.#audio.createDelay(1);
    delay.delayTime.value = DELAY_S;
    const out = this.#audio.createMediaStreamDestination();
    this.#source.connect(delay).connect(out);
    this.#element = new Audio() as Sinking;
    this.#element.srcObject = out.stream;
    void this.#element.setSinkId?.(speakerId).catch(() => undefined);
    void this.#element.play().catch(() => undefined);
  }

  end(): void {
    window.clearInterval(this.#timer);
    if (this.#element) this.#element.srcObject = null;
    stopped(this.#stream);
    void this.#audio.close();
  }
}
