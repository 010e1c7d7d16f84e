"""Files that visitors uploaded, who may see which, and those that nobody sent."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from crm_store.contents import held_contents
from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.mapping import TOUCHES_OF_SESSION, columns
from crm_store.rows.webchat import chat_files
from crm_store.store import Store
from hub.domain.ids import TenantId
from hub.domain.touch import Attachment
from hub.ports.visitors import OldFile, Visitor, VisitorFile

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

    async def old_files(self, before: datetime, limit: int, after: VisitorFile | None) -> list[OldFile]:
        """See VisitorStore."""
        place = (to_us(after.at), after.id) if after is not None else (0, "")
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {columns(chat_files, 'f.')}, EXISTS (SELECT 1 FROM {TOUCHES_OF_SESSION}"
                " WHERE s.tenant_id = f.tenant_id AND s.account = 'webchat:' || f.site_key AND s.thread = f.visitor_id"
                " AND t.attachments LIKE '%' || f.sha256 || '%') FROM chat_files f"
                " WHERE f.at < $1 AND f.at >= $2 AND (f.at > $2 OR f.id > $3) ORDER BY f.at, f.id LIMIT $4",
                to_us(before),
                *place,
                limit,
            )
            # most were sent, and stand in the conversation: only others are looked for in all that there is
            unsent: dict[TenantId, set[str]] = defaultdict(set)
            for file in (_file_of(r) for r in rows if not r[-1]):
                unsent[file.tenant_id].add(file.file.sha256)
            held = {
                tenant_id: await held_contents(wire, tenant_id, hashes, besides_chat_files_before=before)
                for tenant_id, hashes in unsent.items()
            }
        return [
            OldFile(file=file, is_held=is_sent or file.file.sha256 in held[file.tenant_id])
            for file, is_sent in ((_file_of(r), bool(r[-1])) for r in rows)
        ]

    async def forget_files(self, ids: Sequence[str]) -> None:
        """See VisitorStore."""
        async with self._store.database.transaction() as wire:
            await wire.execute("DELETE FROM chat_files WHERE id = ANY($1)", list(ids))


def _file_of(r: Row) -> VisitorFile:
    return VisitorFile(
        id=r[0],
        tenant_id=TenantId(r[1]),
        visitor_id=r[2],
        site_key=r[3],
        file=Attachment(sha256=r[4], name=r[5], media_type=r[6], size_bytes=r[7]),
        at=from_us(r[8]),
    )
