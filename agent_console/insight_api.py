"""Figures: the live wallboard, and reports by queue."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

from agent_console.bodies import FigureView, QueueFigures, QueueReport, Wallboard, WallboardQueue
from agent_console.operations import Call, Operation, Operations
from hub.desk.found import AgentView
from hub.desk.views import NamedView
from hub.domain.access import Permission
from hub.domain.errors import Invalid
from hub.domain.ids import QueueId
from hub.insight.figures import Figure
from hub.insight.reports import queue_report, wallboard
from hub.ports.clock import Clock
from hub.ports.insight import InsightStore

_LONGEST_DAYS = 400


def operations(
    *, store: InsightStore, clock: Clock, zone: ZoneInfo, pop_ms: Callable[[], Iterable[float]]
) -> list[Operation]:
    """What supervisors and managers read."""
    made = Operations("figures")

    @made.op("GET", "/api/v1/wallboard", Permission.READ_WALLBOARD, "Queues and agents now")
    async def show_wallboard(call: Call) -> Wallboard:
        """Today is the day of the hub's time zone; pop latency is of the last offers of this node."""
        board = await wallboard(store, call.principal, zone, pop_ms(), clock.now())
        return Wallboard(
            queues=tuple(
                WallboardQueue(
                    id=q.id,
                    name=q.name,
                    waiting=q.waiting,
                    oldest_at=q.oldest_at,
                    ewt_s=q.ewt_s,
                    staffed=q.staffed,
                    available=q.available,
                    offered=q.offered,
                    answered=q.answered,
                    abandoned=q.abandoned,
                    service_level=q.service_level,
                    asa_s=q.asa_s,
                    aht_s=q.aht_s,
                )
                for q in board.queues
            ),
            agents=tuple(
                AgentView(
                    id=a.id,
                    name=a.name,
                    state=a.state,
                    pause_reason=a.pause_reason,
                    since=a.since,
                    load=a.load,
                    full=a.full,
                    queues=a.queues,
                )
                for a in board.agents
            ),
            pop_ms_p50=board.pop.p50_ms,
            pop_ms_p95=board.pop.p95_ms,
            pop_ms_p99=board.pop.p99_ms,
            at=board.at,
        )

    @made.op("GET", "/api/v1/reports/queues", Permission.READ_REPORTS, "The figures of queues in an interval")
    async def report_queues(
        call: Call, from_: datetime, to: datetime, queue: Annotated[str, Meta(max_length=100)] = ""
    ) -> QueueReport:
        """[from, to); every figure with its formula, the service levels of all definitions side by side."""
        if from_.tzinfo is None or to.tzinfo is None:
            raise Invalid("give a time with its zone, such as 2026-01-31T00:00:00Z", field="from")
        if not 0 < (to - from_).total_seconds() <= _LONGEST_DAYS * 86_400:
            raise Invalid(f"an interval has more than 0 and at most {_LONGEST_DAYS} days", field="to")
        now = clock.now()
        floor = await store.floor(call.principal)
        names = {q.id: q.name for q in floor.queues}
        wanted = [QueueId(queue)] if queue else list(names)
        rows = [await queue_report(store, call.principal, q, from_, to, now) for q in wanted]
        return QueueReport(
            items=tuple(
                QueueFigures(
                    queue=NamedView(id=r.queue_id, name=names.get(r.queue_id, "")),
                    from_at=r.from_at,
                    to_at=r.to_at,
                    figures=_shown(r.figures),
                    service_levels=_shown(r.service_levels),
                )
                for r in rows
            ),
            next=None,
        )

    return list(made)


def _shown(figures: Iterable[Figure]) -> tuple[FigureView, ...]:
    return tuple(FigureView(name=f.name, value=f.value, unit=f.unit, formula=f.formula) for f in figures)
