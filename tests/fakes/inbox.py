"""An inbox that keeps touches in memory, and can be told to fail or to take its time."""

import asyncio

from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, TenantId, TouchId
from hub.domain.touch import InboundTouch
from hub.ports.clock import Clock
from hub.ports.inbox import Received


class FakeInbox:
    """`hub.ports.inbox.Inbox`. `touches` is what is durable, in order; `left` the threads that left.

    `elsewhere` is what is open with a thread's client on another channel: the thread continues it. While `failing` is
    an error it is raised; while `gate` is closed nothing is committed.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[str, Received]] = {}
        self._open: dict[tuple[str, str], InteractionId] = {}
        self._seqs: dict[tuple[str, str], int] = {}
        self.touches: list[InboundTouch] = []
        self.elsewhere: dict[str, InteractionId] = {}
        self.left: list[tuple[str, str]] = []
        self.failing: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def receive(self, touch: InboundTouch) -> Received:
        await self.gate.wait()
        if self.failing is not None:
            raise self.failing
        key, thread = (touch.account, touch.external_id), (touch.account, touch.thread)
        if key in self._kept:
            body_sha256, received = self._kept[key]
            if body_sha256 != touch.body_sha256:
                raise Conflict("another message came under the same id", code="other_body")
            return Received(
                touch_id=received.touch_id,
                interaction_id=received.interaction_id,
                seq=received.seq,
                at=received.at,
                repeated=True,
            )
        self._seqs[thread] = self._seqs.get(thread, 0) + 1
        continued = thread not in self._open and touch.thread in self.elsewhere
        if continued:
            self._open[thread] = self.elsewhere[touch.thread]
        received = Received(
            touch_id=TouchId(f"touch-{len(self.touches) + 1}"),
            interaction_id=self._open.setdefault(thread, InteractionId(f"interaction-{len(self._kept) + 1}")),
            seq=self._seqs[thread],
            at=self._clock.now(),
            continued=continued,
        )
        self._kept[key] = (touch.body_sha256, received)
        self.touches.append(touch)
        return received

    async def client_left(self, tenant_id: TenantId, account: str, thread: str) -> None:
        if self.failing is not None:
            raise self.failing
        self.left.append((account, thread))
        self._open.pop((account, thread), None)

    def close(self, account: str, thread: str) -> InteractionId:
        """An agent closes the conversation."""
        return self._open.pop((account, thread))

    def texts(self) -> list[str]:
        """What was written, in the order it became durable."""
        return [touch.text for touch in self.touches]
