"""Those who come within a moment go on together."""

import asyncio

import pytest

from hub.gathering import Gathering

NEVER_S = 3600.0


async def test_as_many_as_are_wanted_go_on_at_once() -> None:
    gathering = Gathering(within_s=NEVER_S, most=3)
    first = [asyncio.create_task(gathering.together()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(task.done() for task in first)

    async with asyncio.timeout(10):
        await asyncio.gather(gathering.together(), *first)


async def test_who_comes_alone_goes_on_after_the_moment() -> None:
    async with asyncio.timeout(10):
        await Gathering(within_s=0.005, most=3).together()


async def test_those_of_the_next_moment_wait_for_each_other_anew() -> None:
    gathering = Gathering(within_s=NEVER_S, most=2)
    async with asyncio.timeout(10):
        await asyncio.gather(gathering.together(), gathering.together())
        next_one = asyncio.create_task(gathering.together())
        await asyncio.sleep(0)
        assert not next_one.done()
        await asyncio.gather(gathering.together(), next_one)


async def test_who_gives_up_holds_up_nobody() -> None:
    gathering = Gathering(within_s=0.02, most=3)
    gone, stays = (asyncio.create_task(gathering.together()) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()

    async with asyncio.timeout(10):
        await stays
    with pytest.raises(asyncio.CancelledError):
        await gone
