"""A mailbox in memory that speaks IMAP (pymap), in a process of its own; letters are put into it by APPEND."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from tests.ports import free_port

_START = "from pymap.main import main; main()"


@dataclass
class Pymap:
    """A running server. Its user is `demouser` with the password `demopass`."""

    port: int
    user: str = "demouser"
    password: str = "demopass"

    async def put(self, letters: Sequence[bytes], folder: str = "INBOX") -> None:
        """Letters into a folder, in their order."""
        async with self._signed_in() as (reader, writer):
            for n, letter in enumerate(letters):
                writer.write(f"a{n} APPEND {folder} {{{len(letter)}}}\r\n".encode())
                await _until(reader, b"+")
                writer.write(letter + b"\r\n")
                await _until(reader, f"a{n} OK".encode())

    async def commands(self, *lines: str) -> list[str]:
        """What is answered to these commands."""
        said: list[str] = []
        async with self._signed_in() as (reader, writer):
            for n, line in enumerate(lines):
                writer.write(f"c{n} {line}\r\n".encode())
                while not (answer := (await reader.readline()).decode()).startswith(f"c{n} "):
                    said.append(answer.strip())
                said.append(answer.strip())
        return said

    async def flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of every letter in the folder."""
        said = await self.commands(f"SELECT {folder}", "UID FETCH 1:* (FLAGS)")
        return [found[1] for line in said if (found := re.search(r"FETCH .*FLAGS \(([^)]*)\)", line))]

    async def letters(self, folder: str = "INBOX") -> list[bytes]:
        """Every letter in the folder, in its order."""
        found: list[bytes] = []
        async with self._signed_in() as (reader, writer):
            writer.write(f"s EXAMINE {folder}\r\n".encode())
            await _until(reader, b"s OK")
            writer.write(b"f UID FETCH 1:* (BODY.PEEK[])\r\n")
            async with asyncio.timeout(20):
                while not (line := await reader.readline()).startswith(b"f "):
                    if literal := re.search(rb"BODY\[\] \{(\d+)\}\r\n$", line):
                        found.append(await reader.readexactly(int(literal[1])))
        return found

    @contextlib.asynccontextmanager
    async def _signed_in(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        await reader.readline()
        writer.write(f"l LOGIN {self.user} {self.password}\r\n".encode())
        await _until(reader, b"l OK")
        try:
            yield reader, writer
        finally:
            writer.close()


async def _until(reader: asyncio.StreamReader, beginning: bytes) -> None:
    async with asyncio.timeout(20):
        while not (line := await reader.readline()).startswith(beginning):
            if not line or b" NO " in line or b" BAD " in line:
                raise AssertionError(f"the mailbox says {line!r}")


@contextlib.asynccontextmanager
async def pymap() -> AsyncIterator[Pymap]:
    """A server with an empty INBOX."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _START,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--no-tls",
        "dict",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.1)
        yield Pymap(port)
    finally:
        process.terminate()
        await process.wait()
