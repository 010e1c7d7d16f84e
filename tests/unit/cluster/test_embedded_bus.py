"""The bus in memory: what it does about readers that do not keep up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from hub.cluster.codec import encode
from hub.cluster.embedded.bus import EmbeddedBus
from hub.cluster.watch import BusWatch
from hub.domain.errors import Unavailable
from hub.domain.events import Event, QueueChanged
from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.ports.bus import Lagged

AT_ONCE_S = 0.001
LONG_S = 30.0


def row(*numbers: int) -> bytes:
    return encode([event(n) for n in numbers])


def event(n: int) -> Event:
    return QueueChanged(tenant_id=DEFAULT_TENANT, queue_id=QueueId(str(n)))


def numbers(events: Sequence[Event]) -> list[int]:
    return [int(e.queue_id) for e in events if isinstance(e, QueueChanged)]


@asynccontextmanager
async def running(job: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(job)
    await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Lagged):
            await task


async def test_a_publisher_is_refused_when_a_group_stays_full_and_then_nobody_got_the_row() -> None:
    bus = EmbeddedBus(groups=["slow", "quick"], group_limit=3, patience_s=AT_ONCE_S)
    got: list[int] = []

    async def take(events: Sequence[Event]) -> None:
        got.extend(numbers(events))

    async with running(bus.consume("quick", take)), running(bus.listen("console", take)):
        await bus.publish(row(1, 2, 3))
        with pytest.raises(Unavailable) as caught:
            await bus.publish(row(4))
        await asyncio.sleep(0)

    assert caught.value.stable_code == "bus_full"
    assert got == [1, 2, 3, 1, 2, 3]


async def test_a_publisher_goes_on_as_soon_as_the_group_has_room() -> None:
    bus = EmbeddedBus(groups=["slow"], group_limit=3, patience_s=LONG_S)
    got: list[int] = []

    async def take(events: Sequence[Event]) -> None:
        got.extend(numbers(events))

    await bus.publish(row(1, 2, 3))
    async with running(bus.publish(row(4))) as waiting, running(bus.consume("slow", take)):
        async with asyncio.timeout(10):
            await waiting
            while len(got) < 4:
                await asyncio.sleep(0)

    assert got == [1, 2, 3, 4]


async def test_a_listener_that_would_have_more_than_its_limit_is_cut_and_told_so() -> None:
    cut: list[str] = []
    bus = EmbeddedBus(listener_limit=3, watch=BusWatch(listener_cut=cut.append))
    go_on = asyncio.Event()

    async def slowly(_: Sequence[Event]) -> None:
        await go_on.wait()

    async with running(bus.listen("console", slowly)) as listener:
        await bus.publish(row(0))
        await asyncio.sleep(0)
        await bus.publish(row(1, 2, 3))
        assert cut == []

        await bus.publish(row(4))
        await bus.publish(row(5))
        go_on.set()

        with pytest.raises(Lagged, match="console"):
            await listener
    assert cut == ["console"]


async def test_a_cut_listener_gets_nothing_more_not_even_what_was_waiting() -> None:
    bus = EmbeddedBus(listener_limit=2)
    got: list[int] = []
    go_on = asyncio.Event()

    async def slowly(events: Sequence[Event]) -> None:
        await go_on.wait()
        got.extend(numbers(events))

    async with running(bus.listen("console", slowly)) as listener:
        await bus.publish(row(0))
        await asyncio.sleep(0)
        await bus.publish(row(1, 2))
        await bus.publish(row(3))
        go_on.set()
        with pytest.raises(Lagged):
            await listener

    assert got == [0]


async def test_when_one_listener_is_cut_the_others_notice_nothing() -> None:
    bus = EmbeddedBus(listener_limit=2)
    got: list[int] = []

    async def take(events: Sequence[Event]) -> None:
        got.extend(numbers(events))

    async def hang(_: Sequence[Event]) -> None:
        await asyncio.Event().wait()

    async with running(bus.listen("console", take)), running(bus.listen("hung", hang)):
        for n in range(5):
            await bus.publish(row(n))
            await asyncio.sleep(0)

    assert got == [0, 1, 2, 3, 4]


async def test_a_listener_that_was_cut_may_listen_again() -> None:
    bus = EmbeddedBus(listener_limit=1)
    got: list[int] = []

    async def take(events: Sequence[Event]) -> None:
        got.extend(numbers(events))

    async with running(bus.listen("console", take)) as listener:
        await bus.publish(row(1, 2))
        with pytest.raises(Lagged):
            await listener
    async with running(bus.listen("console", take)):
        await bus.publish(row(3))
        await asyncio.sleep(0)

    assert got == [3]


async def test_pauses_after_errors_double_from_50_ms_to_5_s_and_begin_anew_with_the_next_batch() -> None:
    pauses: list[float] = []
    failed: Counter[str] = Counter()
    seen: list[list[int]] = []
    done = asyncio.Event()

    async def note_pause(seconds: float) -> None:
        pauses.append(seconds)

    async def fail_nine_times(events: Sequence[Event]) -> None:
        seen.append(numbers(events))
        if len(seen) in range(1, 10) or len(seen) == 11:
            raise RuntimeError
        if len(seen) == 10:
            await bus.publish(row(3))
        if len(seen) == 12:
            done.set()

    def count(reader: str) -> None:
        failed[reader] += 1

    bus = EmbeddedBus(watch=BusWatch(handler_failed=count), pause=note_pause)
    async with running(bus.consume("router", fail_nine_times)), asyncio.timeout(10):
        await bus.publish(row(1, 2))
        await done.wait()

    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 0.05]
    assert seen == [[1, 2]] * 10 + [[3]] * 2
    assert failed == {"router": 10}


async def test_told_news_is_dropped_rather_than_cutting_a_listener_that_has_its_fill() -> None:
    bus = EmbeddedBus(listener_limit=2)
    got: list[int] = []
    go_on = asyncio.Event()

    async def slowly(events: Sequence[Event]) -> None:
        await go_on.wait()
        got.extend(numbers(events))

    async with running(bus.listen("console", slowly)) as listener:
        await bus.publish(row(0))
        await asyncio.sleep(0)
        await bus.publish(row(1, 2))
        bus.tell(event(3))
        go_on.set()
        async with asyncio.timeout(10):
            while len(got) < 3:
                await asyncio.sleep(0)
        assert not listener.done()

    assert got == [0, 1, 2]


async def test_what_cannot_be_read_is_counted() -> None:
    skipped: list[str] = []
    bus = EmbeddedBus(watch=BusWatch(skipped=skipped.append))

    await bus.publish(b"no row")
    await bus.publish(b'[["moon_landed",{}]]')

    assert skipped == ["row", "moon_landed"]
