"""The client's card, for many persons at once: who they are, how they reach us, what they did last."""

from collections.abc import Iterable, Sequence

import msgspec

from crm_store.apart import kept_apart_from
from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.mapping import at, letter_head
from crm_store.person_index import namesakes as namesakes_of
from crm_store.person_scope import roots_of
from crm_store.search import find_persons
from crm_store.store import Store
from crm_store.talk_mapping import files_of
from hub.crm.matching import Because, Reason, alike, name_keys
from hub.domain.card import (
    CardCandidate,
    CardCase,
    CardConsent,
    CardIdentity,
    CardMerge,
    CardTask,
    CardTouch,
    ClientCard,
)
from hub.domain.case import CaseStatus
from hub.domain.ids import InteractionId, PersonId, TenantId
from hub.domain.person import Confidence, IdentityKind, Purpose, Tier
from hub.domain.touch import Direction

RECENT = 6
_CUT = 280
_CANDIDATES = 3
_CANDIDATES_FOR_AT_MOST = 8
"""Searching for namesakes is for a person at a screen, not for a storm of offers."""

_PERSONS = (
    "SELECT p.id, p.name, COALESCE(o.name, ''), p.tier, p.language, p.created_at,"
    " (SELECT COUNT(*) FROM interactions i WHERE i.person_id = p.id), COALESCE(a.name, ''),"
    " p.version, p.organization_id, COALESCE(e.tags, '[]'), COALESCE(e.fields, '{}')"
    " FROM persons p LEFT JOIN organizations o ON o.id = p.organization_id"
    " LEFT JOIN person_details e ON e.person_id = p.id"
    " LEFT JOIN agents a ON a.id = p.last_agent_id WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2)"
)
_IDENTITIES = (
    "SELECT d.person_id, d.kind, d.value, d.display, d.confidence, v.about, d.id FROM identities d"
    " LEFT JOIN visitors v ON d.kind = 'webchat' AND v.id = d.value"
    " WHERE /*+*/d.tenant_id = $1 AND d.person_id = ANY($2) ORDER BY d.created_at, d.id"
)
_RECENT = (
    "SELECT p.id, t.interaction_id, t.seq, t.channel, t.direction, t.at, t.text, t.attachments, t.letter FROM persons p"
    " JOIN touches t ON t.person_id = p.id AND t.direction <> 'internal' AND t.at >= (SELECT MIN(y.at) FROM"
    f" (SELECT x.at FROM touches x WHERE x.person_id = p.id AND x.direction <> 'internal'"
    f" ORDER BY x.at DESC LIMIT {RECENT}) y)"
    " WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2) ORDER BY t.at DESC, t.seq DESC"
)

# all that hangs on a person in one question: what it is, whose, id, a number, four texts, two instants
_HANGING = """
SELECT 'consent', c.person_id, c.id, CASE WHEN c.given THEN 1 ELSE 0 END, c.channel, c.purpose, c.by_name, c.source,
  c.at, c.at FROM consents c WHERE /*+*/c.tenant_id = $1 AND c.person_id = ANY($2)
UNION ALL SELECT 'case', c.person_id, c.id, c.number, c.subject, c.status, '', '', c.promised_at, c.opened_at
  FROM cases c WHERE /*+*/c.tenant_id = $1 AND c.person_id = ANY($2) AND c.status <> 'closed'
UNION ALL SELECT 'task', t.person_id, t.id, CASE WHEN EXISTS (SELECT 1 FROM follow_ups f WHERE f.tenant_id = t.tenant_id
  AND f.interaction_id = t.interaction_id AND f.task_id = t.id) THEN 1 ELSE 0 END, t.title,
  COALESCE(u.name, a.name, q.name, ''),
  CASE WHEN t.given_by = t.owner_id THEN '' ELSE COALESCE(g.name, b.name, '') END, '', t.due_at, t.created_at
  FROM tasks t LEFT JOIN users u ON u.id = t.owner_id LEFT JOIN agents a ON a.id = t.owner_id
  LEFT JOIN queues q ON q.id = t.owner_id
  LEFT JOIN users g ON g.id = t.given_by LEFT JOIN agents b ON b.id = t.given_by
  WHERE /*+*/t.tenant_id = $1 AND t.person_id = ANY($2) AND t.done_at IS NULL
UNION ALL SELECT 'merge', m.kept_id, m.id, 0, p.name, m.by_name, '', '', m.at, m.at
  FROM merges m JOIN persons p ON p.id = m.merged_id
  WHERE /*+*/m.tenant_id = $1 AND m.kept_id = ANY($2) AND m.undone_at IS NULL
"""
_CALLED_FROM = (
    "SELECT c.number FROM calls c JOIN interactions i ON i.id = c.interaction_id WHERE /*+*/i.tenant_id = $1"
    " AND i.person_id = $2 ORDER BY c.started_at DESC LIMIT 1"
)
_BY_NUMBER = """
SELECT p.id, p.name, h.confidence FROM (
  SELECT person_id, confidence FROM identities WHERE tenant_id = $1 AND kind = 'phone' AND value = $2
  UNION ALL SELECT person_id, 'maybe' FROM shared_numbers WHERE tenant_id = $1 AND value = $2
) h JOIN persons p ON p.id = h.person_id WHERE p.id <> $3 ORDER BY h.confidence, p.id
"""
_NAMES = "SELECT id, name FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2)"
_SHOWN = 5
_BEGINS_LIKE = Because(reason=Reason.SIMILAR_NAME, sure=0.3)
"""Whoever is found by the words, and is alike in no other way: their name is longer."""

_tags = msgspec.json.Decoder(tuple[str, ...]).decode
_fields = msgspec.json.Decoder(dict[str, str]).decode
_about = msgspec.json.Decoder(dict[str, str]).decode


class Cards:
    """Builds cards from the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def cards(self, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, ClientCard]:
        """The cards of these persons; four look-ups, whatever their number. A record that is part of another one
        has that one's card."""
        wanted = list(dict.fromkeys(ids))
        roots: dict[PersonId, PersonId] = {}
        async with self._store.database.snapshot() as wire:
            identities = await wire.fetch(_IDENTITIES, tenant_id, wanted)
            if bare := sorted(set(wanted) - {row[0] for row in identities}):
                roots = await roots_of(wire, tenant_id, bare)  # a merge leaves no address behind
            if roots:
                wanted = list(dict.fromkeys(roots.get(i, i) for i in wanted))
                identities = await wire.fetch(_IDENTITIES, tenant_id, wanted)
            whose = (tenant_id, wanted)
            persons, recent, hanging = await wire.fetch_each(
                (_PERSONS, whose), (_RECENT, whose), (_HANGING, whose)
            )
        namesakes: dict[str, tuple[CardCandidate, ...]] = {}
        if len(persons) <= _CANDIDATES_FOR_AT_MOST:
            for row in persons:
                mine = [a for a in identities if a[0] == row[0]]
                said = _said_about(mine)
                if not mine:
                    said["number"] = await self._called_from(tenant_id, PersonId(row[0]))
                namesakes[row[0]] = await self._candidates(tenant_id, PersonId(row[0]), row[1], said)
        addresses, lines, things = _by_person(identities), _by_person(recent), _by_person(hanging, 1)
        cards = {
            PersonId(r[0]): _card(
                r, addresses.get(r[0], []), lines.get(r[0], []), things.get(r[0], []), namesakes.get(r[0], ())
            )
            for r in persons
        }
        return {i: cards[root] for i in ids if (root := roots.get(i, i)) in cards}

    async def _candidates(
        self, tenant_id: TenantId, person_id: PersonId, name: str, said: dict[str, str]
    ) -> tuple[CardCandidate, ...]:
        """Who else this may be: whoever is known by the address they say is theirs, and namesakes; nobody who people
        said is somebody else."""
        async with self._store.database.snapshot() as wire:
            found: dict[str, CardCandidate] = {}
            if email := said.get("email", "").strip().lower():
                rows = await wire.fetch(
                    "SELECT p.id, p.name FROM identities d JOIN persons p ON p.id = d.person_id"
                    " WHERE d.tenant_id = $1 AND d.kind = 'email' AND d.value = $2 AND p.id <> $3",
                    tenant_id,
                    email,
                    person_id,
                )
                found |= {r[0]: _candidate(r, "same_email", 0.9) for r in rows}
            if number := said.get("number", ""):
                for row in await wire.fetch(_BY_NUMBER, tenant_id, number, person_id):
                    found[row[0]] = _candidate(row, "same_phone", 0.9 if row[2] == "known" else 0.5)
            others = await find_persons(wire, tenant_id, name, _CANDIDATES + 1) if name else []
            if keys := name_keys(name):  # in another order, and with a father's name more or less
                by_key = await namesakes_of(wire, tenant_id, keys.items(), _CANDIDATES + 1)
                others = list(dict.fromkeys([*others, *(i for ids in by_key.values() for i in ids)]))
            named, apart = await wire.fetch_each(
                (_NAMES, (tenant_id, [i for i in others if i != person_id])),
                kept_apart_from(tenant_id, [person_id]),
            )
            called = {r[0]: r for r in named}
            not_them = {r[1] for r in apart}
        for other in others:
            if other in called and other not in found:
                because = alike(name, called[other][1]) or _BEGINS_LIKE
                found[other] = _candidate(called[other], because.reason, because.sure)
        best_first = sorted(
            (one for one in found.values() if one.person_id not in not_them), key=lambda c: -c.sure
        )
        return tuple(best_first[:_CANDIDATES])

    async def _called_from(self, tenant_id: TenantId, person_id: PersonId) -> str:
        """The number of somebody's last call who has no address of their own: a caller with a number of several."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_CALLED_FROM, tenant_id, person_id)
        return str(rows[0][0]) if rows else ""


def _candidate(r: Row, reason: str, sure: float) -> CardCandidate:
    return CardCandidate(person_id=PersonId(r[0]), name=r[1], reason=reason, sure=sure)


def _by_person(rows: Sequence[Row], column: int = 0) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


def _said_about(addresses: Iterable[Row]) -> dict[str, str]:
    said: dict[str, str] = {}
    for address in addresses:
        if address[5]:
            said |= _about(address[5])
    return said


def _card(
    r: Row,
    addresses: Sequence[Row],
    recent: Sequence[Row],
    hanging: Sequence[Row],
    candidates: tuple[CardCandidate, ...],
) -> ClientCard:
    cases = [_case(h) for h in sorted(_of("case", hanging), key=lambda h: (h[8] is None, h[8] or 0, h[3]))]
    tasks = [_task(h) for h in sorted(_of("task", hanging), key=lambda h: (h[8] is None, h[8] or 0, h[9]))]
    return ClientCard(
        person_id=PersonId(r[0]),
        name=r[1],
        organization=r[2],
        tier=Tier(r[3]),
        language=r[4],
        first_seen_at=from_us(r[5]),
        interactions=r[6],
        last_agent=r[7],
        version=r[8],
        organization_id=r[9],
        tags=_tags(r[10]),
        fields=_fields(r[11]),
        identities=tuple(
            CardIdentity(
                id=a[6], kind=IdentityKind(a[1]), value=a[2], display=a[3], confidence=Confidence(a[4])
            )
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
                files=tuple(file.name for file in files_of(t[7])),
                subject=letter_head(t[8]).subject[:_CUT] if t[8] else "",
            )
            for t in recent[:RECENT]
        ),
        candidates=candidates,
        about=_said_about(addresses),
        consents=_newest_consents(hanging),
        cases=tuple(cases[:_SHOWN]),
        open_cases=len(cases),
        tasks=tuple(tasks[:_SHOWN]),
        open_tasks=len(tasks),
        merges=tuple(
            CardMerge(id=h[2], name=h[4], at=from_us(h[8]), by=h[5])
            for h in sorted(_of("merge", hanging), key=lambda h: h[8])
        ),
    )


def _of(what: str, hanging: Sequence[Row]) -> list[Row]:
    return [h for h in hanging if h[0] == what]


def _newest_consents(hanging: Sequence[Row]) -> tuple[CardConsent, ...]:
    newest: dict[tuple[str, str], CardConsent] = {}
    for h in sorted(_of("consent", hanging), key=lambda h: (h[8], h[2])):
        newest[h[5], h[4]] = CardConsent(
            channel=IdentityKind(h[4]),
            purpose=Purpose(h[5]),
            given=bool(h[3]),
            at=from_us(h[8]),
            by=h[6],
            source=h[7],
        )
    return tuple(newest[key] for key in sorted(newest))


def _case(h: Row) -> CardCase:
    return CardCase(id=h[2], number=h[3], subject=h[4], status=CaseStatus(h[5]), promised_at=at(h[8]))


def _task(h: Row) -> CardTask:
    return CardTask(id=h[2], title=h[4], owner=h[5], given_by=h[6], due_at=at(h[8]), if_no_answer=bool(h[3]))
