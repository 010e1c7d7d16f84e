"""The descriptions of a browser's leg: ICE, DTLS and the codecs of a telephone."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hub.media.embedded.ends import BY_LAW, Place, address_in, terms_of
from hub.media.embedded.leg import Leg
from hub.media.embedded.secure_wire import Role, SecureWire, Start
from hub.media.g711 import Law
from hub.ports.media import NoCommonMedia
from hub.sdp.description import Codec, Malformed, Media, Session
from hub.sdp.offer_answer import PCMA, PCMU, Agreed, NothingInCommon, Ours, agreed, answer, offer

_PRIORITY = 2_130_706_431
"""Of a host candidate (RFC 8445, 5.1.2.1)."""
_ROLES: dict[str, Role] = {"active": "client", "passive": "server"}


class BrowserEnd:
    """Of a leg that speaks as browsers do. The browser does the work of ICE, and begins DTLS where it may choose."""

    def __init__(self, leg: Leg, place: Place, chance: Random, start: Start) -> None:
        self.leg = leg
        self._place = place
        self._wire = SecureWire(place.ports, place.mail, leg, chance, start)
        leg.wire = self._wire
        self._session_id = chance.getrandbits(62)
        self._version = 0
        self._is_held = False
        self._offered: Session | None = None
        self._theirs: str | None = None
        self._their_name: str | None = None
        self._setup: str | None = None
        """`active` or `passive`, once it is settled who of us begins DTLS."""

    async def offer(self, laws: Sequence[Law], *, held: bool) -> bytes:
        """An offer, with the laws in the order of our wish; `held` when we put it on hold."""
        self._is_held = held
        ours = self._ours(tuple(BY_LAW[law] for law in laws), "actpass")
        described = offer(replace(ours, security=("mid:0", *ours.security)))
        self._offered = described.having("ice-lite", "group:BUNDLE 0")
        return bytes(self._offered)

    async def answer(self, theirs: Session) -> bytes:
        """The answer to an offer of theirs. Raises NoCommonMedia, and changes nothing then."""
        self._theirs = address_in(theirs)
        setup = self._setup or "passive"
        try:
            answered, common = answer(theirs, self._ours((PCMA, PCMU), setup))
        except (NothingInCommon, Malformed) as why:
            raise NoCommonMedia("the offer has no sound that is spoken here") from why
        name = _said(theirs, common.theirs, "ice-ufrag")
        if self._their_name not in (None, name):  # it begins ICE anew, so must we
            self._wire.ice.restart()
            answered, common = answer(theirs, self._ours((PCMA, PCMU), setup))
        self._settle(theirs, common, setup)
        return bytes(answered.having("ice-lite"))

    async def agreed(self, theirs: Session) -> None:
        """Their answer to our offer. Raises NoCommonMedia."""
        if self._offered is None:
            raise NoCommonMedia("nothing was offered that could be answered")
        try:
            common = agreed(self._offered, theirs)
        except (NothingInCommon, Malformed) as why:
            raise NoCommonMedia("the answer has no sound that was offered") from why
        chosen = _said(theirs, common.theirs, "setup")
        self._settle(theirs, common, self._setup or ("active" if chosen == "passive" else "passive"))

    def _settle(self, theirs: Session, common: Agreed, setup: str) -> None:
        found = [*common.theirs.attributes("fingerprint"), *theirs.attributes("fingerprint")]
        fingerprints = [(one[0].lower(), one[1]) for said in found if len(one := said.split()) == 2]
        if not fingerprints:
            raise NoCommonMedia("the description has no fingerprint")
        self._setup = setup
        self._their_name = _said(theirs, common.theirs, "ice-ufrag")
        self._wire.speak_with(fingerprints, _ROLES[setup])
        self.leg.agree(terms_of(common))

    def _ours(self, codecs: tuple[Codec, ...], setup: str) -> Ours:
        self._version += 1
        addresses = self._place.addresses_for(self._theirs)
        port, ice = self._wire.port, self._wire.ice
        candidates = [
            f"candidate:{at + 1} 1 udp {_PRIORITY - 256 * at} {address} {port} typ host"
            for at, address in enumerate(addresses)
        ]
        security = (
            f"ice-ufrag:{ice.name}",
            f"ice-pwd:{ice.password}",
            f"fingerprint:{self._wire.fingerprint}",
            f"setup:{setup}",
            *candidates,
            "end-of-candidates",
            f"ssrc:{self.leg.ssrc} cname:{self.leg.cname}",
        )
        return Ours(
            address=addresses[0],
            port=port,
            session_id=self._session_id,
            version=self._version,
            codecs=codecs,
            direction="sendonly" if self._is_held else "sendrecv",
            rtcp_mux=True,
            security=security,
        )


def _said(session: Session, media: Media, name: str) -> str | None:
    """An attribute of the media, or of the session where the media says nothing."""
    said = media.attribute(name)
    return session.attribute(name) if said is None else said
