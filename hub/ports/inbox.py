"""Where a channel hands in what a client did; the answer is the channel's leave to acknowledge it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.callback import Callback, CallbackWish
from hub.domain.ids import InteractionId, TenantId, TouchId
from hub.domain.touch import InboundTouch


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A touch that is durable. `repeated`: it was so already, and nothing new was written. `continued`: it is the
    first of its thread, in an interaction that its client had open on another channel."""

    touch_id: TouchId
    interaction_id: InteractionId
    seq: int
    at: datetime
    repeated: bool = False
    continued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked:
    """A promised call. `repeated`: it was promised before, and nothing new was written."""

    callback: Callback
    repeated: bool


class CallbackDesk(Protocol):
    """Where a client's wish to be called is kept."""

    async def ask(self, touch: InboundTouch, wish: CallbackWish) -> CallbackAsked:
        """Keep the wish, which `touch` (a form) tells the agents; returns after the commit.

        A client who waits keeps their place in line. A second wish in one conversation changes nothing.
        Raises Conflict (`other_body`) for a wish that was fulfilled, Unavailable when it cannot be kept now.
        """
        ...


class Inbox(Protocol):
    """The way in, the same for every channel."""

    async def receive(self, touch: InboundTouch) -> Received:
        """Keep the touch; returns after the commit, so that the channel may acknowledge now.

        Raises Conflict (`other_body`) when this external id is kept with another body: refuse it, for good.
        Raises Unavailable when it cannot be durable now: do not acknowledge; the outside repeats it.
        """
        ...

    async def client_left(self, tenant_id: TenantId, account: str, thread: str) -> None:
        """The client of this thread has gone: work still waiting is abandoned. No open thread is no error.

        Raises Unavailable when it cannot be written now.
        """
        ...
