"""The database about itself: its size, whether its settings keep what was acknowledged, and what waits in it."""

from crm_store.engine import Database
from crm_store.instants import from_us
from hub.domain.ids import TenantId
from hub.ports.status import StoreFigures, Unsent

_UNSENT = (
    "SELECT channel, count(*), min(at) FROM touches"
    " WHERE tenant_id = $1 AND delivery IN ('queued', 'sending') GROUP BY channel ORDER BY channel"
)
_WEBHOOKS_WAITING = "SELECT count(*) FROM webhook_deliveries WHERE tenant_id = $1 AND state = 'waiting'"
_WEBHOOKS_FAILING = "SELECT count(*) FROM webhooks WHERE tenant_id = $1 AND failing_since IS NOT NULL"


class SqlStatus:
    """`StatusStore` of hub/ports/status.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def figures(self, tenant_id: TenantId) -> StoreFigures:
        """See the port. The outbox is the whole hub's, the other figures are the tenant's."""
        database = self._database
        weak = await database.weak_settings()
        async with database.snapshot() as wire:
            if database.is_sqlite:
                ((pages,),) = await wire.fetch("PRAGMA page_count")
                ((page_bytes,),) = await wire.fetch("PRAGMA page_size")
                size_bytes = int(pages) * int(page_bytes)
            else:
                ((size_bytes,),) = await wire.fetch("SELECT pg_database_size(current_database())")
            ((outbox,),) = await wire.fetch("SELECT count(*) FROM outbox")
            unsent = await wire.fetch(_UNSENT, tenant_id)
            ((waiting,),) = await wire.fetch(_WEBHOOKS_WAITING, tenant_id)
            ((failing,),) = await wire.fetch(_WEBHOOKS_FAILING, tenant_id)
        return StoreFigures(
            kind="sqlite" if database.is_sqlite else "postgresql",
            size_bytes=int(size_bytes),
            weak=weak,
            outbox=outbox,
            unsent=tuple(Unsent(channel=c, count=n, oldest_at=from_us(at)) for c, n, at in unsent),
            webhooks_waiting=waiting,
            webhooks_failing=failing,
        )
