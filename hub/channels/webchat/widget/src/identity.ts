/** Who the visitor is by the word of their site: the token that the page has, and whose it is. */

/** A token, or what gives one. Nothing in it: nobody has signed in. */
export type Source = string | null | undefined | (() => string | null | undefined | Promise<string | null | undefined>);

/**
 * Under what a browser keeps what is this user's alone: "" for nobody. The hub alone says whether the token is good;
 * here it is enough that no two users have the same.
 */
export function userOf(token: string): string {
  try {
    const payload = token.split(".")[1] ?? "";
    return token && `@${(JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))) as { sub: unknown }).sub}`;
  } catch {
    return "@";
  }
}

/** Forget what other users of the site have left in this browser, and in this tab. */
export function forgetOthers(site: string, user: string): void {
  for (const name of ["localStorage", "sessionStorage"] as const) {
    try {
      const shelf = window[name];
      for (const key of Object.keys(shelf)) {
        if (key.startsWith(`touchline:${site}@`) && !key.startsWith(`touchline:${site}${user}:`)) {
          shelf.removeItem(key);
        }
      }
    } catch {
      // where storage is forbidden nobody has left anything
    }
  }
}
