"""Handing a client on: asking somebody first (attended), or not (blind), by the console or by the phone's own keys."""

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from hub.channels.sip.b2bua.parties import CLIENT, NOBODY, THIRD, Talking, heard_by
from hub.channels.sip.b2bua.passing import PassedOn
from hub.channels.sip.b2bua.sides import AgentSide, ThirdSide, ended
from hub.channels.sip.b2bua.turns import CallOver
from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, Leg, LegOver, Target
from hub.channels.sip.refusal import Refused
from hub.channels.sip.uri import SipUri, TelUri, Uri
from hub.domain.call import CallEnd, CallStage
from hub.domain.errors import Conflict, HubError, Invalid
from hub.domain.ids import QueueId, UserId
from hub.ports.media import LegKind, NoCommonMedia, NoRoom

if TYPE_CHECKING:
    from hub.channels.sip.b2bua.live import LiveCall

RINGS_S = 45.0
"""How long whoever is to take the client may let it ring."""
_AGENT, _QUEUE = "agent:", "queue:"
_DIGITS = re.compile(r"\+?[0-9*#]+")


class Handing:
    """Whom the agent of a call consults, or gives it to. `is_given`: the client is theirs, the house is done."""

    def __init__(self, live: "LiveCall") -> None:
        self._live = live
        self._blind = False
        self._refer: Leg | None = None
        self._side: PassedOn | None = None
        self.third: Leg | None = None
        self.name = THIRD
        """What their leg is called in the sound."""
        self.who = ""
        self.is_talking = False
        self.is_given = False

    @property
    def talks_to(self) -> str:
        """Whom the agent talks to: the leg of who is asked, or the client's."""
        return self.name if self.is_talking else CLIENT

    # — what people ask for ———————————————————————————————————————————————————————————————

    async def consult(self, target: str) -> None:
        """Music for the client, and somebody is called. Raises Conflict, Invalid (`number_not_allowed`), TooMany."""
        self._needs_talk()
        if self.third is not None:
            raise Conflict("somebody is asked already", code="consulting")
        reached = await self._reached(target)
        if self._live.call.held_since is None:
            await self._live.holding.hold(held=True)
        await self._call(reached, target)

    async def give(self, target: str) -> None:
        """The agent is off the line at once; the client hears it ring. Within the house the work goes with the client:
        `queue:<id>` to a line, `agent:<id>` to a colleague. Raises as `CallDesk.moved`, else as `consult`."""
        agent = self._needs_talk()
        if self.third is not None:
            raise Conflict("somebody is asked already", code="consulting")
        if target.startswith((_QUEUE, _AGENT)):
            await self._moved(target)
            return
        reached = await self._reached(target)
        await self._call(reached, target)
        self._blind = True
        session = await self._live.sound()
        await session.hear({CLIENT: NOBODY, agent.name: NOBODY})
        await session.play(CLIENT, self._live.around.prompts.ringing())
        if self._refer is None:
            await self._agent_off()

    async def join(self) -> None:
        """The client and whoever was asked talk; the agent is off the line. Raises Conflict before they answered."""
        self._needs_talk()
        if self.third is None or not self.is_talking:
            raise Conflict("nobody has answered yet", code="not_consulting")
        if self.who.startswith(_AGENT):
            await self._taken_over(UserId(self.who.removeprefix(_AGENT)))
        else:
            await self._given()

    async def take_back(self) -> None:
        """Whoever was asked is dropped, and the client is talked to again."""
        self._needs_talk()
        if self.third is None:
            raise Conflict("nobody is asked", code="not_consulting")
        await self._drop_third()
        await self._live.holding.hold(held=False)

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        """The agent's phone hands the client on by REFER. Raises Refused."""
        if replaces is not None:
            await self._take_over(leg, replaces)
            return
        called = self._called(target)
        within = called.startswith((_QUEUE, _AGENT))
        self._refer = None if within else leg
        try:
            await self.give(called)
        except HubError as error:
            self._refer = None
            raise Refused(403, str(error)) from error
        if within:
            await _notified(leg, 200)
            return
        await leg.notify(100, over=False)

    async def _moved(self, target: str) -> None:
        """The house moves the work and tells of it: then the agent is off the line and the client waits."""
        live = self._live
        kind, _, name = target.partition(":")
        queue_id = QueueId(name) if f"{kind}:" == _QUEUE else live.call.queue_id
        agent_id = UserId(name) if f"{kind}:" == _AGENT else None
        await live.around.desk.moved(live.call.id, queue_id=queue_id, note="", agent_id=agent_id)

    async def _taken_over(self, colleague: UserId) -> None:
        """A colleague who was asked has the client now, and the work."""
        live, third, name = self._live, self.third, self.name
        before = self._needs_talk()
        if third is None or self._side is None:
            return
        await live.around.desk.handed_over(live.call.id, colleague)
        self.third, self.is_talking, self.who = None, False, ""
        self.name = before.name
        self._side.give(AgentSide(live, name))
        await live.holding.resumed()
        live.agent = Talking(agent_id=colleague, leg=third, name=name)
        await ended(before.leg)
        await (await live.sound()).drop(before.name)
        await live.connect()

    async def _take_over(self, leg: Leg, replaces: Replaces) -> None:
        """An attended transfer by the phone's keys: the far side of its other call comes over to this client."""
        live = self._live
        self._needs_talk()
        other = live.around.other_call(replaces)
        if other is None or other is live:
            raise Refused(481, "there is no such call to join")
        session = await live.sound()
        try:
            self.third, answer = await other.hand_over(await session.offered(self.name), self._new_side())
            await session.agreed(self.name, answer)
        except (NoCommonMedia, NoRoom, CallOver, TimeoutError) as error:
            await session.drop(self.name)
            raise Refused(480, "they cannot be joined") from error
        self._refer = leg
        await self._given()

    def _called(self, target: Uri) -> str:
        """What a phone means by an address: a number, a colleague or a line of this house, or somebody elsewhere."""
        around = self._live.around
        user = target.digits if isinstance(target, TelUri) else ""
        if isinstance(target, SipUri):
            user = target.username or ""
            agent_id = around.phones.agent_of(user)
            if agent_id is not None:
                return f"{_AGENT}{agent_id}"
            if (queue_id := around.lines.queue_named(user)) is not None:
                return f"{_QUEUE}{queue_id}"
            if target.host != around.realm and not _DIGITS.fullmatch(user):
                return str(target)
        return user

    # — what becomes of it ————————————————————————————————————————————————————————————————

    async def answered(self, leg: Leg, sdp: bytes) -> None:
        """They are on the line."""
        if leg is not self.third or self._live.is_over:
            await ended(leg)
            return
        session = await self._live.sound()
        try:
            await session.agreed(self.name, sdp)
        except NoCommonMedia:
            await ended(leg)
            return
        self.is_talking = True
        if self._blind:
            await self._given()
            return
        agent = self._live.agent
        if agent is None:
            return
        await session.hear(heard_by((agent.name, self.name)))
        await self._live.around.desk.third(self._live.call.id, self.who, CallStage.TALKING)

    async def ended(self, leg: Leg, why: Ended) -> None:
        """They refused, could not be reached, or hung up."""
        if leg is not self.third:
            return
        live = self._live
        if self.is_given:
            await live.over(CallEnd.TRANSFERRED)
            return
        await self._drop_third()
        if live.is_over:
            return
        if not self._blind:
            return  # the client is on hold still, and the agent sees that nobody is there
        self._blind = False
        if self._refer is not None and live.agent is not None:
            refer, self._refer = self._refer, None
            await _notified(refer, why.status or 480)
            await live.connect()  # the phone still has its call
            return
        await live.around.desk.came_back(live.call.id, "transfer_failed")
        await live.wait_on()

    async def _given(self) -> None:
        """The client is theirs: what the house knows of the call ends here, what is said goes on through us."""
        live = self._live
        session = await live.sound()
        await live.holding.stop_recording()
        await session.stop(CLIENT)
        await session.hear(heard_by((CLIENT, self.name)))
        self.is_given = True
        if self._refer is not None:
            refer, self._refer = self._refer, None
            await _notified(refer, 200)
        await self._agent_off()
        await live.told(CallEnd.TRANSFERRED)

    async def _agent_off(self) -> None:
        agent, self._live.agent = self._live.agent, None
        if agent is not None:
            await ended(agent.leg)
            await (await self._live.sound()).drop(agent.name)

    async def _drop_third(self) -> None:
        third, self.third = self.third, None
        self.is_talking = False
        self._live.around.outside.over(self._leg_name)
        if third is not None:
            await ended(third)
            await (await self._live.sound()).drop(self.name)
        await self._live.around.desk.third(self._live.call.id, "", None)

    async def _call(self, reached: tuple[Target, LegKind, NameAddr], who: str) -> None:
        live = self._live
        self.who = who
        to, kind, shown = reached
        try:
            session = await live.sound()
            self.third = await live.around.user_agent.call(
                to,
                await session.offered(self.name, kind),
                self._new_side(),
                caller=shown,
                max_forwards=live.hops_left(),
                ring_s=RINGS_S,
            )
        except (NoRoom, Refused, LegOver) as error:
            self._live.around.outside.over(self._leg_name)
            raise Conflict("they cannot be called now", code="not_reachable") from error
        await live.around.desk.third(live.call.id, who, CallStage.RINGING)

    @property
    def _leg_name(self) -> str:
        return f"{self._live.call.id}/{THIRD}"

    async def _reached(self, target: str) -> tuple[Target, LegKind, NameAddr]:
        around, agent = self._live.around, self._live.agent
        if target.startswith(_AGENT):
            phone = await around.desk.phone_of(around.tenant_id, UserId(target.removeprefix(_AGENT)))
            reached = around.phones.reach(phone)
            if reached is None:
                raise Conflict("their phone is not there", code="not_reachable")
            return (*reached, self._live.shown_caller())
        if not target:
            raise Invalid("say whom to call", field="to")
        way = around.outside.way(self._leg_name, target, agent.agent_id if agent else None)
        return way.target, LegKind.PLAIN, way.shown

    async def end(self) -> None:
        """The call is over: so is whatever was asked of others."""
        self._live.around.outside.over(self._leg_name)
        third, self.third = self.third, None
        self.is_talking = False
        if third is not None and not third.is_over:
            await ended(third)

    def _new_side(self) -> PassedOn:
        self._side = PassedOn(ThirdSide(self._live, self.name))
        return self._side

    def _needs_talk(self) -> Talking:
        agent = self._live.agent
        if agent is None or self._live.is_over or self.is_given:
            raise Conflict("nobody talks on this call", code="not_talking")
        return agent


async def _notified(leg: Leg, status: int) -> None:
    with suppress(LegOver, Refused):  # a phone that hung up after its REFER need not be told
        await leg.notify(status, over=True)
