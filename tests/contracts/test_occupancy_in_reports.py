"""The report by agent has an occupancy where it is defined, and nowhere else; who was only free has a row too."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from agent_console.operations import Call
from agent_console.report_api import operations
from crm_store.activity import SqlActivity
from crm_store.agent_time import SqlAgentTimes
from crm_store.insight import SqlInsight
from crm_store.mapping import us
from crm_store.report_sums import SqlSums
from hub.domain.access import Role
from hub.domain.agent import Wish
from hub.insight.grouped import GroupBy, GroupedReport
from tests.contracts.made_day import Day, lived
from tests.stores import House

ZONE = ZoneInfo("Europe/Berlin")
ON = date(2026, 10, 25)


async def _report(day: Day, **asked: object) -> GroupedReport:
    house = day.house
    made = operations(
        sums=SqlSums(house.store),
        times=SqlAgentTimes(house.store),
        activity=SqlActivity(house.store),
        insight=SqlInsight(house.store),
        clock=house.clock,
        zone=ZONE,
    )
    groups = next(operation for operation in made if operation.name == "report_groups")
    call = Call(principal=house.somebody(Role.MANAGER), request_id="", address="")
    report: GroupedReport = await groups.handler(call, from_=str(ON), to=str(ON), **asked)
    return report


def _occupancies(report: GroupedReport) -> dict[str, float | None]:
    return {
        group.label: figure.value
        for group in (*report.items, report.total)
        for figure in group.figures
        if figure.name == "occupancy"
    }


async def test_by_agent_each_row_and_the_total_have_one(house: House) -> None:
    day = await lived(house, ZONE, ON, seed=5)
    free = await house.hire("Deniz")
    async with house.database.transaction() as wire:
        await wire.execute(
            "INSERT INTO agent_log (tenant_id, agent_id, at, wish, pause_reason, present, reason)"
            " VALUES ($1, $2, $3, $4, '', $5, 'test')",
            house.tenant_id,
            free.id,
            us(day.begin),
            Wish.AVAILABLE.value,
            True,
        )
    rows = _occupancies(await _report(day, by=GroupBy.AGENT))
    assert set(rows) == {"Anna", "Boris", "Cem", "Deniz", ""}
    assert rows["Deniz"] == 0.0
    # Boris was given work early that goes on still: he was never free
    assert rows.pop("Boris") == 1.0
    assert all(value is not None and 0 < value < 1 for value in (rows["Anna"], rows["Cem"], rows[""]))


async def test_one_agent_asked_for_is_the_total(house: House) -> None:
    day = await lived(house, ZONE, ON, seed=5)
    everybody = _occupancies(await _report(day, by=GroupBy.AGENT))
    rows = _occupancies(await _report(day, by=GroupBy.AGENT, agent=day.agents[1].id))
    assert rows == {"Boris": everybody["Boris"], "": everybody["Boris"]}


@pytest.mark.parametrize("by", [by for by in GroupBy if by is not GroupBy.AGENT])
async def test_of_a_queue_a_channel_or_an_hour_it_is_not_defined(house: House, by: GroupBy) -> None:
    day = await lived(house, ZONE, ON, seed=5)
    assert _occupancies(await _report(day, by=by)) == {}


async def test_of_some_queues_or_channels_it_is_not_defined_either(house: House) -> None:
    day = await lived(house, ZONE, ON, seed=5)
    for narrowed in ({"queue": day.queues[0].id}, {"channel": "webchat"}):
        assert _occupancies(await _report(day, by=GroupBy.AGENT, **narrowed)) == {}
