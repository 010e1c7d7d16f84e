/** What a tab remembers from page to page: whether the panel was open, and what was being written. */

type TabName = "panel" | "draft" | "skip" | "form";

export class Tab {
  readonly #prefix: string;

  constructor(site: string) {
    this.#prefix = `touchline:${site}:`;
  }

  read(name: TabName): string {
    try {
      return sessionStorage.getItem(this.#prefix + name) ?? "";
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
