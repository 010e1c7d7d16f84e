"""A mailbox that speaks IMAP with IDLE (pymap), in memory and in a process of its own: where letters lie that nobody
brings to the hub. `python -m hub.simulator.mailbox ARGUMENTS` is that process: it ends when its standard input does."""

import asyncio
import contextlib
import os
import secrets
import socket
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_ANSWER_S = 20.0
_END_S = 5.0
_TRIES = 50
_AGAIN_S = 0.2


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass(eq=False)
class Mailbox:
    """One user's mailbox at `port` of this machine, there while `opened` lasts, empty at first."""

    user: str
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    port: int = field(default_factory=_free_port)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Be there, a moment after it begins: nobody waits for that."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub.simulator.mailbox", "--host", "127.0.0.1", "--port", str(self.port)),
            *("--no-tls", "dict", "--demo-user", self.user, "--demo-password", self.password),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the demo, which ends it
        )
        try:
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            try:
                async with asyncio.timeout(_END_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def put(self, letter: bytes) -> None:
        """A letter comes to the mailbox (APPEND, RFC 3501 section 6.3.11). Raises OSError."""
        try:
            async with asyncio.timeout(_ANSWER_S):
                reader, writer = await self._connected()
                try:
                    await _until(reader, b"*")
                    writer.write(f"a LOGIN {self.user} {self.password}\r\n".encode())
                    await _until(reader, b"a OK")
                    writer.write(f"b APPEND INBOX {{{len(letter)}}}\r\n".encode())
                    await _until(reader, b"+")
                    writer.write(letter + b"\r\n")
                    await _until(reader, b"b OK")
                finally:
                    writer.close()
        except TimeoutError as error:
            raise OSError("the mailbox does not answer") from error

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """It may have begun a moment ago."""
        for _ in range(_TRIES):
            with contextlib.suppress(ConnectionRefusedError):
                return await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.sleep(_AGAIN_S)
        raise OSError("the mailbox is not there")


async def _until(reader: asyncio.StreamReader, beginning: bytes) -> None:
    while not (line := await reader.readline()).startswith(beginning):
        if not line or b" NO " in line or b" BAD " in line:
            raise OSError(f"the mailbox says {line[:80]!r}")


def _end_with_the_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Serve until the other side goes away, however it goes."""
    from pymap.main import main as serve

    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    serve()


if __name__ == "__main__":
    main()
