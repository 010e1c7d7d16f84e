"""An agent who is asked to take a call: when their card was shown their phone rings, until somebody has decided."""

from typing import TYPE_CHECKING

from hub.channels.sip.b2bua.parties import AGENT, Ringing, Talking
from hub.channels.sip.b2bua.sides import AgentSide, ended, reason_of
from hub.channels.sip.b2bua.whom import phone_at
from hub.channels.sip.leg import Ended, Leg
from hub.channels.sip.refusal import Refused
from hub.domain.errors import HubError
from hub.domain.reservation import Reservation
from hub.ports.media import NoCommonMedia, NoRoom

if TYPE_CHECKING:
    from hub.channels.sip.b2bua.live import LiveCall

ROOM_AGAIN_S = 1.0
"""Until ports are looked for again while an agent is asked."""
PHONE_RINGS_LONGER_S = 30.0
"""How much longer than the offer a phone may ring that was accepted at the console meanwhile."""


class Offering:
    """Who is asked now, if anybody is, and what becomes of it."""

    def __init__(self, live: "LiveCall") -> None:
        self._live = live
        self._ringing: Ringing | None = None

    @property
    def goes_on(self) -> bool:
        """Whether somebody is asked."""
        return self._ringing is not None

    @property
    def leg(self) -> Leg | None:
        """The leg of the phone that rings."""
        return self._ringing.leg if self._ringing is not None else None

    async def begin(self, reservation: Reservation) -> None:
        """This agent is asked from now on; their phone rings when the card was shown."""
        await self.stop()
        self._ringing = Ringing(reservation=reservation)

    async def ring(self, reservation_id: str) -> None:
        """The card was shown: now the agent's phone rings."""
        live, ringing = self._live, self._ringing
        if ringing is None or ringing.leg is not None or ringing.reservation.id != reservation_id:
            return
        around, reservation = live.around, ringing.reservation
        phone = await around.desk.phone_of(around.tenant_id, reservation.agent_id)
        try:
            reached = phone_at(phone, live)
            if reached is None:
                await self._not_answered("unreachable")
                return
            target, kind, shown = reached
            session = await live.sound()
            if live.coming is not None and not live.client_answered:
                await live.client_sound(live.coming)  # nobody is asked to talk to whom there is no port for
            sdp = await session.offered(AGENT, kind)
            left = reservation.expires_at - around.clock.now()
            ringing.leg = await around.user_agent.call(
                target,
                sdp,
                AgentSide(live),
                live.named,
                caller=shown,
                max_forwards=live.hops_left(),
                ring_s=max(1.0, left.total_seconds()) + PHONE_RINGS_LONGER_S,
            )
        except NoCommonMedia as error:
            await live.cannot_be_heard(error)
            return
        except NoRoom:
            await self._no_room(reservation)
            return
        except (Refused, HubError) as error:
            live.log.warning("agent_phone_not_called", error=str(error))
            await self._not_answered("unreachable")
            return
        await around.desk.ringing(live.call.id, reservation.agent_id)
        await live.tell_client(180)

    async def stop(self) -> None:
        """Nobody is asked, and the phone that rings rings no more."""
        live, leg = self._live, self.leg
        self._ringing = None
        live.around.outside.over(live.agent_leg)
        if leg is not None:
            await ended(leg)
            await (await live.sound()).drop(AGENT)
        await live.no_client_sound()

    async def over(self, reservation: Reservation, *, accepted: bool) -> None:
        """The offer ended: accepted at the console, or not for this agent any more. Work that was given to an agent
        without being offered rings their phone too."""
        ringing = self._ringing
        if ringing is not None and ringing.reservation.id == reservation.id:
            if accepted:
                ringing.accepted = True
                await self.ring(reservation.id)
            else:
                await self.stop()
        elif accepted and self._live.agent is None and not self._live.handing.is_given:
            await self.stop()
            self._ringing = Ringing(reservation=reservation, accepted=True)
            await self.ring(reservation.id)

    async def answered(self, leg: Leg, sdp: bytes) -> Talking | None:
        """A phone was picked up: who talks now, None when nobody was asked any more, or they cannot."""
        live, ringing = self._live, self._ringing
        if ringing is None or ringing.leg is not leg:
            await ended(leg)
            return None
        try:
            await (await live.sound()).agreed(AGENT, sdp)
        except NoCommonMedia:
            await self._not_answered("unreachable")
            return None
        try:
            await live.around.desk.answered(live.call.id, ringing.reservation.id)
        except HubError:
            # the offer ended in the same moment, or cannot be kept: the caller waits on
            await self.stop()
            return None
        self._ringing = None
        return Talking(agent_id=ringing.reservation.agent_id, leg=leg)

    async def ended(self, leg: Leg, why: Ended) -> bool:
        """Whether the leg was of the phone that rang: it refused, or could not be reached."""
        if leg is not self.leg:
            return False
        await self._not_answered(reason_of(why))
        return True

    async def _no_room(self, reservation: Reservation) -> None:
        """No port is left for their phone, or for the caller: that is nobody's fault, and soon there may be one."""
        live = self._live
        await (await live.sound()).drop(AGENT)
        await live.no_client_sound()
        left = reservation.expires_at - live.around.clock.now()
        if left.total_seconds() > 2 * ROOM_AGAIN_S:
            live.turns.later(ROOM_AGAIN_S, lambda: self.ring(reservation.id))
            return
        live.log.warning("no_room_for_agent")
        await self._not_answered("no_room")

    async def _not_answered(self, reason: str) -> None:
        live, ringing = self._live, self._ringing
        if ringing is None:
            return
        await self.stop()
        if ringing.accepted:
            await live.around.desk.came_back(live.call.id, reason)
        else:
            await live.around.desk.not_answered(ringing.reservation.id, reason)
