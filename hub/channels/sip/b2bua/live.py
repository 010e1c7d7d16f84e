"""One call while it lives: its legs, its sound, and what each thing that happens makes of them."""

import asyncio
from dataclasses import replace

import structlog

from hub.channels.sip.b2bua.handing import Handing
from hub.channels.sip.b2bua.holding import Holding
from hub.channels.sip.b2bua.parties import AGENT, CLIENT, NOBODY, Ringing, Talking, heard_by
from hub.channels.sip.b2bua.passing import PassedOn
from hub.channels.sip.b2bua.sides import AgentSide, ended, reason_of
from hub.channels.sip.b2bua.surroundings import Surroundings
from hub.channels.sip.b2bua.turns import Turns
from hub.channels.sip.b2bua.waiting import InLine, Waiting
from hub.channels.sip.headers import NameAddr
from hub.channels.sip.leg import Ended, Leg, LegEvents, LegOver, Target
from hub.channels.sip.refusal import Field, Refused
from hub.channels.sip.uri import sip_uri
from hub.domain.call import AgentPhone, Call, CallEnd, PhoneKind
from hub.domain.errors import Conflict, HubError, Unavailable
from hub.domain.ids import UserId
from hub.domain.reservation import Reservation
from hub.domain.work import WorkItem, WorkState
from hub.ports.media import Keys, LegKind, MediaEvent, MediaSession, NoCommonMedia, NoRoom, Played, Silent

log = structlog.get_logger(__name__)

SILENT_S = 90.0
"""Nothing was heard of somebody who talks for so long: the call is over (G10)."""
PHONE_RINGS_LONGER_S = 30.0
"""How much longer than the offer a phone may ring that was accepted at the console meanwhile."""


class LiveCall:
    """One call. Every method but `post`-like ones is called in the turn of the call (`turns`)."""

    def __init__(self, around: Surroundings, call: Call, client: Leg | None) -> None:
        self.around = around
        self.call = call
        self.turns = Turns()
        self.client = client
        self.language = ""
        self.client_answered = False
        self.client_side: PassedOn | None = None
        self.ringing: Ringing | None = None
        self.agent: Talking | None = None
        self.handing = Handing(self)
        self.is_over = False
        self.waiting: Waiting | None = None
        self.session: MediaSession | None = None
        self.holding = Holding(self)
        self.log = log.bind(call=call.id)

    # — life ——————————————————————————————————————————————————————————————————————————————

    async def run(self) -> None:
        """Take what happens until the call is over; leaves no leg and no sound behind."""
        try:
            await self.turns.run(self._failed)
        finally:
            self.is_over = True
            await self.handing.end()
            agent = self.agent.leg if self.agent is not None else None
            ringing = self.ringing.leg if self.ringing is not None else None
            for leg in (self.client, agent, ringing):
                if leg is not None and not leg.is_over:
                    await ended(leg)
            await self.holding.end()
            if self.session is not None:
                await self.session.close()

    async def _failed(self, error: Exception) -> None:
        if isinstance(error, Unavailable) and not self.is_over:
            self.log.warning("call_step_not_kept", error=str(error))  # people talk on while the store is away
            return
        self.log.error("call_step_failed", exc_info=error)
        if not self.is_over:
            await self.over(CallEnd.FAILED)

    async def over(self, end: CallEnd) -> None:
        """The call ends for everybody, and the house is told. Once."""
        if self.is_over:
            return
        self.is_over = True
        self.around.outside.over(self._agent_leg)
        if self.waiting is not None:
            self.waiting.end()
        if self.ringing is not None and self.ringing.leg is not None:
            await ended(self.ringing.leg)  # first of all: nobody is to pick up a phone for nothing
        if self.client is not None and not self.client.is_over:
            await ended(self.client)
        if self.agent is not None and not self.agent.leg.is_over:
            await ended(self.agent.leg)
        await self.handing.end()
        if not self.handing.is_given:
            await self.told(end)
        self.turns.close()

    async def told(self, end: CallEnd) -> None:
        """What the house must know is told until it is taken: there is no later for a call."""
        for wait_s in (0.2, 1.0, 3.0, 10.0, 30.0, None):
            try:
                await self.around.desk.ended(self.call.id, end)
            except Unavailable:
                if wait_s is None:
                    self.log.exception(
                        "call_end_not_kept", end=end
                    )  # the sweeper finds it: nobody beats for it
                    return
                await asyncio.sleep(wait_s)
            else:
                return

    # — sound —————————————————————————————————————————————————————————————————————————————

    async def sound(self) -> MediaSession:
        """The sound of the call, opened when it is first needed. Raises NoRoom."""
        if self.session is None:
            self.session = await self.around.engine.open(self.call.id, self._media)
        return self.session

    def _media(self, event: MediaEvent) -> None:
        self.turns.post(lambda: self._heard(event))

    async def _heard(self, event: MediaEvent) -> None:
        if self.is_over:
            return
        match event:
            case Keys(leg=leg, key=key):
                await self.keyed(leg, key)
            case Played(leg=leg):
                if leg == CLIENT and self.waiting is not None:
                    await self.waiting.played()
            case Silent(leg=leg, for_s=for_s):
                # who is held, or waits, may be silent: their phone sends nothing to somebody who does not listen
                talks = self.agent is not None and self.call.held_since is None
                if talks and leg != self.handing.name and for_s >= SILENT_S:
                    await self.over(CallEnd.MEDIA_LOST)

    async def keyed(self, leg: str, key: str) -> None:
        """A key was pressed: by who waits, or by who talks to a machine on the other side."""
        if leg == CLIENT and self.agent is None and self.waiting is not None:
            await self.waiting.keyed(key)
        elif self.agent is not None and leg == self.agent.name:
            await (await self.sound()).press(self.handing.talks_to, key)

    async def answer_client(self) -> None:
        """200 to the caller, with our sound. Does nothing the second time. Raises LegOver, NoRoom, NoCommonMedia."""
        if self.client_answered or self.client is None:
            return
        session = await self.sound()
        asked = self.client.invite.body
        sdp = await (session.answered(CLIENT, asked) if asked else session.offered(CLIENT))
        await self.client.answer(sdp)
        self.client_answered = True

    async def connect(self) -> None:
        """The client and the agent hear each other."""
        session = await self.sound()
        if self.waiting is not None:
            self.waiting.end()
        await session.stop(CLIENT)
        await session.hear(heard_by((CLIENT, self.agent.name if self.agent is not None else AGENT)))

    async def press(self, keys: str) -> None:
        """Keys for the client's side, from the console. Raises Conflict when nobody talks."""
        if self.agent is None or self.is_over:
            raise Conflict("nobody talks on this call", code="not_talking")
        await (await self.sound()).press(self.handing.talks_to, keys)

    # — the agent's phone —————————————————————————————————————————————————————————————————

    async def offered(self, reservation: Reservation) -> None:
        """An agent has been asked; their phone rings when the card was shown."""
        if self.is_over or self.agent is not None:
            return
        await self.stop_ringing()
        self.ringing = Ringing(reservation=reservation)

    async def ring(self, reservation_id: str) -> None:
        """The card was shown: now the agent's phone rings."""
        ringing = self.ringing
        if self.is_over or ringing is None or ringing.leg is not None:
            return
        if ringing.reservation.id != reservation_id:
            return
        around, reservation = self.around, ringing.reservation
        phone = await around.desk.phone_of(around.tenant_id, reservation.agent_id)
        try:
            reached = self.phone_at(phone)
            if reached is None:
                await self._not_answered("unreachable")
                return
            target, kind, shown = reached
            session = await self.sound()
            sdp = await session.offered(AGENT, kind)
            left = reservation.expires_at - around.clock.now()
            ringing.leg = await around.user_agent.call(
                target,
                sdp,
                AgentSide(self),
                self.named,
                caller=shown,
                max_forwards=self.hops_left(),
                ring_s=max(1.0, left.total_seconds()) + PHONE_RINGS_LONGER_S,
            )
        except (NoRoom, Refused, HubError) as error:
            self.log.warning("agent_phone_not_called", error=str(error))
            await self._not_answered("unreachable")
            return
        await around.desk.ringing(self.call.id, reservation.agent_id)
        if self.client is not None and not self.client_answered and not self.client.is_over:
            await self.client.progress(180)

    def phone_at(self, phone: AgentPhone) -> tuple[Target, LegKind, NameAddr] | None:
        """Whom to call for this phone, and who we are to it: a number is called by a trunk, as the rules of the house
        allow. None when it is not there. Raises as Outside.way."""
        reached = self.around.phones.reach(phone)
        if reached is not None:
            return (*reached, self.shown_caller())
        if phone.kind is not PhoneKind.URI or not phone.uri or ":" in phone.uri:
            return None
        way = self.around.outside.way(self._agent_leg, phone.uri, phone.agent_id)
        return way.target, LegKind.PLAIN, way.shown

    @property
    def _agent_leg(self) -> str:
        return f"{self.call.id}/{AGENT}"

    @property
    def named(self) -> Field:
        """Tells a phone of the console which call it is that rings."""
        return Field("X-Touchline-Call", self.call.id)

    def shown_caller(self) -> NameAddr:
        """Who the agent's phone says is calling."""
        number = self.call.number.removeprefix("sip:").partition("@")[0] or "anonymous"
        return NameAddr(sip_uri(number, self.around.realm), self.call.number or None)

    def hops_left(self) -> int:
        """Max-Forwards is counted across our legs (G16)."""
        return max(0, self.client.invite.max_forwards - 1) if self.client is not None else 70

    async def stop_ringing(self) -> None:
        """The phone that rings rings no more."""
        ringing, self.ringing = self.ringing, None
        self.around.outside.over(self._agent_leg)
        if ringing is not None and ringing.leg is not None:
            await ended(ringing.leg)
            await (await self.sound()).drop(AGENT)

    async def offer_over(self, reservation: Reservation, *, accepted: bool) -> None:
        """The offer ended: accepted at the console, or not for this agent any more. Work that was given to an agent
        without being offered rings their phone too."""
        ringing = self.ringing
        if self.is_over:
            return
        if ringing is not None and ringing.reservation.id == reservation.id:
            if accepted:
                ringing.accepted = True
                await self.ring(reservation.id)
            else:
                await self.stop_ringing()
        elif accepted and self.agent is None and not self.handing.is_given:
            await self.stop_ringing()
            self.ringing = Ringing(reservation=reservation, accepted=True)
            await self.ring(reservation.id)

    async def agent_answered(self, leg: Leg, sdp: bytes) -> None:
        """The agent's phone was picked up."""
        ringing = self.ringing
        if self.is_over or ringing is None or ringing.leg is not leg:
            await ended(leg)
            return
        session = await self.sound()
        try:
            await session.agreed(AGENT, sdp)
        except NoCommonMedia:
            await self._not_answered("unreachable")
            return
        try:
            await self.around.desk.answered(self.call.id, ringing.reservation.id)
        except HubError:
            await (
                self.stop_ringing()
            )  # the offer ended in the same moment, or cannot be kept: the caller waits on
            return
        self.ringing = None
        self.agent = Talking(agent_id=ringing.reservation.agent_id, leg=leg)
        await self.talk()

    async def talk(self) -> None:
        """The agent is there: the client is too, or is answered now."""
        try:
            await self.answer_client()
        except (LegOver, NoRoom, NoCommonMedia):
            return  # the caller's leg tells its own end
        await self.connect()
        await self.holding.record_if_always()

    async def agent_ended(self, leg: Leg, why: Ended) -> None:
        """The agent's leg is over: refused, unreachable, or hung up."""
        if self.ringing is not None and self.ringing.leg is leg:
            await self._not_answered(reason_of(why))
        elif self.agent is not None and self.agent.leg is leg and not self.handing.is_given:
            await self.over(CallEnd.AGENT_HUNG_UP)

    async def _not_answered(self, reason: str) -> None:
        ringing = self.ringing
        if ringing is None:
            return
        await self.stop_ringing()
        if ringing.accepted:
            await self.around.desk.came_back(self.call.id, reason)
        else:
            await self.around.desk.not_answered(ringing.reservation.id, reason)

    async def agent_taken_away(self) -> None:
        """Somebody gave the work to another, or back to the line: the client waits, with music."""
        agent, self.agent = self.agent, None
        if agent is None or self.handing.is_given:
            return
        await self.handing.end()
        self.around.outside.over(self._agent_leg)
        await ended(agent.leg)
        session = await self.sound()
        await session.drop(agent.name)
        await session.hear({CLIENT: NOBODY})
        await self.holding.stop_recording()
        await self.wait_on()

    async def client_ended(self, leg: Leg, why: Ended) -> None:  # noqa: ARG002 - as the port has it
        """The client has gone."""
        if leg is self.client:
            await self.over(CallEnd.CLIENT_HUNG_UP if self.agent is not None else CallEnd.CLIENT_LEFT)

    async def client_replaced(self, leg: Leg) -> None:
        """The client goes on from another phone of theirs."""
        before = self.client
        if self.is_over or before is None or not self.client_answered:
            await leg.refuse(481)
            return
        session = await self.sound()
        asked = leg.invite.body
        try:
            sdp = await (session.answered(CLIENT, asked) if asked else session.offered(CLIENT))
            await leg.answer(sdp)
        except (NoCommonMedia, LegOver):
            await ended(leg)
            return
        self.client = leg
        await ended(before)

    async def hand_over(self, offer: bytes, events: LegEvents) -> tuple[Leg, bytes]:
        """The client goes over to another call of the same phone: here the call was a question to them."""
        return await self.turns.ask(lambda: self._handed_over(offer, events))

    async def _handed_over(self, offer: bytes, events: LegEvents) -> tuple[Leg, bytes]:
        client = self.client
        if client is None or self.client_side is None or not self.client_answered or self.is_over:
            raise Refused(480, "they have not answered")
        answer = await client.reoffer(offer)
        self.client = None
        self.client_side.give(events)
        await self.over(CallEnd.TRANSFERRED)
        return client, answer

    async def client_progressed(self, leg: Leg, status: int, sdp: bytes) -> None:
        """Of interest on a call of ours."""

    async def client_answers(self, leg: Leg, sdp: bytes) -> None:
        """Of interest on a call of ours."""

    async def work_stepped(self, item: WorkItem, before: UserId | None, *, moved: bool = False) -> None:
        """The house moved the work: to another agent, back to the line, into another line, or to its end.
        `before` is who had it until now, if somebody had; `moved` says that it was handed on: one pass ends, and the
        one after it says where the client waits now."""
        if self.is_over or self.handing.is_given:
            return
        is_waiting = item.state is WorkState.QUEUED
        if moved and not is_waiting:
            return
        if is_waiting and item.queue_id != self.call.queue_id:
            self.call = replace(self.call, queue_id=item.queue_id)
        is_ours = self.agent is not None and (before or item.agent_id) == self.agent.agent_id
        if is_ours and (is_waiting or item.state is WorkState.FLOWED_OUT):
            await self.agent_taken_away()
        elif is_ours and item.state in (WorkState.WRAP_UP, WorkState.COMPLETED):
            await self.over(CallEnd.AGENT_HUNG_UP)  # closed at the console: nobody is left to talk to
        elif item.state is WorkState.CANCELLED:
            await self.over(CallEnd.CLOSED)

    async def wait_on(self) -> None:
        """The client waits in the line of the call again, with music."""
        queue = await self.around.queue(self.call.queue_id)
        if queue is not None:
            self.waiting = InLine(self, queue, greeted=True)
            await self.waiting.begin()
