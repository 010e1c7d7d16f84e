/** What a tab remembers from page to page, for each user of the site: whether the panel was open, what was being written. */

type TabName = "panel" | "draft" | "skip" | "form";

export class Tab {
  readonly #prefix: string;
  readonly #nobodys: string;

  constructor(site: string, user = "") {
    this.#prefix = `touchline:${site}${user}:`;
    this.#nobodys = `touchline:${site}:`;
  }

  read(name: TabName): string {
    try {
      return sessionStorage.getItem(this.#prefix + name) ?? sessionStorage.getItem(this.#nobodys + name) ?? "";
    } catch {
      return ""; // storage is forbidden: the next page begins anew
    }
  }

  write(name: TabName, value: string): void {
    try {
      sessionStorage.setItem(this.#prefix + name, value);
    } catch {
      // as above
    }
  }
}
