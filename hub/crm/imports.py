"""Imports of clients and of organizations: what one is, its life, and the ports of those who keep its file and rows."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import msgspec

from hub.crm.card_words import DatedConsent
from hub.crm.sheets import RawRow, Shape
from hub.domain.access import Principal
from hub.domain.audit import AuditDraft
from hub.domain.client_fields import ClientField
from hub.domain.ids import OrganizationId, PersonId, TenantId
from hub.domain.person import IdentityKind, Purpose, Tier

MOST_BYTES = 64 * 1024 * 1024
BATCH_ROWS = 200
MOST_OPEN = 5
"""Imports of one person that have not ended."""
FAULT, FILE_GONE, NOT_STARTED = "internal", "file_gone", "not_started"
"""Problems of an import that failed: by a fault of ours, from where it stands it can be started again; or because there
is no file to go on with. One that was `cancelled` because nobody started it says so."""
KEPT_UNSTARTED = timedelta(days=7)
"""How long the file of one that nobody has started is kept."""
ORPHANED = timedelta(days=1)
"""After that a file that no import needs is one that a process left when it died."""
KEPT_AFTER_A_FAULT = timedelta(days=30)
"""How long the file of one that failed by a fault of ours is kept, unless it is cancelled."""


class ImportKind(StrEnum):
    """Of what its rows are."""

    PERSONS = "persons"
    ORGANIZATIONS = "organizations"


class ImportForm(StrEnum):
    """What the file is."""

    CSV = "csv"
    VCARD = "vcard"


class ImportState(StrEnum):
    """`ready → queued → running → done`; `failed` and `cancelled` end it too. A restart goes on where it was. One that
    failed by a fault of ours can be queued again, and cancelled, as long as its file is kept."""

    READY = "ready"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OnKnown(StrEnum):
    """What is done with a row of somebody who is known by an address in it, of an organization that we have."""

    UPDATE = "update"
    SKIP = "skip"


class RowKind(StrEnum):
    """Why a row is kept: it could not be taken, or it may be somebody we have."""

    BAD = "bad"
    MAYBE = "maybe"


class ImportCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the rows so far: `added + updated + skipped + bad` is `rows_done`; `maybe` of those added may be
    somebody we have."""

    added: int = 0
    updated: int = 0
    skipped: int = 0
    bad: int = 0
    maybe: int = 0


class ImportView(msgspec.Struct, frozen=True, kw_only=True):
    """An import. `mapping` has a target for each of `columns`, empty for one that is left out; `problem` is one stable
    word; at `expires_at` its file is deleted, unless somebody starts it or goes on with it before."""

    id: str
    kind: ImportKind
    name: str
    form: ImportForm
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    mapping: tuple[str, ...]
    on_known: OnKnown
    state: ImportState
    rows_done: int
    rows_total: int
    counts: ImportCounts
    problem: str
    owner: str
    is_mine: bool
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowDraft:
    """What a row says of a client, each thing in the form it is kept in. Empty: it says nothing of it.

    `client_id` is by which an export of ours named them; that of another house is nobody here. `consents` are for the
    ways of the row's addresses and of now, `dated` are as they were said.
    """

    number: int
    raw: tuple[str, ...]
    name: str = ""
    addresses: tuple[tuple[IdentityKind, str], ...] = ()
    organization: str = ""
    language: str = ""
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    note: str = ""
    consents: tuple[tuple[Purpose, bool], ...] = ()
    dated: tuple[DatedConsent, ...] = ()
    client_id: str = ""
    tier: Tier | None = None
    organization_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationDraft:
    """What a row says of an organization, each thing in the form it is kept in. Empty: it says nothing of it.

    `organization_id` is by which an export of ours named it; that of another house is none here.
    """

    number: int
    raw: tuple[str, ...]
    name: str = ""
    domain: str = ""
    phone: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    organization_id: str = ""


Draft = RowDraft | OrganizationDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that cannot be taken: `reason` is a stable word, `column` the heading it is about, or empty."""

    number: int
    raw: tuple[str, ...]
    reason: str
    column: str = ""


class Several(msgspec.Struct, frozen=True, kw_only=True):
    """One of several clients that a row may mean."""

    id: PersonId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would become of a row: whom or which it means, or `known_row`, by which row before it they would be added.
    `reason` is a stable word where it would not be taken; `several` are clients of ours that it may mean then."""

    known: PersonId | OrganizationId | None = None
    known_row: int | None = None
    reason: str = ""
    several: tuple[Several, ...] = ()


class KeptRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that somebody should look at. Of a `maybe`: who was added (`person_id` or `organization_id`), who they may
    be and by which reason. Of a bad one that may mean two clients (`of_several`): `person_id` and `other_id`."""

    number: int
    kind: RowKind
    reason: str
    column: str
    cells: tuple[str, ...]
    person_id: str | None
    organization_id: str | None
    name: str
    other_id: str | None
    other_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportJob:
    """What the importer works on; `principal` is who asked, as far as they reached then."""

    id: str
    kind: ImportKind
    principal: Principal
    name: str
    form: ImportForm
    shape: Shape
    mapping: tuple[str, ...]
    on_known: OnKnown
    rows_done: int


class ImportFiles(Protocol):
    """Where the files are while their imports have not ended for good. `rows` and `shape` are not for the loop's
    thread."""

    async def keep(self, import_id: str, chunks: AsyncIterator[bytes], *, limit_bytes: int) -> int:
        """Keep it durably; its bytes. Raises Invalid (`too_large`), Unavailable."""
        ...

    def shape(self, import_id: str, *, encoding: str, delimiter: str) -> tuple[ImportForm, Shape, int]:
        """What it is, how it is read, and how many rows it has. Raises Invalid, NotFound."""
        ...

    def rows(self, import_id: str, form: ImportForm, shape: Shape) -> Iterator[RawRow]:
        """Its rows, read as they are asked for. Raises NotFound at the first step."""
        ...

    def kept(self, before: datetime) -> Sequence[str]:
        """The imports whose files are there since before then."""
        ...

    def remove(self, import_id: str) -> None:
        """Forget it, if it is there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewImport:
    """What was uploaded."""

    id: str
    kind: ImportKind
    name: str
    form: ImportForm
    shape: Shape
    rows_total: int
    mapping: tuple[str, ...]


class ImportStore(Protocol):
    """Where imports are kept. All ask for `import_persons`; imports of others in the house are seen too."""

    async def add(self, principal: Principal, new: NewImport, at: datetime, draft: AuditDraft) -> ImportView:
        """Keep it, `ready`. Raises Conflict (`too_many_imports`)."""
        ...

    async def imports(
        self, principal: Principal, *, after: str, limit: int
    ) -> tuple[Sequence[ImportView], str | None]:
        """A page, the newest first."""
        ...

    async def one(self, principal: Principal, import_id: str) -> ImportView:
        """Raises NotFound."""
        ...

    async def start(
        self,
        principal: Principal,
        import_id: str,
        *,
        mapping: tuple[str, ...],
        on_known: OnKnown,
        draft: AuditDraft,
    ) -> ImportView:
        """Queue it, or queue it again after a fault of ours: it goes on where it stands. Raises NotFound, Conflict
        (`import_over`) for any other."""
        ...

    async def cancel(
        self, principal: Principal, import_id: str, at: datetime, draft: AuditDraft
    ) -> ImportView:
        """What was taken stays. Raises NotFound, Conflict (`import_over`)."""
        ...

    async def kept_rows(
        self, principal: Principal, import_id: str, kind: RowKind, *, after: int, limit: int
    ) -> Sequence[KeptRow]:
        """Rows to look at, by their numbers, from the one after `after`."""
        ...

    async def fields(self, tenant_id: TenantId) -> Sequence[ClientField]:
        """The fields of the house."""
        ...

    async def foreseen(
        self, tenant_id: TenantId, drafts: Sequence[Draft], on_known: OnKnown, at: datetime
    ) -> Mapping[int, Foreseen]:
        """By the row's number, what would become of it. Nothing is written."""
        ...

    async def take(self, tenant_id: TenantId, at: datetime) -> ImportJob | None:
        """The next one, or the one that was running when a process ended; None when there is none."""
        ...

    async def write(
        self, job: ImportJob, drafts: Sequence[Draft], bad: Sequence[BadRow], at: datetime
    ) -> int | None:
        """Take these rows, which come after `job.rows_done`, and move it, in one transaction; where it is then.

        None when it was cancelled, or somebody else has written them: nothing was written.
        """
        ...

    async def unstarted(self, tenant_id: TenantId, before: datetime) -> Sequence[tuple[str, ImportKind]]:
        """Imports that wait to be started since before then."""
        ...

    async def give_up(self, tenant_id: TenantId, import_id: str, at: datetime, draft: AuditDraft) -> bool:
        """It is cancelled, nobody started it; False when somebody has meanwhile."""
        ...

    async def needed(self, ids: Sequence[str]) -> Collection[str]:
        """Which of these are imports, of whatever house, that still need their file."""
        ...

    async def kept_too_long(self, tenant_id: TenantId, before: datetime) -> Sequence[tuple[str, ImportKind]]:
        """Imports that failed by a fault of ours before then."""
        ...

    async def file_gone(self, tenant_id: TenantId, import_id: str, draft: AuditDraft) -> None:
        """The file of one that failed by a fault of ours is not kept any more."""
        ...

    async def end(
        self, job: ImportJob, state: ImportState, at: datetime, *, problem: str, draft: AuditDraft
    ) -> bool:
        """It ended; False when it was cancelled meanwhile."""
        ...
