"""What a supervisor does on the floor, on both databases: with waiting and held work, with agents and their desks."""

from datetime import timedelta

import pytest

from hub.domain.access import Principal, Role
from hub.domain.agent import Wish
from hub.domain.audit import AuditAction
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.events import AgentChanged, InteractionClosed, NoticeSent, ReservationEnded, WorkStepped
from hub.domain.ids import InteractionId, NoticeId, UserId
from hub.domain.interaction import Disposition, InteractionState
from hub.domain.notice import NoticeKind
from hub.domain.reservation import ReservationState
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.routing.reservations import MISSED_OFFERS, expire
from tests.stores import House


@pytest.fixture
def sofia(house: House) -> Principal:
    """The supervisor of the house's queue."""
    return house.somebody(Role.SUPERVISOR, house.queue.id)


async def notices(house: House) -> list[tuple[UserId, NoticeKind, str]]:
    """What was told to whom since the last call."""
    return [
        (e.notice.user_id, e.notice.kind, e.notice.detail)
        for e in await house.events()
        if isinstance(e, NoticeSent)
    ]


async def audited(house: House) -> list[tuple[str, str]]:
    """Actions of the audit log with their objects, in order."""
    rows = await house.rows(
        "SELECT action, object FROM audit_log WHERE tenant_id = $1 ORDER BY number", house.tenant_id
    )
    return [(row[0], row[1]) for row in rows]


async def spent(house: House, item: WorkItem) -> list[tuple[str, int]]:
    """The segments of the item: kind and whole seconds."""
    rows = await house.rows(
        "SELECT kind, ended_at - started_at FROM segments WHERE work_item_id = $1 AND ended_at > started_at"
        " ORDER BY started_at",
        item.id,
    )
    return [(row[0], row[1] // 1_000_000) for row in rows]


# --- work ---


async def test_waiting_work_is_given_to_a_named_agent(house: House, sofia: Principal) -> None:
    anna = await house.hire("Anna")
    item = await house.came()
    house.clock.advance(7)
    given = await house.supervising.reassign(sofia, item.interaction_id, anna.id, override=False, note="vip")

    assert (given.state, given.agent_id) == (WorkState.ASSIGNED, anna.id)
    assert given.answered_at == house.clock.now()
    assert await house.item(item.id) == given
    (accepted,) = await house.offers(item)
    assert (accepted.state, accepted.why.reason, accepted.why.by) == (
        ReservationState.ACCEPTED,
        "given",
        sofia.name,
    )
    assert await notices(house) == [(anna.id, NoticeKind.GIVEN, "")]
    assert await audited(house) == [(AuditAction.REASSIGN, item.interaction_id)]
    assert await spent(house, item) == [("queue", 7)]


async def test_held_work_leaves_its_agent_and_is_the_others_with_its_first_answer_kept(
    house: House, sofia: Principal
) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    item = await house.given(anna)
    await house.events()
    house.clock.advance(30)
    given = await house.supervising.reassign(sofia, item.interaction_id, boris.id, override=False, note="")

    assert (given.agent_id, given.answered_at) == (boris.id, item.answered_at)
    told = await house.events()
    (back,) = [e for e in told if isinstance(e, WorkStepped)]
    assert (back.item.state, back.from_agent_id, back.reason) == (WorkState.QUEUED, anna.id, "reassigned")
    assert [e.item for e in told if isinstance(e, ReservationEnded)] == [given]
    sent = {(e.notice.user_id, e.notice.kind, e.notice.detail) for e in told if isinstance(e, NoticeSent)}
    assert sent == {(anna.id, NoticeKind.TAKEN, "Boris"), (boris.id, NoticeKind.GIVEN, "")}
    assert ("text", 30) in await spent(house, item)
    with pytest.raises(NotFound):
        await house.work.close(house.as_(anna), item.interaction_id, _resolved())


async def test_work_that_is_being_offered_is_withdrawn_from_who_was_asked(
    house: House, sofia: Principal
) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    item = await house.came()
    house.clock.advance(1)
    (asked,) = await house.offer(item, anna)
    house.clock.advance(1)
    await house.supervising.reassign(sofia, item.interaction_id, boris.id, override=False, note="")

    withdrawn, accepted = await house.offers(item)
    assert (withdrawn.id, withdrawn.state) == (asked.id, ReservationState.WITHDRAWN)
    assert (accepted.agent_id, accepted.state) == (boris.id, ReservationState.ACCEPTED)
    with pytest.raises(Conflict) as late:
        await house.work.accept(house.as_(anna), asked.id)
    assert late.value.stable_code == "offer_over"


async def test_a_full_a_paused_or_a_foreign_agent_is_warned_of_and_may_be_chosen_all_the_same(
    house: House, sofia: Principal
) -> None:
    other = house.a_queue("sales")
    await house.floor.put_queue(other)
    full = await house.hire("Full", chats=1)
    await house.given(full, "v0")
    paused = await house.hire("Paused", wish=Wish.PAUSED)
    foreign = await house.hire("Foreign", queues=frozenset({other.id}))
    both = house.somebody(Role.SUPERVISOR, house.queue.id, other.id)
    item = await house.came()

    for agent, code in ((full, "agent_full"), (paused, "agent_paused"), (foreign, "not_their_queue")):
        with pytest.raises(Conflict) as warned:
            await house.supervising.reassign(both, item.interaction_id, agent.id, override=False, note="")
        assert warned.value.stable_code == code
        house.clock.advance(1)
        given = await house.supervising.reassign(both, item.interaction_id, agent.id, override=True, note="")
        assert given.agent_id == agent.id
    assert len(await audited(house)) == 3


async def test_nobody_gets_work_whose_console_is_closed(house: House, sofia: Principal) -> None:
    gone = await house.hire("Gone", presence_until=house.clock.now())
    item = await house.came()
    with pytest.raises(Conflict) as away:
        await house.supervising.reassign(sofia, item.interaction_id, gone.id, override=True, note="")
    assert away.value.stable_code == "agent_away"
    assert (await house.item(item.id)).state is WorkState.QUEUED
    assert await audited(house) == []


async def test_only_a_supervisor_of_the_queue_may(house: House, sofia: Principal) -> None:
    anna = await house.hire("Anna")
    item = await house.came()
    elsewhere = house.somebody(Role.SUPERVISOR)
    with pytest.raises(NotFound):
        await house.supervising.take_over(elsewhere, item.interaction_id)
    for role in (Role.AGENT, Role.MANAGER, Role.ADMIN):
        with pytest.raises(Forbidden):
            await house.supervising.take_over(house.as_(anna, role), item.interaction_id)
    with pytest.raises(NotFound):
        await house.supervising.take_over(sofia, InteractionId(new_id()))
    with pytest.raises(NotFound):
        await house.supervising.reassign(sofia, item.interaction_id, UserId(new_id()), override=True, note="")


async def test_a_priority_moves_waiting_work_and_says_so(house: House, sofia: Principal) -> None:
    first = await house.came("v1")
    house.clock.advance(95)
    later = await house.came("v2")
    moved = await house.supervising.prioritise(
        sofia, later.interaction_id, priority=3, first=False, reason="asked twice"
    )
    assert (moved.priority, moved.urgent_at) == (3, later.first_queued_at - timedelta(seconds=90))
    assert moved.state_at == later.state_at

    moved = await house.supervising.prioritise(sofia, later.interaction_id, priority=0, first=True, reason="")
    assert moved.urgent_at < first.urgent_at
    again = await house.supervising.prioritise(sofia, later.interaction_id, priority=0, first=True, reason="")
    assert again == moved
    assert await spent(house, later) == []
    assert [e.reason for e in await house.events() if isinstance(e, WorkStepped)][-2:] == ["prioritised"] * 2


async def test_work_in_hand_has_no_place_in_line(house: House, sofia: Principal) -> None:
    item = await house.given(await house.hire("Anna"))
    with pytest.raises(Conflict) as refused:
        await house.supervising.prioritise(
            sofia, item.interaction_id, priority=item.priority, first=False, reason=""
        )
    assert refused.value.stable_code == "work_moved_on"
    with pytest.raises(Conflict) as refused:
        await house.supervising.pull_out(sofia, item.interaction_id, queue_id=None, reason="spam")
    assert refused.value.stable_code == "work_moved_on"


async def test_what_is_pulled_out_ends_and_is_no_abandon(house: House, sofia: Principal) -> None:
    anna = await house.hire("Anna")
    item = await house.came()
    house.clock.advance(1)
    (asked,) = await house.offer(item, anna)
    house.clock.advance(1)
    with pytest.raises(Invalid):
        await house.supervising.pull_out(sofia, item.interaction_id, queue_id=None, reason="  ")
    closed = await house.supervising.pull_out(sofia, item.interaction_id, queue_id=None, reason="spam")

    assert (closed.state, closed.closed_by) == (InteractionState.CLOSED, sofia.user_id)
    assert (await house.item(item.id)).state is WorkState.CANCELLED
    assert [o.state for o in await house.offers(item)] == [ReservationState.WITHDRAWN]
    told = await house.events()
    assert any(isinstance(e, InteractionClosed) for e in told)
    assert asked.agent_id in {e.reservation.agent_id for e in told if isinstance(e, ReservationEnded)}
    again = await house.came()
    assert again.interaction_id != item.interaction_id, "the client who writes again begins anew"


async def test_what_is_moved_to_another_queue_is_as_urgent_there(house: House, sofia: Principal) -> None:
    sales = house.a_queue("sales")
    await house.floor.put_queue(sales)
    item = await house.came()
    house.clock.advance(40)
    moved = await house.supervising.pull_out(
        sofia, item.interaction_id, queue_id=sales.id, reason="wrong line"
    )
    assert (moved.state, moved.queue_id) == (InteractionState.OPEN, sales.id)
    assert (await house.item(item.id)).state is WorkState.FLOWED_OUT
    again = await house.open_item(item.interaction_id)
    assert again is not None
    assert (again.queue_id, again.urgent_at) == (sales.id, item.urgent_at)


async def test_a_supervisor_who_is_no_agent_takes_work_over_and_answers_it(
    house: House, sofia: Principal
) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await house.events()
    house.clock.advance(1)
    taken = await house.supervising.take_over(sofia, item.interaction_id)

    assert (taken.state, taken.agent_id) == (WorkState.ASSIGNED, sofia.user_id)
    assert await house.supervising.take_over(sofia, item.interaction_id) == taken
    assert await notices(house) == [(anna.id, NoticeKind.TAKEN, sofia.name)]
    reply = await house.work.reply(sofia, item.interaction_id, channel="webchat", text="I am here now")
    assert reply.author_id == sofia.user_id
    await house.work.close(sofia, item.interaction_id, _resolved())
    assert (await house.item(item.id)).state is WorkState.WRAP_UP


async def test_what_a_vanished_supervisor_took_over_is_found_by_the_sweep(
    house: House, sofia: Principal
) -> None:
    item = await house.came()
    await house.supervising.take_over(sofia, item.interaction_id)
    house.clock.advance(60)
    lost = await house.store.lost_agents(house.tenant_id, house.clock.now())
    assert [agent.id for agent in lost] == [sofia.user_id]


async def test_held_work_returns_to_its_old_place_and_its_agent_is_told(
    house: House, sofia: Principal
) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await house.events()
    house.clock.advance(12)
    back = await house.supervising.return_to_queue(sofia, item.interaction_id, "shift ends")
    assert (back.state, back.first_queued_at, back.agent_id) == (WorkState.QUEUED, item.first_queued_at, None)
    assert await house.supervising.return_to_queue(sofia, item.interaction_id, "") == back
    assert await notices(house) == [(anna.id, NoticeKind.RETURNED, "")]


# --- agents ---


async def test_an_agents_state_is_changed_with_a_reason_and_they_are_told_by_whom(
    house: House, sofia: Principal
) -> None:
    anna = await house.hire("Anna")
    with pytest.raises(Invalid):
        await house.supervising.set_agent_state(sofia, anna.id, "paused", "")
    paused = await house.supervising.set_agent_state(sofia, anna.id, "paused", "meeting")
    assert (paused.wish, paused.pause_reason) == (Wish.PAUSED, "meeting")
    assert await house.agent(anna) == paused
    assert await house.supervising.set_agent_state(sofia, anna.id, "paused", "meeting") == paused
    told = await house.events()
    assert [e.agent for e in told if isinstance(e, AgentChanged)][-1] == paused
    (sent,) = [e.notice for e in told if isinstance(e, NoticeSent)]
    assert (sent.user_id, sent.kind, sent.detail, sent.text, sent.by) == (
        anna.id,
        NoticeKind.STATE_CHANGED,
        "paused",
        "meeting",
        sofia.name,
    )
    assert await audited(house) == [(AuditAction.SET_AGENT_STATE, anna.id)]


async def test_whose_console_is_closed_cannot_be_made_to_work(house: House, sofia: Principal) -> None:
    gone = await house.hire("Gone", wish=Wish.OFFLINE, presence_until=None)
    with pytest.raises(Conflict) as away:
        await house.supervising.set_agent_state(sofia, gone.id, "available", "")
    assert away.value.stable_code == "agent_away"
    foreign = await house.hire("Foreign", queues=frozenset())
    with pytest.raises(NotFound):
        await house.supervising.set_agent_state(sofia, foreign.id, "offline", "")


async def test_a_message_lies_at_the_desk_until_it_is_read(house: House, sofia: Principal) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    (to_anna,) = await house.supervising.message(sofia, "call me", agent_id=anna.id, queue_id=None)
    to_all = await house.supervising.message(sofia, "fire drill", agent_id=None, queue_id=house.queue.id)
    assert {n.user_id for n in to_all} == {anna.id, boris.id}

    with pytest.raises(NotFound):
        await house.supervising.notice_read(house.as_(boris), to_anna.id)
    await house.supervising.notice_read(house.as_(anna), to_anna.id)
    await house.supervising.notice_read(house.as_(anna), to_anna.id)
    unread = await house.rows(
        "SELECT user_id FROM notices WHERE tenant_id = $1 AND read_at IS NULL", house.tenant_id
    )
    assert sorted(row[0] for row in unread) == sorted([anna.id, boris.id])
    with pytest.raises(NotFound):
        await house.supervising.notice_read(house.as_(anna), NoticeId(new_id()))
    with pytest.raises(Invalid):
        await house.supervising.message(sofia, " \n", agent_id=anna.id, queue_id=None)


# --- missed offers ---


async def test_offers_that_were_open_together_are_one_miss(house: House) -> None:
    anna = await house.hire("Anna", chats=5)
    offers = []
    for n in range(4):
        offers += await house.offer(await house.came(f"v{n}"), anna)
        house.clock.advance(1)
    house.clock.advance(20)
    for offer in offers:
        await expire(house.store, house.clock, offer)
    after = await house.agent(anna)
    assert (after.wish, after.missed_offers) == (Wish.AVAILABLE, 1)


async def test_misses_one_after_the_other_pause_as_before(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.came()
    for n in range(house.queue.missed_limit):
        house.clock.advance(1)
        (offer,) = await house.offer(await house.item(item.id), anna)
        house.clock.advance(21)
        assert (await house.agent(anna)).missed_offers == n
        await expire(house.store, house.clock, offer)
    after = await house.agent(anna)
    assert (after.wish, after.pause_reason) == (Wish.PAUSED, MISSED_OFFERS)


def _resolved() -> Disposition:
    return Disposition(code="resolved")
