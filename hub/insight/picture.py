"""The live floor of one tenant: today's passes, open work and agents, kept by events, in memory and without I/O.

Built once from the store, then every event changes what it concerns; `refreshed` works out anew only that. So the
cost of a wallboard follows what happens, not how much the day already holds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from hub.domain.agent import Agent, AgentState
from hub.domain.alarm import Standing
from hub.domain.call import Call, CallStage
from hub.domain.ids import CallId, QueueId, UserId, WorkItemId
from hub.domain.presence import is_present
from hub.domain.queue import Queue
from hub.domain.service_level import WorkRow, ratio
from hub.domain.touch import Direction
from hub.domain.work import OPEN_STATES, WAITING_STATES, WorkItem, segment_ended_by
from hub.insight.day import QueueDay, Tally
from hub.insight.floor_view import FloorAgent, FloorQuarter, FloorQueue
from hub.insight.segments import HANDLING
from hub.insight.wallboard import agents_now
from hub.ports.insight import Floor

Wait = Callable[[QueueId, int], float | None]
"""Estimated wait in seconds at a place of a queue, or None."""


@dataclass(slots=True)
class Changes:
    """What differs from the last time it was asked."""

    queues: dict[QueueId, FloorQueue] = field(default_factory=dict)
    agents: dict[UserId, FloorAgent] = field(default_factory=dict)
    quarters: dict[tuple[QueueId, int], FloorQuarter] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.queues or self.agents or self.quarters)


class Picture:
    """One tenant, one day. `queues`, `agents` and `quarters` are the views as last refreshed."""

    def __init__(self, floor: Floor, from_at: datetime) -> None:
        self.queues: dict[QueueId, FloorQueue] = {}
        self.agents: dict[UserId, FloorAgent] = {}
        self.quarters: dict[tuple[QueueId, int], FloorQuarter] = {}
        self._rules: dict[QueueId, Queue] = {q.id: q for q in floor.queues}
        self._names = {q.id: q.name for q in floor.queues}
        self._days = {q.id: QueueDay(from_at, q.service_level) for q in floor.queues}
        self._people: dict[UserId, Agent] = {}
        self._items: dict[WorkItemId, WorkItem] = {}
        self._handled_s: dict[WorkItemId, float] = {}
        self._ended: set[WorkItemId] = set()
        self._ended_before: set[WorkItemId] = set()
        """Passes that ended in this quarter of an hour and in the one before: whoever tells of one again does so
        within seconds, and a day's would fill the memory."""
        self._lines: dict[QueueId, dict[WorkItemId, WorkItem]] = defaultdict(dict)
        self._calls: dict[CallId, Call] = {}
        self._talks: dict[UserId, dict[CallId, Call]] = defaultdict(dict)
        self._held: dict[UserId, dict[WorkItemId, WorkItem]] = defaultdict(dict)
        self._staff: dict[QueueId, dict[UserId, None]] = defaultdict(dict)
        self._stale_queues: dict[QueueId, None] = dict.fromkeys(self._rules)
        self._stale_agents: dict[UserId, None] = {}
        self._stale_quarters: dict[tuple[QueueId, int], None] = {}
        self._quarter = -1

    def add_past(self, rows: Iterable[WorkRow], now: datetime) -> None:
        """Passes of today, in pieces if they are many, each once; before `begin`."""
        by_queue: dict[QueueId, list[WorkRow]] = defaultdict(list)
        for row in rows:
            if row.queue_id in self._days:
                by_queue[row.queue_id].append(row)
        for queue_id, passes in by_queue.items():
            day = self._days[queue_id]
            for row in passes:
                if row.state in OPEN_STATES:
                    self._handled_s[row.work_item_id] = row.handle_s
                else:
                    day.count(row)
                    self._ended.add(row.work_item_id)
            day.waited_through(passes, now)
            self._stale_quarters |= dict.fromkeys((queue_id, number) for number in day.quarters)

    def begin(self, floor: Floor, now: datetime) -> None:
        """Open work and agents as they were read after the passes."""
        for item in floor.items:
            self.put_item(item)
        for agent in floor.agents:
            self.put_agent(agent, now)
        for call in floor.calls:
            self.put_call(call)

    # --- news ---

    def put_call(self, call: Call) -> None:
        """A call, begun, further or over; an older version is ignored."""
        before = self._calls.get(call.id)
        if before is not None and before.version > call.version:
            return
        for known in (before, call):
            if known is not None and known.agent_id is not None:
                self._talks[known.agent_id].pop(call.id, None)
                if known.agent_id in self._people:
                    self._stale_agents[known.agent_id] = None
        self._calls.pop(call.id, None)
        if call.agent_id is not None and call.stage is not CallStage.ENDED:
            self._calls[call.id] = self._talks[call.agent_id][call.id] = call

    def put_item(self, item: WorkItem) -> None:
        """An item in whatever state; an older version, or one that ended, is ignored."""
        before = self._items.get(item.id)
        if item.id in self._ended or item.id in self._ended_before:
            return
        if before is not None and before.version >= item.version:
            return
        day = self._days.get(item.queue_id)
        if day is None:
            return
        handled_s = self._handled_s.get(item.id, 0.0)
        if before is not None:
            self._count(day, before, handled_s, -1)
            ended = segment_ended_by(before, item) if before.state is not item.state else None
            if ended is not None and ended.kind in HANDLING:
                handled_s += (ended.ended_at - ended.started_at).total_seconds()
                self._handled_s[item.id] = handled_s
            self._lay(before, away=True)
        self._count(day, item, handled_s, 1)
        if item.state in OPEN_STATES:
            self._items[item.id] = item
            self._lay(item, away=False)
        else:
            self._ended.add(item.id)
            self._items.pop(item.id, None)
            self._handled_s.pop(item.id, None)
        self._stale_queues[item.queue_id] = None

    def put_agent(self, agent: Agent, now: datetime) -> None:
        """An agent, new or changed; an older version is ignored. A renewed lease alone changes nothing."""
        before = self._people.get(agent.id)
        if before is not None and agent.version < before.version:
            return
        self._people[agent.id] = agent
        if before is None or before.queues != agent.queues:
            for queue_id in before.queues if before is not None else ():
                self._staff[queue_id].pop(agent.id, None)
                self._stale_queues[queue_id] = None
            for queue_id in agent.queues:
                self._staff[queue_id][agent.id] = None
                self._stale_queues[queue_id] = None
        if before is None or _shows_otherwise(before, agent, now):
            self._stale_agents[agent.id] = None

    def stale_lines(self) -> None:
        """Estimates of waiting are new: look at every line again."""
        self._stale_queues |= dict.fromkeys(self._rules)

    # --- what is seen ---

    def refreshed(self, now: datetime, wait: Wait) -> Changes:
        """Work out anew what news, or time, may have changed; what really did."""
        found = Changes()
        self._pass_time(now)
        for agent_id, agent in self._people.items():
            shown = self.agents.get(agent_id)
            if shown is not None and shown.state is not AgentState.OFFLINE and not is_present(agent, now):
                self._stale_agents[agent_id] = None
        for agent_id in self._stale_agents:
            view = self._agent_view(self._people[agent_id], now)
            shown = self.agents.get(agent_id)
            if view != shown:
                found.agents[agent_id] = self.agents[agent_id] = view
                if shown is None or shown.state is not view.state:
                    self._stale_queues |= dict.fromkeys(q for q in self._people[agent_id].queues)
        for queue_id in self._stale_queues:
            if queue_id in self._rules and (row := self._queue_view(queue_id, wait)) != self.queues.get(
                queue_id
            ):
                found.queues[queue_id] = self.queues[queue_id] = row
        for key in self._stale_quarters:
            quarter = self._quarter_view(*key)
            if quarter != self.quarters.get(key):
                found.quarters[key] = self.quarters[key] = quarter
        self._stale_agents, self._stale_queues, self._stale_quarters = {}, {}, {}
        return found

    def standing(self, queue_id: QueueId, now: datetime) -> Standing:
        """How the queue stands for its alarms, as last refreshed."""
        row = self.queues[queue_id]
        oldest_s = None if row.oldest_at is None else max(0.0, (now - row.oldest_at).total_seconds())
        return Standing(
            waiting=row.waiting,
            oldest_s=oldest_s,
            level=row.service_level,
            offered=row.offered,
            available=row.available,
        )

    # --- keeping it ---

    def _pass_time(self, now: datetime) -> None:
        for queue_id, day in self._days.items():
            number = day.number(now)
            if number == self._quarter:
                break
            if self._quarter >= 0:  # the quarter that is over keeps how many waited at its end
                day.quarters.setdefault(self._quarter, Tally()).waiting = len(self._lines[queue_id])
                self._stale_quarters[queue_id, self._quarter] = None
        else:
            if self._days:
                if self._quarter >= 0:
                    self._ended_before, self._ended = self._ended, set()
                self._quarter = next(iter(self._days.values())).number(now)

    def _count(self, day: QueueDay, item: WorkItem, handled_s: float, sign: int) -> None:
        if item.direction is not Direction.INBOUND:
            return  # nobody waited: it was begun by one of us
        number = day.count(_row_of(item, handled_s), sign)
        if number is not None:
            self._stale_quarters[item.queue_id, number] = None

    def _lay(self, item: WorkItem, *, away: bool) -> None:
        if item.state in WAITING_STATES:
            line = self._lines[item.queue_id]
            if away:
                line.pop(item.id, None)
            else:
                line[item.id] = item
        if item.agent_id is not None:
            held = self._held[item.agent_id]
            if away:
                held.pop(item.id, None)
            else:
                held[item.id] = item
            if item.agent_id in self._people:
                self._stale_agents[item.agent_id] = None

    def _agent_view(self, agent: Agent, now: datetime) -> FloorAgent:
        (shown,) = agents_now([agent], self._held[agent.id].values(), self._names, now)
        doing, since = _on_the_phone(self._talks[agent.id].values())
        return FloorAgent(
            id=agent.id,
            name=agent.name,
            state=shown.state,
            pause_reason=shown.pause_reason,
            since=shown.since,
            load=shown.load,
            full=shown.full,
            queues=tuple(sorted(agent.queues & self._rules.keys())),
            call=doing,
            call_since=since,
        )

    def _queue_view(self, queue_id: QueueId, wait: Wait) -> FloorQueue:
        queue, total, line = self._rules[queue_id], self._days[queue_id].total, self._lines[queue_id]
        states = [view.state for a in self._staff[queue_id] if (view := self.agents.get(a)) is not None]
        estimate = wait(queue_id, len(line) + 1)
        return FloorQueue(
            id=queue.id,
            name=queue.name,
            waiting=len(line),
            oldest_at=min((item.first_queued_at for item in line.values()), default=None),
            ewt_s=None if estimate is None else round(estimate),
            staffed=sum(state is not AgentState.OFFLINE for state in states),
            available=sum(state is AgentState.AVAILABLE for state in states),
            offered=total.offered,
            answered=total.answered,
            abandoned=total.abandoned,
            service_level=total.service_level,
            asa_s=_rounded(ratio(total.waited_s, total.answered)),
            aht_s=_rounded(ratio(total.handled_s, total.handled)),
            target_s=queue.service_level.threshold_s,
            target_share=queue.service_level.share,
        )

    def _quarter_view(self, queue_id: QueueId, number: int) -> FloorQuarter:
        day = self._days[queue_id]
        tally = day.quarters.get(number) or Tally()
        return FloorQuarter(
            queue_id=queue_id,
            at=day.quarter_at(number),
            offered=tally.offered,
            answered=tally.answered,
            abandoned=tally.abandoned,
            service_level=tally.service_level,
            waiting=tally.waiting,
        )


def _row_of(item: WorkItem, handled_s: float) -> WorkRow:
    return WorkRow(
        work_item_id=item.id,
        interaction_id=item.interaction_id,
        queue_id=item.queue_id,
        first_queued_at=item.first_queued_at,
        answered_at=item.answered_at,
        ended_at=item.ended_at,
        state=item.state,
        handle_s=handled_s,
    )


def _on_the_phone(calls: Iterable[Call]) -> tuple[Literal["", "ringing", "talking", "held"], datetime | None]:
    """What somebody does on the telephone, and since when; of two calls the one that was answered last."""
    call = max(calls, key=lambda c: (c.stage is CallStage.TALKING, c.started_at), default=None)
    if call is None:
        return "", None
    if call.held_since is not None:
        return "held", call.held_since
    if call.stage is CallStage.TALKING:
        return "talking", call.answered_at
    return "ringing", call.started_at


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _shows_otherwise(before: Agent, after: Agent, now: datetime) -> bool:
    return (
        (before.name, before.wish, before.pause_reason, before.wish_since, before.idle_since, before.queues)
        != (after.name, after.wish, after.pause_reason, after.wish_since, after.idle_since, after.queues)
    ) or is_present(before, now) is not is_present(after, now)
