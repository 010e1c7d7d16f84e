"""What time it is."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for rows and people, monotonic time for waiting."""

    def now(self) -> datetime:
        """Wall time, UTC, aware. May jump."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        ...
