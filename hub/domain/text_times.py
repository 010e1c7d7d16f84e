"""How soon clients in writing shall be answered in a queue, and which clocks measure it."""

from dataclasses import dataclass
from enum import StrEnum


class ClockKind(StrEnum):
    """Which clock. A first response is the first gap of a conversation that the client began."""

    FIRST = "first_response"
    NEXT = "next_response"
    RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTimes:
    """How soon clients in writing shall be answered in a queue. Seconds of its business hours; None: no such clock.

    `reply_within_s`: an agent who has had the client's words for so long without an answer loses the work to the
    line, and is warned `warn_before_s` before (at half the time at the earliest).
    """

    first_response_s: float | None = None
    next_response_s: float | None = None
    resolution_s: float | None = None
    reply_within_s: float | None = None
    warn_before_s: float = 120.0

    @property
    def is_any(self) -> bool:
        """Whether anything is to be kept for conversations of the queue."""
        return any(
            target is not None
            for target in (
                self.first_response_s,
                self.next_response_s,
                self.resolution_s,
                self.reply_within_s,
            )
        )

    def target_s(self, kind: ClockKind) -> float | None:
        """What is due for a clock."""
        match kind:
            case ClockKind.FIRST:
                return self.first_response_s
            case ClockKind.NEXT:
                return self.next_response_s
            case ClockKind.RESOLUTION:
                return self.resolution_s

    @property
    def warn_after_s(self) -> float | None:
        """How long after the client's words their agent is warned."""
        within = self.reply_within_s
        return None if within is None else max(within - self.warn_before_s, within / 2)
