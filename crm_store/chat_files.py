"""Files that visitors uploaded, who may see which, and those that nobody sent."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.mapping import TOUCHES_OF_SESSION, columns
from crm_store.rows.webchat import chat_files
from crm_store.store import Store
from hub.domain.ids import TenantId
from hub.domain.touch import Attachment
from hub.ports.visitors import Visitor, VisitorFile

_FILE = columns(chat_files)
_attachments = msgspec.json.Decoder(tuple[Attachment, ...]).decode


class ChatFiles:
    """Files of visitors."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add_file(self, file: VisitorFile) -> None:
        """See VisitorStore."""
        async with self._store.database.transaction() as wire:
            await wire.insert(
                chat_files,
                [
                    (
                        file.id,
                        file.tenant_id,
                        file.visitor_id,
                        file.site_key,
                        file.file.sha256,
                        file.file.name,
                        file.file.media_type,
                        file.file.size_bytes,
                        to_us(file.at),
                    )
                ],
            )

    async def files(self, visitor: Visitor, ids: Sequence[str]) -> dict[str, VisitorFile]:
        """See VisitorStore."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_FILE} FROM chat_files WHERE tenant_id = $1 AND visitor_id = $2 AND id = ANY($3)",
                visitor.tenant_id,
                visitor.id,
                list(ids),
            )
        return {r[0]: _file_of(r) for r in rows}

    async def uploaded_since(self, visitor: Visitor, since: datetime) -> tuple[int, int]:
        """See VisitorStore."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT COUNT(*), COALESCE(SUM(size_bytes), 0) FROM chat_files"
                " WHERE tenant_id = $1 AND visitor_id = $2 AND at >= $3",
                visitor.tenant_id,
                visitor.id,
                to_us(since),
            )
        return int(rows[0][0]), int(rows[0][1])

    async def sent_file(self, visitor: Visitor, sha256: str) -> Attachment | None:
        """See VisitorStore."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT t.attachments FROM {TOUCHES_OF_SESSION}"
                " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3"
                " AND t.direction IN ('inbound', 'outbound') AND t.attachments LIKE $4 LIMIT 1",
                visitor.tenant_id,
                f"webchat:{visitor.site_key}",
                visitor.id,
                f"%{sha256}%",
            )
        found = (a for r in rows for a in _attachments(r[0]) if a.sha256 == sha256)
        return next(found, None)

    async def dead_files(self, before: datetime, limit: int) -> list[VisitorFile]:
        """See VisitorStore."""
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(
                f"SELECT {columns(chat_files, 'f.')}, EXISTS (SELECT 1 FROM {TOUCHES_OF_SESSION}"
                " WHERE s.tenant_id = f.tenant_id AND s.account = 'webchat:' || f.site_key AND s.thread = f.visitor_id"
                " AND t.attachments LIKE '%' || f.sha256 || '%') FROM chat_files f"
                " WHERE f.at < $1 ORDER BY f.at LIMIT $2",
                to_us(before),
                limit,
            )
            await wire.execute("DELETE FROM chat_files WHERE id = ANY($1)", [r[0] for r in rows])
            dead: list[VisitorFile] = []
            for file in (_file_of(r) for r in rows if not r[-1]):
                shared = await wire.fetch(
                    "SELECT 1 WHERE EXISTS (SELECT 1 FROM chat_files WHERE tenant_id = $1 AND sha256 = $2)"
                    " OR EXISTS (SELECT 1 FROM uploads WHERE tenant_id = $1 AND sha256 = $2)"
                    " OR EXISTS (SELECT 1 FROM touches WHERE tenant_id = $1 AND attachments LIKE $3)",
                    file.tenant_id,
                    file.file.sha256,
                    f"%{file.file.sha256}%",
                )
                if not shared:
                    dead.append(file)
        return dead


def _file_of(r: Row) -> VisitorFile:
    return VisitorFile(
        id=r[0],
        tenant_id=TenantId(r[1]),
        visitor_id=r[2],
        site_key=r[3],
        file=Attachment(sha256=r[4], name=r[5], media_type=r[6], size_bytes=r[7]),
        at=from_us(r[8]),
    )
