"""The two ends of a call, and a third: what happens on a leg becomes a step of the call."""

from functools import partial
from typing import TYPE_CHECKING

import structlog

from hub.channels.sip.b2bua.turns import CallOver
from hub.channels.sip.headers import Replaces
from hub.channels.sip.leg import Ended, Leg
from hub.channels.sip.refusal import Malformed, Refused
from hub.channels.sip.uri import Uri
from hub.ports.media import NoCommonMedia, NoRoom
from hub.sdp.description import session_of

if TYPE_CHECKING:
    from hub.channels.sip.b2bua.live import LiveCall

log = structlog.get_logger(__name__)

_BUSY = frozenset({486, 600})
_DECLINED = frozenset({480, 603, 487})


def reason_of(why: Ended) -> str:
    """Why a phone did not answer, in the word the house knows."""
    if why.status in _BUSY:
        return "busy"
    return "declined" if why.status in _DECLINED else "unreachable"


async def ended(leg: Leg) -> None:
    """End a leg, whatever state it is in: the others of the call go on when that fails."""
    try:
        await leg.end()
    except Exception:  # a leg that cannot be ended ends by its own timers
        log.exception("leg_not_ended", leg=leg.id)


def is_hold(sdp: bytes) -> bool:
    """Whether a description puts us on hold: its audio is not to be sent to (RFC 3264, 8.4)."""
    try:
        session = session_of(sdp)
    except Malformed:
        return False
    return any(
        session.direction_of(media) in ("sendonly", "inactive")
        for media in session.media
        if media.kind == "audio"
    )


class Side:
    """What the user agent tells about one leg. `name` is the leg's name in the sound of the call."""

    name = ""

    def __init__(self, live: "LiveCall", name: str = "") -> None:
        self._live = live
        self.name = name or self.name

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        """Of interest on the legs that we begin outside."""

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """See LegEvents."""

    async def confirmed(self, leg: Leg, sdp: bytes) -> None:
        """The answer to an offer that stood in our 2xx."""
        if sdp:
            self._live.turns.post(lambda: self._agreed(leg, sdp))

    async def _agreed(self, leg: Leg, sdp: bytes) -> None:
        try:
            await (await self._live.sound()).agreed(self.name, sdp)
        except NoCommonMedia:
            await ended(leg)

    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:  # noqa: ARG002 - as the port has it
        """A re-INVITE: the sound follows it; what it means for the call is up to the side."""
        try:
            return await self._live.turns.ask(lambda: self._reoffered(sdp))
        except (NoCommonMedia, Malformed) as error:
            raise Refused(488, "no audio in common") from error
        except (NoRoom, TimeoutError) as error:
            raise Refused(500, "the media does not answer") from error
        except CallOver as error:
            raise Refused(481, "the call is over") from error

    async def _reoffered(self, sdp: bytes) -> bytes:
        session = await self._live.sound()
        answer = await (session.answered(self.name, sdp) if sdp else session.offered(self.name))
        if sdp:
            await self.direction_changed(is_hold(sdp))
        return answer

    async def direction_changed(self, held: bool) -> None:
        """They put us on hold, or took us back."""

    async def keyed(self, leg: Leg, keys: str) -> None:  # noqa: ARG002 - as the port has it
        """Keys by INFO count as those in the sound."""
        for key in keys:
            self._live.turns.post(partial(self._live.keyed, self.name, key))

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:  # noqa: ARG002 - as the port has it
        """Nobody but the agent's phone hands a call on."""
        raise Refused(403, "only the house hands calls on")

    async def notified(self, leg: Leg, status: int, over: bool) -> None:
        """We send no REFER."""

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        """Of interest where an agent talks: the others are waited for by their own legs."""

    async def ended(self, leg: Leg, why: Ended) -> None:
        """See LegEvents."""


class ClientSide(Side):
    """The client's leg, theirs or ours."""

    name = "client"

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        """On a call of ours: it rings there, or they let us hear something before they answer."""
        self._live.turns.post(lambda: self._live.client_progressed(leg, status, sdp))

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """On a call of ours: the client is on the line."""
        self._live.turns.post(lambda: self._live.client_answers(leg, sdp))

    async def ended(self, leg: Leg, why: Ended) -> None:
        """The client has gone: at once, before anything else that waits is begun."""
        self._live.turns.post(lambda: self._live.client_ended(leg, why))


class AgentSide(Side):
    """The leg to the agent's phone."""

    name = "agent"

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """The phone was picked up."""
        self._live.turns.post(lambda: self._live.agent_answered(leg, sdp))

    async def direction_changed(self, held: bool) -> None:
        """The phone's own hold key."""
        if self._live.agent is not None and self._live.handing.third is None:
            await self._live.holding.hold(held=held)

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        """The phone's own transfer key."""
        try:
            await self._live.turns.ask(lambda: self._live.handing.referred(leg, target, replaces))
        except (CallOver, TimeoutError) as error:
            raise Refused(481, "the call is over") from error

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        """The browser lost its connection, or came back."""
        self._live.turns.post(lambda: self._live.away.reached(leg, is_reached=is_reached))

    async def ended(self, leg: Leg, why: Ended) -> None:
        """The phone refused, could not be reached, or was hung up."""
        self._live.turns.post(lambda: self._live.agent_ended(leg, why))


class ThirdSide(Side):
    """The leg to whom the agent consults, or hands the client to."""

    name = "third"

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """They are on the line."""
        self._live.turns.post(lambda: self._live.handing.answered(leg, sdp))

    async def ended(self, leg: Leg, why: Ended) -> None:
        """They refused, could not be reached, or hung up."""
        self._live.turns.post(lambda: self._live.handing.ended(leg, why))
