/** A letter's HTML as a page for a frame that runs no script, keeps nothing of ours, and fetches nothing by itself. */

/** What the page may load. Its pictures are in it; others only where somebody asked for them, and only over HTTPS. */
export const policyOf = (withRemote: boolean): string =>
  `default-src 'none'; img-src data:${withRemote ? ' https:' : ''}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`;

/** The frame lets links open in windows of their own, and nothing else. */
export const SANDBOX = 'allow-popups allow-popups-to-escape-sandbox';

/** `body` is the markup of the letter, sanitised by the hub. A letter is made for white paper, in the dark too. */
export function pageOf(body: string, withRemote: boolean): string {
  return (
    `<!doctype html><html><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policyOf(withRemote)}">` +
    '<meta name="referrer" content="no-referrer"><meta name="color-scheme" content="light"></head>' +
    `<body style="margin:12px;background:#fff;color:#1b1f24;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere">${body}</body></html>`
  );
}

export interface Remote {
  /** Pictures elsewhere that may be asked for. */
  readonly safe: number;
  /** Pictures elsewhere that are never fetched: their address is not https. */
  readonly unsafe: number;
}

export interface Prepared {
  readonly body: string;
  readonly remote: Remote;
}

const parsed = (html: string): Document => new DOMParser().parseFromString(html, 'text/html');
const isSafe = (address: string | null): boolean => /^https:\/\//i.test(address ?? '');
const partOf = (image: Element): number => Number(image.getAttribute('data-part') || NaN);

/** The numbers of the attachments that the letter shows in their place. */
export function partsIn(html: string): readonly number[] {
  const numbers = [...parsed(html).querySelectorAll('img[data-part]')].map(partOf);
  return [...new Set(numbers)].filter(Number.isInteger);
}

/** `pictures`: by the number of the attachment, as `data:` addresses. Nothing is fetched here: the document is not shown. */
export function prepared(html: string, pictures: ReadonlyMap<number, string>, withRemote: boolean): Prepared {
  const letter = parsed(html);
  const remote = { safe: 0, unsafe: 0 };
  for (const image of letter.querySelectorAll('img')) {
    const own = pictures.get(partOf(image));
    const address = image.getAttribute('data-remote-src');
    if (own) image.setAttribute('src', own);
    if (address === null) continue;
    remote[isSafe(address) ? 'safe' : 'unsafe'] += 1;
    if (withRemote && isSafe(address)) image.setAttribute('src', address);
    image.setAttribute('referrerpolicy', 'no-referrer');
  }
  for (const link of letter.querySelectorAll('a[href]')) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  return { body: letter.body.innerHTML, remote };
}

const HIGH_PX = 460;
const LOW_PX = 120;
const LINE_PX = 21;
const LINE_SIGNS = 70;
const BLOCK_PX = 30;
const BLOCKS = 'p, div, br, li, tr, h1, h2, h3, h4, h5, h6, blockquote, pre, hr';

/** What of a letter tells how high it is. */
export interface Bulk {
  readonly signs: number;
  readonly blocks: number;
  readonly hasPictures: boolean;
}

export function bulkOf(html: string): Bulk {
  const letter = parsed(html);
  return { signs: letter.body.textContent.trim().length, blocks: letter.querySelectorAll(BLOCKS).length, hasPictures: letter.querySelector('img[src]') !== null };
}

/** About how many pixels a letter needs, rather too many than too few: a page with pictures may be of any height. */
export const heightOf = ({ signs, blocks, hasPictures }: Bulk): number =>
  hasPictures ? HIGH_PX : Math.max(LOW_PX, Math.min(HIGH_PX, BLOCK_PX * (blocks + 1) + LINE_PX * Math.ceil(signs / LINE_SIGNS)));
