"""All calls that this hub carries: who comes in, what the house decides, and what people ask for at the console."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

import structlog

from hub.channels.sip.b2bua.going_over import GoesOver
from hub.channels.sip.b2bua.inbound import received
from hub.channels.sip.b2bua.inner import InnerCall
from hub.channels.sip.b2bua.live import LiveCall
from hub.channels.sip.b2bua.outbound import OutboundCall, dialled_on_phone
from hub.channels.sip.b2bua.parties import is_named
from hub.channels.sip.b2bua.passing import PassedOn
from hub.channels.sip.b2bua.sides import AgentSide, ClientSide, ended
from hub.channels.sip.b2bua.surroundings import Surroundings
from hub.channels.sip.b2bua.turns import CallOver
from hub.channels.sip.headers import Replaces
from hub.channels.sip.leg import InboundLeg, Leg, LegEvents, Source
from hub.channels.sip.numbers import user_of
from hub.channels.sip.refusal import Field, Refused
from hub.domain.agent import Media
from hub.domain.call import AgentPhone, Call, CallEnd, RecordingState, is_number
from hub.domain.errors import Conflict, NotFound, Unavailable
from hub.domain.events import Event, ReservationEnded, ReservationOffered, WorkStepped
from hub.domain.ids import CallId, InteractionId, ReservationId, UserId
from hub.domain.reservation import ReservationState

K = TypeVar("K")
V = TypeVar("V")
L = TypeVar("L", bound=LiveCall)

log = structlog.get_logger(__name__)

BEAT_S = 20.0
CARD_WITHIN_S = 1.0
"""A phone rings so long after the offer at the latest, should nobody tell that the card was shown."""
_REMEMBERED = 2_000
_DRAIN_S = 8.0


class Switchboard:
    """Implements IncomingCalls (for the user agent) and Telephone (for the desk); hears the house's events."""

    def __init__(self, around: Surroundings, *, limit: int = 4_000) -> None:
        self._around = around = replace(around, other_call=self._other_call)
        self._limit = limit
        self._calls: dict[CallId, LiveCall] = {}
        self._by_interaction: dict[InteractionId, LiveCall] = {}
        # an offer may be told before the call that it is for has come back from the store
        self._early: OrderedDict[InteractionId, ReservationOffered] = OrderedDict()
        self._shown: OrderedDict[ReservationId, None] = OrderedDict()
        self._inner: set[InnerCall] = set()
        self._group: asyncio.TaskGroup | None = None
        self._draining = False
        self._beginning = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def active(self) -> int:
        """How many calls live here, those that are being written included."""
        return len(self._calls) + self._beginning

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Calls live within the block, and are ended at its end."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                yield
            finally:
                await self.drain()
                self._group = None

    async def drain(self) -> None:
        """Take no more calls, and end those that are there: the house is told, their people hear it."""
        self._draining = True
        for live in list(self._calls.values()):
            live.turns.post(partial(live.over, CallEnd.HUB_LOST))
        for inner in self._inner:
            inner.end()
        try:
            async with asyncio.timeout(_DRAIN_S):
                await self._quiet.wait()
        except TimeoutError:
            log.warning("calls_not_drained", calls=self.active)
            for live in list(self._calls.values()):
                live.left.set()
                live.turns.close()

    async def beat(self) -> None:
        """Say that the calls of this hub live (G10)."""
        if self._calls:
            await self._around.desk.alive(self._around.node, list(self._calls))

    # — IncomingCalls —————————————————————————————————————————————————————————————————————

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        """Somebody calls. Raises Refused for a number that leads nowhere, and when there is no room."""
        if self._draining or self._group is None or self.active >= self._limit:
            raise Refused(503, "no room for another call", telling=(Field("Retry-After", "5"),))
        if source.account:
            return self._from_phone(leg, source)
        line = self._around.lines.of(leg.invite, source)
        if line is None:
            raise Refused(404, "this number leads nowhere")
        events = PassedOn()

        async def begin() -> None:
            live = await self._written(received(self._around, leg, line), events, ClientSide)
            if live is not None:
                live.turns.post(live.begin)
                await self._live(live)

        self._begin(begin, leg)
        return events

    def _begin(self, begin: Callable[[], Awaitable[None]], leg: Leg) -> None:
        """A call is being written from now on: it counts, and the end of the hub waits for it."""
        assert self._group is not None
        self._beginning += 1
        self._quiet.clear()
        self._group.create_task(self._guarded(begin, leg), name="call")

    async def _written(
        self, made: Awaitable[L | None], events: PassedOn, side: Callable[[LiveCall], LegEvents]
    ) -> L | None:
        """The call once it is durable, to be carried at once; None for one that was refused."""
        live = None
        try:
            live = await made
            return live
        finally:
            self._beginning -= 1
            events.give(None if live is None else side(live))
            if live is None:
                self._note_quiet()

    def _from_phone(self, leg: InboundLeg, source: Source) -> LegEvents:
        """A phone of the house calls a colleague, or somebody outside."""
        agent_id = self._around.phones.agent_of(source.account)
        if agent_id is None or self._group is None:
            raise Refused(403, "this phone is nobody's")
        user = user_of(leg.invite.uri)
        colleague = self._around.phones.agent_of(user)
        if colleague is None and not user.strip("+0123456789*#") and user:
            events = PassedOn()
            self._begin(lambda: self._dialled(leg, agent_id, user, events), leg)
            return events
        if colleague is None or colleague == agent_id:
            raise Refused(404, "this number leads nowhere")
        inner = InnerCall(self._around, leg)
        self._group.create_task(self._guarded(lambda: self._inside(inner, colleague), leg), name="inner call")
        return inner

    async def _inside(self, inner: InnerCall, colleague: UserId) -> None:
        phone = await self._around.desk.phone_of(self._around.tenant_id, colleague)
        reached = self._around.phones.reach(phone)
        if reached is None:
            await inner.calling.refuse(480)
            return
        self._inner.add(inner)
        try:
            await inner.run(*reached, inner.calling.remote)
        finally:
            self._inner.discard(inner)

    async def _dialled(self, leg: InboundLeg, agent_id: UserId, number: str, events: PassedOn) -> None:
        made = dialled_on_phone(self._around, leg, agent_id, number)
        live = await self._written(made, events, AgentSide)
        if live is not None:
            live.turns.post(lambda: live.begin(leg))
            await self._live(live)

    def _other_call(self, replaces: Replaces) -> GoesOver | None:
        for inner in self._inner:
            if inner.is_of(replaces):
                return inner
        for live in self._calls.values():
            if live.agent is not None and is_named(live.agent.leg, replaces):
                return live
        return None

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        """A PBX on the client's side hands its user's call to another of its phones (RFC 3891): the client's leg
        changes, from where it was only."""
        for live in self._calls.values():
            if live.client is replaced and source.trunk and live.call.account == f"sip:{source.trunk}":
                live.turns.post(partial(live.client_replaced, leg))
                return ClientSide(live)
        raise Refused(481, "there is no such call")

    async def _guarded(self, begin: Callable[[], Awaitable[None]], leg: Leg) -> None:
        """A fault of one call is no fault of the hub."""
        try:
            await begin()
        except Exception:
            log.exception("call_failed", leg=leg.id)
            await ended(leg)

    async def _live(self, live: LiveCall) -> None:
        """Carry the call until it is over."""
        call = live.call
        self._calls[call.id] = live
        self._quiet.clear()
        self._by_interaction[call.interaction_id] = live
        try:
            if self._draining:  # it was being written when the others were ended
                live.turns.post(partial(live.over, CallEnd.HUB_LOST))
            if early := self._early.pop(call.interaction_id, None):
                self._offer(live, early)
            await live.run()
        finally:
            del self._calls[call.id]
            if self._by_interaction.get(call.interaction_id) is live:
                del self._by_interaction[call.interaction_id]
            self._note_quiet()

    def _note_quiet(self) -> None:
        if not self.active:
            self._quiet.set()

    # — what the house decides ————————————————————————————————————————————————————————————

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler. Never waits for a call."""
        for event in events:
            match event:
                case ReservationOffered() if event.item.media is Media.VOICE:
                    live = self._by_interaction.get(event.item.interaction_id)
                    if live is None:
                        _remember(self._early, event.item.interaction_id, event)
                    else:
                        self._offer(live, event)
                case ReservationEnded() if event.item.media is Media.VOICE:
                    self._early.pop(event.item.interaction_id, None)
                    if live := self._by_interaction.get(event.item.interaction_id):
                        accepted = event.reservation.state is ReservationState.ACCEPTED
                        live.turns.post(partial(live.offer_over, event.reservation, accepted=accepted))
                case WorkStepped() if event.item.media is Media.VOICE:
                    if live := self._by_interaction.get(event.item.interaction_id):
                        moved = event.reason == "transferred"
                        live.turns.post(
                            partial(live.work_stepped, event.item, event.from_agent_id, moved=moved)
                        )
                case _:
                    pass

    def _offer(self, live: LiveCall, event: ReservationOffered) -> None:
        reservation = event.reservation
        live.turns.post(lambda: live.offered(reservation))
        if reservation.id in self._shown:
            live.turns.post(lambda: live.ring(reservation.id))
        else:
            live.turns.later(CARD_WITHIN_S, lambda: live.ring(reservation.id))

    def card_shown(self, reservation_id: ReservationId, interaction_id: InteractionId) -> None:
        """The card of this offer was written to the agent's window: the phone may ring."""
        _remember(self._shown, reservation_id, None)
        if live := self._by_interaction.get(interaction_id):
            live.turns.post(lambda: live.ring(reservation_id))

    # — Telephone —————————————————————————————————————————————————————————————————————————

    async def dial(self, call: Call, phone: AgentPhone) -> None:
        """See hub/ports/calls.py."""
        if self._draining or self._group is None or self.active >= self._limit:
            raise Unavailable("no room for another call", code="overloaded", retry_after_s=5.0)
        way = self._around.outside.way(call.id, call.number, phone.agent_id)
        live = OutboundCall(self._around, call, phone.agent_id, way, call.id)
        live.turns.post(lambda: live.ring_phone(phone))
        self._group.create_task(self._carried(live), name="call")
        await live.rings

    def judge(self, number: str, agent_id: UserId) -> None:
        """See hub/ports/calls.py."""
        self._around.outside.judge(number, agent_id)

    def judge_phone(self, address: str) -> None:
        """See hub/ports/calls.py."""
        if is_number(address):
            self._around.outside.judge_number(address)
        else:
            self._around.phones.judge_address(address)

    async def _carried(self, live: OutboundCall) -> None:
        try:
            await self._live(live)
        except Exception:
            log.exception("call_failed", call=live.call.id)
        finally:
            if not live.rings.done():
                live.rings.set_exception(Unavailable("the call could not be made", code="call_failed"))
                live.rings.exception()  # whoever asked may have gone

    async def hold(self, call_id: CallId, *, held: bool) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.holding.hold(held=held))

    async def hang_up(self, call_id: CallId) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.over(CallEnd.AGENT_HUNG_UP))

    async def press(self, call_id: CallId, keys: str) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.press(keys))

    async def record(self, call_id: CallId, state: RecordingState) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.holding.record(state))

    async def give(self, call_id: CallId, target: str) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.handing.give(target))

    async def consult(self, call_id: CallId, target: str) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.handing.consult(target))

    async def join(self, call_id: CallId) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.handing.join())

    async def take_back(self, call_id: CallId) -> None:
        """See hub/ports/calls.py."""
        await self._ask(call_id, lambda live: live.handing.take_back())

    async def _ask(self, call_id: CallId, step: Callable[[LiveCall], Awaitable[None]]) -> None:
        live = self._calls.get(call_id)
        if live is None:
            raise NotFound("there is no such call here")
        try:
            await live.turns.ask(lambda: step(live))
        except CallOver:
            raise Conflict("this call is over", code="call_over") from None
        except TimeoutError:
            raise Unavailable("the telephone does not answer", code="telephone_busy") from None


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    """The newest few: what nobody asks for is forgotten."""
    known[key] = value
    known.move_to_end(key)
    while len(known) > _REMEMBERED:
        known.popitem(last=False)
