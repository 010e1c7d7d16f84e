/** One window of a user is their phone; another takes over when it closes. */

/** The part of `navigator.locks` that is used. */
export interface Locks {
  request(name: string, options: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

/**
 * Waits to be the leading window of `user`, and then calls `lead`, whose answer is called when it leads no more. Returns
 * what ends both. A browser without locks has every window lead: that is one window for almost everybody.
 */
export function beLeader(locks: Locks | undefined, user: string, lead: () => () => void): () => void {
  if (locks === undefined) return lead();
  const waiting = new AbortController();
  let leave = (): void => undefined;
  let isOver = false;
  const held = (): Promise<void> =>
    new Promise((resolve) => {
      if (isOver) return resolve();
      const stop = lead();
      leave = () => {
        stop();
        resolve();
      };
    });
  locks.request(`touchline.phone.${user}`, { signal: waiting.signal }, held).catch((error: unknown) => {
    // whoever does not wait any more is told so by an error
    if (!isOver) throw error;
  });
  return () => {
    if (isOver) return;
    isOver = true;
    waiting.abort();
    leave();
    leave = () => undefined;
  };
}
