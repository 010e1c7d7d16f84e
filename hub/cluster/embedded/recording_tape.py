"""A recording while it is made: sound comes on the loop's clock, and goes to the disk in a thread of its own."""

import asyncio
import errno
import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Protocol

import structlog

from hub.cluster.embedded.recording_sound import (
    RATE_HZ,
    SAMPLE_BYTES,
    Picture,
    duration_s,
    expanded,
    header,
    packed,
    wav_bytes,
)
from hub.cluster.embedded.sealed_file import CHUNK_BYTES, Left, SealedReader, SealedWriter
from hub.domain.errors import Unavailable
from hub.domain.ids import RecordingId
from hub.domain.recording import KeptSound, Pause, Recording, RecordingCut

log = structlog.get_logger(__name__)

_SECOND_BYTES = RATE_HZ * SAMPLE_BYTES
"""Of one side, as it comes."""
_UNWRITTEN_S = 30
"""Seconds that may wait for the disk: 960 kB a recording."""
_LONGEST_S = 12 * 3600


class Maker(Protocol):
    """What a tape needs of the vault."""

    def now(self) -> datetime:
        """What time it is."""
        ...

    def hand(self, work: Callable[[], None]) -> None:
        """Let the thread that writes do this next."""
        ...

    async def closed(self, tape: "Tape") -> Recording:
        """The recording as it is when it is whole. Raises Unavailable."""
        ...

    async def keep(self, recording: Recording) -> None:
        """Into the rows. Raises Unavailable."""
        ...

    async def note_pauses(self, tape: "Tape") -> None:
        """So that they are known after a kill."""
        ...

    async def forget(self, tape: "Tape") -> None:
        """Neither file nor row. Raises Unavailable."""
        ...

    def finish_soon(self, tape: "Tape") -> None:
        """In a job of its own."""
        ...


class Tape:
    """RecordingTape of hub/ports/recordings.py."""

    def __init__(
        self,
        recording: Recording,
        key: bytes,
        writer: SealedWriter,
        maker: Maker,
        on_cut: Callable[[RecordingCut], None],
    ) -> None:
        self.recording = recording
        self.key = key
        self.pauses: list[Pause] = []
        self.ended_at: datetime | None = None
        self.cut: RecordingCut | None = None
        self._writer = writer
        self._maker = maker
        self._on_cut = on_cut
        self._loop = asyncio.get_running_loop()
        self._left, self._right = bytearray(), bytearray()
        self._came_bytes = self._handed_s = 0
        self._ending = asyncio.Lock()
        self._kept: Recording | None = None
        self._is_discarded = False
        # the thread that writes alone touches these
        self._written_s = 0
        self._picture = Picture()
        self._failed = False
        self._sealed_sha256 = ""

    @property
    def id(self) -> RecordingId:
        """See the port."""
        return self.recording.id

    @property
    def is_over(self) -> bool:
        """Whether nothing is written to it any more, though it is not kept yet."""
        return self.ended_at is not None

    @property
    def plain_bytes(self) -> int:
        """How many bytes the file holds, once it is closed."""
        return self._writer.plain_bytes

    @property
    def peaks(self) -> tuple[bytes, bytes]:
        """Its picture, once it is closed."""
        return self._picture.drawn()

    def write(self, left: bytes, right: bytes) -> None:
        """See the port."""
        if self.cut is not None or self.ended_at is not None:
            return
        both = max(len(left), len(right))
        self._left += left.ljust(both, b"\0")
        self._right += right.ljust(both, b"\0")
        self._came_bytes += both
        if len(self._left) < _SECOND_BYTES:
            return
        if self._handed_s - self._written_s >= _UNWRITTEN_S:
            self._end_early(RecordingCut.DISK_SLOW)
        elif self._came_bytes > _LONGEST_S * _SECOND_BYTES:
            self._end_early(RecordingCut.TOO_LONG)
        else:
            self._hand_over()

    async def pause(self, *, paused: bool) -> None:
        """See the port."""
        if paused is bool(self.pauses and self.pauses[-1].ended_at is None) or self.is_over:
            return
        now = self._maker.now()
        if paused:
            at_s = self._came_bytes / _SECOND_BYTES
            self.pauses.append(Pause(at_s=at_s, started_at=now))
        else:
            last = self.pauses.pop()
            self.pauses.append(Pause(at_s=last.at_s, started_at=last.started_at, ended_at=now))
        await self._maker.note_pauses(self)

    def done(self) -> None:
        """See the port."""
        if not self.is_over:
            self.stop()
            self._maker.finish_soon(self)

    async def finish(self) -> Recording:
        """See the port."""
        self.stop()
        async with self._ending:
            if self._is_discarded:
                raise Unavailable("this recording was discarded", code="recording_discarded")
            if self._kept is None:
                recording = await self._maker.closed(self)
                await self._maker.keep(recording)
                self._kept = recording
            return self._kept

    async def discard(self) -> None:
        """See the port."""
        self.stop()
        async with self._ending:
            self._is_discarded = True
            await self._maker.forget(self)

    # — in the thread that writes ——————————————————————————————————————————————————————————

    def close(self) -> str:
        """End the file; its SHA-256. Doing it again gives the same. Raises OSError."""
        if not self._failed and not self._sealed_sha256:
            try:
                self._sealed_sha256 = self._writer.close()
            except OSError:
                self._failed, self.cut = True, RecordingCut.DISK_FULL
        if not self._sealed_sha256:
            self._sealed_sha256 = self._writer.cut_off()
        return self._sealed_sha256

    def drop(self) -> None:
        """Take the file away."""
        self._failed = True
        self._writer.drop()

    def _write(self, left: bytes, right: bytes) -> None:
        if self._failed:
            return
        woven = packed(left, right)
        try:
            self._writer.add(woven)
        except OSError as failure:
            self._failed = True
            log.error("recording_cut", recording=self.id, reason=errno.errorcode.get(failure.errno or 0, "?"))
            self._loop.call_soon_threadsafe(self._end_early, RecordingCut.DISK_FULL)
            return
        self._picture.add(woven)
        self._written_s += 1

    # — on the loop ————————————————————————————————————————————————————————————————————————

    def stop(self) -> None:
        """Take nothing more."""
        if self.ended_at is None:
            if self.cut is None:
                self._hand_over()
            self.ended_at = self._maker.now()

    def _hand_over(self) -> None:
        left, right = bytes(self._left), bytes(self._right)
        self._left.clear()
        self._right.clear()
        self._handed_s += 1
        self._maker.hand(lambda: self._write(left, right))

    def _end_early(self, why: RecordingCut) -> None:
        if self.cut is None:
            self.cut = why
            self._left.clear()
            self._right.clear()
            self._loop.call_soon_threadsafe(self._on_cut, why)


def summed(
    path: Path, recording_id: RecordingId, key: bytes, plain_bytes: int, sealed_sha256: str
) -> KeptSound:
    """What is known of a whole file, by reading it once more; without its picture. Raises OSError, Damaged."""
    reader = SealedReader(path, recording_id, key, plain_bytes)
    pieces = (reader.read(at, at + CHUNK_BYTES) for at in range(0, plain_bytes, CHUNK_BYTES))
    return _sound(pieces, plain_bytes, sealed_sha256, None)


def summed_left(left: Left) -> KeptSound | None:
    """The same of what somebody who died left, mended, with its picture; None when not a second is whole."""
    for _ in left.plain():  # how far it is good: the header of a WAV file says how long it is
        pass
    if not left.chunks:
        return None
    picture = Picture()
    return _sound(left.plain(), left.chunks * CHUNK_BYTES, left.mended(), picture)


def _sound(
    pieces: Iterable[bytes], plain_bytes: int, sealed_sha256: str, picture: Picture | None
) -> KeptSound:
    digest = hashlib.sha256(header(plain_bytes))
    for piece in pieces:
        digest.update(expanded(piece))
        if picture is not None:
            picture.add(piece)
    return KeptSound(
        duration_s=duration_s(plain_bytes),
        sha256=digest.hexdigest(),
        size_bytes=wav_bytes(plain_bytes),
        sealed_sha256=sealed_sha256,
        peaks=(b"", b"") if picture is None else picture.drawn(),
    )
