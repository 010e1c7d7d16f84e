"""Committed events reach the bus: all of them, in order, whatever fails on the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from hub.domain.errors import Unavailable
from hub.domain.events import Event
from hub.ports.bus import Handler
from hub.relay import Relay, RelayWatch
from tests.fakes.outbox import FakeOutbox

NEVER_S = 3600.0


class RecordingBus:
    """An event bus that keeps what it was handed, and refuses when told to."""

    def __init__(self) -> None:
        self.rows: list[bytes] = []
        self.refusals = iter([False])
        self.hanging = False

    async def publish(self, payload: bytes) -> None:
        """Keep it, unless `refusals` say no, or `hanging`."""
        if self.hanging:
            await asyncio.Event().wait()
        if next(self.refusals, False):
            raise Unavailable("readers are behind")
        self.rows.append(payload)

    async def consume(self, group: str, handler: Handler) -> None:
        """Nobody reads here."""
        await asyncio.Event().wait()

    async def listen(self, name: str, handler: Handler, *, started: Callable[[], None] | None = None) -> None:
        """Nobody reads here."""
        await asyncio.Event().wait()

    def tell(self, event: Event) -> None:
        """Nobody reads here."""


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox()


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


@asynccontextmanager
async def relaying(
    outbox: FakeOutbox,
    bus: RecordingBus,
    *,
    rows_a_round: int = 500,
    sweep_s: float = NEVER_S,
    round_s: float = NEVER_S,
    watch: RelayWatch | None = None,
    pause: Callable[[float], Awaitable[None]] = at_once,
) -> AsyncIterator[None]:
    relay = Relay(
        outbox, bus, rows_a_round=rows_a_round, sweep_s=sweep_s, round_s=round_s, watch=watch, pause=pause
    )
    task = asyncio.create_task(relay.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def test_rows_that_were_there_before_the_start_are_carried_in_order(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    outbox.commit_unheard(b"1", b"2", b"3")

    async with relaying(outbox, bus):
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1", b"2", b"3"]


async def test_a_commit_wakes_the_relay(outbox: FakeOutbox, bus: RecordingBus) -> None:
    async with relaying(outbox, bus):
        await until(lambda: outbox.reads == 1)
        outbox.commit(b"1")
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1"]


async def test_a_commit_that_wakes_nobody_is_found_by_the_sweep(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    async with relaying(outbox, bus, sweep_s=0.005):
        await until(lambda: outbox.reads == 1)
        outbox.commit_unheard(b"1")
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1"]


async def test_a_full_round_is_followed_by_the_next_without_waiting(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    carried: list[int] = []
    outbox.commit_unheard(*(bytes([n]) for n in range(7)))

    async with relaying(outbox, bus, rows_a_round=3, watch=RelayWatch(carried=carried.append)):
        await until(lambda: not outbox.rows)
        await until(lambda: len(carried) == 4)

    assert bus.rows == [bytes([n]) for n in range(7)]
    assert carried == [3, 3, 1, 0]  # the last found nothing new, and marked the seventh


async def test_while_more_comes_rows_are_marked_together_and_told_once(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    rows = [bytes([n]) for n in range(100)]
    marked: list[int] = []
    carried: list[int] = []
    mark = outbox.mark_sent

    async def remembered(ids: Sequence[int]) -> None:
        marked.append(len(ids))
        await mark(ids)

    def another(count: int) -> None:
        carried.append(count)
        if coming:
            outbox.commit(coming.pop(0))

    outbox.mark_sent = remembered  # type: ignore[method-assign]
    coming = rows[1:]
    outbox.commit(rows[0])

    async with relaying(outbox, bus, watch=RelayWatch(carried=another)):
        await until(lambda: len(bus.rows) >= len(rows) and not outbox.rows)

    assert bus.rows == rows
    assert marked == [32, 32, 32, 4]
    assert [count for count in carried if count] == [1] * 100


async def test_a_bus_that_refuses_loses_nothing_and_gets_nothing_twice(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    outbox.commit_unheard(b"1", b"2", b"3")
    bus.refusals = iter([False, True, True, False, True])

    async with relaying(outbox, bus):
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1", b"2", b"3"]


async def test_pauses_after_failures_double_from_50_ms_to_5_s_and_begin_anew_after_a_success(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    pauses: list[float] = []
    failures: list[None] = []

    async def note_pause(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    bus.refusals = iter([True] * 9)
    outbox.commit_unheard(b"1")
    async with relaying(
        outbox, bus, pause=note_pause, watch=RelayWatch(failed=lambda: failures.append(None))
    ):
        await until(lambda: not outbox.rows)
        bus.refusals = iter([True])
        outbox.commit(b"2")
        await until(lambda: not outbox.rows)

    assert pauses == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 0.05]
    assert len(failures) == 10


async def test_while_rows_cannot_be_marked_they_are_not_told_again(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    outbox.writes_failing = 20
    outbox.commit_unheard(b"1", b"2")

    async with relaying(outbox, bus):
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1", b"2"]


async def test_a_new_row_under_the_id_of_one_whose_marking_was_in_doubt_is_told(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    outbox.answers_lost = 1
    outbox.commit_unheard(b"1")

    async def commit_meanwhile(_: float) -> None:
        assert not outbox.rows
        outbox.commit(b"2")
        assert list(outbox.rows) == [1]

    async with relaying(outbox, bus, pause=commit_meanwhile):
        await until(lambda: len(bus.rows) == 2)
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1", b"2"]


async def test_a_round_that_hangs_is_broken_off_and_tried_again(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    bus.hanging = True
    outbox.commit_unheard(b"1")

    async def mend(_: float) -> None:
        bus.hanging = False

    async with relaying(outbox, bus, round_s=0.01, pause=mend):
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1"]


async def test_a_relay_that_died_before_marking_leaves_the_rows_to_the_next(
    outbox: FakeOutbox, bus: RecordingBus
) -> None:
    outbox.writes_failing = 1_000_000
    outbox.commit_unheard(b"1")
    async with relaying(outbox, bus):
        await until(lambda: bus.rows == [b"1"])

    outbox.writes_failing = 0
    async with relaying(outbox, bus):
        await until(lambda: not outbox.rows)

    assert bus.rows == [b"1", b"1"]
