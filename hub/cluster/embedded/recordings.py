"""Recordings in a folder: sealed while they are made, named by their hash when they are whole."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import structlog

from hub.cluster.embedded.recording_sound import HEADER_BYTES, SAMPLE_BYTES, expanded, header
from hub.cluster.embedded.recording_tape import Tape, summed, summed_left
from hub.cluster.embedded.sealed_file import (
    CHUNK_BYTES,
    KEY_BYTES,
    Damaged,
    Left,
    SealedReader,
    SealedWriter,
    moved,
    removed,
)
from hub.crashpoints import crash_at
from hub.domain.errors import NotFound, Unavailable
from hub.domain.ids import CallId, InteractionId, RecordingId, TenantId
from hub.domain.recording import DataKey, Recording, RecordingCut, RecordingKind
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.recordings import RecordingRows
from hub.sealing import SealRing

log = structlog.get_logger(__name__)

T = TypeVar("T")

_INCOMING = "incoming"
_PIECE_BYTES = 4 * CHUNK_BYTES
_SEALED_AT_ONCE = 200
_BEGUN_S = 3.0
"""How long a call waits for the disk to begin."""
_CANCELLED_S = 5.0
"""How long work on the disk that nobody waits for any more may take until it is left to itself."""
_LAST_S = 20.0
"""How long those under way at the end of the hub may take to be finished; the next life finishes the others."""


class FolderRecordings:
    """RecordingVault of hub/ports/recordings.py. The folder belongs to one process alone."""

    def __init__(self, root: Path, rows: RecordingRows, ring: SealRing, clock: Clock) -> None:
        self._root = root
        self._rows = rows
        self._ring = ring
        self._clock = clock
        self._tapes: dict[RecordingId, Tape] = {}
        self._group: asyncio.TaskGroup | None = None
        self._finishing: set[asyncio.Task[None]] = set()
        # one thread writes, so that what is said is written in its order; another reads it back
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="recordings")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="recordings read")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """See the port."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                yield
            finally:
                self._group = None
                await self._finish_all()
                for job in self._finishing:
                    job.cancel()

    async def _finish_all(self) -> None:
        for tape in self._tapes.values():
            tape.stop()
        try:
            async with asyncio.timeout(_LAST_S):
                for tape in list(self._tapes.values()):
                    await self._finished_or_later(tape)
        except TimeoutError:
            log.warning("recordings_left_unfinished", count=len(self._tapes))
        finally:
            self._writing.shutdown(wait=False)
            self._reading.shutdown(wait=False)

    async def begin(
        self,
        tenant_id: TenantId,
        call_id: CallId,
        interaction_id: InteractionId,
        *,
        kind: RecordingKind = RecordingKind.CALL,
        on_cut: Callable[[RecordingCut], None] = lambda _: None,
    ) -> Tape:
        """See the port."""
        recording_id, key = RecordingId(new_id()), os.urandom(KEY_BYTES)
        recording = Recording(
            id=recording_id,
            tenant_id=tenant_id,
            call_id=call_id,
            interaction_id=interaction_id,
            started_at=self._clock.now(),
            kind=kind,
            key=DataKey(
                sealed=self._ring.sealed(key, _purpose(recording_id)), sealed_with=self._ring.sealed_with
            ),
        )
        # the row first: a file without one could never be read
        await self._rows.add(recording)
        try:
            writer = await self._begun(recording_id, key)
        except BaseException:
            with suppress(Unavailable):  # a row without a file is dropped at the next start
                await self._rows.drop(recording_id)
            raise
        tape = Tape(recording, key, writer, self, on_cut)
        self._tapes[recording_id] = tape
        return tape

    async def recover(self) -> Sequence[Recording]:
        """See the port."""
        kept = []
        for recording in await self._rows.unfinished():
            if recording.id in self._tapes:
                continue
            try:
                if (whole := await self._recovered(recording)) is not None:
                    kept.append(whole)
            except Unavailable as failure:
                # its row and what there is of its file stay for the next life: somebody may bring the key back
                log.error("recording_not_recovered", recording=recording.id, code=failure.stable_code)
        await self._put_away()
        return kept

    async def sound(self, recording: Recording) -> "KeptWav":
        """See the port."""
        if recording.sound is None or recording.key is None:
            raise NotFound("there is no such recording")
        packed_bytes = (recording.sound.size_bytes - HEADER_BYTES) // SAMPLE_BYTES
        path = await self._on_disk(self._reading, self._where, recording)
        return KeptWav(
            SealedReader(path, recording.id, self._key(recording), packed_bytes), packed_bytes, recording.id
        )

    async def remove(self, recording: Recording) -> None:
        """See the port."""
        for path in {self._incoming(recording.id), self._where(recording)}:
            await self._on_disk(self._reading, removed, path)

    async def tend(self) -> None:
        """See the port."""
        for tape in [tape for tape in self._tapes.values() if tape.is_over]:
            await self._finished_or_later(tape)

    async def seal_anew(self) -> int:
        """Seal every recording's key with the first key; how many had another. The sound is not touched.

        Raises Unavailable, `wrong_recordings_key` for one whose key is not here; the others before it are done.
        """
        count = 0
        while found := await self._rows.sealed_otherwise(self._ring.sealed_with, _SEALED_AT_ONCE):
            for recording in found:
                sealed = self._ring.sealed(self._key(recording), _purpose(recording.id))
                key = DataKey(sealed=sealed, sealed_with=self._ring.sealed_with)
                await self._rows.seal_anew(recording.id, key)
                count += 1
        return count

    # — what a tape asks for ——————————————————————————————————————————————————————————————

    def now(self) -> datetime:
        """What time it is."""
        return self._clock.now()

    def hand(self, work: Callable[[], None]) -> None:
        """Let the thread that writes do this next."""
        self._writing.submit(work)

    async def closed(self, tape: Tape) -> Recording:
        """All that was handed over is on the disk, the file whole and read once more. Raises Unavailable."""
        sealed_sha256 = await self._on_disk(self._writing, tape.close)
        path = self._incoming(tape.recording.id)
        try:
            sound = await self._on_disk(
                self._reading, summed, path, tape.recording.id, tape.key, tape.plain_bytes, sealed_sha256
            )
        except Damaged as exc:
            log.error("recording_damaged", recording=tape.recording.id)
            raise Unavailable("the disk gives back something else", code="recording_damaged") from exc
        return replace(
            tape.recording,
            ended_at=tape.ended_at,
            pauses=tuple(tape.pauses),
            cut=tape.cut,
            sound=replace(sound, peaks=tape.peaks),
        )

    async def keep(self, recording: Recording) -> None:
        """Into the rows, and to the place where it stays. Raises Unavailable."""
        crash_at("calls.recorded_before_row")
        await self._rows.keep(recording)
        self._tapes.pop(recording.id, None)
        try:
            await self._put(recording)
        except Unavailable:
            log.warning(
                "recording_not_put_away", recording=recording.id
            )  # found where it is, and put at a start

    async def note_pauses(self, tape: Tape) -> None:
        """So that they are known after a kill. A store that cannot is no reason to stop anything."""
        try:
            await self._rows.note_pauses(tape.recording.id, tape.pauses)
        except Unavailable:
            log.warning("recording_pause_not_noted", recording=tape.recording.id)

    def finish_soon(self, tape: Tape) -> None:
        """In a job of its own; outside `running` the last moments of it, or the next life, do it."""
        if self._group is None:
            return
        job = self._group.create_task(self._finished_or_later(tape), name="recording")
        self._finishing.add(job)
        job.add_done_callback(self._finishing.discard)

    async def forget(self, tape: Tape) -> None:
        """Neither file nor row. Raises Unavailable."""
        await self._on_disk(self._writing, tape.drop)
        self._tapes.pop(tape.recording.id, None)
        await self._rows.drop(tape.recording.id)

    # — private ———————————————————————————————————————————————————————————————————————————

    async def _finished_or_later(self, tape: Tape) -> None:
        try:
            await tape.finish()
        except Unavailable as failure:
            log.warning("recording_not_kept_yet", recording=tape.recording.id, code=failure.stable_code)
        except Exception:  # of one recording: the others are kept
            log.exception("recording_not_finished", recording=tape.recording.id)

    async def _recovered(self, recording: Recording) -> Recording | None:
        path = self._incoming(recording.id)
        try:
            found = await self._on_disk(self._reading, _left_of, path, recording, self._key(recording))
        except Damaged as exc:
            raise Unavailable("its first second is not what was written", code="recording_damaged") from exc
        if found is None:
            await self._on_disk(self._reading, removed, path)
            await self._rows.drop(recording.id)
            return None
        await self._rows.keep(found)
        await self._put(found)
        log.info("recording_recovered", recording=recording.id)
        return found

    async def _put_away(self) -> None:
        """Files of an earlier life that were whole, or erased, and are still where they were made."""
        names = await self._on_disk(self._reading, _names_in, self._root / _INCOMING)
        known = {r.id: r for r in await self._rows.known([RecordingId(name) for name in names])}
        for name in names:
            recording = known.get(RecordingId(name))
            if recording is None:
                log.warning("recording_without_row", recording=name)
            elif recording.erased_at is not None:
                await self._on_disk(self._reading, removed, self._incoming(recording.id))
            elif recording.sound is not None:
                await self._put(recording)

    async def _put(self, recording: Recording) -> None:
        await self._on_disk(
            self._reading, moved, self._incoming(recording.id), self._kept_at(recording), self._root
        )

    def _key(self, recording: Recording) -> bytes:
        assert recording.key is not None
        try:
            return self._ring.opened(recording.key.sealed, _purpose(recording.id), recording.key.sealed_with)
        except Unavailable as exc:
            raise Unavailable(
                "this recording was sealed with another key: restore recordings.key",
                code="wrong_recordings_key",
            ) from exc

    def _where(self, recording: Recording) -> Path:
        """Where its file is now: put away, unless the hub died between the row and that."""
        aside = self._incoming(recording.id)
        return aside if aside.exists() else self._kept_at(recording)

    def _incoming(self, recording_id: RecordingId) -> Path:
        return self._root / _INCOMING / recording_id

    def _kept_at(self, recording: Recording) -> Path:
        name = recording.sound.sealed_sha256 if recording.sound is not None else ""
        return self._root / recording.tenant_id / name[:2] / name[2:4] / name

    async def _on_disk(self, pool: ThreadPoolExecutor, work: Callable[..., T], *args: object) -> T:
        """`work(*args)` off the loop; cancelled, it may come to its end for a while. Raises Unavailable for a disk's
        faults."""
        future = asyncio.get_running_loop().run_in_executor(pool, work, *args)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await asyncio.wait([future], timeout=_CANCELLED_S)
            if future.done():
                future.exception()
            raise
        except OSError as exc:
            raise Unavailable("the disk does not take or give the recording now", code="disk_failed") from exc

    async def _begun(self, recording_id: RecordingId, key: bytes) -> SealedWriter:
        """A file to write to. A disk that hangs has a little while: people are on the line."""
        future = asyncio.get_running_loop().run_in_executor(
            self._writing, SealedWriter, self._incoming(recording_id), recording_id, key
        )
        try:
            async with asyncio.timeout(_BEGUN_S):
                return await asyncio.shield(future)
        except OSError as exc:
            raise Unavailable("the disk takes no recording now", code="disk_failed") from exc
        finally:
            if not future.done():  # nobody waits for it any more: it is taken away when the disk is back
                future.add_done_callback(self._not_begun)

    def _not_begun(self, future: "asyncio.Future[SealedWriter]") -> None:
        if not future.cancelled() and future.exception() is None:
            with suppress(RuntimeError):  # the hub ends: it is no recording for the next life, having no row
                self._writing.submit(future.result().drop)


class KeptWav:
    """Sound of hub/ports/recordings.py."""

    def __init__(self, file: SealedReader, packed_bytes: int, recording_id: RecordingId) -> None:
        self._file = file
        self._packed_bytes = packed_bytes
        self._id = recording_id
        self.size_bytes = HEADER_BYTES + packed_bytes * SAMPLE_BYTES

    async def read(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """See the port."""
        stop = min(stop, self.size_bytes)
        if start < HEADER_BYTES:
            yield header(self._packed_bytes)[start : min(stop, HEADER_BYTES)]
        at = max(start - HEADER_BYTES, 0)
        end = stop - HEADER_BYTES
        while at < end:
            first = at // SAMPLE_BYTES
            last = min(-(-end // SAMPLE_BYTES), (first // _PIECE_BYTES + 1) * _PIECE_BYTES)
            sound = await self._piece(first, last)
            skipped = at - first * SAMPLE_BYTES
            piece = sound[skipped : skipped + end - at]
            yield piece
            at += len(piece)

    async def _piece(self, first: int, last: int) -> bytes:
        try:
            packed = await asyncio.to_thread(self._file.read, first, last)
        except (Damaged, FileNotFoundError) as exc:
            log.error("recording_damaged", recording=self._id)
            raise Unavailable(
                "this recording was changed or cut off on the disk", code="recording_damaged"
            ) from exc
        except OSError as exc:
            raise Unavailable("the disk does not give the recording now", code="disk_failed") from exc
        return expanded(packed)


def _purpose(recording_id: RecordingId) -> str:
    return f"recording {recording_id}"


def _names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def _left_of(path: Path, recording: Recording, key: bytes) -> Recording | None:
    """What an earlier life left of this recording, mended; None when it is less than a second. Raises Damaged."""
    if not path.exists():
        return None
    died_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    left = Left(path, recording.id, key)
    sound = summed_left(left)
    if sound is None:
        return None
    return replace(
        recording, ended_at=max(died_at, recording.started_at), sound=sound, cut=RecordingCut.HUB_LOST
    )
