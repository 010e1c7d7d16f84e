/** As much of a registrar as a browser phone needs to say that it is ready: it agrees to everything, and calls nobody. */

/** The answer to a request over the socket; empty for what needs none. */
export function answered(message: string): string {
  const [head = '', ...lines] = message.split('\r\n');
  const method = head.split(' ')[0] ?? '';
  if (!/^(?:REGISTER|OPTIONS|BYE|CANCEL)$/u.test(method)) return '';
  const kept = lines.filter((line) => /^(?:Via|From|Call-ID|CSeq|Contact):/iu.test(line));
  const to = (lines.find((line) => /^To:/iu.test(line)) ?? 'To: <sip:practice@practice>').replace(/$/u, ';tag=practice');
  return ['SIP/2.0 200 OK', ...kept, to, 'Content-Length: 0', '', ''].join('\r\n');
}
