"""Whatever happens, in whatever order, the router decides as a scan over everything would, and its picture is right."""

from dataclasses import replace
from datetime import datetime

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bench.linear import LinearRouter
from hub.domain.agent import FULL, Agent, Capacity, Media, Wish
from hub.domain.ids import QueueId, UserId, WorkItemId
from hub.domain.work import OPEN_STATES, WorkItem, WorkState, urgent_at
from hub.routing.board import Board
from hub.routing.explain import explain
from hub.routing.planned import PlannedOffer
from hub.routing.policy import plan_offers
from tests.unit.routing.made_up import NOW, SALES, SUPPORT, agent, at, chat

QUEUES = st.sampled_from([SUPPORT, SALES])
AGENTS = st.sampled_from([UserId(name) for name in ("anna", "boris", "cem", "dana", "eda")])
LEVELS = st.integers(1, 3)
SKILLS = st.dictionaries(st.sampled_from(["lang:ru", "lang:tr", "billing"]), LEVELS, max_size=2)
CAPACITIES = st.builds(
    Capacity, voice=st.integers(0, 2), chat=st.integers(0, 3), mail=st.sampled_from([0, 5])
)
AVOID_S = 60


class Router(RuleBasedStateMachine):
    """The truth is in `agents`, `items`, `avoided`; the board hears of it as it would in the hub."""

    def __init__(self) -> None:
        super().__init__()
        self.board = Board()
        self.now = NOW
        self.agents: dict[UserId, Agent] = {}
        self.items: dict[WorkItemId, WorkItem] = {}
        self.avoided: dict[tuple[WorkItemId, UserId], datetime] = {}
        self.in_flight: dict[WorkItemId, PlannedOffer] = {}
        self.old_news: list[WorkItem] = []

    # --- what happens ---

    @initialize(first=st.lists(AGENTS, min_size=1, unique=True))
    def some_agents_are_there(self, first: list[UserId]) -> None:
        for agent_id in first:
            self._put_agent(agent(agent_id, queues=(SUPPORT, SALES), present_s=None))

    @rule(
        queue_id=QUEUES,
        media=st.sampled_from(Media),
        skills=SKILLS,
        priority=st.integers(0, 2),
        preferred=st.none() | AGENTS,
        waited_s=st.sampled_from([0, 30, 60]),
    )
    def a_client_comes(
        self,
        queue_id: QueueId,
        media: Media,
        skills: dict[str, int],
        priority: int,
        preferred: UserId | None,
        waited_s: int,
    ) -> None:
        item = chat(
            f"{len(self.old_news)}",
            queue_id=queue_id,
            media=media,
            skills=skills,
            priority=priority,
            preferred=preferred,
            queued_s=(self.now - NOW).total_seconds() - waited_s,
        )
        self._put_item(item)

    @rule(
        agent_id=AGENTS,
        skills=SKILLS,
        queues=st.frozensets(QUEUES),
        capacity=CAPACITIES,
        wish=st.sampled_from([Wish.AVAILABLE, Wish.AVAILABLE, Wish.PAUSED, Wish.OFFLINE]),
    )
    def an_agent_changes(
        self,
        agent_id: UserId,
        skills: dict[str, int],
        queues: frozenset[QueueId],
        capacity: Capacity,
        wish: Wish,
    ) -> None:
        known = self.agents.get(agent_id) or agent(agent_id, present_s=None)
        until = (self.now - NOW).total_seconds() + 100
        self._put_agent(
            replace(
                known,
                skills=skills,
                queues=queues,
                capacity=capacity,
                wish=wish,
                presence_until=at(until),
                idle_since=self.now,
                version=known.version + 1,
            )
        )

    @rule(agent_id=AGENTS, seconds=st.sampled_from([None, 10, 15, 200]))
    def a_console_is_heard_or_says_goodbye(self, agent_id: UserId, seconds: int | None) -> None:
        if agent_id in self.agents:
            until = None if seconds is None else at((self.now - NOW).total_seconds() + seconds)
            self._put_agent(replace(self.agents[agent_id], presence_until=until))

    @rule(agent_id=AGENTS)
    def an_agent_is_deleted(self, agent_id: UserId) -> None:
        self.agents.pop(agent_id, None)
        self.board.remove_agent(agent_id)

    @rule(seconds=st.sampled_from([1, 10, 15, 60]))
    def time_passes(self, seconds: int) -> None:
        self.now = at((self.now - NOW).total_seconds() + seconds)

    @precondition(lambda self: self._in(WorkState.QUEUED))
    @rule(data=st.data(), priority=st.integers(0, 3), skills=SKILLS)
    def waiting_work_changes(self, data: st.DataObject, priority: int, skills: dict[str, int]) -> None:
        item = data.draw(st.sampled_from(self._in(WorkState.QUEUED)))
        self._put_item(
            replace(
                item,
                priority=priority,
                skills=skills,
                urgent_at=urgent_at(item.first_queued_at, priority),
                version=item.version + 1,
            )
        )

    @precondition(lambda self: self._in(*OPEN_STATES))
    @rule(data=st.data(), outcome=st.integers(0, 5))
    def work_takes_a_step(self, data: st.DataObject, outcome: int) -> None:
        item = data.draw(st.sampled_from(self._in(*OPEN_STATES)))
        agent_id = item.agent_id
        match item.state, outcome:
            case WorkState.QUEUED, _:
                self._step(item, WorkState.ABANDONED)
            case WorkState.OFFERED, 0 | 1:
                self._step(item, WorkState.ASSIGNED)
            case WorkState.OFFERED, 2 | 3 if agent_id is not None:
                self._avoid(item.id, agent_id)
                self._step(item, WorkState.QUEUED)
            case WorkState.OFFERED, _:
                self._step(item, WorkState.ABANDONED)
            case WorkState.ASSIGNED, 0:
                self._step(item, WorkState.QUEUED)
            case WorkState.ASSIGNED, 1 | 2:
                self._step(item, WorkState.WRAP_UP)
            case _:
                self._step(item, WorkState.COMPLETED)

    @precondition(lambda self: self.old_news)
    @rule(data=st.data())
    def old_news_come_late(self, data: st.DataObject) -> None:
        self.board.put_item(data.draw(st.sampled_from(self.old_news)))

    @precondition(lambda self: self._in(*OPEN_STATES))
    @rule(data=st.data(), agent_id=AGENTS)
    def an_agent_is_to_be_spared(self, data: st.DataObject, agent_id: UserId) -> None:
        self._avoid(data.draw(st.sampled_from(self._in(*OPEN_STATES))).id, agent_id)

    # --- what is decided ---

    @rule(limit=st.sampled_from([1, 2, 100]))
    def it_is_decided(self, limit: int) -> None:
        expected = self._linear().plan_offers(self.now, limit)
        plans = plan_offers(self.board, self.now, limit)
        assert [(p.item.id, p.agent_id, p.weight) for p in plans] == [
            (offer.item.id, offer.agent_id, offer.weight) for offer in expected
        ]
        if len(plans) < limit:
            assert plan_offers(self.board, self.now, 100) == []
        for plan in plans:
            assert self.board.load(plan.agent_id) <= FULL
            why = explain(plan.why_facts)
            assert why.could + sum(exclusion.count for exclusion in why.excluded) == why.considered
            assert why.considered == sum(plan.item.queue_id in a.queues for a in self.agents.values())
            self.in_flight[plan.item.id] = plan

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), is_stored=st.booleans())
    def the_store_answers(self, data: st.DataObject, is_stored: bool) -> None:
        plan = self.in_flight[data.draw(st.sampled_from(sorted(self.in_flight)))]
        if is_stored:
            item = self.items[plan.item.id]
            step = item.stepped(WorkState.OFFERED, self.now, agent_id=plan.agent_id, weight=plan.weight)
            self._put_item(step)
        else:
            del self.in_flight[plan.item.id]
            self.board.revoke(plan)

    # --- what is always so ---

    @invariant()
    def the_picture_is_the_truth(self) -> None:
        for queue_id in (SUPPORT, SALES):
            line = sorted(
                (item for item in self._in(WorkState.QUEUED) if item.queue_id == queue_id),
                key=lambda item: (item.urgent_at, item.first_queued_at, item.id),
            )
            line = [item for item in line if item.id not in self.in_flight]
            assert self.board.waiting(queue_id, 100) == line
            assert self.board.waiting_count(queue_id) == len(line)
            assert [self.board.place(item.id) for item in line] == list(range(1, len(line) + 1))
        for agent_id in self.agents:
            held = [item for item in self._in(*OPEN_STATES) if item.agent_id == agent_id]
            planned = [plan for plan in self.in_flight.values() if plan.agent_id == agent_id]
            load = sum(item.weight for item in held) + sum(plan.weight for plan in planned)
            holdings = self.board.holdings(agent_id)
            states = [item.state for item in held]
            assert self.board.load(agent_id) == load
            assert holdings.offered == states.count(WorkState.OFFERED) + len(planned)
            assert holdings.assigned == states.count(WorkState.ASSIGNED)
            assert holdings.wrapping_up == states.count(WorkState.WRAP_UP)

    def _in(self, *states: WorkState) -> list[WorkItem]:
        return [item for item in self.items.values() if item.state in states]

    def _put_agent(self, changed: Agent) -> None:
        self.agents[changed.id] = changed
        self.board.put_agent(changed, self.now)

    def _put_item(self, item: WorkItem) -> None:
        self.items[item.id] = item
        self.old_news.append(item)
        self.board.put_item(item)
        plan = self.in_flight.pop(item.id, None)
        if plan is not None:
            self.board.revoke(plan)

    def _step(self, item: WorkItem, to: WorkState) -> None:
        self._put_item(item.stepped(to, self.now))

    def _avoid(self, item_id: WorkItemId, agent_id: UserId) -> None:
        until = at((self.now - NOW).total_seconds() + AVOID_S)
        self.avoided[item_id, agent_id] = until
        self.board.avoid(item_id, agent_id, until)

    def _linear(self) -> LinearRouter:
        linear = LinearRouter()
        for someone in self.agents.values():
            linear.put_agent(someone, self.now)
        for item in self.items.values():
            plan = self.in_flight.get(item.id)
            if plan is not None:
                item = item.stepped(  # noqa: PLW2901 - as the board sees it
                    WorkState.OFFERED, self.now, agent_id=plan.agent_id, weight=plan.weight
                )
            linear.put_item(item)
        linear.avoided = dict(self.avoided)
        return linear


TestRouter = Router.TestCase
TestRouter.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
