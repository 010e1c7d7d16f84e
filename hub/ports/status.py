"""What is asked about a running hub itself: its database, what waits to go out, and this process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.domain.ids import TenantId


class ChannelState(StrEnum):
    """Whether a channel takes and sends now. `off` is by the settings, `down` is not."""

    LIVE = "live"
    DOWN = "down"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """Replies of one channel that are committed and not sent yet, and since when the oldest waits."""

    channel: str
    count: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFigures:
    """The database, and what waits in it. `weak` names settings that could lose what was acknowledged."""

    kind: str
    size_bytes: int
    weak: tuple[str, ...] = ()
    outbox: int
    unsent: tuple[Unsent, ...] = ()
    webhooks_waiting: int
    webhooks_failing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFigures:
    """This process. The lag is the event loop's: the worst of the last minute, and the usual one."""

    version: str
    started_at: datetime
    disk_free_bytes: int
    disk_total_bytes: int
    lag_worst_ms: float
    lag_usual_ms: float
    sockets: Mapping[str, int] = field(default_factory=dict)
    channels: Mapping[str, ChannelState] = field(default_factory=dict)


class StatusStore(Protocol):
    """The database about itself."""

    async def figures(self, tenant_id: TenantId) -> StoreFigures:
        """As they are now. Raises Unavailable."""
        ...


class NodeStatus(Protocol):
    """The process about itself."""

    async def figures(self) -> NodeFigures:
        """As they are now."""
        ...
