/** The calls of the conversation beside replies and notes: plans, drafts, mentions, snoozes, files. */

import { request, upload } from '@/api/http';
import type { ColleaguePage, DraftPage, DraftText, FileView, KeptDraft, Plan, PlanChange, PlannedPage, ReplyLimitsPage } from '@/generated/api';
import type { PlannedView, SnoozeView } from '@/generated/views';

const of = (interaction: string, ...rest: string[]): string => `/${['interactions', interaction, ...rest].map(encodeURIComponent).join('/')}`;

export const plan = (id: string, body: Plan, key: string) =>
  request<PlannedView | undefined>(of(id, 'planned'), { method: 'POST', body, idempotencyKey: key });
export const planned = (id: string, signal?: AbortSignal) => request<PlannedPage>(of(id, 'planned'), { signal });
export const changePlan = (id: string, planId: string, body: PlanChange) =>
  request<PlannedView>(of(id, 'planned', planId), { method: 'PUT', body });
export const cancelPlan = (id: string, planId: string) => request<PlannedView>(of(id, 'planned', planId), { method: 'DELETE' });

export const drafts = (id: string, signal?: AbortSignal) => request<DraftPage>(of(id, 'drafts'), { signal });
export const keepDraft = (id: string, body: DraftText) => request<KeptDraft>(of(id, 'drafts'), { method: 'PUT', body, outlivesPage: true });

export const colleagues = () => request<ColleaguePage>('/colleagues');
export const readMentions = (touchIds: readonly string[]) =>
  request('/agents/me/mentions/read', { method: 'POST', body: { touch_ids: touchIds } });

export const snooze = (id: string, until: string, reason: string) =>
  request<SnoozeView>(of(id, 'snooze'), { method: 'POST', body: { until, reason } });
export const wake = (id: string) => request(of(id, 'wake'), { method: 'POST' });

export const replyLimits = () => request<ReplyLimitsPage>('/reply-limits');

const BASE = '/api/v1';
/** Where a file of a touch is read. */
export const fileOf = (interaction: string, touch: string, sha256: string): string =>
  BASE + of(interaction, 'touches', touch, 'attachments', sha256);
/** Where one reads a file that one brought oneself. */
export const broughtFile = (sha256: string, name: string): string => `${BASE}/attachments/${sha256}?${new URLSearchParams({ name }).toString()}`;

/** The content of a file at such a place; null when it cannot be had. AbortError when `signal` fired. */
export async function contentOf(address: string, signal: AbortSignal): Promise<Blob | null> {
  try {
    const answer = await fetch(address, { credentials: 'same-origin', signal });
    return answer.ok ? await answer.blob() : null;
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

/** Brings a file; `progress` hears the share that went out. Rejects with Refusal, AbortError when `signal` fired. */
export function bring(file: File, progress: (share: number) => void, signal: AbortSignal): Promise<FileView> {
  const query = new URLSearchParams({ name: file.name || 'file', media_type: file.type.slice(0, 200) });
  return upload<FileView>(`/attachments?${query.toString()}`, file, progress, signal);
}
