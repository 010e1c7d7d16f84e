/** Where a call is heard: one audio element of the page, on the speaker that was chosen. */

type Sinking = HTMLAudioElement & { setSinkId?: (id: string) => Promise<void> };

export class Speaker {
  #element: Sinking | null = null;

  /** Plays this sound, or nothing. */
  play(sound: MediaStream | null): void {
    const element = this.#made();
    element.srcObject = sound;
    // a browser that wants a click first has had one: nobody picks up without it
    if (sound) void element.play().catch(() => undefined);
  }

  /** An empty id is the system's speaker. */
  use(deviceId: string): void {
    void this.#made().setSinkId?.(deviceId).catch(() => undefined);
  }

  remove(): void {
    this.#element?.remove();
    this.#element = null;
  }

  #made(): Sinking {
    if (this.#element === null) {
      this.#element = document.createElement('audio');
      this.#element.autoplay = true;
      this.#element.dataset['call'] = '';
      document.body.append(this.#element);
    }
    return this.#element;
  }
}
