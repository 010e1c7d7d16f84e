"""What an agent is told of their own day."""

from datetime import datetime

from agent_console.bodies import FigureView
from hub.desk.views import View
from hub.insight.activity import PauseSum


class MyDay(View, frozen=True, kw_only=True):
    """Today in the time zone of the house, as far as it has come by `as_of`."""

    from_at: datetime
    to_at: datetime
    as_of: datetime
    time_zone: str
    figures: tuple[FigureView, ...]
    pauses: tuple[PauseSum, ...]
