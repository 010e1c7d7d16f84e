"""A telephone of the tests: real UDP on loopback, its own G.711 by the formula, tones, keys, and ears that measure."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

FRAME_S = 0.02
SILENT = {0: b"\xff" * 160, 8: b"\xd5" * 160}


def encoded(sample: int, law: int) -> int:
    """One sample by G.711, law 0 (µ) or 8 (A), as the recommendation's segments say."""
    if law == 0:
        magnitude = min(abs(sample) + 132, 32_767)
        segment = max(0, magnitude.bit_length() - 8)
        return ~(0x80 * (sample < 0) | segment << 4 | (magnitude >> segment + 3) & 15) & 0xFF
    magnitude = min(-sample - 1 if sample < 0 else sample, 32_767)
    segment = max(0, magnitude.bit_length() - 8)
    step = (magnitude >> (4 if segment < 2 else segment + 3)) & 15
    return (0x80 * (sample >= 0) | segment << 4 | step) ^ 0x55


def decoded(code: int, law: int) -> int:
    """The sample of a code."""
    if law == 0:
        code = ~code & 0xFF
        magnitude = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
        return -magnitude if code & 0x80 else magnitude
    code ^= 0x55
    segment = code >> 4 & 7
    magnitude = ((code & 15) << 4) + 8 + (0 if segment == 0 else 256)
    magnitude <<= max(0, segment - 1)
    return magnitude if code & 0x80 else -magnitude


@cache
def tone(hz: float, law: int, *, seconds: float = 1.0, peak: int = 8000) -> list[bytes]:
    """Frames of a sine; whole periods in a second, so that it can be repeated."""
    count = int(seconds * 8000)
    codes = bytes(encoded(round(peak * math.sin(2 * math.pi * hz * at / 8000)), law) for at in range(count))
    return [codes[at : at + 160] for at in range(0, count, 160)]


def samples(frames: Iterable[bytes], law: int) -> list[int]:
    """What these frames sound like."""
    table = [decoded(code, law) for code in range(256)]
    return [table[code] for frame in frames for code in frame]


def level(heard: list[int], hz: float) -> float:
    """The amplitude of a tone in what was heard (Goertzel); near 0 where it is not."""
    turn = 2 * math.cos(2 * math.pi * hz / 8000)
    one = two = 0.0
    for sample in heard:
        one, two = sample + turn * one - two, one
    power = one * one + two * two - turn * one * two
    return 2 * math.sqrt(max(0.0, power)) / max(1, len(heard))


def rms(heard: list[int]) -> float:
    """How loud it is altogether."""
    return math.sqrt(sum(sample * sample for sample in heard) / max(1, len(heard)))


@dataclass(frozen=True)
class Came:
    """One packet that the telephone got."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


@dataclass
class Telephone(asyncio.DatagramProtocol):
    """Says `says` in a circle, 20 ms at a time, once it knows to whom."""

    laws: tuple[int, ...] = (8, 0)
    events: int | None = 101
    mux: bool = False
    says: list[bytes] = field(default_factory=list)
    mangle: Callable[[int, bytes], list[bytes]] = field(default=lambda _, packet: [packet])
    """What becomes of the n-th packet on its way."""
    got: list[Came] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    to: tuple[str, int] | None = None
    law: int = 0
    direction: str = "sendrecv"
    ssrc: int = 0x1234
    sequence: int = 65_500
    timestamp: int = 0xFFFFFF00
    sent: int = 0
    version: int = 0
    transport: asyncio.DatagramTransport | None = None
    port: int = 0

    def __post_init__(self) -> None:
        self.law = self.laws[0]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is there."""
        self.transport = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A packet came."""
        if 192 <= data[1] <= 223:
            self.reports.append(data)
            return
        first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        assert first == 0x80
        self.got.append(Came(second & 0x7F, second > 0x7F, sequence, timestamp, ssrc, data[12:]))

    def error_received(self, exc: Exception) -> None:
        """Nobody listens there yet, or any more."""

    def description(self, *, answers: bool = False) -> bytes:
        """What it offers, or answers to what it read."""
        self.version += 1
        laws = (self.law,) if answers else self.laws
        kinds = [*laws, *([] if self.events is None else [self.events])]
        lines = [
            "v=0",
            f"o=phone 1 {self.version} IN IP4 127.0.0.1",
            "s=-",
            "c=IN IP4 127.0.0.1",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {' '.join(map(str, kinds))}",
            *(f"a=rtpmap:{law} {'PCMU' if law == 0 else 'PCMA'}/8000" for law in laws),
            *([] if self.events is None else [f"a=rtpmap:{self.events} telephone-event/8000"]),
            *(["a=rtcp-mux"] if self.mux else []),
            f"a={self.direction}",
        ]
        return "".join(f"{line}\r\n" for line in lines).encode()

    def reads(self, description: bytes) -> str:
        """Take where to send, and by which law, from their description; its direction."""
        text = description.decode()
        lines = text.split("\r\n")
        media = next(line for line in lines if line.startswith("m=audio")).split()
        host = next(line for line in lines if line.startswith("c=")).split()[-1]
        self.to = host, int(media[1])
        self.law = next(int(kind) for kind in media[3:] if int(kind) in self.laws)
        return next(
            line[2:] for line in lines if line[2:] in ("sendrecv", "sendonly", "recvonly", "inactive")
        )

    def send(self, payload: bytes, kind: int, *, marker: bool = False, timestamp: int | None = None) -> None:
        """One packet, by the way of `mangle`."""
        if self.to is None or self.transport is None:
            return
        stamp = self.timestamp if timestamp is None else timestamp
        packet = struct.pack("!BBHII", 0x80, kind | marker << 7, self.sequence, stamp, self.ssrc) + payload
        self.sequence = (self.sequence + 1) & 0xFFFF
        for one in self.mangle(self.sent, packet):
            self.transport.sendto(one, self.to)
        self.sent += 1

    async def talk(self) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        at = 0
        while True:
            if self.says and self.direction in ("sendrecv", "sendonly"):
                self.send(self.says[at % len(self.says)], self.law)
                at += 1
            self.timestamp = (self.timestamp + 160) & 0xFFFFFFFF
            due += FRAME_S
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def hears(self, seconds: float, law: int | None = None) -> list[int]:
        """What comes from now on until it is so long."""
        kind = self.law if law is None else law
        start = len(self.got)
        wanted = round(seconds / FRAME_S)
        async with asyncio.timeout(5):
            while len(self.frames(kind, start)) < wanted:
                await asyncio.sleep(FRAME_S)
        return samples(self.frames(kind, start)[:wanted], kind)

    def frames(self, kind: int, start: int = 0) -> list[bytes]:
        """The sound of what came."""
        return [one.payload for one in self.got[start:] if one.payload_type == kind]


@asynccontextmanager
async def telephone(hz: float = 0.0, **of: Any) -> AsyncIterator[Telephone]:
    """A telephone that says a tone, or silence."""
    phone = Telephone(**of)
    phone.says = tone(hz, phone.law) if hz else [SILENT[phone.law]]
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: phone, local_addr=("127.0.0.1", 0)
    )
    talking = asyncio.create_task(phone.talk())
    try:
        yield phone
    finally:
        talking.cancel()
        transport.close()
