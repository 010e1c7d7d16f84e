"""A clock that stands still until it is told."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Wall time from 2026-03-02 09:00 UTC, monotonic time from 1,000 s."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)) -> None:
        self._at = at
        self._monotonic_s = 1_000.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._monotonic_s

    def advance(self, by: float | timedelta) -> None:
        """Time passes (seconds)."""
        step = by if isinstance(by, timedelta) else timedelta(seconds=by)
        self._at += step
        self._monotonic_s += step.total_seconds()

    def jump(self, by: float | timedelta) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._at += by if isinstance(by, timedelta) else timedelta(seconds=by)
