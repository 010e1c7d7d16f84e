"""What one of us began is in no figure of a queue, by the seconds of a day: it only takes its agents' time."""

import random
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from crm_store.insight import SqlInsight
from crm_store.report_sums import SqlSums
from hub.domain.access import Role
from hub.domain.service_level import WorkRow
from hub.domain.touch import Direction
from hub.domain.work import WorkState
from hub.insight.grouped import GroupBy, Sums
from hub.insight.log import LogFilter
from hub.insight.picture import Picture
from hub.insight.reports import queue_report
from tests.contracts.made_day import Day, lived
from tests.contracts.made_work import MadeWork
from tests.contracts.test_figures_by_brute_force import brute_counts, brute_figures, shown, told
from tests.stores import House

OF_AGENTS = {"occupancy", "slot_utilisation"}


async def _begun(day: Day, passes: int) -> None:
    """So many passes that agents began, at any time of that day."""
    chance = random.Random(5)
    made = MadeWork(house=day.house, chance=chance)
    length = round((day.end - day.begin).total_seconds())
    for _ in range(passes):
        at = day.begin + timedelta(seconds=chance.randrange(length))
        outcome = chance.choice([WorkState.COMPLETED, WorkState.COMPLETED, WorkState.ASSIGNED])
        made.came(at, chance.choice(day.queues), chance.choice(day.agents), outcome=outcome)
    made.items = [replace(item, direction=Direction.OUTBOUND) for item in made.items]
    await made.put()


async def test_reports_and_live_figures_of_a_day_are_what_the_clients_passes_make(house: House) -> None:
    day = await lived(house, ZoneInfo("Europe/Berlin"), date(2026, 10, 25), seed=25)
    manager, insight = house.somebody(Role.MANAGER), SqlInsight(house.store)
    queue = day.queues[0]

    async def live() -> dict[str, float | None]:
        report = await queue_report(insight, manager, queue.id, day.begin, day.end, day.now)
        figures = {f.name: f.value for f in (*report.figures, *report.service_levels)}
        return {name: value for name, value in figures.items() if name not in OF_AGENTS}

    async def rows() -> list[WorkRow]:
        return list(await insight.work_rows(manager, queue.id, day.begin, day.end))

    before, passes = await live(), await rows()
    await _begun(day, 80)

    assert await live() == before
    assert await rows() == passes
    store = SqlSums(house.store)
    counted = LogFilter(from_at=day.begin, to_at=day.end, directions=(Direction.INBOUND,))
    sums = sum((await store.sums(manager, counted, GroupBy.QUEUE, day.now)).values(), Sums())
    assert told(shown(sums, day)) == brute_figures(brute_counts(day, day.made.items))
    # they are there for whoever asks for them
    ours = LogFilter(from_at=day.begin, to_at=day.end, directions=(Direction.OUTBOUND,))
    begun = sum((await store.sums(manager, ours, GroupBy.QUEUE, day.now)).values(), Sums())
    assert begun.counts.offered == 80


async def test_the_picture_of_the_day_is_the_same_with_them(house: House) -> None:
    day = await lived(house, ZoneInfo("UTC"), date(2026, 5, 5), seed=4)
    manager, insight = house.somebody(Role.MANAGER), SqlInsight(house.store)

    async def tallies() -> dict[str, tuple[object, ...]]:
        floor = await insight.floor(manager)
        picture = Picture(floor, day.begin)
        picture.add_past(await insight.work_rows(manager, None, day.begin, day.end), day.now)
        picture.begin(floor, day.now)
        picture.refreshed(day.now, lambda *_: None)
        return {
            row.name: (
                row.offered,
                row.answered,
                row.abandoned,
                row.service_level,
                row.asa_s,
                row.aht_s,
                row.waiting,
            )
            for row in picture.queues.values()
        }

    before = await tallies()
    await _begun(day, 40)
    assert await tallies() == before
