"""The wallboard shows each queue and agent as they are now, and today as the tenant's clock has it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.domain.agent import Agent, AgentState, Wish
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.queue import Queue
from hub.domain.work import WorkItem, WorkState
from hub.insight.wallboard import AgentNow, agents_now, day_of, pop_latency, queue_now
from hub.ports.insight import RecentAnswer
from tests.unit.insight.stories import AGENTS, QUEUES, at, new_item, told

ANNA = AGENTS[0]
SALES = Queue(id=QUEUES[0], tenant_id=DEFAULT_TENANT, name="Sales")
NOW = at(100)


def agent(**changes) -> Agent:
    there = Agent(
        id=ANNA,
        tenant_id=DEFAULT_TENANT,
        name="Anna",
        queues=frozenset(QUEUES),
        wish=Wish.AVAILABLE,
        wish_since=at(10),
        presence_until=at(110),
        idle_since=at(20),
    )
    return replace(there, **changes)


def held(*steps: tuple[int, WorkState]) -> WorkItem:
    item = told(new_item(1, SALES.id, 0), [(wait_s, to, ANNA) for wait_s, to in steps]).last
    return replace(item, weight=20)


def now(who: Agent, *items: WorkItem) -> AgentNow:
    (seen,) = agents_now([who], items, {SALES.id: "Sales"}, NOW)
    return seen


OFFERED = (30, WorkState.OFFERED)
ASSIGNED = (5, WorkState.ASSIGNED)
WRAP_UP = (40, WorkState.WRAP_UP)


@pytest.mark.parametrize(
    ("who", "items", "state", "since_s"),
    [
        (agent(), [], AgentState.AVAILABLE, 20),
        (agent(idle_since=at(5)), [], AgentState.AVAILABLE, 10),
        (agent(), [held(OFFERED)], AgentState.RESERVED, 30),
        (agent(), [held(OFFERED, ASSIGNED)], AgentState.ENGAGED, 35),
        (agent(), [held(OFFERED, ASSIGNED, WRAP_UP)], AgentState.WRAP_UP, 75),
        (agent(wish=Wish.PAUSED, pause_reason="lunch"), [], AgentState.PAUSED, 20),
        (agent(wish=Wish.OFFLINE), [], AgentState.OFFLINE, 10),
        (agent(presence_until=at(100)), [], AgentState.OFFLINE, 100),
        (agent(presence_until=None), [], AgentState.OFFLINE, 10),
    ],
)
def test_an_agent_is_shown_in_their_state_since_it_began(
    who: Agent, items: list[WorkItem], state: AgentState, since_s: int
) -> None:
    seen = now(who, *items)

    assert (seen.state, seen.since) == (state, at(since_s))


def test_load_is_the_weight_of_all_the_agent_holds() -> None:
    seen = now(agent(), held(OFFERED), held(OFFERED, ASSIGNED))

    assert (seen.load, seen.full) == (40, 60)


def test_a_reason_is_shown_only_with_the_pause_it_belongs_to() -> None:
    pausing = agent(wish=Wish.PAUSED, pause_reason="lunch")

    assert now(pausing).pause_reason == "lunch"
    assert now(pausing, held(OFFERED, ASSIGNED)).pause_reason == ""


def test_an_agents_queues_are_named_as_far_as_the_reader_may_know_them() -> None:
    assert now(agent()).queues == ("Sales",)


def test_a_queue_shows_its_own_line_and_the_longest_wait_in_it() -> None:
    items = [
        new_item(1, SALES.id, 40),
        told(new_item(2, SALES.id, 30), [(10, WorkState.OFFERED, ANNA)]).last,
        held(OFFERED, ASSIGNED),
        new_item(4, QUEUES[1], 0),
    ]

    row = queue_now(SALES, items, [], [], [], NOW)

    assert (row.waiting, row.oldest_at) == (2, at(30))


def test_an_empty_line_has_no_oldest_wait_and_without_answers_no_estimate() -> None:
    row = queue_now(SALES, [], [], [], [], NOW)

    assert (row.waiting, row.oldest_at, row.ewt_s, row.service_level) == (0, None, None, None)


def test_staffed_are_all_who_are_not_offline_and_available_those_without_work() -> None:
    row = queue_now(SALES, [], list(AgentState), [], [], NOW)

    assert (row.staffed, row.available) == (len(AgentState) - 1, 1)


def test_the_estimate_is_for_who_would_come_now() -> None:
    answers = [
        RecentAnswer(queue_id=SALES.id, first_queued_at=at(0), answered_at=at(second))
        for second in (80, 90, 100)
    ]
    waiting = [new_item(number, SALES.id, 50) for number in range(3)]

    assert queue_now(SALES, waiting, [], [], answers, NOW).ewt_s == 40


def test_the_figures_of_a_queue_are_those_of_its_passes_today() -> None:
    answered = told(
        new_item(1, SALES.id, 0),
        [(8, WorkState.OFFERED, ANNA), (4, WorkState.ASSIGNED, ANNA), (30, WorkState.COMPLETED, ANNA)],
    )
    left = told(new_item(2, SALES.id, 0), [(60, WorkState.ABANDONED, ANNA)])

    row = queue_now(SALES, [], [], [answered.row(), left.row()], [], NOW)

    assert (row.offered, row.answered, row.abandoned) == (2, 1, 1)
    assert (row.service_level, row.asa_s, row.aht_s) == (0.5, 12, 30)


def test_today_begins_and_ends_at_the_tenants_midnight() -> None:
    assert day_of(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), ZoneInfo("Europe/Istanbul")) == (
        datetime(2026, 7, 1, 21, tzinfo=UTC),
        datetime(2026, 7, 2, 21, tzinfo=UTC),
    )


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 5, 5), 24)])
def test_a_day_on_which_the_clocks_change_has_23_or_25_hours(day: tuple[int, int, int], hours: int) -> None:
    from_at, to_at = day_of(datetime(*day, 12, tzinfo=UTC), ZoneInfo("Europe/Berlin"))

    assert to_at - from_at == timedelta(hours=hours)


def test_a_percentile_is_a_latency_that_happened() -> None:
    latency = pop_latency(float(ms) for ms in range(1, 101))

    assert (latency.p50_ms, latency.p95_ms, latency.p99_ms) == (50, 95, 99)
    assert pop_latency([7.0]).p99_ms == 7.0
    assert pop_latency([]).p50_ms is None
