"""What beginning a conversation asks of the store and of channels."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.agent import Agent
from hub.domain.ids import PersonId, TenantId, UserId
from hub.domain.person import Confidence, IdentityKind, Person
from hub.domain.planned import PlannedReply
from hub.domain.reach import Client, UnderWay, Way
from hub.ports.supervise import SuperviseUnit
from hub.ports.talk import TalkUnit


class Ways(Protocol):
    """How one kind of channel reaches clients who have not written now. A channel that can begin brings one."""

    async def ways(self, tenant_id: TenantId, addresses: Sequence[str]) -> list[Way]:
        """The conversations that could be begun with these addresses, the one used last first; also those that
        the channel knows it cannot serve, with its reason. Addresses it does not know have none."""
        ...


class StartUnit(TalkUnit, SuperviseUnit, Protocol):
    """A unit of work in which a conversation is begun."""

    async def refused(self, person_id: PersonId) -> frozenset[IdentityKind]:
        """The kinds of channel on which the client's newest word about being written to is no."""
        ...

    async def holders(self, kind: IdentityKind, value: str) -> list[tuple[Person, Confidence]]:
        """Whose address this is, or may be; the one who is known by it first."""
        ...

    def add_planned(self, planned: PlannedReply) -> None:
        """A plan of an interaction that may be as new. Another one under its external id is Conflict (`raced`)."""
        ...

    async def last_seq(self, account: str, thread: str) -> int:
        """The newest number of that thread, over all its interactions: the next one goes on from it."""
        ...


class StartStore(Protocol):
    """The store of those who begin."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[StartUnit]:
        """A unit of work. Raises Unavailable, Conflict (`raced`)."""
        ...

    async def client(self, principal: Principal, person_id: PersonId) -> Client:
        """The client, if they are within reach. Raises Forbidden, NotFound."""
        ...

    async def under_way(
        self, tenant_id: TenantId, threads: Sequence[tuple[str, str]]
    ) -> Mapping[tuple[str, str], UnderWay]:
        """The open interactions of these threads, by (account, thread)."""
        ...

    async def last_used(self, tenant_id: TenantId, person_id: PersonId) -> Mapping[tuple[str, str], datetime]:
        """When conversations with this client last began at (account, address)."""
        ...

    async def standing(self, tenant_id: TenantId, agent_id: UserId) -> tuple[Agent | None, int]:
        """Somebody as an agent, and the units that their accepted work takes; None and 0 for who never was one."""
        ...

    async def renew_presence(
        self, tenant_id: TenantId, agent_ids: Sequence[UserId], until: datetime, now: datetime
    ) -> None:
        """The consoles of these people were heard."""
        ...
