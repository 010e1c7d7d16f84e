/** What a browser calls itself, as people call it. */

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/YaBrowser\//, 'Yandex Browser'],
  [/Chrome\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
];

/** "Firefox · Windows"; the first word of a name that is new to us; nothing for none. */
export function browserName(agent: string): string {
  const known = (list: typeof BROWSERS): string | undefined => list.find(([shape]) => shape.test(agent))?.[1];
  return [known(BROWSERS) ?? agent.split(/[ /]/)[0], known(SYSTEMS)].filter(Boolean).join(' · ');
}
