"""A migrated store on either database, and a house in it: one tenant that no other test knows."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from crm_store.driver import Row
from crm_store.engine import Database
from crm_store.floor import FloorStore
from crm_store.migrate import migrate
from crm_store.store import Store
from hub.channels.webchat.channel import SPEC as WEBCHAT
from hub.cluster.codec import decode, encode
from hub.desk.consult import Consults
from hub.desk.states import States
from hub.desk.supervise import Supervising
from hub.desk.transfer import Transfers
from hub.desk.views import DispositionView
from hub.desk.work import Work
from hub.domain.access import Principal, Role
from hub.domain.agent import Agent, Capacity, Wish
from hub.domain.events import Event, ReservationOffered
from hub.domain.ids import InteractionId, QueueId, ReservationId, TenantId, UserId, WorkItemId
from hub.domain.person import IdentityKind
from hub.domain.queue import Queue
from hub.domain.reservation import Reservation, ReservationState
from hub.domain.touch import InboundTouch, Sender
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.intake.inbox import Inbox
from hub.ports.access import AccessStore
from hub.ports.inbox import Received
from tests.fakes.clock import FakeClock
from tests.migrated import copy_to, migrated_postgres
from tests.postgres import fresh_postgres

KINDS = ("sqlite", "postgresql")
FAR = timedelta(days=1)


async def first_bad_row_of(store: AccessStore, principal: Principal) -> int | None:
    """Walk the audit log's chain to its end; the number of its first bad row, or None."""
    progress = [told async for told in store.verify_audit(principal)]
    return progress[-1].first_bad


@asynccontextmanager
async def empty_database(kind: str, folder: Path, pg_server: str) -> AsyncIterator[str]:
    """The URL of a database of that kind with nothing in it; PostgreSQL's is dropped at the end."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder}/hub.db"
        return
    async with fresh_postgres(pg_server) as url:
        yield make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


@asynccontextmanager
async def migrated_database(kind: str, folder: Path, pg_server: str) -> AsyncIterator[str]:
    """The URL of a database of that kind with all tables and nothing in them; PostgreSQL's is dropped at the end."""
    if kind == "sqlite":
        await copy_to(folder / "hub.db")
        yield f"sqlite+aiosqlite:///{folder}/hub.db"
        return
    async with migrated_postgres(pg_server) as url:
        yield make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


@asynccontextmanager
async def opened(url: str, *, pool_size: int = 8) -> AsyncIterator[Database]:
    """The database, migrated, while the block lasts."""
    database = await Database.open(url, pool_size=pool_size)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()


@dataclass(kw_only=True)
class House:
    """A tenant with one queue and one outcome, the parts that serve it, and short ways to bring work about."""

    database: Database
    clock: FakeClock = field(default_factory=FakeClock)
    tenant_id: TenantId = field(default_factory=lambda: TenantId(new_id()))
    queue: Queue = field(init=False)
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(self.database, encode=encode, clock=self.clock)
        self.floor = FloorStore(self.store, self.clock, encode=encode)
        self.work = Work(self.store, self.clock, {WEBCHAT.name: WEBCHAT.limits})
        self.states = States(self.store, self.clock, lease_s=15.0)
        self.transfers = Transfers(self.store, self.clock)
        self.supervising = Supervising(self.store, self.clock, lease_s=15.0)
        self.consults = Consults(self.store, self.clock)
        self.queue = self.a_queue("support")

    async def furnished(self) -> "House":
        """The same, with its queue and outcome in the store."""
        await self.floor.put_queue(self.queue)
        outcomes = (
            DispositionView(code="resolved", name="Resolved", note_required=False),
            DispositionView(code="complaint", name="Complaint", note_required=True),
        )
        await self.floor.put_dispositions(self.tenant_id, outcomes)
        await self.events()
        return self

    def a_queue(self, name: str, **changes: Any) -> Queue:
        """A queue of this tenant that is not in the store yet."""
        return Queue(id=QueueId(new_id()), tenant_id=self.tenant_id, name=name, **changes)

    # --- people ---

    async def hire(self, name: str, *, chats: int = 3, wish: Wish = Wish.AVAILABLE, **changes: Any) -> Agent:
        """An agent of the queue whose console was heard just now."""
        now = self.clock.now()
        agent = Agent(
            **{
                "id": UserId(new_id()),
                "tenant_id": self.tenant_id,
                "name": name,
                "capacity": Capacity(chat=chats),
                "queues": frozenset({self.queue.id}),
                "wish": wish,
                "wish_since": now,
                "presence_until": now + FAR,
                "idle_since": now,
                **changes,
            }
        )
        await self.floor.put_agent(agent)
        return agent

    def as_(self, agent: Agent, role: Role = Role.AGENT) -> Principal:
        """The agent at the console."""
        return Principal(
            tenant_id=self.tenant_id,
            user_id=agent.id,
            name=agent.name,
            login=agent.name.lower(),
            roles=frozenset({role}),
            queues=agent.queues,
            session_key=f"session of {agent.name}",
        )

    def somebody(self, role: Role, *queues: QueueId) -> Principal:
        """A user of that role who is no agent."""
        return Principal(
            tenant_id=self.tenant_id,
            user_id=UserId(new_id()),
            name=role.title(),
            roles=frozenset({role}),
            queues=frozenset(queues),
        )

    # --- clients ---

    def message(self, text: str = "hello", thread: str = "v1", **changes: Any) -> InboundTouch:
        """A message of the visitor `thread`."""
        raw = text.encode(errors="surrogatepass")
        return InboundTouch(
            **{
                "tenant_id": self.tenant_id,
                "channel": WEBCHAT.name,
                "account": "webchat:shop",
                "external_id": f"{thread}:{new_id()}",
                "thread": thread,
                "sender": Sender(kind=IdentityKind.WEBCHAT, value=thread, name=thread.title()),
                "queue_id": self.queue.id,
                "text": text,
                "raw": raw,
                "body_sha256": hashlib.sha256(raw).hexdigest(),
                "received_at": self.clock.now(),
                "language": "en",
                **changes,
            }
        )

    @asynccontextmanager
    async def inbox(self) -> AsyncIterator[Inbox]:
        """The way in, open while the block lasts."""
        inbox = Inbox(self.store, self.clock, on_batch=lambda *_: None)
        running = asyncio.create_task(inbox.run())
        try:
            yield inbox
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    async def receive(self, *touches: InboundTouch) -> list[Received]:
        """Let these come, together."""
        async with self.inbox() as inbox:
            return list(await asyncio.gather(*map(inbox.receive, touches)))

    async def came(self, thread: str = "v1", text: str = "hello", **changes: Any) -> WorkItem:
        """A visitor has written; the work that waits."""
        (received,) = await self.receive(self.message(text, thread, **changes))
        item = await self.open_item(received.interaction_id)
        assert item is not None
        return item

    async def left(self, thread: str = "v1") -> None:
        """The visitor has gone."""
        async with self.inbox() as inbox:
            await inbox.client_left(self.tenant_id, "webchat:shop", thread)

    # --- work ---

    async def offer(self, item: WorkItem, *agents: Agent, seconds: float = 20.0) -> list[Reservation]:
        """Offer waiting work to these agents at once."""
        now = self.clock.now()
        until = now + timedelta(seconds=seconds)
        async with self.store.unit(self.tenant_id) as unit:
            weight = agents[0].capacity.weight(item.media)
            offered = item.stepped(
                WorkState.OFFERED, now, agent_id=agents[0].id, deadline_at=until, weight=weight
            )
            unit.save_item(item, offered)
            offers = [self.an_offer(offered, agent) for agent in agents]
            for made in offers:
                unit.add_reservation(made)
                unit.emit(ReservationOffered(tenant_id=self.tenant_id, reservation=made, item=offered))
        return offers

    def an_offer(self, item: WorkItem, agent: Agent) -> Reservation:
        """A reservation of the item as it is, not in the store yet."""
        return Reservation(
            id=ReservationId(new_id()),
            tenant_id=self.tenant_id,
            work_item_id=item.id,
            interaction_id=item.interaction_id,
            queue_id=item.queue_id,
            agent_id=agent.id,
            state=ReservationState.OFFERED,
            epoch=item.epoch,
            offered_at=self.clock.now(),
            expires_at=item.deadline_at or self.clock.now() + FAR,
        )

    async def given(self, agent: Agent, thread: str = "v1", text: str = "hello", **changes: Any) -> WorkItem:
        """A visitor has written, and the agent has taken the work."""
        item = await self.came(thread, text, **changes)
        (offer,) = await self.offer(item, agent)
        return await self.work.accept(self.as_(agent), offer.id)

    # --- what is in the store ---

    async def open_item(self, interaction_id: InteractionId) -> WorkItem | None:
        """The pass of that interaction that is under way."""
        async with self.store.unit(self.tenant_id) as unit:
            return await unit.open_item(interaction_id)

    async def item(self, item_id: WorkItemId) -> WorkItem:
        """The item as it is now."""
        async with self.store.unit(self.tenant_id) as unit:
            return (await unit.work_items([item_id]))[item_id]

    async def agent(self, agent: Agent) -> Agent:
        """The agent as they are now."""
        found = await self.floor.agent(self.tenant_id, agent.id)
        assert found is not None
        return found

    async def offers(self, item: WorkItem) -> list[Reservation]:
        """All offers of the item, ended ones too, the oldest first."""
        rows = await self.rows("SELECT id FROM reservations WHERE work_item_id = $1 ORDER BY id", item.id)
        ids = [ReservationId(row[0]) for row in rows]
        async with self.store.unit(self.tenant_id) as unit:
            found = await unit.reservations(ids)
        return [found[i] for i in ids]

    async def events(self) -> list[Event]:
        """What was committed to be told since the last call."""
        told: list[Event] = []
        while rows := await self.store.unsent(500):
            for _, payload in rows:
                told += decode(payload, skipped=_refuse)
            await self.store.mark_sent([number for number, _ in rows])
        return [event for event in told if event.tenant_id == self.tenant_id]

    async def rows(self, sql: str, *params: object) -> Sequence[Row]:
        """What a question finds."""
        async with self.database.snapshot() as wire:
            return await wire.fetch(sql, *params)

    async def count(self, table: str) -> int:
        """How many rows of this tenant the table has."""
        ((found,),) = await self.rows(f"SELECT COUNT(*) FROM {table} WHERE tenant_id = $1", self.tenant_id)
        return int(found)


def _refuse(kind: str) -> None:
    raise AssertionError(f"the outbox holds a {kind} that cannot be read")
