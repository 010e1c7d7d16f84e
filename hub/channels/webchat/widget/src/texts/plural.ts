/** The form a number asks for, by the plural rules of its language (Unicode CLDR, as the browser knows them). */

type Forms<T> = Partial<Record<Intl.LDMLPluralRule, T>> & { readonly other: T };

export function plural<T>(lang: string, count: number, forms: Forms<T>, type: "cardinal" | "ordinal" = "cardinal"): T {
  return forms[new Intl.PluralRules(lang, { type }).select(count)] ?? forms.other;
}
