"""Whose address is this: the person who is known by it, or a new one."""

from datetime import datetime

from hub.domain.events import PersonChanged
from hub.domain.ids import IdentityId, PersonId
from hub.domain.person import Confidence, Identity, IdentityKind, Person
from hub.domain.touch import Claim, InboundTouch
from hub.ids import new_id
from hub.ports.known import Known
from hub.ports.store import UnitOfWork

Address = tuple[IdentityKind, str]


def known_as(touch: InboundTouch, known: Known) -> tuple[Address, Person] | None:
    """Who is known by where the touch comes from, and by which address; None: a stranger.

    A site that vouches for its user goes before the browser they use, which others may use too. A proved address that
    the site names stands for somebody only while they are no other user of it: it may have changed hands.
    """
    key = (touch.sender.kind, touch.sender.value)
    vouched = _site_user(touch)
    if vouched is None:
        return _found(key, known)
    named = [(claim.kind, claim.value) for claim in touch.claims if claim.proven and claim is not vouched]
    return (
        _found((vouched.kind, vouched.value), known)
        or _found(key, known)
        or next((one for address in named if (one := _only(address, vouched.value, known))), None)
    )


def person_behind(touch: InboundTouch, known: Known, unit: UnitOfWork, now: datetime) -> Person:
    """The person of this address; a stranger becomes a new person with this one, `known` from now
    on, and with those they claim, which are `maybe`. Whoever is known by what their site vouches for is known by this
    address too from now on.

    A letter that names no sender, a caller without a number, with a short code, or with a number that may be of
    several, is a new person without an address each time: the card shows who they may be, and an agent says who they
    are.
    """
    found = known_as(touch, known)
    person = _new_person(touch, unit, now) if found is None else found[1]
    if not touch.sender.value:
        return person
    if touch.sender.kind is IdentityKind.PHONE and not _stands_for_somebody(touch.sender.value, known):
        return person
    addresses = [(touch.sender.kind, touch.sender.value, touch.sender.display)]
    if vouched := _site_user(touch):
        addresses.append((vouched.kind, vouched.value, vouched.display))
        known.site_users.setdefault(person.id, set()).add(vouched.value)
    for kind, value, display in addresses:
        if (kind, value) in known.persons:
            continue
        identity = Identity(
            id=IdentityId(new_id()),
            tenant_id=touch.tenant_id,
            person_id=person.id,
            kind=kind,
            value=value,
            display=display,
            confidence=Confidence.KNOWN,
            created_at=now,
        )
        unit.add_identity(identity)
        known.proven.add((kind, value))
        known.persons[kind, value] = person
    if found is None:
        for claim in touch.claims:
            if not claim.proven:
                _claim(touch, claim, person.id, unit, now)
    return person


def _new_person(touch: InboundTouch, unit: UnitOfWork, now: datetime) -> Person:
    person = Person(
        id=PersonId(new_id()),
        tenant_id=touch.tenant_id,
        name=touch.sender.name,
        language=touch.language,
        created_at=now,
    )
    unit.add_person(person, [touch.sender.name] if touch.sender.name else [])
    return person


def _site_user(touch: InboundTouch) -> Claim | None:
    return next((one for one in touch.claims if one.proven and one.kind is IdentityKind.SITE), None)


def _found(address: Address, known: Known) -> tuple[Address, Person] | None:
    person = known.persons.get(address)
    return None if person is None else (address, person)


def _only(address: Address, user: str, known: Known) -> tuple[Address, Person] | None:
    """Who is known by that address, unless they are another user of the same site."""
    found = _found(address, known)
    if found is None or address not in known.proven:
        return None
    site = f"{user.partition(':')[0]}:"
    others = {one for one in known.site_users.get(found[1].id, ()) if one.startswith(site) and one != user}
    return None if others else found


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
