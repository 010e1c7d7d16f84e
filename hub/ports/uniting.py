"""What bringing together two records of one client, and what is open with both, asks of the store and of channels."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.continuing import Engaged
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import IdentityKind
from hub.domain.touch import Claim
from hub.ports.talk import TalkUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Twins:
    """Two records that a channel has shown to be one person: all that `other_id` has belongs to `kept_id`."""

    kept_id: PersonId
    other_id: PersonId


class ProvesNumbers(Protocol):
    """Who hears that a channel vouches for a client's own number."""

    async def proven(self, tenant_id: TenantId, kind: IdentityKind, value: str, number: str) -> bool:
        """Whoever writes from the address `value` of that kind has this number (E.164), the channel says so. Whether
        that made two records one. Raises Unavailable when it cannot be written now."""
        ...


class SignsIn(Protocol):
    """Who hears that a visitor, while they have a conversation, has proved to be a user of their web site."""

    async def signed_in(self, tenant_id: TenantId, visitor_id: str, claims: Sequence[Claim]) -> bool:
        """All that the site vouches for is that visitor's: first of `claims` whom it knows them as (`site`). Whether
        that made two records one. Said again it changes nothing. Raises Unavailable when it cannot be written now."""
        ...


class UnitingUnit(TalkUnit, Protocol):
    """A unit of work in which interactions become one."""

    async def engaged(self, person_id: PersonId) -> Sequence[Engaged]:
        """What is open with this person, locked, and the person too. Raises Conflict (`raced`)."""
        ...


AlsoDone = Callable[[UnitingUnit, PersonId], Awaitable[None]]
"""What is done in the commit that makes two records one, of which that one is left."""


class UnitingStore(Protocol):
    """The store of those who unite."""

    async def vouched_twins(
        self, tenant_id: TenantId, visitor_id: str, claims: Sequence[Claim]
    ) -> Twins | None:
        """Two records that are one person because a site vouches for a visitor: `other_id` is the visitor's, and is
        known by browsers and as that user alone; `kept_id` is known by the first of `claims` that somebody else is
        known by, and as no other user of the site. People are believed as in `twins`."""
        ...

    async def add_vouched(
        self, tenant_id: TenantId, visitor_id: str, claims: Sequence[Claim], now: datetime
    ) -> None:
        """The visitor's person is known by these too, as far as they are nobody's; unless they are known as another
        user of the site. Whoever sees the card is told."""
        ...

    async def twins(self, tenant_id: TenantId, kind: IdentityKind, value: str, number: str) -> Twins | None:
        """Two records that are one person because this number was proven by who writes from that address.

        One is known by the address alone, and has no other of any kind; the other is known by the number, which nobody
        else says is theirs, and which is no number of nobody in particular. People who said that they are two, or took
        them apart, are believed: then there are none.
        """
        ...
