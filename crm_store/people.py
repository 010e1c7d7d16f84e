"""Look-ups of persons: by what somebody types, and their history over all interactions. Scoped by principal."""

import re
from collections.abc import Sequence
from dataclasses import replace

from crm_store.cards import Cards
from crm_store.driver import Row, Wire
from crm_store.instants import from_us
from crm_store.lookups import readable_as, touch_view
from crm_store.mapping import AUTHOR, touch_of
from crm_store.search import MOST_PERSONS, find_persons
from crm_store.store import Store
from hub.desk.found import PersonPage, PersonView, TimelineEntry, TimelinePage
from hub.domain.access import Permission, Principal, Scope
from hub.domain.card import ClientCard
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import InteractionId, PersonId

_PERSON = (
    "SELECT p.id, p.name, COALESCE(o.name, ''), p.tier, p.language FROM persons p"
    " LEFT JOIN organizations o ON o.id = p.organization_id WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2)"
)
_TIMELINE = f"""
SELECT t.id, t.tenant_id, t.interaction_id, t.session_id, t.person_id, t.seq, t.channel, t.account, t.direction,
  t.kind, t.at, t.source_at, t.text, t.attachments, t.author_id, t.delivery, t.delivery_detail,
  {AUTHOR}, q.name, 'touch', ''
FROM touches t JOIN interactions i ON i.id = t.interaction_id JOIN queues q ON q.id = i.queue_id
  LEFT JOIN agents a ON a.id = t.author_id
WHERE /*+*/t.tenant_id = $1 AND t.person_id = $2 AND (t.at < $3 OR (t.at = $3 AND t.seq < $4))
ORDER BY t.at DESC, t.seq DESC LIMIT $5
"""
_FACTS = """
SELECT f.interaction_id, f.seq, f.at, f.kind, i.channel, q.name, COALESCE(a.name, ''), f.state, f.reason
FROM facts f JOIN interactions i ON i.id = f.interaction_id
  LEFT JOIN queues q ON q.id = COALESCE(f.queue_id, i.queue_id) LEFT JOIN agents a ON a.id = f.agent_id
WHERE /*+*/f.tenant_id = $1 AND f.person_id = $2 AND (f.at < $3 OR (f.at = $3 AND f.seq < $4))
ORDER BY f.at DESC, f.seq DESC LIMIT $5
"""
_BEGINNING_OF_PAGES = (1 << 62, 1 << 30)


class People:
    """The person half of Lookups in hub/desk/reading.py."""

    def __init__(self, store: Store, cards: Cards) -> None:
        self._store = store
        self._cards = cards

    async def persons(self, principal: Principal, q: str, limit: int) -> PersonPage:
        """See the port."""
        reach = principal.require(Permission.FIND_PERSON)
        wanted = limit if reach is Scope.ALL else MOST_PERSONS  # who is out of reach is left out of these
        async with self._store.database.snapshot() as wire:
            found = await find_persons(wire, principal.tenant_id, q, wanted)
            reached = await _reached(wire, principal, reach, found)
            seen = [i for i in found if i in reached][:limit]
            views = await self._views(wire, principal, seen)
        return PersonPage(items=tuple(views[i] for i in seen), next=None)

    async def person(self, principal: Principal, person_id: PersonId) -> PersonView:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await self._require(wire, principal, person_id)
            views = await self._views(wire, principal, [person_id])
        if person_id not in views:
            raise NotFound("there is no such person")
        return views[person_id]

    async def _views(
        self, wire: Wire, principal: Principal, ids: list[PersonId]
    ) -> dict[PersonId, PersonView]:
        rows = await wire.fetch(_PERSON, principal.tenant_id, list(ids))
        addresses: dict[str, list[str]] = {}
        for person_id, kind, value, display in await wire.fetch(
            "SELECT person_id, kind, value, display FROM identities WHERE /*+*/tenant_id = $1 AND person_id = ANY($2)"
            " ORDER BY created_at",
            principal.tenant_id,
            list(ids),
        ):
            addresses.setdefault(person_id, []).append(display or f"{kind} {value}")
        return {
            PersonId(r[0]): PersonView(
                id=r[0],
                name=r[1],
                organization=r[2],
                tier=r[3],
                language=r[4],
                identities=tuple(addresses.get(r[0], ())),
            )
            for r in rows
        }

    async def timeline(
        self, principal: Principal, person_id: PersonId, *, after: str, limit: int
    ) -> TimelinePage:
        """See the port."""
        before = _cursor(after) if after else _BEGINNING_OF_PAGES
        async with self._store.database.snapshot() as wire:
            only = await self._only_as_guest(wire, principal, person_id)
            args: list[object] = [principal.tenant_id, person_id, *before, limit + 1]
            touches_sql, facts_sql = _TIMELINE, _FACTS
            if only is not None:
                args.append(only)
                touches_sql = _TIMELINE.replace("ORDER", "AND t.interaction_id = ANY($6) ORDER")
                facts_sql = _FACTS.replace("ORDER", "AND f.interaction_id = ANY($6) ORDER")
            touches = await wire.fetch(touches_sql, *args)
            facts = await wire.fetch(facts_sql, *args)
        entries = [(r[10], r[5], _touch_entry(r)) for r in touches]
        entries += [(r[2], r[1], _fact_entry(r)) for r in facts]
        entries.sort(key=lambda e: (e[0], e[1]), reverse=True)
        page = entries[:limit]
        more = f"{page[-1][0]}.{page[-1][1]}" if len(entries) > limit else None
        return TimelinePage(items=tuple(e[2] for e in page), next=more)

    async def card(self, principal: Principal, interaction_id: InteractionId) -> ClientCard:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            interaction, is_guest = await readable_as(wire, principal, interaction_id)
        cards = await self._cards.cards(principal.tenant_id, [interaction.person_id])
        card = cards[interaction.person_id]
        if not is_guest:
            return card
        here = tuple(touch for touch in card.recent if touch.interaction_id == interaction_id)
        return replace(card, recent=here, candidates=())

    async def _only_as_guest(self, wire: Wire, principal: Principal, person_id: PersonId) -> list[str] | None:
        """None for a person within reach; else the interactions of this person whose notes name the principal.

        Raises NotFound when there are none.
        """
        try:
            await self._require(wire, principal, person_id)
        except NotFound:
            rows = await wire.fetch(
                "SELECT DISTINCT m.interaction_id FROM mentions m JOIN interactions i ON i.id = m.interaction_id"
                " WHERE /*+*/m.tenant_id = $1 AND m.user_id = $2 AND i.person_id = $3",
                principal.tenant_id,
                principal.user_id or "",
                person_id,
            )
            if not rows:
                raise
            return [str(r[0]) for r in rows]
        return None

    async def _require(self, wire: Wire, principal: Principal, person_id: PersonId) -> None:
        """NotFound unless the principal may read this person: all, those of the team's queues, or own ones."""
        reach = principal.require(Permission.READ_PERSON)
        if person_id not in await _reached(wire, principal, reach, [person_id]):
            raise NotFound("there is no such person")


async def _reached(wire: Wire, principal: Principal, reach: Scope, ids: Sequence[PersonId]) -> set[PersonId]:
    """Of these persons, those within reach: who wrote to the principal's queues, or was theirs to serve."""
    if reach is Scope.ALL:
        rows = await wire.fetch(
            "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2)",
            principal.tenant_id,
            list(ids),
        )
        return {row[0] for row in rows}
    rows = await wire.fetch(
        "SELECT DISTINCT i.person_id FROM interactions i LEFT JOIN work_items w ON w.interaction_id = i.id"
        " WHERE /*+*/i.tenant_id = $1 AND i.person_id = ANY($2)"
        " AND (i.queue_id = ANY($3) OR i.last_agent_id = $4 OR w.agent_id = $4)",
        principal.tenant_id,
        list(ids),
        sorted(principal.queues) if reach is Scope.TEAM else [],
        principal.user_id or "",
    )
    return {row[0] for row in rows}


_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")


def _cursor(after: str) -> tuple[int, int]:
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise Invalid("this page does not exist", field="after")
    return int(found[1]), int(found[2])


def _touch_entry(r: Row) -> TimelineEntry:
    touch = touch_of(r[:17])
    return TimelineEntry(
        at=touch.at,
        kind="touch",
        interaction_id=touch.interaction_id,
        seq=touch.seq,
        channel=touch.channel,
        queue=r[18],
        touch=touch_view(touch, r[17]),
        agent=r[17],
    )


def _fact_entry(r: Row) -> TimelineEntry:
    kind = f"work_{r[7]}" if r[3] in {"work_stepped", "reservation_ended"} else r[3]
    return TimelineEntry(
        at=from_us(r[2]),
        kind=kind,
        interaction_id=r[0],
        seq=r[1],
        channel=r[4],
        queue=r[5] or "",
        agent=r[6],
        detail=r[8],
    )
