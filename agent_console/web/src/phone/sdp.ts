/** Keeps what browsers offer and answer to what telephones speak, so that nobody has to transcode. Pure. */

const SPOKEN = new Set(['pcmu/8000', 'pcma/8000', 'telephone-event/8000']);
/** Payload types that mean the same everywhere, with or without a line that says so (RFC 3551). */
const STATIC: ReadonlyMap<string, string> = new Map([['0', 'pcmu/8000'], ['8', 'pcma/8000']]);

/** `sdp` whose audio lists PCMU, PCMA and telephone events alone; unchanged where it has none of them. */
export function onlyTelephone(sdp: string): string {
  const [head = '', ...media] = sdp.split(/^(?=m=)/mu);
  return head + media.map((part) => (part.startsWith('m=audio ') ? audio(part) : part)).join('');
}

function audio(part: string): string {
  const lines = part.split(/\r?\n/u);
  const [kind = '', port = '', profile = '', ...types] = (lines[0] ?? '').split(' ');
  const names = new Map(STATIC);
  for (const line of lines) {
    const [, type, name] = /^a=rtpmap:(\d+) ([^/]+\/\d+)/u.exec(line) ?? [];
    if (type && name) names.set(type, name.toLowerCase());
  }
  const kept = types.filter((type) => SPOKEN.has(names.get(type) ?? ''));
  if (!kept.some((type) => names.get(type)?.startsWith('pcm'))) return part;
  const gone = new Set(types.filter((type) => !kept.includes(type)));
  const isOfGone = (line: string): boolean => gone.has(/^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /u.exec(line)?.[1] ?? '');
  return [[kind, port, profile, ...kept].join(' '), ...lines.slice(1).filter((line) => !isOfGone(line))].join('\r\n');
}
