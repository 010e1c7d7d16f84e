"""An agent's own day, for that agent alone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from agent_console.bodies import FigureView
from agent_console.my_day_bodies import MyDay
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission
from hub.insight.my_day import MyDayStore, own_day
from hub.insight.periods import midnight
from hub.ports.clock import Clock


def operations(*, days: MyDayStore, clock: Clock, zone: ZoneInfo) -> list[Operation]:
    """What agents read about themselves."""
    made = Operations("desk")

    @made.op("GET", "/api/v1/agents/me/day", Permission.SET_OWN_STATE, "The figures of one's own day")
    async def show_my_day(call: Call) -> MyDay:
        """Today in the time zone of the house, each figure with its formula; the reports show the same."""
        now = clock.now()
        today = now.astimezone(zone).date()
        from_at, to_at = midnight(today, zone), midnight(today + timedelta(days=1), zone)
        shown = own_day(await days.own(call.principal, from_at, to_at, now), from_at, to_at, now)
        return MyDay(
            from_at=from_at,
            to_at=to_at,
            as_of=now,
            time_zone=zone.key,
            figures=tuple(
                FigureView(name=f.name, value=f.value, unit=f.unit, formula=f.formula) for f in shown.figures
            ),
            pauses=shown.day.pauses,
        )

    return list(made)
