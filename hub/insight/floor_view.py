"""What the wallboard shows and the agent socket carries: queues, agents, quarter hours, alarms. msgspec on the wire."""

from datetime import datetime
from typing import Literal

import msgspec

from hub.domain.agent import AgentState
from hub.domain.alarm import Alarm, AlarmKind


class FloorPart(msgspec.Struct, frozen=True, kw_only=True):
    """Base: immutable, fields by name."""


class FloorQueue(FloorPart, frozen=True, kw_only=True):
    """A queue: its line and staff now, its figures of today. `target_s` and `target_share` are its goal.

    `offered` counts passes that began today; `service_level` is the strict one, null while nothing counts.
    """

    id: str
    name: str
    waiting: int
    oldest_at: datetime | None
    ewt_s: float | None
    staffed: int
    available: int
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    asa_s: float | None
    aht_s: float | None
    target_s: float
    target_share: float


class FloorAgent(FloorPart, frozen=True, kw_only=True):
    """An agent, what they do since when, and how much of their attention is taken. `queues` are ids; `call` is what
    they do on the telephone since `call_since`, empty and null without a call."""

    id: str
    name: str
    state: AgentState
    pause_reason: str
    since: datetime
    load: int
    full: int
    queues: tuple[str, ...]
    call: Literal["", "ringing", "talking", "held"] = ""
    call_since: datetime | None = None


class FloorQuarter(FloorPart, frozen=True, kw_only=True):
    """A quarter hour of a queue, by when passes began; `waiting` at its end (of the running one: see the queue)."""

    queue_id: str
    at: datetime
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    waiting: int


class AlarmView(FloorPart, frozen=True, kw_only=True):
    """An alarm; `threshold` and `value` are a count, seconds, or a share, by `kind`."""

    id: str
    queue_id: str
    queue: str
    kind: AlarmKind
    threshold: float
    value: float
    raised_at: datetime
    ended_at: datetime | None
    acked_at: datetime | None
    acked_by: str


class PopView(FloorPart, frozen=True, kw_only=True):
    """Touch received → card sent, in milliseconds, of the last offers."""

    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


class FloorView(FloorPart, frozen=True, kw_only=True):
    """Everything a wallboard shows. The day is [from_at, to_at) in the hub's zone."""

    queues: tuple[FloorQueue, ...]
    agents: tuple[FloorAgent, ...]
    quarters: tuple[FloorQuarter, ...]
    alarms: tuple[AlarmView, ...]
    pop: PopView
    from_at: datetime
    to_at: datetime
    at: datetime


def alarm_view(alarm: Alarm, queue: str) -> AlarmView:
    """What people see of an alarm."""
    return AlarmView(
        id=alarm.id,
        queue_id=alarm.queue_id,
        queue=queue,
        kind=alarm.kind,
        threshold=alarm.threshold,
        value=alarm.value,
        raised_at=alarm.raised_at,
        ended_at=alarm.ended_at,
        acked_at=alarm.acked_at,
        acked_by=alarm.acked_name,
    )
