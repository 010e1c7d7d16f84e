"""Every figure of a report opens exactly the rows it was computed from; ratings are part of both."""

from datetime import date
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from crm_store.log import SqlLog
from crm_store.mapping import us
from crm_store.report_sums import SqlSums
from hub.domain.access import Role
from hub.insight.grouped import GroupBy, Sums, report_group
from hub.insight.log import LogFilter
from hub.insight.log_words import filter_of
from tests.contracts.made_day import Day, lived
from tests.stores import House


async def test_the_log_finds_as_many_rows_as_the_figure_says(house: House) -> None:
    zone = ZoneInfo("Europe/Berlin")
    day = await lived(house, zone, date(2026, 10, 25), seed=3)
    await _rated(day)
    manager, log = house.somebody(Role.MANAGER), SqlLog(house.store)
    wanted = LogFilter(from_at=day.begin, to_at=day.end)
    sums = await SqlSums(house.store).sums(manager, wanted, GroupBy.QUEUE, day.now)
    for queue in day.queues:
        group = report_group(
            sums[queue.id],
            Sums(),
            key=queue.id,
            label=queue.name,
            from_at=day.begin,
            to_at=day.end,
            log={"queue": queue.id, "from": day.begin.isoformat(), "to": day.end.isoformat()},
        )
        for figure in (*group.figures, *group.service_levels):
            words: dict[str, object] = dict(parse_qsl(figure.drill))
            words["from_"] = words.pop("from")
            for name in ("rated", "handled"):
                if name in words:
                    words[name] = words[name] == "true"
            found = await log.count(manager, filter_of(zone, **words), day.now)  # type: ignore[arg-type]
            assert found.count == figure.rows, figure.name
        rated = {figure.name: figure for figure in group.figures}["csat"]
        assert rated.rows
        assert rated.value is not None


async def _rated(day: Day) -> None:
    """Every third answered pass is rated; what a mean or a share of them is, the next test says."""
    answered = [item for item in day.made.items if item.answered_at is not None and item.ended_at is not None]
    async with day.house.database.transaction() as wire:
        for n, item in enumerate(answered[::3]):
            await wire.execute(
                "INSERT INTO ratings (tenant_id, interaction_id, person_id, agent_id, queue_id, score, comment, at)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                item.tenant_id, item.interaction_id, item.person_id, item.agent_id, item.queue_id,
                1 + n % 5, "", us(day.end),
            )  # fmt: skip


async def test_ratings_are_shares_means_and_rates_of_what_clients_said(house: House) -> None:
    day = await lived(house, ZoneInfo("UTC"), date(2026, 5, 5), seed=11)
    await _rated(day)
    answered = [item for item in day.made.items if item.answered_at is not None and item.ended_at is not None]
    scores = [1 + n % 5 for n in range(len(answered[::3]))]
    manager = house.somebody(Role.MANAGER)
    sums = await SqlSums(house.store).sums(manager, LogFilter(), GroupBy.CHANNEL, day.now)
    grouped = report_group(
        sum(sums.values(), Sums()), Sums(), key="", label="", from_at=day.begin, to_at=day.end, log={}
    )
    figures = {f.name: f.value for f in grouped.figures}

    assert figures["csat"] == sum(score >= 4 for score in scores) / len(scores)
    assert figures["csat_mean"] == sum(scores) / len(scores)
    assert figures["response_rate"] == len(scores) / sum(i.answered_at is not None for i in day.made.items)
