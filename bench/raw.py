"""The raw pipeline: the same parts as the hub's, and nothing of the hub. What it can do is the ceiling.

`python -m bench.raw SETUP` (`bench.fed_hub.Setup`). What it does for a touch, with at most 256 touches a batch:

* the same feed reads it;
* its person is looked up in a dict, filled before the start;
* the agent who was idle longest is taken from a deque;
* one transaction writes the rows that the hub leaves behind for such a touch, into the same tables with the same
  indexes and full-text index, on the same settings: interaction, session, work item (offered), touch with its raw
  bytes, its folded words, two facts, the segment in the queue, the reservation. `sqlite3` with executemany in a
  thread, one hop a batch; or asyncpg with COPY;
* after the commit the feed is told, and the bytes of a card (one of the hub's own, with this touch's number put in)
  go to the agent with aiohttp's `send_bytes`, to one of the same number of open sockets.

What it leaves out: whether the touch is there already; whether a thread is open; skills, load, priority, and why an
agent was chosen; reading the client's card; the outbox and its events; that a commit may fail; frames that can be
replayed; leases, lines, every other frame on a console; sign-ins; metrics. It cannot recover, and nobody could use it.
"""

import asyncio
import base64
import hashlib
import os
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from aiohttp import web
from sqlalchemy import Table

from bench.fed_hub import Setup
from bench.feed import Done, Fed, renumbered, serve_feed
from bench.floor import SITE, Furnish, furnish
from crm_store.engine import Database
from crm_store.mapping import columns
from crm_store.migrate import migrate
from crm_store.rows.floor import agents, queues
from crm_store.rows.history import (
    facts,
    interactions,
    reservations,
    segments,
    sessions,
    touches,
    work_items,
)
from crm_store.rows.people import identities
from crm_store.rows.search import touch_texts
from crm_store.store import Store
from hub.cli.loop import until_stopped
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.crm.names import fold
from hub.domain.ids import DEFAULT_TENANT
from hub.ids import new_id

_BATCH = 256
_TEXT_COLUMNS = ("tenant_id", "touch_id", "interaction_id", "at", "folded")


def written(table: Table, *left_out: str) -> tuple[str, ...]:
    """The columns that are written: those that the database does not fill by itself."""
    return tuple(c.name for c in table.columns if c.server_default is None and c.name not in left_out)


Tables = tuple[tuple[Table, tuple[str, ...]], ...]

TABLES: Tables = (
    *((table, written(table)) for table in (interactions, sessions, work_items)),
    (touches, written(touches, "letter")),
    *((table, written(table)) for table in (reservations, segments, facts)),
    (touch_texts, _TEXT_COLUMNS),
)
WHY = (
    '{"reason":"least_loaded","chosen":"Agent 1","idle_s":12.5,"considered":1000,"could":1000,"next_names":'
    '["Agent 2","Agent 3"],"excluded":[],"place":1,"text":"Agent 1 has the least work in hand of the 1000 who can'
    ' take it now; Agent 2 and Agent 3 would have been next."}'
)

Rows = list[list[tuple[Any, ...]]]


class SqliteFile:
    """The file with the hub's settings, written by one thread."""

    def __init__(self, path: str, tables: Tables) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._thread = ThreadPoolExecutor(1)
        self._statements = [
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            for table, names in tables
        ]

    async def write(self, rows: Rows) -> None:
        """All of it in one transaction."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._written, rows)

    def _written(self, rows: Rows) -> None:
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        for statement, some in zip(self._statements, rows, strict=True):
            self._connection.executemany(statement, some)
        execute("COMMIT")


class PostgresTables:
    """One connection of asyncpg."""

    def __init__(self, connection: Any, tables: Tables) -> None:
        self._connection = connection
        self._tables = tables

    async def write(self, rows: Rows) -> None:
        """All of it in one transaction."""
        async with self._connection.transaction():
            for (table, names), some in zip(self._tables, rows, strict=True):
                await self._connection.copy_records_to_table(table.name, records=some, columns=names)


class RawPipeline:
    """See the module."""

    tables = TABLES

    def __init__(self, store: SqliteFile | PostgresTables, folder: Path) -> None:
        self._store = store
        self.folder = folder
        self.persons: dict[str, str] = {}
        self.queue_id = ""
        self._idle: deque[tuple[str, web.WebSocketResponse]] = deque()
        self._names: list[str] = []
        self._waiting: deque[tuple[Fed, bytes, Done, int]] = deque()
        self._arrived = asyncio.Event()
        self._card = b""

    async def learn(self, database: Database) -> None:
        """Whom the furnished store knows."""
        async with database.snapshot() as wire:
            for row in await wire.fetch(f"SELECT {columns(identities)} FROM identities"):
                self.persons[row[4]] = row[2]
            self.queue_id = (await wire.fetch(f"SELECT {columns(queues)} FROM queues"))[0][0]
            self._names = [row[0] for row in await wire.fetch(f"SELECT {columns(agents)} FROM agents")]

    async def open_socket(self, request: web.Request) -> web.WebSocketResponse:
        """An agent's console: takes its pings and says nothing but cards."""
        ws = web.WebSocketResponse(compress=False)
        await ws.prepare(request)
        await ws.receive()
        await ws.send_bytes(b'{"kind":"snapshot"}')
        place = (self._names[len(self._idle)], ws)
        self._idle.append(place)
        async for _ in ws:
            pass
        self._idle.remove(place)
        return ws

    async def answer(self, question: dict[str, Any]) -> Any:
        """To the benchmark: processor seconds, unless a card is given."""
        if question["what"] == "card":
            self._card = base64.b64decode(question["bytes"])
            return True
        return self.cpu_s()

    def cpu_s(self) -> float:
        """Of this process and those it began."""
        return time.process_time()

    def take(self, fed: Fed, raw: bytes, done: Done) -> None:
        """From the feed."""
        self._waiting.append((fed, raw, done, time.time_ns() // 1000))
        self._arrived.set()

    async def run(self) -> None:
        """Batch after batch; whatever waits goes into the next."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                size = min(_BATCH, len(self._waiting), len(self._idle))
                batch = [self._waiting.popleft() for _ in range(size)]
                await self._carried(batch)

    async def _carried(self, batch: Sequence[tuple[Fed, bytes, Done, int]]) -> None:
        chosen = [self._idle.popleft() for _ in batch]
        self._idle.extend(chosen)
        rows: Rows = [[] for _ in self.tables]
        for (fed, raw, _, at), (agent_id, _) in zip(batch, chosen, strict=True):
            self.rows(rows, fed, raw, agent_id, at)
        await self._store.write(rows)
        for (fed, _, done, _), (_, ws) in zip(batch, chosen, strict=True):
            done()
            await ws.send_bytes(renumbered(self._card, fed.number))

    def rows(self, rows: Rows, fed: Fed, raw: bytes, agent_id: str, at: int) -> None:
        """Add the rows of a touch."""
        tenant, queue, person = DEFAULT_TENANT, self.queue_id, self.persons[fed.visitor]
        interaction, session, item, touch = new_id(), new_id(), new_id(), new_id()
        account, external = f"webchat:{SITE}", f"{fed.visitor}:{fed.number}"
        body = hashlib.sha256(fed.text.encode()).hexdigest()
        into = [some.append for some in rows]
        into[0](
            (interaction, tenant, person, "webchat", queue, "en", "open", at, *[None] * 5, 3, 1)
        )  # fmt: skip
        into[1]((session, tenant, interaction, "webchat", account, fed.visitor, fed.visitor, at, None))
        into[2](
            (item, tenant, interaction, person, queue, "webchat", "chat", "en", '{"lang:en":1}', 0, "offered",
             at, at, at, at, at, at + 3_600_000_000, None, None, None, agent_id, None, 5, 1, 2)
        )  # fmt: skip
        into[3](
            (touch, tenant, interaction, session, person, 3, "webchat", account, external, "inbound", "message",
             at, None, fed.text, "[]", None, "received", "", 0, None, None, None, body, raw)
        )  # fmt: skip
        into[4](
            (new_id(), tenant, item, interaction, queue, agent_id, "offered", 1, at, at + 3_600_000_000, None,
             None, "", WHY)
        )  # fmt: skip
        into[5]((tenant, interaction, item, queue, None, "queue", at, at))
        head = (tenant, person, at)
        into[6]((interaction, 1, *head, "interaction_opened", None, queue, None, "open", "webchat"))
        into[6]((interaction, 2, *head, "work_stepped", item, queue, None, "queued", "new"))
        into[7]((tenant, touch, interaction, at, fold(fed.text)))


async def serve(
    setup: Setup, stop: asyncio.Event, kind: type[RawPipeline] = RawPipeline, furnished: Furnish = furnish
) -> None:
    """Be the pipeline until told to stop."""
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    path = f"{setup.data_dir}/hub.db"
    url = setup.store_url or f"sqlite+aiosqlite:///{path}"
    database = await Database.open(url)
    await migrate(database)
    store = Store(database, encode=encode, clock=SystemClock())
    await furnished(store, agents_count=setup.agents, persons_count=setup.persons)
    if setup.store_url:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        raw = kind(PostgresTables(connection, kind.tables), Path(setup.data_dir))
    else:
        raw = kind(SqliteFile(path, kind.tables), Path(setup.data_dir))
    await raw.learn(database)
    await database.close()
    app = web.Application()
    app.router.add_get("/ws/agent", raw.open_socket)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", setup.port).start()
    pipeline = asyncio.create_task(raw.run())
    async with await serve_feed(Path(setup.feed), raw.take, raw.answer):
        sys.stdout.write(f"http://127.0.0.1:{setup.port}\n")
        sys.stdout.flush()
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([pipeline, stopping], return_when=asyncio.FIRST_COMPLETED)
    if pipeline.done():
        pipeline.result()
    pipeline.cancel()
    os._exit(0)


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    if setup.core is not None:
        os.sched_setaffinity(0, {setup.core})
    until_stopped(lambda stop: serve(setup, stop))


if __name__ == "__main__":
    main(sys.argv[1])
