"""The part of a unit of work that keeps promised calls."""

from datetime import datetime

from crm_store.callback_mapping import callback_of, callback_row
from crm_store.instants import to_us
from crm_store.mapping import columns
from crm_store.rows.webchat import callbacks
from crm_store.unit_reads import UnitReads
from hub.domain.callback import Callback
from hub.domain.ids import InteractionId

_CALLBACK = columns(callbacks)


class UnitCallbacks(UnitReads):
    """See hub/ports/store.py."""

    async def add_callback(self, callback: Callback) -> None:
        await self._wire.insert(callbacks, [callback_row(callback)])

    async def callback_of(self, interaction_id: InteractionId) -> Callback | None:
        rows = await self._wire.fetch(
            f"SELECT {_CALLBACK} FROM callbacks WHERE tenant_id = $1 AND interaction_id = $2"
            " ORDER BY created_at LIMIT 1",
            self._tenant,
            interaction_id,
        )
        return callback_of(rows[0]) if rows else None

    async def callback_queued(self, callback_id: str, at: datetime) -> bool:
        touched = await self._wire.execute(
            "UPDATE callbacks SET queued_at = $1 WHERE tenant_id = $2 AND id = $3 AND queued_at IS NULL",
            to_us(at),
            self._tenant,
            callback_id,
        )
        return touched == 1
