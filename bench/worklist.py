"""The work of now: five thousand who wait and five in each agent's hands, on top of the past of `year`.

What an agent's desk and the supervisor's list of open work ask of the store. A desk shows the front of its lines only,
so it must cost the same with five or five thousand waiting; the list goes page by page.
"""

import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import Table

from bench.search import analyse
from bench.year import END, Year
from crm_store.cards import Cards
from crm_store.driver import Row, Wire
from crm_store.engine import Database
from crm_store.floor_mapping import agent_row
from crm_store.floor_work import SqlFloorWork
from crm_store.instants import to_us
from crm_store.log import SqlLog
from crm_store.reads import DeskReads
from crm_store.rows.floor import agents
from crm_store.rows.history import interactions, touches, work_items
from crm_store.store import Store
from crm_store.talk import Talk
from crm_store.text_search import index_texts, touch_text_row
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.access import Principal, Role
from hub.domain.agent import Agent, Capacity, Wish
from hub.domain.ids import DEFAULT_TENANT, InteractionId, QueueId, TouchId, UserId
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.insight.log import LogFilter, LogOrder
from hub.screenpop.snapshot import WAITING_SHOWN, Snapshots

WAITING = 5_000
HELD_EACH = 5
STEP_MS = 40
"""Between one who comes and the next."""

Asking = Callable[[], Awaitable[object]]


class OpenWork:
    """Rows of passes that go on: one message each, waiting or in somebody's hands."""

    def __init__(self) -> None:
        self._rows: dict[Table, list[Row]] = {interactions: [], work_items: [], touches: []}
        self._texts: list[Row] = []

    def add(self, *, person: str, queue: str, holder: str | None, begun: datetime, text: str) -> None:
        """One more."""
        interaction, item, touch, at = new_id(), new_id(), new_id(), to_us(begun)
        state, taken = (WorkState.QUEUED, None) if holder is None else (WorkState.ASSIGNED, at)
        self._rows[interactions].append(
            (
                interaction, DEFAULT_TENANT, person, "webchat", queue, "ru", "open", at, None, None, None, None, holder,
                1, 1,
            )
        )  # fmt: skip
        self._rows[work_items].append(
            (
                item, DEFAULT_TENANT, interaction, person, queue, "webchat", "chat", "ru", "{}", 0, state.value, at, at,
                at, at, at, None, taken, taken, None, holder, None, 20 if holder else 0, 1, 1, "inbound", 0,
            )
        )  # fmt: skip
        self._rows[touches].append(
            (
                touch, DEFAULT_TENANT, interaction, None, person, 1, "webchat", "webchat", touch, "inbound", "message",
                at, None, text, "[]", None, "received", "", 0, None, None, None, "", None,
            )
        )  # fmt: skip
        row = touch_text_row(DEFAULT_TENANT, TouchId(touch), InteractionId(interaction), begun, text)
        self._texts += [row] if row else []

    async def put(self, wire: Wire) -> None:
        """Write them."""
        for table, rows in self._rows.items():
            await wire.insert(table, rows)
        await index_texts(wire, self._texts)


async def fill_open(database: Database, year: Year) -> None:
    """Store the agents, who waits, and what they have in hand."""
    chance, now = random.Random(11), SystemClock().now()
    staff = [
        Agent(
            id=UserId(agent),
            tenant_id=DEFAULT_TENANT,
            name=f"Agent {n}",
            capacity=Capacity(chat=HELD_EACH),
            queues=frozenset(QueueId(q) for q in chance.sample(year.queues, 3)),
            wish=Wish.AVAILABLE,
            wish_since=now,
            presence_until=now + timedelta(days=1),
            idle_since=now,
        )
        for n, agent in enumerate(year.agents)
    ]
    holders: list[Agent | None] = [None] * WAITING + staff * HELD_EACH
    made = OpenWork()
    for n, holder in enumerate(holders):
        made.add(
            person=chance.choice(year.people),
            queue=chance.choice(year.queues) if holder is None else chance.choice(sorted(holder.queues)),
            holder=None if holder is None else holder.id,
            begun=END + timedelta(milliseconds=STEP_MS * n),
            text=year.text(),
        )
    async with database.transaction() as wire:
        await wire.insert(agents, [agent_row(agent) for agent in staff])
        await made.put(wire)
    await analyse(database)


def open_questions(database: Database, year: Year, asked: int) -> dict[str, tuple[int, Asking]]:
    """What is asked, and how often."""
    clock, chance = SystemClock(), random.Random(12)
    store = Store(database, encode=encode, clock=clock)
    live, work, log = DeskReads(store, clock, Cards(store)), SqlFloorWork(store), SqlLog(store)
    desks = Snapshots(live, Talk(store), clock, lambda _: "queue", lambda _, __: None)
    maria = Principal(tenant_id=DEFAULT_TENANT, name="maria", roles=frozenset({Role.MANAGER}))
    team = frozenset(QueueId(queue) for queue in year.queues[-3:])
    sofia = Principal(tenant_id=DEFAULT_TENANT, name="sofia", roles=frozenset({Role.SUPERVISOR}), queues=team)

    def page(who: Principal = maria, *, deep: bool = False, **wanted: Callable[[], str]) -> Asking:
        async def ask() -> object:
            at = to_us(END + timedelta(milliseconds=STEP_MS * chance.randrange(WAITING)))
            given = {name: value() for name, value in wanted.items()}
            return await work.floor_work(
                who,
                queue_id=given.get("queue", ""),
                agent_id=given.get("agent", ""),
                state=given.get("state", ""),
                after=f"0.{at}.{'0' * 36}" if deep else "",
                limit=50,
            )

        return ask

    async def lines() -> object:
        await live.queue_lines(DEFAULT_TENANT)
        return await live.waiting(DEFAULT_TENANT, WAITING_SHOWN)

    async def desk() -> object:
        return await desks.desk(
            Principal(
                tenant_id=DEFAULT_TENANT,
                name="anna",
                user_id=UserId(chance.choice(year.agents)),
                roles=frozenset({Role.AGENT}),
                queues=team,
            )
        )

    async def with_words() -> object:
        text = f"{chance.choice(year.words[:200])} {chance.choice(year.words[:200])}"
        wanted = LogFilter(text=text, states=(WorkState.QUEUED, WorkState.OFFERED))
        return await log.page(
            maria, wanted, order=LogOrder.START, descending=True, after="", limit=50, now=clock.now()
        )

    return {
        "first_page": (asked, page()),
        "deep_page": (asked, page(deep=True)),
        "queue_page": (
            asked,
            page(queue=lambda: chance.choice(year.queues), state=lambda: "waiting"),
        ),
        "agent_page": (asked, page(agent=lambda: chance.choice(year.agents))),
        "team_page": (asked, page(sofia)),
        "text_page": (asked, with_words),
        "desk_page": (asked, desk),
        "lines_page": (asked, lines),
    }
