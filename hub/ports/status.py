"""What is asked about a running hub itself: its database, what waits to go out, and this process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.domain.ids import TenantId

LEAST_FREE_BYTES = 1024**3
"""Below it a disk is low."""


class Health(StrEnum):
    """How a part is. Only `fail` keeps a hub from working."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about one part, in words of the command line; `remedy` is empty when nothing needs to be done.

    `code` and `values` say the same to whoever speaks another language; `values` is never a secret.
    """

    health: Health
    part: str
    text: str
    remedy: str = ""
    code: str = ""
    values: Mapping[str, str | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A part, looked at: what was found, when, and how long that took."""

    part: str
    findings: tuple[Finding, ...]
    at: datetime
    took_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStatus:
    """A part that can be tested. `state` is that of a channel, None for what is none; `latest` its last test."""

    part: str
    state: "ChannelState | None"
    latest: Examined | None


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


class PartChecks(Protocol):
    """The parts that can be tested."""

    def parts(self, tenant_id: TenantId) -> Sequence[PartStatus]:
        """All of them, in their order."""
        ...

    async def examine(self, part: str, tenant_id: TenantId) -> Examined:
        """Test one, within a deadline. Raises NotFound, Conflict (`check_running`) while it is being tested."""
        ...
