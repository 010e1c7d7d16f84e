"""A call that one of us makes: the agent's phone first, then the client's."""

import asyncio

from hub.channels.sip.b2bua.live import LiveCall
from hub.channels.sip.b2bua.parties import AGENT, CLIENT, NOBODY, Talking, heard_by
from hub.channels.sip.b2bua.passing import PassedOn
from hub.channels.sip.b2bua.sides import AgentSide, ClientSide, ended, reason_of
from hub.channels.sip.b2bua.surroundings import Surroundings, Way
from hub.channels.sip.b2bua.whom import phone_at
from hub.channels.sip.leg import Ended, InboundLeg, Leg, LegOver
from hub.channels.sip.refusal import Refused
from hub.domain.call import AgentPhone, Call, CallEnd
from hub.domain.errors import Conflict, Forbidden, HubError, Invalid, TooMany, Unavailable
from hub.domain.ids import UserId
from hub.ports.media import NoCommonMedia, NoRoom

PHONE_RINGS_S = 30.0
CLIENT_RINGS_S = 60.0

_ENDS = {"busy": CallEnd.BUSY, "declined": CallEnd.REFUSED, "unreachable": CallEnd.FAILED}


class OutboundCall(LiveCall):
    """A call of ours. `rings` is done when the agent's phone rings, or has an error when it does not."""

    def __init__(self, around: Surroundings, call: Call, agent_id: UserId, way: Way, leg_name: str) -> None:
        super().__init__(around, call, None)
        self.rings: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._agent_id = agent_id
        self._way = way
        self._leg_name = leg_name
        self._phone: Leg | None = None
        """The leg of the phone of who calls, until they have picked it up."""

    async def told(self, end: CallEnd) -> None:
        """The caps count it no more, unless the client talks on with somebody they were given to."""
        if not self.handing.is_given:
            self.around.outside.over(self._leg_name)
        await super().told(end)

    async def run(self) -> None:
        """See LiveCall; the caps count it until its legs are over."""
        try:
            await super().run()
        finally:
            self.around.outside.over(self._leg_name)

    async def ring_phone(self, phone: AgentPhone) -> None:
        """The first step. What goes wrong is told by `rings`."""
        try:
            reached = phone_at(phone, self)
            if reached is None:
                await self._not_there("your phone is not there: open the console, or register it")
                return
            target, kind, shown = reached
            session = await self.sound()
            self._phone = await self.around.user_agent.call(
                target,
                await session.offered(AGENT, kind),
                AgentSide(self),
                self.named,
                caller=shown,
                ring_s=PHONE_RINGS_S,
            )
        except (NoRoom, Refused, LegOver, Invalid, TooMany, Unavailable) as error:
            await self._not_there(f"your phone cannot be called: {error}")
            return
        await self.around.desk.ringing(self.call.id, self._agent_id)
        if not self.rings.done():
            self.rings.set_result(None)

    async def _not_there(self, text: str) -> None:
        if not self.rings.done():
            self.rings.set_exception(Conflict(text, code="phone_not_ready"))
        await self.over(CallEnd.FAILED)

    async def agent_answered(self, leg: Leg, sdp: bytes) -> None:
        """The agent is there: now the client is called. Whoever comes later was asked as for any other call."""
        if leg is not self._phone or self.is_over:
            await super().agent_answered(leg, sdp)
            return
        session = await self.sound()
        try:
            await session.agreed(AGENT, sdp)
        except NoCommonMedia:
            await self.over(CallEnd.FAILED)
            return
        await self.call_client(leg)

    async def call_client(self, leg: Leg) -> None:
        """The agent is on the line, and hears the client's phone ring."""
        session = await self.sound()
        self._phone, self.agent = None, Talking(agent_id=self._agent_id, leg=leg)
        try:
            await session.play(AGENT, self.around.prompts.ringing())
            self.client_side = PassedOn(ClientSide(self))
            self.client = await self.around.user_agent.call(
                self._way.target,
                await session.offered(CLIENT),
                self.client_side,
                caller=self._way.shown,
                ring_s=CLIENT_RINGS_S,
            )
        except (NoRoom, Refused, LegOver) as error:
            self.log.warning("client_not_called", error=str(error))
            await self.over(CallEnd.FAILED)

    async def client_progressed(self, leg: Leg, status: int, sdp: bytes) -> None:  # noqa: ARG002 - as the port has it
        """Early sound of the other network (a voice that says why) is heard by the agent."""
        if leg is not self.client or not sdp or self.client_answered:
            return
        session = await self.sound()
        try:
            await session.agreed(CLIENT, sdp)
        except NoCommonMedia:
            return
        await session.stop(AGENT)
        await session.hear({AGENT: frozenset({CLIENT}), CLIENT: NOBODY})

    async def client_answers(self, leg: Leg, sdp: bytes) -> None:
        """The client is on the line."""
        if leg is not self.client or self.is_over:
            await ended(leg)
            return
        session = await self.sound()
        try:
            if sdp:
                await session.agreed(CLIENT, sdp)
        except NoCommonMedia:
            await self.over(CallEnd.FAILED)
            return
        self.client_answered = True
        await session.stop(AGENT)
        await session.hear(heard_by((CLIENT, AGENT)))
        await self.around.desk.client_answered(self.call.id)
        await self.holding.record_if_always()

    async def client_ended(self, leg: Leg, why: Ended) -> None:
        """The client hung up, or never answered."""
        if leg is not self.client:
            return
        if self.client_answered:
            await self.over(CallEnd.CLIENT_HUNG_UP)
        elif why.status in (408, 487):
            await self.over(CallEnd.NO_ANSWER)
        else:
            await self.over(_ENDS[reason_of(why)])

    async def agent_taken_away(self) -> None:
        """Whoever has not picked up yet is not called for nobody: nothing can be said to a phone that rings."""
        if self.client_answered:
            await super().agent_taken_away()
        else:
            await self.over(CallEnd.AGENT_HUNG_UP)

    async def agent_ended(self, leg: Leg, why: Ended) -> None:
        """The agent hung up, or did not pick up their own phone."""
        if leg is self._phone:
            await self._not_there("your phone was not answered")
        else:
            await super().agent_ended(leg, why)


class DialledCall(OutboundCall):
    """A call of ours that an agent began on their own phone: their leg is there first."""

    async def begin(self, leg: InboundLeg) -> None:
        """The first step: the phone is answered, so that it hears the other network, and the client is called."""
        self._phone = leg
        try:
            session = await self.sound()
            asked = leg.invite.body
            await leg.answer(await (session.answered(AGENT, asked) if asked else session.offered(AGENT)))
        except (NoRoom, NoCommonMedia):
            await leg.refuse(488)
            await self.over(CallEnd.FAILED)
        except LegOver:
            await self.over(CallEnd.AGENT_HUNG_UP)
        else:
            await self.call_client(leg)


async def dialled_on_phone(
    around: Surroundings, leg: InboundLeg, agent_id: UserId, number: str
) -> DialledCall | None:
    """Make durable what an agent dialled on their own phone, or answer that it is not to be: None then."""
    status, way, call = 503, None, None
    try:
        way = around.outside.way(leg.id, number, agent_id)
        call = await around.desk.dialled(around.tenant_id, agent_id, number)
    except (Invalid, Forbidden):
        status = 403
    except (Conflict, TooMany):
        status = 480
    except HubError:
        pass
    if call is None or way is None:
        around.outside.over(leg.id)
        if not leg.is_over:
            await leg.refuse(status)
        return None
    if leg.is_over:
        around.outside.over(leg.id)
        await around.desk.ended(call.id, CallEnd.AGENT_HUNG_UP)
        return None
    return DialledCall(around, call, agent_id, way, leg.id)
