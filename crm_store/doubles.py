"""Records that may be one person, in the store: found along three indexes, page by page, never each against each."""

from collections.abc import Sequence

from crm_store.apart import kept_apart_among, parts_of
from crm_store.audited import audited
from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.people import People
from crm_store.person_change import Changing
from crm_store.person_scope import ClientReach, hold_standing, roots_of
from crm_store.repeated import repeated
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.crm.doubles import TAIL_DIGITS, DoubleReason, Pair, Record, of_one_name, same_number, why
from hub.desk.client_views import DoublePage, DoubleView
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Invalid
from hub.domain.events import PersonChanged
from hub.domain.ids import PersonId, TenantId
from hub.ports.clock import Clock

WINDOW_ROWS = 20_000
"""Rows of an index that one question walks along: a page may be empty and go on all the same."""

_MOST_GROUPS = 200
_MOST_OF_A_GROUP = 100
_TAIL = TAIL_DIGITS + 1  # with the sign in front
_STAGES = ("shared", "tails", "names")

_SHARED = """
SELECT n.value, n.person_id, d.person_id FROM shared_numbers n
JOIN identities d ON d.tenant_id = n.tenant_id AND d.kind = 'phone' AND d.value = n.value
WHERE n.tenant_id = $1 AND n.value > $2 AND n.person_id <> d.person_id
  AND NOT EXISTS (SELECT 1 FROM shared_lines l WHERE l.tenant_id = n.tenant_id AND l.value = n.value)
ORDER BY n.value, n.person_id LIMIT $3
"""
_TAIL_END = (
    "SELECT token FROM person_tokens WHERE tenant_id = $1 AND token > $2 AND token < '~:' ORDER BY token LIMIT 1"
    " OFFSET $3"
)
_TAILS = (
    "SELECT substr(token, 1, $4) AS tail FROM person_tokens WHERE tenant_id = $1 AND token > $2 AND token < $3"
    " GROUP BY substr(token, 1, $4) HAVING COUNT(DISTINCT person_id) > 1 ORDER BY tail LIMIT $5"
)
_OF_TAILS = (
    "SELECT DISTINCT substr(token, 1, $4), person_id FROM person_tokens"
    " WHERE tenant_id = $1 AND token >= $2 AND token < $3 AND substr(token, 1, $4) = ANY($5)"
)
_NAME_END = "SELECT key FROM name_keys WHERE tenant_id = $1 AND key > $2 ORDER BY key LIMIT 1 OFFSET $3"
_NAMES = (
    "SELECT key FROM name_keys WHERE tenant_id = $1 AND key > $2 AND key <= $3 GROUP BY key"
    " HAVING COUNT(*) > 1 AND MAX(CASE WHEN is_whole THEN 1 ELSE 0 END) = 1 ORDER BY key LIMIT $4"
)
_OF_NAMES = (
    "SELECT key, person_id FROM (SELECT key, person_id, ROW_NUMBER() OVER"
    " (PARTITION BY key ORDER BY is_whole DESC, person_id DESC) AS place FROM name_keys"
    " WHERE tenant_id = $1 AND key = ANY($2)) k WHERE place <= $3"
)
_AFTER_ALL = "\U0010ffff"

_Found = tuple[list[Pair], str]
"""Pairs, and from where to go on in the same stage: empty at its end."""


class Doubles(Changing):
    """DoubleStore of hub/desk/client_stores.py, on either database."""

    def __init__(
        self, store: Store, clock: Clock, *, encode: Encode, reach: ClientReach, people: People
    ) -> None:
        super().__init__(store, clock, encode=encode, reach=reach)
        self._people = people

    async def doubles(self, principal: Principal, *, after: str, limit: int) -> DoublePage:
        """See the port."""
        principal.require(Permission.EDIT_PERSON)
        stage, _, place = after.partition(":") if after else (_STAGES[0], "", "")
        if stage not in _STAGES:
            raise Invalid("this page does not exist", field="after")
        tenant_id = principal.tenant_id
        async with self._store.database.snapshot() as wire:
            match stage:
                case "shared":
                    pairs, goes_on = await _shared(wire, tenant_id, place, limit)
                case "tails":
                    pairs, goes_on = await _tails(wire, tenant_id, place, limit)
                case _:
                    pairs, goes_on = await _names(wire, tenant_id, place, limit)
            pairs = await self._wanted(wire, principal, pairs)
            ids = sorted({PersonId(one) for pair in pairs for one in (pair.one_id, pair.other_id)})
            views = await self._people.views(wire, principal, ids)
        following = _STAGES.index(stage) + 1
        if goes_on:
            next_page: str | None = f"{stage}:{goes_on}"
        else:
            next_page = f"{_STAGES[following]}:" if following < len(_STAGES) else None
        return DoublePage(
            items=tuple(
                DoubleView(
                    one=views[PersonId(p.one_id)],
                    other=views[PersonId(p.other_id)],
                    reasons=tuple(reason.value for reason in p.reasons),
                )
                for p in pairs
            ),
            next=next_page,
        )

    async def _wanted(self, wire: Wire, principal: Principal, pairs: Sequence[Pair]) -> list[Pair]:
        """Those within reach that nobody has decided: neither one record already, nor kept apart. Of a record that is
        part of another one it is said of that one."""
        found = {PersonId(one) for pair in pairs for one in (pair.one_id, pair.other_id)}
        merged = {
            str(one): str(root) for one, root in (await roots_of(wire, principal.tenant_id, found)).items()
        }
        standing = (
            _pair(
                merged.get(pair.one_id, pair.one_id), merged.get(pair.other_id, pair.other_id), pair.reasons
            )
            for pair in pairs
        )
        pairs = list(dict.fromkeys(pair for pair in standing if pair.one_id != pair.other_id))
        ids = sorted({PersonId(one) for pair in pairs for one in (pair.one_id, pair.other_id)})
        mine = await self._reach.may(wire, principal, Permission.EDIT_PERSON, ids)
        apart = await kept_apart_among(wire, principal.tenant_id, ids)
        return [
            pair
            for pair in pairs
            if (pair.one_id, pair.other_id) not in apart and {pair.one_id, pair.other_id} <= mine
        ]

    async def keep_apart(
        self, principal: Principal, person_id: PersonId, other_id: PersonId, *, apart: bool
    ) -> None:
        """See the port."""
        await repeated(lambda: self._kept_apart(principal, person_id, other_id, apart=apart))

    async def _kept_apart(
        self, principal: Principal, person_id: PersonId, other_id: PersonId, *, apart: bool
    ) -> None:
        tenant_id = principal.tenant_id
        async with self._store.database.transaction() as wire:
            one = await self._reach.require(wire, principal, Permission.EDIT_PERSON, person_id)
            other = await self._reach.require(wire, principal, Permission.READ_PERSON, other_id)
            if one == other:
                raise Invalid("these are one person already", field="other_id", code="same_person")
            await hold_standing(wire, tenant_id, {person_id: one, other_id: other})
            first, second = sorted((one, other))
            at = self._clock.now()
            if apart:
                changed = await wire.execute(
                    "INSERT INTO persons_apart (tenant_id, one_id, other_id, at, by_name)"
                    " VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                    tenant_id, first, second, to_us(at), principal.name,
                )  # fmt: skip
            else:
                # also what was said of a record that is part of one of them by now
                changed = await wire.execute(
                    "DELETE FROM persons_apart WHERE tenant_id = $1 AND ((one_id = ANY($2) AND other_id = ANY($3))"
                    " OR (one_id = ANY($3) AND other_id = ANY($2)))",
                    tenant_id,
                    await parts_of(wire, tenant_id, one),
                    await parts_of(wire, tenant_id, other),
                )
            if changed:
                # what their cards say of each other is otherwise now
                await self._tell(
                    wire, [PersonChanged(tenant_id=tenant_id, person_id=PersonId(p)) for p in (first, second)]
                )
                await audited(
                    wire,
                    AuditDraft(
                        tenant_id=tenant_id,
                        at=at,
                        actor_id=principal.user_id,
                        actor=principal.name,
                        action=AuditAction.KEEP_APART,
                        object=first,
                        reason="apart" if apart else "undone",
                        address=principal.address,
                    ),
                )
        self._store.wake()


async def _shared(wire: Wire, tenant_id: TenantId, place: str, limit: int) -> _Found:
    """A number that one has and another one says is theirs. Whole numbers: the last may be of the next page."""
    rows = await wire.fetch(_SHARED, tenant_id, place, limit + _MOST_OF_A_GROUP)
    values = list(dict.fromkeys(row[0] for row in rows))[:limit]
    pairs = [_pair(row[1], row[2], (DoubleReason.SHARED_NUMBER,)) for row in rows if row[0] in set(values)]
    is_more = len(rows) == limit + _MOST_OF_A_GROUP or len(values) < len({row[0] for row in rows})
    return pairs, values[-1] if is_more else ""


async def _tails(wire: Wire, tenant_id: TenantId, place: str, limit: int) -> _Found:
    """Numbers that end alike, in an index of their digits from the end."""
    begin = place or "~"
    end = await wire.fetch(_TAIL_END, tenant_id, begin, WINDOW_ROWS)
    upto = f"{end[0][0][:_TAIL]}~" if end else "~:"
    found = await wire.fetch(_TAILS, tenant_id, begin, upto, _TAIL, min(limit, _MOST_GROUPS))
    tails = [row[0] for row in found]
    goes_on = upto if end else ""
    if len(tails) == min(limit, _MOST_GROUPS):
        goes_on = f"{tails[-1]}~"
    if not tails:
        return [], goes_on
    rows = await wire.fetch(_OF_TAILS, tenant_id, tails[0], f"{tails[-1]}~", _TAIL, tails)
    groups: dict[str, set[str]] = {}
    for tail, person_id in rows:
        groups.setdefault(tail, set()).add(person_id)
    records = await _records(wire, tenant_id, {one for group in groups.values() for one in group})
    pairs = [
        _pair(one.id, other.id, reasons)
        for tail in tails
        for one, other in _beside(groups[tail], records)
        if (reasons := why(one, other))
        and any(same_number(mine, theirs) for mine in one.numbers for theirs in other.numbers)
    ]
    return list(dict.fromkeys(pairs)), goes_on


async def _names(wire: Wire, tenant_id: TenantId, place: str, limit: int) -> _Found:
    """Names that sound alike in whatever order, and one more thing; a number alone was told before."""
    end = await wire.fetch(_NAME_END, tenant_id, place, WINDOW_ROWS)
    upto = end[0][0] if end else _AFTER_ALL
    found = await wire.fetch(_NAMES, tenant_id, place, upto, min(limit, _MOST_GROUPS))
    keys = [row[0] for row in found]
    goes_on = upto if end else ""
    if len(keys) == min(limit, _MOST_GROUPS):
        goes_on = keys[-1]
    if not keys:
        return [], goes_on
    groups: dict[str, set[str]] = {}
    for key, person_id in await wire.fetch(_OF_NAMES, tenant_id, keys, _MOST_OF_A_GROUP):
        groups.setdefault(key, set()).add(person_id)
    records = await _records(wire, tenant_id, {one for group in groups.values() for one in group})
    pairs = [
        pair
        for key in keys
        for pair in of_one_name([records[one] for one in groups[key] if one in records])
        if DoubleReason.SAME_NUMBER not in pair.reasons
    ]
    return list(dict.fromkeys(pairs)), goes_on


def _beside(ids: set[str], records: dict[str, Record]) -> list[tuple[Record, Record]]:
    """Each of a group with the next ones: a number has few owners, and many are not each paired with each."""
    among = [records[one] for one in sorted(ids) if one in records][:_MOST_OF_A_GROUP]
    return [(one, other) for n, one in enumerate(among) for other in among[n + 1 : n + 6]]


def _pair(one: str, other: str, reasons: tuple[DoubleReason, ...]) -> Pair:
    first, second = sorted((one, other))
    return Pair(one_id=first, other_id=second, reasons=reasons)


async def _records(wire: Wire, tenant_id: TenantId, ids: set[str]) -> dict[str, Record]:
    """What these records say of themselves; numbers of shared lines are left out."""
    asked = sorted(ids)
    reached: dict[tuple[str, str], list[str]] = {}
    for person_id, kind, value in await wire.fetch(
        "SELECT d.person_id, d.kind, d.value FROM identities d WHERE /*+*/d.tenant_id = $1 AND d.person_id = ANY($2)"
        " AND d.kind IN ('phone', 'email') AND NOT EXISTS (SELECT 1 FROM shared_lines l"
        " WHERE l.tenant_id = d.tenant_id AND l.value = d.value) ORDER BY d.id",
        tenant_id,
        asked,
    ):
        reached.setdefault((person_id, kind), []).append(value)
    rows = await wire.fetch(
        "SELECT id, name, COALESCE(organization_id, '') FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2)",
        tenant_id,
        asked,
    )
    return {
        r[0]: Record(
            id=r[0],
            name=r[1],
            organization_id=r[2],
            numbers=tuple(reached.get((r[0], "phone"), ())),
            mails=tuple(reached.get((r[0], "email"), ())),
        )
        for r in rows
    }
