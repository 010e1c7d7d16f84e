"""A person who serves: skills, capacity per media, and what they do right now."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, TenantId, UserId


class Media(StrEnum):
    """The kind of attention a channel needs."""

    VOICE = "voice"
    CHAT = "chat"
    MAIL = "mail"


class AgentState(StrEnum):
    """What everybody sees of an agent. Derived (see `presence.py`), never stored by itself."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    RESERVED = "reserved"
    ENGAGED = "engaged"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


class Wish(StrEnum):
    """What the agent asked to be; the only part of the state a person sets."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    PAUSED = "paused"


def wish_from(text: str) -> Wish:
    """The wish named by `text`. Raises Invalid for any other word."""
    try:
        return Wish(text)
    except ValueError:
        raise Invalid("state must be available, paused or offline", field="state") from None


FULL = 60
"""Units of attention one agent has. A call takes all; a chat at capacity 3 takes 20, a mail at capacity 5 takes 12."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many items of each media an agent may hold at once. One item weighs FULL / capacity (rounded up)."""

    voice: int = 1
    chat: int = 3
    mail: int = 5

    def weight(self, media: Media) -> int:
        """Units one item of `media` takes; more than FULL when the agent takes none of it."""
        limit = {Media.VOICE: self.voice, Media.CHAT: self.chat, Media.MAIL: self.mail}[media]
        return -(-FULL // limit) if limit > 0 else FULL + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """A person who serves. `load` is the units taken by accepted work and by offers still open.

    `presence_until` is the lease of the console: after it the agent is not there. `idle_since` is when work
    last ended or the agent last became available. `missed_offers` counts expired offers in a row.
    `phone_ready`: their phone can be rung.
    """

    id: UserId
    tenant_id: TenantId
    name: str
    skills: dict[str, int] = field(default_factory=dict)
    capacity: Capacity = field(default_factory=Capacity)
    queues: frozenset[QueueId] = frozenset()
    wish: Wish = Wish.OFFLINE
    pause_reason: str = ""
    wish_since: datetime
    presence_until: datetime | None = None
    idle_since: datetime
    missed_offers: int = 0
    version: int = 1
    phone_ready: bool = False
