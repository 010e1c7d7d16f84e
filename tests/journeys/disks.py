"""Disks that can be full: a small file system of memory, or a limit on the size of the hub's files."""

import errno
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_SIZE_MIB = 24


class SmallDisk(Protocol):
    """Where a hub keeps its data. `fill` leaves no room, `free` gives it back."""

    folder: Path

    def fill(self, hub_pid: int) -> None:
        """From now on the hub can write nothing new."""
        ...

    def free(self, hub_pid: int) -> None:
        """It can again."""
        ...


class _Tmpfs:
    """A file system of its own, filled by another file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, hub_pid: int) -> None:
        with self._ballast.open("wb", buffering=0) as ballast:
            for piece in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(b"\0" * piece)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def free(self, hub_pid: int) -> None:
        self._ballast.unlink()


class _LimitedFiles:
    """Where nothing may be mounted: no file of the hub may grow."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, hub_pid: int) -> None:
        _, hard = resource.prlimit(hub_pid, resource.RLIMIT_FSIZE)
        resource.prlimit(hub_pid, resource.RLIMIT_FSIZE, (4096, hard))

    def free(self, hub_pid: int) -> None:
        _, hard = resource.prlimit(hub_pid, resource.RLIMIT_FSIZE)
        resource.prlimit(hub_pid, resource.RLIMIT_FSIZE, (hard, hard))


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A disk at `folder` (made if need be) while the block lasts: what is on it is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    size = f"size={_SIZE_MIB}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        yield _LimitedFiles(folder)
        return
    try:
        yield _Tmpfs(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def limited_files(folder: Path) -> Iterator[SmallDisk]:
    """The same by a limit, wherever we are."""
    folder.mkdir(parents=True, exist_ok=True)
    yield _LimitedFiles(folder)
