"""Starts programs of ours by forking a process that has imported them, as importing is most of a hub's start.

A child has its own memory, files, environment and signals; it shares nothing with its siblings but the text of the
modules. The nursery starts at the first birth and ends with the process that asked for it. How a hub starts from
nothing is for tests/journeys/test_command_line.py.

`python -m tests.nursery DESCRIPTOR` is the nursery itself: it takes orders from that socket. Each comes with four
descriptors: the child's standard input, output and error, and where its process id and, at its end, its exit code go.
"""

import asyncio
import contextlib
import gc
import importlib
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import IO

import msgspec

ROOT = Path(__file__).resolve().parent.parent
IMPORTED = (
    "alembic.command",
    "hub.app",
    "hub.channels.email.mailbox",
    "hub.channels.email.smtp",
    "hub.channels.email.smtp_intake",
    "hub.cli.loop",
    "hub.demo.seed",
    "hub.effective_settings",
    "tests.seeding",
)
"""What a hub of the tests has imported when it listens."""

_LENGTH_BYTES = 4


class Order(msgspec.Struct, frozen=True):
    """`python -m MODULE ARGUMENT…` in that environment."""

    module: str
    arguments: tuple[str, ...]
    environment: dict[str, str]


class NoChild(Exception):
    """The nursery ended before it gave birth; its standard error, which is ours, says why."""


# --- whoever wants children ---


@dataclass(slots=True)
class Child:
    """A process that was born. It should end when its standard input does."""

    stdout: asyncio.StreamReader
    _stdin: IO[bytes]
    _told: asyncio.StreamReader
    pid: int = 0
    returncode: int | None = None
    """The exit code, −9 for one that was killed; None while it lives."""
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Learn who it is. Raises NoChild."""
        if not (line := await self._told.readline()):
            raise NoChild
        self.pid = int(line)
        self._waiting = asyncio.create_task(self._wait())

    async def wait(self) -> int:
        """The exit code, at its end."""
        await self._ended.wait()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """The signal, unless it has ended."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)

    def let_go(self) -> None:
        """Close its standard input."""
        self._stdin.close()

    async def _wait(self) -> None:
        # a nursery that was killed tells nothing, and nobody else can know
        self.returncode = int(await self._told.readline() or -signal.SIGKILL)
        self.let_go()
        for reader in (self.stdout, self._told):
            if reader._transport is not None:  # type: ignore[attr-defined]
                reader._transport.close()  # type: ignore[attr-defined]
        await asyncio.sleep(0)  # a loop that ends with the test would leave them open
        self._ended.set()


async def born(program: Sequence[str], environment: Mapping[str, str], errors: IO[bytes]) -> Child:
    """`python PROGRAM` in ROOT, PROGRAM being `-m MODULE ARGUMENT…`: in a process group of its own, with what it says
    to standard error going to `errors`.

    Raises NoChild.
    """
    dash_m, module, *arguments = program
    assert dash_m == "-m"
    order = msgspec.msgpack.encode(Order(module, tuple(arguments), dict(environment)))
    (in_read, in_write), (out_read, out_write), (told_read, told_write) = os.pipe(), os.pipe(), os.pipe()
    child = Child(await _reader(out_read), os.fdopen(in_write, "wb", 0), await _reader(told_read))
    theirs = [in_read, out_write, errors.fileno(), told_write]
    try:
        socket.send_fds(_nursery().orders, [len(order).to_bytes(_LENGTH_BYTES, "big") + order], theirs)
    finally:
        for descriptor in (in_read, out_write, told_write):
            os.close(descriptor)
    await child.begin()
    return child


async def _reader(descriptor: int) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    pipe = os.fdopen(descriptor, "rb", 0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


class _Nursery:
    """The one of this process."""

    def __init__(self) -> None:
        self.orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.nursery", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C is for whoever started it
            )
        weakref.finalize(self, _close, self.orders, self.process)


def _close(orders: socket.socket, process: subprocess.Popen[bytes]) -> None:
    orders.close()
    process.wait()


_started: list[_Nursery] = []


def _nursery() -> _Nursery:
    if not _started:
        _started.append(_Nursery())
    return _started[0]


# --- the nursery ---


def main(descriptor: int) -> None:
    """Take orders until nobody can give any. Returns in each child, too, once that has done its work."""
    for name in IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    orders = socket.socket(fileno=descriptor)
    waker, wakes = socket.socketpair()
    for end in (waker, wakes):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    telling: dict[int, int] = {}
    with DefaultSelector() as selector:
        selector.register(orders, EVENT_READ)
        selector.register(waker, EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if waker in ready:
                with contextlib.suppress(BlockingIOError):
                    waker.recv(4096)
                _tell_ends(telling)
            if orders not in ready:
                continue
            if (taken := _taken(orders)) is None:
                return
            order, descriptors = taken
            if (pid := os.fork()) == 0:
                break
            for given in descriptors[:3]:
                os.close(given)
            telling[pid] = descriptors[3]
            os.write(descriptors[3], f"{pid}\n".encode())
    _leave(orders, waker, wakes, [*telling.values(), descriptors[3]])
    _become(order, descriptors[:3])


def _taken(orders: socket.socket) -> tuple[Order, list[int]] | None:
    """The next order, and what came with it; None when there is nobody to give one."""
    head, descriptors, _, _ = socket.recv_fds(orders, _LENGTH_BYTES, 4)
    if not head:
        return None
    head += _exactly(orders, _LENGTH_BYTES - len(head))
    body = _exactly(orders, int.from_bytes(head, "big"))
    return msgspec.msgpack.decode(body, type=Order), descriptors


def _exactly(orders: socket.socket, size: int) -> bytes:
    return orders.recv(size, socket.MSG_WAITALL) if size else b""


def _tell_ends(telling: dict[int, int]) -> None:
    while telling:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        told = telling.pop(pid)
        with contextlib.suppress(BrokenPipeError):
            os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(told)


def _leave(orders: socket.socket, waker: socket.socket, wakes: socket.socket, told: list[int]) -> None:
    """Give up, in a child, what is the nursery's."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for ours in (orders, waker, wakes):
        ours.close()
    for descriptor in told:
        os.close(descriptor)


def _become(order: Order, standard: list[int]) -> None:
    from hub import crashpoints

    os.setpgid(0, 0)
    for number, given in enumerate(standard):
        os.dup2(given, number)
        os.close(given)
    os.environ.clear()
    os.environ.update(order.environment)
    time.tzset()
    crashpoints.read_environment()
    sys.argv = [order.module, *order.arguments]
    runpy.run_module(order.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
