/** The calls of administering mail: accounts, trying them out, and letters that could not be read. */

import { request } from '@/api/http';
import type { MailAccountBody, MailAccountChange, MailAccountPage, MailAccountView, MailTrial, MailTrialResult, UnreadableLetterView, UnreadablePage } from '@/generated/api';

export const accounts = () => request<MailAccountPage>('/mail/accounts');
export const addAccount = (body: MailAccountBody, key: string) => request<MailAccountView>('/mail/accounts', { method: 'POST', body, idempotencyKey: key });
export const changeAccount = (id: string, body: MailAccountChange) => request<MailAccountView>(`/mail/accounts/${encodeURIComponent(id)}`, { method: 'PUT', body });
export const deleteAccount = (id: string) => request(`/mail/accounts/${encodeURIComponent(id)}`, { method: 'DELETE' });
/** The hub waits for servers that say nothing, and tells which. */
const TRY_MS = 90_000;
export const tryAccount = (body: MailTrial) => request<MailTrialResult>('/mail/accounts/try', { method: 'POST', body, patienceMs: TRY_MS });
export const unreadable = ({ before = '', handled = false } = {}) => request<UnreadablePage>('/mail/unreadable', { query: { before, handled: String(handled) } });
const handledOf = (id: string): string => `/mail/unreadable/${encodeURIComponent(id)}/handled`;
export const handleUnreadable = (id: string, note: string) => request<UnreadableLetterView>(handledOf(id), { method: 'PUT', body: { note } });
export const putUnreadableBack = (id: string) => request<UnreadableLetterView>(handledOf(id), { method: 'DELETE' });
