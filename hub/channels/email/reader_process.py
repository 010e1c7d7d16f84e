"""The process that reads letters one after another, under limits, and dies with its hub. Started by `reading`.

In: the house (`Ours`) and the raw letter, each with its length before it. Out: one byte (go on, or leaving), the
length, and the letter in MessagePack. Before the first: one byte that says it is ready.
"""

import os
import resource
import signal
import struct
import sys
import time
import types
from pathlib import Path
from typing import BinaryIO

LENGTH = struct.Struct("!I")
ANSWER = struct.Struct("!BI")
READY, STAYS, LEAVES = 1, 2, 3
_PR_SET_PDEATHSIG = 1
_LETTERS = 1000
_GROWN_BYTES = 200 * 1024 * 1024
"""A reader that is still this big after a letter, or has read this many, makes room for a fresh one."""


def main() -> None:
    """Read until the other side closes; never returns from a letter that costs too much."""
    _die_with_the_parent()
    answers = _own_output()
    _without_the_registry_of_channels()
    _limit_memory()
    import msgspec

    from hub.channels.email.excerpt import unreadable_letter
    from hub.channels.email.letters import read_letter
    from hub.channels.email.ours import Ours
    from hub.domain.letter import Unreadable

    _warm_up()
    answers.write(bytes([READY]))
    for nth in range(1, _LETTERS + 1):
        house, raw = _request(sys.stdin.buffer), _request(sys.stdin.buffer)
        if house is None or raw is None:
            return
        _limit_time()
        leaves = nth == _LETTERS
        try:
            answer = msgspec.msgpack.encode(read_letter(raw, msgspec.msgpack.decode(house, type=Ours)))
        except MemoryError:
            leaves = True
            answer = msgspec.msgpack.encode(unreadable_letter(raw, Unreadable.TOO_COSTLY))
        except UnicodeEncodeError:  # half a character got as far as here
            answer = msgspec.msgpack.encode(unreadable_letter(raw, Unreadable.BROKEN))
        del raw
        leaves = leaves or _memory_bytes() > _GROWN_BYTES
        answers.write(ANSWER.pack(LEAVES if leaves else STAYS, len(answer)))
        answers.write(answer)
        if leaves:
            return
        del answer


def _die_with_the_parent() -> None:
    """The end of our input ends us between letters; this does in the middle of one. Linux only."""
    parent = os.getppid()
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it was gone before we asked to be told
        raise SystemExit


def _own_output() -> BinaryIO:
    """The pipe of answers, where nothing that prints can reach it."""
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(answers, "wb", buffering=0)


def _without_the_registry_of_channels() -> None:
    """The folder `hub.channels` without its `__init__`, which loads every channel: 60 MB and most of a second."""
    import hub

    bare = types.ModuleType("hub.channels")
    bare.__path__ = [str(Path(hub.__path__[0]) / "channels")]
    sys.modules["hub.channels"] = bare


def _warm_up() -> None:
    """What the first letter should not wait for, nor be charged for."""
    import authres  # noqa: F401
    import charset_normalizer  # noqa: F401
    import nh3  # noqa: F401
    from flufl.bounce import all_failures  # noqa: F401


def _limit_memory() -> None:
    from hub.channels.email.limits import MEMORY_BYTES

    if sys.platform == "linux":  # elsewhere the kernel refuses it
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write but its answers


def _memory_bytes() -> int:
    """What this process holds now. Not ru_maxrss: on Linux that begins with what the hub held when it started us."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_time() -> None:
    """From now on CPU_S of computing, or the kernel ends us (SIGXCPU)."""
    from hub.channels.email.limits import CPU_S

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + CPU_S, hard))


def _request(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = LENGTH.unpack(head)[0]
    content = source.read(length)
    return content if len(content) == length else None


if __name__ == "__main__":
    main()
