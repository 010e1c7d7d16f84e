"""What the keeper of promised calls asks of the store."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from hub.domain.callback import Callback
from hub.domain.ids import TenantId
from hub.ports.store import UnitOfWork


class CallbackStore(Protocol):
    """The store of promised calls."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work, as for intake."""
        ...

    async def due_callbacks(self, tenant_id: TenantId, now: datetime, *, limit: int) -> list[Callback]:
        """Promised for `now` or before, and not in the line yet; the oldest first."""
        ...
