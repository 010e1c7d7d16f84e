"""Calls and what hangs on them, step by step, on both databases: each step once, however often it is told."""

import asyncio

import pytest

from hub.domain.access import Role
from hub.domain.agent import Agent
from hub.domain.call import CallEnd, CallStage, RecordingState
from hub.domain.errors import Conflict
from hub.domain.events import CallChanged, ReservationEnded, TasksChanged, WorkStepped
from hub.domain.interaction import Disposition, InteractionState
from hub.domain.reservation import ReservationState
from hub.domain.work import WorkItem, WorkState
from hub.routing.reservations import expire
from tests.contracts.call_line import NUMBER, Line, of
from tests.stores import House


@pytest.fixture
def line(house: House) -> Line:
    return Line(house=house)


@pytest.fixture
async def anna(house: House) -> Agent:
    return await house.hire("Anna", phone_ready=True)


@pytest.fixture
async def boris(house: House) -> Agent:
    return await house.hire("Boris", phone_ready=True)


# --- coming in ---


async def test_a_call_begins_once_however_often_it_is_told(line: Line) -> None:
    call, touch, received = await line.began()
    again = await line._began(touch, received)
    assert again == call
    assert (call.stage, call.number, call.node) == (CallStage.WAITING, NUMBER, "one")
    assert await line.house.count("calls") == 1
    assert len(of(CallChanged, await line.house.events())) == 1
    assert await line.calls.call_of(call.interaction_id) == call
    assert await line.calls.place(call.id) == 1


async def test_two_who_begin_the_same_call_at_once_have_one(line: Line) -> None:
    touch = line.touch()
    (received,) = await line.house.receive(touch)
    one, other = await asyncio.gather(line._began(touch, received), line._began(touch, received))
    assert one.id == other.id


async def test_the_place_counts_those_before(line: Line) -> None:
    first, _, _ = await line.began()
    line.house.clock.advance(5)
    second, _, _ = await line.began(line.touch("+905320000001"))
    assert (await line.calls.place(first.id), await line.calls.place(second.id)) == (1, 2)


async def test_the_agent_answers_and_the_work_is_theirs(line: Line, anna: Agent) -> None:
    call, offer = await line.rung(anna)
    assert (await line.now(call)).stage is CallStage.RINGING
    line.house.clock.advance(4)
    item = await line.calls.answered(call.id, offer.id)
    assert (item.state, item.agent_id) == (WorkState.ASSIGNED, anna.id)
    assert await line.calls.answered(call.id, offer.id) == item
    now = await line.now(call)
    assert (now.stage, now.agent_id, now.answered_at) == (CallStage.TALKING, anna.id, line.house.clock.now())
    assert await line.calls.place(call.id) is None


async def test_accepted_at_the_console_the_phone_may_be_picked_up_later(line: Line, anna: Agent) -> None:
    call, offer = await line.rung(anna)
    accepted = await line.house.work.accept(line.house.as_(anna), offer.id)
    assert (await line.now(call)).stage is CallStage.RINGING
    assert await line.calls.answered(call.id, offer.id) == accepted
    assert (await line.now(call)).stage is CallStage.TALKING


async def test_an_offer_that_is_over_cannot_be_answered(line: Line, anna: Agent) -> None:
    call, offer = await line.rung(anna)
    await line.calls.not_answered(offer.id, "busy")
    with pytest.raises(Conflict) as refused:
        await line.calls.answered(call.id, offer.id)
    assert refused.value.stable_code == "offer_over"
    now = await line.now(call)
    assert (now.stage, now.agent_id) == (CallStage.WAITING, None)
    (offered,) = await line.house.offers(await line.item_of(call))
    assert (offered.state, offered.reason) == (ReservationState.DECLINED, "busy")
    await line.calls.not_answered(offer.id, "busy")


async def test_want_of_ports_is_held_against_no_agent(line: Line, anna: Agent) -> None:
    call, offer = await line.rung(anna)
    await line.calls.not_answered(offer.id, "no_room")

    assert (await line.now(call)).stage is CallStage.WAITING
    (offered,) = await line.house.offers(await line.item_of(call))
    assert (offered.state, offered.reason) == (ReservationState.WITHDRAWN, "no_room")


async def test_an_offer_past_its_time_cannot_be_answered(line: Line, anna: Agent) -> None:
    call, offer = await line.rung(anna)
    line.house.clock.advance(21)
    with pytest.raises(Conflict):
        await line.calls.answered(call.id, offer.id)


async def test_of_answered_and_ended_at_once_one_comes_first_and_nothing_is_stuck(
    line: Line, anna: Agent
) -> None:
    for _ in range(5):
        call, offer = await line.rung(anna)
        answered, _ = await asyncio.gather(
            line.calls.answered(call.id, offer.id),
            line.calls.ended(call.id, CallEnd.CLIENT_LEFT),
            return_exceptions=True,
        )
        rows = await line.passes(call)
        if isinstance(answered, WorkItem):
            assert rows == [("wrap_up", "voice", "sip")]
            await line.house.work.complete(line.house.as_(anna), (await line.item_of(call)).id)
        else:
            assert isinstance(answered, Conflict)
            assert rows == [("abandoned", "voice", "sip")]
        assert (await line.now(call)).stage is CallStage.ENDED
        assert await line.state(call) is InteractionState.CLOSED


async def test_of_answered_and_expired_at_once_one_comes_first_and_the_other_finds_it_so(
    line: Line, anna: Agent
) -> None:
    house = line.house
    for _ in range(5):
        call, offer = await line.rung(anna)
        house.clock.advance(3)
        answered, _ = await asyncio.gather(
            line.calls.answered(call.id, offer.id),
            expire(house.store, house.clock, offer),
            return_exceptions=True,
        )
        (kept,) = await house.offers(await line.item_of(call))
        item = await line.item_of(call)
        if isinstance(answered, WorkItem):
            assert (kept.state, item.state) == (ReservationState.ACCEPTED, WorkState.ASSIGNED)
        else:
            assert isinstance(answered, Conflict)
            assert (kept.state, item.state) == (ReservationState.EXPIRED, WorkState.QUEUED)
            await line.calls.not_answered(offer.id, "no_answer")
            assert (await line.now(call)).stage is CallStage.WAITING
        house.clock.advance(3)
        await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
        left = await house.open_item(call.interaction_id)
        if left is not None:
            await house.work.complete(house.as_(anna), left.id)


async def test_who_is_on_the_line_is_moved_by_the_telephone_only(
    line: Line, anna: Agent, boris: Agent
) -> None:
    house = line.house
    call = await line.talking(anna)
    sales = house.a_queue("sales")
    await house.floor.put_queue(sales)
    house.store.forget_queues()
    sofia = house.somebody(Role.SUPERVISOR, house.queue.id)
    for moving in (
        house.transfers.to_queue(house.as_(anna), call.interaction_id, sales.id, ""),
        house.transfers.to_agent(house.as_(anna), call.interaction_id, boris.id, ""),
        house.supervising.return_to_queue(sofia, call.interaction_id, "because"),
    ):
        with pytest.raises(Conflict) as refused:
            await moving
        assert refused.value.stable_code == "call_stays"
    waits, _, _ = await line.began(line.touch("+905320000004"))
    with pytest.raises(Conflict):
        await house.supervising.pull_out(sofia, waits.interaction_id, queue_id=None, reason="because")
    await house.supervising.pull_out(sofia, waits.interaction_id, queue_id=sales.id, reason="because")
    assert (await line.now(waits)).queue_id == sales.id


async def test_who_cannot_be_connected_gives_the_caller_back_to_the_old_place(
    line: Line, anna: Agent
) -> None:
    call, offer = await line.rung(anna)
    before = await line.item_of(call)
    await line.house.work.accept(line.house.as_(anna), offer.id)
    line.house.clock.advance(3)
    await line.calls.came_back(call.id, "unreachable")
    await line.calls.came_back(call.id, "unreachable")
    item = await line.item_of(call)
    assert (item.state, item.first_queued_at, item.urgent_at) == (
        WorkState.QUEUED,
        before.first_queued_at,
        before.urgent_at,
    )
    assert (await line.now(call)).stage is CallStage.WAITING
    stepped = of(WorkStepped, await line.house.events())[-1]
    assert isinstance(stepped, WorkStepped)
    assert (stepped.reason, stepped.from_agent_id) == ("unreachable", anna.id)


# --- hold ---


async def test_hold_is_a_segment_of_its_own_and_all_of_it_is_handling(line: Line, anna: Agent) -> None:
    clock = line.house.clock
    call = await line.talking(anna)
    clock.advance(10)
    await line.calls.held(call.id, held=True)
    await line.calls.held(call.id, held=True)
    assert (await line.item_of(call)).held
    clock.advance(7)
    await line.calls.held(call.id, held=False)
    await line.calls.held(call.id, held=False)
    clock.advance(5)
    await line.calls.held(call.id, held=True)
    clock.advance(2)
    await line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    clock.advance(4)
    item = await line.item_of(call)
    await line.house.work.complete(line.house.as_(anna), item.id)

    worked = [part for part in await line.segments(call) if part[0] not in {"queue", "alert"}]
    assert worked == [("talk", 10), ("hold", 7), ("talk", 5), ("hold", 2), ("wrap_up", 4)]
    ((handled,),) = await line.house.rows("SELECT handle_us FROM work_items WHERE id = $1", item.id)
    assert handled == 28_000_000
    assert not (await line.house.item(item.id)).held


async def test_what_nobody_talks_on_is_not_held(line: Line, anna: Agent) -> None:
    call, _ = await line.rung(anna)
    await line.calls.held(call.id, held=True)
    assert (await line.now(call)).held_since is None


async def test_what_is_kept_and_who_is_consulted_is_told(line: Line, anna: Agent) -> None:
    call = await line.talking(anna)
    await line.house.events()
    for _ in range(2):
        await line.calls.recording(call.id, RecordingState.ON)
        await line.calls.third(call.id, "Boris", CallStage.RINGING)
    now = await line.now(call)
    assert (now.recording, now.third, now.third_stage) == (RecordingState.ON, "Boris", CallStage.RINGING)
    await line.calls.third(call.id, "Boris", None)
    assert (await line.now(call)).third == ""
    assert len(of(CallChanged, await line.house.events())) == 3


# --- the end ---


async def test_a_caller_who_leaves_is_missed_once_and_to_be_called_back(line: Line, anna: Agent) -> None:
    call, offer = await line.rung(anna)
    line.house.clock.advance(30)
    await line.house.events()
    for _ in range(2):
        await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
    assert await line.passes(call) == [("abandoned", "voice", "sip")]
    assert await line.touches(call) == [("inbound", "call"), ("inbound", "missed_call")]
    assert await line.tasks() == [(line.house.queue.id, call.interaction_id, f"Call back: {NUMBER}")]
    assert await line.state(call) is InteractionState.CLOSED
    now = await line.now(call)
    assert (now.stage, now.end, now.ended_at) == (
        CallStage.ENDED,
        CallEnd.CLIENT_LEFT,
        line.house.clock.now(),
    )
    told = await line.house.events()
    (over,) = of(ReservationEnded, told)
    assert isinstance(over, ReservationEnded)
    assert (over.reservation.id, over.reservation.state) == (offer.id, ReservationState.WITHDRAWN)
    (tasks,) = of(TasksChanged, told)
    assert isinstance(tasks, TasksChanged)
    assert tasks.user_ids == (anna.id,)
    assert await line.calls.call_of(call.interaction_id) is None


async def test_the_history_has_a_line_of_the_end(line: Line, anna: Agent) -> None:
    call = await line.talking(anna)
    await line.calls.ended(call.id, CallEnd.MEDIA_LOST)
    rows = await line.house.rows(
        "SELECT state, reason FROM facts WHERE interaction_id = $1 AND kind = 'call_changed'",
        call.interaction_id,
    )
    assert [tuple(r) for r in rows] == [("ended", "media_lost")]


async def test_a_caller_without_a_number_is_missed_and_nobody_is_told_to_call(line: Line) -> None:
    touch = line.touch("anonymous:1")
    (received,) = await line.house.receive(touch)
    call = await line.calls.began(
        line.house.tenant_id,
        received,
        account=touch.account,
        thread=touch.thread,
        number="",
        dialled="support",
    )
    await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
    assert ("inbound", "missed_call") in await line.touches(call)
    assert await line.tasks() == []


async def test_a_call_outside_the_hours_is_taken_out_of_the_line_by_us(line: Line) -> None:
    call, _, _ = await line.began()
    await line.calls.ended(call.id, CallEnd.CLOSED)
    assert await line.passes(call) == [("cancelled", "voice", "sip")]
    assert len(await line.tasks()) == 1


async def test_a_call_that_is_over_is_wrapped_up_and_then_closed_with_an_outcome(
    line: Line, anna: Agent
) -> None:
    house = line.house
    call = await line.talking(anna)
    with pytest.raises(Conflict) as early:
        await house.work.close(house.as_(anna), call.interaction_id, Disposition(code="resolved"))
    assert early.value.stable_code == "on_the_line"
    house.clock.advance(60)
    for _ in range(2):
        await line.calls.ended(call.id, CallEnd.CLIENT_HUNG_UP)
    item = await line.item_of(call)
    assert (item.state, await line.state(call)) == (WorkState.WRAP_UP, InteractionState.OPEN)
    closed = await house.work.close(house.as_(anna), call.interaction_id, Disposition(code="resolved"))
    assert (closed.disposition, closed.closed_by) == (Disposition(code="resolved"), anna.id)
    assert (await line.passes(call)) == [("completed", "voice", "sip")]
    await house.work.complete(house.as_(anna), item.id)  # done already, and that is success
    with pytest.raises(Conflict) as twice:
        await house.work.close(house.as_(anna), call.interaction_id, Disposition(code="resolved"))
    assert twice.value.stable_code == "interaction_closed"
    ((outcome, by),) = await house.rows(
        "SELECT disposition, closed_by FROM interactions WHERE id = $1", call.interaction_id
    )
    assert (outcome, by) == ("resolved", anna.id)
    assert await line.tasks() == []
    assert await line.touches(call) == [("inbound", "call")]


async def test_a_wrap_up_that_ends_without_a_word_closes_by_itself(line: Line, anna: Agent) -> None:
    call = await line.talking(anna)
    await line.calls.ended(call.id, CallEnd.AGENT_HUNG_UP)
    await line.house.work.complete(line.house.as_(anna), (await line.item_of(call)).id)
    assert await line.state(call) is InteractionState.CLOSED
    ((outcome, by),) = await line.house.rows(
        "SELECT disposition, closed_by FROM interactions WHERE id = $1", call.interaction_id
    )
    assert (outcome, by) == (None, None)


async def test_accepted_but_never_answered_it_is_missed_and_the_agents_own_to_call_back(
    line: Line, anna: Agent
) -> None:
    call, offer = await line.rung(anna)
    await line.house.work.accept(line.house.as_(anna), offer.id)
    await line.calls.ended(call.id, CallEnd.CLIENT_LEFT)
    assert await line.passes(call) == [("wrap_up", "voice", "sip")]
    assert [(owner, about) for owner, about, _ in await line.tasks()] == [(anna.id, call.interaction_id)]
