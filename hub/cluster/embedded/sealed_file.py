"""A sealed file: chunks of one second, each encrypted and proved by itself, so that any place can be read alone.

    magic "TLREC1\\r\\n" · the recording's id, 16 bytes · chunk 0 · chunk 1 · …

A chunk is AES-256-GCM of at most 16,000 bytes, its tag of 16 behind it. The key is this file's alone, so the nonce is
the chunk's number; that number and the recording's id are proved with it: no chunk can stand elsewhere, or in another
file. Only the last chunk is short, and how many bytes there are is said outside the file: what is cut off shows.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.domain.ids import RecordingId

CHUNK_BYTES = 16_000
TAG_BYTES = 16
KEY_BYTES = 32

_MAGIC = b"TLREC1\r\n"
_HEAD_BYTES = len(_MAGIC) + 16
_SEALED_BYTES = CHUNK_BYTES + TAG_BYTES
_SYNC_CHUNKS = 5
"""After a power cut no more than so many seconds are missing."""


class Damaged(Exception):
    """A chunk is not what was written: changed, moved, cut off, or sealed with another key."""


class SealedWriter:
    """Writes one file, a chunk at a time. Every method raises OSError; after one, `cut_off` or `drop` it."""

    def __init__(self, path: Path, recording_id: RecordingId, key: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._chunks = _Chunks(recording_id, key)
        self._digest = hashlib.sha256()
        self._written = self._size = self.plain_bytes = 0
        self._waiting = bytearray()
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            self._put(_MAGIC + UUID(recording_id).bytes)
            os.fsync(self._fd)
            _sync_folder(path.parent)
        except BaseException:
            self.drop()
            raise

    def add(self, plain: bytes) -> None:
        """More of it; whole chunks go to the disk."""
        self._waiting += plain
        while len(self._waiting) >= CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]))
            del self._waiting[:CHUNK_BYTES]
            if self._written % _SYNC_CHUNKS == 0:
                os.fdatasync(self._fd)

    def close(self) -> str:
        """The last chunk, and all of it durable; the SHA-256 of the file."""
        if self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()
        return self._closed()

    def cut_off(self) -> str:
        """What is on the disk up to the last whole chunk, as durable as the disk allows; the SHA-256 of the file."""
        self._waiting.clear()
        os.ftruncate(self._fd, self._size)
        return self._closed()

    def drop(self) -> None:
        """Nothing remains."""
        with contextlib.suppress(OSError):
            os.close(self._fd)
        self._path.unlink(missing_ok=True)

    def _closed(self) -> str:
        os.fsync(self._fd)
        os.close(self._fd)
        return self._digest.hexdigest()

    def _seal(self, plain: bytes) -> None:
        self._put(self._chunks.sealed(self._written, plain))
        self._written += 1
        self.plain_bytes += len(plain)

    def _put(self, content: bytes) -> None:
        done = 0
        while done < len(content):  # by place: after a failure the same may be tried again
            done += os.pwrite(self._fd, memoryview(content)[done:], self._size + done)
        self._digest.update(content)
        self._size += len(content)


class SealedReader:
    """Reads one file of `plain_bytes` from any place. Raises OSError, Damaged."""

    def __init__(self, path: Path, recording_id: RecordingId, key: bytes, plain_bytes: int) -> None:
        self._path = path
        self._id = recording_id
        self._chunks = _Chunks(recording_id, key)
        self._plain_bytes = plain_bytes

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to before `stop`; nothing beyond the end."""
        stop = min(stop, self._plain_bytes)
        if start >= stop:
            return b""
        first, last = start // CHUNK_BYTES, (stop - 1) // CHUNK_BYTES
        with self._path.open("rb") as file:
            if file.read(_HEAD_BYTES) != _MAGIC + UUID(self._id).bytes:
                raise Damaged("this is not the file of this recording")
            file.seek(_HEAD_BYTES + first * _SEALED_BYTES)
            plain = bytearray()
            for number in range(first, last + 1):
                due = min(CHUNK_BYTES, self._plain_bytes - number * CHUNK_BYTES)
                plain += self._chunks.opened(number, file.read(due + TAG_BYTES), due)
        return bytes(plain[start - first * CHUNK_BYTES : stop - first * CHUNK_BYTES])


class Left:
    """What somebody who died left of a file: its whole chunks count, what is behind them does not."""

    def __init__(self, path: Path, recording_id: RecordingId, key: bytes) -> None:
        self._path = path
        self._id = recording_id
        self._key = key
        size = path.stat().st_size
        self.chunks = max(0, size - _HEAD_BYTES) // _SEALED_BYTES

    def plain(self) -> Iterator[bytes]:
        """Chunk by chunk up to the first that does not fit. Raises OSError, and Damaged when not even the first does:
        it was sealed with another key, or is somebody else's file."""
        reader = SealedReader(self._path, self._id, self._key, self.chunks * CHUNK_BYTES)
        for number in range(self.chunks):
            try:
                yield reader.read(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES)
            except Damaged:
                if number == 0:
                    raise
                self.chunks = number
                return

    def mended(self) -> str:
        """Cut behind the last whole chunk, durably; the SHA-256 of the file. Raises OSError."""
        with self._path.open("r+b") as file:
            file.truncate(_HEAD_BYTES + self.chunks * _SEALED_BYTES)
            os.fsync(file.fileno())
            file.seek(0)
            return hashlib.file_digest(file, "sha256").hexdigest()


def moved(path: Path, target: Path, root: Path) -> None:
    """Give a file its name for good; after a power cut it has the old name or the new one."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.replace(target)
    folder = target.parent
    while folder != root.parent:
        _sync_folder(folder)
        folder = folder.parent


def removed(path: Path) -> None:
    """Take a file away, for good; an absent one is no error."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    _sync_folder(path.parent)


class _Chunks:
    def __init__(self, recording_id: RecordingId, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._of = b"touchline recording 1\0" + UUID(recording_id).bytes

    def sealed(self, number: int, plain: bytes) -> bytes:
        return self._cipher.encrypt(_nonce(number), plain, self._of + _nonce(number))

    def opened(self, number: int, sealed: bytes, plain_bytes: int) -> bytes:
        try:
            if len(sealed) != plain_bytes + TAG_BYTES:
                raise Damaged(f"chunk {number} is cut off")
            return self._cipher.decrypt(_nonce(number), sealed, self._of + _nonce(number))
        except InvalidTag:
            raise Damaged(f"chunk {number} is not what was written") from None


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
