"""The estimated wait of every queue, computed anew every few seconds from recent answers."""

from hub.domain.access import Principal
from hub.domain.ids import QueueId
from hub.insight.wait import LOOK_BACK, estimated_wait_s
from hub.ports.clock import Clock
from hub.ports.insight import InsightStore, RecentAnswer


class Waits:
    """Asked for each visitor in line, so it answers from memory."""

    def __init__(self, store: InsightStore, clock: Clock, principal: Principal) -> None:
        self._store = store
        self._clock = clock
        self._principal = principal
        self._next_s: dict[QueueId, float] = {}

    async def refresh(self) -> None:
        """Look at the answers again; the wait of the first place is kept, the others are multiples of it."""
        now = self._clock.now()
        answers: dict[QueueId, list[RecentAnswer]] = {}
        for answer in await self._store.recent_answers(self._principal, None, now - LOOK_BACK):
            answers.setdefault(answer.queue_id, []).append(answer)
        found: dict[QueueId, float] = {}
        for queue_id, since in (await self._store.oldest_waiting(self._principal)).items():
            wait_s = estimated_wait_s(answers.get(queue_id, []), since, 1, now)
            if wait_s is not None:
                found[queue_id] = wait_s
        self._next_s = found

    def estimate(self, queue_id: QueueId, place: int) -> float | None:
        """Seconds until `place` is answered, or None while nothing is known."""
        one = self._next_s.get(queue_id)
        return None if one is None else round(one * place, 1)
