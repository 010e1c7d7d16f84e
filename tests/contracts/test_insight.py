"""What figures are computed from is read alike from both databases, and is what the facts say."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_store.insight import SqlInsight
from hub.domain.access import Role, system_principal
from hub.domain.agent import Agent, AgentState, Wish
from hub.domain.errors import Forbidden, Invalid, NotFound
from hub.domain.events import WorkStepped
from hub.domain.ids import QueueId, TenantId
from hub.domain.queue import Queue
from hub.domain.segment import Segment
from hub.domain.service_level import WorkRow
from hub.domain.work import STEPS, WAITING_STATES, WorkItem, WorkState
from hub.ids import new_id
from hub.insight.figures import Material, figures_of
from hub.insight.reports import queue_report, report_rows, wallboard
from hub.insight.segments import handle_s, rebuilt_segments
from hub.insight.staffing import occupancy, staffed_spans
from tests.stores import House

DAY = timedelta(days=1)


@dataclass(kw_only=True)
class Watched:
    """A house whose facts are kept, and what they alone say."""

    house: House
    insight: SqlInsight
    other: Queue
    facts: list[WorkStepped]

    @property
    def everything(self) -> tuple[datetime, datetime]:
        now = self.house.clock.now()
        return now - DAY, now + DAY

    async def keep(self) -> None:
        self.facts += [event for event in await self.house.events() if isinstance(event, WorkStepped)]

    def segments(self, queue_id: QueueId) -> list[Segment]:
        return [segment for segment in rebuilt_segments(self.facts) if segment.queue_id == queue_id]

    def rows(self, queue_id: QueueId) -> list[WorkRow]:
        last = {fact.item.id: fact.item for fact in sorted(self.facts, key=lambda fact: fact.item.version)}
        return [
            WorkRow(
                work_item_id=item.id,
                interaction_id=item.interaction_id,
                queue_id=queue_id,
                first_queued_at=item.first_queued_at,
                answered_at=item.answered_at,
                ended_at=item.ended_at,
                state=item.state,
                handle_s=handle_s(s for s in self.segments(queue_id) if s.work_item_id == item.id),
            )
            for item in sorted(last.values(), key=lambda item: (item.first_queued_at, item.id))
            if item.queue_id == queue_id
        ]

    async def step(self, item: WorkItem, to: WorkState, agent: Agent) -> WorkItem:
        """One step of one item, committed with its fact."""
        tenant_id = self.house.tenant_id
        async with self.house.store.unit(tenant_id) as unit:
            before = (await unit.work_items([item.id]))[item.id]
            asked = agent.id if to is WorkState.OFFERED else None
            after = before.stepped(to, self.house.clock.now(), agent_id=asked)
            unit.save_item(before, after)
            unit.emit(WorkStepped(tenant_id=tenant_id, item=after, reason="told"))
        return after

    async def live(self, seed: int, *, items: int = 12, steps: int = 60) -> None:
        """A made-up morning: items come and take whatever step the rules allow."""
        chance = random.Random(seed)
        house = self.house
        agents = [await house.hire(name) for name in ("Anna", "Boris", "Cem")]
        live: list[WorkItem] = []
        for step in range(steps):
            house.clock.advance(chance.uniform(0.5, 40))
            if len(live) < items and step % 4 == 0:
                queue = chance.choice([house.queue, self.other])
                live.append(await house.came(f"v{seed}-{step}", queue_id=queue.id))
                continue
            place = chance.randrange(len(live))
            if STEPS[live[place].state]:
                to = chance.choice(sorted(STEPS[live[place].state]))
                live[place] = await self.step(live[place], to, chance.choice(agents))
        await self.keep()


@pytest.fixture
async def watched(house: House) -> Watched:
    other = house.a_queue("sales")
    await house.floor.put_queue(other)
    await house.events()
    return Watched(house=house, insight=SqlInsight(house.store), other=other, facts=[])


def key(segment: Segment) -> tuple[object, ...]:
    return (segment.started_at, segment.work_item_id, segment.ended_at, segment.kind)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_segments_the_store_wrote_are_those_the_facts_give(watched: Watched, seed: int) -> None:
    await watched.live(seed)
    principal = system_principal(watched.house.tenant_id)

    for queue in (watched.house.queue, watched.other):
        stored = await watched.insight.segments(principal, queue.id, *watched.everything)
        assert sorted(stored, key=key) == sorted(watched.segments(queue.id), key=key)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_rows_of_work_are_what_the_facts_say_of_each_pass(watched: Watched, seed: int) -> None:
    await watched.live(seed)
    principal = system_principal(watched.house.tenant_id)

    for queue in (watched.house.queue, watched.other):
        stored = await watched.insight.work_rows(principal, queue.id, *watched.everything)
        assert list(stored) == watched.rows(queue.id)
        begin = stored[1].first_queued_at
        later = await watched.insight.work_rows(principal, queue.id, begin, stored[-1].first_queued_at)
        assert list(later) == list(stored[1:-1])


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_report_equals_the_figures_of_the_facts(watched: Watched, seed: int) -> None:
    await watched.live(seed)
    house = watched.house
    now = house.clock.now()
    manager = house.somebody(Role.MANAGER)
    from_at, to_at = watched.everything

    report = await queue_report(watched.insight, manager, house.queue.id, from_at, to_at, now)

    expected = figures_of(house.queue, Material(rows=watched.rows(house.queue.id)), from_at, to_at, now)
    assert report.counts == expected.counts
    assert report.service_levels == expected.service_levels
    told = {figure.name: figure.value for figure in report.figures}
    for figure in expected.figures:
        if figure.name in {"asa", "aht", "abandonment_rate", "offered", "still_waiting"}:
            assert told[figure.name] == figure.value
    behind = await report_rows(watched.insight, manager, house.queue.id, "offered", from_at, to_at, now)
    assert behind == watched.rows(house.queue.id)


async def test_segments_are_those_that_touch_the_interval(watched: Watched) -> None:
    house, clock = watched.house, watched.house.clock
    begin = clock.now()
    anna = await house.hire("Anna")
    item = await house.came()
    clock.advance(10)
    item = await watched.step(item, WorkState.OFFERED, anna)
    clock.advance(5)
    await watched.step(item, WorkState.ASSIGNED, anna)
    principal = system_principal(house.tenant_id)

    async def kinds(from_s: float, to_s: float) -> list[str]:
        interval = (begin + timedelta(seconds=from_s), begin + timedelta(seconds=to_s))
        return [s.kind for s in await watched.insight.segments(principal, house.queue.id, *interval)]

    assert await kinds(0, 10) == ["queue"]
    assert await kinds(9.9, 10.1) == ["queue", "alert"]
    assert await kinds(10, 60) == ["alert"]
    assert await kinds(15, 60) == []


async def test_recent_answers_are_the_newest_fifty_oldest_first(watched: Watched) -> None:
    house, clock = watched.house, watched.house.clock
    anna = await house.hire("Anna")
    for number in range(52):
        item = await house.came(f"v{number}")
        clock.advance(1)
        item = await watched.step(item, WorkState.OFFERED, anna)
        clock.advance(2)
        item = await watched.step(item, WorkState.ASSIGNED, anna)
        await watched.step(item, WorkState.COMPLETED, anna)
    waiting = await house.came("waiting")
    await watched.step(waiting, WorkState.OFFERED, anna)
    principal = system_principal(house.tenant_id)

    answers = await watched.insight.recent_answers(principal, house.queue.id, clock.now() - DAY)
    latest = await watched.insight.recent_answers(principal, None, clock.now() - timedelta(seconds=4))

    assert len(answers) == 50
    assert answers[-1].answered_at == clock.now()
    assert [a.answered_at for a in answers] == sorted(a.answered_at for a in answers)
    assert all(a.answered_at - a.first_queued_at == timedelta(seconds=3) for a in answers)
    assert list(latest) == list(answers[-2:])


async def test_the_staff_of_a_queue_is_known_with_their_log_and_all_their_work(watched: Watched) -> None:
    house, clock = watched.house, watched.house.clock
    anna = await house.hire("Anna", queues=frozenset({house.queue.id, watched.other.id}))
    await house.hire("Boris", queues=frozenset({watched.other.id}))
    begin = clock.now()

    async def wishes(wish: Wish, after_s: float) -> None:
        clock.advance(after_s)
        async with house.store.unit(house.tenant_id) as unit:
            agent = (await unit.agents([anna.id]))[anna.id]
            unit.save_agent(_wishing(agent, wish, clock.now()), "asked")

    await wishes(Wish.AVAILABLE, 0)
    await wishes(Wish.PAUSED, 60)
    await wishes(Wish.AVAILABLE, 30)
    elsewhere = await house.came("v1", queue_id=watched.other.id)
    elsewhere = await watched.step(elsewhere, WorkState.OFFERED, anna)
    clock.advance(10)
    await watched.step(elsewhere, WorkState.ASSIGNED, anna)
    clock.advance(20)
    principal = system_principal(house.tenant_id)

    from_at, to_at = begin + timedelta(seconds=30), clock.now()
    staff = await watched.insight.staff(principal, house.queue.id, from_at, to_at)
    spans = staffed_spans(staff.marks, to_at)

    assert {mark.agent_id for mark in staff.marks} == {anna.id}
    assert [(mark.wish, mark.text_slots) for mark in staff.marks] == [
        (Wish.AVAILABLE, 3),
        (Wish.PAUSED, 3),
        (Wish.AVAILABLE, 3),
    ]
    assert [item.id for item in staff.open_items] == [elsewhere.id]
    assert occupancy(staff.segments, spans, from_at, to_at) == 0.0
    report = await queue_report(watched.insight, principal, house.queue.id, from_at, to_at, to_at)
    told = {figure.name: figure.value for figure in report.figures}
    assert told["occupancy"] == pytest.approx(20 / 60)
    assert told["slot_utilisation"] == pytest.approx(20 / 180)


def _wishing(agent: Agent, wish: Wish, now: datetime) -> Agent:
    values = {name: getattr(agent, name) for name in Agent.__dataclass_fields__}
    return Agent(**{**values, "wish": wish, "wish_since": now})


async def test_messages_of_both_sides_are_marked_and_notes_are_not(watched: Watched) -> None:
    house, clock = watched.house, watched.house.clock
    anna = await house.hire("Anna")
    item = await house.given(anna)
    clock.advance(30)
    await house.work.note(house.as_(anna), item.interaction_id, "a note")
    await house.work.reply(house.as_(anna), item.interaction_id, channel="webchat", text="hello")
    manager = house.somebody(Role.MANAGER)

    marks = await watched.insight.touch_marks(manager, house.queue.id, *watched.everything)
    report = await queue_report(
        watched.insight, manager, house.queue.id, *watched.everything, now=clock.now()
    )

    assert [(mark.direction, mark.by_agent) for mark in marks] == [("inbound", False), ("outbound", True)]
    told = {figure.name: figure.value for figure in report.figures}
    assert (told["first_response"], told["next_response"]) == (30.0, None)


async def test_the_wallboard_shows_the_line_the_staff_and_today(watched: Watched) -> None:
    house, clock = watched.house, watched.house.clock
    anna = await house.hire("Anna")
    await house.hire("Boris", wish=Wish.PAUSED, pause_reason="lunch")
    await house.given(anna, "v1")
    clock.advance(7)
    await house.came("v2")
    sofia = house.somebody(Role.SUPERVISOR, house.queue.id)

    board = await wallboard(watched.insight, sofia, ZoneInfo("UTC"), [12.0, 8.0], clock.now())

    (support,) = board.queues
    assert (support.name, support.waiting, support.oldest_at) == ("support", 1, clock.now())
    assert (support.staffed, support.available) == (2, 0)
    assert (support.offered, support.answered, support.abandoned) == (2, 1, 0)
    assert support.service_level == 0.5
    assert [(agent.name, agent.state) for agent in board.agents] == [
        ("Anna", AgentState.ENGAGED),
        ("Boris", AgentState.PAUSED),
    ]
    assert (board.pop.p50_ms, board.pop.p99_ms) == (8.0, 12.0)


# --- reach ---


async def read_everything(watched: Watched, role: Role, queues: Sequence[QueueId], queue_id: QueueId) -> None:
    principal = watched.house.somebody(role, *queues)
    interval = watched.everything
    insight = watched.insight
    await insight.queue(principal, queue_id)
    await insight.work_rows(principal, queue_id, *interval)
    await insight.segments(principal, queue_id, *interval)
    await insight.staff(principal, queue_id, *interval)
    await insight.recent_answers(principal, queue_id, interval[0])
    await insight.touch_marks(principal, queue_id, *interval)


async def test_a_supervisor_reads_the_queues_of_the_team_and_no_other(watched: Watched) -> None:
    await watched.live(1)
    ours, other = watched.house.queue.id, watched.other.id
    sofia = watched.house.somebody(Role.SUPERVISOR, ours)

    await read_everything(watched, Role.SUPERVISOR, [ours], ours)
    with pytest.raises(NotFound):
        await read_everything(watched, Role.SUPERVISOR, [ours], other)
    rows = await watched.insight.work_rows(sofia, None, *watched.everything)
    assert {row.queue_id for row in rows} == {ours}
    assert [queue.id for queue in (await watched.insight.floor(sofia)).queues] == [ours]
    assert set(await watched.insight.oldest_waiting(sofia)) == {ours}


async def test_the_oldest_who_waits_is_told_by_queue(watched: Watched) -> None:
    await watched.live(3)
    sofia = watched.house.somebody(Role.SUPERVISOR, watched.house.queue.id)

    floor = await watched.insight.floor(sofia)
    waiting = [i.first_queued_at for i in floor.items if i.state in WAITING_STATES]
    expected = {watched.house.queue.id: min(waiting, default=None)}
    assert await watched.insight.oldest_waiting(sofia) == expected


async def test_each_question_refuses_a_queue_out_of_reach_by_itself(watched: Watched) -> None:
    sofia = watched.house.somebody(Role.SUPERVISOR, watched.house.queue.id)
    insight, other, interval = watched.insight, watched.other.id, watched.everything

    for question in (
        insight.queue(sofia, other),
        insight.work_rows(sofia, other, *interval),
        insight.segments(sofia, other, *interval),
        insight.staff(sofia, other, *interval),
        insight.recent_answers(sofia, other, interval[0]),
        insight.touch_marks(sofia, other, *interval),
    ):
        with pytest.raises(NotFound):
            await question


async def test_a_manager_reads_every_queue_of_the_tenant(watched: Watched) -> None:
    await read_everything(watched, Role.MANAGER, [], watched.other.id)


async def test_another_tenant_reads_nothing_of_ours(watched: Watched) -> None:
    await watched.live(2)
    stranger = system_principal(TenantId(new_id()))

    with pytest.raises(NotFound):
        await watched.insight.queue(stranger, watched.house.queue.id)
    assert await watched.insight.work_rows(stranger, None, *watched.everything) == []
    assert await watched.insight.segments(stranger, None, *watched.everything) == []
    floor = await watched.insight.floor(stranger)
    assert (floor.queues, floor.agents, floor.items) == ((), (), ())
    assert await watched.insight.oldest_waiting(stranger) == {}


async def test_reports_and_wallboard_need_the_permission(watched: Watched) -> None:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    agent = watched.house.somebody(Role.AGENT, watched.house.queue.id)

    with pytest.raises(Forbidden):
        await queue_report(watched.insight, agent, watched.house.queue.id, now - DAY, now, now)
    with pytest.raises(Forbidden):
        await wallboard(watched.insight, agent, ZoneInfo("UTC"), [], now)


async def test_a_figure_without_rows_says_so(watched: Watched) -> None:
    manager = watched.house.somebody(Role.MANAGER)
    queue_id, now = watched.house.queue.id, watched.house.clock.now()

    with pytest.raises(Invalid):
        await report_rows(watched.insight, manager, queue_id, "occupancy", now - DAY, now, now)
