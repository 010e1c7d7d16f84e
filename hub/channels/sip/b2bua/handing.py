"""Handing a client on: asking somebody first (attended), or not (blind), by the console or by the phone's own keys."""

from contextlib import suppress
from typing import TYPE_CHECKING

from hub.channels.sip.b2bua.parties import AGENT, CLIENT, NOBODY, THIRD, Talking, heard_by
from hub.channels.sip.b2bua.passing import PassedOn
from hub.channels.sip.b2bua.sides import AgentSide, ThirdSide, ended
from hub.channels.sip.b2bua.whom import AGENT_PREFIX, QUEUE_PREFIX, is_within, meant_by, reached_at
from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, Leg, LegOver, Target
from hub.channels.sip.refusal import Refused
from hub.channels.sip.uri import Uri
from hub.domain.call import CallEnd, CallStage
from hub.domain.errors import Conflict, HubError
from hub.domain.ids import QueueId, UserId
from hub.ports.media import LegKind, NoCommonMedia, NoRoom

if TYPE_CHECKING:
    from hub.channels.sip.b2bua.live import LiveCall

RINGS_S = 45.0
"""How long whoever is to take the client may let it ring."""
COMES_WITHIN_S = 45.0
"""How long the far side of the phone's other call may take to come over: longer than any answer to a re-INVITE."""
MOVED_WITHIN_S = 10.0
"""How long the house may take to tell of work that it moved."""


class Handing:
    """Whom the agent of a call consults, or gives it to. `is_given`: the client is theirs, the house is done."""

    def __init__(self, live: "LiveCall") -> None:
        self._live = live
        self._blind = False
        self._refer: Leg | None = None
        """The phone that is to be told what becomes of its REFER."""
        self._joins = False
        """The far side of the phone's other call is asked to come over."""
        self._moves_until_s = 0.0
        """Until when the house tells of work that it moves."""
        self._side: PassedOn | None = None
        self.third: Leg | None = None
        self.name = THIRD
        """What their leg is called in the sound."""
        self.who = ""
        self.is_talking = False
        self.is_given = False
        self.is_told = False
        """The house knows that it was given."""

    @property
    def talks_to(self) -> str:
        """Whom the agent talks to: the leg of who is asked, or the client's."""
        return self.name if self.is_talking else CLIENT

    @property
    def _moves(self) -> bool:
        return self._live.around.clock.monotonic() < self._moves_until_s

    # — what people ask for ———————————————————————————————————————————————————————————————

    async def consult(self, target: str) -> None:
        """Music for the client, and somebody is called. Raises Conflict, Invalid (`number_not_allowed`), TooMany."""
        self._needs_nobody()
        reached = await reached_at(target, self._live, self._leg_name)
        if self._live.call.held_since is None:
            await self._live.holding.hold(held=True)
        await self._call(reached, target)

    async def give(self, target: str) -> None:
        """The agent is off the line at once; the client hears it ring. Within the house the work goes with the client:
        `queue:<id>` to a line, `agent:<id>` to a colleague. Raises as `CallDesk.moved`, else as `consult`."""
        agent = self._needs_nobody()
        if is_within(target):
            await self._moved(target)
            return
        reached = await reached_at(target, self._live, self._leg_name)
        await self._call(reached, target)
        self._blind = True
        await self._hears_ringing()
        await (await self._live.sound()).hear({agent.name: NOBODY})
        if self._refer is None:
            await self._agent_off()

    async def join(self) -> None:
        """The client and whoever was asked talk; the agent is off the line. Raises Conflict before they answered."""
        self._needs_talk()
        if self.third is None or not self.is_talking:
            raise Conflict("nobody has answered yet", code="not_consulting")
        if self.who.startswith(AGENT_PREFIX):
            await self._taken_over(UserId(self.who.removeprefix(AGENT_PREFIX)))
        else:
            await self._given()

    async def take_back(self) -> None:
        """Whoever was asked is dropped, and the client is talked to again."""
        self._needs_talk()
        if self.third is None:
            raise Conflict("nobody is asked", code="not_consulting")
        refer, self._refer, self._blind = self._refer, None, False
        await self._drop_third()
        if refer is not None:
            await _notified(refer, 487)
        if self._live.call.held_since is not None:
            await self._live.holding.hold(held=False)
        else:
            await self._live.connect()  # of a REFER: they were not held, and hear nobody

    async def referred(self, leg: Leg, target: Uri, replaces: Replaces | None) -> None:
        """The agent's phone hands the client on by REFER. Raises Refused, and what an earlier one asked for goes on
        then."""
        try:
            self._needs_nobody()
        except Conflict as error:
            raise Refused(491, str(error)) from error
        if replaces is not None:
            await self._ask_over(leg, replaces)
            return
        called = meant_by(target, self._live.around)
        within = is_within(called)
        self._refer = None if within else leg
        try:
            await self.give(called)
        except HubError as error:
            self._refer = None
            raise Refused(403, str(error)) from error
        except BaseException:
            self._refer = None
            raise
        if within:
            await _notified(leg, 200)
            return
        await leg.notify(100, over=False)

    async def _moved(self, target: str) -> None:
        """The house moves the work and tells of it: then the agent is off the line and the client waits."""
        live = self._live
        kind, _, name = target.partition(":")
        queue_id = QueueId(name) if f"{kind}:" == QUEUE_PREFIX else live.call.queue_id
        agent_id = UserId(name) if f"{kind}:" == AGENT_PREFIX else None
        await live.around.desk.moved(live.call.id, queue_id=queue_id, note="", agent_id=agent_id)
        self._moves_until_s = live.around.clock.monotonic() + MOVED_WITHIN_S

    async def _taken_over(self, colleague: UserId) -> None:
        """A colleague who was asked has the client now, and the work."""
        live, third, name = self._live, self.third, self.name
        before = self._needs_talk()
        if third is None or self._side is None:
            return
        await live.around.desk.handed_over(live.call.id, colleague)
        self.third, self.is_talking, self.who = None, False, ""
        self._side.give(AgentSide(live, name))
        await live.holding.resumed()
        live.agent = Talking(agent_id=colleague, leg=third, name=name)
        await ended(before.leg)
        await (await live.sound()).drop(before.name)
        await live.connect()

    async def _ask_over(self, leg: Leg, replaces: Replaces) -> None:
        """An attended transfer by the phone's keys: the far side of its other call is asked to come over to this
        client. Until it has answered the agent and the client talk on. Raises Refused."""
        live = self._live
        other = live.around.other_call(replaces)
        if other is None or other is live:
            raise Refused(481, "there is no such call to join")
        try:
            offer = await (await live.sound()).offered(self.name)
        except (NoCommonMedia, NoRoom) as error:
            raise Refused(480, "they cannot be joined") from error
        self._refer, self._joins = leg, True
        side = self._new_side()

        def came(third: Leg | None, answer: bytes) -> bool:
            if self._side is not side or not self._joins or live.is_over:
                return False
            live.turns.post(lambda: self._came_over(third, answer))
            return True

        other.hand_over(offer, side, came)
        live.turns.later(COMES_WITHIN_S, lambda: self._came_not(side))

    async def _came_not(self, side: PassedOn) -> None:
        if self._side is side and self._joins:
            await self._came_over(None, b"")

    async def _came_over(self, third: Leg | None, answer: bytes) -> None:
        """They have the client now, if they came."""
        if not self._joins or self._live.is_over:
            if third is not None:
                await ended(third)
            return
        self._joins, self.third = False, third
        if third is not None and not third.is_over:
            try:
                await (await self._live.sound()).agreed(self.name, answer)
            except NoCommonMedia:
                pass
            else:
                await self._given()
                return
        await self._drop_third()
        await self._failed(480)

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
        if self._blind:  # else the client is on hold still, and the agent sees that nobody is there
            self._blind = False
            await self._failed(why.status or 480)

    async def _failed(self, status: int) -> None:
        """Nobody took the client: the agent's phone still has its call, or they wait again."""
        live = self._live
        refer, self._refer = self._refer, None
        if live.agent is None:
            await live.until_kept(self._back_in_line)
            return
        if refer is not None:
            await _notified(refer, status)
        await live.connect()

    async def _back_in_line(self) -> None:
        live = self._live
        await live.around.desk.came_back(live.call.id, "transfer_failed")
        await live.wait_on()

    async def phone_left(self) -> bool:
        """The agent's phone hung up. Whether the client is on their way to somebody and stays on the line: a phone may
        hang up as soon as its REFER was taken (RFC 5589, 6.1)."""
        live = self._live
        if self._moves:
            agent = live.agent
            live.turns.later(MOVED_WITHIN_S, lambda: self._not_moved(agent))
            return True
        if self._refer is None:
            return False
        self._refer = None
        await self._agent_off()
        await self._hears_ringing()
        return True

    async def _not_moved(self, agent: Talking | None) -> None:
        if agent is not None and self._live.agent is agent:
            await self._live.over(CallEnd.AGENT_HUNG_UP)

    async def _given(self) -> None:
        """The client is theirs: what the house knows of the call ends here, what is said goes on through us."""
        live = self._live
        session = await live.sound()
        await session.stop(CLIENT)
        await session.hear(heard_by((CLIENT, self.name)))
        await live.holding.stop_recording()
        self.is_given = True
        if self._refer is not None:
            refer, self._refer = self._refer, None
            await _notified(refer, 200)
        await self._agent_off()
        await live.until_kept(self._tell)

    async def _tell(self) -> None:
        if not self.is_told:
            await self._live.around.desk.ended(self._live.call.id, CallEnd.TRANSFERRED)
            self.is_told = True

    async def _agent_off(self) -> None:
        agent, self._live.agent = self._live.agent, None
        if agent is not None:
            await ended(agent.leg)
            await (await self._live.sound()).drop(agent.name)
            await self._live.holding.left_alone()

    async def _hears_ringing(self) -> None:
        """The client waits for whoever is called, and for nobody else."""
        session = await self._live.sound()
        await session.hear({CLIENT: NOBODY})
        await session.play(CLIENT, self._live.around.prompts.ringing())

    async def _drop_third(self) -> None:
        third, self.third = self.third, None
        self.is_talking = False
        self._live.around.outside.over(self._leg_name)
        if third is not None:
            await ended(third)
            await (await self._live.sound()).drop(self.name)
        await self._live.until_kept(self._nobody_is_asked)

    async def _nobody_is_asked(self) -> None:
        if self.third is None:
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
        try:
            await live.around.desk.third(live.call.id, who, CallStage.RINGING)
        except HubError:
            await self.end()  # nobody would know whom the phone rings for
            raise

    @property
    def _leg_name(self) -> str:
        return f"{self._live.call.id}/{THIRD}"

    async def end(self) -> None:
        """The call is over: so is whatever was asked of others."""
        self._live.around.outside.over(self._leg_name)
        third, self.third = self.third, None
        was_asked, self._joins = third is not None or self._joins, False
        self._blind = self.is_talking = False
        self._refer, self._moves_until_s = None, 0.0
        if third is not None and not third.is_over:
            await ended(third)
        if was_asked and self._live.session is not None:
            await self._live.session.drop(self.name)

    def _new_side(self) -> PassedOn:
        self._side = PassedOn(ThirdSide(self._live, self.name))
        return self._side

    def _needs_talk(self) -> Talking:
        agent = self._live.agent
        if agent is None or self._live.is_over or self.is_given:
            raise Conflict("nobody talks on this call", code="not_talking")
        return agent

    def _needs_nobody(self) -> Talking:
        """Raises Conflict unless the agent talks to the client and has asked nobody yet."""
        agent = self._needs_talk()
        if self.third is not None or self._joins or self._moves:
            raise Conflict("somebody is asked already", code="consulting")
        self.name = (
            THIRD if agent.name == AGENT else AGENT
        )  # a colleague who took the client over kept theirs
        return agent


async def _notified(leg: Leg, status: int) -> None:
    with suppress(LegOver, Refused):  # a phone that hung up after its REFER need not be told
        await leg.notify(status, over=True)
