"""Where calls are kept: each thing that happens on the telephone is one commit, and twice is no error."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from hub.calls.asking import asked_no_more, asked_on_the_telephone
from hub.calls.changing import change_call
from hub.calls.ending import end_call, end_in_favour
from hub.calls.lines import handed_to, moved_to, queued_from_menu, voicemail, wished_for
from hub.calls.lost import Lost
from hub.calls.phones import Phones
from hub.calls.retried import retried
from hub.crashpoints import crash_at
from hub.dialled import call_begun, client_behind, line_of, require_callable, require_there
from hub.domain.agent import Media
from hub.domain.call import AgentPhone, Call, CallEnd, CallStage, PhoneKind, RecordingState
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import WorkStepped
from hub.domain.ids import CallId, InteractionId, QueueId, ReservationId, TenantId, UserId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.reservation import ReservationState
from hub.domain.touch import Direction
from hub.domain.work import WorkItem, WorkState, put_on_hold
from hub.handing import back_in_line, require_not_over, take_offer
from hub.ids import new_id
from hub.ports.call_store import CallStore, CallUnit, Reached
from hub.ports.clock import Clock
from hub.ports.inbox import Received
from hub.reached import client_reached
from hub.steps import end_offer


class Calls:
    """CallDesk of hub/ports/calls.py for one tenant. `node` is this hub: it carries the calls that begin here."""

    def __init__(self, store: CallStore, clock: Clock, tenant_id: TenantId, *, node: str) -> None:
        self._store = store
        self._clock = clock
        self._tenant = tenant_id
        self.node = node
        self._phones = Phones(store, clock)
        self._lost = Lost(store, clock, tenant_id)

    # — how far it came ———————————————————————————————————————————————————————————————————

    async def began(
        self, tenant_id: TenantId, received: Received, *, account: str, thread: str, number: str, dialled: str
    ) -> Call:
        """See the port."""

        async def begun() -> Call:
            async with self._store.unit(tenant_id) as unit:
                interaction = (await unit.interactions([received.interaction_id])).get(
                    received.interaction_id
                )
                if interaction is None:
                    raise NotFound("there is no such interaction")
                if (before := await unit.call_on(account, thread)) is not None:
                    return before
                item = await unit.open_item(interaction.id)
                now = self._clock.now()
                is_over = interaction.state is not InteractionState.OPEN
                call = Call(
                    id=CallId(new_id()),
                    tenant_id=tenant_id,
                    interaction_id=interaction.id,
                    person_id=interaction.person_id,
                    queue_id=interaction.queue_id,
                    direction=Direction.INBOUND,
                    account=account,
                    thread=thread,
                    number=number,
                    dialled=dialled,
                    stage=CallStage.ENDED if is_over else CallStage.WAITING,
                    started_at=now,
                    heard_at=now,
                    node=self.node,
                    work_item_id=item.id if item is not None else None,
                    ended_at=now if is_over else None,
                    end=CallEnd.FAILED if is_over else None,
                )
                unit.add_call(call)
                return call

        crash_at("calls.before_row")
        call = await retried(begun)
        crash_at("calls.after_row")
        return call

    async def queued(self, call_id: CallId, *, queue_id: QueueId, language: str, choice: str) -> None:
        """See the port. Raises Invalid (`no_such_queue`)."""

        async def chosen() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None and await unit.open_item(interaction.id) is None:
                    now = self._clock.now()
                    await queued_from_menu(unit, call, interaction, queue_id, language, choice, now)

        await retried(chosen)

    async def place(self, call_id: CallId) -> int | None:
        """See the port."""
        call = await self._store.find_call(self._tenant, call_id)
        if call is None or call.stage not in {CallStage.WAITING, CallStage.RINGING}:
            return None
        return await self._store.place_in_line(self._tenant, call.interaction_id)

    async def dialled(self, tenant_id: TenantId, agent_id: UserId, number: str) -> Call:
        """See the port."""

        async def begun() -> Call:
            async with self._store.unit(tenant_id) as unit:
                now = self._clock.now()
                agent = require_there((await unit.agents([agent_id])).get(agent_id), now)
                queue = await line_of(unit, agent, None)
                person = await client_behind(unit, number, agent, now)
                await require_callable(unit, agent, person.id)
                return await call_begun(unit, agent, person, queue, number, now, node=self.node)

        return await retried(begun)

    async def ringing(self, call_id: CallId, agent_id: UserId) -> None:
        """See the port."""

        async def rings() -> None:
            async with self._going_on(call_id) as (unit, call, _):
                if call is not None and call.stage in {CallStage.WAITING, CallStage.RINGING}:
                    change_call(unit, call, stage=CallStage.RINGING, agent_id=agent_id)

        await retried(rings)
        crash_at("calls.after_ringing_row")

    async def answered(self, call_id: CallId, reservation_id: ReservationId) -> WorkItem:
        """See the port."""

        async def picked_up() -> WorkItem:
            async with self._going_on(call_id) as (unit, call, interaction):
                offer = (await unit.reservations([reservation_id])).get(reservation_id)
                if call is None or offer is None or offer.interaction_id != interaction.id:
                    raise Conflict("this offer is over", code="offer_over")
                require_not_over(offer)
                item = (await unit.work_items([offer.work_item_id])).get(offer.work_item_id)
                if item is None:
                    raise Conflict("this offer is over", code="offer_over")
                now = self._clock.now()
                theirs, _ = await take_offer(unit, interaction, item, offer, now)
                change_call(
                    unit,
                    call,
                    stage=CallStage.TALKING,
                    agent_id=offer.agent_id,
                    work_item_id=theirs.id,
                    queue_id=theirs.queue_id,
                    answered_at=call.answered_at or now,
                )
                await client_reached(unit, interaction, now, Reached.THEY_CALLED, number=call.number)
                return theirs

        crash_at("calls.before_answered_row")
        taken = await retried(picked_up)
        crash_at("calls.after_answered_row")
        return taken

    async def not_answered(self, reservation_id: ReservationId, reason: str) -> None:
        """See the port."""

        async def refused() -> None:
            async with self._store.unit(self._tenant) as unit:
                offer = (await unit.reservations([reservation_id])).get(reservation_id)
                if offer is None:
                    return
                await unit.interactions([offer.interaction_id])
                call = await unit.call_going_on(offer.interaction_id)
                if offer.state is ReservationState.OFFERED:
                    to = ReservationState.WITHDRAWN if reason == "no_room" else ReservationState.DECLINED
                    await end_offer(unit, offer, to, self._clock.now(), reason=reason)
                if call is not None and call.stage is CallStage.RINGING and call.agent_id == offer.agent_id:
                    item = await unit.open_item(offer.interaction_id)
                    if (
                        call.direction is Direction.INBOUND
                        and item is not None
                        and item.state is not WorkState.ASSIGNED
                    ):
                        change_call(unit, call, stage=CallStage.WAITING, agent_id=None)

        await retried(refused)

    async def came_back(self, call_id: CallId, reason: str) -> bool:
        """See the port."""

        async def back() -> bool:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is None:
                    return False
                item = await unit.open_item(interaction.id)
                if item is None or item.media is not Media.VOICE or item.state is WorkState.WRAP_UP:
                    return False
                await asked_no_more(unit, interaction.id, self._clock.now(), "done")
                if item.state is not WorkState.QUEUED:
                    await back_in_line(unit, interaction, item, self._clock.now(), reason=reason)
                change_call(
                    unit,
                    call,
                    stage=CallStage.WAITING,
                    agent_id=None,
                    held_since=None,
                    third="",
                    third_stage=None,
                )
                return True

        return await retried(back)

    async def client_answered(self, call_id: CallId) -> None:
        """See the port."""

        async def on_the_line() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None and call.direction is Direction.OUTBOUND:
                    now = self._clock.now()
                    change_call(unit, call, stage=CallStage.TALKING, answered_at=call.answered_at or now)
                    await client_reached(unit, interaction, now, Reached.WE_CALLED, number=call.number)

        await retried(on_the_line)

    async def held(self, call_id: CallId, *, held: bool) -> None:
        """See the port. What nobody talks on is not held."""

        async def on_hold() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if (
                    call is None
                    or call.stage is not CallStage.TALKING
                    or held is (call.held_since is not None)
                ):
                    return
                now = self._clock.now()
                item = await unit.open_item(interaction.id)
                if item is not None and item.state is WorkState.ASSIGNED and item.media is Media.VOICE:
                    after = put_on_hold(item, held, now)
                    unit.save_item(item, after)
                    reason = "hold" if held else "resumed"
                    unit.emit(WorkStepped(tenant_id=item.tenant_id, item=after, reason=reason))
                change_call(unit, call, held_since=now if held else None)

        await retried(on_hold)

    async def third(self, call_id: CallId, who: str, stage: CallStage | None) -> None:
        """See the port."""

        async def consulted() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None:
                    now = self._clock.now()
                    await asked_on_the_telephone(unit, call, interaction, who, stage, now)
                    change_call(unit, call, third="" if stage is None else who, third_stage=stage)

        await retried(consulted)

    async def recording(self, call_id: CallId, state: RecordingState) -> None:
        """See the port."""

        async def kept() -> None:
            async with self._going_on(call_id) as (unit, call, _):
                if call is not None:
                    change_call(unit, call, recording=state)

        await retried(kept)

    # — where it goes ——————————————————————————————————————————————————————————————————————

    async def moved(
        self, call_id: CallId, *, queue_id: QueueId, note: str, agent_id: UserId | None = None
    ) -> None:
        """See the port."""

        async def elsewhere() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None:
                    now = self._clock.now()
                    await moved_to(unit, call, interaction, queue_id, agent_id, note, now)

        await retried(elsewhere)

    async def handed_over(self, call_id: CallId, agent_id: UserId) -> None:
        """See the port."""

        async def theirs() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None and call.agent_id != agent_id:
                    await handed_to(unit, call, interaction, agent_id, self._clock.now())

        await retried(theirs)

    async def ended(self, call_id: CallId, end: CallEnd) -> None:
        """See the port."""

        async def over() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None:
                    await end_call(unit, call, interaction, end, self._clock.now())

        crash_at("calls.before_end_row")
        await retried(over)
        crash_at("calls.after_end_row")

    async def not_dialled(self, call_id: CallId, *, again: bool) -> None:
        """A call of ours could not be made and is over. `again`: what was promised to the client goes back into the
        line, at its old place; else it is in wrap-up, for the agent to see."""

        async def failed() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is None:
                    return
                item = await unit.open_item(interaction.id)
                now = self._clock.now()
                if again and item is not None and _is_promised(item):
                    _, at = await back_in_line(unit, interaction, item, now, reason="not_dialled")
                    await end_in_favour(unit, call, at, CallEnd.FAILED, now)
                    return
                await end_call(unit, call, interaction, CallEnd.FAILED, now)

        await retried(failed)

    async def left_message(self, call_id: CallId) -> None:
        """See the port. Raises Conflict (`call_over`) when the call ended otherwise before."""

        async def said() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None:
                    await voicemail(unit, call, interaction, self._clock.now())
                elif await unit.written_before(interaction.id, f"voicemail:{call_id}") is None:
                    raise Conflict("this call is over", code="call_over")

        await retried(said)

    async def wants_callback(self, call_id: CallId, number: str) -> None:
        """See the port. Raises Invalid (`bad_phone`) for no number."""
        if not number:
            raise Invalid("there is no number to call", field="number", code="bad_phone")

        async def wished() -> None:
            async with self._going_on(call_id) as (unit, call, interaction):
                if call is not None:
                    await wished_for(unit, call, interaction, number, self._clock.now())

        await retried(wished)

    # — whether it lives ———————————————————————————————————————————————————————————————————

    async def alive(self, node: str, call_ids: Sequence[CallId]) -> None:
        """See the port."""
        await self._store.heard(self._tenant, node, call_ids, self._clock.now())

    async def lost(self, node: str) -> Sequence[Call]:
        """See the port."""
        await self._phones.none_ready(self._tenant)
        return await self._lost.of(node)

    async def judge_phones(self, rings: Callable[[str], bool]) -> None:
        """Phones at numbers and addresses are rung where the house calls these: as it says now, and from now on."""
        self._phones.rings = rings
        await self._phones.judge_addresses(self._tenant)

    async def step(self) -> None:
        """End the calls that nothing was heard of for too long: run it every second or so."""
        await self._lost.step()

    async def call_of(self, interaction_id: InteractionId) -> Call | None:
        """See the port."""
        return await self._store.call_in(self._tenant, interaction_id)

    # — phones —————————————————————————————————————————————————————————————————————————————

    async def phone_of(self, tenant_id: TenantId, agent_id: UserId) -> AgentPhone:
        """See the port."""
        return await self._phones.of(tenant_id, agent_id)

    async def phone_ready(
        self, tenant_id: TenantId, agent_id: UserId, kind: PhoneKind, *, ready: bool
    ) -> None:
        """See the port."""
        await self._phones.set_ready(tenant_id, agent_id, kind, ready=ready)

    @asynccontextmanager
    async def _going_on(self, call_id: CallId) -> AsyncIterator[tuple[CallUnit, Call | None, Interaction]]:
        """A unit of work with the call and its interaction locked; None for a call that is over. Raises NotFound."""
        seen = await self._store.find_call(self._tenant, call_id)
        if seen is None:
            raise NotFound("there is no such call")
        async with self._store.unit(self._tenant) as unit:
            interaction = (await unit.interactions([seen.interaction_id]))[seen.interaction_id]
            call = await unit.call(call_id)
            yield unit, (call if call is not None and call.ended_at is None else None), interaction


def _is_promised(item: WorkItem) -> bool:
    """Work in hand that began with the client, not with us."""
    is_call = item.media is Media.VOICE and item.state is WorkState.ASSIGNED
    return is_call and item.direction is Direction.INBOUND
