"""What a channel must be able to do, and what it says of itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from hub.domain.agent import Media
from hub.domain.events import Typing
from hub.domain.touch import OutboundMessage, Sent


class WhoSends(StrEnum):
    """Which node may send: any, or the one that holds the client's connection."""

    ANY_NODE = "any_node"
    HOLDING_NODE = "holding_node"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLimits:
    """What fits. `reply_window_s` is how long after the client's last touch we may write (None: for ever), in threads
    whose name begins with `window_threads`; `give_up_s` how long an undeliverable reply is kept before it fails."""

    text_chars: int
    attachment_bytes: int
    reply_window_s: float | None = None
    window_threads: str = ""
    give_up_s: float

    def window_of(self, thread: str) -> float | None:
        """How long after the client's last touch we may write in that thread, in seconds; None: for ever."""
        return self.reply_window_s if thread.startswith(self.window_threads) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """A kind of channel. `idempotent` says that sending one touch twice shows it once, so that an interrupted
    send may be repeated without asking a person."""

    name: str
    media: Media
    who_sends: WhoSends
    one_reader: bool
    idempotent: bool
    limits: ChannelLimits


class Channel(Protocol):
    """An adapter and its account."""

    @property
    def spec(self) -> ChannelSpec:
        """What this channel is."""
        ...

    async def run(self) -> None:
        """Feed the inbox until cancelled; reconnects by itself."""
        ...

    async def send(self, message: OutboundMessage) -> Sent:
        """Hand one reply to the outside.

        Raises ChannelUnavailable (surely not taken: later), ChannelRefused (never), ChannelUncertain (a
        person must decide).
        """
        ...


@runtime_checkable
class TypingShown(Protocol):
    """A channel on which the client can see that somebody is typing."""

    async def show_typing(self, news: Typing) -> None:
        """Best effort."""
        ...


@runtime_checkable
class HoldsThreads(Protocol):
    """A channel of which each node reaches only the clients connected to it (`WhoSends.HOLDING_NODE`).

    Whoever opens it gives it a callback for every thread that begins to be held: replies may be waiting.
    """

    def held_threads(self) -> Sequence[tuple[str, str]]:
        """(account, thread) of each client this node can send to now."""
        ...
