"""The client's card, for many persons at once: who they are, how they reach us, what they did last."""

from collections.abc import Sequence

import msgspec

from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.search import find_persons
from crm_store.store import Store
from hub.domain.card import CardCandidate, CardIdentity, CardTouch, ClientCard
from hub.domain.ids import InteractionId, PersonId, TenantId
from hub.domain.person import Confidence, IdentityKind, Tier
from hub.domain.touch import Direction

RECENT = 6
_CUT = 280
_CANDIDATES = 3
_CANDIDATES_FOR_AT_MOST = 8
"""Searching for namesakes is for a person at a screen, not for a storm of offers."""

_PERSONS = (
    "SELECT p.id, p.name, COALESCE(o.name, ''), p.tier, p.language, p.created_at,"
    " (SELECT COUNT(*) FROM interactions i WHERE i.person_id = p.id), COALESCE(a.name, '')"
    " FROM persons p LEFT JOIN organizations o ON o.id = p.organization_id"
    " LEFT JOIN agents a ON a.id = p.last_agent_id WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2)"
)
_IDENTITIES = (
    "SELECT d.person_id, d.kind, d.value, d.display, d.confidence, v.about FROM identities d"
    " LEFT JOIN visitors v ON d.kind = 'webchat' AND v.id = d.value"
    " WHERE /*+*/d.tenant_id = $1 AND d.person_id = ANY($2) ORDER BY d.created_at"
)
_RECENT = (
    "SELECT p.id, t.interaction_id, t.seq, t.channel, t.direction, t.at, t.text FROM persons p"
    " JOIN touches t ON t.person_id = p.id AND t.direction <> 'internal' AND t.at >= (SELECT MIN(y.at) FROM"
    f" (SELECT x.at FROM touches x WHERE x.person_id = p.id AND x.direction <> 'internal'"
    f" ORDER BY x.at DESC LIMIT {RECENT}) y)"
    " WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2) ORDER BY t.at DESC, t.seq DESC"
)

_about = msgspec.json.Decoder(dict[str, str]).decode


class Cards:
    """Builds cards from the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cards(self, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, ClientCard]:
        """The cards of these persons; three look-ups, whatever their number."""
        wanted = list(dict.fromkeys(ids))
        async with self._store.database.snapshot() as wire:
            persons = await wire.fetch(_PERSONS, tenant_id, wanted)
            identities = await wire.fetch(_IDENTITIES, tenant_id, wanted)
            recent = await wire.fetch(_RECENT, tenant_id, wanted)
        namesakes: dict[str, tuple[CardCandidate, ...]] = {}
        if len(persons) <= _CANDIDATES_FOR_AT_MOST:
            for row in persons:
                if row[1]:
                    namesakes[row[0]] = await self._namesakes(tenant_id, PersonId(row[0]), row[1])
        addresses: dict[str, list[Row]] = {}
        for row in identities:
            addresses.setdefault(row[0], []).append(row)
        lines: dict[str, list[Row]] = {}
        for row in recent:
            lines.setdefault(row[0], []).append(row)
        return {
            PersonId(r[0]): _card(r, addresses.get(r[0], []), lines.get(r[0], []), namesakes.get(r[0], ()))
            for r in persons
        }

    async def _namesakes(
        self, tenant_id: TenantId, person_id: PersonId, name: str
    ) -> tuple[CardCandidate, ...]:
        async with self._store.database.snapshot() as wire:
            found = await find_persons(wire, tenant_id, name, _CANDIDATES + 1)
        others = [f for f in found if f != person_id][:_CANDIDATES]
        if not others:
            return ()
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT id, name FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2)", tenant_id, others
            )
        return tuple(CardCandidate(person_id=PersonId(r[0]), name=r[1], reason="similar_name") for r in rows)


def _card(
    r: Row, addresses: Sequence[Row], recent: Sequence[Row], candidates: tuple[CardCandidate, ...]
) -> ClientCard:
    about: dict[str, str] = {}
    for address in addresses:
        if address[5]:
            about |= _about(address[5])
    return ClientCard(
        person_id=PersonId(r[0]),
        name=r[1],
        organization=r[2],
        tier=Tier(r[3]),
        language=r[4],
        first_seen_at=from_us(r[5]),
        interactions=r[6],
        last_agent=r[7],
        identities=tuple(
            CardIdentity(kind=IdentityKind(a[1]), value=a[2], display=a[3], confidence=Confidence(a[4]))
            for a in addresses
        ),
        recent=tuple(
            CardTouch(
                interaction_id=InteractionId(t[1]),
                seq=t[2],
                channel=t[3],
                direction=Direction(t[4]),
                at=from_us(t[5]),
                text=t[6][:_CUT],
            )
            for t in recent[:RECENT]
        ),
        candidates=candidates,
        about=about,
    )
