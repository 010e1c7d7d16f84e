/** What is half typed in the lines of a letter: kept in this browser beside the draft. Pure. */

export type LineName = 'to' | 'cc' | 'bcc';
export type Begun = Readonly<Record<LineName, string>>;

const NOTHING: Begun = { to: '', cc: '', bcc: '' };

/** As it was kept; nothing where none of it can be read. */
export function begunOf(kept: string): Begun {
  try {
    const found = JSON.parse(kept || '{}') as Partial<Record<LineName, unknown>>;
    const line = (name: LineName): string => (typeof found[name] === 'string' ? found[name] : '');
    return { to: line('to'), cc: line('cc'), bcc: line('bcc') };
  } catch {
    return NOTHING;
  }
}

/** To be kept; empty when there is nothing to keep. */
export const keptOf = (begun: Begun): string => (Object.values(begun).some((typed) => typed.trim()) ? JSON.stringify(begun) : '');
