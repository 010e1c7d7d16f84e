"""Jobs done by tasks that stay."""

import asyncio
import warnings

from hub.channels.sip.workers import Workers


async def test_jobs_run_beside_each_other_and_tasks_are_used_again() -> None:
    done: list[str] = []
    gate = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        workers = Workers(lambda: group)

        async def waits() -> None:
            await gate.wait()
            done.append("waited")

        async def quick(name: str) -> None:
            done.append(name)

        workers.give(waits(), "waits")
        for n in range(50):
            workers.give(quick(f"quick {n}"), "quick")
            assert done == [f"quick {m}" for m in range(n)]
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert len(workers) == 2
        gate.set()
        await asyncio.sleep(0.01)
        assert done[-1] == "waited"
        workers.stop()
    assert len(workers) == 0


async def test_what_a_job_raises_ends_nobody_else() -> None:
    done: list[int] = []
    async with asyncio.TaskGroup() as group:
        workers = Workers(lambda: group)

        async def wrong() -> None:
            raise ValueError("a fault of ours")

        async def right(n: int) -> None:
            done.append(n)

        for n in range(3):
            workers.give(wrong(), "wrong")
            workers.give(right(n), "right")
        await asyncio.sleep(0.01)
        workers.stop()
    assert sorted(done) == [0, 1, 2]


async def test_a_burst_leaves_no_more_tasks_than_may_wait() -> None:
    async with asyncio.TaskGroup() as group:
        workers = Workers(lambda: group)
        for _ in range(1_000):
            workers.give(asyncio.sleep(0.01), "burst")
        await asyncio.sleep(0)
        assert len(workers) == 1_000
        await asyncio.sleep(0.3)
        assert len(workers) == 100
        workers.stop()


async def test_at_the_end_jobs_end_and_those_that_never_began_are_closed() -> None:
    ended: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with asyncio.TaskGroup() as group:
            workers = Workers(lambda: group)

            async def long() -> None:
                try:
                    await asyncio.sleep(60)
                finally:
                    ended.append("long")

            workers.give(long(), "long")
            workers.give(asyncio.sleep(0), "short")
            await asyncio.sleep(0.01)
            workers.give(long(), "to an idle task, that has not run since")
            workers.give(long(), "to a new task, that has not run since")
            workers.stop()
            workers.give(long(), "too late")
    assert ended == ["long"]
