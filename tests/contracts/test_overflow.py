"""Work that goes on by itself (by time, by length, from a closed or retired queue), and the answer of a closed one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.domain.events import TouchStored, WorkStepped
from hub.domain.hours import Calendar, CalendarId, Slot
from hub.domain.queue import Overflow, Queue, QueueRules, WhenClosed
from hub.domain.service_level import Outcome, WorkRow
from hub.domain.work import WorkItem, WorkState
from hub.opening import OpeningHours
from hub.public_holidays import Holidays
from hub.routing.overflow import Overflows
from tests.contracts.office import Office
from tests.stores import House

NEVER = ((),) * 7
ALWAYS = ((Slot(from_min=0, to_min=1440),),) * 7


class Floor(Office):
    """A house with a second queue, and what lets work flow."""

    def __init__(self, house: House) -> None:
        super().__init__(house)
        self.opening = OpeningHours(house.store, house.clock, house.tenant_id, Holidays())
        self.overflows = Overflows(house.store, house.clock, house.tenant_id, self.opening)
        self.sales = house.a_queue("sales", priority=2, skills={"selling": 3})

    async def ruled(self, **rules: object) -> None:
        known = await self.queue()
        await self.administration.change_queue(self.me, replace(known, rules=QueueRules(**rules)))  # type: ignore[arg-type]
        self.house.store.forget_queues()

    async def hours(self, week: tuple[tuple[Slot, ...], ...]) -> CalendarId:
        made: Calendar = await self.administration.add_calendar(self.me, self.calendar(week=week))
        return made.id

    async def step(self) -> None:
        self.opening.forget()
        await self.overflows.step()

    async def passes(self, item: WorkItem) -> list[tuple[str, str]]:
        rows = await self.house.rows(
            "SELECT queue_id, state FROM work_items WHERE interaction_id = $1 ORDER BY first_queued_at, id",
            item.interaction_id,
        )
        names = {self.house.queue.id: "support", self.sales.id: "sales"}
        return [(names[r[0]], r[1]) for r in rows]

    async def told(self, item: WorkItem) -> list[str]:
        rows = await self.house.rows(
            "SELECT text FROM touches WHERE interaction_id = $1 AND direction = 'outbound'",
            item.interaction_id,
        )
        return [r[0] for r in rows]


@pytest.fixture
async def floor(house: House) -> Floor:
    made = Floor(house)
    made.sales = await made.administration.add_queue(made.me, made.sales)
    return made


STAYED = [("support", "queued")]
WENT_ON = [("support", "flowed_out"), ("sales", "queued")]


async def test_work_that_waited_long_enough_goes_on_and_is_as_urgent_there(floor: Floor) -> None:
    await floor.ruled(overflow=Overflow(queue_id=floor.sales.id, after_s=60))
    item = await floor.house.came(priority=1)
    floor.house.clock.advance(59.9)
    await floor.step()
    assert await floor.passes(item) == STAYED
    await floor.house.events()

    floor.house.clock.advance(0.1)
    await floor.step()
    assert await floor.passes(item) == WENT_ON
    again = await floor.house.open_item(item.interaction_id)
    assert again is not None
    assert (again.skills, again.priority, again.first_queued_at) == (
        {"selling": 3},
        item.priority + 2,
        floor.house.clock.now(),
    )
    assert item.urgent_at - again.urgent_at == timedelta(seconds=60)
    told = [e for e in await floor.house.events() if isinstance(e, WorkStepped)]
    assert [(e.item.state, e.reason) for e in told] == [
        (WorkState.FLOWED_OUT, "overflow_time"),
        (WorkState.QUEUED, "overflow_time"),
    ]
    left = await floor.house.item(item.id)
    row = WorkRow(
        work_item_id=left.id,
        interaction_id=left.interaction_id,
        queue_id=left.queue_id,
        first_queued_at=left.first_queued_at,
        answered_at=left.answered_at,
        ended_at=left.ended_at,
        state=left.state,
    )
    assert row.outcome(floor.house.clock.now()) is Outcome.FLOWED_OUT
    rows = await floor.house.rows("SELECT queue_id FROM interactions WHERE id = $1", item.interaction_id)
    assert rows[0][0] == floor.sales.id


async def test_what_stands_behind_the_length_goes_on_and_the_first_stay(floor: Floor) -> None:
    await floor.ruled(overflow=Overflow(queue_id=floor.sales.id, length=2))
    items = []
    for n in range(4):
        floor.house.clock.advance(1)
        items.append(await floor.house.came(f"v{n}"))
    await floor.step()
    assert [await floor.passes(i) for i in items] == [STAYED, STAYED, WENT_ON, WENT_ON]


async def test_two_queues_that_overflow_into_one_another_pass_nothing_back_and_forth(floor: Floor) -> None:
    await floor.ruled(overflow=Overflow(queue_id=floor.sales.id, after_s=10))
    back = QueueRules(overflow=Overflow(queue_id=floor.house.queue.id, after_s=10))
    await floor.administration.change_queue(floor.me, replace(floor.sales, rules=back))
    item = await floor.house.came()
    for _ in range(5):
        floor.house.clock.advance(20)
        await floor.step()
    assert await floor.passes(item) == WENT_ON


async def test_work_that_an_agent_has_been_offered_or_has_does_not_go_on(floor: Floor) -> None:
    await floor.ruled(overflow=Overflow(queue_id=floor.sales.id, after_s=10))
    anna = await floor.house.hire("Anna")
    offered = await floor.house.came("v1")
    await floor.house.offer(offered, anna)
    taken = await floor.house.given(anna, "v2")
    floor.house.clock.advance(30)
    await floor.step()
    assert await floor.passes(offered) == [("support", "offered")]
    assert await floor.passes(taken) == [("support", "assigned")]


async def test_a_closed_queue_lets_its_work_flow_where_the_rule_says_so(floor: Floor) -> None:
    hours = await floor.hours(NEVER)
    await floor.ruled(calendar_id=hours, when_closed=WhenClosed.FLOW, closed_queue_id=floor.sales.id)
    item = await floor.house.came()
    await floor.step()
    assert await floor.passes(item) == WENT_ON


async def test_nothing_flows_into_a_queue_that_is_closed_itself(floor: Floor) -> None:
    hours = await floor.hours(NEVER)
    await floor.administration.change_queue(
        floor.me, replace(floor.sales, rules=QueueRules(calendar_id=hours))
    )
    await floor.ruled(
        calendar_id=hours,
        when_closed=WhenClosed.FLOW,
        closed_queue_id=floor.sales.id,
    )
    item = await floor.house.came()
    await floor.step()
    assert await floor.passes(item) == STAYED


async def test_the_client_of_a_closed_queue_is_told_once_in_their_language_and_keeps_their_place(
    floor: Floor,
) -> None:
    hours = await floor.hours(NEVER)
    texts = {"en": "We open on Monday.", "ru": "Мы откроемся в понедельник."}
    await floor.ruled(calendar_id=hours, when_closed=WhenClosed.ANSWER, closed_texts=texts)
    item = await floor.house.came(language="ru")
    other = await floor.house.came("v2", language="tr")
    await floor.house.events()
    await asyncio.gather(floor.step(), floor.overflows.step())
    await floor.step()

    assert await floor.told(item) == ["Мы откроемся в понедельник."]
    assert await floor.told(other) == ["We open on Monday."]
    assert await floor.passes(item) == STAYED
    told = [e for e in await floor.house.events() if isinstance(e, TouchStored)]
    assert len(told) == 2


async def test_the_client_of_an_open_queue_is_told_nothing(floor: Floor) -> None:
    hours = await floor.hours(ALWAYS)
    await floor.ruled(calendar_id=hours, when_closed=WhenClosed.ANSWER, closed_texts={"en": "Closed."})
    item = await floor.house.came()
    await floor.step()
    assert await floor.told(item) == []


async def test_what_waits_in_a_retired_queue_goes_on_or_is_finished_there(floor: Floor) -> None:
    stays, goes = await floor.house.came("v1"), await floor.house.came("v2")
    known = await floor.queue()
    await floor.administration.retire_queue(floor.me, known.id, known.version)
    await floor.step()
    assert await floor.passes(stays) == STAYED

    restored: Queue = await floor.administration.restore_queue(floor.me, known.id, known.version + 1)
    await floor.administration.retire_queue(floor.me, known.id, restored.version, to=floor.sales.id)
    await floor.step()
    assert await floor.passes(goes) == WENT_ON
