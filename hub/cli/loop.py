"""Runs a command's coroutine to its end, or until somebody asks it to stop."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from hub.cli.failures import Failed, told_plainly

T = TypeVar("T")


def until_stopped(main: Callable[[asyncio.Event], Coroutine[Any, Any, T]]) -> T:
    """What `main` returns. The first SIGINT or SIGTERM sets its event; the second cancels it."""

    async def stoppable() -> T:
        stop = asyncio.Event()
        me = asyncio.current_task()
        assert me is not None

        def asked() -> None:
            if stop.is_set():
                me.cancel()
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, asked)
        return await main(stop)

    with told_plainly(), asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            return runner.run(stoppable())
        except asyncio.CancelledError:
            raise Failed("stopped before everything was put in order") from None


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
