"""One agent's place on the floor: what they may take, what they hold, and where they come in the order of asking."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import TypeVar

from hub.domain.agent import FULL, Agent, Media, Wish
from hub.domain.ids import UserId, WorkItemId
from hub.domain.presence import is_present
from hub.domain.work import WorkState

T = TypeVar("T")

MEDIA = (Media.VOICE, Media.CHAT, Media.MAIL)
VOICE, CHAT, MAIL = range(3)
NUMBER_OF = {media: number for number, media in enumerate(MEDIA)}
"""A medium's place in whatever is kept per medium."""

Rank = tuple[int, float, UserId, int]
"""Load in units, idle since (POSIX seconds), id, slot. Of two who could take an item, the one with less is asked."""

Getter = Callable[[Sequence[T]], Sequence[T]]
"""Gets certain elements out of a list, much faster than one by one."""


class Standing(IntEnum):
    """Whether an agent is there and wants work, whatever is in hand."""

    OFFLINE = 0
    PAUSED = 1
    AVAILABLE = 2


@dataclass(slots=True, eq=False, kw_only=True)
class Seat:
    """The agent as last put (None while only their work is known), and what they hold.

    `slot` is the agent's number on the floor and `bit` is `1 << slot`; without an agent they are −1 and 0.
    `weights[n]` are the units an item of medium n takes, `calls` counts the voice items in hand, `is_asked`: a
    colleague asks them on the telephone. `room_for` has
    bit n set when one more item of medium n fits now, `room_at[load]` when it fits beside that load. `buckets`
    are the numbers of those the agent may serve, `urgencies_of` gets theirs (made when needed, None after every
    change of `buckets`). `lease_ends_at` is the end of presence that is being watched.
    """

    agent_id: UserId
    agent: Agent | None = None
    slot: int = -1
    bit: int = 0
    standing: Standing = Standing.OFFLINE
    weights: tuple[int, ...] = (FULL + 1,) * len(MEDIA)
    room_at: tuple[int, ...] = (0,) * (FULL + 1)
    load: int = 0
    calls: int = 0
    is_asked: bool = False
    held: dict[WorkItemId, WorkState] = field(default_factory=dict)
    room_for: int = 0
    rank: Rank = (0, 0.0, UserId(""), -1)
    idle_since_s: float = 0.0
    buckets: list[int] = field(default_factory=list)
    urgencies_of: Getter[float] | None = None
    lease_ends_at: datetime | None = None

    @property
    def is_on_call(self) -> bool:
        """Whether they talk, or will in a moment: then nothing is offered to them."""
        return self.calls > 0 or self.is_asked


def standing_of(agent: Agent, now: datetime) -> Standing:
    """Whether the agent is there at `now` and wants work."""
    if agent.wish is Wish.OFFLINE or not is_present(agent, now):
        return Standing.OFFLINE
    return Standing.PAUSED if agent.wish is Wish.PAUSED else Standing.AVAILABLE


def weights_of(agent: Agent) -> tuple[int, ...]:
    """What one item of each medium takes of the agent, in units; more than FULL where they take none."""
    return tuple(agent.capacity.weight(media) for media in MEDIA)


@lru_cache(maxsize=1024)
def room_by_load(weights: tuple[int, ...]) -> tuple[int, ...]:
    """For each load up to FULL, the media of which one more item fits (bit n for medium n)."""
    return tuple(
        sum(1 << number for number, weight in enumerate(weights) if load + weight <= FULL)
        for load in range(FULL + 1)
    )
