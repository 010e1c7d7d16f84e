"""The log shows each pass once, in every order and under every filter, to whom it reaches: on both databases."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from crm_store.log import SqlLog
from crm_store.log_views import SqlLogViews
from hub.domain.access import Principal, Role
from hub.domain.agent import Agent, Media
from hub.domain.errors import Forbidden, Invalid, NotFound
from hub.domain.ids import InteractionId, TenantId
from hub.domain.queue import Queue
from hub.domain.service_level import Outcome
from hub.domain.work import OPEN_STATES, WorkItem, WorkState
from hub.ids import new_id
from hub.insight.log import LogFilter, LogOrder, LogRow, ShortAbandons
from tests.contracts.made_work import MadeWork
from tests.stores import House

MIX = [
    *[WorkState.COMPLETED] * 6,
    *[WorkState.ABANDONED] * 3,
    WorkState.FLOWED_OUT,
    WorkState.CALLBACK,
    WorkState.CANCELLED,
    WorkState.QUEUED,
    WorkState.ASSIGNED,
    WorkState.WRAP_UP,
]


@dataclass(kw_only=True)
class Logged:
    house: House
    log: SqlLog
    made: MadeWork
    queues: list[Queue]
    agents: list[Agent]

    @property
    def manager(self) -> Principal:
        return self.house.somebody(Role.MANAGER)

    async def walked(
        self,
        principal: Principal,
        wanted: LogFilter,
        *,
        order: LogOrder = LogOrder.START,
        descending: bool = True,
        limit: int = 7,
    ) -> list[LogRow]:
        rows: list[LogRow] = []
        after = ""
        while True:
            page = await self.log.page(
                principal,
                wanted,
                order=order,
                descending=descending,
                after=after,
                limit=limit,
                now=self.house.clock.now(),
            )
            rows += page.items
            if page.next is None:
                return rows
            assert page.items
            after = page.next


@pytest.fixture
async def logged(house: House) -> Logged:
    queues = [house.queue, house.a_queue("sales"), house.a_queue("night")]
    for queue in queues[1:]:
        await house.floor.put_queue(queue)
    agents = [await house.hire(name) for name in ("Anna", "Boris")]
    made = MadeWork(house=house, chance=random.Random(5))
    begin = house.clock.now()
    for n in range(90):
        # several at the same moment: the order among them must hold from page to page
        at = begin + timedelta(seconds=60 * (n // 4))
        made.came(
            at,
            queues[n % 3],
            agents[n % 2],
            outcome=made.chance.choice(MIX),
            media=made.chance.choice([Media.CHAT, Media.VOICE]),
        )
    await made.put()
    house.clock.advance(3 * 3600)
    return Logged(house=house, log=SqlLog(house.store), made=made, queues=queues, agents=agents)


def wait_s(item: WorkItem) -> float | None:
    until = item.answered_at or item.ended_at
    return None if until is None else (until - item.first_queued_at).total_seconds()


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("order", list(LogOrder))
async def test_pages_show_every_pass_once_in_their_order(
    logged: Logged, order: LogOrder, *, descending: bool
) -> None:
    def key(item: WorkItem) -> tuple[float, str]:
        match order:
            case LogOrder.START:
                return (item.first_queued_at.timestamp(), item.id)
            case LogOrder.WAIT:
                return (wait_s(item) or 0.0, item.id)
            case LogOrder.DURATION:
                assert item.ended_at is not None
                return ((item.ended_at - item.first_queued_at).total_seconds(), item.id)

    shown = [i for i in logged.made.items if order is LogOrder.START or i.ended_at is not None]
    expected = [item.id for item in sorted(shown, key=key, reverse=descending)]

    for wanted in (LogFilter(), LogFilter(queues=tuple(q.id for q in logged.queues))):
        rows = await logged.walked(logged.manager, wanted, order=order, descending=descending)
        assert [row.id for row in rows] == expected


@pytest.mark.parametrize(
    ("wanted", "belongs"),
    [
        (LogFilter(channels=("sip",)), lambda i: i.channel == "sip"),
        (LogFilter(languages=("ru", "tr")), lambda i: i.language in {"ru", "tr"}),
        (LogFilter(states=(WorkState.QUEUED,)), lambda i: i.state is WorkState.QUEUED),
        (LogFilter(states=tuple(OPEN_STATES)), lambda i: i.state in OPEN_STATES),
        (LogFilter(outcomes=(Outcome.ANSWERED,)), lambda i: i.answered_at is not None),
        (
            LogFilter(outcomes=(Outcome.ABANDONED, Outcome.CALLBACK)),
            lambda i: i.state in {WorkState.ABANDONED, WorkState.CALLBACK},
        ),
        (
            LogFilter(outcomes=(Outcome.FLOWED_OUT,)),
            lambda i: i.state in {WorkState.FLOWED_OUT, WorkState.CANCELLED},
        ),
        (LogFilter(outcomes=(Outcome.STILL_WAITING,)), lambda i: i.state is WorkState.QUEUED),
        (LogFilter(waited_from_s=20, waited_below_s=45), lambda i: 20 <= (wait_s(i) or 9e9) < 45),
        (LogFilter(waited_from_s=3600), lambda i: i.state is WorkState.QUEUED),
        (LogFilter(in_time=True), lambda i: (w := wait_s(i)) is not None and w <= 20),
        (
            LogFilter(short=ShortAbandons.ONLY),
            lambda i: i.state is WorkState.ABANDONED and (wait_s(i) or 0) < 5,
        ),
        (
            LogFilter(short=ShortAbandons.WITHOUT),
            lambda i: not (i.state is WorkState.ABANDONED and (wait_s(i) or 0) < 5),
        ),
        (LogFilter(handled=True), lambda i: i.answered_at is not None and i.ended_at is not None),
        (LogFilter(handled=False), lambda i: i.answered_at is None or i.ended_at is None),
    ],
)
async def test_a_filter_finds_what_it_says_and_counts_it(
    logged: Logged, wanted: LogFilter, belongs: Callable[[WorkItem], bool]
) -> None:
    expected = {item.id for item in logged.made.items if belongs(item)}
    now = logged.house.clock.now()

    rows = await logged.walked(logged.manager, wanted)
    assert {row.id for row in rows} == expected
    assert len(rows) == len(expected)
    assert 0 < len(expected) < len(logged.made.items)
    counted = await logged.log.count(logged.manager, wanted, now)
    assert (counted.count, counted.is_more) == (len(expected), False)
    of_sales = replace(wanted, queues=(logged.queues[1].id,))
    assert {row.queue.name for row in await logged.walked(logged.manager, of_sales)} <= {"sales"}


async def test_days_agents_outcomes_and_tiers_narrow_it_too(logged: Logged) -> None:
    begin = logged.made.items[0].first_queued_at
    wanted = LogFilter(from_at=begin + timedelta(minutes=2), to_at=begin + timedelta(minutes=5))
    rows = await logged.walked(logged.manager, wanted)
    assert {row.id for row in rows} == {i.id for i in logged.made.items[8:20]}
    by_wait = await logged.walked(logged.manager, wanted, order=LogOrder.WAIT)
    assert {row.id for row in by_wait} == {i.id for i in logged.made.items[8:20] if i.ended_at}

    anna = logged.agents[0]
    of_anna = await logged.walked(logged.manager, LogFilter(agents=(anna.id,)))
    assert {row.id for row in of_anna} == {i.id for i in logged.made.items if i.agent_id == anna.id}
    gold = await logged.walked(logged.manager, LogFilter(tiers=("gold",)))
    assert {row.tier for row in gold} == {"gold"}
    complaints = await logged.walked(logged.manager, LogFilter(dispositions=("complaint",)))
    assert {row.disposition for row in complaints} == {"complaint"}


async def test_a_row_says_what_became_of_the_pass(logged: Logged) -> None:
    rows = {row.id: row for row in await logged.walked(logged.manager, LogFilter())}
    for item in logged.made.items:
        row = rows[item.id]
        assert (row.queue.id, row.channel, row.state) == (item.queue_id, item.channel, item.state)
        assert row.agent is None or row.agent.id == item.agent_id
        waited = wait_s(item)
        if waited is None:
            waited = (logged.house.clock.now() - item.first_queued_at).total_seconds()
        assert row.wait_s == waited
        work = [
            s
            for s in logged.made.segments
            if s.work_item_id == item.id and s.kind in {"talk", "hold", "text", "wrap_up"}
        ]
        assert row.handle_s == sum((s.ended_at - s.started_at).total_seconds() for s in work)


# --- reach ---


async def test_an_agent_sees_own_passes_a_supervisor_the_teams_and_a_manager_all(logged: Logged) -> None:
    anna, support = logged.agents[0], logged.queues[0]
    own = await logged.walked(logged.house.as_(anna), LogFilter())
    team = await logged.walked(logged.house.somebody(Role.SUPERVISOR, support.id), LogFilter())
    beyond = LogFilter(queues=(logged.queues[1].id,))

    assert {row.id for row in own} == {i.id for i in logged.made.items if i.agent_id == anna.id}
    assert {row.id for row in team} == {i.id for i in logged.made.items if i.queue_id == support.id}
    assert await logged.walked(logged.house.somebody(Role.SUPERVISOR, support.id), beyond) == []
    assert await logged.walked(logged.house.somebody(Role.SUPERVISOR), LogFilter()) == []
    of_boris = LogFilter(agents=(logged.agents[1].id,))
    assert await logged.walked(logged.house.as_(anna), of_boris) == []
    counted = await logged.log.count(logged.house.as_(anna), LogFilter(), logged.house.clock.now())
    assert counted.count == len(own)
    with pytest.raises(Forbidden):
        await logged.walked(logged.house.somebody(Role.ADMIN), LogFilter())
    stranger = replace(logged.manager, tenant_id=TenantId(new_id()))
    assert await logged.walked(stranger, LogFilter()) == []


async def test_the_passes_of_an_interaction_are_those_within_reach(logged: Logged) -> None:
    now = logged.house.clock.now()
    item = next(i for i in logged.made.items if i.agent_id == logged.agents[0].id)
    for principal in (logged.manager, logged.house.as_(logged.agents[0])):
        (row,) = await logged.log.passes(principal, item.interaction_id, now)
        assert row.id == item.id
    for nobody in (logged.house.as_(logged.agents[1]), logged.house.somebody(Role.SUPERVISOR)):
        with pytest.raises(NotFound):
            await logged.log.passes(nobody, item.interaction_id, now)
    with pytest.raises(NotFound):
        await logged.log.passes(logged.manager, InteractionId(new_id()), now)


# --- texts and cursors ---


async def test_a_text_is_found_newest_message_first_and_further_filters_hold(logged: Logged) -> None:
    house = logged.house
    sales = logged.queues[1]
    for n in range(12):
        await house.came(
            f"v{n}",
            "my parcel is lost" if n % 2 else "a question",
            queue_id=sales.id if n % 4 == 1 else house.queue.id,
        )
        house.clock.advance(1)

    rows = await logged.walked(logged.manager, LogFilter(text="parcel lost"), limit=2)
    assert [row.person.name for row in rows] == ["V11", "V9", "V7", "V5", "V3", "V1"]
    of_sales = await logged.walked(logged.manager, LogFilter(text="parcel", queues=(sales.id,)), limit=200)
    assert [row.person.name for row in of_sales] == ["V9", "V5", "V1"]
    nobody = house.somebody(Role.SUPERVISOR, logged.queues[2].id)
    page = await logged.log.page(
        nobody,
        LogFilter(text="parcel"),
        order=LogOrder.START,
        descending=True,
        after="",
        limit=50,
        now=house.clock.now(),
    )
    assert page.items == ()
    with pytest.raises(Invalid):
        await logged.log.count(logged.manager, LogFilter(text="parcel"), house.clock.now())


@pytest.mark.parametrize("after", ["x", "1.", "t5", "'; DROP TABLE work_items; --", "9" * 30 + ".a"])
async def test_a_page_that_does_not_exist_is_refused(logged: Logged, after: str) -> None:
    with pytest.raises(Invalid):
        await logged.log.page(
            logged.manager,
            LogFilter(),
            order=LogOrder.START,
            descending=True,
            after=after,
            limit=5,
            now=logged.house.clock.now(),
        )


# --- saved views ---


async def test_a_view_is_ones_own_until_it_is_shared_as_far_as_ones_role_reaches(house: House) -> None:
    views, now = SqlLogViews(house.store), house.clock.now()
    maria, agent = house.somebody(Role.MANAGER), house.somebody(Role.AGENT, house.queue.id)
    sofia = house.somebody(Role.SUPERVISOR, house.queue.id)
    other = house.somebody(Role.SUPERVISOR)

    await views.save(maria, "Long waits", "waited_from=60", "", now)
    await views.save(maria, "Complaints", "disposition=complaint", "house", now)
    await views.save(sofia, "Ours", "state=open", "team", now)
    await views.save(agent, "Mine", "rated=true", "", now)

    async def seen(principal: Principal) -> list[tuple[str, bool]]:
        return [(view.name, view.is_mine) for view in await views.views(principal)]

    assert await seen(maria) == [("Complaints", True), ("Long waits", True), ("Ours", False)]
    assert await seen(sofia) == [("Complaints", False), ("Ours", True)]
    assert await seen(agent) == [("Complaints", False), ("Mine", True), ("Ours", False)]
    assert await seen(other) == [("Complaints", False)]
    for principal, shared in ((agent, "team"), (sofia, "house")):
        with pytest.raises(Forbidden):
            await views.save(principal, "Too far", "", shared, now)

    await views.save(maria, "Long waits", "waited_from=90", "", now)
    await views.forget(agent, "Long waits")
    assert [view.query for view in await views.views(maria) if view.name == "Long waits"] == [
        "waited_from=90"
    ]
    await views.forget(maria, "Long waits")
    assert await seen(maria) == [("Complaints", True), ("Ours", False)]
