"""How the hub itself is, for administrators."""

from typing import Final

from agent_console.operations import Call, Operation, Operations
from agent_console.status_bodies import (
    ChannelStatus,
    DatabaseStatus,
    DiskStatus,
    StatusView,
    UnsentReplies,
)
from hub.domain.access import Permission
from hub.ports.clock import Clock
from hub.ports.status import NodeStatus, StatusStore

LEAST_FREE_BYTES: Final = 1024**3
"""Below it a disk is low; `touchline doctor` warns at the same."""


def operations(*, stored: StatusStore, node: NodeStatus, clock: Clock) -> list[Operation]:
    """One operation."""
    made = Operations("status")

    @made.op("GET", "/api/v1/status", Permission.CONFIGURE, "How the hub is")
    async def show_status(call: Call) -> StatusView:
        """Of the process that answers: version, database, disk, sockets, channels, and what waits to go out."""
        own = await node.figures()
        kept = await stored.figures(call.principal.tenant_id)
        return StatusView(
            version=own.version,
            started_at=own.started_at,
            at=clock.now(),
            database=DatabaseStatus(kind=kept.kind, size_bytes=kept.size_bytes, weak=kept.weak),
            disk=DiskStatus(
                free_bytes=own.disk_free_bytes,
                total_bytes=own.disk_total_bytes,
                is_low=own.disk_free_bytes < LEAST_FREE_BYTES,
            ),
            lag_worst_ms=own.lag_worst_ms,
            lag_usual_ms=own.lag_usual_ms,
            agent_sockets=own.sockets.get("agent", 0),
            visitor_sockets=own.sockets.get("visitor", 0),
            channels=tuple(ChannelStatus(channel=name, state=state) for name, state in own.channels.items()),
            outbox=kept.outbox,
            unsent=tuple(
                UnsentReplies(channel=one.channel, count=one.count, oldest_at=one.oldest_at)
                for one in kept.unsent
            ),
            webhooks_waiting=kept.webhooks_waiting,
            webhooks_failing=kept.webhooks_failing,
        )

    return list(made)
