"""Calls that clients were promised."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from crm_store.callback_mapping import callback_of
from crm_store.instants import to_us
from crm_store.mapping import columns
from crm_store.rows.webchat import callbacks
from crm_store.store import Store
from crm_store.unit_of_work import Unit
from hub.domain.callback import Callback
from hub.domain.ids import TenantId

_CALLBACK = columns(callbacks)


class PromisedCalls:
    """CallbackStore of hub/ports/store.py."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Unit]:
        """See the port."""
        return self._store.unit(tenant_id)

    async def due_callbacks(self, tenant_id: TenantId, now: datetime, *, limit: int) -> list[Callback]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_CALLBACK} FROM callbacks WHERE tenant_id = $1 AND queued_at IS NULL AND due_at <= $2"
                " ORDER BY due_at LIMIT $3",
                tenant_id,
                to_us(now),
                limit,
            )
        return [callback_of(r) for r in rows]
