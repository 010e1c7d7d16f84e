"""What questions with buttons ask of the store."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.ids import TenantId, TouchId
from hub.domain.interaction import Session
from hub.domain.person import Person
from hub.domain.question import AskedQuestion, BareQuestion
from hub.ports.store import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrated:
    """A conversation that is over and that its client may be asked about. `raw`: the last they wrote in it, as it
    came."""

    session: Session
    raw: bytes = field(repr=False)


class Questions(Protocol):
    """Questions that were asked. Everything raises Unavailable when the store cannot now."""

    async def question(self, tenant_id: TenantId, touch_id: TouchId) -> AskedQuestion | None:
        """The question of this touch."""
        ...

    async def standing_menu(self, tenant_id: TenantId, account: str, thread: str) -> AskedQuestion | None:
        """The newest menu that stands in this thread."""
        ...

    async def rate(self, asked: AskedQuestion, choice: int, now: datetime) -> int:
        """The client pressed this choice of a question for a rating: the score that counts, which is the first one.
        Everybody is told by an InteractionRated, once. Raises Conflict (`too_late`, `too_early`), NotFound."""
        ...


class BareStore(Protocol):
    """Buttons that nobody pressed in time. Everything raises Unavailable when the store cannot now."""

    async def bare(self, tenant_id: TenantId, now: datetime, *, limit: int) -> Sequence[BareQuestion]:
        """Questions that were answered in other words or not at all, and whose buttons stand; none that is on its way
        to its client."""
        ...

    async def put_buttons_off(self, asked: AskedQuestion, until: datetime | None) -> None:
        """Their buttons are seen to at `until`; None: they are gone, as far as they can be."""
        ...


class RatingStore(Protocol):
    """Conversations to be asked about. Everything raises Unavailable when the store cannot now."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work. Raises Conflict (`raced`) when somebody was faster."""
        ...

    async def unrated(
        self, tenant_id: TenantId, accounts: Sequence[str], *, since: datetime, limit: int
    ) -> Sequence[Unrated]:
        """Conversations on these accounts that were closed after `since`, by whom an agent served, whose client wrote
        last there, and who was not asked and has not rated; of none whose client is in a conversation there now."""
        ...


class MenuStore(Protocol):
    """Menus that nobody answers. Everything raises Unavailable when the store cannot now."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work. Raises Conflict (`raced`) when somebody was faster."""
        ...

    async def unanswered_menus(
        self, tenant_id: TenantId, now: datetime, *, limit: int
    ) -> Sequence[tuple[AskedQuestion, Person]]:
        """Menus that stand, and for whose answer nobody waits any more; and whom they were put to."""
        ...
