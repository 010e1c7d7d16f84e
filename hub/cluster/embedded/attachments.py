"""Attachments in a folder: `<root>/<tenant>/<ab>/<cd>/<hash>`, written aside, made durable, then renamed."""

import asyncio
import hashlib
import os
import re
import secrets
import threading
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from hub.domain.errors import Invalid, NotFound, Unavailable
from hub.domain.ids import TenantId

T = TypeVar("T")

CHUNK_BYTES = 512 * 1024
_WRITE_BYTES = 1024 * 1024
_INCOMING = "incoming"
_NAMES = threading.Lock()
"""Between looking at a file and doing something to its name."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class FolderAttachments:
    """Attachments of hub/ports/attachments.py. The folder belongs to one process alone."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._durable: set[Path] = set()

    async def clear_incoming(self) -> int:
        """Remove what a process that died left half-written; how many. Only before the first `put`."""
        return await _on_disk(_clear, self._root / _INCOMING)

    async def put(
        self, tenant_id: TenantId, chunks: AsyncIterator[bytes], *, limit_bytes: int
    ) -> tuple[str, int]:
        """See the port."""
        place = self._path(tenant_id, "0" * 64).parents[2]
        incoming, fd = self._root / _INCOMING / secrets.token_hex(16), None
        digest, size_bytes, unwritten = hashlib.sha256(), 0, bytearray()
        try:
            async for chunk in chunks:
                size_bytes += len(chunk)
                if size_bytes > limit_bytes:
                    raise Invalid(f"the file is larger than {limit_bytes} bytes", code="too_large")
                unwritten += chunk
                if len(unwritten) >= _WRITE_BYTES:
                    if fd is None:
                        fd = await _on_disk(_create, incoming)
                    await _on_disk(_write, fd, bytes(unwritten), digest)
                    unwritten.clear()
            if fd is None:
                sha256 = await _on_disk(
                    _keep_whole, bytes(unwritten), incoming, place, self._root, self._durable
                )
            else:
                await _on_disk(_write, fd, bytes(unwritten), digest)
                sha256 = digest.hexdigest()
                await _on_disk(_keep, fd, incoming, _under(place, sha256), self._root, self._durable)
        finally:
            if fd is not None:
                os.close(fd)
                incoming.unlink(missing_ok=True)
        return sha256, size_bytes

    async def size(self, tenant_id: TenantId, sha256: str) -> int:
        """See the port."""
        return (await _on_disk(self._path(tenant_id, sha256).stat)).st_size

    async def read(self, tenant_id: TenantId, sha256: str) -> AsyncIterator[bytes]:
        """See the port."""
        path = self._path(tenant_id, sha256)
        fd = await _on_disk(os.open, path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            while chunk := await _on_disk(os.read, fd, CHUNK_BYTES):
                yield chunk
                if len(chunk) < CHUNK_BYTES:
                    break  # a file in a folder is whole: the next trip would bring nothing
        finally:
            os.close(fd)

    async def remove(
        self, tenant_id: TenantId, sha256: str, *, unless_put_since: datetime | None = None
    ) -> bool:
        """See the port. Gone for good when it returns."""
        try:
            return await _on_disk(_remove, self._path(tenant_id, sha256), unless_put_since)
        except NotFound:
            return True

    def _path(self, tenant_id: TenantId, sha256: str) -> Path:
        """Where it is. Raises NotFound for what cannot be a tenant or a hash: no name leads anywhere else."""
        if not _TENANT.fullmatch(tenant_id) or not _SHA256.fullmatch(sha256):
            raise NotFound("no such attachment")
        return _under(self._root / tenant_id, sha256)


def _under(place: Path, sha256: str) -> Path:
    return place / sha256[:2] / sha256[2:4] / sha256


async def _on_disk(work: Callable[..., T], *args: object) -> T:
    """`work(*args)` off the loop. Raises NotFound for an absent file, Unavailable for every other trouble.

    When cancelled it waits for the work first: nobody may close a file under a thread that writes to it.
    """
    future = asyncio.get_running_loop().run_in_executor(None, work, *args)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        future.exception()
        raise
    except FileNotFoundError as exc:
        raise NotFound("no such attachment") from exc
    except OSError as exc:
        raise Unavailable("the disk does not take or give the attachment now", code="disk_failed") from exc


def _create(incoming: Path) -> int:
    incoming.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _write(fd: int, content: bytes, digest: "hashlib._Hash | None" = None) -> None:
    if digest is not None:
        digest.update(content)
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(fd, rest) :]


def _keep(fd: int, incoming: Path, target: Path, root: Path, durable: set[Path]) -> None:
    """Content first, then its name, then the names of the folders above: after a power cut all or nothing. `durable`
    are folders whose own names are."""
    os.fsync(fd)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _NAMES:
        os.utime(incoming)
        incoming.replace(target)
    _name(target, root, durable)


def _keep_whole(content: bytes, incoming: Path, place: Path, root: Path, durable: set[Path]) -> str:
    """Content that is short enough to be written in one go, unless it is there; its hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    target = _under(place, sha256)
    if _is_kept(target, len(content), root, durable):
        return sha256
    fd = _create(incoming)
    try:
        _write(fd, content)
        _keep(fd, incoming, target, root, durable)
    finally:
        os.close(fd)
        incoming.unlink(missing_ok=True)
    return sha256


def _is_kept(target: Path, size_bytes: int, root: Path, durable: set[Path]) -> bool:
    """Whether this very content is there, as the picture of a signature is that comes with each letter. Under its name
    it is durable; whoever named it may have died before the name was. Its time is when it was last put."""
    try:
        with _NAMES:
            if target.stat().st_size != size_bytes:
                return False
            os.utime(target)
        _name(target, root, durable)
    except FileNotFoundError:
        return False
    return True


def _name(target: Path, root: Path, durable: set[Path]) -> None:
    """Make the name durable, and those of the folders above."""
    folder, new = target.parent, []
    _sync_folder(folder)
    while folder != root and folder not in durable:
        new.append(folder)
        folder = folder.parent
        _sync_folder(folder)
    durable.update(new)  # now that all above them are, too


def _remove(path: Path, unless_put_since: datetime | None) -> bool:
    with _NAMES:
        # where the clock was set back more is spared for a while, and nothing is lost
        if unless_put_since is not None and path.stat().st_mtime >= unless_put_since.timestamp():
            return False
        path.unlink()
    _sync_folder(path.parent)
    return True


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _clear(incoming: Path) -> int:
    left = list(incoming.iterdir()) if incoming.exists() else []
    for path in left:
        path.unlink()
    return len(left)
