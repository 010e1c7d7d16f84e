"""Bodies of the log: what comes in, what goes out."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from agent_console.bodies import Answer, Body, Short
from hub.insight.log import LogRow
from hub.insight.views import LogView


class HouseTime(Answer, frozen=True, kw_only=True):
    """The zone in which days and hours of the house are counted, and what time it is."""

    time_zone: str
    now: datetime


class LogTagList(Answer, frozen=True, kw_only=True):
    """Tags as they are written on cards, by name."""

    items: tuple[str, ...]
    next: str | None


class LogPassList(Answer, frozen=True, kw_only=True):
    """All passes of one interaction, in order."""

    items: tuple[LogRow, ...]
    next: str | None


class LogViewList(Answer, frozen=True, kw_only=True):
    """Views one may use. `may_share` says how far one may share: empty, `team` or `house`."""

    items: tuple[LogView, ...]
    next: str | None
    may_share: str


class SaveLogView(Body, frozen=True, kw_only=True):
    """A filter with a name; one's own of that name is replaced."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    query: Annotated[str, Meta(max_length=2_000)] = ""
    shared: Literal["", "team", "house"] = ""


class ForgetLogView(Body, frozen=True, kw_only=True):
    """The name of one's own view."""

    name: Short
