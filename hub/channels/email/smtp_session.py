"""One connection by which letters come: aiosmtpd speaks the protocol, and what a letter may cost is bounded here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from hub.channels.email import limits
from hub.channels.email.turns import source_of

PIECE_BYTES = 64 * 1024
"""How much of a letter is read at once; no line of a command may be as long."""

_LINE_END = b"\r\n"
_DOT_LINE = b".\r\n"
_END = _LINE_END + _DOT_LINE
_STUFFED = _LINE_END + b"."
ROOM_BYTES = 128 * 1024 * 1024
_SHARE = 4
"""One source has at most this part of the room: more than one letter of the largest size."""
LETTER_S = 600.0
"""So long may one letter come (RFC 5321 section 4.5.3.2.6 has a sender wait as long for the answer to it)."""


@dataclass(slots=True)
class Room:
    """The bytes of all letters that are coming in now."""

    bytes_limit: int = ROOM_BYTES
    used: int = 0
    by_source: dict[str, int] = field(default_factory=dict)

    def has(self, size: int, source: str) -> bool:
        """Whether so many bytes more of this source have room; no source: one that is trusted with all of it."""
        if source and self.by_source.get(source, 0) + size > self.bytes_limit // _SHARE:
            return False
        return self.used + size <= self.bytes_limit

    def take(self, size: int, source: str) -> None:
        """Count so many bytes; with a minus they are free again."""
        self.used += size
        if left := self.by_source.get(source, 0) + size:
            self.by_source[source] = left
        else:
            self.by_source.pop(source, None)


class Deliveries:
    """What the connections of one intake share. `admitted` says who may connect, and counts until `left`; `is_trusted`
    who may fill the room alone."""

    def __init__(
        self,
        admitted: Callable[[str], bool],
        left: Callable[[str], None],
        is_trusted: Callable[[str], bool],
    ) -> None:
        self.admitted = admitted
        self.left = left
        self.is_trusted = is_trusted
        self.room = Room()


@dataclass(slots=True)
class _Letter:
    source: str
    raw: bytearray = field(default_factory=bytearray)
    lines: int = 0
    refusal: str = ""


class _Bounded:
    """Beside aiosmtpd's classes: who may connect, and how a letter is read.

    A letter ends with CRLF, dot, CRLF and with nothing else (RFC 5321 section 4.1.1.4): a server that lets a bare line
    feed end it can be told a second letter within the first.
    """

    line_length_limit = PIECE_BYTES
    deliveries: Deliveries
    _address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:
        # after STARTTLS it is the same connection once more
        if not self._address:
            peer = transport.get_extra_info("peername") or ("",)
            if not self.deliveries.admitted(str(peer[0])):
                transport.write(b"421 4.7.0 too many connections, come again later\r\n")
                transport.close()
                return
            self._address = str(peer[0])
        super().connection_made(transport)  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        if self._address:
            self.deliveries.left(self._address)
            self._address = ""
            super().connection_lost(error)  # type: ignore[misc]

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._address else None  # type: ignore[misc]

    def data_received(self, data: bytes) -> None:
        if self._address:
            super().data_received(data)  # type: ignore[misc]

    async def smtp_DATA(self: Any, arg: str) -> None:  # noqa: N802 - the command's name
        """Read a letter, and give it to the handler."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 RCPT first")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        is_trusted = self.deliveries.is_trusted(self._address)
        letter = _Letter("" if is_trusted else source_of(self._address))
        try:
            async with asyncio.timeout(LETTER_S):
                await self._read_letter(letter)
            if letter.refusal:
                statuses = self._to_each(letter.refusal)
            else:
                statuses = await self._handed_over(letter)
        except TimeoutError:
            # where the letter ends nobody knows now
            await self.push("421 4.4.2 the letter takes too long, come again later")
            self.transport.close()
            return
        finally:
            self.deliveries.room.take(-len(letter.raw), letter.source)
        self._set_post_data_state()
        await self.push(statuses)

    async def _handed_over(self: Any, letter: _Letter) -> str:
        content = bytes(memoryview(letter.raw)[len(_LINE_END) :])
        self.envelope.original_content = self.envelope.content = content
        try:
            return str(await self._call_handler_hook("DATA"))
        except Exception as error:  # noqa: BLE001 - the handler writes it into the log
            return str(self._to_each(await self.handle_exception(error)))

    def _to_each(self: Any, status: str) -> str:
        """LMTP has a word for each recipient, also where it is the same for all (RFC 2033 section 4.2)."""
        recipients = self.envelope.rcpt_tos
        return "\r\n".join([status] * len(recipients)) if isinstance(self, LMTP) else status

    async def _read_letter(self: Any, letter: _Letter) -> None:
        """Large pieces at a time: line by line, a letter of many short lines cost seconds of the hub's own time."""
        # the line end of the command begins the letter, so that a dot in its first line is like any other. Whoever
        # does not wait for 354 has sent more already, therefore in front
        self._reader._buffer[:0] = _LINE_END  # noqa: SLF001 - no public way
        held = b""
        while True:
            try:
                piece = await self._reader.readuntil(_END)
                is_last = True
            except asyncio.LimitOverrunError as error:
                piece = await self._reader.readexactly(error.consumed)
                is_last = False
            piece = held + (piece[: -len(_DOT_LINE)] if is_last else piece)
            # a line end may go on with a dot in the next piece
            kept = 0 if is_last else len(piece) - len(piece.rstrip(_LINE_END))
            held = piece[len(piece) - min(kept, 2) :] if kept else b""
            piece = piece[: len(piece) - len(held)].replace(_STUFFED, _LINE_END)
            letter.lines += piece.count(_LINE_END)
            if not letter.refusal:
                self._add(letter, piece)
            if is_last:
                return
            self._reset_timeout()
            await asyncio.sleep(0)  # what lies in the buffer already must not hold up the others

    def _add(self, letter: _Letter, piece: bytes) -> None:
        room = self.deliveries.room
        if len(letter.raw) + len(piece) > limits.RAW_BYTES or letter.lines > limits.LINES:
            letter.refusal = "552 5.3.4 the letter is too large"
        elif not room.has(len(piece), letter.source):
            letter.refusal = "451 4.3.1 too many letters at once, come again later"
        if letter.refusal:
            room.take(-len(letter.raw), letter.source)
            letter.raw.clear()
            return
        room.take(len(piece), letter.source)
        letter.raw += piece


def session_kinds(deliveries: Deliveries) -> tuple[type[SMTP], type[LMTP]]:
    """The classes of connections that share these deliveries: SMTP's and LMTP's."""

    class SmtpSession(_Bounded, SMTP):  # type: ignore[misc]
        pass

    class LmtpSession(_Bounded, LMTP):  # type: ignore[misc]
        pass

    SmtpSession.deliveries = LmtpSession.deliveries = deliveries
    return SmtpSession, LmtpSession
