"""Makes ids: UUIDv7 (RFC 9562 §5.7) as text, rising within one process."""

import os
import threading

from hub.clock import wall_ms

_COUNTER_LIMIT = 1 << 12


class IdMaker:
    """Ids that sort by the time they were made; `rand_a` counts within one millisecond (RFC 9562 §6.2, method 1)."""

    __slots__ = ("_count", "_lock", "_ms")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = 0
        self._count = 0

    def __call__(self) -> str:
        tail = os.urandom(8).hex()
        with self._lock:
            ms = wall_ms()
            if ms > self._ms:
                self._ms, self._count = ms, 0
            else:
                self._count += 1
                if self._count == _COUNTER_LIMIT:
                    self._ms, self._count = self._ms + 1, 0
            head, count = f"{self._ms:012x}", self._count
        variant = "89ab"[int(tail[0], 16) & 3]
        return f"{head[:8]}-{head[8:]}-7{count:03x}-{variant}{tail[1:4]}-{tail[4:]}"


new_id = IdMaker()
