"""Clocks of conversations in writing and the reply timer, in every store."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from crm_store.log import SqlLog
from crm_store.report_sums import SqlSums
from crm_store.talk import Talk
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.desk.drafting import Drafting
from hub.desk.later import Later
from hub.desk.snoozes import Snoozes
from hub.domain.access import Role
from hub.domain.clock_events import ClocksChanged
from hub.domain.drafts import DraftKind
from hub.domain.events import NoticeSent, WorkStepped
from hub.domain.hours import Slot
from hub.domain.interaction import Disposition
from hub.domain.letter import LetterKind
from hub.domain.mail import LetterHead, TouchLetter
from hub.domain.notice import NoticeKind
from hub.domain.text_times import ClockKind, TextTimes
from hub.domain.work import WorkState
from hub.insight.grouped import GroupBy
from hub.insight.log import LogFilter, LogOrder
from tests.contracts.watch import TIMES, Watch
from tests.stores import House


@pytest.fixture
async def watch(house: House) -> Watch:
    made = Watch(house)
    await made.ruled()
    await house.events()
    return made


async def test_each_turn_has_its_clock_and_the_close_ends_the_last(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await watch.step()
    assert await watch.runs(item) == [("first_response", 60.0, ""), ("resolution", 1440.0, "")]
    await watch.reply(anna, item)
    house.clock.advance(60)
    await house.receive(house.message("and?"))
    await watch.step()
    assert await watch.runs(item) == [
        ("first_response", 60.0, "answered"),
        ("resolution", 1440.0, ""),
        ("next_response", 120.0, ""),
    ]
    await house.work.close(house.as_(anna), item.interaction_id, Disposition(code="resolved"))
    await watch.step()
    assert [by for _, _, by in await watch.runs(item)] == ["answered", "closed", "closed"]
    assert await watch.timers() == 0


async def test_a_hub_that_comes_later_reads_the_same(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await watch.reply(anna, item)
    house.clock.advance(60)
    await house.receive(house.message("and?"))
    await house.events()  # this hub died before it heard anything
    for _ in range(2):
        await watch.another().step()
    assert await watch.runs(item) == [
        ("first_response", 60.0, "answered"),
        ("resolution", 1440.0, ""),
        ("next_response", 120.0, ""),
    ]


async def test_two_hubs_that_read_at_once_write_each_run_once(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna", chats=9)
    items = [await house.given(anna, f"v{n}") for n in range(5)]
    await house.events()
    await asyncio.gather(*(watch.another().step() for _ in range(4)))
    for item in items:
        assert [kind for kind, _, _ in await watch.runs(item)] == ["first_response", "resolution"]
    assert await watch.timers() == 5


async def test_what_is_due_follows_the_rules_and_the_hours_of_the_queue(watch: Watch) -> None:
    house = watch.house
    item = await house.came()
    await watch.step()
    await watch.ruled(replace(TIMES, first_response_s=1800))
    assert any(isinstance(event, ClocksChanged) for event in await watch.step())
    assert (await watch.runs(item))[0] == ("first_response", 30.0, "")
    now = house.clock.now()
    opens_min = (now.hour * 60 + now.minute + 120) % 1440
    week = ((Slot(from_min=opens_min, to_min=opens_min + 60),),) * 7
    hours = await watch.administration.add_calendar(watch.me, watch.calendar(week=week, zone="UTC"))
    await watch.ruled(replace(TIMES, first_response_s=1800), calendar_id=hours.id)
    await watch.step()
    ((_, due, _), *_) = await watch.runs(item)
    assert due == pytest.approx(120 + 30, abs=1)


async def test_the_answer_of_a_machine_waits_for_nothing(watch: Watch) -> None:
    house = watch.house
    item = await house.came()
    head = LetterHead(kind=LetterKind.AUTO_REPLY)
    away = house.message("I am away", letter=TouchLetter(thread="v2", head=head), thread="v2", only_kept=True)
    (received,) = await house.receive(away)
    await watch.step()
    rows = await house.rows("SELECT kind FROM clocks WHERE interaction_id = $1", received.interaction_id)
    assert list(rows) == []
    assert len(await watch.runs(item)) == 2


async def test_a_silent_agent_is_warned_and_then_loses_the_work_to_the_line(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    talk = Talk(house.store)
    house.clock.advance(1)
    item = await house.given(anna)
    await Drafting(talk, talk, house.clock).keep(
        house.as_(anna),
        item.interaction_id,
        DraftKind.REPLY,
        channel="webchat",
        text="I was just",
        files=(),
        mentions=(),
        window="w",
        version=0,
    )
    await watch.step()
    house.clock.advance(479)
    assert not any(isinstance(event, ClocksChanged) for event in await watch.step())
    house.clock.advance(1)
    assert [type(event) for event in await watch.step()] == [ClocksChanged]
    assert await watch.step() == []  # warned once
    house.clock.advance(119)
    await watch.step()
    assert (await house.item(item.id)).state is WorkState.ASSIGNED
    house.clock.advance(1)
    told = await watch.step()
    waiting = await house.item(item.id)
    assert (waiting.state, waiting.agent_id, waiting.preferred_agent_id) == (WorkState.QUEUED, None, None)
    assert (waiting.first_queued_at, waiting.urgent_at) == (item.first_queued_at, item.urgent_at)
    (stepped,) = [event for event in told if isinstance(event, WorkStepped)]
    assert (stepped.reason, stepped.from_agent_id) == ("reply_overdue", anna.id)
    (notice,) = [event.notice for event in told if isinstance(event, NoticeSent)]
    assert (notice.user_id, notice.kind) == (anna.id, NoticeKind.REPLY_OVERDUE)
    facts = await house.rows(
        "SELECT agent_id, state FROM facts WHERE interaction_id = $1 AND reason = 'reply_overdue'",
        item.interaction_id,
    )
    assert [tuple(row) for row in facts] == [(anna.id, "queued")]
    assert [d.text for d in await talk.drafts(house.as_(anna), item.interaction_id)] == ["I was just"]
    rows = await house.store.board_rows(house.tenant_id)
    assert [(i, a) for i, a, _ in rows.silent] == [(item.id, anna.id)]
    assert await watch.timers() == 0
    assert await watch.runs(item) == [("first_response", 60.0, ""), ("resolution", 1440.0, "")]


async def test_whoever_takes_it_next_has_the_whole_time(watch: Watch) -> None:
    house = watch.house
    anna, boris = await house.hire("Anna"), await house.hire("Boris")
    item = await house.given(anna)
    await watch.step()
    house.clock.advance(600)
    await watch.step()
    (offer,) = await house.offer(await house.item(item.id), boris)
    await house.work.accept(house.as_(boris), offer.id)
    await watch.step()
    house.clock.advance(599)
    await watch.step()
    assert (await house.item(item.id)).agent_id == boris.id
    await watch.reply(boris, item)
    house.clock.advance(60)
    await watch.step()
    assert (await house.item(item.id)).state is WorkState.ASSIGNED


async def test_two_sweeps_at_once_return_it_once(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await watch.step()
    house.clock.advance(601)
    await asyncio.gather(*(watch.another().step() for _ in range(4)))
    told = [e for e in await house.events() if isinstance(e, WorkStepped)]
    assert [e.reason for e in told] == ["reply_overdue"]
    assert await house.count("notices") == 1
    assert (await house.item(item.id)).state is WorkState.QUEUED


@pytest.mark.parametrize("what", ["reply", "close", "snooze", "transfer", "plan", "return"])
async def test_what_the_agent_does_with_it_stops_the_timer_even_if_nobody_heard_of_it(
    watch: Watch, what: str
) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await watch.step()
    me, soon = house.as_(anna), house.clock.now() + timedelta(days=1)
    talk = Talk(house.store)
    match what:
        case "reply":
            await watch.reply(anna, item)
        case "close":
            await house.work.close(me, item.interaction_id, Disposition(code="resolved"))
        case "snooze":
            await Snoozes(talk, house.clock).snooze(me, item.interaction_id, soon, "")
        case "transfer":
            await house.transfers.to_queue(me, item.interaction_id, house.queue.id, "")
        case "plan":
            await Later(talk, house.clock, {WEBCHAT.name: WEBCHAT.limits}).plan(
                me,
                item.interaction_id,
                channel="webchat",
                text="tomorrow",
                files=(),
                hold_s=None,
                send_at=soon,
                unless_client_writes=False,
                key=None,
            )
        case _:
            sofia = house.somebody(Role.SUPERVISOR, house.queue.id)
            await house.supervising.return_to_queue(sofia, item.interaction_id, "")
    await house.events()  # the news is lost
    house.clock.advance(700)
    await watch.clocks.step()
    told = [e.reason for e in await house.events() if isinstance(e, WorkStepped)]
    assert told == []
    assert await watch.timers() == 0
    if what == "plan":
        assert (await house.item(item.id)).state is WorkState.ASSIGNED


async def test_a_pause_of_the_agent_does_not_stop_it(watch: Watch) -> None:
    house = watch.house
    anna = await house.hire("Anna")
    item = await house.given(anna)
    await watch.step()
    await house.states.set_own(house.as_(anna), "paused", "lunch")
    house.clock.advance(600)
    await watch.step()
    assert (await house.item(item.id)).state is WorkState.QUEUED


async def test_a_queue_without_times_keeps_nothing(house: House) -> None:
    watch = Watch(house)
    item = await house.given(await house.hire("Anna"))
    assert await watch.step() == []
    house.clock.advance(100_000)
    await watch.step()
    assert (await house.item(item.id)).state is WorkState.ASSIGNED
    assert [await house.count(t) for t in ("clocks", "clock_readings", "reply_timers")] == [0, 0, 0]


async def test_what_was_late_is_counted_and_the_log_finds_it(watch: Watch) -> None:
    house = watch.house
    await watch.ruled(TextTimes(first_response_s=60, next_response_s=60, resolution_s=3600))
    anna = await house.hire("Anna", chats=9)
    items = {name: await house.given(anna, name) for name in ("in time", "late", "never", "next")}
    house.clock.advance(60)
    for name in ("in time", "next"):
        await watch.reply(anna, items[name])
    house.clock.advance(1)
    await watch.reply(anna, items["late"])
    await house.receive(house.message("and?", "next"))
    house.clock.advance(61)
    await watch.step()
    manager, now = house.somebody(Role.MANAGER), house.clock.now()
    sums = await SqlSums(house.store).sums(manager, LogFilter(), GroupBy.QUEUE, now)
    found = sums[house.queue.id]
    assert (found.late_first, found.late_next, found.late_resolution) == (2, 1, 0)
    log = SqlLog(house.store)

    async def late(*kinds: ClockKind) -> set[str]:
        wanted = LogFilter(late=kinds)
        page = await log.page(
            manager, wanted, order=LogOrder.START, descending=True, after="", limit=50, now=now
        )
        by_id = {str(item.interaction_id): name for name, item in items.items()}
        return {by_id[row.interaction_id] for row in page.items}

    assert await late(ClockKind.FIRST) == {"late", "never"}
    assert await late(ClockKind.NEXT) == {"next"}
    assert await late(ClockKind.FIRST, ClockKind.NEXT) == {"late", "never", "next"}
    assert await late(ClockKind.RESOLUTION) == set()
