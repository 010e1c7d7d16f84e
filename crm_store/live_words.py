"""What lies at a desk beside the work: unread notices, and consults under way."""

from msgspec.structs import replace

from crm_store.called import CALLED
from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.mapping import at, columns, letter_head
from crm_store.rows.supervise import notices
from crm_store.store import Store
from crm_store.unit_supervise import notice_of
from hub.desk.views import ConsultView, NamedView, NoticeView, notice_view
from hub.domain.ids import ConsultId, TenantId, UserId
from hub.domain.notice import ABOUT_A_CONVERSATION
from hub.domain.texts import one_line

_MOST_NOTICES = 50
_SUBJECT_CUT = 120

_NOTICE_WIDTH = len(notices.columns)
_ABOUT = ", ".join(f"'{kind}'" for kind in ABOUT_A_CONVERSATION)
# whose conversation went back is looked up, not kept: whoever is erased stands in no notice
_NOTICES = (
    f"SELECT {columns(notices, 'n.')}, p.id, {CALLED}, (SELECT t.letter FROM touches t"
    " WHERE t.interaction_id = i.id AND t.direction = 'inbound' AND t.letter IS NOT NULL ORDER BY t.seq DESC LIMIT 1)"
    f" FROM notices n LEFT JOIN interactions i ON i.id = n.interaction_id AND n.kind IN ({_ABOUT})"
    " LEFT JOIN persons p ON p.id = i.person_id"
    " WHERE n.tenant_id = $1 AND n.user_id = $2 AND n.read_at IS NULL ORDER BY n.at, n.id LIMIT $3"
)

_CONSULTS = (
    f"SELECT c.id, c.interaction_id, p.id, {CALLED}, i.channel, c.asked_by, c.asked_by_name, c.colleague_id,"
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
            rows = await wire.fetch(_NOTICES, tenant_id, user_id, _MOST_NOTICES)
        return tuple(_notice_view(r) for r in rows)

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


def _notice_view(r: Row) -> NoticeView:
    view = notice_view(notice_of(r[:_NOTICE_WIDTH]))
    person_id, name, letter = r[_NOTICE_WIDTH:]
    if person_id is None:
        return view
    subject = one_line(letter_head(letter).subject, _SUBJECT_CUT) if letter else ""
    return replace(view, person=NamedView(id=person_id, name=name), subject=subject)


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
