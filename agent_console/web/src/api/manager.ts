/** The calls of the manager's desk: log, saved views, reports, agents' days, staffing. */

import { request } from '@/api/http';
import type {
  LogTagList,
  AgentDays,
  AgentPage,
  DispositionPage,
  GroupedReport,
  HouseTime,
  LogCount,
  LogPage,
  LogPassList,
  LogViewList,
  SaveLogView,
  Staffing,
  StaffingLoad,
  TouchPage,
} from '@/generated/api';

export type Query = Readonly<Record<string, string>>;

export const houseTime = (signal?: AbortSignal) => request<HouseTime>('/house', { signal });
export const agents = (signal?: AbortSignal) => request<AgentPage>('/agents', { signal });
export const tags = (signal?: AbortSignal) => request<LogTagList>('/log/tags', { signal });
export const dispositions = (signal?: AbortSignal) => request<DispositionPage>('/dispositions', { signal });

export const log = (query: Query, after: string | null, limit: number, signal?: AbortSignal) =>
  request<LogPage>('/log', { query: { ...query, after, limit }, signal });
export const logCount = (query: Query, signal?: AbortSignal) => request<LogCount>('/log/count', { query, signal });
export const passes = (interaction: string, signal?: AbortSignal) =>
  request<LogPassList>(`/log/interactions/${encodeURIComponent(interaction)}`, { signal });
export const touches = (interaction: string, after: string | null, limit: number, signal?: AbortSignal) =>
  request<TouchPage>(`/interactions/${encodeURIComponent(interaction)}/touches`, { query: { after, limit }, signal });

export const logViews = (signal?: AbortSignal) => request<LogViewList>('/log/views', { signal });
export const saveLogView = (body: SaveLogView, key: string) => request<unknown>('/log/views', { method: 'POST', body, idempotencyKey: key });
export const forgetLogView = (name: string) => request<unknown>('/log/views/forget', { method: 'POST', body: { name } });

export const report = (query: Query, signal?: AbortSignal) => request<GroupedReport>('/reports/groups', { query, signal });
export const activity = (query: Query, after: string | null, limit: number, signal?: AbortSignal) =>
  request<AgentDays>('/reports/activity', { query: { ...query, after, limit }, signal });
export const staffing = (query: Query, signal?: AbortSignal) => request<Staffing>('/reports/staffing', { query, signal });
export const staffingLoad = (query: Query, signal?: AbortSignal) => request<StaffingLoad>('/reports/staffing/load', { query, signal });
