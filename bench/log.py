"""How long the interaction log and the reports take: pages from anywhere, filters, texts, counts and sums.

A year of passes is made up from a seed: calls and chats in twelve queues, every outcome, one message each. Each
question is asked with other values every time, so that no answer is a repeated one.
"""

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.harness import Figure, percentile, told
from bench.search import People, analyse
from crm_store.driver import Row
from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.instants import to_us
from crm_store.log import SqlLog
from crm_store.names import fold
from crm_store.report_sums import SqlSums
from crm_store.rows.crm import person_tags
from crm_store.rows.history import interactions, segments, touches, work_items
from crm_store.rows.people import persons
from crm_store.rows.webchat import ratings
from crm_store.store import Store
from crm_store.text_search import index_texts, touch_text_row
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.access import Principal, Role
from hub.domain.ids import DEFAULT_TENANT, InteractionId, QueueId, TouchId
from hub.domain.queue import Queue
from hub.domain.service_level import Outcome
from hub.ids import new_id
from hub.insight.grouped import GroupBy
from hub.insight.log import LogFilter, LogOrder
from tests.postgres import postgres_server
from tests.stores import empty_database, opened

SIZES = (5_000, 1_000_000)
YEAR = timedelta(days=365)
END = datetime(2026, 11, 28, 12, tzinfo=UTC)
QUEUES, AGENTS = 12, 120
PORTION = 20_000
ASKED = 60
REPORTS = 8
RATED = 0.15
"""Share of the answered whose client says how it was."""

TAGS = {"regular": 0.05, "vip": 0.01}

TARGET_MS = 50.0
"""Anything slower is looked into: see docs/performance.md."""


class Year:
    """A year of passes, the oldest first."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.chance = random.Random(7)
        self.queues = [new_id() for _ in range(QUEUES)]
        self.agents = [new_id() for _ in range(AGENTS)]
        self.people = [new_id() for _ in range(max(100, rows // 10))]
        self.tagged = [
            *((tag, person) for tag, share in TAGS.items() for person in self.people[:: round(1 / share)]),
            *(("rare", person) for person in self.chance.sample(self.people, 20)),
        ]
        """Tags with their persons: a twentieth of all, a hundredth, and twenty persons."""
        self.words = [fold(word) for word in People(4, 100)._names("ru", 20_000, 4, ending=False)]
        self.samples: list[tuple[int, str]] = []
        """(when, id) of some passes, for pages from the middle."""

    def text(self) -> str:
        """A message of eight Zipf words."""
        return " ".join(self.words[int(len(self.words) * self.chance.random() ** 4)] for _ in range(8))

    def portions(self) -> Iterator[dict[str, list[Row]]]:
        """Rows of each table, some at a time."""
        step = int(YEAR / timedelta(microseconds=1)) // self.rows
        begin = to_us(END - YEAR)
        made: dict[str, list[Row]] = {
            name: [] for name in ("interactions", "items", "segments", "touches", "texts", "ratings")
        }
        for n in range(self.rows):
            self._one(made, begin + n * step + self.chance.randrange(step))
            if len(made["items"]) == PORTION:
                yield made
                for rows in made.values():
                    rows.clear()
        yield made

    def _one(self, made: dict[str, list[Row]], at: int) -> None:
        chance, second = self.chance, 1_000_000
        interaction, item, person = new_id(), new_id(), chance.choice(self.people)
        queue = self.queues[int(QUEUES * chance.random() ** 2)]
        media, channel = chance.choice(
            [("voice", "sip"), ("chat", "webchat"), ("chat", "telegram"), ("mail", "email")]
        )
        wait = int(chance.expovariate(1 / 25) * second)
        answered = ended = agent = None
        state = "abandoned"
        if chance.random() < 0.86:
            agent, state = chance.choice(self.agents), "completed"
            answered = at + wait
            ended = answered + int(chance.expovariate(1 / 240) * second) + 1
        else:
            ended = at + wait
        made["interactions"].append(
            (
                interaction, DEFAULT_TENANT, person, channel, queue, "ru", "closed", at, ended, agent,
                chance.choices(["resolved", "sold", "complaint"], [90, 9, 1])[0], "", agent, 3, 3,
            )
        )  # fmt: skip
        made["items"].append(
            (
                item, DEFAULT_TENANT, interaction, person, queue, channel, media, "ru", "{}", 0, state, at, at, at,
                ended, at, None, answered, answered, ended, agent, None, 20, 1, 3,
                "inbound", 0 if answered is None or ended is None else ended - answered,
            )
        )  # fmt: skip
        made["segments"].append((DEFAULT_TENANT, interaction, item, queue, None, "queue", at, at + wait))
        if answered is not None and ended is not None:
            kind = "talk" if media == "voice" else "text"
            made["segments"].append((DEFAULT_TENANT, interaction, item, queue, agent, kind, answered, ended))
        if answered is not None and chance.random() < RATED:
            score = chance.randint(1, 5)
            made["ratings"].append((DEFAULT_TENANT, interaction, person, agent, queue, score, "", ended))
        touch, text = new_id(), self.text()
        made["touches"].append(
            (
                touch, DEFAULT_TENANT, interaction, None, person, 1, channel, channel, touch, "inbound", "message", at,
                None, text, "[]", None, "received", "", 0, None, None, None, "", None,
            )
        )  # fmt: skip
        row = touch_text_row(
            DEFAULT_TENANT,
            TouchId(touch),
            InteractionId(interaction),
            END - YEAR + timedelta(microseconds=at - to_us(END - YEAR)),
            text,
        )
        if row is not None:
            made["texts"].append(row)
        if chance.random() < 3_000 / self.rows:
            self.samples.append((at, item))


async def fill(database: Database, year: Year) -> None:
    """Store the year."""
    store = Store(database, encode=encode, clock=SystemClock())
    floor = FloorStore(store, SystemClock(), encode=encode)
    for n, queue_id in enumerate(year.queues):
        await floor.put_queue(Queue(id=QueueId(queue_id), tenant_id=DEFAULT_TENANT, name=f"queue {n}"))
    born = to_us(END - YEAR)
    async with database.transaction() as wire:
        rows = [
            (p, DEFAULT_TENANT, f"Client {n}", "ru", "standard", None, None, born, 1)
            for n, p in enumerate(year.people)
        ]
        await wire.insert(persons, rows)
        await wire.insert(person_tags, [(DEFAULT_TENANT, tag, person, tag) for tag, person in year.tagged])
    for made in year.portions():
        async with database.transaction() as wire:
            await wire.insert(interactions, made["interactions"])
            await wire.insert(work_items, made["items"])
            await wire.insert(segments, made["segments"])
            await wire.insert(touches, made["touches"])
            await index_texts(wire, made["texts"])
            await wire.insert(ratings, made["ratings"])
    await analyse(database)


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
        "tag_page": (ASKED, page(lambda: LogFilter(tags=(chance.choice(list(TAGS)),)))),
        "rare_tag_page": (ASKED, page(lambda: LogFilter(tags=("rare",)))),
        "deep_tag_page": (ASKED, page(lambda: LogFilter(tags=(chance.choice(list(TAGS)),)), deep=True)),
        "tag_and_queue_page": (
            ASKED,
            page(lambda: LogFilter(tags=("vip",), queues=(chance.choice(year.queues),))),
        ),
        "agent_page": (ASKED, page(lambda: LogFilter(agents=(chance.choice(year.agents),)))),
        "team_page": (ASKED, page(LogFilter, who=sofia)),
        "deep_page": (ASKED, page(LogFilter, deep=True)),
        "deep_filtered_page": (ASKED, page(abandoned, deep=True)),
        "longest_waits_page": (ASKED, page(LogFilter, order=LogOrder.WAIT)),
        "longest_waits_of_a_week_page": (ASKED, page(lambda: of(7), order=LogOrder.WAIT)),
        "text_page": (ASKED, page(words)),
        "count_of_30_days": (REPORTS, counted),
        "count_of_a_tag": (REPORTS, tagged),
        "report_of_a_day_by_hour": (REPORTS, summed(GroupBy.HOUR, 1)),
        "report_of_30_days_by_queue": (REPORTS, summed(GroupBy.QUEUE, 30)),
        "report_of_30_days_by_agent": (REPORTS, summed(GroupBy.AGENT, 30)),
    }


async def measured(database: Database, name: str, year: Year) -> list[Figure]:
    """Each question once before the clock runs, then as often as is told."""
    figures: list[Figure] = []
    base = 0.0
    for question, (times, ask) in questions(database, year).items():
        await ask()
        took: list[float] = []
        for _ in range(times):
            before = time.perf_counter()
            await ask()
            took.append((time.perf_counter() - before) * 1_000)
        middle = percentile(took, 50)
        base = base or middle
        is_page = question.endswith("page")
        for which in (50, 99):
            value = percentile(took, which)
            figures.append(
                Figure(
                    name=f"{name}_{question}_p{which}",
                    value=round(value, 2),
                    unit="ms",
                    ratio=round(middle / base, 2),
                    target=f"≤ {TARGET_MS:g}" if is_page and which == 50 else "",
                    ok=not (is_page and which == 50) or value <= TARGET_MS,
                    load=round(os.getloadavg()[0], 2),
                    note="" if is_page else f"of {year.rows:,} passes in a year",
                )
            )
    return figures


async def log_figures(kind: str, rows: int) -> list[Figure]:
    """Everything about the log on `sqlite` or `postgresql`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server() if kind == "postgresql" else nullcontext("") as server,
    ):
        async with empty_database(kind, Path(folder), server) as url, opened(url) as database:
            year = Year(rows)
            await fill(database, year)
            return await measured(database, f"{kind}_log_{rows}", year)


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
