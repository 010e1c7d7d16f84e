"""A store, a bus, channels, and the sender between them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

from hub.cluster.codec import encode
from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.events import TouchStored
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, TouchId
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from hub.outbound.lane import LaneLimits
from hub.outbound.sender import Sender, SenderWatch
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock
from tests.fakes.sending import FakeSendingStore

NEVER_S = 3600.0
LIMITS = LaneLimits(sweep_s=NEVER_S, send_s=NEVER_S, drain_s=NEVER_S)
QUEUED, SENDING, SENT = Delivery.QUEUED, Delivery.SENDING, Delivery.SENT


class House:
    """A store, a bus, channels, and the sender between them."""

    def __init__(
        self, *channels: FakeChannel, limits: LaneLimits = LIMITS, bus: EmbeddedBus | None = None
    ) -> None:
        self.store = FakeSendingStore()
        self.bus = bus or EmbeddedBus()
        self.clock = FakeClock()
        self.settled: list[tuple[str, Delivery]] = []
        self.lapsed: list[int] = []
        self.pauses: list[float] = []
        self.sender = Sender(
            self.store,
            self.bus,
            channels,
            self.clock,
            Random(1),
            limits=limits,
            watch=SenderWatch(
                settled=lambda channel, delivery: self.settled.append((channel, delivery)),
                lapsed=self.lapsed.append,
            ),
            pause=self._pause,
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.advance(seconds)
        await asyncio.sleep(0)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """The sender runs while the block lasts."""
        task = asyncio.create_task(self.sender.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def settle(self, *names: str) -> None:
        """Wait until none of these replies (all, if none is named) is queued or being sent."""
        await until(
            lambda: all(
                self.store.replies[name].delivery not in {QUEUED, SENDING}
                for name in names or self.store.replies
            )
        )

    async def idle(self) -> None:
        """Wait until the sender has found nothing to do."""
        claims = -1
        while claims != self.store.claims:
            claims = self.store.claims
            for _ in range(20):
                await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def stored(direction: Direction, channel: str = "chat") -> bytes:
    touch = Touch(
        id=TouchId("x"),
        tenant_id=DEFAULT_TENANT,
        interaction_id=InteractionId("i"),
        session_id=None,
        person_id=PersonId("p"),
        seq=1,
        channel=channel,
        account="demo",
        direction=direction,
        kind=TouchKind.MESSAGE,
        at=FakeClock().now(),
        text="hello",
    )
    return encode([TouchStored(tenant_id=DEFAULT_TENANT, touch=touch, agent_id=None)])
