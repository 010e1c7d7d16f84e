"""Exports in SQL: asked for and fetched with their audit rows in the same transaction."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping, Select, func, insert, or_, select, update

from crm_store.audit import append
from crm_store.engine import Database
from crm_store.rows.manager import exports
from hub.domain.access import Permission, Principal, Role, Scope
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import QueueId, TenantId, UserId
from hub.insight.exports import (
    KEPT,
    MOST_WAITING,
    ExportForm,
    ExportJob,
    ExportState,
    ExportSubject,
    ExportView,
    Heading,
)

_OPEN = (ExportState.QUEUED.value, ExportState.RUNNING.value)
_headings = msgspec.json.Decoder(tuple[Heading, ...]).decode


class SqlExports:
    """ExportStore of hub/insight/exports.py, on either database. `permission` is what exports of that subject need."""

    def __init__(
        self,
        database: Database,
        subject: ExportSubject = ExportSubject.LOG,
        permission: Permission = Permission.EXPORT,
    ) -> None:
        self._database = database
        self._subject = subject
        self._permission = permission

    async def ask(
        self, principal: Principal, job: ExportJob, rows_total: int, at: datetime, draft: AuditDraft
    ) -> ExportView:
        """See the port."""
        principal.require(self._permission)
        owner_id = principal.user_id or ""
        async with self._database.writing() as connection:
            waiting = await connection.scalar(
                select(func.count()).where(
                    exports.c.tenant_id == principal.tenant_id,
                    exports.c.owner_id == owner_id,
                    exports.c.state.in_(_OPEN),
                )
            )
            if (waiting or 0) >= MOST_WAITING:
                raise Conflict("wait until an export has ended, or cancel one", code="too_many_exports")
            await connection.execute(
                insert(exports).values(
                    id=job.id,
                    tenant_id=principal.tenant_id,
                    owner_id=owner_id,
                    owner=principal.name,
                    owner_roles=json.dumps(sorted(role.value for role in principal.roles)),
                    owner_queues=json.dumps(sorted(principal.queues)),
                    owner_grants=json.dumps(sorted((p.value, s.value) for p, s in principal.grants)),
                    subject=job.subject.value,
                    query=job.query,
                    form=job.form.value,
                    headings=msgspec.json.encode(job.headings).decode(),
                    state=ExportState.QUEUED.value,
                    rows_done=0,
                    rows_total=rows_total,
                    size_bytes=0,
                    problem="",
                    created_at=at,
                    version=1,
                )
            )
            await append(connection, draft)
            row = (await connection.execute(self._one(principal, job.id))).mappings().one()
        return _view(row, principal)

    async def exports(
        self, principal: Principal, *, after: str, limit: int
    ) -> tuple[Sequence[ExportView], str | None]:
        """See the port."""
        wanted = (
            self._seen(principal).order_by(exports.c.created_at.desc(), exports.c.id.desc()).limit(limit + 1)
        )
        async with self._database.reading() as connection:
            if after:
                last = (await connection.execute(self._one(principal, after))).mappings().one_or_none()
                if last is None:
                    raise Invalid("this page does not exist", field="after")
                at, last_id = last["created_at"], last["id"]
                earlier = exports.c.created_at < at
                wanted = wanted.where(or_(earlier, (exports.c.created_at == at) & (exports.c.id < last_id)))
            rows = (await connection.execute(wanted)).mappings().all()
        views = [_view(row, principal) for row in rows[:limit]]
        return views, views[-1].id if len(rows) > limit else None

    async def cancel(
        self, principal: Principal, export_id: str, at: datetime, draft: AuditDraft
    ) -> ExportView:
        """See the port."""
        async with self._database.writing() as connection:
            row = (await connection.execute(self._one(principal, export_id))).mappings().one_or_none()
            if row is None:
                raise NotFound("there is no such export")
            done = await connection.execute(
                update(exports)
                .where(exports.c.id == export_id, exports.c.state.in_(_OPEN))
                .values(state=ExportState.CANCELLED.value, ended_at=at, version=exports.c.version + 1)
            )
            if not done.rowcount:
                raise Conflict("this export has ended already", code="export_over")
            await append(connection, draft)
            row = (await connection.execute(self._one(principal, export_id))).mappings().one()
        return _view(row, principal)

    async def fetch(self, principal: Principal, export_id: str, draft: AuditDraft) -> ExportView:
        """See the port."""
        async with self._database.writing() as connection:
            row = (await connection.execute(self._one(principal, export_id))).mappings().one_or_none()
            if row is None:
                raise NotFound("there is no such export")
            if row["state"] != ExportState.DONE:
                raise Conflict("this export has no file, or not any more", code="export_over")
            await append(connection, draft)
        return _view(row, principal)

    async def begin_anew(self, tenant_id: TenantId) -> int:
        """See the port."""
        async with self._database.writing() as connection:
            found = await connection.execute(
                update(exports)
                .where(exports.c.tenant_id == tenant_id, exports.c.state == ExportState.RUNNING.value)
                .values(
                    state=ExportState.QUEUED.value,
                    rows_done=0,
                    started_at=None,
                    version=exports.c.version + 1,
                )
            )
            return int(found.rowcount)

    async def take(self, tenant_id: TenantId, at: datetime) -> ExportJob | None:
        """See the port."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(exports)
                .where(exports.c.tenant_id == tenant_id, exports.c.state == ExportState.QUEUED.value)
                .order_by(exports.c.created_at, exports.c.id)
                .limit(1)
            )
            row = found.mappings().one_or_none()
        if row is None:
            return None
        async with self._database.writing() as connection:
            taken = await connection.execute(
                update(exports)
                .where(exports.c.id == row["id"], exports.c.state == ExportState.QUEUED.value)
                .values(state=ExportState.RUNNING.value, started_at=at, version=exports.c.version + 1)
            )
        return _job(row) if taken.rowcount else await self.take(tenant_id, at)

    async def progress(self, job: ExportJob, rows_done: int) -> bool:
        """See the port."""
        return await self._change(job, rows_done=rows_done)

    async def end(
        self, job: ExportJob, state: ExportState, at: datetime, *, rows: int, size_bytes: int, problem: str
    ) -> bool:
        """See the port."""
        return await self._change(
            job,
            state=state.value,
            rows_done=rows,
            size_bytes=size_bytes,
            problem=problem,
            ended_at=at,
            expires_at=at + KEPT if state is ExportState.DONE else None,
            **({"rows_total": rows} if state is ExportState.DONE else {}),
        )

    async def expire(self, tenant_id: TenantId, at: datetime) -> Sequence[str]:
        """See the port."""
        over = (
            exports.c.tenant_id == tenant_id,
            exports.c.state == ExportState.DONE.value,
            exports.c.expires_at <= at,
        )
        async with self._database.reading() as connection:
            ids = list(await connection.scalars(select(exports.c.id).where(*over)))
        if ids:
            async with self._database.writing() as connection:
                await connection.execute(
                    update(exports)
                    .where(exports.c.id.in_(ids))
                    .values(state=ExportState.EXPIRED.value, version=exports.c.version + 1)
                )
        return ids

    def _seen(self, principal: Principal) -> Select[Any]:
        """What the principal may see: their own; all of the house for whoever may export all of it."""
        reach = principal.require(self._permission)
        wanted = select(exports).where(
            exports.c.tenant_id == principal.tenant_id, exports.c.subject == self._subject.value
        )
        if reach is not Scope.ALL:
            wanted = wanted.where(exports.c.owner_id == (principal.user_id or ""))
        return wanted

    def _one(self, principal: Principal, export_id: str) -> Select[Any]:
        return self._seen(principal).where(exports.c.id == export_id)

    async def _change(self, job: ExportJob, **values: Any) -> bool:
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(exports)
                .where(exports.c.id == job.id, exports.c.state == ExportState.RUNNING.value)
                .values(version=exports.c.version + 1, **values)
            )
        return bool(changed.rowcount)


def _view(row: RowMapping, principal: Principal) -> ExportView:
    return ExportView(
        id=row["id"],
        form=ExportForm(row["form"]),
        query=row["query"],
        state=ExportState(row["state"]),
        rows_done=row["rows_done"],
        rows_total=row["rows_total"],
        size_bytes=row["size_bytes"],
        problem=row["problem"],
        owner=row["owner"],
        is_mine=row["owner_id"] == principal.user_id,
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        expires_at=row["expires_at"],
    )


def _job(row: RowMapping) -> ExportJob:
    return ExportJob(
        id=row["id"],
        subject=ExportSubject(row["subject"]),
        principal=Principal(
            tenant_id=TenantId(row["tenant_id"]),
            user_id=UserId(row["owner_id"]) if row["owner_id"] else None,
            name=row["owner"],
            roles=frozenset(Role(role) for role in json.loads(row["owner_roles"])),
            queues=frozenset(QueueId(queue) for queue in json.loads(row["owner_queues"])),
            grants=frozenset((Permission(p), Scope(s)) for p, s in json.loads(row["owner_grants"])),
        ),
        form=ExportForm(row["form"]),
        query=row["query"],
        headings=_headings(row["headings"]),
    )
