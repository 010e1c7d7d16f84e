/** How pressing an unanswered message is; only the colour of its time says so. */

const WARN_AFTER_S = 60;
const BAD_AFTER_S = 180;

export function urgencyOf(waitsS: number): '' | 'warn' | 'bad' {
  if (waitsS >= BAD_AFTER_S) return 'bad';
  return waitsS >= WARN_AFTER_S ? 'warn' : '';
}
