"""Makes ids: UUIDv7 (RFC 9562 §5.7) as text, rising within one process."""

import os
import threading

from hub.clock import wall_ms

_COUNTER_LIMIT = 1 << 12
_DRAW_BYTES = 4096
"""Randomness is drawn for 512 ids at once: a system call an id costs more than the rest of it."""
_HEX_EACH = 16


class IdMaker:
    """Ids that sort by the time they were made; `rand_a` counts within one ms (RFC 9562 §6.2, method 1)."""

    __slots__ = ("_at", "_count", "_drawn", "_lock", "_ms")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = 0
        self._count = 0
        self._drawn = ""
        self._at = 0

    def __call__(self) -> str:
        with self._lock:
            ms = wall_ms()
            if ms > self._ms:
                self._ms, self._count = ms, 0
            else:
                self._count += 1
                if self._count == _COUNTER_LIMIT:
                    self._ms, self._count = self._ms + 1, 0
            if self._at == len(self._drawn):
                self._drawn, self._at = os.urandom(_DRAW_BYTES).hex(), 0
            tail = self._drawn[self._at : self._at + _HEX_EACH]
            self._at += _HEX_EACH
            head, count = f"{self._ms:012x}", self._count
        variant = "89ab"[int(tail[0], 16) & 3]
        return f"{head[:8]}-{head[8:]}-7{count:03x}-{variant}{tail[1:4]}-{tail[4:]}"

    def forget(self) -> None:
        """Throw the drawn randomness away: a forked child must not make its parent's ids."""
        with self._lock:
            self._drawn, self._at = "", 0


new_id = IdMaker()
os.register_at_fork(after_in_child=new_id.forget)
