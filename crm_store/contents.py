"""Who holds a content of the attachments: asked by every sweep, before it removes one.

Whatever names a content by its SHA-256 stands here, or among those that do not (a test walks the tables). What is put
and not yet committed is in no table: `Attachments.remove` spares what was put lately.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from crm_store.driver import Wire
from crm_store.instants import to_us
from hub.domain.ids import TenantId

BY_HASH: Final = {
    "chat_files": "sha256",
    "letters": "raw_sha256",
    "uploads": "sha256",
}
"""Tables with the hash in a column of its own."""

IN_LISTS: Final = {
    "drafts": "attachments",
    "planned_replies": "attachments",
    "touches": "attachments",
}
"""Tables with hashes in a list of files. The files of a letter, its pictures, those fetched from Telegram and those of
replies are in that of their touch."""

NO_CONTENT: Final = frozenset(
    {
        # the sound is in the vault, under the id of its recording, and goes with it
        ("recordings", "sha256"),
        ("recordings", "sealed_sha256"),
        # of an update, a request, a touch and a token: they tell one from another
        ("telegram_updates", "sha256"),
        ("idempotency", "body_sha256"),
        ("touches", "body_sha256"),
        ("visitors", "token_sha256"),
        ("visitor_sessions", "token_sha256"),
    }
)
"""Columns that look like it and name no content of the attachments."""

_LOOKED_FOR_AT_ONCE = 200


async def held_contents(
    wire: Wire,
    tenant_id: TenantId,
    hashes: Collection[str],
    *,
    besides_chat_files_before: datetime | None = None,
) -> set[str]:
    """Those of these contents that something holds; visitors' files of before then do not count."""
    left = sorted(set(hashes))
    held: set[str] = set()
    for begin in range(0, len(left), _LOOKED_FOR_AT_ONCE):
        held |= await _held(
            wire, tenant_id, left[begin : begin + _LOOKED_FOR_AT_ONCE], besides_chat_files_before
        )
    return held


async def _held(wire: Wire, tenant_id: TenantId, hashes: list[str], before: datetime | None) -> set[str]:
    held: set[str] = set()
    for table, column in BY_HASH.items():
        sql = f"SELECT DISTINCT {column} FROM {table} WHERE tenant_id = $1 AND {column} = ANY($2)"
        if table == "chat_files" and before is not None:
            rows = await wire.fetch(sql + " AND at >= $3", tenant_id, hashes, to_us(before))
        else:
            rows = await wire.fetch(sql, tenant_id, hashes)
        held |= {str(r[0]) for r in rows}
    for table, column in IN_LISTS.items():
        left = [sha256 for sha256 in hashes if sha256 not in held]
        sql = f"SELECT 1 FROM {table} WHERE tenant_id = $1 AND {column} LIKE $2 LIMIT 1"
        found = await wire.fetch_each(*((sql, (tenant_id, f"%{sha256}%")) for sha256 in left))
        held |= {sha256 for sha256, rows in zip(left, found, strict=True) if rows}
    return held
