"""A browser of the tests: aiortc with its own ICE, DTLS, RTP and codecs, which says a tone and hears what comes."""

import asyncio
import math
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction

import aioice.ice
import aiortc.mediastreams
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from av import AudioFrame

SAMPLES = 160


class Tone(aiortc.mediastreams.MediaStreamTrack):  # type: ignore[misc]  # its types are not read
    """A sine of an amplitude of 8,000, in real time."""

    kind = "audio"

    def __init__(self, hz: float) -> None:
        super().__init__()
        self.hz = hz
        self._at = 0
        self._due: float | None = None

    async def recv(self) -> AudioFrame:
        """The next 20 ms."""
        loop = asyncio.get_running_loop()
        self._due = loop.time() if self._due is None else self._due + 0.02
        await asyncio.sleep(max(0.0, self._due - loop.time()))
        turn = 2 * math.pi * self.hz / 8000
        samples = [round(8000 * math.sin(turn * at)) for at in range(self._at, self._at + SAMPLES)]
        frame = AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
        frame.pts, frame.sample_rate, frame.time_base = self._at, 8000, Fraction(1, 8000)
        self._at += SAMPLES
        return frame


class BrowserPhone:
    """One peer connection."""

    def __init__(self, hz: float) -> None:
        self.says = Tone(hz)
        self.heard: deque[int] = deque(maxlen=16_000)
        self.count = 0
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.peer.on("track", self._listens)
        self._listening: asyncio.Task[None] | None = None

    async def offer(self) -> bytes:
        """Its offer, or another one with the same sound."""
        if not self.peer.getTransceivers():
            self.peer.addTrack(self.says)
            self._restrict()
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return bytes(self.peer.localDescription.sdp, "utf-8")

    async def agreed(self, answer: bytes) -> None:
        """The answer that came."""
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=answer.decode(), type="answer"))

    async def answer(self, offer: bytes) -> bytes:
        """What it answers."""
        await self.peer.setRemoteDescription(RTCSessionDescription(sdp=offer.decode(), type="offer"))
        if not any(one.sender.track for one in self.peer.getTransceivers()):
            self.peer.addTrack(self.says)
        await self.peer.setLocalDescription(await self.peer.createAnswer())
        return bytes(self.peer.localDescription.sdp, "utf-8")

    async def hears(self, seconds: float) -> list[int]:
        """What comes from now on until it is so long."""
        wanted = int(seconds * 8000)
        until = self.count + wanted
        async with asyncio.timeout(10):
            while self.count < until:
                await asyncio.sleep(0.02)
        return list(self.heard)[-wanted:]

    async def close(self) -> None:
        """Hang up."""
        if self._listening is not None:
            self._listening.cancel()
        await self.peer.close()

    def _restrict(self) -> None:
        codecs = [
            one
            for one in RTCRtpSender.getCapabilities("audio").codecs
            if one.mimeType in ("audio/PCMU", "audio/PCMA")
        ]
        self.peer.getTransceivers()[0].setCodecPreferences(codecs)

    def _listens(self, track: aiortc.mediastreams.MediaStreamTrack) -> None:
        async def listen() -> None:
            try:
                while True:
                    frame = await track.recv()
                    raw = bytes(frame.planes[0])[: 2 * frame.samples]
                    self.heard.extend(
                        int.from_bytes(raw[at : at + 2], "little", signed=True)
                        for at in range(0, len(raw), 2)
                    )
                    self.count += frame.samples
            except aiortc.mediastreams.MediaStreamError:
                return

        self._listening = asyncio.get_running_loop().create_task(listen())


@asynccontextmanager
async def browser(hz: float, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BrowserPhone]:
    """A browser on this machine: its ICE looks at the loopback interface, which it leaves out by itself."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    phone = BrowserPhone(hz)
    try:
        yield phone
    finally:
        await phone.close()
