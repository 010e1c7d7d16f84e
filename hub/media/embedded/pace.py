"""The one clock of all sessions: 20 ms, without drift, catching up without bursts."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from hub.ports.clock import Clock

TICK_S = 0.02
_CATCHING_UP_S = 0.005
"""Between two ticks while behind: receivers have room for that, not for a heap at once."""
_GIVEN_UP_S = 0.2
"""Further behind, what was missed is left out: nobody waits that long for sound."""
_MINUTE = 3000


class Due(NamedTuple):
    """What the clock has to do."""

    skipped: int
    """Ticks that are left out before this one."""
    late_s: float


class Pace:
    """When the next tick is due. Decides, and waits for nothing."""

    def __init__(self, now_s: float) -> None:
        self._next_s = now_s + TICK_S

    def ticked(self, now_s: float) -> Due:
        """A tick happens now, at or after its time."""
        late_s = now_s - self._next_s
        skipped = int(late_s / TICK_S) if late_s > _GIVEN_UP_S else 0
        self._next_s += (skipped + 1) * TICK_S
        return Due(skipped, max(0.0, late_s))

    def wait_s(self, now_s: float) -> float:
        """How long from now to the next tick."""
        wait_s = self._next_s - now_s
        return wait_s if wait_s >= 0 else _CATCHING_UP_S


class Lateness:
    """How late the clock was in the last minute."""

    def __init__(self) -> None:
        self._late_s: deque[float] = deque(maxlen=_MINUTE)

    def add(self, late_s: float) -> None:
        """One tick."""
        self._late_s.append(late_s)

    def at_most_ms(self, share: float = 100.0) -> float:
        """What `share` percent of the ticks did not exceed."""
        ordered = sorted(self._late_s)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))] if ordered else 0.0


async def keep_time(
    clock: Clock, tick: Callable[[int], None], lateness: Lateness, is_needed: asyncio.Event
) -> None:
    """Call `tick` each 20 ms while it is needed, with the number of ticks that were left out before it. For ever."""
    while True:
        await is_needed.wait()
        pace = Pace(clock.monotonic())
        while is_needed.is_set():
            await asyncio.sleep(pace.wait_s(clock.monotonic()))
            due = pace.ticked(clock.monotonic())
            lateness.add(due.late_s)
            tick(due.skipped)
