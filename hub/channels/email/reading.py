"""Letters read in processes of their own: whatever a letter does, it does it there, and the others go on.

A reader has 5 s of computing and 512 MiB for a letter, and a deadline on the clock; one that takes more is killed, and
its letter is unreadable (`too_costly`). What comes back is decoded as a Letter and nothing else.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import msgspec
import structlog

import hub
from hub.channels.email import limits
from hub.channels.email.excerpt import unreadable_letter
from hub.channels.email.ours import Ours
from hub.channels.email.reader_process import ANSWER, LEAVES, LENGTH, READY
from hub.domain.errors import Unavailable
from hub.domain.letter import Letter, Unreadable

log = structlog.get_logger(__name__)

_SCRIPT = Path(__file__).with_name("reader_process.py")
_START_S = 20.0
_END_S = 2.0
_CHUNK_BYTES = 256 * 1024
_LONGEST_ANSWER_BYTES = 4 * limits.RAW_BYTES
_TRIES = 2
_KEPT_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TZ", "PYTHONHOME", "PYTHONMALLOC")
"""A reader sees no setting and no secret."""


class _Died(Exception):
    """The reader is gone. `by_itself`: it ran into its limit; otherwise something else ended it."""

    def __init__(self, *, by_itself: bool) -> None:
        self.by_itself = by_itself


class LetterReaders:
    """`readers` processes, started with the first letters that need them, and `reserve` more while letters are slow.

    At most `waiting` letters wait for one. Of several readers one is for letters of less than `limits.LARGE_BYTES`:
    large ones, slow or not, hold up none of those. Used as `async with`; in the thread that started the readers, as
    they die with it.
    """

    def __init__(
        self, *, readers: int = 2, reserve: int = 2, waiting: int = 200, deadline_s: float = limits.DEADLINE_S
    ) -> None:
        self._places = asyncio.Semaphore(readers)
        self._large_places = asyncio.Semaphore(max(1, readers - 1))
        self._reserve = reserve
        self._slow = 0
        self._most_waiting = waiting
        self._waiting = 0
        self._deadline_s = deadline_s
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The readers there are."""
        return tuple(process.pid for process in self._all)

    async def read(self, raw: bytes, ours: Ours | None = None) -> Letter:
        """The letter `raw`. Raises Unavailable when too many wait, no reader can be started, or this closes: later."""
        if len(raw) > limits.RAW_BYTES:
            return await asyncio.to_thread(unreadable_letter, raw, Unreadable.TOO_LONG)
        if self._closed or self._waiting >= self._most_waiting:
            raise Unavailable("too many letters wait to be read")
        request = msgspec.msgpack.encode(ours or Ours())
        for left in range(_TRIES - 1, -1, -1):
            try:
                return await self._read(request, raw)
            except _Died as died:
                if self._closed:
                    raise Unavailable("letters are not read any more") from None
                log.warning("letter_reader_died", by_itself=died.by_itself, size_bytes=len(raw))
                if died.by_itself or not left:
                    break
        return await asyncio.to_thread(unreadable_letter, raw, Unreadable.TOO_COSTLY)

    async def close(self) -> None:
        """End all readers, in the middle of a letter too. Nothing is left when this returns."""
        self._closed = True
        for process in list(self._all):
            await self._end(process)

    # --- one letter ---

    async def _read(self, request: bytes, raw: bytes) -> Letter:
        async with self._place(is_large=len(raw) >= limits.LARGE_BYTES) as place:
            process = self._idle.pop() if self._idle else await self._started()
            leaves = True
            try:
                async with asyncio.timeout(self._deadline_s):
                    leaves, answer = await self._exchange(process, request, raw, place)
            except TimeoutError:
                raise _Died(by_itself=True) from None
            except (OSError, asyncio.IncompleteReadError):
                code = await self._end(process, patience_s=1.0)
                raise _Died(by_itself=code == -signal.SIGXCPU) from None
            finally:
                if leaves or self._closed:
                    await self._end(process)
                else:
                    self._idle.append(process)
        try:
            return msgspec.msgpack.decode(answer, type=Letter)
        except msgspec.DecodeError:
            return await asyncio.to_thread(unreadable_letter, raw, Unreadable.BROKEN)

    @asynccontextmanager
    async def _place(self, *, is_large: bool) -> AsyncIterator["_Place"]:
        held: list[asyncio.Semaphore] = []
        self._waiting += 1
        try:
            # a large one that waits for its turn among the large ones holds no reader
            for places in [self._large_places, self._places] if is_large else [self._places]:
                await places.acquire()
                held.append(places)
        except BaseException:
            for places in held:
                places.release()
            raise
        finally:
            self._waiting -= 1
        place = _Place(held)
        try:
            yield place
        finally:
            if place.is_slow:
                self._slow -= 1
            place.leave()

    async def _exchange(
        self, process: Process, request: bytes, raw: bytes, place: "_Place"
    ) -> tuple[bool, bytes]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(LENGTH.pack(len(request)) + request + LENGTH.pack(len(raw)))
        for at in range(0, len(raw), _CHUNK_BYTES):
            process.stdin.write(raw[at : at + _CHUNK_BYTES])
            await process.stdin.drain()
        try:
            # what has come stays in the stream when this wait ends
            head = await asyncio.wait_for(process.stdout.readexactly(ANSWER.size), limits.SLOW_S)
        except TimeoutError:
            if self._slow < self._reserve:
                self._slow += 1
                place.is_slow = True
                place.leave()
            head = await process.stdout.readexactly(ANSWER.size)
        stays, length = ANSWER.unpack(head)
        if length > _LONGEST_ANSWER_BYTES:
            raise asyncio.IncompleteReadError(b"", length)
        return stays == LEAVES, await process.stdout.readexactly(length)

    # --- the processes ---

    async def _started(self) -> Process:
        """A reader that is ready. Raises Unavailable."""
        environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = str(Path(hub.__path__[0]).parent)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-B", "-P", str(_SCRIPT)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=environment,
                start_new_session=True,  # Ctrl-C is for the hub, which closes them
            )
        except OSError as exc:
            raise Unavailable("no process can be started to read letters") from exc
        self._all.add(process)
        assert process.stdout is not None
        try:
            async with asyncio.timeout(_START_S):
                ready = await process.stdout.readexactly(1)
        except (TimeoutError, asyncio.IncompleteReadError) as exc:
            await self._end(process)
            raise Unavailable("the process that reads letters does not start") from exc
        except BaseException:
            await self._end(process)
            raise
        if ready != bytes([READY]):
            await self._end(process)
            raise Unavailable("the process that reads letters says something else than that it is ready")
        return process

    async def _end(self, process: Process, *, patience_s: float = 0.0) -> int | None:
        """Kill it and see it gone; how it ended. `patience_s`: it is ending by itself, and how is worth knowing."""
        self._all.discard(process)
        if process.returncode is None and patience_s:
            try:
                async with asyncio.timeout(patience_s):
                    await process.wait()
            except TimeoutError:
                log.warning("letter_reader_does_not_end", process_id=process.pid)
        if process.returncode is None:
            process.kill()
        async with asyncio.timeout(_END_S):
            return await process.wait()


@dataclass(slots=True)
class _Place:
    """One reader's place, and that among the large ones; left once. A slow letter leaves it before it is read."""

    places: list[asyncio.Semaphore]
    is_slow: bool = False
    _left: bool = field(default=False, init=False)

    def leave(self) -> None:
        """Let the next letter in."""
        if not self._left:
            self._left = True
            for one in self.places:
                one.release()
