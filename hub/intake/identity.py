"""Whose address is this: the person who is known by it, or a new one."""

from datetime import datetime

from hub.domain.events import PersonChanged
from hub.domain.ids import IdentityId, PersonId
from hub.domain.person import Confidence, Identity, IdentityKind, Person
from hub.domain.touch import Claim, InboundTouch
from hub.ids import new_id
from hub.ports.known import Known
from hub.ports.store import UnitOfWork


def person_behind(touch: InboundTouch, known: Known, unit: UnitOfWork, now: datetime) -> Person:
    """The person of this address; a stranger becomes a new person with this one, `known` from now
    on, and with those they claim, which are `maybe`.

    A letter that names no sender, a caller without a number, with a short code, or with a number that may be of
    several, is a new person without an address each time: the card shows who they may be, and an agent says who they
    are.
    """
    key = (touch.sender.kind, touch.sender.value)
    if found := known.persons.get(key):
        return found
    person = Person(
        id=PersonId(new_id()),
        tenant_id=touch.tenant_id,
        name=touch.sender.name,
        language=touch.language,
        created_at=now,
    )
    unit.add_person(person, [touch.sender.name] if touch.sender.name else [])
    if touch.sender.kind is IdentityKind.PHONE and not _stands_for_somebody(touch.sender.value, known):
        return person
    if not touch.sender.value:
        return person
    unit.add_identity(
        Identity(
            id=IdentityId(new_id()),
            tenant_id=touch.tenant_id,
            person_id=person.id,
            kind=touch.sender.kind,
            value=touch.sender.value,
            display=touch.sender.display,
            confidence=Confidence.KNOWN,
            created_at=now,
        )
    )
    known.proven.add(key)
    for claim in touch.claims:
        if not claim.proven:
            _claim(touch, claim, person.id, unit, now)
    known.persons[key] = person
    return person


def add_proven(touch: InboundTouch, person_id: PersonId, unit: UnitOfWork, now: datetime) -> None:
    """What the channel vouches for is added to whoever it is, however long they are known; their card says so."""
    proven = [claim for claim in touch.claims if claim.proven]
    for claim in proven:
        _claim(touch, claim, person_id, unit, now)
    if proven:
        unit.emit(PersonChanged(tenant_id=touch.tenant_id, person_id=person_id))


def _claim(touch: InboundTouch, claim: Claim, person_id: PersonId, unit: UnitOfWork, now: datetime) -> None:
    unit.add_claim(
        Identity(
            id=IdentityId(new_id()),
            tenant_id=touch.tenant_id,
            person_id=person_id,
            kind=claim.kind,
            value=claim.value,
            display=claim.display,
            confidence=Confidence.KNOWN if claim.proven else Confidence.MAYBE,
            created_at=now,
        )
    )


def _stands_for_somebody(number: str, known: Known) -> bool:
    return number.startswith("+") and number not in known.ambiguous
