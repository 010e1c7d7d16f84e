"""The descriptions of a leg: what we offered and answered for it, and where its packets go by them."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random

from hub.media.embedded.leg import Leg, Terms
from hub.media.embedded.mail import Mail
from hub.media.embedded.ports import PortRange
from hub.media.embedded.wire import PlainWire
from hub.media.g711 import Law
from hub.ports.media import NoCommonMedia
from hub.sdp.description import Codec, Direction, Malformed, Session, session_of
from hub.sdp.offer_answer import (
    PCMA,
    PCMU,
    SECURE,
    Agreed,
    NothingInCommon,
    Ours,
    agreed,
    answer,
    offer,
)

BY_LAW = {Law.MU: PCMU, Law.A: PCMA}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where legs receive, and how it is told: `public_address` instead of `host` where that is not what others
    reach."""

    ports: PortRange
    mail: Mail
    host: str
    public_address: str = ""
    loopback: bool = False
    """Whether browsers are told of this machine's own address, too: for those that run on it."""

    def address_for(self, theirs: str | None) -> str:
        """The address to tell to somebody at `theirs`: on this machine, this machine's own."""
        if theirs is not None and _is_loopback(theirs) and ip_address(self.host).is_unspecified:
            return "::1" if ":" in self.host else "127.0.0.1"
        return self.public_address or self.host

    def addresses_for(self, theirs: str | None) -> tuple[str, ...]:
        """The addresses to tell to a browser at `theirs`, the one that it should try first."""
        first = self.address_for(theirs)
        own = "::1" if ":" in self.host else "127.0.0.1"
        both = self.loopback and first != own and ip_address(self.host).is_unspecified
        return (first, own) if both else (first,)


class PlainEnd:
    """Of a leg that speaks plain RTP."""

    def __init__(self, leg: Leg, place: Place, chance: Random) -> None:
        self.leg = leg
        self._place = place
        self._wire = PlainWire(place.ports, place.mail, leg)
        leg.wire = self._wire
        self._session_id = chance.getrandbits(62)
        self._version = 0
        self._is_held = False
        self._offered: Session | None = None
        self._theirs: str | None = None

    async def offer(self, laws: Sequence[Law], *, held: bool) -> bytes:
        """An offer, with the laws in the order of our wish; `held` when we put it on hold."""
        self._is_held = held
        self._offered = offer(self._ours(tuple(BY_LAW[law] for law in laws)))
        return bytes(self._offered)

    async def answer(self, theirs: Session) -> bytes:
        """The answer to an offer of theirs. Raises NoCommonMedia, and changes nothing then."""
        self._theirs = address_in(theirs)
        try:
            answered, common = answer(theirs, self._ours((PCMA, PCMU), mux=True))
        except (NothingInCommon, Malformed) as why:
            raise NoCommonMedia("the offer has no sound that is spoken here") from why
        self._settle(common)
        return bytes(answered)

    async def agreed(self, theirs: Session) -> None:
        """Their answer to our offer. Raises NoCommonMedia."""
        if self._offered is None:
            raise NoCommonMedia("nothing was offered that could be answered")
        try:
            common = agreed(self._offered, theirs)
        except (NothingInCommon, Malformed) as why:
            raise NoCommonMedia("the answer has no sound that was offered") from why
        self._settle(common)

    def _settle(self, common: Agreed) -> None:
        self._wire.point_at(common.address, common.port, mux=common.rtcp_mux)
        self.leg.agree(terms_of(common))

    def _ours(self, codecs: tuple[Codec, ...], *, mux: bool = False) -> Ours:
        self._version += 1
        return Ours(
            address=self._place.address_for(self._theirs),
            port=self._wire.port,
            session_id=self._session_id,
            version=self._version,
            codecs=codecs,
            direction=self._direction,
            rtcp_mux=mux,
        )

    @property
    def _direction(self) -> Direction:
        return "sendonly" if self._is_held else "sendrecv"


def terms_of(common: Agreed) -> Terms:
    """What is agreed, as the leg's sound needs it."""
    return Terms(
        law=Law.MU if common.codec.name.upper() == "PCMU" else Law.A,
        payload_type=common.codec.payload_type,
        events_type=None if common.events is None else common.events.payload_type,
        sends=common.sends,
        receives=common.receives,
    )


def description_of(raw: bytes) -> Session:
    """The description that came. Raises NoCommonMedia for one that cannot be read."""
    try:
        return session_of(raw)
    except Malformed as why:
        raise NoCommonMedia("the description cannot be read") from why


def is_of_a_browser(session: Session) -> bool:
    """Whether it speaks as a browser does: DTLS-SRTP."""
    return any(one.kind == "audio" and one.protocol in SECURE for one in session.media)


def address_in(session: Session) -> str | None:
    return next((session.address_of(one) for one in session.media if one.kind == "audio"), None)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
