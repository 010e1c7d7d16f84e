"""Work that goes on to another queue by itself, and the answer of a queue that is closed.

Every step looks at what is due as committed, and each piece of work moves in a unit of its own: whoever dies in
between, the next step goes on. No work goes on to a queue that it has left this way before: two queues may overflow
into one another, and nothing goes round.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from hub.domain.events import WorkStepped
from hub.domain.ids import QueueId, TenantId, WorkItemId
from hub.domain.queue import Queue, WhenClosed
from hub.domain.work import WorkItem, WorkState, urgent_at
from hub.ids import new_id
from hub.opening import OpeningHours
from hub.ports.clock import Clock
from hub.ports.store import RoutingStore, UnitOfWork
from hub.saying import said_by_itself
from hub.steps import as_it_is_now

log = structlog.get_logger(__name__)

BATCH = 200
"""So many pieces of work of a queue move in one step; the rest a second later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Work of `queue` goes on to `target` when it was queued by `before` and stands behind the first `behind`."""

    queue: Queue
    target: Queue
    reason: str
    before: datetime
    behind: int = 0


def flows(queues: Mapping[QueueId, Queue], closed: frozenset[QueueId], now: datetime) -> Iterator[Flow]:
    """What goes where now. Nothing goes on to a queue that is retired, or closed."""
    for queue in queues.values():
        rules, over = queue.rules, queue.rules.overflow
        wanted: list[tuple[QueueId | None, str, datetime, int]] = []
        if rules.retired:
            wanted.append((rules.retired_to, "retired", now, 0))
        elif queue.id in closed and rules.when_closed is WhenClosed.FLOW:
            wanted.append((rules.closed_queue_id, "closed", now, 0))
        elif over is not None:
            if over.after_s is not None:
                wanted.append((over.queue_id, "overflow_time", now - timedelta(seconds=over.after_s), 0))
            if over.length is not None:
                wanted.append((over.queue_id, "overflow_length", now, over.length))
        for target_id, reason, before, behind in wanted:
            target = queues.get(target_id) if target_id is not None else None
            if target is not None and not target.rules.retired and target.id not in closed:
                yield Flow(queue=queue, target=target, reason=reason, before=before, behind=behind)


class Overflows:
    """One step moves and answers what is due; run it every second."""

    def __init__(self, store: RoutingStore, clock: Clock, tenant_id: TenantId, opening: OpeningHours) -> None:
        self._store = store
        self._clock = clock
        self._tenant = tenant_id
        self._opening = opening

    async def step(self) -> None:
        """Let work flow on that shall, and tell clients that it is closed, once for each pass."""
        queues = await self._opening.refresh()
        now = self._clock.now()
        closed = frozenset(q.id for q in queues.values() if not self._opening.is_open(q, now))
        for flow in flows(queues, closed, now):
            due = await self._store.due_to_flow(
                self._tenant,
                flow.queue.id,
                flow.target.id,
                before=flow.before,
                behind=flow.behind,
                limit=BATCH,
            )
            for item in due:
                await self._flow(item, flow)
        for queue_id in closed:
            if queues[queue_id].rules.when_closed is WhenClosed.ANSWER:
                for item in await self._store.unanswered_while_closed(self._tenant, queue_id, limit=BATCH):
                    await self._answer(item, queues[queue_id])

    async def _flow(self, seen: WorkItem, flow: Flow) -> None:
        async with self._store.unit(self._tenant) as unit:
            item = await as_it_is_now(unit, seen)
            if item is None or item.version != seen.version or item.state is not WorkState.QUEUED:
                return  # it moved on by itself
            now = self._clock.now()
            gone = item.stepped(WorkState.FLOWED_OUT, now)
            unit.save_item(item, gone)
            interaction = (await unit.interactions([item.interaction_id]))[item.interaction_id]
            interaction = unit.note_fact(
                WorkStepped(tenant_id=self._tenant, item=gone, reason=flow.reason),
                replace(interaction, queue_id=flow.target.id),
            )
            again = next_pass(item, flow.queue, flow.target, now)
            unit.add_item(again)
            unit.note_fact(WorkStepped(tenant_id=self._tenant, item=again, reason=flow.reason), interaction)
        log.info("work_flowed_on", work_item_id=seen.id, queue_id=flow.target.id, reason=flow.reason)

    async def _answer(self, seen: WorkItem, queue: Queue) -> None:
        async with self._store.unit(self._tenant) as unit:
            item = await as_it_is_now(unit, seen)
            text = queue.rules.closed_text(seen.language)
            if item is None or item.state is not WorkState.QUEUED or not text:
                return
            await _said(unit, item, text, self._clock.now())


def answer_id(item_id: WorkItemId) -> str:
    """The id that makes the answer of a closed queue one for each pass."""
    return f"closed:{item_id}"


async def _said(unit: UnitOfWork, item: WorkItem, text: str, now: datetime) -> None:
    if await unit.written_before(item.interaction_id, answer_id(item.id)) is not None:
        return
    interaction = (await unit.interactions([item.interaction_id]))[item.interaction_id]
    sessions = await unit.open_sessions(item.interaction_id)
    if not sessions:
        return
    said_by_itself(unit, interaction, sessions[0], text, now, external_id=answer_id(item.id))


def next_pass(item: WorkItem, queue: Queue, target: Queue, now: datetime) -> WorkItem:
    """The pass through `target` that follows; the client is as urgent there as here."""
    steps = target.priority - queue.priority
    return WorkItem(
        id=WorkItemId(new_id()),
        tenant_id=item.tenant_id,
        interaction_id=item.interaction_id,
        person_id=item.person_id,
        queue_id=target.id,
        channel=item.channel,
        media=item.media,
        language=item.language,
        skills=target.required_skills(item.language),
        priority=item.priority + steps,
        state=WorkState.QUEUED,
        first_queued_at=now,
        queued_at=now,
        urgent_at=urgent_at(item.urgent_at, steps),
        state_at=now,
        received_at=item.received_at,
        preferred_agent_id=item.preferred_agent_id,
    )
