"""How long the interaction log, the reports and the lists of open work take: pages from anywhere, filters, texts,
counts and sums.

Each question is asked with other values every time, so that no answer is a repeated one.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path

from bench.harness import Figure, percentile, told
from bench.worklist import WAITING, fill_open, open_questions
from bench.year import END, TAGS, YEAR, Year, fill
from crm_store.engine import Database
from crm_store.log import SqlLog
from crm_store.report_sums import SqlSums
from crm_store.store import Store
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.access import Principal, Role
from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.domain.service_level import Outcome
from hub.insight.grouped import GroupBy
from hub.insight.log import LogFilter, LogOrder
from tests.postgres import postgres_server
from tests.stores import empty_database, opened

SIZES = (5_000, 1_000_000)
ASKED = 60
REPORTS = 8
TARGET_MS, REPORT_MS = 50.0, 500.0
"""Of a page, of a count or report, in the middle. Anything slower is looked into: see docs/performance.md."""


Asking = Callable[[], Awaitable[object]]


def questions(database: Database, year: Year) -> dict[str, tuple[int, Asking]]:
    """What is asked, and how often."""
    store, chance = Store(database, encode=encode, clock=SystemClock()), random.Random(9)
    log, sums = SqlLog(store), SqlSums(store)
    maria = Principal(tenant_id=DEFAULT_TENANT, name="maria", roles=frozenset({Role.MANAGER}))
    sofia = Principal(
        tenant_id=DEFAULT_TENANT,
        name="sofia",
        roles=frozenset({Role.SUPERVISOR}),
        queues=frozenset(QueueId(queue) for queue in year.queues[-3:]),
    )

    def page(
        wanted: Callable[[], LogFilter],
        *,
        who: Principal = maria,
        order: LogOrder = LogOrder.START,
        deep: bool = False,
    ) -> Asking:
        async def ask() -> object:
            at, item = chance.choice(year.samples)
            after = f"{at}.{item}" if deep else ""
            return await log.page(who, wanted(), order=order, descending=True, after=after, limit=50, now=END)

        return ask

    def days(length: int) -> tuple[datetime, datetime]:
        begin = END - YEAR + timedelta(days=chance.randrange(365 - length))
        return begin, begin + timedelta(days=length)

    def of(length: int, **more: object) -> LogFilter:
        begin, end = days(length)
        return LogFilter(from_at=begin, to_at=end, **more)  # type: ignore[arg-type]

    def abandoned() -> LogFilter:
        return LogFilter(
            queues=(chance.choice(year.queues),), outcomes=(Outcome.ABANDONED,), channels=("sip",)
        )

    def summed(by: GroupBy, length: int) -> Asking:
        async def ask() -> object:
            return await sums.sums(maria, of(length), by, END)

        return ask

    async def counted() -> object:
        return await log.count(maria, of(30), END)

    async def tagged() -> object:
        return await log.count(maria, LogFilter(tags=(chance.choice(list(TAGS)),)), END)

    def words() -> LogFilter:
        return LogFilter(text=f"{chance.choice(year.words[:2000])} {chance.choice(year.words[:2000])}")

    return {
        "first_page": (ASKED, page(LogFilter)),
        "filtered_page": (ASKED, page(abandoned)),
        "rare_filter_page": (ASKED, page(lambda: LogFilter(dispositions=("complaint",)))),
        "agent_page": (ASKED, page(lambda: LogFilter(agents=(chance.choice(year.agents),)))),
        "team_page": (ASKED, page(LogFilter, who=sofia)),
        "deep_page": (ASKED, page(LogFilter, deep=True)),
        "deep_filtered_page": (ASKED, page(abandoned, deep=True)),
        "longest_waits_page": (ASKED, page(LogFilter, order=LogOrder.WAIT)),
        "longest_waits_of_a_week_page": (ASKED, page(lambda: of(7), order=LogOrder.WAIT)),
        "tag_page": (ASKED, page(lambda: LogFilter(tags=(chance.choice(list(TAGS)),)))),
        "rare_tag_page": (ASKED, page(lambda: LogFilter(tags=("rare",)))),
        "deep_tag_page": (ASKED, page(lambda: LogFilter(tags=(chance.choice(list(TAGS)),)), deep=True)),
        "tag_and_queue_page": (
            ASKED,
            page(lambda: LogFilter(tags=("vip",), queues=(chance.choice(year.queues),))),
        ),
        "text_page": (ASKED, page(words)),
        "count_of_30_days": (REPORTS, counted),
        "count_of_a_tag": (REPORTS, tagged),
        "report_of_a_day_by_hour": (REPORTS, summed(GroupBy.HOUR, 1)),
        "report_of_30_days_by_queue": (REPORTS, summed(GroupBy.QUEUE, 30)),
        "report_of_30_days_by_agent": (REPORTS, summed(GroupBy.AGENT, 30)),
    }


async def measured(asked: Mapping[str, tuple[int, Asking]], name: str, note: str) -> list[Figure]:
    """Each question once before the clock runs, then as often as is told."""
    figures: list[Figure] = []
    base = 0.0
    for question, (times, ask) in asked.items():
        await ask()
        took: list[float] = []
        for _ in range(times):
            before = time.perf_counter()
            await ask()
            took.append((time.perf_counter() - before) * 1_000)
        middle = percentile(took, 50)
        base = base or middle
        target_ms = TARGET_MS if question.endswith("page") else REPORT_MS
        for which in (50, 99):
            value = percentile(took, which)
            figures.append(
                Figure(
                    name=f"{name}_{question}_p{which}",
                    value=round(value, 2),
                    unit="ms",
                    ratio=round(middle / base, 2),
                    target=f"≤ {target_ms:g}" if which == 50 else "",
                    ok=which != 50 or value <= target_ms,
                    load=round(os.getloadavg()[0], 2),
                    note=note,
                )
            )
    return figures


async def log_figures(kind: str, rows: int) -> list[Figure]:
    """Everything about the log on `sqlite` or `postgresql`, then about open work on top of it."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server() if kind == "postgresql" else nullcontext("") as server,
    ):
        async with empty_database(kind, Path(folder), server) as url, opened(url) as database:
            year = Year(rows)
            await fill(database, year)
            of_past = await measured(
                questions(database, year), f"{kind}_log_{rows}", f"of {rows:,} passes in a year"
            )
            await fill_open(database, year)
            return of_past + await measured(
                open_questions(database, year, ASKED),
                f"{kind}_work_{rows}",
                f"{WAITING:,} wait, {rows:,} passes before them",
            )


def figures(sizes: Sequence[int] = SIZES) -> list[Figure]:
    """For `make bench`: both databases, few rows and a million."""
    return [
        line
        for rows in sizes
        for kind in ("sqlite", "postgresql")
        for line in asyncio.run(log_figures(kind, rows))
    ]


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, action="append")
    asked.add_argument("--on", choices=("sqlite", "postgresql"), action="append")
    given = asked.parse_args()
    for size in given.rows or SIZES:
        for database_kind in given.on or ("sqlite", "postgresql"):
            for line in asyncio.run(log_figures(database_kind, size)):
                print(told(line), flush=True)
