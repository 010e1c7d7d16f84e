"""Who waits shares a write, learns of what became of its own, and of nothing before."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from hub.batch_writer import BatchWriter
from hub.domain.errors import Conflict, HubError, Unavailable


class Book:
    """Writes when the gate is open; numbers below zero are refused."""

    def __init__(self, *, most: int = 3, waiting: int = 10) -> None:
        self.writes: list[list[int]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.breaks = False
        self.writer = BatchWriter[int, str](self._write, most=most, waiting=waiting, what="numbers")

    async def _write(self, items: Sequence[int]) -> Sequence[str | HubError]:
        await self.gate.wait()
        if self.breaks:
            raise RuntimeError("a bug")
        self.writes.append(list(items))
        return [Conflict("below zero") if item < 0 else f"wrote {item}" for item in items]

    @asynccontextmanager
    async def open(self) -> AsyncIterator[asyncio.Task[None]]:
        job = asyncio.create_task(self.writer.run())
        try:
            yield job
        finally:
            job.cancel()
            await asyncio.wait([job])


async def test_who_comes_while_it_writes_shares_the_next_write_in_order() -> None:
    book = Book()
    async with book.open():
        assert await book.writer.written(0) == "wrote 0"
        outcomes = await asyncio.gather(*(book.writer.written(n) for n in range(1, 6)))
    assert outcomes == [f"wrote {n}" for n in range(1, 6)]
    assert book.writes == [[0], [1, 2, 3], [4, 5]]


async def test_an_error_is_only_of_its_own_item() -> None:
    book = Book()
    async with book.open():
        good, bad = await asyncio.gather(
            book.writer.written(1), book.writer.written(-1), return_exceptions=True
        )
    assert good == "wrote 1"
    assert isinstance(bad, Conflict)


async def test_more_than_may_wait_are_sent_away() -> None:
    book = Book(waiting=2)
    waiting = [asyncio.create_task(book.writer.written(n)) for n in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refused:
        await book.writer.written(2)
    assert refused.value.stable_code == "overloaded"
    async with book.open():
        assert await asyncio.gather(*waiting) == ["wrote 0", "wrote 1"]


async def test_who_waits_or_is_being_written_when_the_hub_stops_is_told_that_nothing_is_sure() -> None:
    book = Book(most=1)
    book.gate.clear()
    async with book.open():
        waiting = [asyncio.create_task(book.writer.written(n)) for n in range(2)]
        await asyncio.sleep(0.01)
    for one in waiting:
        with pytest.raises(Unavailable) as refused:
            await one
        assert refused.value.stable_code == "stopping"


async def test_a_bug_ends_the_writer_and_nobody_is_left_waiting() -> None:
    book = Book()
    book.breaks = True
    async with book.open() as job:
        with pytest.raises(Unavailable):
            await book.writer.written(1)
        with pytest.raises(RuntimeError):
            await job


async def test_who_gave_up_is_written_and_the_others_hear_of_theirs() -> None:
    book = Book()
    book.gate.clear()
    async with book.open():
        first, second = (asyncio.create_task(book.writer.written(n)) for n in (1, 2))
        await asyncio.sleep(0.01)
        first.cancel()
        book.gate.set()
        assert await second == "wrote 2"
    assert book.writes == [[1, 2]]
