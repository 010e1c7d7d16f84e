"""The one place that asks the machine what time it is."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        """Wall time, UTC, aware."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic()


def wall_ms() -> int:
    """Milliseconds since the epoch, for ids."""
    return time.time_ns() // 1_000_000
