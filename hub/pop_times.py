"""The newest pop latencies of this node, for the wallboard."""

from collections import deque
from collections.abc import Callable, Sequence

KEPT = 1_000


class PopTimes:
    """Touch received → frame sent, in seconds, of the last offers to an open window."""

    def __init__(self, observe: Callable[[float], None]) -> None:
        self._observe = observe
        self._newest: deque[float] = deque(maxlen=KEPT)

    def add(self, seconds: float) -> None:
        """One more."""
        self._newest.append(seconds)
        self._observe(seconds)

    def ms(self) -> Sequence[float]:
        """The newest, in milliseconds."""
        return [s * 1000 for s in self._newest]
