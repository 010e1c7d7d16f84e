"""What cannot be worked off now: left out for a while, so that it holds up nothing else."""

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=1)

T = TypeVar("T", bound=Hashable)


class SetAside(Generic[T]):
    """Things that failed, each until it is tried again: 30 s, then twice as long up to an hour. `on_fault` hears of
    each failure."""

    def __init__(self, on_fault: Callable[[], None]) -> None:
        self._on_fault = on_fault
        self._until: dict[T, datetime] = {}
        self._pause: dict[T, timedelta] = {}

    def __len__(self) -> int:
        return len(self._until)

    def failed(self, what: T, now: datetime) -> None:
        """It could not be worked off."""
        pause = min(2 * self._pause[what], _LONGEST) if what in self._pause else _FIRST
        self._pause[what], self._until[what] = pause, now + pause
        self._on_fault()

    def mended(self, what: T) -> None:
        """It was worked off."""
        self._until.pop(what, None)
        self._pause.pop(what, None)

    def others(self, among: Iterable[T]) -> list[T]:
        """Those that never failed, or went well since."""
        return [what for what in among if what not in self._until]

    def to_try(self, now: datetime) -> list[T]:
        """Those that waited long enough."""
        return [what for what, until in self._until.items() if until <= now]
