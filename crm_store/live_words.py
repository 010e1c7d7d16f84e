"""What lies at a desk beside the work: unread notices, and consults under way."""

from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.mapping import at, columns
from crm_store.rows.supervise import notices
from crm_store.store import Store
from crm_store.unit_supervise import notice_of
from hub.desk.views import ConsultView, NamedView, NoticeView, notice_view
from hub.domain.ids import ConsultId, TenantId, UserId

_MOST_NOTICES = 50

_CONSULTS = (
    "SELECT c.id, c.interaction_id, p.id, p.name, i.channel, c.asked_by, c.asked_by_name, c.colleague_id,"
    " c.colleague_name, c.question, c.started_at, c.ended_at, c.reason FROM consults c"
    " JOIN interactions i ON i.id = c.interaction_id JOIN persons p ON p.id = i.person_id"
    " WHERE c.tenant_id = $1"
)


class LiveWords:
    """The part of LiveReads in hub/desk/reading.py that is words among ourselves."""

    _store: Store

    async def notices(self, tenant_id: TenantId, user_id: UserId) -> tuple[NoticeView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {columns(notices)} FROM notices WHERE tenant_id = $1 AND user_id = $2 AND read_at IS NULL"
                " ORDER BY at, id LIMIT $3",
                tenant_id,
                user_id,
                _MOST_NOTICES,
            )
        return tuple(notice_view(notice_of(r)) for r in rows)

    async def consults(self, tenant_id: TenantId, user_id: UserId) -> tuple[ConsultView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                _CONSULTS + " AND c.ended_at IS NULL AND (c.asked_by = $2 OR c.colleague_id = $2)"
                " ORDER BY c.started_at, c.id",
                tenant_id,
                user_id,
            )
        return tuple(_consult_view(r) for r in rows)

    async def consult(self, tenant_id: TenantId, consult_id: ConsultId) -> ConsultView | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_CONSULTS + " AND c.id = $2", tenant_id, consult_id)
        return _consult_view(rows[0]) if rows else None


def _consult_view(r: Row) -> ConsultView:
    return ConsultView(
        id=r[0],
        interaction_id=r[1],
        person=NamedView(id=r[2], name=r[3]),
        channel=r[4],
        asked_by=NamedView(id=r[5], name=r[6]),
        colleague=NamedView(id=r[7], name=r[8]),
        question=r[9],
        started_at=from_us(r[10]),
        ended_at=at(r[11]),
        reason=r[12],
    )
