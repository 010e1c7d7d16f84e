"""Web chat's side of the store: sites, visitors, the conversation of a thread, places in line."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.mapping import AUTHOR, columns, text, us
from crm_store.rows.floor import sites, visitors
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.events import DeliveryChanged
from hub.domain.ids import InteractionId, QueueId, TenantId, TouchId, UserId
from hub.domain.touch import Delivery, Direction
from hub.ports.visitors import Place, Site, ThreadState, ThreadTouch, Visitor

_names = msgspec.json.Decoder(tuple[str, ...]).decode
_about = msgspec.json.Decoder(dict[str, str]).decode


class Visitors:
    """VisitorStore of hub/ports/visitors.py."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        self._store = store
        self._encode = encode

    async def site(self, key: str) -> Site | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(f"SELECT {columns(sites)} FROM sites WHERE key = $1", key)
        return _site(rows[0]) if rows else None

    async def put_site(self, site: Site) -> None:
        """Add a site, or change it."""
        async with self._store.database.transaction() as wire:
            await wire.execute(
                f"INSERT INTO sites ({columns(sites)}) VALUES ($1, $2, $3, $4, $5, $6)"
                " ON CONFLICT (key) DO UPDATE SET queue_id = excluded.queue_id, title = excluded.title,"
                " origins = excluded.origins, language = excluded.language",
                site.key,
                site.tenant_id,
                site.queue_id,
                site.title,
                text(site.origins),
                site.language,
            )

    async def visitor_by_token(self, site_key: str, token_sha256: str) -> Visitor | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {columns(visitors)} FROM visitors WHERE site_key = $1 AND token_sha256 = $2",
                site_key,
                token_sha256,
            )
        return _visitor(rows[0]) if rows else None

    async def add_visitor(self, visitor: Visitor) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await wire.insert(
                visitors,
                [
                    (
                        visitor.id,
                        visitor.tenant_id,
                        visitor.site_key,
                        visitor.token_sha256,
                        visitor.language,
                        us(visitor.created_at),
                        visitor.got_seq,
                        text(visitor.about),
                    )
                ],
            )

    async def conversation(self, visitor: Visitor, *, after_seq: int, limit: int) -> list[ThreadTouch]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT t.id, t.interaction_id, t.seq, t.direction, t.text, t.at, {AUTHOR}, t.delivery,"
                " t.external_id FROM sessions s JOIN touches t ON t.session_id = s.id"
                " LEFT JOIN agents a ON a.id = t.author_id"
                " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3 AND t.seq > $4"
                " AND t.direction IN ('inbound', 'outbound') ORDER BY t.seq DESC LIMIT $5",
                visitor.tenant_id,
                _account(visitor),
                visitor.id,
                after_seq,
                limit,
            )
        return [_thread_touch(r) for r in reversed(rows)]

    async def thread_state(self, visitor: Visitor) -> ThreadState:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT i.state, w.state, COALESCE(a.name, ''), i.id, i.queue_id FROM sessions s"
                " JOIN interactions i ON i.id = s.interaction_id"
                " LEFT JOIN work_items w ON w.interaction_id = i.id"
                " AND w.state IN ('queued', 'offered', 'assigned', 'wrap_up')"
                " LEFT JOIN agents a ON a.id = w.agent_id AND w.state = 'assigned'"
                " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3 ORDER BY s.started_at DESC LIMIT 1",
                visitor.tenant_id,
                _account(visitor),
                visitor.id,
            )
        if not rows:
            return ThreadState(open=False, agent="", waiting=False)
        r = rows[0]
        return ThreadState(
            open=r[0] == "open",
            agent=r[2],
            waiting=r[1] in {"queued", "offered"},
            interaction_id=InteractionId(r[3]),
        )

    async def note_got(self, visitor: Visitor, seq: int, now: datetime) -> None:
        """See the port."""
        del now
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "UPDATE visitors SET got_seq = $1 WHERE id = $2 AND tenant_id = $3 AND got_seq < $1",
                seq,
                visitor.id,
                visitor.tenant_id,
            )
            rows = await wire.fetch(
                "SELECT t.id, t.interaction_id, t.seq, t.author_id FROM sessions s JOIN touches t"
                " ON t.session_id = s.id WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3"
                " AND t.seq <= $4 AND t.direction = 'outbound' AND t.delivery = 'sent'",
                visitor.tenant_id,
                _account(visitor),
                visitor.id,
                seq,
            )
            if not rows:
                return
            await wire.many(
                "UPDATE touches SET delivery = 'delivered' WHERE id = $1 AND delivery = 'sent'",
                [(r[0],) for r in rows],
            )
            await self._store.add_events(wire, self._encode([_delivered(visitor.tenant_id, r) for r in rows]))
        self._store.wake()

    async def places(self, tenant_id: TenantId, queue_ids: Sequence[QueueId], account: str) -> list[Place]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT s.thread, line.queue_id, line.place FROM (SELECT w.interaction_id, w.queue_id, ROW_NUMBER()"
                " OVER (PARTITION BY w.queue_id ORDER BY w.urgent_at, w.first_queued_at, w.id) AS place"
                " FROM work_items w WHERE w.tenant_id = $1 AND w.queue_id = ANY($2)"
                " AND w.state IN ('queued', 'offered')) line"
                " JOIN sessions s ON s.interaction_id = line.interaction_id AND s.ended_at IS NULL"
                " WHERE s.account = $3 ORDER BY line.queue_id, line.place",
                tenant_id,
                list(queue_ids),
                account,
            )
        return [Place(thread=r[0], queue_id=QueueId(r[1]), place=r[2]) for r in rows]


def _account(visitor: Visitor) -> str:
    return f"webchat:{visitor.site_key}"


def _site(r: Row) -> Site:
    return Site(
        key=r[0],
        tenant_id=TenantId(r[1]),
        queue_id=QueueId(r[2]),
        title=r[3],
        origins=_names(r[4]),
        language=r[5],
    )


def _visitor(r: Row) -> Visitor:
    return Visitor(
        id=r[0],
        tenant_id=TenantId(r[1]),
        site_key=r[2],
        token_sha256=r[3],
        language=r[4],
        created_at=from_us(r[5]),
        got_seq=r[6],
        about=_about(r[7]),
    )


def _thread_touch(r: Row) -> ThreadTouch:
    return ThreadTouch(
        touch_id=TouchId(r[0]),
        interaction_id=InteractionId(r[1]),
        seq=r[2],
        direction=Direction(r[3]),
        text=r[4],
        at=from_us(r[5]),
        author=r[6],
        delivery=Delivery(r[7]),
        external_id=r[8],
    )


def _delivered(tenant_id: TenantId, r: Row) -> DeliveryChanged:
    return DeliveryChanged(
        tenant_id=tenant_id,
        interaction_id=InteractionId(r[1]),
        touch_id=TouchId(r[0]),
        seq=r[2],
        delivery=Delivery.DELIVERED,
        detail="",
        agent_id=None if r[3] is None else UserId(r[3]),
    )
