"""What carries the sound of calls. Sessions have legs; who hears whom is said by name.

Descriptions (SDP, RFC 8866) pass as bytes in both directions; an engine reads and writes them itself, so that
another one may stand elsewhere and speak for itself. Sound is 8 kHz, 16 bit, little-endian, one channel.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

RATE_HZ = 8000
FRAME_MS = 20


class LegKind(StrEnum):
    """How a leg's sound travels: plain RTP, or as a browser wants it (ICE, DTLS-SRTP)."""

    PLAIN = "plain"
    BROWSER = "browser"


class NoCommonMedia(Exception):
    """The description offers nothing that the engine speaks: 488."""


class NoRoom(Exception):
    """No port or no strength is left for another leg: 503."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A key was pressed on a leg: one of `0-9 * # A-D`; `ms` is how long, as far as it is known."""

    leg: str
    key: str
    ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What was played to a leg came to its end (never told for what loops, or was stopped)."""

    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Nothing came from a leg for `for_s` seconds although it may send; told once until something comes again."""

    leg: str
    for_s: float


MediaEvent = Keys | Played | Silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What a leg received and sent since it began. `rms` is of the last second that came from it, 0 to 32767."""

    received: int = 0
    lost: int = 0
    late: int = 0
    sent: int = 0
    jitter_ms: float = 0.0
    rms: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What is played: files one after the other (WAV, 8 kHz, mono), `loop` for ever, `gap_s` between rounds."""

    files: tuple[Path, ...]
    loop: bool = False
    gap_s: float = 0.0


class SampleSink(Protocol):
    """Takes what is recorded. Never blocks: it is called by the clock of the engine, every 20 ms."""

    def write(self, left: bytes, right: bytes) -> None:
        """20 ms of both sides of the call: what the leg `left` said, and what the others did. Pauses are not
        written."""
        ...


class MediaSession(Protocol):
    """The sound of one call. Legs have names that whoever opened the session gives ("caller", "agent" …)."""

    async def answered(self, leg: str, offer: bytes) -> bytes:
        """The answer to an offer that came from this leg; the leg is made if it is new, changed if not.

        A hold in the offer stops what we send. Raises NoCommonMedia, NoRoom.
        """
        ...

    async def offered(self, leg: str, kind: LegKind = LegKind.PLAIN, *, held: bool = False) -> bytes:
        """An offer of ours for this leg, made or changed; `held` tells it that it is put on hold."""
        ...

    async def agreed(self, leg: str, answer: bytes) -> None:
        """The answer that came to our offer. Raises NoCommonMedia."""
        ...

    async def hear(self, hears: Mapping[str, frozenset[str]]) -> None:
        """Who hears which legs from now on, for the legs named; `{"a": {"b"}, "b": {"a"}}` is a bridge,
        a third who is heard by one only whispers. What is played to a leg is heard instead."""
        ...

    async def play(self, leg: str, sound: Sound) -> None:
        """Play to a leg from now on, instead of what was played before."""
        ...

    async def stop(self, leg: str) -> None:
        """Play nothing more to it: it hears the legs it was given."""
        ...

    async def press(self, leg: str, keys: str) -> None:
        """Send keys to a leg as telephone events (RFC 4733)."""
        ...

    async def record(self, left: str, sink: SampleSink) -> None:
        """Give what `left` says, and what all others say, to the sink from now on, 20 ms at a time."""
        ...

    async def pause(self, *, paused: bool) -> None:
        """Leave out of the recording what is said meanwhile."""
        ...

    async def stop_recording(self) -> None:
        """Nothing more is given to the sink."""
        ...

    async def quality(self, leg: str) -> Quality:
        """How the leg fares."""
        ...

    async def drop(self, leg: str) -> None:
        """The leg is over. A name that is none is no error."""
        ...

    async def close(self) -> None:
        """Everything is over. Closing twice is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much an engine carries, and how late its clock was at worst in the last minute."""

    sessions: int = 0
    legs: int = 0
    late_ms: float = 0.0
    details: Mapping[str, float] = field(default_factory=dict)


class MediaEngine(Protocol):
    """Opens sessions."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """The engine works while the block lasts; all sessions are over after it."""
        ...

    async def open(self, call_id: str, tell: Callable[[MediaEvent], None]) -> MediaSession:
        """A session for a call; what happens on its legs is told by `tell`, which never blocks. Raises NoRoom."""
        ...

    def load(self) -> Load:
        """What it carries now."""
        ...

    def free_share(self) -> float:
        """How much of what it can carry at most is free, from 0 to 1. Asked for each call, so cheap to tell."""
        ...
