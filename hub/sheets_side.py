"""Rows in files, out and in: exports and imports, wired, with their folders and those who work on them."""

from pathlib import Path
from zoneinfo import ZoneInfo

from agent_console import import_api, organization_export_api, person_export_api
from agent_console.export_desk import ExportDesk
from agent_console.operations import Operation
from crm_store.exports import SqlExports
from crm_store.imports import Imports as SqlImports
from crm_store.log import SqlLog
from crm_store.organization_sheet import OrganizationSheet
from crm_store.person_sheet import PersonSheet
from crm_store.store import Store
from hub.cluster.codec import encode
from hub.cluster.embedded.export_files import FolderExports
from hub.cluster.embedded.import_files import FolderImports
from hub.crm.importing import Imports
from hub.domain.access import Permission
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.spreadsheets import harmless
from hub.insight.export_rows import AuditRows, LogRows
from hub.insight.exporting import Exporter
from hub.insight.exports import ExportRows, ExportSubject
from hub.insight.organization_rows import OrganizationRows
from hub.insight.person_rows import PersonRows
from hub.lifecycle import Jobs
from hub.ports.access import AccessStore
from hub.ports.clock import Clock


class Exporting:
    """Where the files are, and who writes and reads them; what a process that died left half-written is gone.

    `region` is whose national phone numbers an import understands.
    """

    def __init__(
        self, store: Store, access: AccessStore, clock: Clock, data_dir: Path, time_zone: str, region: str
    ) -> None:
        self.zone = zone = ZoneInfo(time_zone)
        files = FolderExports(data_dir / "exports")
        files.clear_unfinished()
        self.rows = SqlLog(store, Permission.EXPORT)
        of_log = SqlExports(store.database)
        of_audit = SqlExports(store.database, ExportSubject.AUDIT, Permission.READ_AUDIT)
        of_persons = SqlExports(store.database, ExportSubject.PERSONS, Permission.EXPORT_PERSONS)
        of_companies = SqlExports(store.database, ExportSubject.ORGANIZATIONS, Permission.EXPORT_PERSONS)
        self._persons, self._companies = PersonSheet(store), OrganizationSheet(store)
        sources: dict[ExportSubject, ExportRows] = {
            ExportSubject.LOG: LogRows(self.rows, zone),
            ExportSubject.AUDIT: AuditRows(access),
            ExportSubject.PERSONS: PersonRows(self._persons),
            ExportSubject.ORGANIZATIONS: OrganizationRows(self._companies),
        }
        self._exporter = exporter = Exporter(of_log, sources, files, clock, zone, DEFAULT_TENANT)
        self.log_desk, self.audit_desk, self._persons_desk, self._companies_desk = (
            ExportDesk(kept, files, clock, zone, subject=subject, wake=exporter.wake)
            for kept, subject in (
                (of_log, ExportSubject.LOG),
                (of_audit, ExportSubject.AUDIT),
                (of_persons, ExportSubject.PERSONS),
                (of_companies, ExportSubject.ORGANIZATIONS),
            )
        )
        brought = FolderImports(data_dir / "imports")
        brought.clear_unfinished()
        self._imported = SqlImports(store, encode=encode)
        self._imports = Imports(self._imported, brought, clock, region=region)

    def client_operations(self) -> list[Operation]:
        """What managers do with clients and organizations in files: in and out."""
        return [
            *import_api.operations(imports=self._imports, store=self._imported, harmless=harmless),
            *person_export_api.operations(desk=self._persons_desk, sheet=self._persons),
            *organization_export_api.operations(desk=self._companies_desk, sheet=self._companies),
        ]

    def start(self, jobs: Jobs) -> None:
        """Work on what was asked for, until the jobs end."""
        jobs.start("exports", self._exporter.run())
        jobs.start("imports", self._imports.run(DEFAULT_TENANT))
