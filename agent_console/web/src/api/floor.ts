/** The calls of administering the floor: queues, staffing, hours, outcomes, pauses, sites. */

import { request } from '@/api/http';
import type {
  CalendarChange,
  CalendarDraft,
  CalendarPage,
  CalendarView,
  HolidayPage,
  MadeSiteSecret,
  NewSite,
  OutcomeList,
  OutcomePage,
  PauseList,
  PausePage,
  Places,
  QueueChange,
  QueueDraft,
  QueueSetup,
  QueueSetups,
  Retirement,
  SiteChange,
  SitePage,
  SiteSecretPage,
  SiteView,
  StaffingChange,
  StaffingView,
  TokenVerdict,
} from '@/generated/api';

const FLOOR = '/floor';
const one = (kind: string, id: string): string => `${FLOOR}/${kind}/${encodeURIComponent(id)}`;
const post = <T>(path: string, body: unknown, key?: string) => request<T>(path, { method: 'POST', body, idempotencyKey: key });
const put = <T>(path: string, body: unknown) => request<T>(path, { method: 'PUT', body });

export const queues = () => request<QueueSetups>(`${FLOOR}/queues`);
export const addQueue = (body: QueueDraft, key: string) => post<QueueSetup>(`${FLOOR}/queues`, body, key);
export const changeQueue = (id: string, body: QueueChange) => put<QueueSetup>(one('queues', id), body);
export const retireQueue = (id: string, body: Retirement) => post<QueueSetup>(`${one('queues', id)}/retire`, body);
export const restoreQueue = (id: string, version: number) => post<QueueSetup>(`${one('queues', id)}/restore`, { version });

export const staffing = () => request<StaffingView>(`${FLOOR}/staffing`);
export const changeStaffing = (body: StaffingChange) => post<StaffingView>(`${FLOOR}/staffing`, body);
export const addSkill = (name: string, key: string) => post(`${FLOOR}/skills`, { name }, key);
export const renameSkill = (name: string, to: string) => post(`${FLOOR}/skills/rename`, { name, to });
export const removeSkill = (name: string) => post(`${FLOOR}/skills/remove`, { name });

export const calendars = () => request<CalendarPage>(`${FLOOR}/calendars`);
export const addCalendar = (body: CalendarDraft, key: string) => post<CalendarView>(`${FLOOR}/calendars`, body, key);
export const changeCalendar = (id: string, body: CalendarChange) => put<CalendarView>(one('calendars', id), body);
export const removeCalendar = (id: string, version: number) => request(one('calendars', id), { method: 'DELETE', query: { version } });
export const holidays = (country: string, region: string, year: number, language: string) =>
  request<HolidayPage>(`${FLOOR}/holidays`, { query: { country, region, year, language } });
export const places = () => request<Places>(`${FLOOR}/places`);

export const outcomes = () => request<OutcomePage>(`${FLOOR}/outcomes`);
export const setOutcomes = (body: OutcomeList) => put<OutcomePage>(`${FLOOR}/outcomes`, body);
export const pauses = () => request<PausePage>(`${FLOOR}/pauses`);
export const setPauses = (body: PauseList) => put<PausePage>(`${FLOOR}/pauses`, body);

export const sites = () => request<SitePage>(`${FLOOR}/sites`);
export const addSite = (body: NewSite, key: string) => post<SiteView>(`${FLOOR}/sites`, body, key);
export const siteSecrets = (key: string) => request<SiteSecretPage>(`${one('sites', key)}/secrets`);
export const addSiteSecret = (key: string) => post<MadeSiteSecret>(`${one('sites', key)}/secrets`, undefined);
export const removeSiteSecret = (key: string, id: string) => request<void>(`${one('sites', key)}/secrets/${encodeURIComponent(id)}`, { method: 'DELETE' });
export const trySiteToken = (key: string, token: string) => post<TokenVerdict>(`${one('sites', key)}/tokens/check`, { token });
export const changeSite = (key: string, body: SiteChange) => put<SiteView>(one('sites', key), body);
