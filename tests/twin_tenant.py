"""A second tenant in the same database: everything the first one has, under other ids, and marked in every text."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.store import Store
from crm_store.tables import metadata
from crm_store.text_search import index_texts, touch_text_row
from hub.domain.ids import InteractionId, TenantId, TouchId
from hub.ids import new_id

CANARY = "canary7c1e"
"""In every text of the twin, and nowhere else."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_WORD_OF_A_PROGRAM = re.compile(r"[a-z0-9_.:+@/#-]*")
_MADE_ANEW = {"touch_texts"}
"""Has an index beside it: filled through the store's own door."""
_OF_THE_HOUSE = {"audit_log", "audit_heads", "setup_tokens", "sign_in_sessions", "idempotency"}
"""Chained, or of a sign-in: a twin of them proves nothing."""


@dataclass(kw_only=True)
class Twin:
    """The second tenant. `ids` maps what the first one has to what the twin has instead."""

    tenant_id: TenantId
    first: TenantId
    ids: dict[str, str] = field(default_factory=dict)
    by_table: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)

    def in_text(self, text: str) -> list[str]:
        """What of the twin's is in an answer."""
        return [mark for mark in (CANARY, *self.ids.values()) if mark in text]

    async def imprint(self, store: Store) -> str:
        """A hash of every row of the twin."""
        digest = hashlib.sha256()
        async with store.database.reading() as connection:
            for table in metadata.sorted_tables:
                if "tenant_id" in table.c:
                    rows = await connection.execute(select(table).where(table.c.tenant_id == self.tenant_id))
                    for line in sorted(repr(tuple(row)) for row in rows):
                        digest.update(f"{table.name} {line}\n".encode())
        return digest.hexdigest()


async def twin_of(store: Store, tenant_id: TenantId) -> Twin:
    """Make the twin of everything that `tenant_id` has now."""
    twin = Twin(tenant_id=TenantId(new_id()), first=tenant_id)
    async with store.database.writing() as connection:
        for table in metadata.sorted_tables:
            if "tenant_id" in table.c and table.name not in _MADE_ANEW | _OF_THE_HOUSE:
                await _copy(connection, table, twin)
    touches = metadata.tables["touches"]
    async with store.database.reading() as connection:
        written = (
            await connection.execute(select(touches).where(touches.c.tenant_id == twin.tenant_id))
        ).all()
    async with store.database.transaction() as wire:
        rows = [
            touch_text_row(
                twin.tenant_id, TouchId(t.id), InteractionId(t.interaction_id), t.at, f"{t.text} {CANARY}"
            )
            for t in written
        ]
        await index_texts(wire, [row for row in rows if row is not None])
    return twin


async def _copy(connection: AsyncConnection, table: Table, twin: Twin) -> None:
    found = (await connection.execute(select(table).where(table.c.tenant_id == twin.first))).mappings().all()
    rows = []
    for row in found:
        made = {
            column.name: _value(column, row[column.name], table, twin)
            for column in table.columns
            if not (column.primary_key and isinstance(column.type, Integer) and len(table.primary_key) == 1)
        }
        rows.append(made | {"tenant_id": twin.tenant_id})
    if rows:
        await connection.execute(table.insert(), rows)
        keys = [c.name for c in table.primary_key.columns if c.name in rows[0] and c.name != "tenant_id"]
        twin.by_table[table.name] = [str(row[key]) for row in rows for key in keys][:50]


def _value(column: Column[Any], value: Any, table: Table, twin: Twin) -> Any:
    if isinstance(column.type, JSON):
        return _marked(value, twin)
    if not isinstance(value, str) or not isinstance(column.type, String):
        return value
    for reference in column.foreign_keys:
        known = twin.keys.get((reference.column.table.name, reference.column.name), {})
        if value in known:
            return known[value]
    is_key = column.primary_key and "tenant_id" not in table.primary_key.columns
    if is_key and not _ID.search(value):
        return twin.keys.setdefault((table.name, column.name), {}).setdefault(value, f"{CANARY}-{value}")
    try:
        parsed = json.loads(value) if value[:1] in "[{" else None
    except ValueError:
        parsed = None
    if isinstance(parsed, dict | list):
        return json.dumps(_marked(parsed, twin), ensure_ascii=False)
    return _marked(value, twin)


def _marked(value: Any, twin: Twin) -> Any:
    """Other ids, and the canary in what people wrote; the words of the program stay, or no query would find it."""
    match value:
        case dict():
            return {name: _marked(part, twin) for name, part in value.items()}
        case list():
            return [_marked(part, twin) for part in value]
        case str():
            moved = _ID.sub(lambda m: twin.ids.setdefault(m[0], new_id()), value)
            return moved if _WORD_OF_A_PROGRAM.fullmatch(moved) else f"{moved} {CANARY}"
        case _:
            return value
