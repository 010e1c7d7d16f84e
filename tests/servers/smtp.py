"""A mail server that does what a test says: it answers with any code, waits, or hangs up, at any stage.

It speaks RFC 5321 as far as a client of one letter a connection needs, with AUTH PLAIN, LOGIN and XOAUTH2.
"""

import asyncio
import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

STAGES = ("connect", "ehlo", "auth", "mail", "rcpt", "data", "content", "end", "quit")
"""Where it may misbehave: `data` after the command, `content` in the middle of the letter, `end` after its last dot."""


SLOW_S = 1.0
"""A letter that took longer on its way may have found nobody who still waited for a word."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is answered at `stage`; 0: the connection is cut there. `delay_s` is waited before. `taken`: a letter cut
    off at `end` was kept all the same."""

    stage: str
    code: int = 0
    delay_s: float = 0.0
    taken: bool = False


@dataclass(slots=True)
class Got:
    """A letter that the server keeps."""

    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes
    acknowledged: bool
    parameters: str = ""
    """What stood behind the sender in MAIL."""


@dataclass(slots=True)
class SmtpLookAlike:
    """Used as `async with`. `fault_of` is asked at each connection. `refused` recipients get a 550. `told` hears of
    each letter that is kept. `passes_on`: it says that it takes the parameters of RFC 3461; `knows_none`: it answers
    555 to any. `says_at_end`: the whole line with which it answers a letter, which it keeps. `ambiguities` counts the
    letters after whose beginning it fell silent or hung up."""

    fault_of: Callable[[], Fault | None] = lambda: None
    password: str = ""
    token: str = ""
    refused: frozenset[str] = frozenset()
    size: str = "SIZE 30000000"
    passes_on: bool = False
    knows_none: bool = False
    says_at_end: bytes = b""
    got: list[Got] = field(default_factory=list)
    told: Callable[[Got], None] = lambda _: None
    connections: int = 0
    signs_in_by: tuple[str, ...] = ("PLAIN", "LOGIN", "XOAUTH2")
    """What it takes of the ways it names; any other gets a 504."""
    tried: list[str] = field(default_factory=list)
    """The ways by which somebody tried to sign in."""
    ambiguities: int = 0
    port: int = 0
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _ends: asyncio.Event = field(default_factory=asyncio.Event)

    async def waited(self, seconds: float) -> bool:
        """Wait; whether the server still runs then."""
        try:
            async with asyncio.timeout(seconds):
                await self._ends.wait()
        except TimeoutError:
            return True
        return False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *exc: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.close()
        self._ends.set()
        while self._open:
            await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            await _Talk(self, reader, writer, self.fault_of()).run()
        except (ConnectionError, asyncio.IncompleteReadError, _Cut):
            pass
        finally:
            self._open.discard(writer)
            writer.close()


class _Cut(Exception):
    """The connection is to be cut here."""


class _Talk:
    def __init__(
        self,
        server: SmtpLookAlike,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        fault: Fault | None,
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._fault = fault
        self._from = self._parameters = ""
        self._to: list[str] = []

    async def run(self) -> None:
        if not await self._at("connect", 220, "look-alike ESMTP"):
            return
        while line := await self._reader.readline():
            word = line.decode("latin-1").strip()
            command = word[:4].upper()
            match command:
                case "EHLO" | "HELO":
                    known = ["AUTH PLAIN LOGIN XOAUTH2", "8BITMIME", *["DSN"] * self._server.passes_on]
                    await self._at("ehlo", 250, "look-alike", *known, self._server.size)
                case "AUTH":
                    await self._sign_in(word)
                case "MAIL":
                    await self._sender(word)
                case "RCPT":
                    await self._recipient(_address(word))
                case "DATA":
                    await self._letter()
                case "QUIT":
                    await self._at("quit", 221, "bye")
                    return
                case "NOOP" | "RSET":
                    await self._say(250, "OK")
                case _:
                    await self._say(502, "what?")

    async def _at(self, stage: str, code: int, *lines: str) -> bool:
        """Answer at this stage, or misbehave; whether the answer was the good one."""
        fault = self._fault
        if fault is None or fault.stage != stage:
            await self._say(code, *lines)
            return True
        if (fault.delay_s and not await self._server.waited(fault.delay_s)) or not fault.code:
            raise _Cut
        await self._say(fault.code, "as the test says")
        return 200 <= fault.code < 400

    async def _say(self, code: int, *lines: str) -> None:
        for line in lines[:-1]:
            self._writer.write(f"{code}-{line}\r\n".encode())
        self._writer.write(f"{code} {lines[-1]}\r\n".encode())
        await self._writer.drain()

    async def _sign_in(self, word: str) -> None:
        way = word.split()[1].upper()
        self._server.tried.append(way)
        if way not in self._server.signs_in_by:
            await self._say(504, "5.5.4 not this way")
            return
        if way == "LOGIN":
            given = [word.split()[2]] if len(word.split()) > 2 else [await self._asked("VXNlcm5hbWU6")]
            given.append(await self._asked("UGFzc3dvcmQ6"))
            shown = base64.b64decode(given[1]).decode()
        else:
            initial = word.split()[2] if len(word.split()) > 2 else await self._asked("")
            shown = base64.b64decode(initial).decode().rpartition("\0" if way == "PLAIN" else "Bearer ")[2]
        wanted = self._server.token if way == "XOAUTH2" else self._server.password
        if shown.strip("\x01") == wanted:
            await self._at("auth", 235, "welcome")
        else:
            await self._say(535, "5.7.8 wrong")

    async def _asked(self, what: str) -> str:
        await self._say(334, what)
        return (await self._reader.readline()).decode().strip()

    async def _sender(self, word: str) -> None:
        self._from, self._to = _address(word), []
        self._parameters = word.partition(">")[2].strip()
        if self._parameters and self._server.knows_none:
            await self._say(555, "no parameters here")
        else:
            await self._at("mail", 250, "OK")

    async def _recipient(self, recipient: str) -> None:
        if recipient in self._server.refused:
            await self._say(550, "5.1.1 no such user")
        elif await self._at("rcpt", 250, "OK"):
            self._to.append(recipient)

    async def _letter(self) -> None:
        if not await self._at("data", 354, "go on"):
            return
        lines: list[bytes] = []
        began = time.monotonic()
        while (line := await self._reader.readline()) != b".\r\n":
            if not line:
                return
            lines.append(line[1:] if line.startswith(b".") else line)
            if self._fault is not None and self._fault.stage == "content" and len(lines) > 3:
                self._server.ambiguities += 1
                raise _Cut
        slowly = time.monotonic() - began > SLOW_S
        got = Got(
            self._from,
            tuple(self._to),
            b"".join(lines),
            acknowledged=False,
            parameters=self._parameters,
        )
        fault = self._fault
        if fault is None or fault.stage != "end" or fault.taken or 200 <= fault.code < 300:
            self._server.got.append(got)
            self._server.told(got)
        if slowly or (fault is not None and fault.stage == "end" and (fault.delay_s or not fault.code)):
            self._server.ambiguities += 1
        if self._server.says_at_end:
            self._writer.write(self._server.says_at_end)
            await self._writer.drain()
            return
        got.acknowledged = await self._at("end", 250, "kept")


def _address(word: str) -> str:
    return word.partition("<")[2].partition(">")[0]
