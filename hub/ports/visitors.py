"""What web chat asks of the store: sites, visitors, and the conversation a visitor has had."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.ids import InteractionId, QueueId, TenantId, TouchId
from hub.domain.touch import Delivery, Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A web site that carries the widget. `origins` are exact (`https://shop.example`); the hub's own origin
    is always allowed. `key` is public and names the site in the script tag."""

    key: str
    tenant_id: TenantId
    queue_id: QueueId
    title: str
    origins: tuple[str, ...]
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One browser of a site. `id` is the thread and the address of their touches; only the SHA-256 of the token
    the browser keeps is stored. `got_seq` is the newest message known to be on their screen."""

    id: str
    tenant_id: TenantId
    site_key: str
    token_sha256: str
    language: str
    created_at: datetime
    got_seq: int = 0
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTouch:
    """One message of the conversation, from either side; `external_id` is the client's id of an inbound one."""

    touch_id: TouchId
    interaction_id: InteractionId
    seq: int
    direction: Direction
    text: str
    at: datetime
    author: str
    delivery: Delivery
    external_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadState:
    """How a conversation stands: whether it is open, who has it, whether it waits, its newest interaction."""

    open: bool
    agent: str
    waiting: bool
    interaction_id: InteractionId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in line: 1 is next. `ahead` counts those before it."""

    thread: str
    queue_id: QueueId
    place: int


class VisitorStore(Protocol):
    """Off the touch path, but read at each connection."""

    async def site(self, key: str) -> Site | None:
        """The site of that key."""
        ...

    async def visitor_by_token(self, site_key: str, token_sha256: str) -> Visitor | None:
        """The visitor who holds the token, on that site only."""
        ...

    async def add_visitor(self, visitor: Visitor) -> None:
        """A new browser."""
        ...

    async def conversation(self, visitor: Visitor, *, after_seq: int, limit: int) -> list[ThreadTouch]:
        """Messages of both sides with seq above `after_seq`, the newest `limit`, in order; notes never.

        Numbers go on over all interactions of the thread."""
        ...

    async def thread_state(self, visitor: Visitor) -> ThreadState:
        """How the newest interaction of the thread stands."""
        ...

    async def note_got(self, visitor: Visitor, seq: int, now: datetime) -> None:
        """Replies up to `seq` are on the screen: they become `delivered`, and the desk is told."""
        ...

    async def places(self, tenant_id: TenantId, queue_ids: Sequence[QueueId], account: str) -> list[Place]:
        """The places in line of all waiting threads of that account, by the router's order."""
        ...
