"""Reports by group beside the period before, what agents did, and the staffing calculator."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta

from agent_console.operations import Call, Operation, Operations
from agent_console.report_bodies import Staffing, StaffingLoad, StaffingRow
from hub.domain.access import Permission, Principal
from hub.domain.erlang import Demand, agents_needed, rostered, staffed
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import QueueId
from hub.domain.touch import Direction
from hub.insight.activity import ActivityStore, AgentDays, agent_day
from hub.insight.grouped import (
    BY_TIME,
    AgentTime,
    AgentTimes,
    GroupBy,
    GroupedReport,
    ReportGroup,
    Sums,
    SumsStore,
    in_buckets,
    report_group,
)
from hub.insight.log import LogFilter
from hub.insight.log_words import filter_of
from hub.insight.periods import Period, Step, before, buckets, instant_of, period_of
from hub.ports.clock import Clock
from hub.ports.insight import InsightStore

Words = Annotated[str, Meta(max_length=2_000)]
Text = Annotated[str, Meta(max_length=100)]

_LONGEST_ACTIVITY_DAYS = 7
_COUNTED = Direction.INBOUND.value
"""What one of us began waited for nobody: no figure of a queue counts it."""

_AROUND = (6, 10)
"""How many numbers of agents below and above the needed one are shown."""


def operations(
    *,
    sums: SumsStore,
    times: AgentTimes,
    activity: ActivityStore,
    insight: InsightStore,
    clock: Clock,
    zone: ZoneInfo,
) -> list[Operation]:
    """What managers and supervisors read."""
    made = Operations("reports")

    @made.op(
        "GET", "/api/v1/reports/groups", Permission.READ_REPORTS, "Figures by queue, agent, channel or time"
    )
    async def report_groups(
        call: Call,
        from_: Text,
        to: Text,
        by: GroupBy = GroupBy.QUEUE,
        queue: Words = "",
        agent: Words = "",
        channel: Words = "",
        tag: Words = "",
    ) -> GroupedReport:
        """Each figure with its formula, its value in the period before, and the query of the log that finds the
        passes behind it. `from` and `to` are days of the house, both included, or instants. By agent, and of all
        queues, channels and clients, there is an occupancy: an agent's free time belongs to no queue."""
        period = period_of(from_, to, zone)
        wanted = filter_of(zone, queue=queue, agent=agent, channel=channel, tag=tag, direction=_COUNTED)
        log = {k: v for k, v in (("queue", queue), ("agent", agent), ("channel", channel), ("tag", tag)) if v}
        log["direction"] = _COUNTED
        asked = _Asked(sums, times, call.principal, wanted, zone, clock.now())
        names = await _names(insight, call.principal, by)
        return await asked.report(period, by, log, names)

    @made.op(
        "GET", "/api/v1/reports/activity", Permission.READ_REPORTS, "What agents did, drawn and added up"
    )
    async def report_activity(
        call: Call,
        from_: Text,
        to: Text,
        queue: Text = "",
        agent: Text = "",
        after: Text = "",
        limit: Annotated[int, Meta(ge=1, le=100)] = 25,
    ) -> AgentDays:
        """At most seven days, a page of agents by name."""
        period = period_of(from_, to, zone, longest_days=_LONGEST_ACTIVITY_DAYS)
        now = clock.now()
        records = await activity.records(
            call.principal,
            period.from_at,
            period.to_at,
            now,
            queue_id=queue,
            agent_id=agent,
            after=after,
            limit=limit + 1,
        )
        return AgentDays(
            from_at=period.from_at,
            to_at=period.to_at,
            as_of=now,
            time_zone=zone.key,
            items=tuple(agent_day(record, period.from_at, period.to_at, now) for record in records[:limit]),
            next=records[limit - 1].agent_id if len(records) > limit else None,
        )

    @made.op(
        "GET",
        "/api/v1/reports/staffing",
        Permission.READ_REPORTS,
        "How many agents a target needs (Erlang C)",
    )
    async def report_staffing(
        call: Call,  # noqa: ARG001 - the same for everybody
        calls_per_hour: Annotated[float, Meta(ge=0, le=1_000_000)],
        handle_s: Annotated[float, Meta(ge=1, le=86_400)],
        share: Annotated[float, Meta(gt=0, lt=1)] = 0.8,
        threshold_s: Annotated[float, Meta(ge=0, le=86_400)] = 20.0,
        shrinkage: Annotated[float, Meta(ge=0, lt=1)] = 0.3,
    ) -> Staffing:
        """P_w = n·B_n / (n − A(1 − B_n)); SL(T) = 1 − P_w·e^(−(n−A)T/h); roster = n / (1 − shrinkage)."""
        demand = Demand(
            calls_per_hour=calls_per_hour, handle_s=handle_s, share=share, threshold_s=threshold_s
        )
        needed = agents_needed(demand)
        return Staffing(
            load_erlang=demand.load,
            agents=needed,
            rostered=rostered(needed, shrinkage),
            items=tuple(
                _staffing_row(demand, agents, needed, shrinkage)
                for agents in range(max(1, needed - _AROUND[0]), needed + _AROUND[1] + 1)
            ),
        )

    @made.op(
        "GET",
        "/api/v1/reports/staffing/load",
        Permission.READ_REPORTS,
        "An hour of a queue, for the calculator",
    )
    async def report_staffing_load(
        call: Call, queue: Text, day: Text, hour: Annotated[int, Meta(ge=0, le=23)]
    ) -> StaffingLoad:
        """What came in, and how long it took: of the hour of that day, on the clock of the house."""
        try:
            found = await insight.queue(call.principal, QueueId(queue))
        except NotFound as unknown:
            raise Invalid("there is no such queue", field="queue", code="no_such_queue") from unknown
        from_at = _hour_of(day, hour, zone)
        wanted = LogFilter(
            queues=(found.id,),
            directions=(Direction.INBOUND,),
            from_at=from_at,
            to_at=from_at + timedelta(hours=1),
        )
        by_queue = await sums.sums(call.principal, wanted, GroupBy.QUEUE, clock.now())
        counted = by_queue.get(found.id, Sums())
        return StaffingLoad(
            calls_per_hour=counted.counts.offered,
            aht_s=counted.handle_us / 1_000_000 / counted.handled if counted.handled else None,
            offered=counted.counts.offered,
            handled=counted.handled,
            share=found.service_level.share,
            threshold_s=found.service_level.threshold_s,
        )

    return list(made)


class _Asked:
    """One report being made."""

    def __init__(
        self,
        sums: SumsStore,
        times: AgentTimes,
        principal: Principal,
        wanted: LogFilter,
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._sums = sums
        self._times = times
        self._principal = principal
        self._wanted = wanted
        self._zone = zone
        self._now = now

    async def report(
        self, period: Period, by: GroupBy, log: Mapping[str, str], names: Mapping[str, str]
    ) -> GroupedReport:
        earlier = before(period, self._zone)
        current, previous = await self._of(period, by), await self._of(earlier, by)
        worked, worked_before = await self._times_of(period, by), await self._times_of(earlier, by)
        if by in BY_TIME:
            items = self._by_time(period, earlier, Step(by.value), current, previous, log)
        else:
            rows = {*current, *previous, *(worked or ()), *(worked_before or ())} - {""}
            keys = sorted(rows, key=lambda key: (names.get(key, key).casefold(), key))
            items = [
                report_group(
                    current.get(key, Sums()),
                    previous.get(key, Sums()),
                    key=key,
                    label=names.get(key, key),
                    from_at=period.from_at,
                    to_at=period.to_at,
                    log={**log, by.value: key, **_span(period)},
                    times=_pair(worked, worked_before, key),
                )
                for key in keys
            ]
        return GroupedReport(
            by=by,
            time_zone=self._zone.key,
            from_at=period.from_at,
            to_at=period.to_at,
            before_from_at=earlier.from_at,
            before_to_at=earlier.to_at,
            as_of=self._now,
            total=report_group(
                sum(current.values(), Sums()),
                sum(previous.values(), Sums()),
                key="",
                label="",
                from_at=period.from_at,
                to_at=period.to_at,
                log={**log, **_span(period)},
                times=_pair(worked, worked_before),
            ),
            items=tuple(items),
            next=None,
        )

    async def _of(self, period: Period, by: GroupBy) -> Mapping[str, Sums]:
        wanted = replace(self._wanted, from_at=period.from_at, to_at=period.to_at)
        return await self._sums.sums(self._principal, wanted, by, self._now)

    async def _times_of(self, period: Period, by: GroupBy) -> Mapping[str, AgentTime] | None:
        """By agent; None where an occupancy is not defined: of some queues, channels or clients nobody is free."""
        if by is not GroupBy.AGENT or self._wanted.queues or self._wanted.channels or self._wanted.tags:
            return None
        found = await self._times.times(self._principal, period.from_at, period.to_at, self._now)
        chosen = self._wanted.agents
        return {agent: time for agent, time in found.items() if not chosen or agent in chosen}

    def _by_time(
        self,
        period: Period,
        earlier: Period,
        step: Step,
        current: Mapping[str, Sums],
        previous: Mapping[str, Sums],
        log: Mapping[str, str],
    ) -> list[ReportGroup]:
        pieces = buckets(period, step, self._zone)
        before_them = in_buckets(previous, buckets(earlier, step, self._zone))
        return [
            report_group(
                found,
                before_them[n] if n < len(before_them) else Sums(),
                key=piece.label,
                label=piece.label,
                from_at=piece.from_at,
                to_at=piece.to_at,
                log={**log, **_span(Period(from_at=piece.from_at, to_at=piece.to_at))},
            )
            for n, (piece, found) in enumerate(zip(pieces, in_buckets(current, pieces), strict=True))
        ]


def _pair(
    worked: Mapping[str, AgentTime] | None,
    before_that: Mapping[str, AgentTime] | None,
    key: str | None = None,
) -> tuple[AgentTime, AgentTime] | None:
    """The times of one agent, or of all."""
    if worked is None or before_that is None:
        return None
    if key is not None:
        return worked.get(key, AgentTime()), before_that.get(key, AgentTime())
    return sum(worked.values(), AgentTime()), sum(before_that.values(), AgentTime())


async def _names(insight: InsightStore, principal: Principal, by: GroupBy) -> Mapping[str, str]:
    if by not in {GroupBy.QUEUE, GroupBy.AGENT}:
        return {}
    floor = await insight.floor(principal)
    if by is GroupBy.QUEUE:
        return {queue.id: queue.name for queue in floor.queues}
    return {agent.id: agent.name for agent in floor.agents}


def _span(period: Period) -> dict[str, str]:
    return {"from": _written(period.from_at), "to": _written(period.to_at)}


def _written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _hour_of(day: str, hour: int, zone: ZoneInfo) -> datetime:
    begin = instant_of(day, zone, field="day").astimezone(zone)
    at = begin.replace(hour=hour).astimezone(ZoneInfo("UTC"))
    if at.astimezone(zone).hour != hour:
        raise Invalid("the clock of the house skips this hour on that day", field="hour", code="no_such_hour")
    return at


def _staffing_row(demand: Demand, agents: int, needed: int, shrinkage: float) -> StaffingRow:
    given = staffed(demand, agents)
    return StaffingRow(
        agents=agents,
        rostered=rostered(agents, shrinkage),
        service_level=given.service_level,
        wait_probability=given.wait_probability,
        asa_s=None if agents <= demand.load else given.asa_s,
        occupancy=given.occupancy,
        is_enough=agents >= needed,
    )
