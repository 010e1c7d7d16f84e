"""How many decisions a second the router takes, beside the same decisions by a linear scan.

The floor: 1,000 agents with 5 to 20 of 100 skills, 300 sets of requirements, 10,000 items waiting. *Saturated*: an
agent has room again and gets the best of what waits. *Half idle*: new work finds the longest idle of 500 agents. A
decision is the piece of news, the choice and the facts that explain it; a *turn* is all that the board is told and
asked from an item's arrival to its end, with the explanation in words.
"""

import random
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol, TypedDict

from bench.linear import LinearRouter, Offer
from hub.domain.agent import Agent, Capacity, Media, Wish
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, UserId, WorkItemId
from hub.domain.work import WorkItem, WorkState, urgent_at
from hub.routing.board import Board
from hub.routing.explain import explain
from hub.routing.policy import plan_offers

AGENTS, IDLE, SKILLS, NEEDS, QUEUES, WAITING = 1_000, 500, 100, 300, 10, 10_000
ROUNDS = 6
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Figure(TypedDict):
    """One line of the results. `ratio` is to the linear scan in the same run, 0 where there is none."""

    name: str
    value: float
    unit: str
    ratio: float
    target: str
    ok: bool


class Router(Protocol):
    """What both routers can do."""

    def put_agent(self, agent: Agent, now: datetime) -> None: ...
    def put_item(self, item: WorkItem) -> None: ...
    def plan_offers(self, now: datetime, limit: int) -> Sequence[Offer]: ...


class IndexedRouter(Board):
    """The hub's router in the shape of the linear one."""

    plan_offers = plan_offers


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

    def confirm(self, offers: Sequence[Offer]) -> None:
        """The store took the offers, and the agents did."""
        for item, agent_id, weight in [(offer.item, offer.agent_id, offer.weight) for offer in offers]:
            item = item.stepped(WorkState.OFFERED, self.now, agent_id=agent_id, weight=weight)
            item = item.stepped(WorkState.ASSIGNED, self.now)
            self.held.append(item)
            self.router.put_item(item)

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


def rooms_given(floor: Floor, pieces: int) -> tuple[int, int]:
    """Saturated: so many agents, one after the other, have room again."""
    ns, offers = _timed(floor, [floor.next_ended() for _ in range(pieces)])
    floor.confirm(offers)
    for _ in offers:
        floor.router.put_item(floor.new_item())
    return ns, len(offers)


def clients_come(floor: Floor, pieces: int) -> tuple[int, int]:
    """Half idle: so many clients come, one after the other."""
    ns, offers = _timed(floor, [floor.new_item() for _ in range(pieces)])
    floor.confirm(offers)
    while len(floor.held) > AGENTS - IDLE:
        floor.router.put_item(floor.next_ended())
        floor.confirm(floor.router.plan_offers(floor.now, AGENTS))
    return ns, len(offers)


def _timed(floor: Floor, news: Sequence[WorkItem]) -> tuple[int, list[Offer]]:
    offers: list[Offer] = []
    put_item, plan, now = floor.router.put_item, floor.router.plan_offers, floor.now
    begin = time.process_time_ns()
    for item in news:
        put_item(item)
        offers += plan(now, AGENTS)
    return time.process_time_ns() - begin, offers


if __name__ == "__main__":
    for name, floor_of, block in (
        ("sat", saturated_floor, rooms_given),
        ("idle", half_idle_floor, clients_come),
    ):
        f = floor_of(1, IndexedRouter())
        for _ in range(80):
            block(f, 50)
        for _ in range(6):
            v = [block(f, 50) for _ in range(60)]
            print(
                name,
                len(f.held),
                statistics.median(ns / n for ns, n in v),
                sum(ns for ns, n in v) / sum(n for ns, n in v),
            )
