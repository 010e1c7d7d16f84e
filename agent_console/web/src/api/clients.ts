/** The calls about a client: the card, addresses, consents, merges, cases, tasks, organizations, fields of the house. */

import { request } from '@/api/http';
import type {
  AddAddress,
  AddressOwner,
  CardAnswer,
  CaseHistory,
  CasePage,
  CaseView,
  ClientFieldPage,
  ClientFieldView,
  EditCase,
  EditClientField,
  EditOrganization,
  EditPerson,
  EditTask,
  NewCase,
  NewClientField,
  NewTaskBody,
  OrganizationPage,
  OrganizationView,
  OrganizationWork,
  PersonPage,
  RecordConsent,
  FirstLetter,
  Start,
  StartedView,
  WayPage,
} from '@/generated/api';
import type { TaskView } from '@/generated/views';

const at = (...steps: string[]): string => `/${steps.map(encodeURIComponent).join('/')}`;
const post = <T>(path: string, body?: unknown, key?: string) => request<T>(path, { method: 'POST', body, idempotencyKey: key });
const patch = <T>(path: string, body: unknown) => request<T>(path, { method: 'PATCH', body });

export const cardOf = (person: string, signal?: AbortSignal) => request<CardAnswer>(at('persons', person, 'card'), { signal });
export const edit = (person: string, body: EditPerson) => patch<CardAnswer>(at('persons', person), body);
export const recordConsent = (person: string, body: RecordConsent) => post<CardAnswer>(at('persons', person, 'consents'), body);
export const addAddress = (person: string, body: AddAddress) => post<CardAnswer>(at('persons', person, 'addresses'), body);
export const removeAddress = (person: string, id: string) => request<CardAnswer>(at('persons', person, 'addresses', id), { method: 'DELETE' });
export const markAddress = (person: string, id: string, confidence: 'known' | 'maybe') =>
  patch<CardAnswer>(at('persons', person, 'addresses', id), { confidence });
export const ownerOf = (kind: string, value: string) => request<AddressOwner>('/address-owner', { query: { kind, value } });
export const merge = (person: string, other: string) => post<CardAnswer>(at('persons', person, 'merges'), { other_id: other });
export const undoMerge = (id: string) => post<CardAnswer>(at('merges', id, 'undo'));

export const waysTo = (person: string, signal?: AbortSignal) => request<WayPage>(at('persons', person, 'ways'), { signal });
/** To whoever is known by the address, else to a new client. */
export const writeLetter = (body: FirstLetter, key: string) => post<StartedView>('/letters', body, key);
export const startInteraction = (person: string, body: Start, key: string) => post<StartedView>(at('persons', person, 'interactions'), body, key);

export const openCase = (person: string, body: NewCase, key: string) => post<CaseView>(at('persons', person, 'cases'), body, key);
export const casesOf = (person: string) => request<CasePage>(at('persons', person, 'cases'));
export const showCase = (id: string) => request<CaseView>(at('cases', id));
export const changeCase = (id: string, body: EditCase) => patch<CaseView>(at('cases', id), body);
export const caseHistory = (id: string) => request<CaseHistory>(at('cases', id, 'history'));
export const addTask = (body: NewTaskBody, key: string) => post<TaskView>('/tasks', body, key);
export const showTask = (id: string) => request<TaskView>(at('tasks', id));
export const changeTask = (id: string, body: EditTask) => patch<TaskView>(at('tasks', id), body);
export const tasksOf = (person: string, done = false) => request<{ readonly items: readonly TaskView[] }>('/tasks', { query: { owner: '', person, done: done ? 'true' : '' } });

export const organizations = (q: string, limit = 8, signal?: AbortSignal) => request<OrganizationPage>('/organizations', { query: { q, limit }, signal });
export const organization = (id: string) => request<OrganizationView>(at('organizations', id));
export const changeOrganization = (id: string, body: EditOrganization) => patch<OrganizationView>(at('organizations', id), body);
export const members = (id: string, after: string | null) => request<PersonPage>(at('organizations', id, 'persons'), { query: { after, limit: 50 } });
export const workOf = (id: string) => request<OrganizationWork>(at('organizations', id, 'work'));
export const addOrganization = (name: string) => post<OrganizationView>('/organizations', { name });

export const clientFields = () => request<ClientFieldPage>('/client-fields');
export const addField = (body: NewClientField) => post<ClientFieldView>('/client-fields', body);
export const changeField = (id: string, body: EditClientField) => request<ClientFieldView>(at('client-fields', id), { method: 'PUT', body });
export const removeField = (id: string) => request<unknown>(at('client-fields', id), { method: 'DELETE' });
