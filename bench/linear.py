"""The router without any index: every decision looks at all waiting items and all agents.

The rules of `hub.routing.policy` read off one by one. It is what the router is compared with, for its decisions
(tests) and for its speed (`bench/router.py`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.domain.agent import FULL, Agent, Media, Wish
from hub.domain.ids import QueueId, UserId, WorkItemId
from hub.domain.presence import is_present
from hub.domain.queue import QueueRules, RoutingOrder
from hub.domain.work import OPEN_STATES, WorkItem, WorkState


class Offer(NamedTuple):
    """Offer the item to the agent, of whom it would take so many units."""

    item: WorkItem
    agent_id: UserId
    weight: int


class LinearRouter:
    """Agents, open items and avoidances in plain dictionaries; only loads are kept as running sums."""

    def __init__(self) -> None:
        self.agents: dict[UserId, Agent] = {}
        self.waiting: dict[WorkItemId, WorkItem] = {}
        self.held: dict[WorkItemId, tuple[UserId, int, Media]] = {}
        self.avoided: dict[tuple[WorkItemId, UserId], datetime] = {}
        self.loads: dict[UserId, int] = {}
        self.calls: dict[UserId, int] = {}
        self.rules: dict[QueueId, QueueRules] = {}
        self.closed: frozenset[QueueId] = frozenset()

    def put_agent(self, agent: Agent, now: datetime) -> None:  # noqa: ARG002 - as the board's
        """An agent, new or changed."""
        self.agents[agent.id] = agent

    def put_item(self, item: WorkItem) -> None:
        """An item in whatever state."""
        self.waiting.pop(item.id, None)
        if item.id in self.held:
            agent_id, weight, media = self.held.pop(item.id)
            self._add(agent_id, -weight, media, -1)
        if item.state is WorkState.QUEUED:
            self.waiting[item.id] = item
        elif item.state in OPEN_STATES and item.agent_id is not None:
            self._hold(item, item.agent_id, item.weight)

    def plan_offers(self, now: datetime, limit: int) -> list[Offer]:
        """The next decisions, applied at once."""
        offers: list[Offer] = []
        while len(offers) < limit:
            with_room = [agent for agent in self.agents.values() if self._has_room(agent, now)]
            item = self._most_urgent(with_room, now) if with_room else None
            if item is None:
                break
            could = [agent for agent in with_room if self._can_take(agent, item, now)]
            rules = self.rules.get(item.queue_id)
            by_load = rules is None or rules.order is RoutingOrder.FEWEST
            chosen = min(could, key=lambda a: (self.loads.get(a.id, 0) if by_load else 0, a.idle_since, a.id))
            chosen = next((agent for agent in could if agent.id == item.preferred_agent_id), chosen)
            weight = chosen.capacity.weight(item.media)
            del self.waiting[item.id]
            self._hold(item, chosen.id, weight)
            offers.append(Offer(item, chosen.id, weight))
        return offers

    def _most_urgent(self, agents: Iterable[Agent], now: datetime) -> WorkItem | None:
        best = None
        for item in self.waiting.values():
            if (
                best is None
                or item.urgent_at < best.urgent_at
                or (
                    item.urgent_at == best.urgent_at
                    and (item.first_queued_at, item.id) < (best.first_queued_at, best.id)
                )
            ) and any(self._can_take(agent, item, now) for agent in agents):
                best = item
        return best

    def _has_room(self, agent: Agent, now: datetime) -> bool:
        return (
            self.loads.get(agent.id, 0) < FULL
            and agent.wish is Wish.AVAILABLE
            and is_present(agent, now)
            and not self.calls.get(agent.id, 0)
        )

    def _can_take(self, agent: Agent, item: WorkItem, now: datetime) -> bool:
        return (
            item.queue_id not in self.closed
            and self._is_qualified(agent, item, now)
            and self._has_room(agent, now)
            and (agent.phone_ready or item.media is not Media.VOICE)
            and self.loads.get(agent.id, 0) + agent.capacity.weight(item.media) <= FULL
            and not self._is_avoided(agent, item, now)
        )

    def _is_avoided(self, agent: Agent, item: WorkItem, now: datetime) -> bool:
        until = self.avoided.get((item.id, agent.id)) if self.avoided else None
        return (
            until is not None
            and until > now
            and any(
                self._is_qualified(other, item, now) and other.capacity.weight(item.media) <= FULL
                for other in self.agents.values()
                if other.id != agent.id
            )
        )

    def _hold(self, item: WorkItem, agent_id: UserId, weight: int) -> None:
        self.held[item.id] = agent_id, weight, item.media
        self._add(agent_id, weight, item.media, 1)

    def _add(self, agent_id: UserId, weight: int, media: Media, calls: int) -> None:
        self.loads[agent_id] = self.loads.get(agent_id, 0) + weight
        if media is Media.VOICE:
            self.calls[agent_id] = self.calls.get(agent_id, 0) + calls

    def _is_qualified(self, agent: Agent, item: WorkItem, now: datetime) -> bool:
        skills, rules = item.skills, self.rules.get(item.queue_id)
        if rules is not None:
            skills = rules.relaxed(skills, (now - item.queued_at).total_seconds())
        return item.queue_id in agent.queues and all(
            agent.skills.get(skill, 0) >= level for skill, level in skills.items()
        )
