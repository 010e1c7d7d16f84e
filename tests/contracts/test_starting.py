"""Writing to a client first: what must hold in every store."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crm_store.insight import SqlInsight
from crm_store.log import SqlLog
from crm_store.my_day import SqlMyDay
from crm_store.person_edits import PersonEdits
from crm_store.person_scope import ClientReach
from crm_store.report_sums import SqlSums
from crm_store.talk import Talk
from crm_store.webchat import Visitors
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.cluster.codec import encode
from hub.desk.snoozes import Snoozes
from hub.desk.starting import Started
from hub.domain.access import Role
from hub.domain.agent import Wish
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.person import IdentityKind, Purpose
from hub.domain.reach import WayClosed
from hub.domain.service_level import Outcome
from hub.domain.touch import Direction
from hub.domain.work import WorkState
from hub.insight.grouped import GroupBy
from hub.insight.log import LogFilter, LogOrder
from hub.insight.reports import queue_report
from tests.contracts.beginning import Office
from tests.stores import House


@pytest.fixture
async def office(house: House) -> Office:
    return await Office(house).furnished()


async def test_who_begins_has_the_work_at_once_and_the_text_goes_out_when_it_cannot_be_undone(
    office: Office,
) -> None:
    house = office.house
    anna = await house.hire("Anna")
    started = await office.start(house.as_(anna))
    assert not started.continued
    item = await house.open_item(started.interaction.id)
    assert item is not None
    assert (item.state, item.agent_id, item.direction) == (WorkState.ASSIGNED, anna.id, Direction.OUTBOUND)
    assert item.weight == anna.capacity.weight(WEBCHAT.media)
    assert (started.interaction.language, item.person_id) == ("tr", office.person)
    assert await office.touches(started.interaction.id) == []
    house.clock.advance(6)
    assert await office.later.send_due(house.tenant_id) == 1
    assert await office.touches(started.interaction.id) == [("outbound", "Your parcel has come")]


async def test_an_undone_text_is_never_sent_and_the_work_stays(office: Office) -> None:
    house = office.house
    anna = await house.hire("Anna")
    started = await office.start(house.as_(anna))
    await office.later.cancel(house.as_(anna), started.interaction.id, started.plan.id)
    house.clock.advance(6)
    assert await office.later.send_due(house.tenant_id) == 0
    assert await office.touches(started.interaction.id) == []
    item = await house.open_item(started.interaction.id)
    assert item is not None
    assert item.agent_id == anna.id


async def test_the_answer_of_the_client_comes_into_the_same_interaction_and_numbers_go_on(
    office: Office,
) -> None:
    house = office.house
    before = await house.rows("SELECT MAX(last_seq) FROM interactions WHERE person_id = $1", office.person)
    anna = await house.hire("Anna")
    started = await office.start(house.as_(anna), hold_s=0.0)
    await office.later.send_due(house.tenant_id)
    item = await office.wrote("Thank you")
    assert (item.interaction_id, item.agent_id) == (started.interaction.id, anna.id)
    seqs = await house.rows("SELECT MIN(seq) FROM touches WHERE interaction_id = $1", started.interaction.id)
    assert seqs[0][0] > before[0][0]
    assert await house.count("interactions") == 2


async def test_the_same_key_is_the_same_beginning_also_when_both_come_at_once(office: Office) -> None:
    house = office.house
    anna = house.as_(await house.hire("Anna"))
    one, two = await asyncio.gather(office.start(anna, key="k"), office.start(anna, key="k"))
    later = await office.start(anna, key="k")
    assert one.plan.id == two.plan.id == later.plan.id
    assert {one.interaction.id, two.interaction.id, later.interaction.id} == {one.interaction.id}
    assert not any(s.continued for s in (one, two, later))
    assert await house.count("interactions") == 2
    with pytest.raises(Invalid) as refused:
        await office.start(anna, key="k", text="Something else")
    assert refused.value.stable_code == "key_used_otherwise"


async def test_two_who_begin_at_once_do_not_both_have_the_conversation(office: Office) -> None:
    house = office.house
    agents = [house.as_(await house.hire(name)) for name in ("Anna", "Boris")]
    outcomes = await asyncio.gather(*(office.start(a) for a in agents), return_exceptions=True)
    (done,) = [o for o in outcomes if isinstance(o, Started)]
    (refused,) = [o for o in outcomes if isinstance(o, Conflict)]
    assert refused.stable_code == WayClosed.COLLEAGUE_HAS_IT
    assert await house.count("interactions") == 2
    ways = await office.starting.ways(agents[0], office.person)
    assert {w.under_way.interaction_id for w in ways if w.under_way} == {done.interaction.id}


async def test_ones_own_open_conversation_is_continued_and_takes_no_more_room(office: Office) -> None:
    house = office.house
    anna = await house.hire("Anna", chats=1)
    item = await office.wrote("hello again", by=anna)
    started = await office.start(house.as_(anna), hold_s=0.0)
    assert started.continued
    assert started.interaction.id == item.interaction_id
    assert await house.open_item(item.interaction_id) == await house.item(item.id)
    await office.later.send_due(house.tenant_id)
    assert (await office.touches(item.interaction_id))[-1] == ("outbound", "Your parcel has come")


async def test_who_writes_to_a_client_in_the_line_takes_them_out_of_it_and_they_count_as_answered(
    office: Office,
) -> None:
    house = office.house
    anna = await house.hire("Anna")
    waiting = await office.wrote("hello again")
    house.clock.advance(30)
    started = await office.start(house.as_(anna))
    item = await house.item(waiting.id)
    assert started.continued
    assert (item.state, item.agent_id, item.direction) == (WorkState.ASSIGNED, anna.id, Direction.INBOUND)
    assert item.answered_at == house.clock.now()


async def test_what_was_laid_aside_is_continued_in_a_pass_that_nobody_waited_in(office: Office) -> None:
    house = office.house
    anna = await house.hire("Anna")
    item = await office.wrote("hello again", by=anna)
    snoozes = Snoozes(Talk(house.store), house.clock)
    await snoozes.snooze(house.as_(anna), item.interaction_id, house.clock.now() + timedelta(hours=1), "")
    started = await office.start(house.as_(anna))
    assert started.continued
    again = await house.open_item(item.interaction_id)
    assert again is not None
    assert (again.direction, again.agent_id) == (Direction.OUTBOUND, anna.id)
    assert await house.count("snoozes") == 0


async def test_a_client_who_said_no_is_not_written_to_until_they_say_yes(office: Office) -> None:
    house = office.house
    anna = house.as_(await house.hire("Anna"))
    cards = PersonEdits(house.store, house.clock, encode=encode, reach=ClientReach())

    async def says(given: bool) -> None:
        house.clock.advance(1)
        await cards.record_consent(
            house.as_(office.first),
            office.person,
            channel=IdentityKind.WEBCHAT,
            purpose=Purpose.SERVICE,
            given=given,
            source="in the chat",
        )

    await says(False)
    ways = await office.starting.ways(anna, office.person)
    assert [w.closed for w in ways if w.way.kind is IdentityKind.WEBCHAT] == [WayClosed.CLIENT_REFUSED]
    with pytest.raises(Conflict) as refused:
        await office.start(anna)
    assert refused.value.stable_code == WayClosed.CLIENT_REFUSED
    assert await house.count("interactions") == 1
    await says(True)
    assert not (await office.start(anna)).continued


async def test_each_kind_of_channel_says_why_it_cannot_be_used(office: Office) -> None:
    house = office.house
    anna = house.as_(await house.hire("Anna"))
    await office.site_is(enabled=False)
    closed = {w.way.kind: w.closed for w in await office.starting.ways(anna, office.person)}
    assert closed == {
        IdentityKind.PHONE: WayClosed.NOT_CONNECTED,
        IdentityKind.EMAIL: WayClosed.NOT_CONNECTED,
        IdentityKind.TELEGRAM: WayClosed.NOT_CONNECTED,
        IdentityKind.WEBCHAT: WayClosed.SITE_OFF,
    }
    with pytest.raises(Conflict) as refused:
        await office.start(anna)
    assert refused.value.stable_code == WayClosed.SITE_OFF
    for changes in ({"address": "somebody else"}, {"channel": "email"}):
        with pytest.raises(Invalid):
            await office.start(anna, **changes)


async def test_only_in_ones_own_queues_to_clients_in_reach_and_while_one_is_there(office: Office) -> None:
    house = office.house
    other = replace(house.a_queue("sales"))
    await house.floor.put_queue(other)
    house.store.forget_queues()
    anna = await house.hire("Anna")
    with pytest.raises(Invalid) as refused:
        await office.start(house.as_(anna), queue_id=other.id)
    assert refused.value.field == "queue_id"
    stranger = await house.hire("Stranger", queues=frozenset({other.id}))
    with pytest.raises(NotFound):
        await office.start(house.as_(stranger), queue_id=other.id)
    with pytest.raises(NotFound):
        await office.starting.ways(house.as_(stranger), office.person)
    away = await house.hire("Away", wish=Wish.OFFLINE)
    with pytest.raises(Conflict) as gone:
        await office.start(house.as_(away))
    assert gone.value.stable_code == "be_there_first"
    busy = await house.hire("Busy", chats=1)
    await house.given(busy, "somebody")
    with pytest.raises(Conflict) as full:
        await office.start(house.as_(busy))
    assert full.value.stable_code == "at_capacity"
    assert await house.count("interactions") == 2
    # whoever asks for the ways is told so before they write
    for who, word in ((anna, ""), (away, "be_there_first"), (busy, "at_capacity")):
        ways = await office.starting.ways(house.as_(who), office.person)
        assert [w.held_up for w in ways if w.way.kind is IdentityKind.WEBCHAT] == [word]
    await office.start(house.as_(anna))
    await house.given(anna, "another")
    await house.given(anna, "a third")
    ways = await office.starting.ways(house.as_(anna), office.person)
    assert [w.held_up for w in ways if w.way.kind is IdentityKind.WEBCHAT] == [""], "theirs already"
    sofia = house.somebody(Role.SUPERVISOR, house.queue.id)
    assert {w.held_up for w in await office.starting.ways(sofia, office.person)} == {""}


async def test_a_supervisor_who_serves_nobody_begins_and_holds_it_paused(office: Office) -> None:
    house = office.house
    sofia = house.somebody(Role.SUPERVISOR, house.queue.id)
    started = await office.start(sofia)
    item = await house.open_item(started.interaction.id)
    assert item is not None
    assert sofia.user_id is not None
    assert item.agent_id == sofia.user_id
    agent = await house.floor.agent(house.tenant_id, sofia.user_id)
    assert agent is not None
    assert agent.wish is Wish.PAUSED


async def test_no_figure_of_the_queue_counts_it_and_the_log_shows_it(office: Office) -> None:
    house = office.house
    manager = house.somebody(Role.MANAGER)
    anna = await house.hire("Anna")
    begin = house.clock.now() - timedelta(hours=1)

    async def figures() -> dict[str, Any]:
        now = house.clock.now()
        report = await queue_report(
            SqlInsight(house.store), manager, house.queue.id, begin, now + timedelta(hours=1), now
        )
        sums = await SqlSums(house.store).sums(
            manager, LogFilter(directions=(Direction.INBOUND,)), GroupBy.QUEUE, now
        )
        counted = {f.name: f.value for f in (*report.figures, *report.service_levels)}
        for name in ("occupancy", "slot_utilisation"):
            del counted[name]  # those of the agents: what they began is their work
        return {**counted, "sums": sums}

    before = await figures()
    house.clock.advance(60)
    started = await office.start(house.as_(anna), hold_s=0.0)
    await office.later.send_due(house.tenant_id)
    house.clock.advance(30)
    await office.wrote("Thank you")
    house.clock.advance(30)
    await house.work.reply(house.as_(anna), started.interaction.id, channel="webchat", text="With pleasure")
    await office.close(anna, started.interaction.id)
    assert await figures() == before
    page = await SqlLog(house.store).page(
        manager,
        LogFilter(directions=(Direction.OUTBOUND,)),
        order=LogOrder.START,
        descending=True,
        after="",
        limit=10,
        now=house.clock.now(),
    )
    (row,) = page.items
    assert (row.interaction_id, row.direction, row.outcome) == (
        started.interaction.id,
        Direction.OUTBOUND,
        Outcome.ANSWERED,
    )
    own = await SqlMyDay(house.store).own(
        house.as_(anna), begin, house.clock.now() + timedelta(hours=1), house.clock.now()
    )
    assert (own.started, own.sums.counts.offered) == (1, 0)
    kinds = await house.rows("SELECT kind FROM segments WHERE interaction_id = $1", started.interaction.id)
    assert {kind for (kind,) in kinds} == {"text"}


async def test_it_can_be_rated_once_the_client_has_said_something_in_it(office: Office) -> None:
    house = office.house
    visitors = Visitors(house.store, encode=encode)
    visitor = await visitors.visitor_by_token(office.key, office.visitor)
    assert visitor is not None
    anna = await house.hire("Anna")
    await office.start(house.as_(anna))
    state = await visitors.thread_state(visitor)
    assert (state.open, state.agent, state.rateable) == (True, "Anna", False)
    await office.wrote("Thank you")
    assert (await visitors.thread_state(visitor)).rateable


async def test_it_is_in_the_audit_log(office: Office) -> None:
    house = office.house
    anna = await house.hire("Anna")
    started = await office.start(house.as_(anna))
    rows = await house.rows(
        "SELECT actor, object, reason FROM audit_log WHERE tenant_id = $1 AND action = 'start_interaction'",
        house.tenant_id,
    )
    assert [tuple(r) for r in rows] == [("Anna", started.interaction.id, "webchat")]
