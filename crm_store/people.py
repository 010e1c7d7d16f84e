"""Look-ups of persons: by what somebody types, and their history over all interactions. Scoped by principal."""

import re
from collections.abc import Collection
from dataclasses import replace

from crm_store.cards import Cards
from crm_store.driver import Row, Wire
from crm_store.instants import from_us
from crm_store.lookups import readable_as
from crm_store.mapping import AUTHOR, touch_of
from crm_store.opened import opened_by
from crm_store.person_scope import ClientReach, roots_of
from crm_store.search import MOST_PERSONS, find_persons
from crm_store.store import Store
from hub.desk.found import PersonPage, PersonView, TimelineEntry, TimelinePage
from hub.desk.touch_views import touch_view
from hub.domain.access import Permission, Principal, Scope
from hub.domain.card import CardIdentity, ClientCard
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import InteractionId, PersonId
from hub.domain.person import Confidence, IdentityKind

_PERSON = (
    "SELECT p.id, p.name, COALESCE(o.name, ''), p.tier, p.language FROM persons p"
    " LEFT JOIN organizations o ON o.id = p.organization_id WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2)"
)
_TIMELINE = f"""
SELECT t.id, t.tenant_id, t.interaction_id, t.session_id, t.person_id, t.seq, t.channel, t.account, t.direction,
  t.kind, t.at, t.source_at, t.text, t.attachments, t.author_id, t.delivery, t.delivery_detail,
  t.letter, {AUTHOR}, q.name, 'touch', ''
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
_CARD_FACTS = """
SELECT f.id, f.at, f.kind, f.actor, f.what, f.was, f.now FROM person_facts f
WHERE /*+*/f.tenant_id = $1 AND f.person_id = $2 AND (f.at < $3 OR (f.at = $3 AND f.id < $4))
ORDER BY f.at DESC, f.id DESC LIMIT $5
"""
_BEGINNING_OF_PAGES = (1 << 62, 1 << 30)


class People:
    """The person half of Lookups in hub/desk/reading.py."""

    def __init__(self, store: Store, cards: Cards, reach: ClientReach | None = None) -> None:
        self._store = store
        self._cards = cards
        self._reach = reach or ClientReach()

    async def persons(self, principal: Principal, q: str, limit: int) -> PersonPage:
        """See the port."""
        reach = self._reach.scope(principal, Permission.FIND_PERSON)
        wanted = limit if reach is Scope.ALL else MOST_PERSONS  # who is out of reach is left out of these
        async with self._store.database.snapshot() as wire:
            found = await find_persons(wire, principal.tenant_id, q, wanted)
            mine = await self._reach.may(wire, principal, Permission.FIND_PERSON, found)
            seen = [i for i in found if i in mine][:limit]
            views = await self.views(wire, principal, seen)
        return PersonPage(items=tuple(views[i] for i in seen), next=None)

    async def person(self, principal: Principal, person_id: PersonId) -> PersonView:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            root = await self._reach.require(wire, principal, Permission.READ_PERSON, person_id)
            views = await self.views(wire, principal, [root])
        return views[root]

    async def client(self, principal: Principal, person_id: PersonId) -> ClientCard:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            root = await self._reach.require(wire, principal, Permission.READ_PERSON, person_id)
        return (await self._cards.cards(principal.tenant_id, [root]))[root]

    async def may_edit(self, principal: Principal, person_id: PersonId) -> bool:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return bool(await self._reach.may(wire, principal, Permission.EDIT_PERSON, [person_id]))

    async def views(
        self, wire: Wire, principal: Principal, ids: list[PersonId]
    ) -> dict[PersonId, PersonView]:
        """What is shown of these persons; whoever asks has checked the reach."""
        rows = await wire.fetch(_PERSON, principal.tenant_id, list(ids))
        addresses: dict[str, list[CardIdentity]] = {}
        for person_id, identity_id, kind, value, display, confidence in await wire.fetch(
            "SELECT person_id, id, kind, value, display, confidence FROM identities"
            " WHERE /*+*/tenant_id = $1 AND person_id = ANY($2) ORDER BY created_at",
            principal.tenant_id,
            list(ids),
        ):
            addresses.setdefault(person_id, []).append(
                CardIdentity(
                    id=identity_id,
                    kind=IdentityKind(kind),
                    value=value,
                    display=display,
                    confidence=Confidence(confidence),
                )
            )
        return {
            PersonId(r[0]): PersonView(
                id=r[0],
                name=r[1],
                organization=r[2],
                tier=r[3],
                language=r[4],
                identities=tuple(a.display or f"{a.kind} {a.value}" for a in addresses.get(r[0], ())),
                addresses=tuple(addresses.get(r[0], ())),
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
            root = (await roots_of(wire, principal.tenant_id, [person_id])).get(person_id, person_id)
            args: list[object] = [principal.tenant_id, root, *before, limit + 1]
            touches_sql, facts_sql = _TIMELINE, _FACTS
            if only is not None:
                args.append(only)
                touches_sql = _TIMELINE.replace("ORDER", "AND t.interaction_id = ANY($6) ORDER")
                facts_sql = _FACTS.replace("ORDER", "AND f.interaction_id = ANY($6) ORDER")
            touches = await wire.fetch(touches_sql, *args)
            facts = await wire.fetch(facts_sql, *args)
            of_card = [] if only is not None else await wire.fetch(_CARD_FACTS, *args)
            opened = await opened_by(wire, principal, sorted({r[2] for r in touches}))
        entries = [(r[10], r[5], _touch_entry(r, opened)) for r in touches]
        entries += [(r[2], r[1], _fact_entry(r)) for r in facts]
        entries += [(r[1], r[0], _card_entry(r)) for r in of_card]
        entries.sort(key=lambda e: (e[0], e[1]), reverse=True)
        page = entries[:limit]
        more = f"{page[-1][0]}.{page[-1][1]}" if len(entries) > limit else None
        return TimelinePage(items=tuple(e[2] for e in page), next=more)

    async def card(self, principal: Principal, interaction_id: InteractionId) -> ClientCard:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            interaction, is_guest = await readable_as(wire, principal, interaction_id)
            person_id = interaction.person_id
        cards = await self._cards.cards(principal.tenant_id, [person_id])
        card = cards[person_id]
        if not is_guest:
            return card
        here = tuple(touch for touch in card.recent if touch.interaction_id == interaction_id)
        return replace(card, recent=here, candidates=())

    async def _only_as_guest(self, wire: Wire, principal: Principal, person_id: PersonId) -> list[str] | None:
        """None for a person within reach; else the interactions of this person whose notes name the principal.

        Raises NotFound when there are none.
        """
        try:
            await self._reach.require(wire, principal, Permission.READ_PERSON, person_id)
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


_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")


def _cursor(after: str) -> tuple[int, int]:
    found = _CURSOR.fullmatch(after)
    if found is None:
        raise Invalid("this page does not exist", field="after")
    return int(found[1]), int(found[2])


def _touch_entry(r: Row, opened: Collection[str]) -> TimelineEntry:
    touch = touch_of(r[:18])
    return TimelineEntry(
        at=touch.at,
        kind="touch",
        interaction_id=touch.interaction_id,
        seq=touch.seq,
        channel=touch.channel,
        queue=r[19],
        touch=touch_view(touch, r[18]),
        agent=r[18],
        opens=touch.interaction_id in opened,
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


def _card_entry(r: Row) -> TimelineEntry:
    return TimelineEntry(
        at=from_us(r[1]),
        kind=r[2],
        interaction_id="",
        seq=r[0],
        channel="",
        queue="",
        agent=r[3],
        what=r[4],
        was=r[5],
        now=r[6],
    )
