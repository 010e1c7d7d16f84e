"""The audit log in SQL: one row at a time a tenant, so that the chain of hashes is one line."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.rows.access import audit_heads, audit_log, users
from crm_store.rows.accounts import api_keys
from crm_store.rows.floor import queues
from crm_store.rows.webhooks import webhooks
from hub.domain.audit import (
    FIRST_HASH,
    NO_FILTER,
    AuditAction,
    AuditDraft,
    AuditEntry,
    AuditFilter,
    AuditHead,
    AuditResult,
    ChainProgress,
    chained,
    first_bad_row,
)
from hub.domain.ids import TenantId, UserId

_ROWS_AT_A_TIME = 500


async def append(connection: AsyncConnection, draft: AuditDraft) -> AuditEntry:
    """Write the next row, in the transaction of `connection`; others wait for its end."""
    head = await _locked_head(connection, draft.tenant_id)
    entry = chained(head, draft)
    await connection.execute(insert(audit_log).values(**row_of(entry)))
    await connection.execute(
        update(audit_heads)
        .where(audit_heads.c.tenant_id == draft.tenant_id)
        .values(number=entry.number, hash=entry.hash)
    )
    return entry


async def newest_rows(
    connection: AsyncConnection,
    tenant_id: TenantId,
    *,
    before: int | None,
    limit: int,
    wanted_rows: AuditFilter = NO_FILTER,
) -> list[AuditEntry]:
    """Newest first, from the row before number `before`, those that are wanted."""
    wanted = select(audit_log).where(*_matching(tenant_id, wanted_rows))
    if before is not None:
        wanted = wanted.where(audit_log.c.number < before)
    found = await connection.execute(wanted.order_by(audit_log.c.number.desc()).limit(limit))
    return [_entry(row) for row in found]


async def rows_counted(connection: AsyncConnection, tenant_id: TenantId, wanted: AuditFilter) -> int:
    """How many rows are wanted."""
    return (
        await connection.scalar(
            select(func.count()).select_from(audit_log).where(*_matching(tenant_id, wanted))
        )
        or 0
    )


def _matching(tenant_id: TenantId, rows: AuditFilter) -> list[ColumnElement[bool]]:
    of = audit_log.c
    wanted = [of.tenant_id == tenant_id]
    if rows.actor:
        wanted.append(of.actor.icontains(rows.actor, autoescape=True))
    if rows.action:
        wanted.append(of.action == rows.action)
    if rows.object:
        wanted.append(of.object == rows.object)
    if rows.result:
        wanted.append(of.result == rows.result)
    if rows.since is not None:
        wanted.append(of.at >= rows.since)
    if rows.until is not None:
        wanted.append(of.at < rows.until)
    return wanted


async def names_of(
    connection: AsyncConnection, tenant_id: TenantId, objects: Sequence[str]
) -> dict[str, str]:
    """What of these objects is called, where the object still is: users, queues, keys, webhooks."""
    found: dict[str, str] = {}
    for table in (users, queues, api_keys, webhooks):
        rows = await connection.execute(
            select(table.c.id, table.c.name).where(table.c.tenant_id == tenant_id, table.c.id.in_(objects))
        )
        found |= {row.id: row.name for row in rows}
    return found


async def row_numbered(connection: AsyncConnection, tenant_id: TenantId, number: int) -> AuditEntry | None:
    """That row as it stands, or None."""
    found = await connection.execute(
        select(audit_log).where(audit_log.c.tenant_id == tenant_id, audit_log.c.number == number)
    )
    row = found.one_or_none()
    return None if row is None else _entry(row)


async def verified(
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]], tenant_id: TenantId
) -> AsyncGenerator[ChainProgress]:
    """Walk the chain up to its end of now, in pieces; the last progress has the first bad row, if there is one."""
    head = AuditHead()
    async with reading() as connection:
        end = await _head(connection, tenant_id)
    yield ChainProgress(done=0, total=end.number)
    while head.number < end.number:
        async with reading() as connection:
            found = await connection.execute(
                select(audit_log)
                .where(audit_log.c.tenant_id == tenant_id, audit_log.c.number > head.number)
                .where(audit_log.c.number <= end.number)
                .order_by(audit_log.c.number)
                .limit(_ROWS_AT_A_TIME)
            )
            rows = found.all()
        # hashes are computed beside the event loop, which serves everybody else meanwhile
        head, bad = await asyncio.to_thread(_fitting, rows, head)
        if not rows:
            bad = head.number + 1
        yield ChainProgress(done=head.number, total=end.number, first_bad=bad)
        if bad is not None:
            return
    if head != end:
        yield ChainProgress(done=max(head.number - 1, 0), total=end.number, first_bad=end.number)


def _fitting(rows: Sequence[Row[Any]], head: AuditHead) -> tuple[AuditHead, int | None]:
    return first_bad_row([_entry(row) for row in rows], head)


async def _head(connection: AsyncConnection, tenant_id: TenantId) -> AuditHead:
    row = (
        await connection.execute(select(audit_heads).where(audit_heads.c.tenant_id == tenant_id))
    ).one_or_none()
    return AuditHead() if row is None else AuditHead(number=row.number, hash=row.hash)


async def _locked_head(connection: AsyncConnection, tenant_id: TenantId) -> AuditHead:
    made = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    await connection.execute(
        made(audit_heads)
        .values(tenant_id=tenant_id, number=0, hash=FIRST_HASH)
        .on_conflict_do_nothing(index_elements=["tenant_id"])
    )
    locked = await connection.execute(
        select(audit_heads).where(audit_heads.c.tenant_id == tenant_id).with_for_update()
    )
    row = locked.one()
    return AuditHead(number=row.number, hash=row.hash)


def row_of(entry: AuditEntry) -> dict[str, object]:
    """The columns of a row."""
    draft = entry.draft
    return {
        "tenant_id": draft.tenant_id,
        "number": entry.number,
        "at": draft.at,
        "actor_id": draft.actor_id,
        "actor": draft.actor,
        "action": draft.action,
        "object": draft.object,
        "result": draft.result,
        "reason": draft.reason,
        "address": draft.address,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        number=row.number,
        draft=AuditDraft(
            tenant_id=TenantId(row.tenant_id),
            at=row.at,
            actor_id=None if row.actor_id is None else UserId(row.actor_id),
            actor=row.actor,
            action=AuditAction(row.action),
            object=row.object,
            result=AuditResult(row.result),
            reason=row.reason,
            address=row.address,
        ),
        previous=row.previous,
        hash=row.hash,
    )
