"""The records of those who use several channels (hub/simulator/regulars.py): each is known by mail, by telephone and by
the browser that they chat with."""

import hashlib
import hmac
from datetime import timedelta

from crm_store.mapping import text, us
from crm_store.rows.floor import visitors
from crm_store.store import Store
from hub.domain.ids import DEFAULT_TENANT, IdentityId, PersonId
from hub.domain.person import Identity, IdentityKind, Person, Tier, normalised
from hub.ids import new_id
from hub.phone_numbers import caller_number
from hub.ports.clock import Clock
from hub.simulator.regulars import REGULARS, Regular

SITE = "demo"

_TIERS = (Tier.GOLD, Tier.SILVER, Tier.STANDARD)
_MET = timedelta(days=120)


async def put_regulars(store: Store, clock: Clock, key: bytes) -> dict[str, str]:
    """Make sure that they are there. Their chat sessions by address of mail: what their browsers keep, made of `key`,
    so that a demo that is continued knows them again; of one that has another key now, their browsers are new."""
    sessions = {}
    for regular, tier in zip(REGULARS, _TIERS * 2, strict=True):
        if await _put(store, clock, regular, tier, key):
            sessions[regular.email] = _made(key, "session", regular)
    return sessions


async def _put(store: Store, clock: Clock, regular: Regular, tier: Tier, key: bytes) -> bool:
    met_at = clock.now() - _MET
    visitor_id = _made(key, "visitor", regular)
    person = Person(
        id=PersonId(new_id()),
        tenant_id=DEFAULT_TENANT,
        name=regular.name,
        language=regular.language,
        tier=tier,
        created_at=met_at,
    )
    addresses = (
        (IdentityKind.EMAIL, regular.email, ""),
        (IdentityKind.PHONE, regular.phone, caller_number(regular.phone, region="").shown),
        (IdentityKind.WEBCHAT, visitor_id, ""),
    )
    async with store.unit(DEFAULT_TENANT) as unit:
        known = await unit.wire.fetch(
            "SELECT 1 FROM identities WHERE tenant_id = $1 AND kind = 'email' AND value = $2",
            DEFAULT_TENANT,
            normalised(IdentityKind.EMAIL, regular.email),
        )
        if known:
            browsers = await unit.wire.fetch(
                "SELECT 1 FROM visitors WHERE tenant_id = $1 AND id = $2", DEFAULT_TENANT, visitor_id
            )
            return bool(browsers)
        unit.add_person(person, [person.name])
        for kind, value, display in addresses:
            unit.add_identity(
                Identity(
                    id=IdentityId(new_id()),
                    tenant_id=DEFAULT_TENANT,
                    person_id=person.id,
                    kind=kind,
                    value=normalised(kind, value),
                    display=display,
                    created_at=met_at,
                )
            )
        token_sha256 = hashlib.sha256(_made(key, "session", regular).encode()).hexdigest()
        row = (
            visitor_id,
            DEFAULT_TENANT,
            SITE,
            token_sha256,
            regular.language,
            us(met_at),
            0,
            text({"name": regular.name}),
        )
        await unit.wire.insert(visitors, [row])
    return True


def _made(key: bytes, what: str, regular: Regular) -> str:
    return hmac.digest(key, f"demo {what} {regular.email}".encode(), "sha256").hex()[:32]
