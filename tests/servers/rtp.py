"""An end of sound for callers whose signalling is somebody else's: it says a tone or keys, and measures."""

import asyncio
import math
import random
import struct
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

PACKET_MS = 20
SAMPLES = 160
PCMU = 0
EVENTS = 101
KEYS = "0123456789*#ABCD"


@dataclass(slots=True, kw_only=True)
class RtpEnd:
    """One end. It learns where to send from what comes, unless it is told by `send_to`."""

    port: int
    received: int = 0
    sent: int = 0
    lost: int = 0
    pressed: list[str] = field(default_factory=list)
    send_to: tuple[str, int] | None = None
    hz: int = 440
    says: bool = True
    _transport: asyncio.DatagramTransport | None = None
    _heard: "array[int]" = field(default_factory=lambda: array("h"))
    _last_seq: int | None = None
    _event_ts: int = -1
    _seq: int = field(default_factory=lambda: random.randrange(30_000))
    _ts: int = field(default_factory=lambda: random.randrange(1 << 31))
    _ssrc: int = field(default_factory=lambda: random.randrange(1 << 32))

    def rms(self, last_s: float = 0.5) -> float:
        """How loud it was lately, 0 to 32767."""
        samples = self._heard[-int(last_s * 8_000) :]
        return math.sqrt(sum(one * one for one in samples) / len(samples)) if samples else 0.0

    def pitch_hz(self, last_s: float = 0.5) -> float:
        """The pitch of a tone that was heard lately, by its zero crossings."""
        samples = self._heard[-int(last_s * 8_000) :]
        ups = sum(a < 0 <= b for a, b in pairwise(samples))
        return ups / (len(samples) / 8_000) if samples else 0.0

    async def hears_tone(self, hz: float, *, within_s: float = 5.0) -> None:
        """Wait until a tone of that pitch is heard, within a twentieth of it. Raises AssertionError."""
        try:
            async with asyncio.timeout(within_s):
                while self.rms() < 1_000 or abs(self.pitch_hz() - hz) > hz / 20:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(
                f"{self.pitch_hz():.0f} Hz at RMS {self.rms():.0f} instead of {hz} Hz after {within_s} s"
            ) from None

    async def hears_no_tone(self, hz: float, *, within_s: float = 5.0) -> None:
        """Wait until that pitch is not heard any more. Raises AssertionError."""
        try:
            async with asyncio.timeout(within_s):
                while self.rms() >= 500 and abs(self.pitch_hz() - hz) <= hz / 10:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{hz} Hz is still heard after {within_s} s") from None

    async def press(self, keys: str, *, ms: int = 100) -> None:
        """Press keys, as telephone events (RFC 4733): each with its end three times."""
        for key in keys:
            ts, code = self._ts, KEYS.index(key)
            steps = max(2, ms // PACKET_MS)
            for step in range(1, steps + 1):
                self._event(code, ts, step * SAMPLES, marker=step == 1)
                await asyncio.sleep(PACKET_MS / 1000)
            for _ in range(3):
                self._event(code, ts, steps * SAMPLES, end=True)
            self._ts += (steps + 2) * SAMPLES
            await asyncio.sleep(0.06)

    def _event(self, code: int, ts: int, duration: int, *, end: bool = False, marker: bool = False) -> None:
        payload = struct.pack("!BBH", code, (0x80 if end else 0) | 10, duration)
        self._send(payload, EVENTS, ts, marker=marker)

    async def speak(self) -> None:
        """Say the tone, a packet every 20 ms, until cancelled."""
        loop = asyncio.get_running_loop()
        due_s, at = loop.time(), 0
        while True:
            if self.says:
                frame = bytes(
                    _to_ulaw(round(8_000 * math.sin(2 * math.pi * self.hz * (at + n) / 8_000)))
                    for n in range(SAMPLES)
                )
                self._send(frame, PCMU, self._ts)
            at += SAMPLES
            self._ts += SAMPLES
            due_s += PACKET_MS / 1000
            await asyncio.sleep(max(0.0, due_s - loop.time()))

    def _send(self, payload: bytes, kind: int, ts: int, *, marker: bool = False) -> None:
        if self.send_to is None or self._transport is None:
            return
        self._seq = (self._seq + 1) & 0xFFFF
        head = struct.pack(
            "!BBHII", 0x80, (0x80 if marker else 0) | kind, self._seq, ts & 0xFFFFFFFF, self._ssrc
        )
        self._transport.sendto(head + payload, self.send_to)
        self.sent += 1

    def take(self, data: bytes, source: tuple[str, int]) -> None:
        """A datagram came."""
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        kind, seq, ts = data[1] & 0x7F, *struct.unpack("!HI", data[2:8])
        if self.send_to is None:
            self.send_to = source
        if self._last_seq is not None and 0 < (gap := (seq - self._last_seq) & 0xFFFF) < 1_000:
            self.lost += gap - 1
        self._last_seq = seq
        self.received += 1
        payload = data[12 + 4 * (data[0] & 0x0F) :]
        if kind == EVENTS and len(payload) >= 4:
            if payload[1] & 0x80 and ts != self._event_ts:
                self._event_ts = ts
                self.pressed.append(KEYS[payload[0]])
        elif kind == PCMU:
            self._heard.extend(_FROM_ULAW[byte] for byte in payload)
            del self._heard[:-80_000]


class _Protocol(asyncio.DatagramProtocol):
    def __init__(self, end: RtpEnd) -> None:
        self._end = end

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._end.take(data, addr)


@asynccontextmanager
async def rtp_end(*, hz: int = 440, says: bool = True, ip: str = "127.0.0.1") -> AsyncIterator[RtpEnd]:
    """An end that listens on a free port and says a tone to whoever sends to it."""
    end = RtpEnd(port=0, hz=hz, says=says)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Protocol(end), local_addr=(ip, 0)
    )
    end.port = transport.get_extra_info("sockname")[1]
    end._transport = transport
    async with asyncio.TaskGroup() as group:
        speaking = group.create_task(end.speak())
        try:
            yield end
        finally:
            speaking.cancel()
            transport.close()


def _to_ulaw(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32_635) + 0x84
    exponent = max(0, magnitude.bit_length() - 8)
    return ~(sign | exponent << 4 | (magnitude >> exponent + 3) & 0x0F) & 0xFF


def _from_ulaw(byte: int) -> int:
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -magnitude if byte & 0x80 else magnitude


_FROM_ULAW = [_from_ulaw(byte) for byte in range(256)]
