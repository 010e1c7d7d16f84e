"""Where tests write: into memory where that has room. A commit that waits for a disk is most of the time of many tests,
and none of them cuts the power.
"""

import os
import shutil
from pathlib import Path

_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
"""Bytes free, or it stays with the disk."""


def scratch() -> str | None:
    """The folder for folders of tests, as `tempfile` takes it; None: the system's own."""
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        return None
    return str(_MEMORY) if shutil.disk_usage(_MEMORY).free >= _ROOM else None


def let_pytest_use_it() -> None:
    """Let `tmp_path` be there, unless PYTEST_DEBUG_TEMPROOT says where."""
    if folder := scratch():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)
