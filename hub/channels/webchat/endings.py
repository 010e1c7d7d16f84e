"""Tells visitors that their conversation has ended, after the replies that were written before the end."""

import asyncio
from collections import OrderedDict

from hub.channels.webchat.frames import ClosedFrame
from hub.channels.webchat.threads import Thread
from hub.domain.ids import TouchId

_KEPT = 4096


class Endings:
    """The end is news at once, a reply when the lane has sent it: who says thanks and closes must not be
    read the other way round.

    An end waits for the replies of its conversation that are on their way, but `wait_s` at most: one that
    cannot be sent, or that another node sends, does not keep a conversation open.
    """

    def __init__(self, *, wait_s: float) -> None:
        self._wait_s = wait_s
        self._settled: OrderedDict[TouchId, None] = OrderedDict()
        self._waiting: asyncio.Queue[tuple[float, Thread, ClosedFrame]] = asyncio.Queue()

    def owe(self, thread: Thread, touch_id: TouchId) -> None:
        """A reply of the open conversation is stored; the news of it may come after it was sent."""
        if touch_id not in self._settled:
            thread.owed.add(touch_id)

    async def settled(self, thread: Thread, touch_id: TouchId) -> None:
        """A reply was sent, or never will be."""
        self._settled[touch_id] = None
        if len(self._settled) > _KEPT:
            self._settled.popitem(last=False)
        thread.owed.discard(touch_id)
        if not thread.owed:
            await self.now(thread)

    async def end(self, thread: Thread, frame: ClosedFrame) -> None:
        """The conversation has ended: say so when nothing of it is on its way any more."""
        thread.end = frame
        if not thread.owed:
            await self.now(thread)
            return
        self._waiting.put_nowait((asyncio.get_running_loop().time() + self._wait_s, thread, frame))

    async def now(self, thread: Thread) -> None:
        """Wait no longer with the end, if one is to be told."""
        frame, thread.end = thread.end, None
        if frame is not None:
            thread.owed.clear()
            await thread.tell(frame)

    async def run(self) -> None:
        """Tell the ends that have waited long enough, until cancelled: then whoever returns is told at the greeting."""
        while True:
            due, thread, frame = await self._waiting.get()  # all wait equally long: the first is due first
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            if thread.end is frame:
                await self.now(thread)
