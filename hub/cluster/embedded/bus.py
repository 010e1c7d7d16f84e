"""The event bus of a hub that is one process: lines of events in memory.

What is waiting here when the process dies is gone, though its outbox rows are marked. That loses nothing:
every reader begins by reading the store, which has the same facts.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog

from hub.backoff import Backoff
from hub.cluster.codec import decode
from hub.cluster.watch import BusWatch
from hub.domain.errors import Invalid, Unavailable
from hub.domain.events import Event
from hub.ports.bus import Handler, Lagged

log = structlog.get_logger(__name__)

BATCH = 256
"""Events a handler is given at once, at most."""


class EmbeddedBus:
    """EventBus of hub/ports/bus.py.

    `groups` are kept from the start, before their first reader comes. The limits count events: a publisher
    waits `patience_s` for a group that has `group_limit`, a listener that would have more than
    `listener_limit` is cut.
    """

    def __init__(
        self,
        *,
        groups: Sequence[str] = (),
        group_limit: int = 20_000,
        listener_limit: int = 20_000,
        patience_s: float = 5.0,
        watch: BusWatch | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._groups = {name: _Line(name) for name in groups}
        self._listeners: list[_Line] = []
        self._group_limit = group_limit
        self._listener_limit = listener_limit
        self._patience_s = patience_s
        self._watch = watch or BusWatch()
        self._pause = pause
        self._room = asyncio.Event()

    async def publish(self, payload: bytes) -> None:
        """See the port. Unavailable when a group did not catch up in time; then nobody got it."""
        try:
            events = decode(payload, skipped=self._skipped)
        except Invalid:
            # refused, it would come again for ever and hold up every row behind it
            log.error("bus_row_unreadable", size_bytes=len(payload))
            self._watch.skipped("row")
            return
        if self._is_full():
            await self._wait_for_room()
        for line in self._groups.values():
            line.add(events)
        for line in self._listeners:
            if len(line.waiting) + len(events) > self._listener_limit:
                self._cut(line)
            else:
                line.add(events)

    async def consume(self, group: str, handler: Handler) -> None:
        """See the port."""
        await self._serve(self._groups.setdefault(group, _Line(group)), handler)

    async def listen(self, name: str, handler: Handler, *, started: Callable[[], None] | None = None) -> None:
        """See the port."""
        line = _Line(name)
        self._listeners.append(line)
        try:
            if started is not None:
                started()
            await self._serve(line, handler)
        finally:
            if line in self._listeners:
                self._listeners.remove(line)

    def tell(self, event: Event) -> None:
        """See the port. A listener that has its fill is passed over."""
        for line in self._listeners:
            if len(line.waiting) < self._listener_limit:
                line.add([event])

    async def _serve(self, line: "_Line", handler: Handler) -> None:
        while True:
            batch = await line.taken()
            self._room.set()
            try:
                await self._give(line, handler, batch)
            except BaseException:
                line.put_back(batch)  # the next reader of the group has it
                raise

    async def _give(self, line: "_Line", handler: Handler, batch: Sequence[Event]) -> None:
        backoff = Backoff(first_s=0.05, longest_s=5.0)
        while True:
            line.require_whole()
            try:
                await handler(batch)
            except Exception:
                log.exception("bus_handler_failed", reader=line.name, events=len(batch))
                self._watch.handler_failed(line.name)
            else:
                return
            await self._pause(backoff.next_s())

    def _is_full(self) -> bool:
        return any(len(line.waiting) >= self._group_limit for line in self._groups.values())

    async def _wait_for_room(self) -> None:
        try:
            async with asyncio.timeout(self._patience_s):
                while self._is_full():
                    self._room.clear()
                    await self._room.wait()
        except TimeoutError:
            full = [line.name for line in self._groups.values() if len(line.waiting) >= self._group_limit]
            raise Unavailable(f"readers are behind: {', '.join(full)}", code="bus_full") from None

    def _cut(self, line: "_Line") -> None:
        if not line.is_cut:
            log.warning("bus_listener_cut", listener=line.name, waiting=len(line.waiting))
            self._watch.listener_cut(line.name)
            line.cut()

    def _skipped(self, kind: str) -> None:
        log.warning("bus_event_skipped", kind=kind)
        self._watch.skipped(kind)


class _Line:
    """Events waiting for the readers of one group, or for one listener."""

    __slots__ = ("_filled", "is_cut", "name", "waiting")

    def __init__(self, name: str) -> None:
        self.name = name
        self.waiting: deque[Event] = deque()
        self.is_cut = False
        self._filled = asyncio.Event()

    def add(self, events: Sequence[Event]) -> None:
        self.waiting.extend(events)
        self._filled.set()

    def put_back(self, events: Sequence[Event]) -> None:
        self.waiting.extendleft(reversed(events))
        self._filled.set()

    def cut(self) -> None:
        self.is_cut = True
        self.waiting.clear()
        self._filled.set()

    def require_whole(self) -> None:
        """Raises Lagged when something that belongs here was thrown away."""
        if self.is_cut:
            raise Lagged(self.name)

    async def taken(self) -> list[Event]:
        """The next events, at most BATCH. Raises Lagged."""
        while not self.waiting:
            self.require_whole()
            self._filled.clear()
            await self._filled.wait()
        self.require_whole()
        return [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
