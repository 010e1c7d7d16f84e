"""What routing relies on: offers settled once, one holder, rows found when they are due, leases renewed together."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from hub.domain.access import Role
from hub.domain.agent import Agent, Media, Wish
from hub.domain.errors import Conflict
from hub.domain.events import AgentChanged
from hub.domain.ids import TenantId, UserId, WorkItemId
from hub.domain.interaction import Disposition
from hub.domain.reservation import Reservation, ReservationState
from hub.domain.touch import Direction
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.routing.presence import return_work_of_the_lost
from hub.routing.sweeper import Sweeper
from hub.steps import change_agent
from tests.stores import FAR, House

RESOLVED = Disposition(code="resolved")
TICK = timedelta(microseconds=1)


# --- offers ---


async def test_an_offer_is_settled_once(house: House) -> None:
    anna = await house.hire("Anna")
    (offer,) = await house.offer(await house.came(), anna)
    now = house.clock.now()

    assert await _settled(house, offer.stepped(ReservationState.DECLINED, now, reason="busy"))
    assert not await _settled(house, offer.stepped(ReservationState.ACCEPTED, now))
    (kept,) = await house.offers(await house.item(offer.work_item_id))
    assert (kept.state, kept.reason, kept.answered_at) == (ReservationState.DECLINED, "busy", now)


async def test_an_offer_of_an_older_epoch_is_not_settled(house: House) -> None:
    anna = await house.hire("Anna")
    (offer,) = await house.offer(await house.came(), anna)
    older = replace(offer, epoch=offer.epoch - 1)

    assert not await _settled(house, older.stepped(ReservationState.ACCEPTED, house.clock.now()))
    assert await house.offers(await house.item(offer.work_item_id)) == [offer]


async def test_of_many_who_settle_an_offer_at_once_one_is_told_that_it_was_in_time(house: House) -> None:
    anna = await house.hire("Anna")
    (offer,) = await house.offer(await house.came(), anna)
    ends = [ReservationState.EXPIRED, ReservationState.DECLINED, ReservationState.WITHDRAWN] * 4
    told = await asyncio.gather(*(_settled(house, offer.stepped(to, house.clock.now())) for to in ends))

    assert sum(told) == 1
    (kept,) = await house.offers(await house.item(offer.work_item_id))
    assert kept.state is ends[told.index(True)]


async def test_work_has_one_accepted_reservation_whatever_a_process_believes(house: House) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    item = await house.given(anna)
    stolen = replace(house.an_offer(item, boris), state=ReservationState.ACCEPTED)

    async def stole() -> None:
        async with house.store.unit(house.tenant_id) as unit:
            unit.add_reservation(stolen)

    with pytest.raises(Conflict) as refused:
        await stole()
    assert refused.value.stable_code == "raced"

    (held,) = await house.offers(item)
    async with house.store.unit(house.tenant_id) as unit:
        unit.release(held, house.clock.now())
    await stole()
    async with house.store.unit(house.tenant_id) as unit:
        assert await unit.open_reservations(item.id) == [stolen]


async def test_a_second_accepted_settlement_of_the_same_work_is_a_race(house: House) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    offers = await house.offer(await house.came(), anna, boris)
    now = house.clock.now()

    assert await _settled(house, offers[0].stepped(ReservationState.ACCEPTED, now))
    with pytest.raises(Conflict) as refused:
        await _settled(house, offers[1].stepped(ReservationState.ACCEPTED, now))
    assert refused.value.stable_code == "raced"


async def test_offers_come_back_as_they_were_made(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.came()
    (offer,) = await house.offer(item, anna, seconds=17)

    rows = await house.store.board_rows(house.tenant_id)
    assert rows.offers == [offer]
    assert offer.expires_at == house.clock.now() + timedelta(seconds=17)


async def test_an_offer_is_due_from_its_deadline_on(house: House) -> None:
    anna = await house.hire("Anna")
    (offer,) = await house.offer(await house.came(), anna)
    due = house.store.due_offers

    assert await due(house.tenant_id, offer.expires_at - TICK) == []
    assert await due(house.tenant_id, offer.expires_at) == [offer]
    await house.work.accept(house.as_(anna), offer.id)
    assert await due(house.tenant_id, offer.expires_at) == []


# --- work ---


async def test_the_board_begins_with_everything_open(house: House) -> None:
    anna = await house.hire("Anna")
    waiting, held = await house.came("v1"), await house.given(anna, "v2")
    ended = await house.given(anna, "v3")
    await house.work.close(house.as_(anna), ended.interaction_id, RESOLVED)
    await house.work.complete(house.as_(anna), ended.id)
    rows = await house.store.board_rows(house.tenant_id)

    assert {item.id for item in rows.items} == {waiting.id, held.id}
    assert [queue.id for queue in rows.queues] == [house.queue.id]
    assert [agent.id for agent in rows.agents] == [anna.id]
    assert rows.offers == []


async def test_a_step_writes_the_interval_that_it_ended(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.came()
    house.clock.advance(5)
    (offer,) = await house.offer(item, anna)
    house.clock.advance(2)
    await house.work.accept(house.as_(anna), offer.id)
    house.clock.advance(60)
    await house.work.close(house.as_(anna), item.interaction_id, RESOLVED)
    rows = await house.rows(
        "SELECT kind, agent_id, (ended_at - started_at) / 1000000 FROM segments WHERE work_item_id = $1"
        " ORDER BY started_at",
        item.id,
    )

    assert [tuple(row) for row in rows] == [("queue", None, 5), ("alert", anna.id, 2), ("text", anna.id, 60)]


async def test_a_wrap_up_is_due_when_its_time_is_up(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await house.work.close(house.as_(anna), item.interaction_id, RESOLVED)
    ends_at = house.clock.now() + timedelta(seconds=house.queue.wrap_up_s)

    assert await house.store.due_wrap_ups(house.tenant_id, ends_at - TICK) == []
    (due,) = await house.store.due_wrap_ups(house.tenant_id, ends_at)
    assert (due.id, due.state) == (item.id, WorkState.WRAP_UP)


async def test_what_an_agent_holds_is_offered_assigned_or_wrapped_up(house: House) -> None:
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    offered, assigned = await house.came("v1"), await house.given(anna, "v2")
    closed = await house.given(anna, "v3")
    await house.offer(offered, anna)
    await house.work.close(house.as_(anna), closed.interaction_id, RESOLVED)
    await house.given(boris, "v4")

    held = await house.store.held_by(house.tenant_id, [anna.id])
    assert {item.id: item.state for item in held} == {
        offered.id: WorkState.OFFERED,
        assigned.id: WorkState.ASSIGNED,
        closed.id: WorkState.WRAP_UP,
    }


async def test_units_of_attention_are_those_of_accepted_work_besides_one_item(house: House) -> None:
    anna = await house.hire("Anna", chats=3)
    first, second = await house.given(anna, "v1"), await house.given(anna, "v2")
    await house.offer(await house.came("v3"), anna)
    await house.work.close(house.as_(anna), second.interaction_id, RESOLVED)

    async with house.store.unit(house.tenant_id) as unit:
        assert await unit.agent_units(anna.id, besides=first.id) == 20
        assert await unit.agent_units(anna.id, besides=WorkItemId(new_id())) == 40
        assert await unit.agent_units(UserId(new_id()), besides=first.id) == 0
        other = WorkItemId(new_id())
        assert await unit.agent_units(anna.id, besides=other, media=Media.CHAT) == 40
        assert await unit.agent_units(anna.id, besides=other, media=Media.VOICE) == 0


async def test_who_served_a_person_last_is_remembered(house: House) -> None:
    anna = await house.hire("Anna")
    item = await house.given(anna)
    rows = await house.rows("SELECT last_agent_id FROM persons WHERE id = $1", item.person_id)
    assert [row[0] for row in rows] == [anna.id]


async def test_a_note_at_the_moment_the_wrap_up_ends_makes_nobody_wait_in_a_ring(house: House) -> None:
    sweeper = Sweeper(house.store, house.clock, house.tenant_id, grace_s=30, lease_s=15)
    anna = await house.hire("Anna")
    for n in range(8):
        item = await house.given(anna, f"v{n}")
        await house.work.close(house.as_(anna), item.interaction_id, RESOLVED)
        house.clock.advance(house.queue.wrap_up_s)
        note, _ = await asyncio.gather(
            house.work.note(house.as_(anna), item.interaction_id, "well"), sweeper.step()
        )
        assert note.direction is Direction.INTERNAL
        assert (await house.item(item.id)).state is WorkState.COMPLETED


# --- agents ---


async def test_leases_are_renewed_together_and_told_in_one_row(house: House) -> None:
    agents = [await house.hire(name, presence_until=None) for name in ("Anna", "Boris", "Cem")]
    await house.events()
    until = house.clock.now() + timedelta(seconds=15)
    await house.store.renew_presence(house.tenant_id, [a.id for a in agents], until, house.clock.now())

    assert len(await house.store.unsent(10)) == 1
    told = await house.events()
    assert {e.agent.id for e in told if isinstance(e, AgentChanged)} == {a.id for a in agents}
    for agent in agents:
        after = await house.agent(agent)
        assert (after.presence_until, after.version) == (until, agent.version + 1)


async def test_a_change_of_an_agent_never_writes_an_old_lease_back(house: House) -> None:
    anna = await house.hire("Anna")
    stale = await house.agent(anna)
    later = house.clock.now() + 2 * FAR
    await house.store.renew_presence(house.tenant_id, [anna.id], later, house.clock.now())
    async with house.store.unit(house.tenant_id) as unit:
        change_agent(unit, replace(stale, wish=Wish.PAUSED), house.clock.now(), reason="test")

    after = await house.agent(anna)
    assert (after.wish, after.presence_until) == (Wish.PAUSED, later)


async def test_many_renewals_and_changes_at_once_count_every_version(house: House) -> None:
    anna = await house.hire("Anna")

    async def renewed(n: int) -> None:
        until = house.clock.now() + FAR + n * TICK
        await house.store.renew_presence(house.tenant_id, [anna.id], until, house.clock.now())

    async def changed() -> None:
        async with house.store.unit(house.tenant_id) as unit:
            agent = (await unit.agents([anna.id]))[anna.id]
            change_agent(
                unit, replace(agent, missed_offers=agent.missed_offers + 1), house.clock.now(), reason="x"
            )

    await asyncio.gather(*(renewed(n) for n in range(10)), *(changed() for _ in range(10)))
    after = await house.agent(anna)
    assert (after.version, after.missed_offers) == (anna.version + 20, 10)


async def test_a_lease_that_ended_on_purpose_ends_now(house: House) -> None:
    anna = await house.hire("Anna")
    await house.store.end_presence(house.tenant_id, anna.id, house.clock.now())
    assert (await house.agent(anna)).presence_until == house.clock.now()


async def test_the_lost_are_those_who_hold_something_or_wish_to_be_there(house: House) -> None:
    now = house.clock.now()
    over, runs = now, now + TICK
    wishes = await house.hire("wishes", presence_until=over)
    holds = await house.hire("holds", presence_until=over, wish=Wish.OFFLINE)
    never_heard = await house.hire("never heard", presence_until=None)
    await house.given(holds)
    await house.hire("there", presence_until=runs)
    await house.hire("gone for today", presence_until=over, wish=Wish.OFFLINE)

    lost = await house.store.lost_agents(house.tenant_id, now)
    assert {agent.name for agent in lost} == {wishes.name, holds.name, never_heard.name}


async def test_every_change_of_an_agent_is_in_the_log(house: House) -> None:
    anna = await house.hire("Anna", wish=Wish.OFFLINE)
    await house.states.set_own(house.as_(anna), "available", "")
    house.clock.advance(60)
    await house.states.set_own(house.as_(anna), "paused", "lunch")
    rows = await house.rows(
        "SELECT wish, pause_reason, present, reason FROM agent_log WHERE agent_id = $1 ORDER BY id", anna.id
    )

    assert [(r[0], r[1], bool(r[2]), r[3]) for r in rows] == [
        ("available", "", True, "wish_available"),
        ("paused", "lunch", True, "wish_paused"),
    ]


async def test_an_administrators_change_leaves_what_the_agent_is_doing(house: House) -> None:
    anna = await house.hire("Anna")
    await house.states.set_own(house.as_(anna), "paused", "lunch")
    during = await house.agent(anna)
    await house.events()
    await house.floor.put_agent(replace(anna, name="Anna B.", skills={"lang:tr": 7}))

    after = await house.agent(anna)
    assert after == replace(during, name="Anna B.", skills={"lang:tr": 7}, version=during.version + 1)
    (told,) = await house.events()
    assert isinstance(told, AgentChanged)
    assert told.agent == after


async def test_a_changed_queue_counts_from_the_next_unit_on(house: House) -> None:
    async with house.store.unit(house.tenant_id) as unit:
        assert (await unit.queues())[house.queue.id].wrap_up_s == 30
    await house.floor.put_queue(replace(house.queue, wrap_up_s=45, version=2))
    async with house.store.unit(house.tenant_id) as unit:
        assert (await unit.queues())[house.queue.id].wrap_up_s == 45


async def test_queues_and_agents_are_listed_within_the_principals_reach(house: House) -> None:
    other = house.a_queue("other")
    await house.floor.put_queue(other)
    anna, boris = await house.hire("Anna"), await house.hire("Boris", queues=frozenset({other.id}))
    await house.came()
    everything, team = house.somebody(Role.MANAGER), house.as_(anna)

    assert [q.name for q in (await house.floor.queues(everything)).items] == ["other", "support"]
    assert [(q.name, q.waiting) for q in (await house.floor.queues(team)).items] == [("support", 1)]
    assert [a.name for a in (await house.floor.agents(everything)).items] == [anna.name, boris.name]
    assert [a.name for a in (await house.floor.agents(team)).items] == [anna.name]


async def _settled(house: House, over: Reservation) -> bool:
    async with house.store.unit(house.tenant_id) as unit:
        return await unit.settle(over)


async def test_an_agent_who_came_back_while_the_lost_were_counted_keeps_the_offer(house: House) -> None:
    anna = await house.hire("Anna", presence_until=house.clock.now() + timedelta(seconds=15))
    item = await house.came()
    await house.offer(item, anna)
    house.clock.advance(16)  # the lease ran out: the offer goes back, unless she is there
    counted = house.store.lost_agents

    async def counted_before_she_came(tenant_id: TenantId, now: datetime) -> list[Agent]:
        lost = await counted(tenant_id, now)
        await house.store.renew_presence(tenant_id, [anna.id], now + timedelta(seconds=15), now)
        return lost

    house.store.lost_agents = counted_before_she_came  # type: ignore[method-assign]
    moved = await return_work_of_the_lost(
        house.store, house.clock, house.tenant_id, grace=timedelta(seconds=30), heard_from=house.clock.now()
    )

    assert moved == 0
    assert (await house.item(item.id)).state is WorkState.OFFERED
