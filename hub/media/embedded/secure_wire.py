"""What carries the packets of a browser's leg: ICE from its light side, DTLS by aiortc, SRTP, all on one port.

aiortc shakes hands, checks the certificate and derives the keys. Its own ICE and RTP are left out: they would open
ports outside our range and run tasks and queues for each packet, and transcode. Imported with the first
call, as aiortc takes a third of a second.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, Literal, cast

import structlog
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from pylibsrtp import Error as SrtpError
from pylibsrtp import Session as SrtpSession

from hub.media.embedded.ice import IceLite, is_stun
from hub.media.embedded.mail import Address, Mail
from hub.media.embedded.ports import PortRange
from hub.media.embedded.rtp import is_rtcp
from hub.media.embedded.wire import Hears, Sockets

log = structlog.get_logger(__name__)

Role = Literal["client", "server"]
Start = Callable[[Coroutine[Any, Any, None]], object]

_HANDSHAKE_S = 30.0
_EARLY = 16
"""Packets of sound that are kept until there are keys for them."""
_QUEUED = 64
"""Datagrams of a handshake that wait; a flight has a few."""


class SecureWire:
    """SRTP to and from the browser that knows our ICE password and has the certificate it described."""

    def __init__(self, ports: PortRange, mail: Mail, hears: Hears, chance: Random, start: Start) -> None:
        self.ice = IceLite(chance)
        self._hears = hears
        self._start = start
        self._browser: Address | None = None
        self._reached = asyncio.Event()
        self._certificate = RTCCertificate.generateCertificate()
        self._fingerprints: tuple[tuple[str, str], ...] = ()
        self._handshake: _Handshake | None = None
        self._receiving: SrtpSession | None = None
        self._early: list[tuple[bytes, float]] = []
        self._sending: SrtpSession | None = None
        self._sockets = Sockets(ports, mail, self._came, lambda _raw, _address, _came_s: None)

    @property
    def port(self) -> int:
        """Where it receives."""
        return self._sockets.port

    @property
    def is_up(self) -> bool:
        """Whether there is somebody to send to."""
        return self._sending is not None and self._browser is not None

    @property
    def fingerprint(self) -> str:
        """Of our certificate, as it is described."""
        found = next(one for one in self._certificate.getFingerprints() if one.algorithm == "sha-256")
        return f"{found.algorithm} {found.value}"

    def speak_with(self, fingerprints: Sequence[tuple[str, str]], role: Role) -> None:
        """Shake hands with who has a certificate of these fingerprints (algorithm, value), unless it was done."""
        wanted = tuple(fingerprints)
        if wanted == self._fingerprints:
            return
        self._end_handshake()
        self._fingerprints = wanted
        handshake = self._handshake = _Handshake(self._certificate, role, self._send_datagram)
        self._start(self._shake(handshake, wanted))

    def send(self, packet: bytes) -> bool:
        """Send a packet of sound; whether it left."""
        if self._sending is None or self._browser is None:
            return False
        return self._sockets.send(self._sending.protect(packet), self._browser)

    def send_report(self, packet: bytes) -> None:
        """Send a report."""
        if self._sending is not None and self._browser is not None:
            self._sockets.send(self._sending.protect_rtcp(packet), self._browser)

    def close(self) -> None:
        """Give back the ports. Closing twice is no error."""
        self._end_handshake()
        self._sockets.close()

    def _came(self, raw: bytes, address: Address, came_s: float) -> None:
        if is_stun(raw):
            checked = self.ice.checked(raw, *address)
            if checked is None:
                return
            self._sockets.send(checked.reply, address)
            if checked.is_good and (checked.is_nominated or self._browser is None):
                self._browser = address
                self._reached.set()
        elif address != self._browser or not raw:
            return
        elif 128 <= raw[0] < 192:
            self._unsealed(raw, came_s)
        elif 20 <= raw[0] < 64 and self._handshake is not None:
            self._handshake.came(raw)

    def _unsealed(self, raw: bytes, came_s: float) -> None:
        if self._receiving is None:
            if len(self._early) < _EARLY:  # behind the last flight of the handshake, in the same reading
                self._early.append((raw, came_s))
            return
        try:
            if is_rtcp(raw):
                self._hears.rtcp(self._receiving.unprotect_rtcp(raw))
            else:
                self._hears.rtp(self._receiving.unprotect(raw), came_s)
        except SrtpError:  # forged, or repeated
            return

    def _send_datagram(self, raw: bytes) -> None:
        if self._browser is not None:
            self._sockets.send(raw, self._browser)

    async def _shake(self, handshake: "_Handshake", fingerprints: Sequence[tuple[str, str]]) -> None:
        try:
            async with asyncio.timeout(_HANDSHAKE_S):
                await self._reached.wait()
                keys = await handshake.keys(fingerprints)
        except TimeoutError:
            keys = None
        except Exception:
            log.exception("handshake_failed")
            keys = None
        if handshake is not self._handshake:
            handshake.end()
        elif keys is None:
            log.warning("browser_not_understood", was_reached=self._reached.is_set())
        else:
            self._receiving, self._sending = keys
            early, self._early = self._early, []
            for raw, came_s in early:
                self._unsealed(raw, came_s)

    def _end_handshake(self) -> None:
        self._receiving = self._sending = None
        self._early.clear()
        if self._handshake is not None:
            self._handshake.end()
            self._start(self._handshake.stopped())
            self._handshake = None


class _Handshake:
    """aiortc's DTLS, with our port beneath it."""

    role = "controlled"

    def __init__(self, certificate: RTCCertificate, role: Role, send: Callable[[bytes], None]) -> None:
        self._came: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUED)
        self._is_over = False
        self._pass = send
        self._dtls = RTCDtlsTransport(cast("RTCIceTransport", self), [certificate])
        self._dtls._set_role(role)  # noqa: SLF001 - there is no public way to say what the description said

    async def keys(self, fingerprints: Sequence[tuple[str, str]]) -> tuple[SrtpSession, SrtpSession] | None:
        """What opens what comes, and seals what goes; None where it is not who it should be."""
        theirs = [RTCDtlsFingerprint(algorithm=algorithm, value=value) for algorithm, value in fingerprints]
        await self._dtls.start(RTCDtlsParameters(fingerprints=theirs))
        if self._dtls.state != "connected":
            return None
        return self._dtls._rx_srtp, self._dtls._tx_srtp  # noqa: SLF001 - its own RTP would come between

    def came(self, raw: bytes) -> None:
        """A datagram for it; one too many is lost, as on any network."""
        if not self._came.full():
            self._came.put_nowait(raw)

    def end(self) -> None:
        """Nothing more comes."""
        self._is_over = True
        if not self._came.full():
            self._came.put_nowait(None)

    async def stopped(self) -> None:
        """Say good-bye, as far as that is possible."""
        await self._dtls.stop()

    async def _recv(self) -> bytes:
        raw = None if self._is_over else await self._came.get()
        if raw is None:
            raise ConnectionError
        return raw

    async def _send(self, raw: bytes) -> None:
        self._pass(raw)
