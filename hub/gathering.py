"""Those who come within a moment go on together, so that they share a commit and all that follows it."""

import asyncio


class Gathering:
    """Whoever waits goes on `within_s` after the first of them, or when `most` wait."""

    def __init__(self, *, within_s: float, most: int) -> None:
        self._within_s = within_s
        self._most = most
        self._open: asyncio.Future[None] | None = None
        self._waiting = 0

    async def together(self) -> None:
        """Wait for the others of this moment."""
        if self._open is None:
            loop = asyncio.get_running_loop()
            self._open = loop.create_future()
            loop.call_later(self._within_s, self._go, self._open)
        self._waiting += 1
        mine = self._open
        if self._waiting >= self._most:
            self._go(mine)
        await asyncio.shield(mine)  # who is cancelled goes alone

    def _go(self, those: "asyncio.Future[None]") -> None:
        if those.done():
            return
        those.set_result(None)
        self._open, self._waiting = None, 0
