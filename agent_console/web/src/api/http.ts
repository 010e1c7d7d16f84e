/** One request to the REST API: JSON in and out, errors as `Refusal`. */

import type { Problem } from '@/generated/api';

/** The hub said no, or could not be reached (`status` 0, code `unreachable`). */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly field: string | null;
  /** Seconds until it makes sense to try again, if the hub said so. */
  readonly retryAfterS: number | null;

  constructor(problem: Pick<Problem, 'status' | 'code' | 'detail' | 'field' | 'retry_after_s'>) {
    super(problem.code);
    this.name = 'Refusal';
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.field = problem.field;
    this.retryAfterS = problem.retry_after_s;
  }
}

export interface Sent {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string | number | null | undefined>>;
  /** A repeat under the same key changes nothing. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  /** How long it may take, where it takes longer than most. */
  readonly patienceMs?: number;
  /** The page may go meanwhile, as long as it is no more than browsers allow for that (64 KiB). */
  readonly outlivesPage?: boolean;
}

const BASE = '/api/v1';
/** 401s of somebody who is signing in. */
const NOT_SIGNED_IN_YET = new Set(['wrong_login_or_password', 'second_factor_needed', 'wrong_code']);
const PATIENCE_MS = 20_000;
/** Of at most three bytes each. */
const OUTLIVING_CHARS = 20_000;

let csrf = '';
let whenSignedOut: () => void = () => undefined;

/** Every write carries this token from now on. */
export function useCsrf(token: string): void {
  csrf = token;
}

/** The token itself, for requests that are not JSON. */
export const csrfToken = (): string => csrf;

/** Called whenever the hub says that nobody is signed in. */
export function onSignedOut(heard: () => void): void {
  whenSignedOut = heard;
}

/** The answer's JSON, or undefined for an answer without one. Throws Refusal; AbortError when `signal` fired. */
export async function request<T>(path: string, sent: Sent = {}): Promise<T> {
  const { method = 'GET' } = sent;
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  if (sent.body !== undefined) headers['Content-Type'] = 'application/json';
  if (sent.idempotencyKey) headers['Idempotency-Key'] = sent.idempotencyKey;
  const patience = AbortSignal.timeout(sent.patienceMs ?? PATIENCE_MS);
  const body = sent.body === undefined ? undefined : JSON.stringify(sent.body);
  let response: Response;
  let text: string;
  try {
    response = await fetch(BASE + path + asked(sent.query), {
      method,
      headers,
      body,
      keepalive: sent.outlivesPage === true && (body?.length ?? 0) <= OUTLIVING_CHARS,
      credentials: 'same-origin',
      signal: sent.signal ? AbortSignal.any([sent.signal, patience]) : patience,
    });
    text = await response.text();
  } catch (error) {
    if (sent.signal?.aborted) throw error;
    throw new Refusal({ status: 0, code: 'unreachable', detail: '', field: null, retry_after_s: null });
  }
  if (response.ok) return (text ? JSON.parse(text) : undefined) as T;
  const refusal = refusalOf(response.status, text);
  if (refusal.status === 401 && !NOT_SIGNED_IN_YET.has(refusal.code)) whenSignedOut();
  throw refusal;
}

/** POSTs the file as the body of `path`, telling the share that went out, as `fetch` cannot. Resolves with the 201's JSON; rejects with Refusal, AbortError when `signal` fired. */
export function upload<T>(path: string, file: Blob, progress: (share: number) => void, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    sent.open('POST', BASE + path);
    sent.setRequestHeader('X-CSRF-Token', csrf);
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

/** The refusal in an answer; one that is no problem document (a proxy's page, say) is named by its status. */
export function refusalOf(status: number, text: string): Refusal {
  let problem: Partial<Problem> = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) problem = parsed;
  } catch {
    // not JSON: the status has to do
  }
  return new Refusal({
    status,
    code: typeof problem.code === 'string' ? problem.code : `http_${status}`,
    detail: typeof problem.detail === 'string' ? problem.detail : '',
    field: problem.field ?? null,
    retry_after_s: problem.retry_after_s ?? null,
  });
}

function asked(query: Sent['query']): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()}` : '';
}
