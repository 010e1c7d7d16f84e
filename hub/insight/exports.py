"""Exports: what one is, its life, and the ports of those who keep, fill and write them."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from hub.domain.access import Principal
from hub.domain.audit import AuditDraft
from hub.domain.ids import TenantId

ROW_LIMIT = 1_000_000
"""A sheet of a spreadsheet ends at 1,048,576 rows."""

KEPT = timedelta(days=7)
MOST_WAITING = 5
"""Exports of one person that have not ended."""


class ExportSubject(StrEnum):
    """Which rows it is of: the log of interactions, the audit log, the clients, or the organizations."""

    LOG = "log"
    AUDIT = "audit"
    PERSONS = "persons"
    ORGANIZATIONS = "organizations"


class ExportForm(StrEnum):
    """The file's form; `csv_bom` begins with a byte order mark, by which Excel knows UTF-8. `vcard` is of
    clients only."""

    CSV = "csv"
    CSV_BOM = "csv_bom"
    XLSX = "xlsx"
    VCARD = "vcard"

    @property
    def suffix(self) -> str:
        """The end of the file's name."""
        return {ExportForm.XLSX: "xlsx", ExportForm.VCARD: "vcf"}.get(self, "csv")

    @property
    def media_type(self) -> str:
        """What the file is."""
        if self is ExportForm.XLSX:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/vcard; charset=utf-8" if self is ExportForm.VCARD else "text/csv; charset=utf-8"


class ExportState(StrEnum):
    """`queued → running → done → expired`; `failed` and `cancelled` end it too. A restart begins it anew."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the file, and what stands above it."""

    column: str
    title: str


class ExportView(msgspec.Struct, frozen=True, kw_only=True):
    """An export. `rows_total` is 0 while it is not known; `problem` is one stable word."""

    id: str
    form: ExportForm
    query: str
    state: ExportState
    rows_done: int
    rows_total: int
    size_bytes: int
    problem: str
    owner: str
    is_mine: bool
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportJob:
    """What the exporter works on. `principal` is who asked, as far as they reached then; `query` is in the words
    of its subject."""

    id: str
    subject: ExportSubject
    principal: Principal
    form: ExportForm
    query: str
    headings: tuple[Heading, ...]


Cell = str | float | int | datetime | None


class ExportRows(Protocol):
    """Where the rows of one subject come from."""

    def pages(self, job: ExportJob, now: datetime) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
        """The rows that the job's query finds, a cell a heading, in their order and in pieces.

        Raises what reading them raises: Invalid, Forbidden, Unavailable.
        """
        ...


class SheetWriter(Protocol):
    """A file being written. Not for the event loop's thread."""

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Append rows. Raises OSError."""
        ...

    def close(self) -> int:
        """Finish it durably; its bytes. Raises OSError."""
        ...

    def drop(self) -> None:
        """Forget it."""
        ...


class ExportFiles(Protocol):
    """Where the files are."""

    def writer(self, export_id: str, form: ExportForm, titles: Sequence[str], zone: ZoneInfo) -> SheetWriter:
        """Begin a file; one of that name is replaced. Raises OSError."""
        ...

    def read(self, export_id: str, form: ExportForm) -> AsyncIterator[bytes]:
        """The file. Raises NotFound when it is first asked for a piece and there is none."""
        ...

    def remove(self, export_id: str) -> None:
        """Forget the file, if there is one."""
        ...


class ExportStore(Protocol):
    """Where exports are kept. People see their own of one subject; who may export everything of it sees all.

    What the exporter asks is of every subject.
    """

    async def ask(
        self, principal: Principal, job: ExportJob, rows_total: int, at: datetime, draft: AuditDraft
    ) -> ExportView:
        """Queue it, with its audit row. Raises Conflict (`too_many_exports`)."""
        ...

    async def exports(
        self, principal: Principal, *, after: str, limit: int
    ) -> tuple[Sequence[ExportView], str | None]:
        """A page, the newest first."""
        ...

    async def cancel(
        self, principal: Principal, export_id: str, at: datetime, draft: AuditDraft
    ) -> ExportView:
        """End one that has not ended. Raises NotFound, Conflict (`export_over`)."""
        ...

    async def fetch(self, principal: Principal, export_id: str, draft: AuditDraft) -> ExportView:
        """One that is done, with an audit row that it was fetched. Raises NotFound, Conflict (`export_over`)."""
        ...

    async def begin_anew(self, tenant_id: TenantId) -> int:
        """After a start: what was running is queued again; how many."""
        ...

    async def take(self, tenant_id: TenantId, at: datetime) -> ExportJob | None:
        """The next one, running from now on; None when there is none."""
        ...

    async def progress(self, job: ExportJob, rows_done: int) -> bool:
        """It came so far; False when it was cancelled meanwhile."""
        ...

    async def end(
        self, job: ExportJob, state: ExportState, at: datetime, *, rows: int, size_bytes: int, problem: str
    ) -> bool:
        """It ended; False when it was cancelled meanwhile."""
        ...

    async def expire(self, tenant_id: TenantId, at: datetime) -> Sequence[str]:
        """Those whose time is over are so from now on; their ids."""
        ...
