/** A QR code as one path of an SVG: the hub computes the squares, nothing is asked of anybody else. */

/** Empty squares around the code, which readers need. */
export const QUIET = 4;

/** The path of the dark squares of `matrix` (a row a text, `1` is dark), runs of a row joined. */
export function pathOf(matrix: readonly string[]): string {
  return matrix
    .flatMap((row, y) => [...row.matchAll(/1+/g)].map((run) => `M${run.index + QUIET} ${y + QUIET}h${run[0].length}v1h-${run[0].length}z`))
    .join('');
}

/** Width and height of the drawing, in squares. */
export function sideOf(matrix: readonly string[]): number {
  return matrix.length + 2 * QUIET;
}

/** A secret in groups of four, as people type it. */
export function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ');
}
