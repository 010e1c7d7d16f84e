"""Things that are done later, and those that are not."""

import asyncio

from hub.channels.sip.timers import Later, Timers


def now_s() -> float:
    return asyncio.get_running_loop().time()


async def test_they_are_done_in_the_order_of_their_times() -> None:
    timers, done = Timers(), list[str]()
    timers.at(now_s() + 0.03, lambda: done.append("later"))
    timers.at(now_s() + 0.01, lambda: done.append("sooner"))
    timers.at(now_s() - 1, lambda: done.append("overdue"))
    assert done == []
    assert len(timers) == 3
    await asyncio.sleep(0.06)
    assert done == ["overdue", "sooner", "later"]
    assert len(timers) == 0


async def test_what_is_cancelled_is_not_done_also_by_another_that_is_due_at_once() -> None:
    timers, done = Timers(), list[str]()
    due_s = now_s() + 0.01
    others: list[Later] = []

    def cancel_them() -> None:
        for one in others:
            one.cancel()

    timers.at(due_s, cancel_them)
    others.append(timers.at(due_s, lambda: done.append("second")))
    third = timers.at(due_s, lambda: done.append("third"))
    await asyncio.sleep(0.03)
    assert done == ["third"]
    third.cancel()
    assert len(timers) == 0


async def test_one_that_raises_stops_no_other() -> None:
    timers, done = Timers(), list[str]()

    def wrong() -> None:
        raise ValueError("a fault of ours")

    timers.at(now_s(), wrong)
    timers.at(now_s(), lambda: done.append("done"))
    await asyncio.sleep(0.02)
    assert done == ["done"]


async def test_those_that_were_cancelled_do_not_pile_up() -> None:
    timers = Timers()
    kept = [timers.at(now_s() + 1_800, lambda: None) for _ in range(10)]
    for _ in range(5_000):
        timers.at(now_s() + 1_800, lambda: None).cancel()
    assert len(timers) == len(kept)
    assert timers.held < 1_100


async def test_after_the_end_nothing_is_done() -> None:
    timers, done = Timers(), list[str]()
    timers.at(now_s() + 0.01, lambda: done.append("too late"))
    timers.stop()
    timers.at(now_s(), lambda: done.append("much too late"))
    await asyncio.sleep(0.03)
    assert done == []
