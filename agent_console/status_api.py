"""How the hub itself is, for administrators."""

from typing import Annotated

from msgspec import Meta

from agent_console.operations import Call, Operation, Operations
from agent_console.status_bodies import (
    ChannelStatus,
    DatabaseStatus,
    DiskStatus,
    ExaminedView,
    FindingView,
    PartPage,
    PartView,
    StatusView,
    UnsentReplies,
)
from hub.domain.access import Permission
from hub.ports.clock import Clock
from hub.ports.status import LEAST_FREE_BYTES, Examined, NodeStatus, PartChecks, StatusStore


def operations(*, stored: StatusStore, node: NodeStatus, parts: PartChecks, clock: Clock) -> list[Operation]:
    """The figures of the hub, and tests of its parts."""
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

    @made.op("GET", "/api/v1/status/parts", Permission.CONFIGURE, "Parts of the hub that can be tested")
    async def list_parts(call: Call) -> PartPage:
        """With what the last test of each found, if it was tested since the hub was started."""
        return PartPage(
            items=tuple(
                PartView(
                    part=one.part, state=one.state, latest=None if one.latest is None else _view(one.latest)
                )
                for one in parts.parts(call.principal.tenant_id)
            )
        )

    @made.op("POST", "/api/v1/status/parts/{part}/test", Permission.CONFIGURE, "Test a part of the hub")
    async def test_part(call: Call, part: Annotated[str, Meta(max_length=40)]) -> ExaminedView:
        """Within 12 s; 409 `check_running` while somebody else tests it."""
        return _view(await parts.examine(part, call.principal.tenant_id))

    return list(made)


def _view(examined: Examined) -> ExaminedView:
    return ExaminedView(
        at=examined.at,
        took_ms=examined.took_ms,
        findings=tuple(
            FindingView(
                health=one.health, code=one.code, values=dict(one.values), text=one.text, remedy=one.remedy
            )
            for one in examined.findings
        ),
    )
