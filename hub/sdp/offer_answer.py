"""Who sends which audio where: offers, answers, hold, and what both sides agreed on (RFC 3264).

The hub offers and answers one audio stream: G.711, telephone events beside it, nothing that must be transcoded.
Any further media of an offer is refused in its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.sdp.description import Codec, Direction, Line, Malformed, Media, Origin, Session, connection_line

PCMU = Codec(0, "PCMU", 8000)
PCMA = Codec(8, "PCMA", 8000)
EVENTS = Codec(101, "telephone-event", 8000, 1, "0-15")

PLAIN = ("RTP/AVP", "RTP/AVPF")
SECURE = ("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP")

_SENDS = ("sendrecv", "sendonly")
_RECEIVES = ("sendrecv", "recvonly")


class NothingInCommon(Exception):
    """The offer has no audio that we speak: 488."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Our end of a call: where we receive, and what we speak, the most wanted first.

    `security` are the attributes of a browser's leg as the media engine wrote them (`ice-ufrag:…`,
    `fingerprint:…`, `candidate:…`), empty on a plain leg. `session_id` is the same for the whole call,
    `version` grows by one with each description that differs.
    """

    address: str
    port: int
    session_id: int
    version: int
    codecs: tuple[Codec, ...] = (PCMA, PCMU)
    events: Codec | None = EVENTS
    direction: Direction = "sendrecv"
    ptime_ms: int = 20
    rtcp_mux: bool = False
    security: tuple[str, ...] = ()

    @property
    def is_secure(self) -> bool:
        """Whether the leg is a browser's."""
        return bool(self.security)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What an offer and its answer come to, seen from our side. Nothing is sent to a `port` of 0."""

    codec: Codec
    """With the payload type that we send."""
    events: Codec | None
    address: str
    port: int
    sends: bool
    """Whether we may send: they are not holding us."""
    receives: bool
    """Whether they may send: we are not holding them."""
    rtcp_mux: bool
    theirs: Media
    """Their section, with their ICE and DTLS for the media engine."""


def offer(ours: Ours) -> Session:
    """The description that offers our end."""
    codecs = (*ours.codecs, *([ours.events] if ours.events else []))
    return _session(ours, (_audio(ours, codecs, SECURE[0] if ours.is_secure else PLAIN[0], ours.rtcp_mux),))


def answer(theirs: Session, ours: Ours) -> tuple[Session, Agreed]:
    """The answer to their offer, and what is agreed with it.

    Raises NothingInCommon for an offer without audio of ours, Malformed for one that cannot be read.
    """
    wanted = SECURE if ours.is_secure else PLAIN
    for at, media in enumerate(theirs.media):
        if media.kind != "audio" or not media.port or media.protocol not in wanted:
            continue
        common = [one for one in media.codecs if _known(one, ours.codecs) is not None]
        if not common:
            continue
        events = next((one for one in media.codecs if ours.events and _same(one, ours.events)), None)
        mux = media.attribute("rtcp-mux") is not None and (ours.rtcp_mux or ours.is_secure)
        direction = _reversed(theirs.direction_of(media), ours.direction)
        chosen = replace(ours, direction=direction)
        codecs = (common[0], *([events] if events else []))
        section = _audio(chosen, codecs, media.protocol, mux, mid=media.attribute("mid"))
        sections = [_refusal(one) for one in theirs.media]
        sections[at] = section
        agreed = _agreed(theirs, media, common[0], events, direction, mux=mux)
        return _session(ours, tuple(sections), theirs), agreed
    raise NothingInCommon


def agreed(offered: Session, answered: Session) -> Agreed:
    """What their answer makes of our offer.

    Raises NothingInCommon when they refused the audio, Malformed for an answer that does not fit the offer.
    """
    if len(answered.media) != len(offered.media):
        raise Malformed("the answer has as many media as the offer")
    for ours, theirs in zip(offered.media, answered.media, strict=True):
        if ours.kind != theirs.kind:
            raise Malformed("the answer has its media in the order of the offer")
        if ours.kind != "audio" or not ours.port:
            continue
        if not theirs.port:
            raise NothingInCommon
        if ours.protocol != theirs.protocol:
            raise Malformed("the answer has the protocol of the offer")
        common = [one for one in theirs.codecs if _known(one, ours.codecs) and not _is_events(one)]
        if not common:
            raise NothingInCommon
        events = next((one for one in theirs.codecs if _is_events(one) and _known(one, ours.codecs)), None)
        direction = _reversed(answered.direction_of(theirs), offered.direction_of(ours))
        mux = theirs.attribute("rtcp-mux") is not None and ours.attribute("rtcp-mux") is not None
        return _agreed(answered, theirs, common[0], events, direction, mux=mux)
    raise NothingInCommon


def _agreed(
    session: Session, media: Media, codec: Codec, events: Codec | None, direction: Direction, *, mux: bool
) -> Agreed:
    address = session.address_of(media)
    if address is None:
        raise Malformed("a media has no address to send to")
    return Agreed(
        codec=codec,
        events=events,
        address=address,
        port=media.port,
        sends=direction in _SENDS,
        receives=direction in _RECEIVES,
        rtcp_mux=mux,
        theirs=media,
    )


def _audio(ours: Ours, codecs: Sequence[Codec], protocol: str, mux: bool, mid: str | None = None) -> Media:
    attributes = []
    for codec in codecs:
        channels = "" if codec.channels == 1 else f"/{codec.channels}"
        attributes.append(f"rtpmap:{codec.payload_type} {codec.name}/{codec.rate_hz}{channels}")
        if codec.format:
            attributes.append(f"fmtp:{codec.payload_type} {codec.format}")
    attributes += [f"ptime:{ours.ptime_ms}", ours.direction]
    if mux or ours.is_secure:
        attributes.append("rtcp-mux")
    if mid is not None:
        attributes.append(f"mid:{mid}")
    return Media(
        kind="audio",
        port=ours.port,
        protocol=protocol,
        formats=tuple(str(codec.payload_type) for codec in codecs),
        lines=tuple(Line("a", one) for one in (*attributes, *ours.security)),
    )


def _refusal(media: Media) -> Media:
    """A media that we do not take: the same, with port 0 (RFC 3264, 6)."""
    mid = media.attribute("mid")
    lines = () if mid is None else (Line("a", f"mid:{mid}"),)
    return Media(kind=media.kind, port=0, protocol=media.protocol, formats=media.formats, lines=lines)


def _session(ours: Ours, media: tuple[Media, ...], offered: Session | None = None) -> Session:
    lines = [connection_line(ours.address), Line("t", "0 0")]
    if offered is not None and offered.attribute("group") is not None:
        taken = [mid for one in media if one.port and (mid := one.attribute("mid")) is not None]
        lines.append(Line("a", " ".join(["group:BUNDLE", *taken])))
    return Session(
        origin=Origin(session_id=ours.session_id, version=ours.version, address=ours.address),
        lines=tuple(lines),
        media=media,
    )


def _reversed(theirs: Direction, ours: Direction) -> Direction:
    """What is left of our wish when they describe theirs (RFC 3264, 6.1)."""
    sends = theirs in _RECEIVES and ours in _SENDS
    receives = theirs in _SENDS and ours in _RECEIVES
    if sends:
        return "sendrecv" if receives else "sendonly"
    return "recvonly" if receives else "inactive"


def _known(codec: Codec, among: Sequence[Codec]) -> Codec | None:
    return next((one for one in among if _same(codec, one)), None)


def _same(one: Codec, other: Codec) -> bool:
    return (one.name.lower(), one.rate_hz, one.channels) == (
        other.name.lower(),
        other.rate_hz,
        other.channels,
    )


def _is_events(codec: Codec) -> bool:
    return codec.name.lower() == "telephone-event"
