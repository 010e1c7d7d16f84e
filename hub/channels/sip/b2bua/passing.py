"""A leg whose events change hands: while its call is still being written, and when it is handed to another call."""

import asyncio

from hub.channels.sip.headers import Replaces
from hub.channels.sip.leg import Ended, Leg, LegEvents
from hub.channels.sip.refusal import Refused
from hub.channels.sip.uri import Uri


class PassedOn:
    """Implements LegEvents: tells what happens to whoever it was given to; what happens before that waits."""

    def __init__(self, to: LegEvents | None = None) -> None:
        self._to = to
        self._given: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if to is not None:
            self._given.set_result(None)

    def give(self, to: LegEvents | None) -> None:
        """From now on it is told to them; to nobody for None (the leg was refused)."""
        self._to = to
        if not self._given.done():
            self._given.set_result(None)

    async def _whom(self) -> LegEvents:
        await self._given
        if self._to is None:
            raise Refused(481, "the call is over")
        return self._to

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        """Passed on."""
        await (await self._whom()).progressed(leg, status, sdp)

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """Passed on."""
        await (await self._whom()).answered(leg, sdp)

    async def confirmed(self, leg: Leg, sdp: bytes) -> None:
        """Passed on."""
        await (await self._whom()).confirmed(leg, sdp)

    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        """Passed on."""
        return await (await self._whom()).reoffered(leg, sdp)

    async def keyed(self, leg: Leg, keys: str) -> None:
        """Passed on."""
        await (await self._whom()).keyed(leg, keys)

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        """Passed on."""
        await (await self._whom()).referred(leg, target, replaces)

    async def notified(self, leg: Leg, status: int, over: bool) -> None:
        """Passed on."""
        await (await self._whom()).notified(leg, status, over)

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        """Passed on."""
        await (await self._whom()).reached(leg, is_reached=is_reached)

    async def ended(self, leg: Leg, why: Ended) -> None:
        """Passed on, unless there is nobody: the leg was refused."""
        await self._given
        if self._to is not None:
            await self._to.ended(leg, why)
