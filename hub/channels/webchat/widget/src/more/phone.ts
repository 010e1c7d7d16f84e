/** The field for a phone number: a country beside it, so that nobody has to know their code. */

import type { MoreTexts } from "../texts/more";
import { h } from "../view/dom";
import { countries, firstRegion, regionOf, withCode } from "./calling";
import { Field } from "./fields";

export class PhoneField extends Field {
  readonly #country: HTMLSelectElement;
  #chosen = false;

  constructor(key: string, label: string, required: boolean, texts: MoreTexts, lang: string, hint = "") {
    const number = h("input", { type: "tel", autocomplete: "tel", maxlength: "40", dir: "ltr" });
    super(key, number, label, required, texts, hint);
    this.#country = h(
      "select",
      { "aria-label": texts.country, autocomplete: "country" },
      h("option", { value: "" }, "+"),
      ...countries(lang).map(({ region, code, name }) => h("option", { value: region }, `${name} +${code}`)),
    );
    const row = h("div", { class: "phone" });
    number.replaceWith(row);
    row.append(this.#country, number);
    this.#country.addEventListener("change", () => (this.#chosen = true));
    number.addEventListener("input", () => this.#follow());
  }

  /** The country of the site, unless the visitor has chosen one. */
  assume(site: string): void {
    if (!this.#chosen) {
      this.#country.value = firstRegion(site, navigator.languages);
      this.#follow();
    }
  }

  override get value(): string {
    return withCode(super.value, this.#country.value);
  }

  /** Who types or pastes a whole number has said the country too. */
  #follow(): void {
    const region = regionOf(this.control.value, this.#country.value);
    if (region) {
      this.#country.value = region;
    }
  }
}
