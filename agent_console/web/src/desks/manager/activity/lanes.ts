/** An agent's day on a line: where each span lies, and overlapping work in rows of its own. */

export interface Span {
  readonly from_at: string;
  readonly to_at: string;
}

/** Shares of the whole line. */
export interface Place {
  readonly left: number;
  readonly width: number;
}

const NARROWEST = 0.0015;

export function placeOf(span: Span, from: number, to: number): Place {
  const whole = Math.max(1, to - from);
  const begin = Math.max(from, Date.parse(span.from_at));
  const end = Math.min(to, Date.parse(span.to_at));
  const width = Math.max(NARROWEST, (end - begin) / whole);
  return { left: Math.min((begin - from) / whole, 1 - width), width };
}

/** Which row each span has, so that none lies on another; in the order of the spans, which is that of time. */
export function rowsOf(spans: readonly Span[], most: number): readonly number[] {
  const ends: number[] = [];
  return spans.map((span) => {
    const begin = Date.parse(span.from_at);
    let row = ends.findIndex((end) => end <= begin);
    if (row < 0) row = ends.length < most ? ends.length : most - 1;
    ends[row] = Math.max(ends[row] ?? 0, Date.parse(span.to_at));
    return row;
  });
}

/** The full hours of the line, every `step` hours. */
export function hoursOf(from: number, to: number, step: number): readonly number[] {
  const hours: number[] = [];
  for (let at = from; at <= to; at += step * 3_600_000) hours.push(at);
  return hours;
}

export const secondsOf = (span: Span): number => Math.max(0, (Date.parse(span.to_at) - Date.parse(span.from_at)) / 1000);
