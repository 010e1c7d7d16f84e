"""Whether a queue is open, in the words that a client or an agent is told."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import QueueId
from hub.opening import OpeningHours
from hub.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a queue stands now. `next_at` is when it opens, None while it is open or when it never opens; `text`
    is what a client is to be told while it is closed, empty when nothing is."""

    is_open: bool
    next_at: datetime | None = None
    text: str = ""


class Hours:
    """The hours of every queue."""

    def __init__(self, opening: OpeningHours, clock: Clock) -> None:
        self._opening = opening
        self._clock = clock

    async def of_queue(self, queue_id: QueueId, language: str = "") -> Opening:
        """How the queue stands now; one that is not there is open: nobody is turned away by a mistake of ours."""
        queue = await self._opening.queue(queue_id)
        now = self._clock.now()
        if queue is None or self._opening.is_open(queue, now):
            return Opening(is_open=True)
        return Opening(
            is_open=False,
            next_at=self._opening.next_opening(queue, now),
            text=queue.rules.closed_text(language),
        )
