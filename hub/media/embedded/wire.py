"""What carries the packets of a plain leg: two sockets, and whom to believe (symmetric RTP).

Whoever sends from the address that the description names is believed at once, whenever that is, and from then on
nobody else. Until then another sender is learned from a few packets in a row: at the same host by another port; from
any host only where the description names one that nobody outside reaches, as a phone behind NAT does. So a stranger
who guesses the port of somebody with an address of their own is never heard, and hears nothing; and where one was
quicker than the phone, the phone still takes its place as soon as it speaks from where it said that it is.
"""

from ipaddress import ip_address
from typing import Protocol

from hub.media.embedded.mail import Address, Mail, Take
from hub.media.embedded.ports import Pair, PortRange
from hub.media.embedded.rtp import is_rtcp, packet_of

_IN_A_ROW = 3
"""Packets by which an address that no description named is learned."""


class Hears(Protocol):
    """Who takes what came."""

    def rtp(self, raw: bytes, came_s: float) -> None:
        """A packet of sound or keys, and when it came."""
        ...

    def rtcp(self, raw: bytes) -> None:
        """A report."""
        ...


class Wire(Protocol):
    """What a leg needs of whatever carries its packets."""

    @property
    def port(self) -> int:
        """Where it receives."""
        ...

    @property
    def is_up(self) -> bool:
        """Whether there is somebody to send to."""
        ...

    def send(self, packet: bytes) -> bool:
        """Send a packet of sound; whether it left."""
        ...

    def send_report(self, packet: bytes) -> None:
        """Send a report."""
        ...

    def close(self) -> None:
        """Give back the ports. Closing twice is no error."""
        ...


class Sockets:
    """A pair of ports whose datagrams are read at each tick."""

    def __init__(self, ports: PortRange, mail: Mail, rtp: Take, rtcp: Take) -> None:
        self._ports = ports
        self._mail = mail
        self._pair: Pair | None = ports.take()
        self.port = self._pair.port
        mail.deliver(self._pair.rtp, rtp)
        mail.deliver(self._pair.rtcp, rtcp)

    def send(self, packet: bytes, to: Address, *, report: bool = False) -> bool:
        """Send from the even port, or from the odd one; whether it left."""
        if self._pair is None:
            return False
        try:
            (self._pair.rtcp if report else self._pair.rtp).sendto(packet, to)
        except (
            OSError,
            OverflowError,
        ):  # full, unreachable, or of another family: sound is not worth waiting
            return False
        return True

    def close(self) -> None:
        """Give back the ports. Closing twice is no error."""
        pair, self._pair = self._pair, None
        if pair is not None:
            self._mail.stop(pair.rtp)
            self._mail.stop(pair.rtcp)
            self._ports.give_back(pair)


class PlainWire:
    """RTP as it is."""

    def __init__(self, ports: PortRange, mail: Mail, hears: Hears) -> None:
        self._hears = hears
        self._named: Address | None = None
        self._source: Address | None = None
        self._reports_to: Address | None = None
        self._mux = False
        self._candidate: Address | None = None
        self._stash: list[tuple[bytes, float]] = []
        self._sockets = Sockets(ports, mail, self._came, self._report_came)

    @property
    def port(self) -> int:
        """Where it receives."""
        return self._sockets.port

    @property
    def is_up(self) -> bool:
        """Whether there is somebody to send to."""
        return self._source is not None or self._named is not None

    def point_at(self, host: str, port: int, *, mux: bool) -> None:
        """The description says where they receive; another place than before is learned anew."""
        named = _address_of(host, port)
        self._mux = mux
        if named != self._named or self._source is None:
            self._named = named
            self._source = self._candidate = None
            self._stash.clear()
            self._reports_to = None

    def send(self, packet: bytes) -> bool:
        """Send a packet of sound; whether it left."""
        to = self._source or self._named
        return to is not None and self._sockets.send(packet, to)

    def send_report(self, packet: bytes) -> None:
        """Send a report, beside the sound or to the port above it."""
        to = self._source or self._named
        if to is None:
            return
        if self._mux:
            self._sockets.send(packet, to)
        else:
            self._sockets.send(packet, self._reports_to or (to[0], to[1] + 1), report=True)

    def close(self) -> None:
        """Give back the ports. Closing twice is no error."""
        self._sockets.close()

    def _came(self, raw: bytes, address: Address, came_s: float) -> None:
        if address == self._source or self._is_learned(raw, address, came_s):
            if is_rtcp(raw):
                self._hears.rtcp(raw)
            else:
                self._hears.rtp(raw, came_s)

    def _report_came(self, raw: bytes, address: Address, _came_s: float) -> None:
        known = self._source or self._named
        if known is not None and address[0] == known[0] and is_rtcp(raw):
            self._reports_to = address
            self._hears.rtcp(raw)

    def _is_learned(self, raw: bytes, address: Address, came_s: float) -> bool:
        """Whether this address is the sender from now on; what it sent before is then heard, too."""
        named = self._named
        if address != named and (self._source is not None or not _may_be(address, named)):
            return False
        packet = packet_of(raw)
        if packet is None or is_rtcp(raw):
            return False
        if address == named:
            self._reports_to = None  # of whoever was believed until now
        else:
            if address != self._candidate:
                self._candidate = address
                self._stash.clear()
            elif self._stash:
                last = packet_of(self._stash[-1][0])
                if (
                    last is None
                    or last.ssrc != packet.ssrc
                    or (packet.sequence - last.sequence) & 0xFFFF != 1
                ):
                    self._stash.clear()
            self._stash.append((raw, came_s))
            if len(self._stash) < _IN_A_ROW:
                return False
            self._stash.pop()
            for earlier in self._stash:
                self._hears.rtp(*earlier)
        self._source = address
        self._stash.clear()
        return True


def _address_of(host: str, port: int) -> Address | None:
    """What can be sent to at once: names are not looked up, `0.0.0.0` is a hold."""
    try:
        found = ip_address(host)
    except ValueError:
        return None
    return (str(found), port) if port and not found.is_unspecified else None


def _may_be(address: Address, named: Address | None) -> bool:
    """Whether somebody of whom a description says that they are at `named` may send from there instead."""
    return named is None or address[0] == named[0] or not ip_address(named[0]).is_global
