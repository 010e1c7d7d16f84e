/** The calls of the REST API about telephony: one's phone, and what one does with a call. */

import { request } from '@/api/http';
import type { CallPage, DeskAccountView, Dial, PhoneAccountView, PhoneKind, PhoneView, PhoneWish, ToWhom } from '@/generated/api';
import type { CallView, RecordingState } from '@/generated/views';
import type { Credentials } from '@/phone/sip';

export const PHONE_KINDS = ['browser', 'registered', 'uri'] as const satisfies readonly PhoneKind[];

const post = <T = unknown>(path: string, body: unknown = undefined, idempotencyKey?: string) => request<T>(path, { method: 'POST', body, idempotencyKey });
const of = (call: string, verb: string): string => `/calls/${encodeURIComponent(call)}/${verb}`;

export const ownPhone = (signal?: AbortSignal) => request<PhoneView>('/agents/me/phone', { signal });
export const choosePhone = (body: PhoneWish) => request<PhoneView>('/agents/me/phone', { method: 'PUT', body });
export const phoneCredentials = () => post<Credentials>('/agents/me/phone/credentials');
export const ownPhoneAccount = () => request<DeskAccountView>('/agents/me/phone-account');
export const newPhoneAccount = () => post<PhoneAccountView>('/agents/me/phone-account');

export const dial = (body: Dial, key: string) => post<CallView>('/calls', body, key);
export const callsOf = (interaction: string, signal?: AbortSignal) => request<CallPage>(`/interactions/${encodeURIComponent(interaction)}/calls`, { signal });
export const hold = (call: string) => post(of(call, 'hold'));
export const resume = (call: string) => post(of(call, 'resume'));
export const hangUp = (call: string) => post(of(call, 'hangup'));
export const pressKeys = (call: string, keys: string) => post(of(call, 'keys'), { keys });
export const give = (call: string, to: ToWhom) => post(of(call, 'give'), { to });
export const consult = (call: string, to: ToWhom) => post(of(call, 'consult'), { to });
export const join = (call: string) => post(of(call, 'join'));
export const takeBack = (call: string) => post(of(call, 'take-back'));
export const record = (call: string, state: RecordingState) => post(of(call, 'recording'), { state });
