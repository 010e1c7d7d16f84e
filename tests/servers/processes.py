"""Real peers as child processes: started on free ports of loopback, ended with whoever started them."""

import asyncio
import os
import shutil
import signal
import socket
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import pytest

STOPS_WITHIN_S = 3.0


def not_run(message: str) -> NoReturn:
    """What a test wants is not here: it is told as not run, and in CI as failed."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"not run: {message}")
    pytest.skip(f"not run: {message}")


def needs(program: str, package: str) -> str:
    """The path of a program. Skips the test where its Debian package is not installed; in CI that is a failure."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        not_run(f"{program} is not installed (Debian package {package}, see tests/apt.txt)")
    return found


@asynccontextmanager
async def child(
    *command: str, log: Path, cwd: Path | None = None, keeps_stdin: bool = False
) -> AsyncIterator[Process]:
    """A process of its own group, whose output goes to `log`; ended by SIGTERM, then SIGKILL, with all its own."""
    with log.open("ab") as lines:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE if keeps_stdin else DEVNULL,
            stdout=lines,
            stderr=lines,
            cwd=cwd,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await end(process)


async def end(process: Process) -> None:
    """End a process and what it started."""
    if process.returncode is None:
        _signal(process, signal.SIGTERM)
        try:
            async with asyncio.timeout(STOPS_WITHIN_S):
                await process.wait()
        except TimeoutError:
            pass
    _signal(process, signal.SIGKILL)
    await process.wait()
    if process.stdin is not None and not process.stdin.is_closing():
        process.stdin.close()


def _signal(process: Process, which: signal.Signals) -> None:
    try:
        os.killpg(process.pid, which)
    except ProcessLookupError:
        return


async def listens(host: str, port: int, *, within_s: float = 10.0) -> None:
    """Wait until somebody takes TCP connections there. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


async def answers_options(host: str, port: int, *, within_s: float = 10.0) -> None:
    """Wait until somebody answers an OPTIONS over UDP there. Raises TimeoutError."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.bind((host, 0))
        mine = sock.getsockname()[1]
        async with asyncio.timeout(within_s):
            for number in range(1, 10_000):
                ask = (
                    f"OPTIONS sip:{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{mine};rport;"
                    f"branch=z9hG4bKup{number}\r\nFrom: <sip:up@{host}>;tag=up\r\nTo: <sip:{host}:{port}>\r\n"
                    f"Call-ID: up{mine}\r\nCSeq: {number} OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
                )
                try:
                    await loop.sock_sendto(sock, ask.encode(), (host, port))
                    async with asyncio.timeout(0.2):
                        await loop.sock_recv(sock, 65_536)
                except (TimeoutError, OSError):
                    await asyncio.sleep(0.02)
                else:
                    return


def tail(log: Path, lines: int = 40) -> str:
    """The end of a log, for the message of a failure."""
    if not log.exists():
        return f"({log.name} is empty)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def written(path: Path, text: str) -> Path:
    """The file, with that text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def joined(command: Sequence[str]) -> str:
    """A command line for people."""
    return " ".join(command)
