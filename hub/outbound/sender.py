"""From "the agent replied" to "the channel took it", on every channel, each for itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import structlog

from hub.domain.events import Event, TouchStored
from hub.domain.touch import Delivery, Direction
from hub.outbound.lane import Lane, LaneLimits
from hub.outbound.retry import GAVE_UP
from hub.ports.bus import EventBus, Lagged
from hub.ports.channel import Channel, ChannelSpec
from hub.ports.clock import Clock
from hub.ports.store import SendingStore

log = structlog.get_logger(__name__)


def _nothing(*_: object) -> None:
    return


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderWatch:
    """`settled` is told channel and outcome of each attempt (`queued`: it will be repeated), `lapsed` how
    many replies were found whose sender died, `given_up` channel and number of those kept too long."""

    settled: Callable[[str, Delivery], None] = _nothing
    lapsed: Callable[[int], None] = _nothing
    given_up: Callable[[str, int], None] = _nothing


class Sender:
    """Sends the replies of these channels; the only place that repeats a send.

    A channel that hangs holds up its own replies only. Raises ValueError when two channels have one name.
    """

    def __init__(
        self,
        store: SendingStore,
        bus: EventBus,
        channels: Sequence[Channel],
        clock: Clock,
        rng: Random,
        *,
        limits: LaneLimits | None = None,
        watch: SenderWatch | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._watch = watch or SenderWatch()
        limits = limits or LaneLimits()
        self._lease_s = limits.lease_s
        self._lanes = {
            channel.spec.name: Lane(
                store,
                channel,
                clock,
                rng,
                limits=limits,
                settled=self._watch.settled,
                pause=pause,
            )
            for channel in channels
        }
        if len(self._lanes) != len(channels):
            raise ValueError("two channels have one name")

    def wake(self, channel: str) -> None:
        """A client of `channel` is there again, or something was queued: look now."""
        if (lane := self._lanes.get(channel)) is not None:
            lane.wake()

    async def run(self) -> None:
        """Send until cancelled. `sweep` must run beside it."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            for lane in self._lanes.values():
                group.create_task(lane.run())

    async def sweep(self) -> None:
        """End what would never end by itself: attempts whose sender died, replies kept too long.

        At the start and every few seconds. Raises Unavailable when the store cannot now.
        """
        now = self._clock.now()
        await self._end_lapsed(now)
        for lane in self._lanes.values():
            spec = lane.spec
            ended = await self._store.give_up(
                spec.name,
                queued_before=now - timedelta(seconds=spec.limits.give_up_s),
                detail=GAVE_UP,
                not_reached=lane.not_reached,
            )
            if ended:
                log.warning("replies_given_up", channel=spec.name, replies=ended)
                self._watch.given_up(spec.name, ended)

    async def take_over(self) -> None:
        """End at once what the process before this one was sending, though its leases still run: it is dead.

        Before `run`, and only where a hub is one process. Raises Unavailable when the store cannot now.
        """
        await self._end_lapsed(self._clock.now() + timedelta(seconds=self._lease_s))

    async def _end_lapsed(self, now: datetime) -> None:
        repeatable = [spec.name for spec in self._specs() if spec.idempotent]
        then = {name: lane.not_reached for name, lane in self._lanes.items()}
        if lapsed := await self._store.lapsed(now, repeatable=repeatable, not_reached=then):
            log.warning("replies_lapsed", replies=lapsed)
            self._watch.lapsed(lapsed)
            self._wake_all()

    def _specs(self) -> list[ChannelSpec]:
        return [lane.spec for lane in self._lanes.values()]

    async def _listen(self) -> None:
        while True:
            try:
                await self._bus.listen("outbound", self._hear, started=self._wake_all)
            except Lagged:
                log.warning("outbound_listener_lagged")

    async def _hear(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, TouchStored) and event.touch.direction is Direction.OUTBOUND:
                self.wake(event.touch.channel)

    def _wake_all(self) -> None:
        for lane in self._lanes.values():
            lane.wake()
