"""Look-ups of interactions: one, a page, their touches, and what the router did with them. Scoped by principal."""

import re
from collections.abc import Sequence

import msgspec

from crm_store.called import CALLED
from crm_store.driver import Row, Wire
from crm_store.instants import from_us
from crm_store.mapping import (
    AUTHOR,
    at,
    columns,
    interaction_of,
    item_of,
    reservation_of,
    segment_of,
    touch_of,
)
from crm_store.person_scope import ClientReach
from crm_store.rows.history import interactions, reservations, segments, work_items
from crm_store.store import Store
from crm_store.talk_mapping import files_of
from crm_store.text_search import find_texts
from crm_store.unit_talk import is_mentioned
from hub.desk.found import (
    Explained,
    InteractionPage,
    InteractionView,
    ReservationView,
    SegmentView,
    TouchPage,
)
from hub.desk.scope import require_interaction
from hub.desk.touch_views import touch_view
from hub.desk.views import NamedView
from hub.domain.access import Permission, Principal, Scope
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import InteractionId, PersonId, TenantId, TouchId, UserId
from hub.domain.interaction import Disposition, Interaction, InteractionState
from hub.domain.outcome import Answer
from hub.domain.touch import Attachment
from hub.domain.work import WorkItem, WorkState

_INTERACTION = columns(interactions, "i.")
_CUT = 140
_answers = msgspec.json.Decoder(dict[str, Answer]).decode
_TEXT_ROUNDS = 8

_LIST = (
    f"SELECT i.id, p.id, {CALLED}, q.id, q.name, i.channel, i.language, i.state, i.opened_at, i.closed_at,"
    " COALESCE(w.agent_id, i.last_agent_id), COALESCE(a.name, ''), w.id, w.state, i.disposition,"
    " i.disposition_note, i.last_seq, COALESCE(l.text, ''), COALESCE(ca.answers, '{}')"
    " FROM interactions i JOIN persons p ON p.id = i.person_id JOIN queues q ON q.id = i.queue_id"
    " LEFT JOIN close_answers ca ON ca.interaction_id = i.id"
    " LEFT JOIN work_items w ON w.interaction_id = i.id AND w.state IN ('queued', 'offered', 'assigned', 'wrap_up')"
    " LEFT JOIN agents a ON a.id = COALESCE(w.agent_id, i.last_agent_id)"
    " LEFT JOIN touches l ON l.interaction_id = i.id AND l.seq = (SELECT MAX(x.seq) FROM touches x"
    " WHERE x.interaction_id = i.id AND x.direction <> 'internal')"
    " WHERE i.tenant_id = $1"
)
_TOUCHES = (
    "SELECT t.id, t.tenant_id, t.interaction_id, t.session_id, t.person_id, t.seq, t.channel, t.account,"
    " t.direction, t.kind, t.at, t.source_at, t.text, t.attachments, t.author_id, t.delivery, t.delivery_detail,"
    f" t.letter, {AUTHOR} FROM touches t LEFT JOIN agents a ON a.id = t.author_id"
)


async def loaded(
    wire: Wire, principal: Principal, interaction_id: InteractionId
) -> tuple[Interaction | None, WorkItem | None]:
    """An interaction of the principal's tenant with its open pass; the scope is still to be checked."""
    rows = await wire.fetch(
        f"SELECT {_INTERACTION} FROM interactions i WHERE /*+*/i.tenant_id = $1 AND i.id = $2",
        principal.tenant_id,
        interaction_id,
    )
    items = await wire.fetch(
        f"SELECT {columns(work_items)} FROM work_items WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
        " AND state IN ('queued', 'offered', 'assigned', 'wrap_up')",
        principal.tenant_id,
        interaction_id,
    )
    return (interaction_of(rows[0]) if rows else None, item_of(items[0]) if items else None)


async def readable(wire: Wire, principal: Principal, interaction_id: InteractionId) -> Interaction:
    """The interaction, if the principal may read it: within reach, or named in a note of it. Raises NotFound."""
    return (await readable_as(wire, principal, interaction_id))[0]


async def readable_as(
    wire: Wire, principal: Principal, interaction_id: InteractionId
) -> tuple[Interaction, bool]:
    """The same, and whether the principal is only a guest: reads this interaction and nothing beside it."""
    found, item = await loaded(wire, principal, interaction_id)
    try:
        return require_interaction(principal, Permission.READ_INTERACTION, found, item), False
    except NotFound:
        me = principal.user_id
        if found is None or me is None:
            raise
        is_guest = await is_mentioned(wire, principal.tenant_id, me, interaction_id)
        if not is_guest and not await is_asked(wire, principal.tenant_id, me, interaction_id):
            raise
        return found, True


async def in_history(
    wire: Wire, principal: Principal, interaction_id: InteractionId, reach: ClientReach
) -> None:
    """Whether the principal may read of it: the interaction itself, or the history of its client, of which it is a
    part. Raises NotFound."""
    try:
        await readable(wire, principal, interaction_id)
    except NotFound:
        found, _ = await loaded(wire, principal, interaction_id)
        if found is None or not await reach.may(wire, principal, Permission.READ_PERSON, [found.person_id]):
            raise


async def is_asked(wire: Wire, tenant_id: TenantId, user_id: UserId, interaction_id: InteractionId) -> bool:
    """Whether this user is a colleague who is being asked about it now."""
    rows = await wire.fetch(
        "SELECT 1 FROM consults WHERE tenant_id = $1 AND interaction_id = $2 AND colleague_id = $3"
        " AND ended_at IS NULL",
        tenant_id,
        interaction_id,
        user_id,
    )
    return bool(rows)


async def latest_of(
    wire: Wire, tenant_id: TenantId, persons: Sequence[PersonId], limit: int
) -> list[InteractionView]:
    """The last interactions of these persons, newest first; the reach is the caller's to check."""
    rows = await wire.fetch(
        _LIST + " AND i.person_id = ANY($2) ORDER BY i.opened_at DESC, i.id DESC LIMIT $3",
        tenant_id,
        list(persons),
        limit,
    )
    return [_view(row, ()) for row in rows]


class Interactions:
    """The interaction half of Lookups in hub/desk/reading.py."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def interactions(
        self,
        principal: Principal,
        *,
        state: str = "",
        queue_id: str = "",
        agent_id: str = "",
        person_id: str = "",
        channel: str = "",
        q: str = "",
        after: str = "",
        limit: int = 50,
    ) -> InteractionPage:
        """See the port."""
        sql, params = _LIST, [principal.tenant_id]

        def add(condition: str, value: object) -> None:
            nonlocal sql
            params.append(value)  # type: ignore[arg-type]
            sql += f" AND {condition.format(f'${len(params)}')}"

        reach = principal.require(Permission.READ_INTERACTION)
        if reach is not Scope.ALL:  # as `require_interaction`: who has work has served it last
            queues = sorted(principal.queues) if reach is Scope.TEAM else []
            params += [principal.user_id or "", queues]  # type: ignore[list-item]
            sql += " AND (i.last_agent_id = $2 OR i.queue_id = ANY($3))"
        for condition, value in (
            ("i.state = {}", state),
            ("i.queue_id = {}", queue_id),
            ("COALESCE(w.agent_id, i.last_agent_id) = {}", agent_id),
            ("i.person_id = {}", person_id),
            ("i.channel = {}", channel),
        ):
            if value:
                add(condition, value)
        if q:
            async with self._store.database.snapshot() as wire:
                hits = await _interactions_with(wire, principal, q)
            add("i.id = ANY({})", hits)
        if after:
            opened_at, last_id = _cursor(after)
            params += [opened_at, last_id]  # type: ignore[list-item]
            n = len(params)
            sql += f" AND (i.opened_at < ${n - 1} OR (i.opened_at = ${n - 1} AND i.id < ${n}))"
        params.append(limit + 1)  # type: ignore[arg-type]
        sql += f" ORDER BY i.opened_at DESC, i.id DESC LIMIT ${len(params)}"
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(sql, *params)
        more = f"{rows[limit - 1][8]}.{rows[limit - 1][0]}" if len(rows) > limit else None
        return InteractionPage(items=tuple(_view(r, ()) for r in rows[:limit]), next=more)

    async def interaction(self, principal: Principal, interaction_id: InteractionId) -> InteractionView:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(_LIST + " AND i.id = $2", principal.tenant_id, interaction_id)
            channels = await wire.fetch(
                "SELECT s.channel FROM sessions s LEFT JOIN touches t ON t.session_id = s.id"
                " AND t.direction = 'inbound' WHERE /*+*/s.tenant_id = $1 AND s.interaction_id = $2"
                " AND s.ended_at IS NULL GROUP BY s.channel"
                " ORDER BY MAX(COALESCE(t.at, s.started_at)) DESC, s.channel",
                principal.tenant_id,
                interaction_id,
            )
        may = principal.may(Permission.REPLY)
        return _view(rows[0], tuple(r[0] for r in channels) if may else ())

    async def touches(
        self, principal: Principal, interaction_id: InteractionId, *, after: int, limit: int
    ) -> TouchPage:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                _TOUCHES
                + " WHERE /*+*/t.tenant_id = $1 AND t.interaction_id = $2 AND t.seq > $3 ORDER BY t.seq LIMIT $4",
                principal.tenant_id,
                interaction_id,
                after,
                limit + 1,
            )
        items = tuple(touch_view(touch_of(r), r[18]) for r in rows[:limit])
        return TouchPage(items=items, next=str(items[-1].seq) if len(rows) > limit else None)

    async def attachment(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId, sha256: str
    ) -> Attachment:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                "SELECT attachments FROM touches WHERE /*+*/tenant_id = $1 AND interaction_id = $2 AND id = $3",
                principal.tenant_id,
                interaction_id,
                touch_id,
            )
        for file in files_of(rows[0][0]) if rows else ():
            if file.sha256 == sha256:
                return file
        raise NotFound("there is no such file")

    async def explained(self, principal: Principal, interaction_id: InteractionId) -> Explained:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            offers = await wire.fetch(
                f"SELECT {columns(reservations, 'r.')}, COALESCE(a.name, '') FROM reservations r"
                " LEFT JOIN agents a ON a.id = r.agent_id"
                " WHERE /*+*/r.tenant_id = $1 AND r.interaction_id = $2 ORDER BY r.offered_at, r.id",
                principal.tenant_id,
                interaction_id,
            )
            intervals = await wire.fetch(
                f"SELECT {columns(segments, 's.')}, q.name, COALESCE(a.name, '') FROM segments s"
                " JOIN queues q ON q.id = s.queue_id LEFT JOIN agents a ON a.id = s.agent_id"
                " WHERE /*+*/s.tenant_id = $1 AND s.interaction_id = $2 ORDER BY s.started_at",
                principal.tenant_id,
                interaction_id,
            )
        return Explained(
            reservations=tuple(_offer_view(r) for r in offers),
            segments=tuple(_segment_view(r) for r in intervals),
        )

    async def mark_read(self, principal: Principal, interaction_id: InteractionId, seq: int) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await readable(wire, principal, interaction_id)
            await wire.execute(
                "INSERT INTO read_marks (interaction_id, agent_id, seq) VALUES ($1, $2, $3)"
                " ON CONFLICT (interaction_id, agent_id) DO UPDATE SET seq ="
                " CASE WHEN excluded.seq > read_marks.seq THEN excluded.seq ELSE read_marks.seq END",
                interaction_id,
                principal.user_id or "",
                seq,
            )


async def _interactions_with(wire: Wire, principal: Principal, q: str) -> list[str]:
    """Interactions that hold the words of `q`, those with the newest hits; a bounded look."""
    found: dict[str, None] = {}
    before: int | None = None
    for _ in range(_TEXT_ROUNDS):
        page = await find_texts(wire, principal.tenant_id, q, before=before, limit=50)
        found |= dict.fromkeys(hit.interaction_id for hit in page.hits)
        before = page.next
        if before is None:
            break
    return list(found)


_CURSOR = re.compile(r"(-?[0-9]{1,18})\.([0-9a-f-]{1,36})")


def _cursor(after: str) -> tuple[int, str]:
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise Invalid("this page does not exist", field="after")
    return int(found[1]), found[2]


def _view(r: Row, reply_channels: tuple[str, ...]) -> InteractionView:
    return InteractionView(
        id=r[0],
        person=NamedView(id=r[1], name=r[2]),
        queue=NamedView(id=r[3], name=r[4]),
        channel=r[5],
        language=r[6],
        state=InteractionState(r[7]),
        opened_at=from_us(r[8]),
        closed_at=at(r[9]),
        agent=NamedView(id=r[10], name=r[11]) if r[10] else None,
        work_item_id=r[12],
        work_state=WorkState(r[13]) if r[13] else None,
        disposition=None
        if r[14] is None
        else Disposition(code=r[14], note=r[15] or "", fields=_answers(r[18])),
        last_seq=r[16],
        last_text=r[17][:_CUT],
        reply_channels=reply_channels,
    )


def _offer_view(r: Row) -> ReservationView:
    offer = reservation_of(r[:-1])
    return ReservationView(
        id=offer.id,
        work_item_id=offer.work_item_id,
        agent=r[-1],
        state=offer.state,
        offered_at=offer.offered_at,
        answered_at=offer.answered_at,
        reason=offer.reason,
        why=offer.why,
    )


def _segment_view(r: Row) -> SegmentView:
    segment = segment_of(r[:-2])
    return SegmentView(
        kind=segment.kind,
        queue=r[-2],
        agent=r[-1],
        started_at=segment.started_at,
        ended_at=segment.ended_at,
    )
