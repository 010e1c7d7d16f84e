/** The calls about exports: of the log of interactions, of the audit log, of clients, and of organizations. */

import { request } from '@/api/http';
import type { ExportPage, ExportView, StartAuditExport, StartExport, StartOrganizationExport, StartPersonExport } from '@/generated/api';

export type ExportKind = 'log' | 'audit' | 'persons' | 'organizations';
const PLACES: Readonly<Record<ExportKind, string>> = { log: '/exports', audit: '/audit/exports', persons: '/person-exports', organizations: '/organization-exports' };
const one = (kind: ExportKind, id: string, what: string): string => `${PLACES[kind]}/${encodeURIComponent(id)}/${what}`;

export const exports = (kind: ExportKind, signal?: AbortSignal) => request<ExportPage>(PLACES[kind], { query: { limit: 100 }, signal });
export const startExport = (body: StartExport, key: string) => request<ExportView>(PLACES.log, { method: 'POST', body, idempotencyKey: key });
export const startAuditExport = (body: StartAuditExport, key: string) => request<ExportView>(PLACES.audit, { method: 'POST', body, idempotencyKey: key });
export const startPersonExport = (body: StartPersonExport, key: string) => request<ExportView>(PLACES.persons, { method: 'POST', body, idempotencyKey: key });
export const startOrganizationExport = (body: StartOrganizationExport, key: string) => request<ExportView>(PLACES.organizations, { method: 'POST', body, idempotencyKey: key });
export const cancelExport = (kind: ExportKind, id: string) => request<ExportView>(one(kind, id, 'cancel'), { method: 'POST' });
/** Where the file is; the browser fetches it itself. */
export const exportFile = (kind: ExportKind, id: string): string => `/api/v1${one(kind, id, 'file')}`;
