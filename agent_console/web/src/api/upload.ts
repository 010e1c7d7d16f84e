/** A file on its way to the hub, with the share that went out: `fetch` cannot tell how far it is. */

import { csrfToken, Refusal, refusalOf } from '@/api/http';

/** POSTs the file as the body of `path`; resolves with the 201's JSON. Rejects with Refusal, AbortError when `signal` fired. */
export function upload<T>(path: string, file: Blob, progress: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    sent.open('POST', `/api/v1${path}`);
    sent.setRequestHeader('X-CSRF-Token', csrfToken());
    sent.setRequestHeader('Content-Type', 'application/octet-stream');
    sent.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    sent.onload = () => {
      if (sent.status === 201) resolve(JSON.parse(sent.responseText) as T);
      else reject(refusalOf(sent.status, sent.responseText));
    };
    sent.onerror = () => reject(new Refusal({ status: 0, code: 'unreachable', detail: '', field: null, retry_after_s: null }));
    sent.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    signal.addEventListener('abort', () => sent.abort(), { once: true });
    sent.send(file);
  });
}
