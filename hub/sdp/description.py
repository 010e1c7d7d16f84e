"""Session descriptions as values: read within limits, written back line for line (RFC 8866).

Only what the hub looks at has a name of its own; every other line is kept where it stood, ICE and DTLS of a
browser among them. What the lines mean for a call is in `hub.sdp.offer_answer`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal, NamedTuple, Self

MEDIA_TYPE = "application/sdp"
BYTES_LIMIT = 32_768
LINES_LIMIT = 600
LINE_CHARS = 4_096
MEDIA_LIMIT = 16
FORMATS_LIMIT = 64

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]
DIRECTIONS: tuple[Direction, ...] = ("sendrecv", "sendonly", "recvonly", "inactive")

_LINE = re.compile(r"([a-z])=([^\x00\r\n]*+)")
_ORIGIN = re.compile(r"([!-~]++) ([0-9]{1,20}) ([0-9]{1,20}) IN (IP[46]) ([!-~]++)")
_CONNECTION = re.compile(r"IN (IP[46]) ([^ /]++)(?:/[0-9/]++)?+")
_MEDIA = re.compile(r"([!#-'*+\-.0-9A-Z^-~]++) ([0-9]{1,5})(?:/([0-9]{1,5}))?+ ([!-.0-~/]++)((?: [!-~]++)++)")
_RTPMAP = re.compile(r"([0-9]{1,3}) ([^/ ]++)/([0-9]{1,7})(?:/([0-9]{1,3}))?+ *+")
_FMTP = re.compile(r"([0-9]{1,3}) (.*+)")
_HOST_NAME = re.compile(r"[A-Za-z0-9.\-_:]{1,255}")


class Line(NamedTuple):
    """One line, such as `a=sendrecv`: its letter and the rest."""

    letter: str
    value: str


class Codec(NamedTuple):
    """What a payload type stands for; `name` as it was written, `format` of its fmtp or empty."""

    payload_type: int
    name: str
    rate_hz: int
    channels: int = 1
    format: str = ""


STATIC = {
    0: Codec(0, "PCMU", 8000),
    3: Codec(3, "GSM", 8000),
    8: Codec(8, "PCMA", 8000),
    9: Codec(9, "G722", 8000),
    13: Codec(13, "CN", 8000),
    18: Codec(18, "G729", 8000),
}
"""Payload types that need no rtpmap (RFC 3551, 6), those that telephones use."""


class Malformed(ValueError):
    """A description that the grammar does not allow. The text says which rule, never what was written."""


@dataclass(frozen=True, slots=True)
class _Section:
    lines: tuple[Line, ...] = ()
    """All lines of the section but its first ones that have a field of their own."""

    def attribute(self, name: str) -> str | None:
        """The value of the first `a=name`, `""` of one without value, None where there is none."""
        return next(self.attributes(name), None)

    def attributes(self, name: str) -> Iterator[str]:
        """The values of all `a=name`, in order."""
        for letter, value in self.lines:
            if letter == "a":
                key, _, said = value.partition(":")
                if key == name:
                    yield said

    def without(self, *names: str) -> Self:
        """Without these attributes."""
        kept = (one for one in self.lines if one.letter != "a" or one.value.partition(":")[0] not in names)
        return replace(self, lines=tuple(kept))

    def having(self, *attributes: str) -> Self:
        """With these attributes (`name` or `name:value`) at the end."""
        return replace(self, lines=(*self.lines, *(Line("a", one) for one in attributes)))

    @property
    def connection(self) -> str | None:
        """The address of the first `c=` line, None where there is none."""
        for letter, value in self.lines:
            if letter == "c":
                return _address(value)
        return None

    @property
    def direction(self) -> Direction | None:
        """What the section says about who sends, None where it says nothing."""
        for letter, value in self.lines:
            if letter == "a" and value in DIRECTIONS:
                return next(one for one in DIRECTIONS if one == value)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Media(_Section):
    """One `m=` section. A `port` of 0 says that it is refused or over."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    ports: int = 1

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """What its RTP payload types stand for, the most wanted first; those not explained are left out."""
        named: dict[int, Codec] = {}
        for value in self.attributes("rtpmap"):
            if (found := _RTPMAP.fullmatch(value)) is not None:
                named[int(found[1])] = Codec(int(found[1]), found[2], int(found[3]), int(found[4] or 1))
        formats: dict[int, str] = {}
        for value in self.attributes("fmtp"):
            if (found := _FMTP.fullmatch(value)) is not None:
                formats.setdefault(int(found[1]), found[2])
        types = [int(one) for one in self.formats if one.isascii() and one.isdigit() and len(one) <= 3]
        codecs = (named.get(one) or STATIC.get(one) for one in types)
        return tuple(
            one._replace(format=formats.get(one.payload_type, one.format))
            for one in codecs
            if one is not None
        )

    @property
    def _first(self) -> str:
        ports = "" if self.ports == 1 else f"/{self.ports}"
        return f"{self.kind} {self.port}{ports} {self.protocol} {' '.join(self.formats)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who described the session, and which state of it this is: `version` grows with every change."""

    username: str = "-"
    session_id: int
    version: int
    address: str

    def __str__(self) -> str:
        return f"{self.username} {self.session_id} {self.version} IN {_family(self.address)} {self.address}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(_Section):
    """A whole description. `lines` are those of the session behind `s=`."""

    origin: Origin
    name: str = "-"
    media: tuple[Media, ...] = ()

    def address_of(self, media: Media) -> str | None:
        """Where this media is sent to: its own address, else the session's."""
        return media.connection or self.connection

    def direction_of(self, media: Media) -> Direction:
        """Who sends, as the describer sees it (RFC 3264, 5.1).

        The old way to hold, the address 0.0.0.0, is `sendonly`; a browser writes it before it has an address.
        """
        said = media.direction or self.direction or "sendrecv"
        if media.protocol.startswith("RTP/") and self.address_of(media) == "0.0.0.0":  # noqa: S104 - compared, never bound
            return "inactive" if said in ("recvonly", "inactive") else "sendonly"
        return said

    def __bytes__(self) -> bytes:
        """The description as it is sent. Raises Malformed rather than let a line break through."""
        lines = [Line("v", "0"), Line("o", str(self.origin)), Line("s", self.name), *self.lines]
        for media in self.media:
            lines += [Line("m", media._first), *media.lines]  # noqa: SLF001
        if any(_LINE.fullmatch(f"{letter}={value}") is None for letter, value in lines):
            raise Malformed("a line of a description is a letter and a text without line breaks")
        return "".join(f"{letter}={value}\r\n" for letter, value in lines).encode("utf-8", "surrogateescape")


def session_of(raw: bytes) -> Session:
    """The description that a body is; a time that is left out and a missing name are forgiven.

    Raises Malformed, which says in words what is wrong with it.
    """
    if len(raw) > BYTES_LIMIT:
        raise Malformed("the description is too large")
    lines = _lines(raw)
    if lines[:1] != [Line("v", "0")]:
        raise Malformed("a description begins with its version, v=0")
    if len(lines) < 2 or lines[1].letter != "o":
        raise Malformed("the second line says whose description it is")
    origin = _origin(lines[1].value)
    sections: list[list[Line]] = [[]]
    for line in lines[2:]:
        if line.letter == "m":
            sections.append([])
        sections[-1].append(line)
    head, *media = sections
    if len(media) > MEDIA_LIMIT:
        raise Malformed("the description has too many media")
    has_name = bool(head) and head[0].letter == "s"
    session = Session(
        origin=origin,
        name=head[0].value if has_name else "-",
        lines=tuple(head[has_name:]),
        media=tuple(_media(section) for section in media),
    )
    if any(one.port and session.address_of(one) is None for one in session.media):
        raise Malformed("a media has no address to send to")
    return session


def _lines(raw: bytes) -> list[Line]:
    texts = raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(texts) > LINES_LIMIT:
        raise Malformed("the description has too many lines")
    lines = []
    for text in texts:
        found = _LINE.fullmatch(text)
        if found is None or len(text) > LINE_CHARS:
            raise Malformed("a line of a description is a letter, an equals sign and a text, not too long")
        lines.append(Line(found[1], found[2]))
    return lines


def _origin(value: str) -> Origin:
    found = _ORIGIN.fullmatch(value)
    if found is None:
        raise Malformed("the origin is a user, two numbers and an address")
    return Origin(
        username=found[1],
        session_id=int(found[2]),
        version=int(found[3]),
        address=_host(found[4], found[5]),
    )


def _media(section: list[Line]) -> Media:
    found = _MEDIA.fullmatch(section[0].value)
    if found is None:
        raise Malformed("a media is a kind, a port, a protocol and its formats")
    port, ports, formats = int(found[2]), int(found[3] or 1), tuple(found[5].split())
    if port > 65_535 or not ports or len(formats) > FORMATS_LIMIT:
        raise Malformed("a media has a port below 65536 and not too many formats")
    media = Media(
        kind=found[1], port=port, ports=ports, protocol=found[4], formats=formats, lines=tuple(section[1:])
    )
    _ = media.connection  # read now, so that nobody meets a bad one later
    return media


def _address(value: str) -> str:
    found = _CONNECTION.fullmatch(value.strip())
    if found is None:
        raise Malformed("a connection is IN, IP4 or IP6, and an address")
    return _host(found[1], found[2])


def _host(family: str, host: str) -> str:
    try:
        return str(IPv4Address(host) if family == "IP4" else IPv6Address(host))
    except AddressValueError:
        if _HOST_NAME.fullmatch(host) is None or (":" in host) or host.replace(".", "").isdigit():
            raise Malformed("an address is of its family, or a host name") from None
        return host


def _family(host: str) -> str:
    return "IP6" if ":" in host else "IP4"


def connection_line(address: str) -> Line:
    """The `c=` line for an address."""
    return Line("c", f"IN {_family(address)} {address}")
