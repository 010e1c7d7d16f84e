"""What must be true of every event bus."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import pytest

from hub.cluster.codec import encode
from hub.cluster.embedded.bus import EmbeddedBus
from hub.domain.events import Event, QueueChanged, Typing
from hub.domain.ids import DEFAULT_TENANT, InteractionId, QueueId
from hub.ports.bus import EventBus, Handler

GROUPS = ("router", "webhooks")


@asynccontextmanager
async def embedded() -> AsyncIterator[EventBus]:
    yield EmbeddedBus(groups=GROUPS)


IMPLEMENTATIONS: dict[str, Callable[[], AbstractAsyncContextManager[EventBus]]] = {"embedded": embedded}


@pytest.fixture(params=list(IMPLEMENTATIONS))
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[EventBus]:
    """A bus that keeps GROUPS from its start."""
    async with IMPLEMENTATIONS[request.param]() as made:
        yield made


class Reader:
    """Keeps what it is given, batch by batch; `before` may refuse a batch."""

    def __init__(self, before: Handler | None = None) -> None:
        self.batches: list[list[Event]] = []
        self._before = before
        self._news = asyncio.Condition()

    async def __call__(self, events: Sequence[Event]) -> None:
        if self._before is not None:
            await self._before(events)
        async with self._news:
            self.batches.append(list(events))
            self._news.notify_all()

    @property
    def got(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    async def has(self, events: Sequence[Event]) -> None:
        """Wait until as many events are there, then they must be these."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(self.got) >= len(events))
        assert self.got == list(events)


def event(n: int) -> Event:
    return QueueChanged(tenant_id=DEFAULT_TENANT, queue_id=QueueId(str(n)))


def events(*numbers: int) -> list[Event]:
    return [event(n) for n in numbers]


@asynccontextmanager
async def consuming(bus: EventBus, group: str, handler: Handler) -> AsyncIterator[None]:
    """A reader of `group` while the block lasts."""
    task = asyncio.create_task(bus.consume(group, handler))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def listening(bus: EventBus, handler: Handler) -> AsyncIterator[None]:
    """A listener while the block lasts; nothing published inside is missed."""
    started = asyncio.Event()
    task = asyncio.create_task(bus.listen("screenpop", handler, started=started.set))
    try:
        await started.wait()
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_group_gets_every_event_in_the_order_of_publication(bus: EventBus) -> None:
    reader = Reader()
    async with consuming(bus, "router", reader):
        for n in range(50):
            await bus.publish(encode(events(2 * n, 2 * n + 1)))

        await reader.has(events(*range(100)))


async def test_each_event_goes_to_one_reader_of_its_group(bus: EventBus) -> None:
    first, second = Reader(), Reader()
    async with consuming(bus, "router", first), consuming(bus, "router", second):
        for n in range(100):
            await bus.publish(encode(events(n)))
            if n % 10 == 0:
                await asyncio.sleep(0)
        async with asyncio.timeout(10):
            while len(first.got) + len(second.got) < 100:
                await asyncio.sleep(0.001)

    together = [e.queue_id for e in first.got + second.got if isinstance(e, QueueChanged)]
    assert sorted(together, key=int) == [str(n) for n in range(100)]


async def test_every_group_gets_every_event(bus: EventBus) -> None:
    router, webhooks = Reader(), Reader()
    async with consuming(bus, "router", router), consuming(bus, "webhooks", webhooks):
        await bus.publish(encode(events(1, 2)))

        await router.has(events(1, 2))
        await webhooks.has(events(1, 2))


async def test_work_waits_for_a_reader_that_comes_later(bus: EventBus) -> None:
    await bus.publish(encode(events(1)))
    await bus.publish(encode(events(2)))
    reader = Reader()
    async with consuming(bus, "router", reader):
        await reader.has(events(1, 2))


async def test_a_group_that_nobody_named_begins_with_its_first_reader(bus: EventBus) -> None:
    reader, known = Reader(), Reader()
    async with consuming(bus, "reports", reader), consuming(bus, "router", known):
        await bus.publish(encode(events(1)))
        await known.has(events(1))
        async with asyncio.timeout(10):
            n = 1
            while not reader.got:
                n += 1
                await bus.publish(encode(events(n)))
                await asyncio.sleep(0.001)

    assert set(reader.got) <= set(events(*range(1, n + 1)))


async def test_every_listener_gets_every_event_from_its_start_on(bus: EventBus) -> None:
    early, late = Reader(), Reader()
    async with listening(bus, early):
        await bus.publish(encode(events(1)))
        await early.has(events(1))
        async with listening(bus, late):
            await bus.publish(encode(events(2)))
            await bus.publish(encode(events(3)))

            await early.has(events(1, 2, 3))
            await late.has(events(2, 3))


async def test_one_batch_has_256_events_at_most(bus: EventBus) -> None:
    for n in range(300):
        await bus.publish(encode(events(2 * n, 2 * n + 1)))
    reader = Reader()
    async with consuming(bus, "router", reader):
        await reader.has(events(*range(600)))

    assert max(len(batch) for batch in reader.batches) <= 256


async def test_a_batch_whose_handler_raises_comes_again_before_anything_later(bus: EventBus) -> None:
    failures = iter([RuntimeError("first"), ValueError("second")])

    async def refuse_twice(_: Sequence[Event]) -> None:
        if (failure := next(failures, None)) is not None:
            raise failure

    reader = Reader(refuse_twice)
    async with consuming(bus, "router", reader):
        await bus.publish(encode(events(1, 2)))
        await asyncio.sleep(0.01)
        await bus.publish(encode(events(3)))

        await reader.has(events(1, 2, 3))


async def test_a_listener_whose_handler_raises_gets_the_batch_again(bus: EventBus) -> None:
    failures = iter([RuntimeError("first")])

    async def refuse_once(_: Sequence[Event]) -> None:
        if (failure := next(failures, None)) is not None:
            raise failure

    reader = Reader(refuse_once)
    async with listening(bus, reader):
        await bus.publish(encode(events(1)))
        await bus.publish(encode(events(2)))

        await reader.has(events(1, 2))


async def test_a_reader_that_fails_for_ever_delays_no_other(bus: EventBus) -> None:
    async def refuse(_: Sequence[Event]) -> None:
        raise RuntimeError

    router, console = Reader(), Reader()
    async with (
        consuming(bus, "webhooks", Reader(refuse)),
        listening(bus, Reader(refuse)),
        consuming(bus, "router", router),
        listening(bus, console),
    ):
        for n in range(20):
            await bus.publish(encode(events(n)))

        await router.has(events(*range(20)))
        await console.has(events(*range(20)))


async def test_a_reader_that_hangs_delays_no_other(bus: EventBus) -> None:
    async def hang(_: Sequence[Event]) -> None:
        await asyncio.Event().wait()

    router, console = Reader(), Reader()
    async with (
        consuming(bus, "webhooks", Reader(hang)),
        listening(bus, Reader(hang)),
        consuming(bus, "router", router),
        listening(bus, console),
    ):
        for n in range(20):
            await bus.publish(encode(events(n)))

        await router.has(events(*range(20)))
        await console.has(events(*range(20)))


async def test_what_a_cancelled_reader_had_in_hand_goes_to_the_next_one(bus: EventBus) -> None:
    in_hand = asyncio.Event()

    async def hang(_: Sequence[Event]) -> None:
        in_hand.set()
        await asyncio.Event().wait()

    async with consuming(bus, "router", Reader(hang)):
        await bus.publish(encode(events(1, 2)))
        await in_hand.wait()
        await bus.publish(encode(events(3)))

    successor = Reader()
    async with consuming(bus, "router", successor):
        await successor.has(events(1, 2, 3))


async def test_news_that_was_never_stored_reaches_listeners_and_no_group(bus: EventBus) -> None:
    typing = Typing(
        tenant_id=DEFAULT_TENANT, interaction_id=InteractionId("i"), by_client=True, agent_id=None
    )
    console, router = Reader(), Reader()
    async with listening(bus, console), consuming(bus, "router", router):
        bus.tell(typing)
        await console.has([typing])
        await bus.publish(encode(events(1)))

        await console.has([typing, event(1)])
        await router.has(events(1))


async def test_news_that_nobody_hears_is_lost(bus: EventBus) -> None:
    bus.tell(
        Typing(tenant_id=DEFAULT_TENANT, interaction_id=InteractionId("i"), by_client=True, agent_id=None)
    )
    console = Reader()
    async with listening(bus, console):
        await bus.publish(encode(events(1)))

        await console.has(events(1))


@pytest.mark.parametrize("row", [b"no row", b'[["moon_landed",{}]]'])
async def test_what_this_release_cannot_read_holds_up_nothing(bus: EventBus, row: bytes) -> None:
    reader = Reader()
    async with consuming(bus, "router", reader):
        await bus.publish(row)
        await bus.publish(encode(events(1)))

        await reader.has(events(1))
