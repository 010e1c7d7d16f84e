"""Imports in the store: a batch of rows, what became of them, and where the import is are one commit."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from crm_store.audited import audited
from crm_store.client_fields import fields_of
from crm_store.driver import Row, Wire
from crm_store.import_batch import Batch
from crm_store.import_outcome import Outcome, Taking
from crm_store.import_preview import foreseen_organizations, foreseen_persons
from crm_store.import_views import AT, COLUMNS, ONE, counts_of, job_of, texts_of, view_of
from crm_store.instants import to_us
from crm_store.mapping import text
from crm_store.organization_batch import OrganizationBatch
from crm_store.rows.imports import import_rows, imports
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.crashpoints import crash_at
from hub.crm.imports import (
    FAULT,
    FILE_GONE,
    MOST_OPEN,
    NOT_STARTED,
    BadRow,
    Draft,
    Foreseen,
    ImportCounts,
    ImportJob,
    ImportKind,
    ImportState,
    ImportView,
    KeptRow,
    NewImport,
    OnKnown,
    OrganizationDraft,
    RowDraft,
    RowKind,
)
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditDraft
from hub.domain.client_fields import ClientField
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import TenantId

_OPEN = "('ready', 'queued', 'running')"
_BY_FAULT = f"(state = 'failed' AND problem = '{FAULT}')"
_TRIES = 3


class Imports:
    """ImportStore of hub/crm/imports.py, on either database."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        self._store = store
        self._encode = encode

    async def add(self, principal: Principal, new: NewImport, at: datetime, draft: AuditDraft) -> ImportView:
        """See the port."""
        principal.require(Permission.IMPORT_PERSONS)
        async with self._store.database.transaction() as wire:
            ((waiting,),) = await wire.fetch(
                f"SELECT COUNT(*) FROM imports WHERE tenant_id = $1 AND owner_id = $2 AND state IN {_OPEN}",
                principal.tenant_id,
                principal.user_id or "",
            )
            if waiting >= MOST_OPEN:
                raise Conflict("wait until an import has ended, or cancel one", code="too_many_imports")
            row = (
                new.id,
                principal.tenant_id,
                principal.user_id or "",
                principal.name,
                text(sorted(role.value for role in principal.roles)),
                text(sorted((p.value, int(s)) for p, s in principal.grants)),
                new.name,
                new.form.value,
                new.shape.encoding,
                new.shape.delimiter,
                text(new.shape.columns),
                text(new.mapping),
                OnKnown.UPDATE.value,
                ImportState.READY.value,
                0,
                new.rows_total,
                text(ImportCounts()),
                "",
                to_us(at),
                None,
                new.kind.value,
            )
            await wire.insert(imports, [row])
            await audited(wire, draft)
            return await _view(wire, principal, new.id)

    async def imports(
        self, principal: Principal, *, after: str, limit: int
    ) -> tuple[Sequence[ImportView], str | None]:
        """See the port."""
        principal.require(Permission.IMPORT_PERSONS)
        async with self._store.database.snapshot() as wire:
            before, params = "", [principal.tenant_id, limit + 1]
            if after:
                last = await wire.fetch(ONE, principal.tenant_id, after)
                if not last:
                    raise Invalid("this page does not exist", field="after")
                created = last[0][AT["created_at"]]
                before = "AND (i.created_at < $3 OR (i.created_at = $3 AND i.id < $4))"
                params += [created, after]
            rows = await wire.fetch(
                f"SELECT {COLUMNS} FROM imports i WHERE i.tenant_id = $1 {before}"
                " ORDER BY i.created_at DESC, i.id DESC LIMIT $2",
                *params,
            )
        views = [view_of(row, principal) for row in rows[:limit]]
        return views, views[-1].id if len(rows) > limit else None

    async def one(self, principal: Principal, import_id: str) -> ImportView:
        """See the port."""
        principal.require(Permission.IMPORT_PERSONS)
        async with self._store.database.snapshot() as wire:
            return await _view(wire, principal, import_id)

    async def start(
        self,
        principal: Principal,
        import_id: str,
        *,
        mapping: tuple[str, ...],
        on_known: OnKnown,
        draft: AuditDraft,
    ) -> ImportView:
        """See the port."""
        principal.require(Permission.IMPORT_PERSONS)
        async with self._store.database.transaction() as wire:
            started = await wire.execute(
                "UPDATE imports SET state = 'queued', mapping = $3, on_known = $4, problem = '', ended_at = NULL"
                f" WHERE tenant_id = $1 AND id = $2 AND (state = 'ready' OR {_BY_FAULT})",
                principal.tenant_id,
                import_id,
                text(mapping),
                on_known.value,
            )
            return await self._told(wire, principal, import_id, draft, changed=started)

    async def cancel(
        self, principal: Principal, import_id: str, at: datetime, draft: AuditDraft
    ) -> ImportView:
        """See the port."""
        principal.require(Permission.IMPORT_PERSONS)
        async with self._store.database.transaction() as wire:
            ended = await wire.execute(
                "UPDATE imports SET state = 'cancelled', ended_at = $3"
                f" WHERE tenant_id = $1 AND id = $2 AND (state IN {_OPEN} OR {_BY_FAULT})",
                principal.tenant_id,
                import_id,
                to_us(at),
            )
            return await self._told(wire, principal, import_id, draft, changed=ended)

    async def _told(
        self, wire: Wire, principal: Principal, import_id: str, draft: AuditDraft, *, changed: int
    ) -> ImportView:
        view = await _view(wire, principal, import_id)
        if not changed:
            raise Conflict("this import has begun or ended already", code="import_over")
        await audited(wire, draft)
        return view

    async def kept_rows(
        self, principal: Principal, import_id: str, kind: RowKind, *, after: int, limit: int
    ) -> Sequence[KeptRow]:
        """See the port."""
        principal.require(Permission.IMPORT_PERSONS)
        async with self._store.database.snapshot() as wire:
            is_of_persons = (await _view(wire, principal, import_id)).kind is ImportKind.PERSONS
            named = "persons" if is_of_persons else "organizations"
            rows = await wire.fetch(
                "SELECT r.number, r.reason, r.heading, r.cells, r.person_id, COALESCE(p.name, ''), r.other_id,"
                f" COALESCE(o.name, '') FROM import_rows r LEFT JOIN {named} p ON p.id = r.person_id"
                f" LEFT JOIN {named} o ON o.id = r.other_id"
                " WHERE r.import_id = $1 AND r.kind = $2 AND r.number > $3 ORDER BY r.number LIMIT $4",
                import_id,
                kind.value,
                after,
                limit,
            )
        return [
            KeptRow(
                number=r[0],
                kind=kind,
                reason=r[1],
                column=r[2],
                cells=texts_of(r[3]),
                person_id=r[4] if is_of_persons else None,
                organization_id=None if is_of_persons else r[4],
                name=r[5],
                other_id=r[6],
                other_name=r[7],
            )
            for r in rows
        ]

    async def fields(self, tenant_id: TenantId) -> Sequence[ClientField]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await fields_of(wire, tenant_id)

    async def foreseen(
        self, tenant_id: TenantId, drafts: Sequence[Draft], on_known: OnKnown, at: datetime
    ) -> Mapping[int, Foreseen]:
        """See the port."""
        companies = [draft for draft in drafts if isinstance(draft, OrganizationDraft)]
        clients = [draft for draft in drafts if isinstance(draft, RowDraft)]
        async with self._store.database.snapshot() as wire:
            if companies:
                return await foreseen_organizations(wire, tenant_id, companies)
            return await foreseen_persons(wire, tenant_id, clients, on_known, at)

    async def take(self, tenant_id: TenantId, at: datetime) -> ImportJob | None:
        """See the port."""
        del at
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(
                f"SELECT {COLUMNS} FROM imports i WHERE i.tenant_id = $1 AND i.state IN ('queued', 'running')"
                " ORDER BY i.created_at, i.id LIMIT 1 FOR UPDATE",
                tenant_id,
            )
            if not rows:
                return None
            job = job_of(rows[0])
            await wire.execute("UPDATE imports SET state = 'running' WHERE id = $1", job.id)
        return job

    async def write(
        self, job: ImportJob, drafts: Sequence[Draft], bad: Sequence[BadRow], at: datetime
    ) -> int | None:
        """See the port."""
        for attempt in range(_TRIES):
            try:
                done = await self._written(job, drafts, bad, at)
            except Conflict as error:  # a message came from an address of these rows at the same moment
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
            else:
                self._store.wake()
                crash_at("imports.after_commit")
                return done
        raise AssertionError("the loop returns or raises")

    async def _written(
        self, job: ImportJob, drafts: Sequence[Draft], bad: Sequence[BadRow], at: datetime
    ) -> int | None:
        tenant_id = job.principal.tenant_id
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(
                "SELECT state, rows_done, counts FROM imports WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
                tenant_id,
                job.id,
            )
            if not rows or (rows[0][0], rows[0][1]) != (ImportState.RUNNING, job.rows_done):
                return None
            taking: Taking = (
                OrganizationBatch(wire, job)
                if job.kind is ImportKind.ORGANIZATIONS
                else Batch(wire, job, await fields_of(wire, tenant_id), at)
            )
            await taking.take(drafts)
            outcome = taking.outcome
            outcome.bad += bad
            await _keep_rows(wire, job, outcome)
            done = job.rows_done + len(drafts) + len(bad)
            await wire.execute(
                "UPDATE imports SET rows_done = $1, counts = $2 WHERE id = $3",
                done,
                text(_sum(counts_of(rows[0][2]), outcome.counts)),
                job.id,
            )
            if outcome.events:
                await self._store.add_events(wire, self._encode(outcome.events))
            crash_at("imports.before_commit")
        return done

    async def unstarted(self, tenant_id: TenantId, before: datetime) -> Sequence[tuple[str, ImportKind]]:
        """See the port."""
        return await self._named(
            "tenant_id = $1 AND state = 'ready' AND created_at < $2", tenant_id, to_us(before)
        )

    async def give_up(self, tenant_id: TenantId, import_id: str, at: datetime, draft: AuditDraft) -> bool:
        """See the port."""
        async with self._store.database.transaction() as wire:
            given_up = await wire.execute(
                "UPDATE imports SET state = 'cancelled', problem = $3, ended_at = $4"
                " WHERE tenant_id = $1 AND id = $2 AND state = 'ready'",
                tenant_id,
                import_id,
                NOT_STARTED,
                to_us(at),
            )
            if given_up:
                await audited(wire, draft)
        return bool(given_up)

    async def needed(self, ids: Sequence[str]) -> Collection[str]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT id FROM imports WHERE id = ANY($1) AND (state IN {_OPEN} OR {_BY_FAULT})", list(ids)
            )
        return {row[0] for row in rows}

    async def kept_too_long(self, tenant_id: TenantId, before: datetime) -> Sequence[tuple[str, ImportKind]]:
        """See the port."""
        return await self._named(
            f"tenant_id = $1 AND {_BY_FAULT} AND ended_at < $2", tenant_id, to_us(before)
        )

    async def _named(self, where: str, *params: object) -> Sequence[tuple[str, ImportKind]]:
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(f"SELECT id, kind FROM imports WHERE {where} ORDER BY id", *params)
        return [(row[0], ImportKind(row[1])) for row in rows]

    async def file_gone(self, tenant_id: TenantId, import_id: str, draft: AuditDraft) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            gone = await wire.execute(
                f"UPDATE imports SET problem = $3 WHERE tenant_id = $1 AND id = $2 AND {_BY_FAULT}",
                tenant_id,
                import_id,
                FILE_GONE,
            )
            if gone:
                await audited(wire, draft)

    async def end(
        self, job: ImportJob, state: ImportState, at: datetime, *, problem: str, draft: AuditDraft
    ) -> bool:
        """See the port."""
        async with self._store.database.transaction() as wire:
            ended = await wire.execute(
                "UPDATE imports SET state = $1, ended_at = $2, problem = $3 WHERE id = $4 AND state = 'running'",
                state.value,
                to_us(at),
                problem,
                job.id,
            )
            if ended:
                await audited(wire, draft)
        return bool(ended)


async def _keep_rows(wire: Wire, job: ImportJob, outcome: Outcome) -> None:
    tenant_id = job.principal.tenant_id
    kept: list[Row] = [
        (
            *(job.id, RowKind.BAD.value, b.number, tenant_id, b.reason, b.column, text(b.raw)),
            *outcome.several.get(b.number, (None, None)),
        )
        for b in outcome.bad
    ]
    kept += [
        (job.id, RowKind.MAYBE.value, m.number, tenant_id, m.reason, "", "[]", m.added_id, m.other_id)
        for m in outcome.maybe.values()
    ]
    if kept:
        await wire.insert(import_rows, kept)


def _sum(before: ImportCounts, more: ImportCounts) -> ImportCounts:
    return ImportCounts(
        added=before.added + more.added,
        updated=before.updated + more.updated,
        skipped=before.skipped + more.skipped,
        bad=before.bad + more.bad,
        maybe=before.maybe + more.maybe,
    )


async def _view(wire: Wire, principal: Principal, import_id: str) -> ImportView:
    rows = await wire.fetch(ONE, principal.tenant_id, import_id)
    if not rows:
        raise NotFound("there is no such import")
    return view_of(rows[0], principal)
