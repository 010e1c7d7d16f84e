"""A call between two phones of the house: nobody's work and no history; a colleague is asked, a client is handed on."""

import asyncio

import structlog

from hub.channels.sip.b2bua.absence import Absence
from hub.channels.sip.b2bua.going_over import Then, gone_over
from hub.channels.sip.b2bua.parties import heard_by, is_named
from hub.channels.sip.b2bua.passing import PassedOn
from hub.channels.sip.b2bua.sides import ended
from hub.channels.sip.b2bua.surroundings import Surroundings
from hub.channels.sip.b2bua.turns import CallOver, Turns
from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, InboundLeg, Leg, LegEvents, LegOver, Target
from hub.channels.sip.refusal import Refused
from hub.channels.sip.uri import Uri
from hub.ports.media import Keys, LegKind, MediaEvent, MediaSession, NoCommonMedia, NoRoom

log = structlog.get_logger(__name__)

CALLING, CALLED = "agent", "third"
RINGS_S = 45.0


class InnerCall:
    """Who calls and who is called. It implements LegEvents for both legs."""

    def __init__(self, around: Surroundings, calling: InboundLeg) -> None:
        self._around = around
        self.turns = Turns()
        self.calling = calling
        self._called: Leg | None = None
        self._called_side = PassedOn(self)
        self._session: MediaSession | None = None
        self._away: dict[str, Absence] = {}
        self._answered = False
        self._is_over = False

    async def run(self, target: Target, kind: LegKind, shown: NameAddr) -> None:
        """Call them, and stay until it is over; leaves no leg and no sound behind."""
        self.turns.post(lambda: self._call(target, kind, shown))
        try:
            await self.turns.run(self._failed)
        finally:
            for leg in (self.calling, self._called):
                if leg is not None and not leg.is_over:
                    await ended(leg)
            if self._session is not None:
                await self._session.close()

    async def _failed(self, error: Exception) -> None:
        log.error("inner_call_failed", exc_info=error)
        self.end()

    def end(self) -> None:
        """It is over for both."""
        self._is_over = True
        self.turns.close()

    async def _call(self, target: Target, kind: LegKind, shown: NameAddr) -> None:
        try:
            session = self._session = await self._around.engine.open(self.calling.id, self._heard)
            self._called = await self._around.user_agent.call(
                target,
                await session.offered(CALLED, kind),
                self._called_side,
                caller=shown,
                max_forwards=max(0, self.calling.invite.max_forwards - 1),
                ring_s=RINGS_S,
            )
            await self.calling.progress(180)
        except (NoRoom, Refused):
            await self._refuse(503)
        except LegOver:
            self.end()

    async def _refuse(self, status: int) -> None:
        if not self.calling.is_over:
            await self.calling.refuse(status)
        self.end()

    def _heard(self, event: MediaEvent) -> None:
        if isinstance(event, Keys) and self._session is not None:
            session, other = self._session, CALLED if event.leg == CALLING else CALLING
            self.turns.post(lambda: session.press(other, event.key))

    def is_of(self, replaces: Replaces) -> bool:
        """Whether the leg of who calls is meant by a Replaces."""
        return is_named(self.calling, replaces)

    def hand_over(self, offer: bytes, events: LegEvents, then: Then) -> None:
        """See GoesOver: who was called goes over to another call, and this one is over."""
        if self._is_over:
            then(None, b"")
        else:
            self.turns.post(lambda: self._handed_over(offer, events, then))

    async def _handed_over(self, offer: bytes, events: LegEvents, then: Then) -> None:
        session = self._session
        if self._called is None or session is None or not self._answered or self._is_over:
            then(None, b"")
        elif await gone_over(self._called, offer, then, session, CALLED):
            self._called = None
            self._called_side.give(events)
            self.end()

    # — LegEvents —————————————————————————————————————————————————————————————————————————

    async def progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        """The caller hears their own phone's ringing."""

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """They picked up."""
        self.turns.post(lambda: self._connect(leg, sdp))

    async def _connect(self, leg: Leg, sdp: bytes) -> None:
        session = self._session
        if session is None or leg is not self._called or self._is_over:
            await ended(leg)
            return
        try:
            await session.agreed(CALLED, sdp)
            asked = self.calling.invite.body
            ours = await (session.answered(CALLING, asked) if asked else session.offered(CALLING))
            await self.calling.answer(ours)
        except NoCommonMedia:
            await self._refuse(488)
            return
        except LegOver:
            self.end()
            return
        self._answered = True
        await session.hear(heard_by((CALLING, CALLED)))

    async def confirmed(self, leg: Leg, sdp: bytes) -> None:  # noqa: ARG002 - as the port has it
        """The answer to an offer that stood in our 2xx."""
        session = self._session
        if sdp and session is not None:
            self.turns.post(lambda: session.agreed(CALLING, sdp))

    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        """Hold and resume: the sound follows."""
        session = self._session
        if session is None:
            raise Refused(500, "there is no sound yet")
        name = CALLING if leg is self.calling else CALLED
        try:
            return await self.turns.ask(lambda: session.answered(name, sdp) if sdp else session.offered(name))
        except (NoCommonMedia, CallOver, TimeoutError, asyncio.CancelledError) as error:
            raise Refused(488, "no audio in common") from error

    async def keyed(self, leg: Leg, keys: str) -> None:
        """Passed on."""
        session, other = self._session, CALLED if leg is self.calling else CALLING
        if session is not None:
            self.turns.post(lambda: session.press(other, keys))

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:  # noqa: ARG002 - as the port has it
        """A colleague is not handed on."""
        raise Refused(403, "only clients are handed on")

    async def notified(self, leg: Leg, status: int, over: bool) -> None:
        """We send no REFER."""

    async def reached(self, leg: Leg, *, is_reached: bool) -> None:
        """A browser that comes back within a while, or is heard, is waited for."""
        absence = self._away.setdefault(leg.id, self._absence_of(leg))
        if is_reached:
            absence.end()
        else:
            self.turns.post(absence.begin)

    def _absence_of(self, leg: Leg) -> Absence:
        name = CALLING if leg is self.calling else CALLED

        async def received() -> int | None:
            if self._is_over or self._session is None or leg.is_over:
                return None
            return (await self._session.quality(name)).received

        async def unchanged() -> None:
            """Two colleagues wait for each other in silence."""

        async def gone() -> None:
            self.end()

        return Absence(self.turns, received, quiet=unchanged, heard=unchanged, gone=gone)

    async def ended(self, leg: Leg, why: Ended) -> None:
        """Either hung up, or they refused."""
        self.turns.post(lambda: self._over(leg, why))

    async def _over(self, leg: Leg, why: Ended) -> None:
        if leg is self._called and why.status and not self.calling.is_over and not self._answered:
            await self.calling.refuse(why.status if 400 <= why.status < 700 else 480)
        self.end()
