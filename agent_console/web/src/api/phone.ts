/** The calls of the REST API about telephony: one's phone, and what one does with a call. */

import { request } from '@/api/http';
import type { CallView } from '@/phone/call-view';
import type { Credentials } from '@/phone/sip';

export const PHONE_KINDS = ['browser', 'registered', 'uri'] as const;
export type PhoneKind = (typeof PHONE_KINDS)[number];

export interface PhoneChoice {
  readonly kind: PhoneKind;
  /** Empty unless the kind is `uri`. */
  readonly uri: string;
  readonly auto_answer: boolean;
}
export interface PhoneView extends PhoneChoice {
  /** The name by which a desk phone registers; empty while it has none. */
  readonly account: string;
  /** Whether the hub can reach it now. */
  readonly ready: boolean;
}
/** Told once. */
export interface PhoneAccount {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly uri: string;
}
/** Whom a call is handed to, or asked: one of the three. */
export type CallTarget = { readonly agent_id: string } | { readonly queue_id: string } | { readonly number: string };

export interface Dialled {
  readonly number: string;
  readonly person_id?: string;
  readonly interaction_id?: string;
}

const post = <T = unknown>(path: string, body: unknown = undefined, idempotencyKey?: string) => request<T>(path, { method: 'POST', body, idempotencyKey });
const of = (call: string, verb: string): string => `/calls/${encodeURIComponent(call)}/${verb}`;

export const ownPhone = (signal?: AbortSignal) => request<PhoneView>('/agents/me/phone', { signal });
export const choosePhone = (body: PhoneChoice) => request<PhoneView>('/agents/me/phone', { method: 'PUT', body });
export const phoneCredentials = () => post<Credentials>('/agents/me/phone/credentials');
export const newPhoneAccount = () => post<PhoneAccount>('/agents/me/phone-account');

export const dial = (body: Dialled, key: string) => post<CallView>('/calls', body, key);
export const hold = (call: string) => post(of(call, 'hold'));
export const resume = (call: string) => post(of(call, 'resume'));
export const hangUp = (call: string) => post(of(call, 'hangup'));
export const pressKeys = (call: string, keys: string) => post(of(call, 'keys'), { keys });
export const give = (call: string, to: CallTarget) => post(of(call, 'give'), { to });
export const consult = (call: string, to: CallTarget) => post(of(call, 'consult'), { to });
export const join = (call: string) => post(of(call, 'join'));
export const takeBack = (call: string) => post(of(call, 'take-back'));
export const record = (call: string, state: 'on' | 'paused' | 'off') => post(of(call, 'recording'), { state });
