"""A cancellation that a library swallowed is not lost."""

import asyncio

import pytest

from hub.cancelling import raise_if_cancelled


async def test_who_was_cancelled_ends_and_who_was_not_goes_on() -> None:
    raise_if_cancelled()
    went_on = asyncio.Event()

    async def swallowing() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            went_on.set()
        raise_if_cancelled()

    task = asyncio.ensure_future(swallowing())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert went_on.is_set()


async def test_a_deadline_is_told_as_one() -> None:
    async def late() -> None:
        async with asyncio.timeout(0.01):
            while True:
                try:
                    await asyncio.sleep(1)
                except asyncio.CancelledError:
                    raise_if_cancelled()

    with pytest.raises(TimeoutError):
        await late()
