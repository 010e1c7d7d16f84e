"""The hours of queues as channels ask for them."""

from hub.desk.hours import Hours
from hub.domain.ids import QueueId
from hub.ports.visitors import HoursOf, LineHours


def line_hours(hours: Hours) -> HoursOf:
    """What a channel is told of a line."""

    async def of(queue_id: QueueId, language: str) -> LineHours:
        opening = await hours.of_queue(queue_id, language)
        return LineHours(closed=not opening.is_open, opens_at=opening.next_at, away=opening.text)

    return of
