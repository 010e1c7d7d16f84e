"""Every figure of a simulated day equals what somebody comes to who looks at each second of it.

The day is made from a seed: all outcomes, calls and chats, agents who come, pause and go. The brute force below
knows the passes only as lists of seconds and shares nothing with the code it checks. Two of the days have 23 and
25 hours.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_store.activity import SqlActivity
from crm_store.agent_time import SqlAgentTimes
from crm_store.insight import SqlInsight
from crm_store.report_sums import SqlSums
from hub.domain.access import Role
from hub.domain.agent import Media, Wish
from hub.domain.segment import SegmentKind
from hub.domain.text_times import ClockKind
from hub.domain.work import WorkItem, WorkState
from hub.insight.activity import agent_day
from hub.insight.grouped import AgentTime, GroupBy, ReportGroup, Sums, in_buckets, report_group
from hub.insight.log import LogFilter
from hub.insight.periods import Period, Step, buckets
from hub.insight.reports import queue_report
from hub.insight.wait import estimated_wait_s
from hub.ports.insight import RecentAnswer
from tests.contracts.made_day import Day, lived
from tests.stores import House

DAYS = [
    ("Europe/Berlin", date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2026, 10, 25), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Asia/Kathmandu", date(2026, 5, 5), 24),
]
SECOND = timedelta(seconds=1)
WAYS_OUT = {WorkState.FLOWED_OUT, WorkState.CANCELLED}
HANDLING = {SegmentKind.TALK, SegmentKind.TEXT, SegmentKind.WRAP_UP, SegmentKind.HOLD}
COUNTED = ("offered", "answered", "abandoned", "short_abandon", "flowed_out", "callback", "still_waiting")
# --- the brute force: seconds only ---


def seconds_between(begin: datetime, end: datetime) -> int:
    """Counted, not subtracted."""
    count, at = 0, begin
    while at < end:
        count, at = count + 1, at + SECOND
    return count


def brute_counts(day: Day, items: Sequence[WorkItem]) -> Counter[str]:
    target = {queue.id: queue.service_level for queue in day.queues}
    found: Counter[str] = Counter()
    for item in items:
        found["offered"] += 1
        answered = item.answered_at is not None
        until = item.answered_at or item.ended_at
        waited = seconds_between(item.first_queued_at, until) if until else None
        in_time = waited is not None and waited <= target[item.queue_id].threshold_s
        if answered:
            found["answered"] += 1
            found["wait"] += waited or 0
            found["answered_in_time"] += in_time
        elif item.state is WorkState.ABANDONED:
            assert waited is not None
            found["abandoned"] += 1
            found["abandoned_in_time"] += in_time
            found["short_abandon"] += waited < target[item.queue_id].short_abandon_s
        elif item.state in WAYS_OUT:
            found["flowed_out"] += 1
        elif item.state is WorkState.CALLBACK:
            found["callback"] += 1
            found["callback_in_time"] += in_time
        else:
            found["still_waiting"] += 1
        if answered and item.ended_at is not None:
            found["handled"] += 1
            found["handle"] += sum(
                seconds_between(s.started_at, s.ended_at)
                for s in day.made.segments
                if s.work_item_id == item.id and s.kind in HANDLING
            )
    return found


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def brute_figures(n: Counter[str]) -> dict[str, float | None]:
    answered, abandoned, short = n["answered"], n["abandoned"], n["short_abandon"]
    good, flowed = n["answered_in_time"], n["flowed_out"]
    return {
        **{name: n[name] for name in COUNTED},
        "abandonment_rate": share(abandoned, n["offered"]),
        "asa": share(n["wait"], answered),
        "aht": share(n["handle"], n["handled"]),
        "strict": share(good, n["offered"] - short),
        "every_abandon": share(good, n["offered"]),
        "genesys": share(good, answered + abandoned),
        "genesys_with_flow_out": share(good, answered + abandoned + flowed),
        "genesys_without_short": share(good, answered + abandoned - short),
        "genesys_with_flow_out_without_short": share(good, answered + abandoned + flowed - short),
        "connect": share(good + n["abandoned_in_time"] + n["callback_in_time"], n["offered"]),
        "asterisk": share(good, answered),
        "asterisk2": share(good + n["abandoned_in_time"], answered + abandoned),
    }  # fmt: skip


def told(group: ReportGroup) -> dict[str, float | None]:
    figures = {f.name: f.value for f in (*group.figures, *group.service_levels)}
    for of_ratings in ("csat", "csat_mean", "response_rate"):
        figures.pop(of_ratings)
    for clock in ClockKind:  # no queue of these days has such times
        assert figures.pop(f"late_{clock.value}") == 0
    return figures


def shown(sums: Sums, day: Day) -> ReportGroup:
    return report_group(sums, Sums(), key="", label="", from_at=day.begin, to_at=day.end, log={})


@pytest.mark.parametrize(("zone_name", "on", "hours"), DAYS)
async def test_a_day_by_hour_queue_agent_and_channel(
    house: House, zone_name: str, on: date, hours: int
) -> None:
    zone = ZoneInfo(zone_name)
    day = await lived(house, zone, on, seed=hours)
    manager = house.somebody(Role.MANAGER)
    wanted = LogFilter(from_at=day.begin, to_at=day.end)
    store = SqlSums(house.store)

    # by hour: the hours a clock on the wall shows, told apart by their offset where one comes twice
    pieces = buckets(Period(from_at=day.begin, to_at=day.end), Step.HOUR, zone)
    in_hours = in_buckets(await store.sums(manager, wanted, GroupBy.HOUR, day.now), pieces)
    by_clock: dict[str, list[WorkItem]] = {}
    at = day.begin
    while at < day.end:
        by_clock.setdefault(_on_the_wall(at, zone), [])
        at += SECOND * 60
    for item in day.made.items:
        by_clock[_on_the_wall(item.first_queued_at, zone)].append(item)
    assert len(pieces) == len(by_clock) == hours
    for piece, sums in zip(pieces, in_hours, strict=True):
        items = by_clock[_on_the_wall(piece.from_at, zone)]
        assert told(shown(sums, day)) == brute_figures(brute_counts(day, items)), piece.label

    total = sum(in_hours, Sums())
    everything = brute_figures(brute_counts(day, day.made.items))
    assert told(shown(total, day)) == everything
    c = total.counts
    assert c.offered == c.answered + c.abandoned + c.flowed_out + c.callback + c.still_waiting
    assert all(value is not None and value > 0 for value in everything.values())

    for by, key in (
        (GroupBy.QUEUE, lambda i: i.queue_id),
        (GroupBy.AGENT, lambda i: i.agent_id or ""),
        (GroupBy.CHANNEL, lambda i: i.channel),
    ):
        grouped = await store.sums(manager, wanted, by, day.now)
        keys = {key(item) for item in day.made.items}
        assert set(grouped) == keys
        for name in keys:
            items = [item for item in day.made.items if key(item) == name]
            assert told(shown(grouped[name], day)) == brute_figures(brute_counts(day, items))


def _on_the_wall(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H %z")


@pytest.mark.parametrize(("zone_name", "on", "hours"), DAYS[1:2] + DAYS[4:])
async def test_occupancy_and_slots_by_looking_at_each_second(
    house: House, zone_name: str, on: date, hours: int
) -> None:
    day = await lived(house, ZoneInfo(zone_name), on, seed=7 + hours)
    manager = house.somebody(Role.MANAGER)
    insight = SqlInsight(house.store)
    length = seconds_between(day.begin, day.end)
    assert length == hours * 3600
    with_work = idle = busy_slots = slots = 0
    by_agent: dict[str, tuple[int, int, int, int]] = {}
    afternoon = length // 2
    from_noon: dict[str, tuple[int, int]] = {}
    for agent in day.agents:
        busy, texts = [0] * length, [0] * length
        for segment in day.made.segments:
            if segment.agent_id == agent.id and segment.kind in HANDLING:
                for second in range(_second(day, segment.started_at), _second(day, segment.ended_at)):
                    if second < length:
                        busy[second] = 1
                        texts[second] += segment.kind is SegmentKind.TEXT
        # what goes on still: assigned or wrapping up until now
        for item in day.made.items:
            if item.agent_id == agent.id and item.state in {WorkState.ASSIGNED, WorkState.WRAP_UP}:
                for second in range(max(0, _second(day, item.state_at)), length):
                    busy[second] = 1
                    texts[second] += item.state is WorkState.ASSIGNED and item.media is not Media.VOICE
        there, paused, wish, present = [0] * length, [0] * length, Wish.OFFLINE, False
        lines = iter([*day.log[agent.id], (day.end + SECOND, Wish.OFFLINE, False)])
        following = next(lines)
        for second in range(length):
            while following[0] <= day.begin + SECOND * second:
                (_, wish, present), following = following, next(lines)
            there[second] = present and wish is Wish.AVAILABLE
            paused[second] = present and wish is Wish.PAUSED
        with_work += sum(busy)
        own_idle = sum(t and not b for t, b in zip(there, busy, strict=True))
        idle += own_idle
        busy_slots += sum(texts)
        slots += sum(there) * agent.capacity.chat
        by_agent[agent.id] = (sum(there), sum(paused), sum(busy), own_idle)
        either = [b or t for t, b in zip(there, busy, strict=True)]
        from_noon[agent.id] = (sum(busy[afternoon:]), sum(either[afternoon:]))

    report = await queue_report(insight, manager, day.queues[0].id, day.begin, day.end, day.now)
    figures = {figure.name: figure.value for figure in report.figures}
    assert figures["occupancy"] == with_work / (with_work + idle)
    assert figures["slot_utilisation"] == busy_slots / slots

    # the report by agent adds the same up in the database, and cuts a day where it is told to
    times = SqlAgentTimes(house.store)
    whole = await times.times(manager, day.begin, day.end, day.now)
    assert {agent_id: (t.work_us, t.work_or_free_us) for agent_id, t in whole.items()} == {
        agent_id: (busy * 1_000_000, (busy + free) * 1_000_000)
        for agent_id, (_, _, busy, free) in by_agent.items()
    }
    noon = day.begin + afternoon * SECOND
    half = await times.times(manager, noon, day.end + 9 * SECOND, day.end)
    assert {agent_id: (t.work_us, t.work_or_free_us) for agent_id, t in half.items()} == {
        agent_id: (busy * 1_000_000, either * 1_000_000) for agent_id, (busy, either) in from_noon.items()
    }
    of_all = sum(whole.values(), AgentTime())
    shown_row = report_group(
        Sums(),
        Sums(),
        key="",
        label="",
        from_at=day.begin,
        to_at=day.end,
        log={},
        times=(of_all, AgentTime()),
    )
    (row,) = (figure for figure in shown_row.figures if figure.name == "occupancy")
    assert (row.value, row.before, row.rows) == (with_work / (with_work + idle), None, None)
    team = house.somebody(Role.SUPERVISOR, house.a_queue("elsewhere").id)
    assert await times.times(team, day.begin, day.end, day.now) == {}

    records = await SqlActivity(house.store).records(
        manager, day.begin, day.end, day.now, queue_id="", agent_id="", after="", limit=10
    )
    assert [record.agent_id for record in records] == [agent.id for agent in day.agents]
    for record in records:
        shown_day = agent_day(record, day.begin, day.end, day.now)
        available, paused_s, busy_s, idle_s = by_agent[record.agent_id]
        assert (shown_day.available_s, shown_day.paused_s) == (available, paused_s)
        assert (shown_day.busy_s, shown_day.idle_s) == (busy_s, idle_s)
        assert shown_day.present_s == available + paused_s
        assert shown_day.occupancy == share(busy_s, busy_s + idle_s)
        assert sum(seconds_between(s.from_at, s.to_at) for s in shown_day.states) == length


def _second(day: Day, at: datetime) -> int:
    return round((at - day.begin).total_seconds())


@pytest.mark.parametrize("seed", range(5))
def test_the_estimated_wait_by_looking_at_each_second(seed: int) -> None:
    chance = random.Random(seed)
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    answers = []
    for _ in range(chance.randrange(3, 25)):
        answered = now - timedelta(seconds=chance.randrange(1, 1_700))
        queued = answered - timedelta(seconds=chance.randrange(0, 400))
        answers.append(RecentAnswer(queue_id=House.__name__, first_queued_at=queued, answered_at=answered))  # type: ignore[arg-type]
    waiting_since = chance.choice([None, now - timedelta(seconds=chance.randrange(1, 900))])
    place = chance.randrange(1, 9)

    recent = sorted(answers, key=lambda a: a.answered_at)
    somebody = 0
    at = recent[0].answered_at
    while at < now:
        waits = any(a.first_queued_at <= at < a.answered_at for a in recent[1:])
        somebody += waits or (waiting_since is not None and waiting_since <= at)
        at += SECOND
    expected = place * somebody / (len(recent) - 1)
    assert estimated_wait_s(answers, waiting_since, place, now) == pytest.approx(expected)
