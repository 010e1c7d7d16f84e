"""The log and the reports by the tags of clients, on both databases: what is found, page by page, and how."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import pytest

import crm_store.person_tags
from crm_store.log import SqlLog
from crm_store.report_sums import SqlSums
from hub.domain.access import Principal, Role
from hub.domain.card import CardEdit
from hub.domain.ids import PersonId
from hub.insight.grouped import GroupBy, Sums
from hub.insight.log import LogFilter, LogOrder
from hub.insight.log_words import asked_by, filter_of
from tests.contracts.crm import Crm
from tests.contracts.made_day import Day, lived

ZONE = ZoneInfo("Europe/Berlin")


class Tagged:
    """A made-up day whose clients have tags: a few are VIP, many regular, none are both."""

    def __init__(self, crm: Crm, day: Day) -> None:
        self.crm, self.day = crm, day
        self.log, self.sums = SqlLog(crm.house.store), SqlSums(crm.house.store)
        self.manager = crm.house.somebody(Role.MANAGER)
        people = sorted({item.person_id for item in day.made.items})
        random.Random(4).shuffle(people)
        self.of: dict[str, set[PersonId]] = {
            "VIP": set(people[:12]),
            "regular": set(people[12 : len(people) // 2]),
        }

    async def tag(self) -> None:
        for tag, people in self.of.items():
            for person_id in people:
                card = await self.crm.card(person_id)
                await self.crm.edits.edit(
                    self.manager, person_id, CardEdit(version=card.version, tags=(tag,))
                )

    def expected(self, *tags: str) -> set[str]:
        people = set().union(*(self.of[tag] for tag in tags))
        return {item.id for item in self.day.made.items if item.person_id in people}

    async def found(self, wanted: LogFilter, who: Principal | None = None, **more: object) -> list[str]:
        """All pages, seven rows each."""
        asked = {"order": LogOrder.START, "descending": True, **more}
        ids: list[str] = []
        after: str | None = ""
        while after is not None:
            page = await self.log.page(
                who or self.manager,
                wanted,
                after=after,
                limit=7,
                now=self.day.now,
                **asked,  # type: ignore[arg-type]
            )
            ids += [row.id for row in page.items]
            after = page.next
        return ids


@pytest.fixture(params=["few", "many"])
async def tagged(crm: Crm, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Tagged:
    """Either way of asking: interactions named one by one, or each pass looked at on a walk."""
    if request.param == "many":
        monkeypatch.setattr(crm_store.person_tags, "FEW", 3)
    day = await lived(crm.house, ZONE, date(2026, 5, 5), seed=21)
    made = Tagged(crm, day)
    await made.tag()
    return made


def _in_order(tagged: Tagged, ids: Sequence[str]) -> list[str]:
    at = {str(item.id): (item.first_queued_at, item.id) for item in tagged.day.made.items}
    return sorted(ids, key=lambda one: at[one], reverse=True)


async def test_pages_have_each_pass_of_the_tag_once_in_order_whatever_its_case(tagged: Tagged) -> None:
    for words, tags in (("vip", ("VIP",)), ("Regular", ("regular",)), ("VIP,REGULAR", ("VIP", "regular"))):
        expected = tagged.expected(*tags)
        assert len(expected) > 7
        wanted = filter_of(ZONE, tag=words)
        assert await tagged.found(wanted) == _in_order(tagged, list(expected))
        ascending = await tagged.found(wanted, descending=False)
        assert ascending == _in_order(tagged, list(expected))[::-1]
        assert (await tagged.log.count(tagged.manager, wanted, tagged.day.now)).count == len(expected)
    assert await tagged.found(LogFilter(tags=("nobody's",))) == []


async def test_a_tag_goes_with_the_other_filters_and_orders(tagged: Tagged) -> None:
    queue = tagged.day.queues[0].id
    wanted = LogFilter(tags=("regular",), queues=(queue,))
    expected = {
        item.id
        for item in tagged.day.made.items
        if item.queue_id == queue and item.id in tagged.expected("regular")
    }
    assert set(await tagged.found(wanted)) == expected
    by_wait = await tagged.found(replace(wanted, queues=()), order=LogOrder.WAIT)
    ended = {item.id for item in tagged.day.made.items if item.ended_at is not None}
    assert set(by_wait) == tagged.expected("regular") & ended
    assert len(by_wait) == len(set(by_wait))


async def test_a_supervisor_finds_the_passes_of_the_team_only(tagged: Tagged) -> None:
    queue = tagged.day.queues[1].id
    sofia = tagged.crm.house.somebody(Role.SUPERVISOR, queue)
    found = set(await tagged.found(LogFilter(tags=("regular",)), who=sofia))
    assert found == {
        item.id
        for item in tagged.day.made.items
        if item.queue_id == queue and item.id in tagged.expected("regular")
    }
    here = {item.person_id for item in tagged.day.made.items if item.queue_id == queue}
    assert list(await tagged.log.tags(sofia)) == [tag for tag in ("regular", "VIP") if tagged.of[tag] & here]
    assert list(await tagged.log.tags(tagged.manager)) == ["regular", "VIP"]
    elsewhere = tagged.crm.house.somebody(Role.SUPERVISOR)
    assert list(await tagged.log.tags(elsewhere)) == []


async def test_a_report_of_a_tag_counts_what_its_drill_finds(tagged: Tagged) -> None:
    day = tagged.day
    wanted = LogFilter(tags=("regular",), from_at=day.begin, to_at=day.end)
    sums = await tagged.sums.sums(tagged.manager, wanted, GroupBy.QUEUE, day.now)
    assert sum(sums.values(), Sums()).counts.offered == len(tagged.expected("regular"))
    for queue_id, found in sums.items():
        drilled, _, _ = asked_by(f"queue={queue_id}&tag=regular&from=2026-05-05&to=2026-05-05", ZONE)
        assert (await tagged.log.count(tagged.manager, drilled, day.now)).count == found.counts.offered


async def test_a_tag_that_is_taken_off_is_found_no_more_and_a_merge_brings_it_along(tagged: Tagged) -> None:
    crm = tagged.crm
    gone, kept, *_ = sorted(tagged.of["VIP"])
    card = await crm.card(gone)
    await crm.edits.edit(tagged.manager, gone, CardEdit(version=card.version, tags=()))
    tagged.of["VIP"].discard(gone)
    assert set(await tagged.found(LogFilter(tags=("vip",)))) == tagged.expected("VIP")
    # what another record had is the kept one's, tags and passes
    other = min(tagged.of["regular"])
    await crm.merges.merge(tagged.manager, kept, other)
    merged = {item.id for item in tagged.day.made.items if item.person_id == other}
    assert merged <= set(await tagged.found(LogFilter(tags=("vip",))))
    assert set(await tagged.found(LogFilter(tags=("regular",)))) >= tagged.expected("regular")


async def test_no_page_of_a_tag_reads_a_whole_table(tagged: Tagged, kind: str) -> None:
    """The plans of both databases go by indexes; PostgreSQL is told not to prefer a scan of tables this small."""
    plans: list[str] = []
    async with tagged.crm.house.database.snapshot() as wire:
        if kind == "postgresql":
            await wire.fetch("SET LOCAL enable_seqscan = off")
        seen = wire.fetch

        async def explained(sql: str, *params: object) -> object:
            told = "EXPLAIN QUERY PLAN " if kind == "sqlite" else "EXPLAIN "
            if "person_tags" in sql or "w.interaction_id = ANY" in sql:
                plans.extend(str(row[-1]) for row in await seen(told + sql, *params))
            return await seen(sql, *params)

        wire.fetch = explained  # type: ignore[method-assign, assignment]
        for queues in ((), (tagged.day.queues[0].id,)):
            await tagged.log._keys(
                wire,
                tagged.manager,
                LogFilter(tags=("vip",), queues=queues),
                LogOrder.START,
                True,
                "",
                50,
                tagged.day.now,
            )
    assert plans
    scans = [
        line
        for line in plans
        if ("Seq Scan" in line)
        or (line.startswith("SCAN") and "USING" not in line and "json_each" not in line)
    ]
    assert [s for s in scans if not s.startswith(("SCAN w0", "SCAN u", "SCAN (subquery"))] == []
