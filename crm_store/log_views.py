"""Saved views of the log in SQL: each belongs to who saved it, and may be shared with the team or the house."""

from datetime import datetime

import msgspec

from crm_store.instants import to_us
from crm_store.store import Store
from hub.domain.access import Permission, Principal, Scope
from hub.domain.errors import Conflict, Forbidden
from hub.insight.views import SHARED_WITH_HOUSE, SHARED_WITH_TEAM, LogView

MOST_VIEWS = 100

_COLUMNS = "owner_id, name, owner, query, shared, queues"
_queues = msgspec.json.Decoder(tuple[str, ...]).decode


class SqlLogViews:
    """LogViews of hub/insight/views.py, on either database."""

    def __init__(self, store: Store) -> None:
        self._database = store.database

    async def views(self, principal: Principal) -> tuple[LogView, ...]:
        """See the port."""
        reach = principal.require(Permission.READ_LOG)
        async with self._database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_COLUMNS} FROM log_views WHERE tenant_id = $1"
                " AND (owner_id = $2 OR shared <> '') ORDER BY name, owner",
                principal.tenant_id,
                principal.user_id or "",
            )
        return tuple(
            LogView(name=name, query=query, shared=shared, owner=owner, is_mine=owner_id == principal.user_id)
            for owner_id, name, owner, query, shared, queues in rows
            if owner_id == principal.user_id
            or shared == SHARED_WITH_HOUSE
            or reach is Scope.ALL
            or principal.queues & set(_queues(queues))
        )

    async def save(self, principal: Principal, name: str, query: str, shared: str, at: datetime) -> None:
        """See the port."""
        reach = principal.require(Permission.READ_LOG)
        if (shared and reach is Scope.OWN) or (shared == SHARED_WITH_HOUSE and reach is not Scope.ALL):
            raise Forbidden("your role does not allow to share this far")
        assert shared in {"", SHARED_WITH_TEAM, SHARED_WITH_HOUSE}
        async with self._database.transaction() as wire:
            ((found,),) = await wire.fetch(
                "SELECT COUNT(*) FROM log_views WHERE tenant_id = $1 AND owner_id = $2 AND name <> $3",
                principal.tenant_id,
                principal.user_id or "",
                name,
            )
            if found >= MOST_VIEWS:
                raise Conflict(f"one keeps at most {MOST_VIEWS} views", code="too_many_views")
            await wire.execute(
                f"INSERT INTO log_views (tenant_id, {_COLUMNS}, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                " ON CONFLICT (tenant_id, owner_id, name) DO UPDATE SET query = excluded.query,"
                " owner = excluded.owner, shared = excluded.shared, queues = excluded.queues, at = excluded.at",
                principal.tenant_id,
                principal.user_id or "",
                name,
                principal.name,
                query,
                shared,
                msgspec.json.encode(sorted(principal.queues)).decode(),
                to_us(at),
            )

    async def forget(self, principal: Principal, name: str) -> None:
        """See the port."""
        principal.require(Permission.READ_LOG)
        async with self._database.transaction() as wire:
            await wire.execute(
                "DELETE FROM log_views WHERE tenant_id = $1 AND owner_id = $2 AND name = $3",
                principal.tenant_id,
                principal.user_id or "",
                name,
            )
