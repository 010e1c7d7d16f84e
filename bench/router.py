"""How many decisions a second the router takes, beside the same decisions by a linear scan.

The floor: 1,000 agents with 5 to 20 of 100 skills, 300 sets of requirements, 10,000 items waiting. *Saturated*: an
agent has room again and gets the best of what waits. *Half idle*: new work finds the one to be asked of 500 idle
agents. A decision is the choice, its facts for the explanation, and the picture after it; the piece of news before
it (`put_item`) is a figure of its own. Run alone: `python -m bench.router`.
"""

import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from bench.harness import Figure, told
from bench.linear import LinearRouter, Offer
from hub.domain.agent import Agent, Capacity, Media, Wish
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, UserId, WorkItemId
from hub.domain.work import WorkItem, WorkState, urgent_at
from hub.routing.board import Board
from hub.routing.explain import explain
from hub.routing.planned import PlannedOffer
from hub.routing.policy import plan_offers

AGENTS, IDLE, SKILLS, NEEDS, QUEUES, WAITING = 1_000, 500, 100, 300, 10, 10_000
ROUNDS = 7
OUR_PIECES, LINEAR_PIECES, BLOCK = 600, 20, 200
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Planned(Protocol):
    """What both routers say of an offer."""

    @property
    def item(self) -> WorkItem: ...
    @property
    def agent_id(self) -> UserId: ...
    @property
    def weight(self) -> int: ...


class Router(Protocol):
    """What both routers can do."""

    def put_agent(self, agent: Agent, now: datetime) -> None: ...
    def put_item(self, item: WorkItem) -> None: ...
    def plan_offers(self, now: datetime, limit: int) -> Sequence[Planned]: ...


class IndexedRouter(Board):
    """The hub's router in the shape of the linear one."""

    def plan_offers(self, now: datetime, limit: int) -> list[PlannedOffer]:
        """The next decisions."""
        return plan_offers(self, now, limit)


class Floor:
    """A contact centre made up from a seed: the part of the clients, the agents and the store."""

    def __init__(self, seed: int, router: Router, capacity: Capacity) -> None:
        self.router = router
        self.now = BEGIN
        self.agents: dict[UserId, Agent] = {}
        self.waiting: dict[WorkItemId, WorkItem] = {}
        self.held: deque[WorkItem] = deque()
        self._random = random.Random(seed)
        queues = [QueueId(f"queue {number}") for number in range(QUEUES)]
        for number in range(AGENTS):
            agent = Agent(
                id=UserId(f"agent {number:04}"),
                tenant_id=DEFAULT_TENANT,
                name=f"Agent {number}",
                skills=self._skills(5, 20, 10),
                capacity=capacity,
                queues=frozenset(queues),
                wish=Wish.AVAILABLE,
                wish_since=BEGIN,
                presence_until=BEGIN + timedelta(days=1),
                idle_since=BEGIN - timedelta(seconds=self._random.uniform(0, 900)),
                phone_ready=True,
            )
            self.agents[agent.id] = agent
            router.put_agent(agent, BEGIN)
        self._needs: list[tuple[QueueId, dict[str, int]]] = []
        while len(self._needs) < NEEDS:
            skills = self._skills(1, 3, 5)
            if sum(_has(agent, skills) for agent in self.agents.values()) >= 3:
                self._needs.append((self._random.choice(queues), skills))

    def new_item(self) -> WorkItem:
        """A client comes; seven milliseconds after the one before."""
        self.now += timedelta(milliseconds=7)
        queue_id, skills = self._random.choice(self._needs)
        item = WorkItem(
            id=WorkItemId(f"item {self.now.timestamp():.3f}"),
            tenant_id=DEFAULT_TENANT,
            interaction_id=InteractionId(""),
            person_id=PersonId(""),
            queue_id=queue_id,
            channel="webchat",
            media=Media.CHAT,
            language="en",
            skills=skills,
            priority=self._random.randint(0, 3),
            state=WorkState.QUEUED,
            first_queued_at=self.now,
            queued_at=self.now,
            urgent_at=self.now,
            state_at=self.now,
            received_at=self.now,
        )
        item = replace(item, urgent_at=urgent_at(self.now, item.priority))
        self.waiting[item.id] = item
        return item

    def next_ended(self) -> WorkItem:
        """Of the work in hand, a piece that has been there long is done; its agent is idle from now on."""
        self.held.rotate(-self._random.randrange(1 + len(self.held) // 10))
        item = self.held.popleft()
        agent = self.agents[item.agent_id or UserId("")]
        self.agents[agent.id] = agent = replace(agent, idle_since=self.now, version=agent.version + 1)
        self.router.put_agent(agent, self.now)
        return item.stepped(WorkState.COMPLETED, self.now)

    def confirm(self, offers: Sequence[Planned]) -> None:
        """The store took the offers, and the agents did."""
        for offer in offers:
            offered = offer.item.stepped(
                WorkState.OFFERED, self.now, agent_id=offer.agent_id, weight=offer.weight
            )
            assigned = offered.stepped(WorkState.ASSIGNED, self.now)
            self.held.append(assigned)
            self.router.put_item(assigned)

    def fill(self, agent_ids: Sequence[UserId], weight: int) -> None:
        """Give each of these agents a chat to hold."""
        for agent_id in agent_ids:
            item = self.new_item()
            self.confirm([Offer(item, agent_id, weight)])

    def _skills(self, least: int, most: int, highest: int) -> dict[str, int]:
        numbers = self._random.sample(range(SKILLS), self._random.randint(least, most))
        return {f"skill {number}": self._random.randint(1, highest) for number in numbers}


def _has(agent: Agent, skills: dict[str, int]) -> bool:
    return all(agent.skills.get(skill, 0) >= level for skill, level in skills.items())


def saturated_floor(seed: int, router: Router) -> Floor:
    """Everybody holds three chats, and 10,000 wait."""
    floor = Floor(seed, router, Capacity())
    floor.fill(list(floor.agents) * 3, weight=20)
    for _ in range(WAITING):
        router.put_item(floor.new_item())
    return floor


def half_idle_floor(seed: int, router: Router) -> Floor:
    """Half of the agents hold the one chat they can, and nobody waits."""
    floor = Floor(seed, router, Capacity(chat=1))
    floor.fill(list(floor.agents)[IDLE:], weight=60)
    return floor


class Case(NamedTuple):
    """One of the two situations: its floor, and the news that lead to so many decisions."""

    name: str
    floor: Callable[[int, Router], Floor]
    news: Callable[[Floor, int], list[WorkItem]]
    after: Callable[[Floor, Sequence[Planned]], None]
    target: str


def has_room_again(floor: Floor, pieces: int) -> list[WorkItem]:
    """Saturated: so much work is done."""
    return [floor.next_ended() for _ in range(pieces)]


def refill(floor: Floor, offers: Sequence[Planned]) -> None:
    """Saturated: as many come as were taken."""
    floor.confirm(offers)
    for _ in offers:
        floor.router.put_item(floor.new_item())


def clients_come(floor: Floor, pieces: int) -> list[WorkItem]:
    """Half idle: so many come."""
    return [floor.new_item() for _ in range(pieces)]


def finish(floor: Floor, offers: Sequence[Planned]) -> None:
    """Half idle: as much is done as was taken."""
    floor.confirm(offers)
    while len(floor.held) > AGENTS - IDLE:
        floor.router.put_item(floor.next_ended())
        floor.confirm(floor.router.plan_offers(floor.now, AGENTS))


SATURATED = Case("saturated", saturated_floor, has_room_again, refill, ">= 100000 and >= 50x")
HALF_IDLE = Case("half_idle", half_idle_floor, clients_come, finish, ">= 100000")


class Spent(NamedTuple):
    """CPU nanoseconds a decision takes, and the piece of news before it."""

    deciding_ns: float
    hearing_ns: float


def spent(case: Case, floor: Floor, twin: Floor, pieces: int, limit: int) -> Spent:
    """News and decisions by turns, in blocks; what the news alone take is seen on an equal floor."""
    both_ns = hearing_ns = decisions = 0
    for begin in range(0, pieces, BLOCK):
        block = min(BLOCK, pieces - begin)
        ns, offers = _timed(case.news(floor, block), floor, limit)
        both_ns += ns
        decisions += len(offers)
        case.after(floor, offers)
        ns, _ = _timed(case.news(twin, block), twin, 0)
        hearing_ns += ns
        case.after(twin, twin.router.plan_offers(twin.now, AGENTS))
    return Spent((both_ns - hearing_ns) / decisions, hearing_ns / pieces)


def _timed(news: Sequence[WorkItem], floor: Floor, limit: int) -> tuple[int, list[Planned]]:
    offers: list[Planned] = []
    put_item, plan, now = floor.router.put_item, floor.router.plan_offers, floor.now
    begin = time.process_time_ns()
    if limit:
        for item in news:
            put_item(item)
            offers += plan(now, limit)
    else:
        for item in news:
            put_item(item)
    return time.process_time_ns() - begin, offers


def assert_same_decisions(case: Case, decisions: int) -> None:
    """Both routers decide alike, one after the other, from the same beginning."""
    ours, linear = case.floor(11, IndexedRouter()), case.floor(11, LinearRouter())
    for _ in range(decisions):
        taken = []
        for floor in (ours, linear):
            for item in case.news(floor, 1):
                floor.router.put_item(item)
            offers = list(floor.router.plan_offers(floor.now, AGENTS))
            case.after(floor, offers)
            taken.append([(offer.item.id, offer.agent_id, offer.weight) for offer in offers])
        assert taken[0] == taken[1], f"{case.name}: the routers disagree: {taken}"


def figures_of(case: Case) -> list[Figure]:
    """The case measured by turns (ours, linear, linear, ours), after some rounds to warm up."""
    ours, twin = case.floor(1, IndexedRouter()), case.floor(1, IndexedRouter())
    linear, linear_twin = case.floor(1, LinearRouter()), case.floor(1, LinearRouter())
    deciding: list[float] = []
    hearing: list[float] = []
    ratios: list[float] = []
    spent(case, ours, twin, 10 * NEEDS, AGENTS)
    for _ in range(ROUNDS):
        first = spent(case, ours, twin, OUR_PIECES, AGENTS)
        linears = [spent(case, linear, linear_twin, LINEAR_PIECES, 1) for _ in range(2)]
        last = spent(case, ours, twin, OUR_PIECES, AGENTS)
        deciding.append((first.deciding_ns + last.deciding_ns) / 2)
        hearing.append((first.hearing_ns + last.hearing_ns) / 2)
        ratios.append(sum(s.deciding_ns for s in linears) / 2 / deciding[-1])
    rate, ratio = 1e9 / statistics.median(deciding), statistics.median(ratios)
    news_rate = 1e9 / statistics.median(hearing)
    is_fast = rate >= 100_000 and (case is not SATURATED or ratio >= 50)
    return [
        Figure(
            name=f"router_{case.name}",
            value=rate,
            unit="decisions/s",
            ratio=ratio,
            target=case.target,
            ok=is_fast,
        ),
        Figure(
            name=f"router_{case.name}_news",
            value=news_rate,
            unit="items/s",
            ratio=0,
            target=">= 100000",
            ok=news_rate >= 100_000,
        ),
    ]


def explanations() -> Figure:
    """Decisions put into words, on the half idle floor."""
    floor = half_idle_floor(1, IndexedRouter())
    board = floor.router
    assert isinstance(board, IndexedRouter)
    rates = []
    for _ in range(ROUNDS):
        for item in clients_come(floor, 200):
            board.put_item(item)
        offers = board.plan_offers(floor.now, 200)
        begin = time.process_time_ns()
        for offer in offers:
            explain(offer.why_facts)
        rates.append(len(offers) * 1e9 / (time.process_time_ns() - begin))
        finish(floor, offers)
    rate = statistics.median(rates)
    return Figure(
        name="router_explanations", value=rate, unit="/s", ratio=0, target=">= 20000", ok=rate >= 20_000
    )


def figures() -> list[Figure]:
    """All figures of the router. AssertionError when it does not decide as the linear scan does."""
    for case in (SATURATED, HALF_IDLE):
        assert_same_decisions(case, 150)
    return [*figures_of(SATURATED), *figures_of(HALF_IDLE), explanations()]


if __name__ == "__main__":
    for line in figures():
        print(told(line))
