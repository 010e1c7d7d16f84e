"""Two records of one client, as what a channel vouches for shows them; behind `hub.ports.uniting`."""

from collections.abc import Sequence
from datetime import datetime

from crm_store.apart import never_one
from crm_store.claims import add_claims
from crm_store.driver import Row, Wire
from crm_store.person_scope import hold_standing
from crm_store.repeated import repeated
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.errors import Conflict
from hub.domain.events import PersonChanged
from hub.domain.ids import IdentityId, PersonId, TenantId
from hub.domain.person import Confidence, Identity, IdentityKind
from hub.domain.touch import Claim
from hub.ids import new_id
from hub.ports.uniting import Twins

_ALONE_BY_NUMBER = """
  AND NOT EXISTS (SELECT 1 FROM shared_numbers s WHERE s.tenant_id = $1 AND s.value = $4
    AND NOT EXISTS (WITH RECURSIVE onward (id) AS (SELECT s.person_id UNION SELECT k.kept_id FROM onward o
      JOIN merges k ON k.merged_id = o.id WHERE k.tenant_id = $1 AND k.undone_at IS NULL)
      SELECT 1 FROM onward WHERE id IN (a.person_id, n.person_id)))
  AND NOT EXISTS (SELECT 1 FROM shared_lines l WHERE l.tenant_id = $1 AND l.value = $4)
"""
# one record is this address and nothing else that is known; the other is known by the number, alone in the house
_TWINS = f"""
SELECT n.person_id, a.person_id FROM identities a
JOIN identities n ON n.tenant_id = a.tenant_id AND n.kind = 'phone' AND n.value = $4 AND n.confidence = 'known'
WHERE a.tenant_id = $1 AND a.kind = $2 AND a.value = $3 AND a.confidence = 'known' AND n.person_id <> a.person_id
  AND NOT EXISTS (SELECT 1 FROM identities o WHERE o.tenant_id = $1 AND o.person_id = a.person_id AND o.id <> a.id
    AND o.confidence = 'known')
  {_ALONE_BY_NUMBER}"""
# one record is browsers of a user of a site, and nothing else that is known; the other is known by what the site names
_VOUCHED = f"""
SELECT n.person_id, a.person_id FROM identities a
JOIN identities n ON n.tenant_id = a.tenant_id AND n.kind = $3 AND n.value = $4 AND n.confidence = 'known'
WHERE a.tenant_id = $1 AND a.kind = 'webchat' AND a.value = $2 AND n.person_id <> a.person_id
  AND NOT EXISTS (SELECT 1 FROM identities o WHERE o.tenant_id = $1 AND o.person_id = a.person_id
    AND o.confidence = 'known' AND o.kind <> 'webchat' AND NOT (o.kind = 'site' AND o.value = $5))
  AND NOT EXISTS (SELECT 1 FROM identities p WHERE p.tenant_id = $1 AND p.person_id = n.person_id
    AND p.kind = 'site' AND p.value <> $5 AND substr(p.value, 1, length(CAST($6 AS TEXT))) = $6)
  {_ALONE_BY_NUMBER}"""
_VISITORS_PERSON = (
    "SELECT person_id FROM identities WHERE tenant_id = $1 AND kind = 'webchat' AND value = $2"
    " AND NOT EXISTS (SELECT 1 FROM identities o WHERE o.tenant_id = $1 AND o.person_id = identities.person_id"
    " AND o.kind = 'site' AND o.value <> $3 AND substr(o.value, 1, length(CAST($4 AS TEXT))) = $4)"
)
_HELD = "SELECT kind, value, confidence FROM identities WHERE /*+*/tenant_id = $1 AND person_id = $2"


class Unitings:
    """UnitingStore on SQLite and PostgreSQL."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        self._store = store
        self._encode = encode

    async def twins(self, tenant_id: TenantId, kind: IdentityKind, value: str, number: str) -> Twins | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await _believed(
                wire, tenant_id, await wire.fetch(_TWINS, tenant_id, kind.value, value, number)
            )

    async def vouched_twins(
        self, tenant_id: TenantId, visitor_id: str, claims: Sequence[Claim]
    ) -> Twins | None:
        """See the port."""
        user, site = _user_and_site(claims)
        async with self._store.database.snapshot() as wire:
            for claim in claims:
                rows = await wire.fetch(
                    _VOUCHED, tenant_id, visitor_id, claim.kind.value, claim.value, user, site
                )
                if (found := await _believed(wire, tenant_id, rows)) is not None:
                    return found
        return None

    async def add_vouched(
        self, tenant_id: TenantId, visitor_id: str, claims: Sequence[Claim], now: datetime
    ) -> None:
        """See the port."""
        whose = (tenant_id, visitor_id, *_user_and_site(claims))
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_VISITORS_PERSON, *whose)
            held = {tuple(row) for row in await wire.fetch(_HELD, tenant_id, rows[0][0])} if rows else set()
        if not rows or all((one.kind.value, one.value, "known") in held for one in claims):
            return
        await repeated(lambda: self._add_vouched(tenant_id, whose, claims, now))
        self._store.wake()

    async def _add_vouched(
        self, tenant_id: TenantId, whose: tuple[str, ...], claims: Sequence[Claim], now: datetime
    ) -> None:
        async with self._store.database.transaction() as wire:
            for row in await wire.fetch(_VISITORS_PERSON, *whose):
                person_id = PersonId(row[0])
                await hold_standing(wire, tenant_id, {person_id: person_id})
                if [tuple(one) for one in await wire.fetch(_VISITORS_PERSON, *whose)] != [tuple(row)]:
                    raise Conflict("their record came apart just now", code="raced")
                await add_claims(wire, [_known(tenant_id, person_id, one, now) for one in claims])
                told = PersonChanged(tenant_id=tenant_id, person_id=person_id)
                await self._store.add_events(wire, self._encode([told]))


async def _believed(wire: Wire, tenant_id: TenantId, rows: Sequence[Row]) -> Twins | None:
    """The first of these pairs that nobody said are two."""
    for row in rows:
        one, other = PersonId(row[0]), PersonId(row[1])
        if not await never_one(wire, tenant_id, one, other):
            return Twins(kept_id=one, other_id=other)
    return None


def _user_and_site(claims: Sequence[Claim]) -> tuple[str, str]:
    """Whom the site knows them as, and what the values of all its users begin with."""
    user = claims[0].value
    return user, f"{user.partition(':')[0]}:"


def _known(tenant_id: TenantId, person_id: PersonId, claim: Claim, now: datetime) -> Identity:
    return Identity(
        id=IdentityId(new_id()),
        tenant_id=tenant_id,
        person_id=person_id,
        kind=claim.kind,
        value=claim.value,
        display=claim.display,
        confidence=Confidence.KNOWN,
        created_at=now,
    )
