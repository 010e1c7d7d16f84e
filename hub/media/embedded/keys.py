"""Keys as telephone events (RFC 4733): each told once when it comes, and sent so that a lost packet harms nothing."""

import struct
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from hub.media.g711 import SAMPLES

KEYS = "0123456789*#ABCD"
"""By the number of their event."""

_EVENT = struct.Struct("!BBH")
_END = 0x80
_VOLUME = 10
"""-10 dBm0."""
_STEPS = 5
"""Frames that a key is held down: 100 ms."""
_ENDS = 3
"""How often its end is said."""
_PAUSE = 3
"""Frames between the end of a key and the next one."""
_LOST_AFTER = 5
"""Frames after which a key whose end was lost is over."""


class KeysIn:
    """Of one sender. `tell` is called with a key and its length in ms when it is let go, or seems to be."""

    __slots__ = ("_duration", "_idle", "_key", "_over", "_tell", "_timestamp")

    def __init__(self, tell: Callable[[str, int], None]) -> None:
        self._tell = tell
        self._key: str | None = None
        self._timestamp = 0
        self._duration = 0
        self._idle = 0
        self._over: int | None = None

    def came(self, timestamp: int, payload: bytes) -> None:
        """A packet with an event, in any order, and as often as it likes."""
        if len(payload) < 4:
            return
        event, flags, duration = _EVENT.unpack_from(payload)
        if event >= len(KEYS) or (self._over is not None and not _is_after(timestamp, self._over)):
            return
        if self._key is not None and timestamp != self._timestamp:
            if not _is_after(timestamp, self._timestamp):
                return
            self._finish()
        self._key, self._timestamp = KEYS[event], timestamp
        self._duration = max(duration, self._duration)
        self._idle = 0
        if flags & _END:
            self._finish()

    def tick(self) -> None:
        """20 ms went by."""
        if self._key is not None:
            self._idle += 1
            if self._idle > _LOST_AFTER:
                self._finish()

    def forget(self) -> None:
        """Another sender begins: its timestamps are its own."""
        if self._key is not None:
            self._finish()
        self._over = None

    def _finish(self) -> None:
        key, self._key = self._key, None
        self._over = self._timestamp
        duration, self._duration = self._duration, 0
        if key is not None:
            self._tell(key, duration // 8)


class Event(NamedTuple):
    """A packet to send instead of a frame of sound."""

    payload: bytes
    marker: bool
    back: int
    """How many samples before now the key was pressed: what its timestamp lags behind."""


KEYS_WAITING = 64
"""Keys that may wait to be sent, some fourteen seconds of them: who presses faster is not followed."""


class KeysOut:
    """To one receiver."""

    __slots__ = ("_keys", "_step")

    def __init__(self) -> None:
        self._keys: deque[int] = deque()
        self._step = 0

    def __bool__(self) -> bool:
        return bool(self._keys)

    def press(self, keys: str) -> None:
        """One key after the other; what is no key is left out, and what is beyond `KEYS_WAITING`."""
        room = KEYS_WAITING - len(self._keys)
        self._keys.extend([KEYS.index(key) for key in keys.upper() if key in KEYS][:room])

    def next(self) -> Event | None:
        """What is sent in this frame; None in the pause between two keys. Only while there is something left."""
        step, self._step = self._step, self._step + 1
        if step >= _STEPS + _ENDS + _PAUSE - 1:
            self._step = 0
            self._keys.popleft()
            return None
        if step >= _STEPS + _ENDS:
            return None
        held = min(step + 1, _STEPS)
        flags = _VOLUME | (_END if step >= _STEPS else 0)
        payload = _EVENT.pack(self._keys[0], flags, held * SAMPLES)
        return Event(payload, step == 0, step * SAMPLES)


def _is_after(timestamp: int, other: int) -> bool:
    return 0 < (timestamp - other) & 0xFFFFFFFF < 0x80000000
