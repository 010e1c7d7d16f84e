"""A hub with a large floor on which much happens: `python -m bench.wallboard_hub SETUP`, see `Setup`.

The events are told on the hub's own bus, as the relay tells committed ones: what is measured is keeping the picture,
making frames and writing them, not the committing, which `pop` and `push` measure.
"""

import asyncio
import random
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec

from bench.worklist import OpenWork
from crm_store.driver import Wire
from crm_store.engine import Database
from crm_store.instants import to_us
from crm_store.migrate import migrate
from crm_store.rows.people import persons
from hub.app import Hub
from hub.cli.loop import until_stopped
from hub.clock import SystemClock
from hub.domain.agent import Media
from hub.domain.events import WorkStepped
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, WorkItemId
from hub.domain.queue import Queue
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.lifecycle import Jobs
from hub.log import configure_log
from hub.screenpop.socket import AgentSockets
from hub.settings import ChannelSettings, HttpSettings, RoutingSettings, SecuritySettings, Settings
from hub.started import Started
from tests.hubs import Floor
from tests.seeding import seed

_NEXT = {
    WorkState.QUEUED: WorkState.OFFERED,
    WorkState.OFFERED: WorkState.ASSIGNED,
    WorkState.ASSIGNED: WorkState.WRAP_UP,
    WorkState.WRAP_UP: WorkState.COMPLETED,
}
_OPEN_AT_ONCE = 1_000
_QUEUES_EACH = 5


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How large the floor is and how much happens a second; what happens concerns nobody in the store."""

    data_dir: str
    port: int
    agents: int = 500
    queues: int = 50
    events_per_s: int = 200
    waiting: int = 0
    """Who waits in the store; then nobody is there to serve them."""


class BusyHub(Hub):
    """The hub, and a floor that moves by itself."""

    def __init__(self, settings: Settings, database: Database, setup: Setup) -> None:
        super().__init__(settings, database)
        self._setup = setup

    def _start(self, jobs: Jobs, sockets: AgentSockets) -> None:
        super()._start(jobs, sockets)
        jobs.start("bench events", self._happen())

    async def _happen(self) -> None:
        chance = random.Random(1)
        rows = await self.store.board_rows(DEFAULT_TENANT)
        items: list[WorkItem] = []
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += 1 / self._setup.events_per_s
            await asyncio.sleep(max(0.0, due - loop.time()))
            now = self._clock.now()
            if len(items) < _OPEN_AT_ONCE or chance.random() < 0.2:
                item = self._new(chance.choice(rows.queues))
                items.append(item)
            else:
                n = chance.randrange(len(items))
                agent = chance.choice(rows.agents)
                has = items[n].agent_id or agent.id
                item = items[n].stepped(_NEXT[items[n].state], now, agent_id=has, weight=20)
                if item.state is WorkState.COMPLETED:
                    items[n] = items[-1]
                    items.pop()
                else:
                    items[n] = item
            self._bus.tell(WorkStepped(tenant_id=DEFAULT_TENANT, item=item, reason="bench"))

    def _new(self, queue: Queue) -> WorkItem:
        now = self._clock.now()
        return WorkItem(
            id=WorkItemId(new_id()),
            tenant_id=DEFAULT_TENANT,
            interaction_id=InteractionId(new_id()),
            person_id=PersonId(new_id()),
            queue_id=queue.id,
            channel="webchat",
            media=Media.CHAT,
            language="en",
            skills={},
            priority=0,
            state=WorkState.QUEUED,
            first_queued_at=now,
            queued_at=now,
            urgent_at=now,
            state_at=now,
            received_at=now,
        )


def main(argument: str) -> None:
    """Serve until SIGTERM, or until standard input closes."""
    setup = msgspec.json.decode(argument, type=Setup)
    configure_log(level="error", as_json=False)
    until_stopped(lambda stop: _serve(setup, stop))


async def _serve(setup: Setup, stop: asyncio.Event) -> None:
    asyncio.get_running_loop().add_reader(sys.stdin.fileno(), stop.set)
    settings = Settings(
        data_dir=Path(setup.data_dir),
        http=HttpSettings(port=setup.port),
        channels=ChannelSettings.model_validate({"sip": {"port": 0}}),
        routing=RoutingSettings(presence_lease_s=300),
        security=SecuritySettings(password_memory_kib=8_192, password_passes=1),
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = await Database.open(settings.store_url, pool_size=settings.store.pool_size)
    try:
        await migrate(database)
        hub = BusyHub(settings, database, setup)
        floor = Floor(
            agents=tuple(f"agent{n}" for n in range(setup.agents)),
            queues=tuple(f"queue {n:02}" for n in range(setup.queues)),
        )
        await seed(hub.store, settings, floor)
        until = hub._clock.now() + timedelta(hours=1)
        async with hub.store.database.transaction() as wire:
            if not setup.waiting:
                await wire.execute(
                    "UPDATE agents SET wish = 'available', presence_until = $1", int(until.timestamp() * 1e6)
                )
            lines = [row[0] for row in await wire.fetch("SELECT id FROM queues ORDER BY name")]
            people = [row[0] for row in await wire.fetch("SELECT id FROM agents ORDER BY name")]
            served = [
                (
                    msgspec.json.encode([lines[(n + k) % len(lines)] for k in range(_QUEUES_EACH)]).decode(),
                    agent,
                )
                for n, agent in enumerate(people)
            ]
            await wire.many("UPDATE agents SET queues = $1 WHERE id = $2", served)
            await _let_wait(wire, setup.waiting, lines)
        await hub.run(_ready, stop)
    finally:
        await database.close()


async def _let_wait(wire: Wire, count: int, lines: Sequence[str]) -> None:
    now = SystemClock().now()
    people = [new_id() for _ in range(min(count, 500))]
    rows = [
        (person, DEFAULT_TENANT, f"Client {n}", "en", "standard", None, None, to_us(now), 1)
        for n, person in enumerate(people)
    ]
    await wire.insert(persons, rows)
    made = OpenWork()
    for n in range(count):
        begun = now - timedelta(milliseconds=100 * n)
        made.add(
            person=people[n % len(people)],
            queue=lines[n % len(lines)],
            holder=None,
            begun=begun,
            text=f"Where is order {n}?",
        )
    await made.put(wire)


def _ready(started: Started) -> None:
    sys.stdout.write(f"{started.url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
