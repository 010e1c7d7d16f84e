"""An agent's own day: every figure equals what looking at each second gives, and nobody sees another's."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from crm_store.mapping import reservation_row, us
from crm_store.my_day import SqlMyDay
from crm_store.rows.history import reservations, segments
from hub.domain.access import Role
from hub.domain.agent import Agent, Media, Wish
from hub.domain.errors import Forbidden
from hub.domain.ids import ReservationId
from hub.domain.reservation import Reservation, ReservationState
from hub.domain.segment import SegmentKind
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.insight.my_day import own_day
from tests.contracts.made_day import Day, lived
from tests.stores import House

ZONE, ON = ZoneInfo("Europe/Berlin"), date(2026, 10, 25)
HANDLING = {SegmentKind.TALK, SegmentKind.TEXT, SegmentKind.WRAP_UP, SegmentKind.HOLD}


def seconds_of(day: Day, begin: datetime, end: datetime) -> range:
    """The seconds of the day in [begin, end), numbered."""
    length = round((day.end - day.begin).total_seconds())
    first, last = (round((at - day.begin).total_seconds()) for at in (begin, end))
    return range(max(0, first), min(length, last))


def worked(day: Day, agent: Agent, *kinds: SegmentKind) -> set[int]:
    """The seconds in which the agent did one of these, what goes on still included."""
    found: set[int] = set()
    for segment in day.made.segments:
        if segment.agent_id == agent.id and segment.kind in kinds:
            found.update(seconds_of(day, segment.started_at, segment.ended_at))
    for item in day.made.items:
        if item.agent_id == agent.id and item.state in {WorkState.ASSIGNED, WorkState.WRAP_UP}:
            kind = SegmentKind.TALK if item.media is Media.VOICE else SegmentKind.TEXT
            if (kind if item.state is WorkState.ASSIGNED else SegmentKind.WRAP_UP) in kinds:
                found.update(seconds_of(day, item.state_at, day.end))
    return found


def stood(day: Day, agent: Agent, state: str) -> set[int]:
    """The seconds in that state."""
    lines, found = day.log[agent.id], set[int]()
    for n, (at, wish, present) in enumerate(lines):
        until = lines[n + 1][0] if n + 1 < len(lines) else day.end
        if (wish.value if present else "offline") == state:
            found.update(seconds_of(day, at, until))
    return found


async def offered(day: Day, agent: Agent, at: datetime, state: ReservationState) -> None:
    """An offer to the agent that ended so, of work that somebody had."""
    item = day.made.items[0]
    end = at + timedelta(seconds=9)
    made = Reservation(
        id=ReservationId(new_id()),
        tenant_id=day.house.tenant_id,
        work_item_id=item.id,
        interaction_id=item.interaction_id,
        queue_id=item.queue_id,
        agent_id=agent.id,
        state=state,
        epoch=1,
        offered_at=at,
        expires_at=end,
        ended_at=end,
    )
    async with day.house.database.transaction() as wire:
        await wire.insert(reservations, [reservation_row(made)])
        await wire.insert(
            segments,
            [
                (
                    made.tenant_id,
                    item.interaction_id,
                    item.id,
                    item.queue_id,
                    agent.id,
                    "alert",
                    us(at),
                    us(end),
                ),
            ],
        )


async def test_each_figure_of_the_day_by_looking_at_each_second(house: House) -> None:
    day = await lived(house, ZONE, ON, seed=11)
    anna, boris, _ = day.agents
    noon = day.begin + timedelta(hours=12, microseconds=1)
    for n, state in enumerate(
        [
            ReservationState.DECLINED,
            ReservationState.EXPIRED,
            ReservationState.EXPIRED,
            ReservationState.WITHDRAWN,
        ]
    ):
        await offered(day, anna, noon + timedelta(minutes=n), state)
    await offered(day, boris, noon + timedelta(hours=1), ReservationState.DECLINED)
    await offered(day, anna, day.end + timedelta(minutes=1), ReservationState.DECLINED)

    for agent in day.agents:
        own = await SqlMyDay(house.store).own(house.as_(agent), day.begin, day.end, day.now)
        told = own_day(own, day.begin, day.end, day.now)
        figures = {figure.name: figure.value for figure in told.figures}
        over = [i for i in day.made.items if i.agent_id == agent.id and i.answered_at and i.ended_at]
        ids = {item.id for item in over}
        handle_s = sum(
            (s.ended_at - s.started_at).total_seconds()
            for s in day.made.segments
            if s.work_item_id in ids and s.kind in HANDLING
        )
        busy, there = worked(day, agent, *HANDLING), stood(day, agent, "available")
        assert figures == {
            "handled": len(over),
            "started": 0,
            "aht": handle_s / len(over),
            "text": len(worked(day, agent, SegmentKind.TEXT)),
            "wrap_up": len(worked(day, agent, SegmentKind.WRAP_UP)),
            "occupancy": len(busy) / len(busy | there),
            "declined": {anna.id: 1, boris.id: 1}.get(agent.id, 0),
            "missed": 2 if agent is anna else 0,
            "available": len(there),
            "paused": len(stood(day, agent, Wish.PAUSED.value)),
            "offline": len(stood(day, agent, "offline")),
        }
        assert sum(pause.seconds for pause in told.day.pauses) == figures["paused"]
        assert all(figure.formula for figure in told.figures)


async def test_a_day_without_anything_has_no_averages_and_is_no_error(house: House) -> None:
    anna = await house.hire("Anna")
    now = house.clock.now()
    own = await SqlMyDay(house.store).own(house.as_(anna), now, now + timedelta(days=1), now)
    figures = {f.name: f.value for f in own_day(own, now, now + timedelta(days=1), now).figures}
    assert (figures["handled"], figures["aht"], figures["occupancy"], figures["missed"]) == (0, None, None, 0)


async def test_only_agents_have_a_day_of_their_own(house: House) -> None:
    now = house.clock.now()
    with pytest.raises(Forbidden):
        await SqlMyDay(house.store).own(house.somebody(Role.MANAGER), now, now, now)
