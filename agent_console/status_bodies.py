"""Bodies of the hub's status: this process, its database, and what waits to go out."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer
from hub.ports.status import ChannelState, Health


class UnsentReplies(Answer, frozen=True, kw_only=True):
    """Replies of one channel that are committed and not sent yet."""

    channel: str
    count: int
    oldest_at: datetime


class ChannelStatus(Answer, frozen=True, kw_only=True):
    """`live`, `down`, or `off` by the settings."""

    channel: str
    state: str


class DatabaseStatus(Answer, frozen=True, kw_only=True):
    """`weak` names each setting that could lose what was acknowledged, with its value; empty when there is none."""

    kind: str
    size_bytes: int
    weak: tuple[str, ...]


class DiskStatus(Answer, frozen=True, kw_only=True):
    """The disk of the data folder. `is_low`: under 1 GiB is free."""

    free_bytes: int
    total_bytes: int
    is_low: bool


class StatusView(Answer, frozen=True, kw_only=True):
    """How the hub is. The lag of the event loop is of the last minute."""

    version: str
    started_at: datetime
    at: datetime
    database: DatabaseStatus
    disk: DiskStatus
    lag_worst_ms: float
    lag_usual_ms: float
    agent_sockets: int
    visitor_sockets: int
    channels: tuple[ChannelStatus, ...]
    outbox: Annotated[int, Meta(description="Committed news that the other parts have not been told yet")]
    unsent: tuple[UnsentReplies, ...]
    webhooks_waiting: int
    webhooks_failing: int


class FindingView(Answer, frozen=True, kw_only=True):
    """What a test found: `text` and `remedy` (empty when nothing needs to be done) in English, `code` and `values`
    for whoever speaks another language."""

    health: Health
    code: str
    values: dict[str, str | float]
    text: str
    remedy: str


class ExaminedView(Answer, frozen=True, kw_only=True):
    """A test of one part: when it ended, how long it took, what it found."""

    at: datetime
    took_ms: float
    findings: tuple[FindingView, ...]


class PartView(Answer, frozen=True, kw_only=True):
    """A part that can be tested. `state` (`live`, `down`, `off`) is a channel's, null for what is none."""

    part: str
    state: ChannelState | None
    latest: ExaminedView | None


class PartPage(Answer, frozen=True, kw_only=True):
    """All parts, the channels last."""

    items: tuple[PartView, ...]
