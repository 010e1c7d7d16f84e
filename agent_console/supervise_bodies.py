"""Bodies of supervision, handing over and consults."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Id
from hub.insight.floor_view import AlarmView

Reason = Annotated[str, Meta(max_length=200)]
Words = Annotated[str, Meta(min_length=1, max_length=1_000)]


class Reassign(Body, frozen=True, kw_only=True):
    """To whom the work goes. `override` gives it although the agent is full, paused, or of another queue."""

    agent_id: Id
    override: bool = False
    note: Reason = ""


class Prioritise(Body, frozen=True, kw_only=True):
    """The priority of waiting work: one step is worth 30 s of waiting. `first` puts it before everybody instead."""

    priority: Annotated[int, Meta(ge=-1_000, le=1_000)] = 0
    first: bool = False
    reason: Reason = ""


class PullOut(Body, frozen=True, kw_only=True):
    """Why waiting work leaves its line, and the queue it goes to; without one the engagement ends."""

    reason: Annotated[str, Meta(min_length=1, max_length=200)]
    queue_id: Id | None = None


class BackToQueue(Body, frozen=True, kw_only=True):
    """Why held work goes back to its line."""

    reason: Reason = ""


class AgentWish(Body, frozen=True, kw_only=True):
    """What an agent is to be: `available`, `paused` (with a reason) or `offline`."""

    state: Annotated[str, Meta(max_length=20)]
    reason: Reason = ""


class Message(Body, frozen=True, kw_only=True):
    """A short word that stays at the desk until it is read."""

    text: Words


class AlarmRulesBody(Body, frozen=True, kw_only=True):
    """Thresholds of a queue; null is no alarm. `version` is the one that was read."""

    waiting_over: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    oldest_over_s: Annotated[float, Meta(ge=1, le=604_800)] | None = None
    level_below: Annotated[float, Meta(ge=0, le=1)] | None = None
    nobody_available: bool = False
    version: Annotated[int, Meta(ge=0)] = 0


class AlarmRulesView(Answer, frozen=True, kw_only=True):
    """The thresholds of a queue as they are."""

    queue_id: str
    queue: str
    waiting_over: int | None
    oldest_over_s: float | None
    level_below: float | None
    nobody_available: bool
    version: int


class AlarmRulesPage(Answer, frozen=True, kw_only=True):
    """Those of every queue in reach."""

    items: tuple[AlarmRulesView, ...]
    next: str | None


class AlarmPage(Answer, frozen=True, kw_only=True):
    """A page of alarms, the newest first. `next` goes into `?after=`."""

    items: tuple[AlarmView, ...]
    next: str | None


class AgentTransfer(Body, frozen=True, kw_only=True):
    """To which agent the work goes, with a note; declined or not answered it waits in the queue."""

    agent_id: Id
    note: Annotated[str, Meta(max_length=8_000)] = ""


class Ask(Body, frozen=True, kw_only=True):
    """Which colleague is asked, and what."""

    agent_id: Id
    question: Words


class HandingAgent(Answer, frozen=True, kw_only=True):
    """Somebody work can be handed to or who can be asked. `is_free`: there, not paused, with room for a chat."""

    id: str
    name: str
    state: str
    pause_reason: str
    is_there: bool
    is_free: bool
    queues: tuple[str, ...]


class HandingPage(Answer, frozen=True, kw_only=True):
    """Colleagues who share a queue, those who are free first."""

    items: tuple[HandingAgent, ...]
    next: str | None
