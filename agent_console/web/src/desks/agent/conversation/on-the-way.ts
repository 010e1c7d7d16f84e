/** What is on its way to the hub, by conversation: what ends a conversation must not overtake its last reply. */

export class OnTheWay {
  readonly #sendings = new Map<string, Set<Promise<string>>>();

  /** Follows a sending, which tells in words why it did not arrive, or nothing. */
  follow(interactionId: string, sending: Promise<string>): void {
    const here = this.#sendings.get(interactionId) ?? new Set();
    this.#sendings.set(interactionId, here.add(sending));
    const ended = (): void => {
      here.delete(sending);
      if (!here.size && this.#sendings.get(interactionId) === here) this.#sendings.delete(interactionId);
    };
    sending.then(ended, ended);
  }

  /** Waits for what is on its way now; the words of what did not arrive, or nothing. */
  async arrived(interactionId: string): Promise<string> {
    const ends = await Promise.all(this.#sendings.get(interactionId) ?? []);
    return ends.find(Boolean) ?? '';
  }
}
