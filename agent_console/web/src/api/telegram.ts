/** The calls of administering bots of Telegram. */

import { request } from '@/api/http';
import type { TelegramBotBody, TelegramBotChange, TelegramBotPage, TelegramBotView, TelegramTrial, TelegramTried } from '@/generated/api';

export const bots = () => request<TelegramBotPage>('/telegram/bots');
export const addBot = (body: TelegramBotBody, key: string) => request<TelegramBotView>('/telegram/bots', { method: 'POST', body, idempotencyKey: key });
export const changeBot = (id: string, body: TelegramBotChange) => request<TelegramBotView>(`/telegram/bots/${encodeURIComponent(id)}`, { method: 'PUT', body });
/** `leaveUnread`: also what it brought and nobody has read yet; that stays as it came. */
export const deleteBot = (id: string, leaveUnread: boolean) => request<void>(`/telegram/bots/${encodeURIComponent(id)}`, { method: 'DELETE', query: { leave_unread: leaveUnread ? 'true' : null } });
export const tryBot = (body: TelegramTrial) => request<TelegramTried>('/telegram/bots/try', { method: 'POST', body });
