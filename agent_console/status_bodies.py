"""Bodies of the hub's status: this process, its database, and what waits to go out."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer


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
