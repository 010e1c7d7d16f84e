"""A whole hub with the benchmarks' feed beside its channels: `python -m bench.fed_hub SETUP`.

SETUP is JSON, see `Setup`. It prints a line when it listens, and ends at SIGTERM or when whoever started it is gone.
"""

import asyncio
import gc
import hashlib
import os
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from pydantic import SecretStr

from bench import push_inside
from bench.feed import Done, Fed, serve_feed
from bench.floor import SITE, Furnish, furnish
from bench.harness import uss_bytes
from crm_store.engine import Database
from crm_store.mapping import columns, item_of
from crm_store.migrate import migrate
from crm_store.rows.history import work_items
from hub.app import Hub
from hub.cli.garbage import uncollected
from hub.cli.loop import until_stopped
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.events import WorkStepped
from hub.domain.ids import DEFAULT_TENANT, QueueId
from hub.domain.person import IdentityKind
from hub.domain.touch import InboundTouch, Sender
from hub.domain.work import WorkState
from hub.lifecycle import Jobs
from hub.log import configure_log
from hub.screenpop.socket import AgentSockets
from hub.settings import (
    ChannelSettings,
    HttpSettings,
    RoutingSettings,
    ScreenPopSettings,
    Settings,
    StoreSettings,
)
from hub.started import Started


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is to be. `core` is the CPU it keeps to, if any."""

    data_dir: str
    store_url: str
    port: int
    feed: str
    agents: int
    persons: int
    core: int | None = None


class FedHub(Hub):
    """The hub, and one more source of touches."""

    def __init__(self, settings: Settings, database: Database, feed: Path) -> None:
        super().__init__(settings, database)
        self._feed = feed
        self.queue_id = QueueId("")
        self._receiving: set[asyncio.Task[None]] = set()

    def _start(self, jobs: Jobs, sockets: AgentSockets) -> None:
        super()._start(jobs, sockets)
        jobs.start("bench feed", self._feed_touches())

    async def _feed_touches(self) -> None:
        rows = await self.store.board_rows(DEFAULT_TENANT)
        self.queue_id = rows.queues[0].id
        server = await serve_feed(self._feed, self._take, self.answer)
        async with server:
            await server.serve_forever()

    def _take(self, fed: Fed, raw: bytes, done: Done) -> None:
        # a task each, as every channel has one for each of its connections
        task = asyncio.get_running_loop().create_task(self.received(fed, raw, done))
        self._receiving.add(task)
        task.add_done_callback(self._receiving.discard)

    async def received(self, fed: Fed, raw: bytes, done: Done) -> None:
        """Hand in what came; `done` when it is durable."""
        await self._inbox.receive(touch_of(fed, raw, self.queue_id, self._clock))
        done()

    def cpu_s(self) -> float:
        """Processor seconds so far, of this process and those it began."""
        return time.process_time()

    async def answer(self, question: dict[str, Any]) -> Any:
        """To the benchmark."""
        match question["what"]:
            case "cpu_s":
                return self.cpu_s()
            case "clear":
                return await self._clear()
            case "memory":
                gc.collect()
                return uss_bytes(os.getpid())
            case "push":
                return await push_inside.measured(self._streams, question["rounds"])
            case unknown:
                raise ValueError(unknown)

    async def _clear(self) -> int:
        """All clients leave: everything open ends, in the store and on the board. How much it was."""
        now = self._clock.now()
        async with self.store.database.transaction() as wire:
            rows = await wire.fetch(
                f"SELECT {columns(work_items)} FROM work_items WHERE state IN ('queued', 'offered')"
            )
            left = [item_of(row).stepped(WorkState.ABANDONED, now) for row in rows]
            await wire.execute(
                "UPDATE work_items SET state = 'abandoned', version = version + 1, ended_at = $1"
                " WHERE state IN ('queued', 'offered')",
                int(now.timestamp() * 1e6),
            )
            for table in ("reservations", "sessions"):
                await wire.execute(
                    f"UPDATE {table} SET ended_at = $1 WHERE ended_at IS NULL", int(now.timestamp() * 1e6)
                )
            await wire.execute("UPDATE reservations SET state = 'withdrawn' WHERE state = 'offered'")
            await wire.execute("UPDATE interactions SET state = 'closed' WHERE state = 'open'")
            events = [WorkStepped(tenant_id=item.tenant_id, item=item, reason="client_left") for item in left]
            for begin in range(0, len(events), 500):
                await self.store.add_events(wire, encode(events[begin : begin + 500]))
        self.store.wake()
        return len(left)


def touch_of(fed: Fed, raw: bytes, queue_id: QueueId, clock: SystemClock) -> InboundTouch:
    """What a channel makes of what came."""
    return InboundTouch(
        tenant_id=DEFAULT_TENANT,
        channel="webchat",
        account=f"webchat:{SITE}",
        external_id=f"{fed.visitor}:{fed.number}",
        thread=fed.visitor,
        sender=Sender(kind=IdentityKind.WEBCHAT, value=fed.visitor),
        queue_id=queue_id,
        text=fed.text,
        raw=raw,
        body_sha256=hashlib.sha256(fed.text.encode()).hexdigest(),
        received_at=clock.now(),
        language="en",
    )


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    if setup.core is not None:
        os.sched_setaffinity(0, {setup.core})
    configure_log(level="warning", as_json=False)
    with uncollected():
        pass  # as `touchline run` does after its imports
    until_stopped(lambda stop: serve(setup, stop))


async def serve(
    setup: Setup, stop: asyncio.Event, kind: type[FedHub] = FedHub, furnished: Furnish = furnish
) -> None:
    """Be the hub until told to stop."""
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    settings = Settings(
        data_dir=Path(setup.data_dir),
        http=HttpSettings(port=setup.port),
        channels=ChannelSettings.model_validate({"sip": {"port": 0}}),
        store=StoreSettings(url=SecretStr(setup.store_url)),
        # consoles are stopped while the other pipeline is measured, and must not be taken for lost
        routing=RoutingSettings(presence_lease_s=300),
        # an idle console has nothing left that could be replayed, and a run need not wait for that
        screenpop=ScreenPopSettings(replay_s=5),
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = await Database.open(settings.store_url, pool_size=settings.store.pool_size)
    try:
        await migrate(database)
        hub = kind(settings, database, Path(setup.feed))
        await furnished(hub.store, agents_count=setup.agents, persons_count=setup.persons)
        await hub.run(_ready, stop)
    finally:
        await database.close()


def _ready(started: Started) -> None:
    sys.stdout.write(f"{started.url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
