"""Reports for people: reads what a figure needs within the principal's reach, and computes it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from hub.domain.access import Permission, Principal
from hub.domain.ids import QueueId
from hub.domain.service_level import WorkRow
from hub.insight.figures import Material, QueueFigures, figures_of, rows_behind
from hub.insight.responses import response_gaps
from hub.insight.segments import running_segment
from hub.insight.staffing import staffed_spans
from hub.insight.wait import LOOK_BACK
from hub.insight.wallboard import (
    AgentNow,
    PopLatency,
    QueueNow,
    agents_now,
    day_of,
    pop_latency,
    queue_now,
)
from hub.ports.insight import InsightStore


class _OfQueue(Protocol):
    @property
    def queue_id(self) -> QueueId: ...


_Row = TypeVar("_Row", bound=_OfQueue)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallboard:
    """All queues and agents in reach, now."""

    queues: tuple[QueueNow, ...]
    agents: tuple[AgentNow, ...]
    pop: PopLatency
    at: datetime


async def queue_report(
    store: InsightStore,
    principal: Principal,
    queue_id: QueueId,
    from_at: datetime,
    to_at: datetime,
    now: datetime,
) -> QueueFigures:
    """The figures of a queue for [from_at, to_at), with what is known of their passes now.

    Raises Forbidden without the permission for reports, NotFound for a queue out of reach.
    """
    principal.require(Permission.READ_REPORTS)
    queue = await store.queue(principal, queue_id)
    staff = await store.staff(principal, queue_id, from_at, to_at)
    running = (running_segment(item, now) for item in staff.open_items)
    material = Material(
        rows=await store.work_rows(principal, queue_id, from_at, to_at),
        segments=[*staff.segments, *(segment for segment in running if segment is not None)],
        spans=staffed_spans(staff.marks, min(to_at, now)),
        gaps=response_gaps(await store.touch_marks(principal, queue_id, from_at, to_at)),
    )
    return figures_of(queue, material, from_at, to_at, now)


async def report_rows(
    store: InsightStore,
    principal: Principal,
    queue_id: QueueId,
    figure: str,
    from_at: datetime,
    to_at: datetime,
    now: datetime,
) -> list[WorkRow]:
    """The passes behind one figure of `queue_report`. Raises Invalid for a figure that has none."""
    principal.require(Permission.READ_REPORTS)
    queue = await store.queue(principal, queue_id)
    rows = await store.work_rows(principal, queue_id, from_at, to_at)
    return rows_behind(figure, queue, rows, from_at, to_at, now)


async def wallboard(
    store: InsightStore,
    principal: Principal,
    zone: ZoneInfo,
    pop_ms: Iterable[float],
    now: datetime,
) -> Wallboard:
    """The wallboard in the principal's reach; today is the day of `zone`. Raises Forbidden."""
    principal.require(Permission.READ_WALLBOARD)
    floor = await store.floor(principal)
    from_at, to_at = day_of(now, zone)
    today = _by_queue(await store.work_rows(principal, None, from_at, to_at))
    answers = _by_queue(await store.recent_answers(principal, None, now - LOOK_BACK))
    agents = agents_now(floor.agents, floor.items, {queue.id: queue.name for queue in floor.queues}, now)
    states = {agent.id: agent.state for agent in agents}
    return Wallboard(
        queues=tuple(
            queue_now(
                queue,
                floor.items,
                [states[agent.id] for agent in floor.agents if queue.id in agent.queues],
                today.get(queue.id, ()),
                answers.get(queue.id, ()),
                now,
            )
            for queue in floor.queues
        ),
        agents=tuple(agents),
        pop=pop_latency(pop_ms),
        at=now,
    )


def _by_queue(rows: Iterable[_Row]) -> dict[QueueId, Sequence[_Row]]:
    found: dict[QueueId, list[_Row]] = {}
    for row in rows:
        found.setdefault(row.queue_id, []).append(row)
    return dict(found)
