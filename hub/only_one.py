"""One hub on one folder of data: a second one would hand out the same work, unseen by the first."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another hub has the folder."""

    def __init__(self, folder: Path, pid: str) -> None:
        whose = f" (process {pid})" if pid else ""
        super().__init__(
            f"another hub{whose} works on {folder}: stop it first, or give this one a data_dir (HUB_DATA_DIR) and a"
            " store.url (HUB_STORE__URL) of its own"
        )


@contextmanager
def only_hub_on(folder: Path) -> Iterator[None]:
    """Hold the folder while the block lasts; the system lets go of it when the process dies, however it does.

    Raises AlreadyRunning.
    """
    descriptor = os.open(folder / "hub.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(folder, os.read(descriptor, 20).decode(errors="replace").strip()) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def who_works_on(folder: Path) -> str | None:
    """The process of the hub that works on this folder, empty where it does not say; None: there is none. Nothing is
    made or changed."""
    try:
        descriptor = os.open(folder / "hub.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # let go of again at once: whoever begins at this very moment is told to come again
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(descriptor, 20).decode(errors="replace").strip()
    else:
        return None
    finally:
        os.close(descriptor)
