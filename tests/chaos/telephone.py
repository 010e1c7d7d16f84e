"""SIP as the peers of a chaos run speak it: a socket, and just enough of the grammar; nothing of the hub's own."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

_BRANCH = re.compile(r"branch=([^;,\s]+)")
_URI = re.compile(r"<([^>]*)>")

AGAIN_S = 0.1
"""A request is sent again after so long, then after twice that, and so on: a tenth of RFC 3261's times or so."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that came. `status` is 0 for a request; `lines` are its fields as they were written."""

    status: int
    method: str
    lines: tuple[str, ...]

    def field(self, name: str) -> str:
        """The value of its first field of that name; empty without one."""
        wanted = f"{name.lower()}:"
        return next(
            (line[len(wanted) :].strip() for line in self.lines if line.lower().startswith(wanted)), ""
        )

    @property
    def call_id(self) -> str:
        return self.field("Call-ID")

    @property
    def branch(self) -> str:
        found = _BRANCH.search(self.field("Via"))
        return found[1] if found else ""

    @property
    def contact(self) -> str:
        """Where the other side is reached."""
        found = _URI.search(self.field("Contact"))
        return found[1] if found else ""

    def answer(self, status: int, *, tag: str = "", more: str = "", body: str = "") -> str:
        """An answer to it."""
        kept = ("via:", "from:", "to:", "call-id:", "cseq:", "record-route:")
        fields = [line for line in self.lines if line.lower().startswith(kept)]
        if tag and ";tag=" not in self.field("To"):
            fields = [f"{line};tag={tag}" if line.lower().startswith("to:") else line for line in fields]
        kind = "Content-Type: application/sdp\r\n" if body else ""
        lines = "\r\n".join([f"SIP/2.0 {status} Said", *fields])
        return f"{lines}\r\n{more}{kind}Content-Length: {len(body)}\r\n\r\n{body}"


def heard_in(data: bytes) -> Heard:
    """A datagram."""
    first, *lines = data.decode("utf-8", "replace").partition("\r\n\r\n")[0].split("\r\n")
    if first.startswith("SIP/2.0 "):
        method = next((line for line in lines if line.lower().startswith("cseq:")), "").split()[-1]
        return Heard(int(first[8:11]), method, tuple(lines))
    return Heard(0, first.partition(" ")[0], tuple(lines))


class SipSocket(asyncio.DatagramProtocol):
    """A socket that talks to the hub. What comes is told to `told`."""

    def __init__(self, hub_port: int, told: Callable[[Heard, bytes], None]) -> None:
        self.hub_port = hub_port
        self._told = told
        self._transport: asyncio.DatagramTransport

    async def open(self) -> None:
        """Begin to listen."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port: int = self._transport.get_extra_info("sockname")[1]

    def close(self) -> None:
        """End."""
        self._transport.close()

    def send(self, message: str | bytes) -> None:
        """To the hub, whether it lives or not."""
        raw = message.encode() if isinstance(message, str) else message
        self._transport.sendto(raw, ("127.0.0.1", self.hub_port))

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if data.strip():
            self._told(heard_in(data), data)

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there now."""

    def description(self) -> str:
        """Of sound that nobody hears."""
        return (
            f"v=0\r\no=- {self.port} 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            "m=audio 9 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
        )
