/**
 * Whether this browser has been signed in and not out again. The sign-in itself is a cookie that no script can read:
 * without a mark there is nothing to ask the hub about, and a refused question would stand in red in the browser's log.
 */

const NAME = 'touchline.signed-in';
type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** True also where the browser keeps nothing for us: then the hub has to be asked. */
export function mayBeSignedIn(shelf: Shelf): boolean {
  try {
    if (shelf.getItem(NAME) !== null) return true;
    shelf.setItem(NAME, '');
    const isKept = shelf.getItem(NAME) !== null;
    shelf.removeItem(NAME);
    return !isKept;
  } catch {
    return true;
  }
}

export function markSignedIn(shelf: Shelf, isSignedIn: boolean): void {
  try {
    if (isSignedIn) shelf.setItem(NAME, '1');
    else shelf.removeItem(NAME);
  } catch {
    // the browser keeps nothing: the hub is asked each time
  }
}
