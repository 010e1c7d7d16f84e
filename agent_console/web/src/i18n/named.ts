/** Names that the house gives its own things, a name a language. */

/** The name in `language`, else in English, else in any, else `otherwise`. */
export function named(names: Readonly<Record<string, string>>, language: string, otherwise: string): string {
  return names[language] || names['en'] || Object.values(names).find(Boolean) || otherwise;
}
