/** Calling codes of countries, and numbers that are written with one of them. */

/** ISO 3166 regions with their codes; of several that share a code, the one that most numbers belong to comes first. */
export const CODES =
  "US1 AG1 AI1 AS1 BB1 BM1 BS1 CA1 DM1 DO1 GD1 GU1 JM1 KN1 KY1 LC1 MP1 MS1 PR1 SX1 TC1 TT1 VC1 VG1 VI1 RU7 KZ7 " +
  "EG20 ZA27 GR30 NL31 BE32 FR33 ES34 HU36 IT39 VA39 RO40 CH41 AT43 GB44 GG44 IM44 JE44 DK45 SE46 NO47 SJ47 PL48 " +
  "DE49 PE51 MX52 CU53 AR54 BR55 CL56 CO57 VE58 MY60 AU61 CC61 CX61 ID62 PH63 NZ64 SG65 TH66 JP81 KR82 VN84 CN86 " +
  "TR90 IN91 PK92 AF93 LK94 MM95 IR98 SS211 MA212 EH212 DZ213 TN216 LY218 GM220 SN221 MR222 ML223 GN224 CI225 " +
  "BF226 NE227 TG228 BJ229 MU230 LR231 SL232 GH233 NG234 TD235 CF236 CM237 CV238 ST239 GQ240 GA241 CG242 CD243 " +
  "AO244 GW245 IO246 AC247 SC248 SD249 RW250 ET251 SO252 DJ253 KE254 TZ255 UG256 BI257 MZ258 ZM260 MG261 RE262 " +
  "YT262 ZW263 NA264 MW265 LS266 BW267 SZ268 KM269 SH290 TA290 ER291 AW297 FO298 GL299 GI350 PT351 LU352 IE353 " +
  "IS354 AL355 MT356 CY357 FI358 AX358 BG359 LT370 LV371 EE372 MD373 AM374 BY375 AD376 MC377 SM378 UA380 RS381 " +
  "ME382 XK383 HR385 SI386 BA387 MK389 CZ420 SK421 LI423 FK500 BZ501 GT502 SV503 HN504 NI505 CR506 PA507 PM508 " +
  "HT509 GP590 BL590 MF590 BO591 GY592 EC593 GF594 PY595 MQ596 SR597 UY598 CW599 BQ599 TL670 NF672 BN673 NR674 " +
  "PG675 TO676 SB677 VU678 FJ679 PW680 WF681 CK682 NU683 WS685 KI686 NC687 TV688 PF689 TK690 FM691 MH692 KP850 " +
  "HK852 MO853 KH855 LA856 BD880 TW886 MV960 LB961 JO962 SY963 IQ964 KW965 SA966 YE967 OM968 PS970 AE971 IL972 " +
  "BH973 QA974 BT975 MN976 NP977 TJ992 TM993 AZ994 GE995 KG996 UZ998";

export interface Country {
  readonly region: string;
  readonly code: string;
  readonly name: string;
}

const KNOWN: readonly (readonly [region: string, code: string])[] = CODES.split(" ").map((one) => [one.slice(0, 2), one.slice(2)]);

/** All countries under their names in `lang`, in the order of that language. */
export function countries(lang: string): Country[] {
  const names = new Intl.DisplayNames(lang, { type: "region" });
  return KNOWN.map(([region, code]) => ({ region, code, name: names.of(region) ?? region })).sort((a, b) => a.name.localeCompare(b.name, lang));
}

/** The country one begins with: the site's, else that of the visitor's own languages; empty when nobody can tell. */
export function firstRegion(site: string, languages: readonly string[]): string {
  const said = [site, ...languages.map(regionIn)];
  return said.find((region) => KNOWN.some(([known]) => known === region)) ?? "";
}

/** The country of a number that begins with a code; `now` stays if the code is its own. Null: it begins with none. */
export function regionOf(typed: string, now: string): string | null {
  const digits = international(typed);
  if (!digits) {
    return null;
  }
  const fitting = KNOWN.filter(([, code]) => digits.startsWith(code));
  const longest = Math.max(...fitting.map(([, code]) => code.length));
  const nearest = fitting.filter(([, code]) => code.length === longest);
  return (nearest.find(([region]) => region === now) ?? nearest[0])?.[0] ?? null;
}

/** The number as it is sent: one that names its country as it was typed, every other one after the code of `region`. */
export function withCode(typed: string, region: string): string {
  const code = KNOWN.find(([known]) => known === region)?.[1];
  return !typed || !code || international(typed) ? typed : `+${code} ${typed}`;
}

/** The digits after a plus, or after the two noughts that stand for it; empty without them. */
function international(typed: string): string {
  const plain = typed.replace(/[^\d+]/g, "");
  return /^(?:\+|00)(?=\d)/.test(plain) ? plain.replace(/^(?:\+|00)/, "") : "";
}

function regionIn(language: string): string {
  try {
    return new Intl.Locale(language).maximize().region ?? "";
  } catch {
    return ""; // no language of this world
  }
}
