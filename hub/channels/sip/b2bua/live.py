"""One call while it lives: its legs, its sound, and what each thing that happens makes of them."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from functools import partial

import structlog

from hub.channels.sip.b2bua.absence import AgentAway
from hub.channels.sip.b2bua.going_over import Then, gone_over
from hub.channels.sip.b2bua.handing import Handing
from hub.channels.sip.b2bua.holding import Holding
from hub.channels.sip.b2bua.offering import Offering
from hub.channels.sip.b2bua.parties import AGENT, CLIENT, NOBODY, Talking, heard_by
from hub.channels.sip.b2bua.passing import PassedOn
from hub.channels.sip.b2bua.sides import ended
from hub.channels.sip.b2bua.surroundings import Surroundings
from hub.channels.sip.b2bua.turns import Step, Turns
from hub.channels.sip.b2bua.waiting import InLine, Waiting
from hub.channels.sip.leg import Ended, InboundLeg, Leg, LegEvents, LegOver
from hub.channels.sip.refusal import Field
from hub.domain.call import Call, CallEnd
from hub.domain.errors import Conflict, Unavailable
from hub.domain.ids import UserId
from hub.domain.reservation import Reservation
from hub.domain.work import WorkItem, WorkState
from hub.ports.media import Keys, MediaEvent, MediaSession, NoCommonMedia, NoRoom, Played, Silent

log = structlog.get_logger(__name__)

KEPT_FOR_AGENTS = 0.25
"""The share of what the media can carry that is not given to who only waits: with all of it waiting, nobody could be
served."""
AGAIN_AFTER_S = 1.0
"""Until the store is asked again for what a call cannot go on without."""
SILENT_S = 90.0
"""Nothing was heard of somebody who talks for so long: the call is over (G10)."""


class LiveCall:
    """One call. Every method but `post`-like ones is called in the turn of the call (`turns`)."""

    def __init__(self, around: Surroundings, call: Call, coming: InboundLeg | None) -> None:
        self.around = around
        self.call = call
        self.turns = Turns()
        self.client: Leg | None = coming
        self.coming = coming
        """The client's leg, if it came: it may be answered."""
        self.language = ""
        self.client_answered = False
        self._for_client = b""
        self.client_side: PassedOn | None = None
        self.offering = Offering(self)
        self.agent: Talking | None = None
        self.handing = Handing(self)
        self.is_over = False
        self.left = asyncio.Event()
        """The hub ends, and waits no longer for what is still to be told."""
        self.waiting: Waiting | None = None
        self.session: MediaSession | None = None
        self.holding = Holding(self)
        self.away = AgentAway(self)
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
            for leg in (self.client, agent, self.offering.leg):
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
        self.around.outside.over(self.agent_leg)
        if self.waiting is not None:
            self.waiting.end()
        if self.offering.leg is not None:
            await ended(self.offering.leg)  # first of all: nobody is to pick up a phone for nothing
        if self.client is not None and not self.client.is_over:
            await ended(self.client)
        if self.agent is not None and not self.agent.leg.is_over:
            await ended(self.agent.leg)
        await self.handing.end()
        if not self.handing.is_told:
            await self.told(CallEnd.TRANSFERRED if self.handing.is_given else end)
        self.turns.close()

    async def told(self, end: CallEnd) -> None:
        """What the house must know is told until it is taken, or the call is left: the sweeper, or the hub's next
        life, finds one that nobody beats for."""
        for wait_s in (0.2, 1.0, 3.0, 10.0, 30.0, 0.0):
            if self.left.is_set():
                return
            try:
                await self.around.desk.ended(self.call.id, end)
            except Unavailable:
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self.left.wait()
            else:
                return
        self.log.error("call_end_not_kept", end=end)

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
        """200 to the caller, with our sound. Does nothing the second time. Who only waits is not answered when few
        ports are left: those are for agents. Raises LegOver, NoRoom, NoCommonMedia."""
        if self.client_answered or self.coming is None:
            return
        if self.agent is None and not self._for_client and self.around.engine.free_share() <= KEPT_FOR_AGENTS:
            raise NoRoom("the ports that are left are kept for those who serve")
        await self.coming.answer(await self.client_sound(self.coming))
        self.client_answered = True

    async def client_sound(self, coming: InboundLeg) -> bytes:
        """Our answer to the caller, who has not had it yet; their sound has its ports from now on. Raises NoRoom,
        NoCommonMedia."""
        if not self._for_client:
            session, asked = await self.sound(), coming.invite.body
            self._for_client = await (session.answered(CLIENT, asked) if asked else session.offered(CLIENT))
        return self._for_client

    async def no_client_sound(self) -> None:
        """Who has not been answered keeps no ports: nobody is asked any more."""
        if self._for_client and not self.client_answered:
            self._for_client = b""
            await (await self.sound()).drop(CLIENT)

    async def tell_client(self, status: int) -> None:
        """A provisional answer to the caller, unless they had a final one."""
        if self.coming is not None and not self.client_answered and not self.coming.is_over:
            await self.coming.progress(status)

    async def refuse_client(self, status: int) -> None:
        """A refusal to the caller, unless they had a final answer."""
        if self.coming is not None and not self.client_answered and not self.coming.is_over:
            await self.coming.refuse(status)

    async def cannot_be_heard(self, error: NoRoom | NoCommonMedia) -> None:
        """There is no sound for this caller: refused, for that reason."""
        await self.refuse_client(488 if isinstance(error, NoCommonMedia) else 503)
        await self.over(CallEnd.FAILED)

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
        if not self.is_over and self.agent is None:
            await self.offering.begin(reservation)

    async def ring(self, reservation_id: str) -> None:
        """The card was shown: now the agent's phone rings."""
        if not self.is_over:
            await self.offering.ring(reservation_id)

    async def offer_over(self, reservation: Reservation, *, accepted: bool) -> None:
        """The offer ended: accepted at the console, or not for this agent any more."""
        if not self.is_over:
            await self.offering.over(reservation, accepted=accepted)

    @property
    def agent_leg(self) -> str:
        """What the agent's leg is called where calls to the outside are counted."""
        return f"{self.call.id}/{AGENT}"

    @property
    def named(self) -> Field:
        """Tells a phone of the console which call it is that rings."""
        return Field("X-Touchline-Call", self.call.id)

    def hops_left(self) -> int:
        """Max-Forwards is counted across our legs (G16)."""
        return max(0, self.client.invite.max_forwards - 1) if self.client is not None else 70

    async def agent_answered(self, leg: Leg, sdp: bytes) -> None:
        """The agent's phone was picked up."""
        if self.is_over:
            await ended(leg)
            return
        agent = await self.offering.answered(leg, sdp)
        if agent is not None:
            self.agent = agent
            await self.talk()

    async def talk(self) -> None:
        """The agent is there: the client is too, or is answered now."""
        try:
            await self.answer_client()
        except LegOver:
            return  # the caller's leg tells its own end
        except (NoRoom, NoCommonMedia) as error:
            await self.cannot_be_heard(error)
            return
        await self.connect()
        await self.holding.record_if_always()

    async def agent_ended(self, leg: Leg, why: Ended) -> None:
        """The agent's leg is over: refused, unreachable, or hung up."""
        if await self.offering.ended(leg, why):
            return
        if self.agent is None or self.agent.leg is not leg or self.handing.is_given:
            return
        if not await self.handing.phone_left():
            await self.over(CallEnd.AGENT_HUNG_UP)

    async def agent_taken_away(self) -> None:
        """Somebody gave the work to another, or back to the line: the client waits, with music."""
        agent, self.agent = self.agent, None
        if agent is None or self.handing.is_given:
            return
        await self.handing.end()
        self.around.outside.over(self.agent_leg)
        await ended(agent.leg)
        session = await self.sound()
        await session.drop(agent.name)
        await session.hear({CLIENT: NOBODY})
        await self.holding.left_alone()
        await self.wait_on()

    async def agent_lost(self) -> None:
        """The agent's phone does not come back: the client waits in the old place. A call that has none ends."""
        if self.client_answered and await self.around.desk.came_back(self.call.id, "phone_lost"):
            await self.agent_taken_away()
        else:
            await self.over(CallEnd.MEDIA_LOST)

    async def client_ended(self, leg: Leg, why: Ended) -> None:  # noqa: ARG002 - as the port has it
        """The client has gone."""
        if leg is self.client:
            await self.over(CallEnd.CLIENT_HUNG_UP if self.agent is not None else CallEnd.CLIENT_LEFT)

    async def client_replaced(self, leg: InboundLeg) -> None:
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

    def hand_over(self, offer: bytes, events: LegEvents, then: Then) -> None:
        """See GoesOver: the client goes over to another call of the same phone: here the call was a question to
        them."""
        if self.is_over:
            then(None, b"")
        else:
            self.turns.post(lambda: self._handed_over(offer, events, then))

    async def _handed_over(self, offer: bytes, events: LegEvents, then: Then) -> None:
        side = self.client_side
        if side is None or self.client is None or not self.client_answered or self.is_over:
            then(None, b"")
        elif await gone_over(self.client, offer, then, await self.sound(), CLIENT):
            self.client = None
            side.give(events)
            await self.over(CallEnd.TRANSFERRED)

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

    async def until_kept(self, step: Step) -> None:
        """Take this step, and again as long as the store is away: nobody is stranded for it. Done twice, it does what
        it does once."""
        if self.is_over:
            return
        try:
            await step()
        except Unavailable as error:
            self.log.warning("call_step_again", error=str(error))
            self.turns.later(AGAIN_AFTER_S, partial(self.until_kept, step))

    async def wait_on(self) -> None:
        """The client waits in the line of the call again, with music."""
        await self.until_kept(self._wait_on)

    async def _wait_on(self) -> None:
        if self.agent is not None:
            return
        queue = await self.around.queue(self.call.queue_id)
        if queue is not None:
            self.waiting = InLine(self, queue, greeted=True)
            await self.waiting.begin()
