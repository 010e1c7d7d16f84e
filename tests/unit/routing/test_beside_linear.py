"""Whatever happens, in whatever order, the router decides as a scan over everything would, and its picture is right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.linear import LinearRouter
from hub.domain.agent import FULL, Agent, Capacity, Media, Wish
from hub.domain.ids import QueueId, UserId, WorkItemId
from hub.domain.queue import QueueRules, Relaxation, RoutingOrder
from hub.domain.work import OPEN_STATES, WorkItem, WorkState, urgent_at
from hub.routing.board import Board
from hub.routing.explain import explain
from hub.routing.planned import PlannedOffer
from hub.routing.policy import plan_offers
from tests.unit.routing.made_up import NOW, SALES, SUPPORT, agent, at, chat, queue

AVOID_S = 60
RELAXING = (
    Relaxation(after_s=15, skills={"lang:ru": 1}),
    Relaxation(after_s=61, skills={"billing": 0, "lang:ru": 0}),
)
NAMES = [UserId(name) for name in ("anna", "boris", "cem", "dana", "eda")]


class World:
    """The truth is in `agents`, `items` and `avoided`; the board hears of it as it would in the hub."""

    def __init__(self) -> None:
        self.board = Board()
        self.now = NOW
        self.agents: dict[UserId, Agent] = {}
        self.items: dict[WorkItemId, WorkItem] = {}
        self.avoided: dict[tuple[WorkItemId, UserId], datetime] = {}
        self.in_flight: dict[WorkItemId, PlannedOffer] = {}
        self.news: list[WorkItem] = []
        self.rules: dict[QueueId, QueueRules] = {}
        self.closed: frozenset[QueueId] = frozenset()

    # --- what happens ---

    def client_comes(
        self,
        queue_id: QueueId,
        media: Media,
        skills: dict[str, int],
        priority: int,
        preferred: UserId | None,
        waited_s: int,
    ) -> None:
        self.put_item(
            chat(
                f"{len(self.news)}",
                queue_id=queue_id,
                media=media,
                skills=skills,
                priority=priority,
                preferred=preferred,
                queued_s=(self.now - NOW).total_seconds() - waited_s,
            )
        )

    def agent_changes(
        self,
        agent_id: UserId,
        skills: dict[str, int],
        queues: frozenset[QueueId],
        capacity: Capacity,
        wish: Wish,
        phone_ready: bool,
    ) -> None:
        known = self.agents.get(agent_id) or agent(agent_id)
        self.put_agent(
            replace(
                known,
                skills=skills,
                queues=queues,
                capacity=capacity,
                wish=wish,
                phone_ready=phone_ready,
                presence_until=self.in_s(3600),
                idle_since=self.now,
                version=known.version + 1,
            )
        )

    def console_is_heard(self, agent_id: UserId, seconds: int | None) -> None:
        if agent_id in self.agents:
            until = None if seconds is None else self.in_s(seconds)
            self.put_agent(replace(self.agents[agent_id], presence_until=until))

    def agent_is_deleted(self, agent_id: UserId) -> None:
        self.agents.pop(agent_id, None)
        self.board.remove_agent(agent_id)

    def time_passes(self, seconds: int) -> None:
        self.now = self.in_s(seconds)

    def waiting_work_changes(self, which: int, priority: int, skills: dict[str, int]) -> None:
        for item in self.one_of(which, WorkState.QUEUED):
            urgent = urgent_at(item.first_queued_at, priority)
            self.put_item(
                replace(item, priority=priority, skills=skills, urgent_at=urgent, version=item.version + 1)
            )

    def work_takes_a_step(self, which: int, outcome: int) -> None:
        for item in self.one_of(which, WorkState.OFFERED, WorkState.ASSIGNED, WorkState.WRAP_UP):
            match item.state, outcome:
                case WorkState.OFFERED, 0 | 1:
                    self.step(item, WorkState.ASSIGNED)
                case WorkState.OFFERED, 2 | 3 if item.agent_id is not None:
                    self.spare(item.id, item.agent_id)
                    self.step(item, WorkState.QUEUED)
                case WorkState.OFFERED, _:
                    self.step(item, WorkState.ABANDONED)
                case WorkState.ASSIGNED, 0:
                    self.step(item, WorkState.QUEUED)
                case WorkState.ASSIGNED, 1 | 2:
                    self.step(item, WorkState.WRAP_UP)
                case _:
                    self.step(item, WorkState.COMPLETED)

    def rules_change(self, queue_id: QueueId, relaxes: bool, order: RoutingOrder) -> None:
        rules = QueueRules(order=order, relaxations=RELAXING if relaxes else ())
        self.rules[queue_id] = rules
        self.board.put_queue(replace(queue(queue_id), rules=rules))

    def hours_change(self, closed: frozenset[QueueId]) -> None:
        self.closed = closed
        self.board.close(closed)

    def client_leaves(self, which: int) -> None:
        for item in self.one_of(which, WorkState.QUEUED):
            self.step(item, WorkState.ABANDONED)

    def old_news_come_late(self, which: int) -> None:
        for item in self.news[which % len(self.news) :][:1] if self.news else []:
            self.board.put_item(item)

    def agent_is_to_be_spared(self, which: int, agent_id: UserId) -> None:
        for item in self.one_of(which, *OPEN_STATES):
            self.spare(item.id, agent_id)

    # --- what is decided ---

    def it_is_decided(self, limit: int) -> None:
        expected = self.linear().plan_offers(self.now, limit)
        plans = plan_offers(self.board, self.now, limit)
        assert [(plan.item.id, plan.agent_id, plan.weight) for plan in plans] == [
            (offer.item.id, offer.agent_id, offer.weight) for offer in expected
        ]
        if len(plans) < limit:
            assert plan_offers(self.board, self.now, 100) == []
        for plan in plans:
            assert self.board.load(plan.agent_id) <= FULL
            why = explain(plan.why_facts)
            assert why.could + sum(exclusion.count for exclusion in why.excluded) == why.considered
            assert why.considered == sum(plan.item.queue_id in each.queues for each in self.agents.values())
            self.in_flight[plan.item.id] = plan

    def store_answers(self, which: int, is_stored: bool) -> None:
        for plan in list(self.in_flight.values())[: 1 + which % 3]:
            if is_stored:
                item = self.items[plan.item.id]
                self.put_item(
                    item.stepped(WorkState.OFFERED, self.now, agent_id=plan.agent_id, weight=plan.weight)
                )
            else:
                del self.in_flight[plan.item.id]
                self.board.revoke(plan)

    def linear(self) -> LinearRouter:
        linear = LinearRouter()
        for someone in self.agents.values():
            linear.put_agent(someone, self.now)
        for item in self.items.values():
            plan = self.in_flight.get(item.id)
            linear.put_item(
                item
                if plan is None
                else item.stepped(WorkState.OFFERED, self.now, agent_id=plan.agent_id, weight=plan.weight)
            )
        linear.avoided = dict(self.avoided)
        linear.rules, linear.closed = self.rules, self.closed
        return linear

    # --- what is always so ---

    def assert_the_picture_is_the_truth(self) -> None:
        for queue_id in (SUPPORT, SALES):
            line = sorted(
                (item for item in self.in_state(WorkState.QUEUED) if item.queue_id == queue_id),
                key=lambda item: (item.urgent_at, item.first_queued_at, item.id),
            )
            line = [item for item in line if item.id not in self.in_flight]
            assert self.board.waiting(queue_id, 100) == line
            assert self.board.waiting_count(queue_id) == len(line)
            assert [self.board.place(item.id) for item in line] == list(range(1, len(line) + 1))
        for agent_id in self.agents:
            held = [item for item in self.in_state(*OPEN_STATES) if item.agent_id == agent_id]
            planned = [plan for plan in self.in_flight.values() if plan.agent_id == agent_id]
            holdings = self.board.holdings(agent_id)
            states = [item.state for item in held]
            weights = [item.weight for item in held] + [plan.weight for plan in planned]
            assert self.board.load(agent_id) == sum(weights)
            assert holdings.offered == states.count(WorkState.OFFERED) + len(planned)
            assert holdings.assigned == states.count(WorkState.ASSIGNED)
            assert holdings.wrapping_up == states.count(WorkState.WRAP_UP)

    # --- the same in few words ---

    def in_s(self, seconds: float) -> datetime:
        return at((self.now - NOW).total_seconds() + seconds)

    def in_state(self, *states: WorkState) -> list[WorkItem]:
        return [item for item in self.items.values() if item.state in states]

    def one_of(self, which: int, *states: WorkState) -> list[WorkItem]:
        items = self.in_state(*states)
        return [items[which % len(items)]] if items else []

    def put_agent(self, changed: Agent) -> None:
        self.agents[changed.id] = changed
        self.board.put_agent(changed, self.now)

    def put_item(self, item: WorkItem) -> None:
        self.items[item.id] = item
        self.news.append(item)
        self.board.put_item(item)
        plan = self.in_flight.pop(item.id, None)
        if plan is not None:
            self.board.revoke(plan)

    def step(self, item: WorkItem, to: WorkState) -> None:
        self.put_item(item.stepped(to, self.now))

    def spare(self, item_id: WorkItemId, agent_id: UserId) -> None:
        self.avoided[item_id, agent_id] = until = self.in_s(AVOID_S)
        self.board.avoid(item_id, agent_id, until)


Step = Callable[[World], None]


def steps(method: Callable[..., None], **arguments: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
    return st.fixed_dictionaries(arguments).map(lambda drawn: partial(method, **drawn))


WHICH = st.integers(0, 30)
AGENTS = st.sampled_from(NAMES)
NEEDS = st.sampled_from([{}, {"lang:ru": 1}, {"lang:ru": 2}, {"lang:ru": 1, "billing": 1}])
CLIENT = steps(
    World.client_comes,
    queue_id=st.sampled_from([SUPPORT, SUPPORT, SALES]),
    media=st.sampled_from([Media.CHAT, Media.CHAT, Media.MAIL, Media.VOICE]),
    skills=NEEDS,
    priority=st.integers(0, 2),
    preferred=st.none() | AGENTS,
    waited_s=st.sampled_from([0, 30, 60]),
)
AGENT = steps(
    World.agent_changes,
    agent_id=AGENTS,
    skills=st.sampled_from([{"lang:ru": 2, "billing": 1}, {"lang:ru": 2}, {"lang:ru": 1}, {}]),
    queues=st.sampled_from([*[frozenset({SUPPORT, SALES})] * 3, frozenset({SUPPORT}), frozenset()]),
    capacity=st.sampled_from(
        [
            Capacity(),
            Capacity(chat=1),
            Capacity(voice=2, chat=2),
            Capacity(voice=4, chat=60),
            Capacity(chat=0),
        ]
    ),
    wish=st.sampled_from([*[Wish.AVAILABLE] * 5, Wish.PAUSED, Wish.OFFLINE]),
    phone_ready=st.sampled_from([True, True, False]),
)
DECISION = steps(World.it_is_decided, limit=st.sampled_from([100, 2, 1]))
ANSWER = steps(World.store_answers, which=WHICH, is_stored=st.sampled_from([True, True, False]))
PROGRESS = steps(World.work_takes_a_step, which=WHICH, outcome=st.integers(0, 5))
RARE = [
    steps(World.console_is_heard, agent_id=AGENTS, seconds=st.sampled_from([3600, 200, 15, 10, None])),
    steps(World.agent_is_deleted, agent_id=AGENTS),
    steps(World.time_passes, seconds=st.sampled_from([1, 10, 15, 60])),
    steps(World.time_passes, seconds=st.sampled_from([1, 10, 15, 60])),
    steps(World.waiting_work_changes, which=WHICH, priority=st.integers(0, 3), skills=NEEDS),
    steps(
        World.rules_change,
        queue_id=st.sampled_from([SUPPORT, SALES]),
        relaxes=st.booleans(),
        order=st.sampled_from([RoutingOrder.FEWEST, RoutingOrder.LONGEST_IDLE]),
    ),
    steps(
        World.hours_change,
        closed=st.sampled_from([frozenset(), frozenset(), frozenset({SUPPORT}), frozenset({SALES})]),
    ),
    steps(World.client_leaves, which=WHICH),
    steps(World.old_news_come_late, which=WHICH),
    steps(World.agent_is_to_be_spared, which=WHICH, agent_id=AGENTS),
]
OFTEN = [CLIENT, CLIENT, DECISION, DECISION, ANSWER, ANSWER, PROGRESS, PROGRESS, AGENT]
STEPS = st.sampled_from([*OFTEN, *RARE]).flatmap(lambda kind: kind)


@settings(max_examples=100, deadline=None)
@given(
    begin=st.lists(AGENT, min_size=3, max_size=8),
    then=st.lists(STEPS, min_size=60, max_size=150),
)
def test_whatever_happens_the_decisions_are_those_of_a_scan_over_everything(
    begin: list[Step], then: list[Step]
) -> None:
    world = World()
    for step in [*begin, *then]:
        step(world)
        world.assert_the_picture_is_the_truth()
    world.it_is_decided(100)
