"""Wishes to be called, kept in memory."""

from hub.domain.callback import Callback, CallbackWish
from hub.domain.ids import InteractionId, PersonId
from hub.domain.touch import InboundTouch
from hub.ports.inbox import CallbackAsked
from tests.fakes.clock import FakeClock


class FakeCallbacks:
    """`hub.ports.inbox.CallbackDesk`. `asked` holds every touch and wish; one call a thread."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.asked: list[tuple[InboundTouch, CallbackWish]] = []
        self._promised: dict[str, Callback] = {}

    async def ask(self, touch: InboundTouch, wish: CallbackWish) -> CallbackAsked:
        if promised := self._promised.get(touch.thread):
            return CallbackAsked(callback=promised, repeated=True)
        now = self._clock.now()
        self.asked.append((touch, wish))
        self._promised[touch.thread] = callback = Callback(
            id=f"callback-{len(self.asked)}",
            tenant_id=touch.tenant_id,
            interaction_id=InteractionId("interaction-1"),
            person_id=PersonId("person-1"),
            queue_id=touch.queue_id,
            phone=wish.phone,
            reason=wish.reason,
            due_at=wish.due_at or now,
            queued_at=None if wish.due_at else now,
            place_at=now,
            created_at=now,
        )
        return CallbackAsked(callback=callback, repeated=False)
