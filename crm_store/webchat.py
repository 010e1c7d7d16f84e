"""Web chat's side of the store: sites, visitors, the conversation of a thread, places in line."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from crm_store.callback_mapping import callback_of
from crm_store.chat_files import ChatFiles
from crm_store.claims import add_claims
from crm_store.driver import Row, Wire
from crm_store.instants import from_us
from crm_store.mapping import AUTHOR, TOUCHES_OF_SESSION, at, columns, text, us
from crm_store.open_work import WAITING
from crm_store.person_index import index_names
from crm_store.person_scope import hold_standing
from crm_store.ratings import Ratings, rating_of
from crm_store.repeated import repeated
from crm_store.rows.webchat import callbacks
from crm_store.site_users import SiteUsers, add_visitor_rows
from crm_store.sites import Sites
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from crm_store.visitor_rows import about_in
from hub.domain.errors import Conflict
from hub.domain.events import ClientMoved, DeliveryChanged
from hub.domain.ids import IdentityId, InteractionId, PersonId, QueueId, TenantId, TouchId, UserId
from hub.domain.person import Confidence, Identity
from hub.domain.touch import Attachment, Claim, Delivery, Direction
from hub.ids import new_id
from hub.ports.visitors import Place, ThreadState, ThreadTouch, Visitor

_attachments = msgspec.json.Decoder(tuple[Attachment, ...]).decode


class Visitors(SiteUsers, Sites, Ratings, ChatFiles):
    """VisitorStore of hub/ports/visitors.py."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        SiteUsers.__init__(self, store, encode=encode)
        self._store = store
        self._encode = encode

    async def add_visitor(self, visitor: Visitor) -> None:
        """See the port."""
        row = (
            visitor.id,
            visitor.tenant_id,
            visitor.site_key,
            visitor.token_sha256,
            visitor.language,
            us(visitor.created_at),
            visitor.got_seq,
            text(visitor.about),
        )
        async with self._store.database.transaction() as wire:
            await add_visitor_rows(wire, visitor, row)

    async def conversation(self, visitor: Visitor, *, after_seq: int, limit: int) -> list[ThreadTouch]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT t.id, t.interaction_id, t.seq, t.direction, t.text, t.at, {AUTHOR}, t.delivery,"
                f" t.external_id, t.attachments FROM {TOUCHES_OF_SESSION}"
                " LEFT JOIN agents a ON a.id = t.author_id"
                " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3 AND t.seq > $4"
                " AND t.direction IN ('inbound', 'outbound') AND t.kind <> 'form' ORDER BY t.seq DESC LIMIT $5",
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
                "SELECT i.state, w.state, COALESCE(a.name, ''), i.id, i.last_agent_id, i.closed_at,"
                " EXISTS (SELECT 1 FROM touches t WHERE t.interaction_id = i.id AND t.direction = 'inbound'),"
                " s.ended_at FROM sessions s"
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
            # who has left it may be going on in it on another channel
            is_open = r[0] == "open" and r[7] is None
            rating = await rating_of(wire, visitor.tenant_id, InteractionId(r[3]))
            promised = await wire.fetch(
                f"SELECT {columns(callbacks)} FROM callbacks WHERE tenant_id = $1 AND interaction_id = $2"
                " ORDER BY created_at LIMIT 1",
                visitor.tenant_id,
                r[3],
            )
        return ThreadState(
            open=is_open,
            agent=r[2] if is_open else "",
            waiting=is_open and r[1] in {"queued", "offered"},
            interaction_id=InteractionId(r[3]),
            rateable=r[4] is not None and bool(r[6]),
            closed_at=at(r[5]),
            rating=rating,
            callback=callback_of(promised[0]) if promised else None,
        )

    async def put_answers(
        self, visitor: Visitor, answers: dict[str, str], name: str, claims: Sequence[Claim], now: datetime
    ) -> None:
        """See the port."""
        await repeated(lambda: self._answered(visitor, answers, name, claims, now))

    async def _answered(
        self, visitor: Visitor, answers: dict[str, str], name: str, claims: Sequence[Claim], now: datetime
    ) -> None:
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "INSERT INTO visitor_answers (visitor_id, tenant_id, answers) VALUES ($1, $2, $3)"
                " ON CONFLICT (visitor_id) DO UPDATE SET answers = excluded.answers",
                visitor.id,
                visitor.tenant_id,
                text(answers),
            )
            if (person_id := await _known(wire, visitor)) is not None:
                await hold_standing(wire, visitor.tenant_id, {person_id: person_id})
                if await _known(wire, visitor) != person_id:
                    raise Conflict("their record came apart just now", code="raced")
                await _claimed(wire, visitor.tenant_id, person_id, name, claims, now)

    async def note_about(self, visitor: Visitor, about: dict[str, str]) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "UPDATE visitors SET about = $1 WHERE id = $2 AND tenant_id = $3",
                text(about),
                visitor.id,
                visitor.tenant_id,
            )
            moved = await _moved(wire, visitor)
            if moved is not None:
                await self._store.add_events(wire, self._encode([moved]))
        if moved is not None:
            self._store.wake()

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
                f"SELECT t.id, t.interaction_id, t.seq, t.author_id FROM {TOUCHES_OF_SESSION}"
                " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3"
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
                "SELECT s.thread, line.queue_id, line.place FROM (SELECT interaction_id, queue_id, ROW_NUMBER()"
                " OVER (PARTITION BY queue_id ORDER BY urgent_at, first_queued_at, id) AS place"
                " FROM work_items WHERE tenant_id = $1 AND /*+*/queue_id = ANY($2)"
                f" AND {WAITING}) line"
                " JOIN sessions s ON s.interaction_id = line.interaction_id AND s.ended_at IS NULL"
                " WHERE s.account = $3 ORDER BY line.queue_id, line.place",
                tenant_id,
                list(queue_ids),
                account,
            )
        return [Place(thread=r[0], queue_id=QueueId(r[1]), place=r[2]) for r in rows]


async def _moved(wire: Wire, visitor: Visitor) -> ClientMoved | None:
    """What an agent is told of where this visitor is; None while no conversation is open."""
    rows = await wire.fetch(
        "SELECT i.id, i.person_id FROM sessions s JOIN interactions i ON i.id = s.interaction_id"
        " WHERE s.tenant_id = $1 AND s.account = $2 AND s.thread = $3 AND s.ended_at IS NULL AND i.state = 'open'",
        visitor.tenant_id,
        _account(visitor),
        visitor.id,
    )
    if not rows:
        return None
    visits = await wire.fetch(
        "SELECT v.about FROM identities d JOIN visitors v ON d.kind = 'webchat' AND v.id = d.value"
        " WHERE /*+*/d.tenant_id = $1 AND d.person_id = $2 ORDER BY d.created_at",
        visitor.tenant_id,
        rows[0][1],
    )
    said: dict[str, str] = {}
    for (about,) in visits:  # as the card has it: a later address says more
        said |= about_in(about)
    return ClientMoved(
        tenant_id=visitor.tenant_id,
        interaction_id=InteractionId(rows[0][0]),
        person_id=PersonId(rows[0][1]),
        about=said,
    )


async def _known(wire: Wire, visitor: Visitor) -> PersonId | None:
    """Who is known by this browser."""
    rows = await wire.fetch(
        "SELECT person_id FROM identities WHERE tenant_id = $1 AND kind = 'webchat' AND value = $2",
        visitor.tenant_id,
        visitor.id,
    )
    return PersonId(rows[0][0]) if rows else None


async def _claimed(
    wire: Wire, tenant_id: TenantId, person_id: PersonId, name: str, claims: Sequence[Claim], now: datetime
) -> None:
    """What a known person says of themselves: fills in what we did not know, and changes nothing we did."""
    if name:
        named = await wire.execute(
            "UPDATE persons SET name = $1, version = version + 1 WHERE tenant_id = $2 AND id = $3 AND name = ''",
            name,
            tenant_id,
            person_id,
        )
        if named:
            await index_names(wire, tenant_id, [(person_id, [name])])
    await add_claims(
        wire,
        [
            Identity(
                id=IdentityId(new_id()),
                tenant_id=tenant_id,
                person_id=person_id,
                kind=claim.kind,
                value=claim.value,
                display=claim.display,
                confidence=Confidence.MAYBE,
                created_at=now,
            )
            for claim in claims
        ],
    )


def _account(visitor: Visitor) -> str:
    return f"webchat:{visitor.site_key}"


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
        attachments=_attachments(r[9]),
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
