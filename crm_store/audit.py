"""The audit log in SQL: one row at a time a tenant, so that the chain of hashes is one line."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy import Row, insert, select, update
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
    chained,
)
from hub.domain.audit import first_bad_row as first_bad_of
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
    of, rows = audit_log.c, wanted_rows
    wanted = select(audit_log).where(of.tenant_id == tenant_id)
    if before is not None:
        wanted = wanted.where(of.number < before)
    if rows.actor:
        wanted = wanted.where(of.actor.icontains(rows.actor, autoescape=True))
    if rows.action:
        wanted = wanted.where(of.action == rows.action)
    if rows.object:
        wanted = wanted.where(of.object == rows.object)
    if rows.result:
        wanted = wanted.where(of.result == rows.result)
    if rows.since is not None:
        wanted = wanted.where(of.at >= rows.since)
    if rows.until is not None:
        wanted = wanted.where(of.at < rows.until)
    found = await connection.execute(wanted.order_by(audit_log.c.number.desc()).limit(limit))
    return [_entry(row) for row in found]


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


async def first_bad_row(
    reading: Callable[[], AbstractAsyncContextManager[AsyncConnection]], tenant_id: TenantId
) -> int | None:
    """The number of the first row that does not fit the chain, or None. Reads the whole log, in pieces."""
    verified = AuditHead()
    async with reading() as connection:
        end = await _head(connection, tenant_id)
    while verified.number < end.number:
        async with reading() as connection:
            found = await connection.execute(
                select(audit_log)
                .where(audit_log.c.tenant_id == tenant_id, audit_log.c.number > verified.number)
                .where(audit_log.c.number <= end.number)
                .order_by(audit_log.c.number)
                .limit(_ROWS_AT_A_TIME)
            )
            rows = [_entry(row) for row in found]
        verified, bad = first_bad_of(rows, verified)
        if bad is not None:
            return bad
        if not rows:
            return verified.number + 1
    return None if verified == end else end.number


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
