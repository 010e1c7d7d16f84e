/** The calls of the REST API that the console makes, by what they are for. */

import { request } from '@/api/http';
import type {
  AuditCheckView,
  AuditPage,
  CardAnswer,
  Close,
  Explained,
  InteractionView,
  Note,
  PersonPage,
  PersonView,
  QueuePage,
  Reply,
  SetUp,
  SetUpState,
  SignedIn,
  SignIn,
  StateWish,
  TimelinePage,
  Transfer,
  Wallboard,
} from '@/generated/api';
import type { TouchView } from '@/generated/views';

const write = <T = unknown>(path: string, body?: unknown, idempotencyKey?: string): Promise<T> =>
  request<T>(path, { method: 'POST', body, idempotencyKey });

const at = (...steps: string[]): string => `/${steps.map(encodeURIComponent).join('/')}`;

export const setUpState = () => request<SetUpState>('/setup');
export const setUp = (body: SetUp) => write<SignedIn>('/setup', body);
export const whoAmI = () => request<SignedIn>('/session');
export const signIn = (body: SignIn) => write<SignedIn>('/session', body);
export const signOut = () => request<void>('/session', { method: 'DELETE' });

export const wishState = (body: StateWish) => write('/agents/me/state', body);
export const accept = (reservation: string) => write(at('reservations', reservation, 'accept'));
export const decline = (reservation: string, reason: string) => write(at('reservations', reservation, 'decline'), { reason });
export const completeWork = (workItem: string) => write(at('work', workItem, 'complete'));

export const interaction = (id: string, signal?: AbortSignal) =>
  request<InteractionView>(at('interactions', id), { signal });
export const card = (id: string, signal?: AbortSignal) => request<CardAnswer>(at('interactions', id, 'card'), { signal });
export const why = (id: string, signal?: AbortSignal) => request<Explained>(at('interactions', id, 'why'), { signal });
export const reply = (id: string, body: Reply, key: string) =>
  write<TouchView | undefined>(at('interactions', id, 'touches'), body, key);
export const note = (id: string, body: Note, key: string) =>
  write<TouchView | undefined>(at('interactions', id, 'notes'), body, key);
export const close = (id: string, body: Close) => write(at('interactions', id, 'close'), body);
export const transfer = (id: string, body: Transfer) => write(at('interactions', id, 'transfer'), body);
export const markRead = (id: string, seq: number) => write(at('interactions', id, 'read'), { seq });

export const person = (id: string, signal?: AbortSignal) => request<PersonView>(at('persons', id), { signal });
export const findPersons = (q: string, signal?: AbortSignal) => request<PersonPage>('/persons', { query: { q }, signal });
export const timeline = (person: string, after: string | null, limit: number, signal?: AbortSignal) =>
  request<TimelinePage>(at('persons', person, 'timeline'), { query: { after, limit }, signal });

export const queues = () => request<QueuePage>('/queues');
export const wallboard = (signal?: AbortSignal) => request<Wallboard>('/wallboard', { signal });
export interface AuditQuery {
  readonly actor: string;
  readonly action: string;
  readonly result: string;
  readonly since: string;
  readonly until: string;
}
export const audit = (after: string | null, limit: number, wanted: AuditQuery) => request<AuditPage>('/audit', { query: { after, limit, ...wanted } });
export const auditCheck = () => request<AuditCheckView>('/audit/check');
export const startAuditCheck = () => request<AuditCheckView>('/audit/check', { method: 'POST' });
export const cancelAuditCheck = () => request<AuditCheckView>('/audit/check/cancel', { method: 'POST' });
