"""A year of a house, made up from a seed: calls, chats and mails in twelve queues, every outcome, one message each.

Made for questions about the past (`log`) and about the work of now (`worklist`), which lies on top of the past.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.search import People, analyse
from crm_store.driver import Row
from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.instants import to_us
from crm_store.rows.crm import person_tags
from crm_store.rows.history import interactions, segments, touches, work_items
from crm_store.rows.people import persons
from crm_store.rows.webchat import ratings
from crm_store.store import Store
from crm_store.text_search import index_texts, touch_text_row
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.crm.names import fold
from hub.domain.ids import DEFAULT_TENANT, InteractionId, QueueId, TouchId
from hub.domain.queue import Queue
from hub.ids import new_id

YEAR = timedelta(days=365)
END = datetime(2026, 11, 28, 12, tzinfo=UTC)
QUEUES, AGENTS = 12, 120
PORTION = 20_000
RATED = 0.15
"""Share of the answered whose client says how it was."""

TAGS = {"regular": 0.05, "vip": 0.01}


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
