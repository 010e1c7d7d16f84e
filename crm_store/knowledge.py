"""Canned replies, macros and counts of use in SQL; behind `hub.ports.knowledge`."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.audit import append
from crm_store.engine import Database
from crm_store.rows.knowledge import knowledge_uses, snippets
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.knowledge import Reach, Snippet, SnippetId, SnippetKind, Step
from hub.ports.knowledge import Uses

MOST_SNIPPETS = 3_000
"""Of one tenant, personal ones included: all of them are read when somebody types `;`."""


class _Content(msgspec.Struct, frozen=True, kw_only=True):
    texts: dict[str, str] = {}
    steps: tuple[Step, ...] = ()


_content = msgspec.json.Decoder(_Content).decode
_ids = msgspec.json.Decoder(list[str]).decode


class SqlSnippets:
    """`SnippetStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def snippets(self, tenant_id: TenantId) -> list[Snippet]:
        """See the port."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(snippets)
                .where(snippets.c.tenant_id == tenant_id)
                .order_by(snippets.c.code, snippets.c.id)
            )
            return [_snippet(row) for row in found.mappings()]

    async def snippet(self, tenant_id: TenantId, snippet_id: SnippetId) -> Snippet | None:
        """See the port."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(snippets).where(snippets.c.tenant_id == tenant_id, snippets.c.id == snippet_id)
            )
            row = found.mappings().one_or_none()
        return None if row is None else _snippet(row)

    async def add_snippet(self, snippet: Snippet, draft: AuditDraft | None) -> None:
        """See the port."""
        async with self._database.writing() as connection:
            there = await connection.scalar(
                select(func.count()).where(snippets.c.tenant_id == snippet.tenant_id)
            )
            if (there or 0) >= MOST_SNIPPETS:
                raise Conflict(f"there are {MOST_SNIPPETS} already", code="too_many_items")
            try:
                await connection.execute(insert(snippets).values(**_columns(snippet)))
            except IntegrityError as exc:
                raise Conflict("this code is taken", code="code_taken") from exc
            await _noted(connection, draft)

    async def save_snippet(self, snippet: Snippet, draft: AuditDraft | None) -> None:
        """See the port."""
        async with self._database.writing() as connection:
            try:
                saved = await connection.execute(
                    update(snippets)
                    .where(*_as_read(snippet, snippet.version - 1))
                    .values(**_columns(snippet))
                )
            except IntegrityError as exc:
                raise Conflict("this code is taken", code="code_taken") from exc
            if saved.rowcount != 1:
                raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
            await _noted(connection, draft)

    async def remove_snippet(self, snippet: Snippet, draft: AuditDraft | None) -> None:
        """See the port."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(snippets).where(*_as_read(snippet, snippet.version)))
            if gone.rowcount != 1:
                raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
            await forget_uses(connection, snippet.tenant_id, snippet.id)
            await _noted(connection, draft)

    async def uses(self, tenant_id: TenantId, user_id: UserId | None) -> dict[str, Uses]:
        """See the port."""
        own = func.sum(knowledge_uses.c.uses).filter(knowledge_uses.c.user_id == (user_id or ""))
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(knowledge_uses.c.item_id, func.sum(knowledge_uses.c.uses), func.coalesce(own, 0))
                .where(knowledge_uses.c.tenant_id == tenant_id)
                .group_by(knowledge_uses.c.item_id)
            )
            return {item: Uses(total=int(total), own=int(mine)) for item, total, mine in found}

    async def count_use(self, tenant_id: TenantId, user_id: UserId, item_id: str, at: datetime) -> None:
        """See the port."""
        async with self._database.writing() as connection:
            made = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
            row = made(knowledge_uses).values(
                tenant_id=tenant_id, item_id=item_id, user_id=user_id, uses=1, last_at=at
            )
            await connection.execute(
                row.on_conflict_do_update(
                    index_elements=["tenant_id", "item_id", "user_id"],
                    set_={"uses": knowledge_uses.c.uses + 1, "last_at": at},
                )
            )


async def forget_uses(connection: AsyncConnection, tenant_id: TenantId, item_id: str) -> None:
    """The counts of something that is gone."""
    await connection.execute(
        delete(knowledge_uses).where(
            knowledge_uses.c.tenant_id == tenant_id, knowledge_uses.c.item_id == item_id
        )
    )


async def _noted(connection: AsyncConnection, draft: AuditDraft | None) -> None:
    if draft is not None:
        await append(connection, draft)


def _as_read(snippet: Snippet, version: int) -> tuple[Any, ...]:
    return (
        snippets.c.tenant_id == snippet.tenant_id,
        snippets.c.id == snippet.id,
        snippets.c.version == version,
    )


def _columns(snippet: Snippet) -> dict[str, object]:
    content = _Content(texts=snippet.texts, steps=snippet.steps)
    return {
        "id": snippet.id,
        "tenant_id": snippet.tenant_id,
        "kind": snippet.kind.value,
        "code": snippet.code,
        "title": snippet.title,
        "content": msgspec.json.encode(content).decode(),
        "reach": snippet.reach.value,
        "owner_id": snippet.owner_id or "",
        "queues": msgspec.json.encode(sorted(snippet.queues)).decode(),
        "version": snippet.version,
        "updated_at": snippet.updated_at,
        "updated_by": snippet.updated_by,
    }


def _snippet(row: RowMapping) -> Snippet:
    of = snippets.c
    content = _content(row[of.content])
    return Snippet(
        id=SnippetId(row[of.id]),
        tenant_id=TenantId(row[of.tenant_id]),
        kind=SnippetKind(row[of.kind]),
        code=row[of.code],
        title=row[of.title],
        texts=content.texts,
        steps=content.steps,
        reach=Reach(row[of.reach]),
        owner_id=UserId(row[of.owner_id]) if row[of.owner_id] else None,
        queues=frozenset(QueueId(q) for q in _ids(row[of.queues])),
        version=row[of.version],
        updated_at=row[of.updated_at],
        updated_by=row[of.updated_by],
    )
