/** The calls about records that may be one person, and numbers of nobody in particular. */

import { request } from '@/api/http';
import type { Done, DoublePage, SharedLinePage, SplitAnswer } from '@/generated/api';

const of = (person: string, ...rest: string[]): string => `/${['persons', person, ...rest].map(encodeURIComponent).join('/')}`;

export const doubles = (after: string, signal?: AbortSignal) => request<DoublePage>('/doubles', { query: { after, limit: 50 }, signal });
export const keepApart = (person: string, other_id: string, apart: boolean) => request<Done>(of(person, 'apart'), { method: 'PUT', body: { other_id, apart } });
export const split = (person: string, identity: string) =>
  request<SplitAnswer>(of(person, 'addresses', identity, 'split'), { method: 'POST', idempotencyKey: crypto.randomUUID() });

export const sharedLines = (signal?: AbortSignal) => request<SharedLinePage>('/shared-lines', { signal });
export const addSharedLine = (value: string, label: string) => request<SharedLinePage>('/shared-lines', { method: 'PUT', body: { value, label } });
export const removeSharedLine = (value: string) => request<SharedLinePage>('/shared-lines', { method: 'DELETE', query: { value } });
