/** The calls about imports of clients and of organizations. */

import { request, upload } from '@/api/http';
import type { ImportKind, ImportPage, ImportPreview, ImportView, KeptRowPage, OnKnown, RowKind } from '@/generated/api';

const of = (id: string, ...rest: string[]): string => `/${['imports', id, ...rest].map(encodeURIComponent).join('/')}`;

/** What is in a file, and how it is read; an empty choice is found out by the hub. */
export interface Reading {
  kind: ImportKind;
  encoding: string;
  delimiter: string;
}

/** Brings a file; `progress` hears the share that went out. */
export function bring(file: File, reading: Reading, progress: (share: number) => void, signal: AbortSignal): Promise<ImportView> {
  const query = new URLSearchParams({ name: file.name || 'file', ...reading });
  return upload<ImportView>(`/imports?${query.toString()}`, file, progress, signal);
}

export const imports = (after: string | null, signal?: AbortSignal) => request<ImportPage>('/imports', { query: { after, limit: 50 }, signal });
export const one = (id: string, signal?: AbortSignal) => request<ImportView>(of(id), { signal });
export const preview = (id: string, mapping: readonly string[], onKnown: OnKnown, signal?: AbortSignal) =>
  request<ImportPreview>(of(id, 'preview'), { method: 'POST', body: { mapping, on_known: onKnown }, signal });
export const start = (id: string, mapping: readonly string[], on_known: OnKnown) =>
  request<ImportView>(of(id, 'start'), { method: 'POST', body: { mapping, on_known } });
export const cancel = (id: string) => request<ImportView>(of(id, 'cancel'), { method: 'POST' });
export const rows = (id: string, kind: RowKind, after: string | null, signal?: AbortSignal) =>
  request<KeptRowPage>(of(id, 'rows'), { query: { kind, after, limit: 50 }, signal });
/** Where the rows that could not be taken are; the browser fetches them itself. */
export const badRows = (id: string): string => `/api/v1${of(id, 'bad-rows')}`;
