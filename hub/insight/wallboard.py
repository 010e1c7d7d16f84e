"""The numbers of the live wallboard: how each queue and each agent stands now, and the figures of today."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.domain.agent import FULL, Agent, AgentState
from hub.domain.ids import QueueId, UserId
from hub.domain.presence import Holdings, agent_state
from hub.domain.queue import Queue
from hub.domain.service_level import WorkRow, counts_of, strict
from hub.domain.work import WAITING_STATES, WorkItem, WorkState
from hub.insight.figures import aht_s, asa_s
from hub.insight.wait import estimated_wait_s
from hub.ports.insight import RecentAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """A row a queue. The line and the staff are of now, the figures of today.

    `staffed` are the queue's agents who are not offline, `available` those without any work. `ewt_s` is the
    estimated wait of who would come now, None while nothing is known. `service_level` is the strict one.
    """

    id: QueueId
    name: str
    waiting: int
    oldest_at: datetime | None
    ewt_s: float | None
    staffed: int
    available: int
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    asa_s: float | None
    aht_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNow:
    """An agent, what they do since when, and how much of their attention is taken. `queues` are names."""

    id: UserId
    name: str
    state: AgentState
    pause_reason: str
    since: datetime
    load: int
    full: int
    queues: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PopLatency:
    """Touch received → frame sent, in milliseconds, of the last offers; None without any."""

    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


def day_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The day of `now` in `zone`: [midnight, next midnight), which are 23 to 25 hours."""
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    following = midnight + timedelta(days=1)
    utc = ZoneInfo("UTC")
    return (midnight.astimezone(utc), following.astimezone(utc))


def agents_now(
    agents: Iterable[Agent], items: Iterable[WorkItem], queue_names: Mapping[QueueId, str], now: datetime
) -> list[AgentNow]:
    """Each agent as they are; `items` is all open work."""
    held: dict[UserId, list[WorkItem]] = {}
    for item in items:
        if item.agent_id is not None:
            held.setdefault(item.agent_id, []).append(item)
    return [_agent_now(agent, held.get(agent.id, []), queue_names, now) for agent in agents]


def queue_now(
    queue: Queue,
    items: Iterable[WorkItem],
    states: Sequence[AgentState],
    today: Sequence[WorkRow],
    answers: Sequence[RecentAnswer],
    now: datetime,
) -> QueueNow:
    """The row of `queue`: from open work, its agents' states, its passes of today, and recent answers."""
    waiting = [item for item in items if item.queue_id == queue.id and item.state in WAITING_STATES]
    oldest_at = min((item.first_queued_at for item in waiting), default=None)
    counts = counts_of(today, queue.service_level, now)
    return QueueNow(
        id=queue.id,
        name=queue.name,
        waiting=len(waiting),
        oldest_at=oldest_at,
        ewt_s=estimated_wait_s(answers, oldest_at, len(waiting) + 1, now),
        staffed=sum(state is not AgentState.OFFLINE for state in states),
        available=sum(state is AgentState.AVAILABLE for state in states),
        offered=counts.offered,
        answered=counts.answered,
        abandoned=counts.abandoned,
        service_level=strict(counts),
        asa_s=asa_s(today, now),
        aht_s=aht_s(today, now),
    )


def pop_latency(samples_ms: Iterable[float]) -> PopLatency:
    """The percentiles of `samples_ms`, by nearest rank: each is a latency that really happened."""
    ordered = sorted(samples_ms)
    return PopLatency(
        p50_ms=_nearest_rank(ordered, 0.50),
        p95_ms=_nearest_rank(ordered, 0.95),
        p99_ms=_nearest_rank(ordered, 0.99),
    )


def _nearest_rank(ordered: Sequence[float], share: float) -> float | None:
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _agent_now(
    agent: Agent, held: Sequence[WorkItem], queue_names: Mapping[QueueId, str], now: datetime
) -> AgentNow:
    begun = {
        stage: [item.state_at for item in held if item.state is stage]
        for stage in (WorkState.OFFERED, WorkState.ASSIGNED, WorkState.WRAP_UP)
    }
    state = agent_state(
        agent,
        Holdings(
            offered=len(begun[WorkState.OFFERED]),
            assigned=len(begun[WorkState.ASSIGNED]),
            wrapping_up=len(begun[WorkState.WRAP_UP]),
        ),
        now,
    )
    match state:
        case AgentState.OFFLINE if agent.presence_until is not None and agent.presence_until <= now:
            since = agent.presence_until
        case AgentState.ENGAGED:
            since = min(begun[WorkState.ASSIGNED])
        case AgentState.RESERVED:
            since = min(begun[WorkState.OFFERED])
        case AgentState.WRAP_UP:
            since = min(begun[WorkState.WRAP_UP])
        case AgentState.AVAILABLE | AgentState.PAUSED:
            # a pause or readiness wished for during work begins when the work ends
            since = max(agent.wish_since, agent.idle_since)
        case _:
            since = agent.wish_since
    return AgentNow(
        id=agent.id,
        name=agent.name,
        state=state,
        pause_reason=agent.pause_reason if state is AgentState.PAUSED else "",
        since=since,
        load=sum(item.weight for item in held),
        full=FULL,
        queues=tuple(sorted(queue_names[queue] for queue in agent.queues if queue in queue_names)),
    )
