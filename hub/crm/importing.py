"""Imports: a file is brought, looked at, mapped and tried; then taken in the background, batch by batch."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import structlog

from hub.crm.import_kinds import Kind, Reader, kind_of, require_form
from hub.crm.import_mapping import checked
from hub.crm.imports import (
    BATCH_ROWS,
    FAULT,
    FILE_GONE,
    KEPT_AFTER_A_FAULT,
    KEPT_UNSTARTED,
    MOST_BYTES,
    NOT_STARTED,
    ORPHANED,
    BadRow,
    Draft,
    Foreseen,
    ImportFiles,
    ImportJob,
    ImportKind,
    ImportState,
    ImportStore,
    ImportView,
    NewImport,
    OnKnown,
)
from hub.crm.sheets import RawRow, Shape
from hub.domain.access import Permission, Principal, system_principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, HubError, NotFound, Unavailable
from hub.domain.ids import TenantId
from hub.domain.texts import one_line
from hub.ids import new_id
from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

PREVIEWED = 20
_LOOK_S = 30.0
_ACTIONS = {
    ImportKind.PERSONS: AuditAction.IMPORT_PERSONS,
    ImportKind.ORGANIZATIONS: AuditAction.IMPORT_ORGANIZATIONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A row as it would be taken, and what would become of one that can be read."""

    row: Draft | BadRow
    foreseen: Foreseen = field(default_factory=Foreseen)


class Imports:
    """What people do with imports. Raises what the stores raise."""

    def __init__(self, store: ImportStore, files: ImportFiles, clock: Clock, *, region: str) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._region = region
        self._woken = asyncio.Event()

    async def bring(
        self,
        principal: Principal,
        chunks: AsyncIterator[bytes],
        *,
        kind: ImportKind = ImportKind.PERSONS,
        name: str,
        encoding: str = "",
        delimiter: str = "",
    ) -> ImportView:
        """Keep a file and look at it. Raises Invalid (`too_large`, `empty_file`, `too_many_rows`, …)."""
        principal.require(Permission.IMPORT_PERSONS)
        import_id = new_id()
        await self._files.keep(import_id, chunks, limit_bytes=MOST_BYTES)
        try:
            form, shape, rows_total = await asyncio.to_thread(
                self._files.shape, import_id, encoding=encoding, delimiter=delimiter
            )
            require_form(kind, form)
            found = await self._kind(principal.tenant_id, kind)
            new = NewImport(
                id=import_id,
                kind=kind,
                name=one_line(name, 200) or import_id,
                form=form,
                shape=shape,
                rows_total=rows_total,
                mapping=found.proposed(form, shape.columns),
            )
            now = self._clock.now()
            return await self._store.add(
                principal, new, now, self._draft(principal, kind, import_id, "brought")
            )
        except BaseException:
            await asyncio.shield(asyncio.to_thread(self._files.remove, import_id))
            raise

    async def preview(
        self,
        principal: Principal,
        import_id: str,
        mapping: Sequence[str],
        on_known: OnKnown = OnKnown.UPDATE,
    ) -> list[Tried]:
        """The first rows, read by this mapping. Raises Invalid (`bad_mapping`), Conflict (`import_over`)."""
        view = await self._store.one(principal, import_id)
        if view.state is not ImportState.READY:
            raise Conflict("this import has begun or ended already", code="import_over")
        kind = await self._kind(principal.tenant_id, view.kind)
        reader = self._reader(kind, view.columns, mapping)
        rows = await asyncio.to_thread(_first, self._files, view)
        read = [reader.read(row) for row in rows]
        drafts = [row for row in read if not isinstance(row, BadRow)]
        foreseen = await self._store.foreseen(principal.tenant_id, drafts, on_known, self._clock.now())
        return [Tried(row=row, foreseen=foreseen.get(row.number, Foreseen())) for row in read]

    async def start(
        self, principal: Principal, import_id: str, mapping: Sequence[str], on_known: OnKnown
    ) -> ImportView:
        """Take it in the background; one that failed by a fault of ours from where it stands, by the mapping given now.

        Raises NotFound, Invalid (`bad_mapping`), Conflict (`import_over`).
        """
        view = await self._store.one(principal, import_id)
        kind = await self._kind(principal.tenant_id, view.kind)
        reason = "resumed" if view.problem == FAULT else "started"
        started = await self._store.start(
            principal,
            import_id,
            mapping=checked(mapping, view.columns, kind.fields, kind.targets),
            on_known=on_known,
            draft=self._draft(principal, view.kind, import_id, reason),
        )
        self._woken.set()
        return started

    async def cancel(self, principal: Principal, import_id: str) -> ImportView:
        """No further row is taken, and its file is gone. Raises NotFound, Conflict (`import_over`)."""
        kind = (await self._store.one(principal, import_id)).kind
        draft = self._draft(principal, kind, import_id, "cancelled")
        view = await self._store.cancel(principal, import_id, self._clock.now(), draft)
        await asyncio.to_thread(self._files.remove, import_id)
        return view

    async def run(self, tenant_id: TenantId) -> None:
        """Take one import after the other until cancelled; what was being taken when a process ended goes on."""
        while True:
            self._woken.clear()
            try:
                while (job := await self._store.take(tenant_id, self._clock.now())) is not None:
                    await self._take(job)
                await self._forget(tenant_id)
            except HubError as error:
                log.warning("imports_wait", code=error.stable_code)  # the store is away: looked again later
            except OSError:
                log.exception("import_file_not_removed")
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _take(self, job: ImportJob) -> None:
        try:
            ended = await self._taken(job)
        except (Unavailable, Conflict):
            raise  # later, from where it stands
        except NotFound:
            await self._end(job, ImportState.FAILED, FILE_GONE)
        except Exception:  # one bad import is not to end the hub, and not to come again at each start
            log.exception("import_failed", import_id=job.id)
            await self._end(job, ImportState.FAILED, FAULT)
        else:
            if ended:
                await self._end(job, ImportState.DONE, "")

    async def _taken(self, job: ImportJob) -> bool:
        """Whether all rows were taken; False when it was cancelled meanwhile."""
        kind = await self._kind(job.principal.tenant_id, job.kind)
        reader = self._reader(kind, job.shape.columns, job.mapping)
        rows = self._files.rows(job.id, job.form, job.shape)
        await asyncio.to_thread(_skip, rows, job.rows_done)
        while batch := await asyncio.to_thread(_read, rows, reader):
            drafts = [row for row in batch if not isinstance(row, BadRow)]
            bad = [row for row in batch if isinstance(row, BadRow)]
            done = await self._store.write(job, drafts, bad, self._clock.now())
            if done is None:
                return False
            job = replace(job, rows_done=done)
        return True

    async def _end(self, job: ImportJob, state: ImportState, problem: str) -> None:
        draft = self._draft(job.principal, job.kind, job.id, problem or state.value)
        await self._store.end(job, state, self._clock.now(), problem=problem, draft=draft)
        # after a fault of ours it can go on where it stands, once that is mended
        if problem != FAULT:
            await asyncio.to_thread(self._files.remove, job.id)

    async def _forget(self, tenant_id: TenantId) -> None:
        """Files that waited long enough for somebody to start, or go on with, them; and what a process left behind."""
        now, us = self._clock.now(), system_principal(tenant_id)
        for import_id, kind in await self._store.unstarted(tenant_id, now - KEPT_UNSTARTED):
            draft = self._draft(us, kind, import_id, NOT_STARTED)
            if await self._store.give_up(tenant_id, import_id, now, draft):
                await asyncio.to_thread(self._files.remove, import_id)
        for import_id, kind in await self._store.kept_too_long(tenant_id, now - KEPT_AFTER_A_FAULT):
            await asyncio.to_thread(self._files.remove, import_id)
            await self._store.file_gone(tenant_id, import_id, self._draft(us, kind, import_id, FILE_GONE))
        old = await asyncio.to_thread(self._files.kept, now - ORPHANED)
        needed = await self._store.needed(old) if old else ()
        for import_id in old:
            if import_id not in needed:
                await asyncio.to_thread(self._files.remove, import_id)

    async def _kind(self, tenant_id: TenantId, kind: ImportKind) -> Kind:
        return kind_of(kind, await self._store.fields(tenant_id))

    def _reader(self, kind: Kind, columns: Sequence[str], mapping: Sequence[str]) -> Reader:
        told = checked(mapping, columns, kind.fields, kind.targets)
        return kind.reader(columns, told, region=self._region)

    def _draft(self, principal: Principal, kind: ImportKind, import_id: str, reason: str) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=_ACTIONS[kind],
            object=import_id,
            reason=reason,
            address=principal.address,
        )


def _first(files: ImportFiles, view: ImportView) -> list[RawRow]:
    shape = Shape(encoding=view.encoding, delimiter=view.delimiter, columns=view.columns)
    return list(islice(files.rows(view.id, view.form, shape), PREVIEWED))


def _skip(rows: Iterator[RawRow], count: int) -> None:
    for _ in islice(rows, count):
        pass


def _read(rows: Iterator[RawRow], reader: Reader) -> list[Draft | BadRow]:
    return [reader.read(row) for row in islice(rows, BATCH_ROWS)]
