"""Whom a letter reaches that is written to an address first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.access import Principal
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import IdentityId, PersonId
from hub.domain.person import Confidence, Identity, IdentityKind, Person
from hub.domain.reach import Client, WayClosed
from hub.domain.written_letter import WrittenLetter
from hub.ids import new_id
from hub.ports.starting import StartStore, StartUnit


def require_addressed(letter: WrittenLetter | None, address: str) -> None:
    """Raises Invalid (`client_not_addressed`) for a letter to others, and not to the client whose conversation it
    begins."""
    if letter is not None and letter.to and address not in {one.address for one in letter.to}:
        raise Invalid(
            f"the letter begins a conversation with {address} and does not go there",
            field="letter.to",
            code="client_not_addressed",
        )


async def holder_within_reach(store: StartStore, principal: Principal, address: str) -> Client | None:
    """Who is known by this address, if it is one client whom `principal` may read."""
    async with store.unit(principal.tenant_id) as unit:
        holder = _only(await unit.holders(IdentityKind.EMAIL, address))
    if holder is None:
        return None
    try:
        found = await store.client(principal, holder)
    except (NotFound, Forbidden):
        return None
    # a record that was merged into another has no addresses of its own, so the holder is the one that stands
    return found if found.person_id == holder else None


def _only(holders: Sequence[tuple[Person, Confidence]]) -> PersonId | None:
    return holders[0][0].id if len(holders) == 1 and holders[0][1] is Confidence.KNOWN else None


async def client_at(
    unit: StartUnit, principal: Principal, address: str, name: str, now: datetime, known: Client | None
) -> Client:
    """Who gets a letter to this address: `known`, if it is theirs still; else a new client, as whoever answers says who
    they are. One out of reach is nobody here: writing to an address opens no record and does not tell that there is
    one; but whoever said that they want no letters gets none.

    Raises Conflict with the code of WayClosed.CLIENT_REFUSED.
    """
    holders = await unit.holders(IdentityKind.EMAIL, address)
    if known is not None and _only(holders) == known.person_id:
        return replace(known, addresses={IdentityKind.EMAIL: (address,)})
    for holder, confidence in holders:
        if confidence is Confidence.KNOWN and IdentityKind.EMAIL in await unit.refused(holder.id):
            raise Conflict("this client cannot be written to there now", code=WayClosed.CLIENT_REFUSED.value)
    person = Person(id=PersonId(new_id()), tenant_id=principal.tenant_id, name=name, created_at=now)
    unit.add_person(person, [name] if name else [])
    if not holders:
        unit.add_identity(
            Identity(
                id=IdentityId(new_id()),
                tenant_id=principal.tenant_id,
                person_id=person.id,
                kind=IdentityKind.EMAIL,
                value=address,
                display=address,
                confidence=Confidence.KNOWN,
                created_at=now,
            )
        )
    return Client(
        person_id=person.id,
        tier=person.tier,
        addresses={IdentityKind.EMAIL: (address,)},
        refused=frozenset(),
        language=person.language,
    )
