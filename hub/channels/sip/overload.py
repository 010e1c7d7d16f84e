"""Which calls are not taken when there is more to do than can be done: refused at once, so that others are served.

What waits in the kernel is looked at with each call that comes. A queue that empties now and then is a burst, and is
served; one that never does stands, and grows until messages are lost at random, each of which is then sent again: so
more and more new calls are refused until it empties, and fewer when it has (as CoDel does, RFC 8289).
"""

import math
from collections.abc import Callable

INTERVAL_S = 0.2
STANDING = 1 / 2
"""A queue that was never shorter than this share of its room, for an interval. Up to a quarter Linux counts too much:
what was read is given back in heaps (`udp_rmem_release`)."""
_MORE, _FEWER, _MOST = 0.15, 0.6, 0.95
"""So much is added while the queue stands, so much is left each time that it does not; and some are always taken."""


class Overload:
    """`waits` tells the share of the room for what came that is taken, 0 to 1; `chance` a random number to 1."""

    def __init__(self, waits: Callable[[], float], chance: Callable[[], float]) -> None:
        self._waits = waits
        self._chance = chance
        self._least = 1.0
        self._until_s = -math.inf
        self.share = 0.0
        """Of the calls that come, how many are refused now."""
        self.refused = 0

    def refuses(self, now_s: float) -> bool:
        """Whether the call that came now is one too many."""
        if now_s >= self._until_s:
            self._judge(now_s)
        waits = self._waits()
        self._least = min(self._least, waits)
        if self.share <= 0.0 or waits < STANDING / 2 or self._chance() >= self.share:
            return False
        self.refused += 1
        return True

    def _judge(self, now_s: float) -> None:
        """An interval is over. One in which nobody called says nothing, but that all is well."""
        idle_s = now_s - self._until_s
        stands = self._least > STANDING and idle_s < INTERVAL_S
        self.share = min(_MOST, self.share + _MORE) if stands else self.share * _FEWER
        if idle_s > 1.0 or self.share < 0.01:
            self.share = 0.0
        self._least = 1.0
        self._until_s = now_s + INTERVAL_S
