"""A caller who gives up at a given millisecond: sipp's clock is too coarse for what crosses within one."""

import asyncio
import re
from dataclasses import dataclass, field
from itertools import count

from tests.servers.answering import description

_STATUS = re.compile(rb"SIP/2\.0 (\d{3})")
_CSEQ = re.compile(rb"^CSeq:\s*\d+\s+(\w+)", re.MULTILINE | re.IGNORECASE)
_TO = re.compile(rb"^To:\s*(.*)\r$", re.MULTILINE | re.IGNORECASE)
_CONTACT = re.compile(rb"^Contact:\s*<([^>]*)>", re.MULTILINE | re.IGNORECASE)
_CALL = re.compile(rb"^Call-ID:\s*(\S+)", re.MULTILINE | re.IGNORECASE)
_numbers = count(1)


@dataclass(slots=True)
class Call:
    """One call of such a caller. `end` is how it ended: 487, a BYE of theirs, or another refusal."""

    id: str
    end: asyncio.Future[str]
    answers: list[tuple[int, str]] = field(default_factory=list)
    is_provisional: asyncio.Event = field(default_factory=asyncio.Event)
    target: str = ""
    to: str = ""
    bye: int = 0


class HastyCaller(asyncio.DatagramProtocol):
    """Calls `user` at a port of loopback, and cancels."""

    def __init__(self, port: int, user: str = "support", *, ip: str = "127.0.0.1") -> None:
        self.port, self.user, self.ip = port, user, ip
        self.mine = 0
        self.calls: dict[str, Call] = {}
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        """Begin to listen."""
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=(self.ip, 0)
        )
        self.mine = self._transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        """End."""
        assert self._transport is not None
        self._transport.close()

    async def give_up_after(self, ms: float) -> Call:
        """A call that is cancelled so many milliseconds after its first answer; once it is over."""
        number = next(_numbers)
        call = Call(f"hasty{number}-{self.mine}", asyncio.get_running_loop().create_future())
        self.calls[call.id] = call
        sdp = description(self.mine)
        again = asyncio.create_task(self._until_answered(call, sdp))
        try:
            async with asyncio.timeout(30):
                await call.is_provisional.wait()
                await asyncio.sleep(ms / 1000)
                if not call.end.done() and not call.bye:
                    self._send(call, "CANCEL", 1)
                while not call.end.done():
                    await asyncio.wait([call.end], timeout=0.5)
                    if call.bye and not call.end.done():
                        self._send(call, "BYE", 2, in_dialog=True)
        finally:
            again.cancel()
        return call

    async def _until_answered(self, call: Call, sdp: bytes) -> None:
        while not call.is_provisional.is_set():
            self._send(call, "INVITE", 1, sdp)
            await asyncio.sleep(0.5)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        found = _CALL.search(data)
        call = self.calls.get(found[1].decode()) if found else None
        if call is None:
            return
        status, method = _STATUS.match(data), _CSEQ.search(data)
        if status is None:
            self._requested(call, data)
            return
        assert method is not None
        code, of = int(status[1]), method[1].decode()
        call.answers.append((code, of))
        call.is_provisional.set()
        if of == "INVITE" and code >= 200:
            to = _TO.search(data)
            call.to = to[1].decode() if to else call.to
            if code < 300:
                contact = _CONTACT.search(data)
                call.target = contact[1].decode() if contact else ""
                self._send(call, "ACK", 1, in_dialog=True)
                if not call.bye:
                    call.bye = 2
                    self._send(call, "BYE", 2, in_dialog=True)
            else:
                self._send(call, "ACK", 1)
                _set(call.end, str(code))
        elif of == "BYE" and code >= 200:
            _set(call.end, "answered")

    def _requested(self, call: Call, data: bytes) -> None:
        head = data.split(b"\r\n\r\n")[0].split(b"\r\n")
        wanted = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
        fields = [line for line in head[1:] if line.lower().startswith(wanted)]
        answer = b"\r\n".join([b"SIP/2.0 200 OK", *fields, b"Content-Length: 0", b"", b""])
        assert self._transport is not None
        self._transport.sendto(answer, ("127.0.0.1", self.port))
        if data.startswith(b"BYE"):
            _set(call.end, "hung up")

    def _send(self, call: Call, method: str, cseq: int, sdp: bytes = b"", *, in_dialog: bool = False) -> None:
        uri = call.target if in_dialog else f"sip:{self.user}@127.0.0.1:{self.port}"
        to = call.to if method == "ACK" or in_dialog else f"<sip:{self.user}@127.0.0.1:{self.port}>"
        branch = f"z9hG4bK{call.id}{method + str(cseq) if in_dialog else ''}"
        kind = "Content-Type: application/sdp\r\n" if sdp else ""
        head = (
            f"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {self.ip}:{self.mine};rport;branch={branch}\r\n"
            f"From: <sip:hasty@{self.ip}:{self.mine}>;tag={call.id}\r\nTo: {to}\r\nCall-ID: {call.id}\r\n"
            f"CSeq: {cseq} {method}\r\nContact: <sip:hasty@{self.ip}:{self.mine}>\r\nMax-Forwards: 70\r\n"
            f"{kind}Content-Length: {len(sdp)}\r\n\r\n"
        )
        assert self._transport is not None
        self._transport.sendto(head.encode() + sdp, ("127.0.0.1", self.port))


def _set(future: asyncio.Future[str], value: str) -> None:
    if not future.done():
        future.set_result(value)
