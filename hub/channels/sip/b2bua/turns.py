"""What happens to one call happens one after the other: steps wait here, and one job takes them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")
Step = Callable[[], Awaitable[None]]

WITHIN_S = 10.0
"""How long somebody who asked for a step waits for it."""


class Turns:
    """The steps of one call. Posting never waits, so that a leg, the media's clock and the bus may do it.

    A step is short: whatever takes long outside (ringing, an announcement) is begun by one step and told by another.
    """

    def __init__(self) -> None:
        self._steps: asyncio.Queue[Step | None] = asyncio.Queue()
        self._timers: set[asyncio.TimerHandle] = set()
        self._closed = False

    def post(self, step: Step) -> None:
        """Let it happen after what waits already; not at all when the call is over."""
        if not self._closed:
            self._steps.put_nowait(step)

    def later(self, after_s: float, step: Step) -> asyncio.TimerHandle:
        """Let it happen in a while; the handle can be cancelled."""
        handle: asyncio.TimerHandle

        def due() -> None:
            self._timers.discard(handle)
            self.post(step)

        handle = asyncio.get_running_loop().call_later(after_s, due)
        self._timers.add(handle)
        return handle

    async def ask(self, step: Callable[[], Awaitable[T]], *, within_s: float = WITHIN_S) -> T:
        """Let it happen in its turn, and give what comes of it, or raise what it raised.

        Raises TimeoutError when its turn does not come; CallOver when the call ended before.
        """
        result: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def answered() -> None:
            if result.cancelled():
                return  # whoever asked has gone
            try:
                made = await step()
            except Exception as error:
                if (
                    result.cancelled()
                ):  # it was for whoever asked to know: the call goes on, as it does with them
                    log.warning("call_step_refused_late", exc_info=error)
                else:
                    result.set_exception(error)
            else:
                if not result.cancelled():
                    result.set_result(made)

        if self._closed:
            raise CallOver
        self.post(answered)
        async with asyncio.timeout(within_s):
            return await result

    async def run(self, failed: Callable[[Exception], Awaitable[None]]) -> None:
        """Take the steps until `close`. A step that raises is told to `failed`, and the next one comes."""
        while (step := await self._steps.get()) is not None:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - one step of one call; whoever is told logs it
                await failed(error)

    def close(self) -> None:
        """Nothing is posted any more; what waits already is still taken, and then `run` ends."""
        if self._closed:
            return
        self._closed = True
        for handle in self._timers:
            handle.cancel()
        self._timers.clear()
        self._steps.put_nowait(None)


class CallOver(Exception):
    """The call is over."""
