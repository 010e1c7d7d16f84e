"""The conversation in the store: what is due, and what people see of plans, drafts, mentions and snoozes."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from crm_store.called import CALLED
from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.lookups import readable
from crm_store.mapping import AUTHOR, columns, us
from crm_store.rows.talk import drafts, planned_replies, snoozes
from crm_store.store import Store
from crm_store.talk_mapping import draft_of, planned_of, snooze_of
from crm_store.unit_of_work import Unit
from crm_store.unit_talk import colleagues
from hub.desk.drafting import draft_view
from hub.desk.views import DraftView, MentionView, NamedView, PlannedView, SnoozeView
from hub.domain.access import Principal
from hub.domain.errors import Invalid
from hub.domain.ids import InteractionId, PlannedId, TenantId, TouchId, UserId
from hub.domain.planned import PlannedReply
from hub.domain.snooze import Snooze
from hub.ports.talk import Colleague

_PLANNED = columns(planned_replies, "r.")
_SNOOZE = columns(snoozes)
_LINE_CUT = 140
_DUE = (
    f"SELECT {_PLANNED} FROM planned_replies r WHERE /*+*/r.tenant_id = $1 AND r.state = 'waiting'"
    " AND (r.send_at <= $2 OR (r.unless_client_writes AND EXISTS (SELECT 1 FROM touches t"
    " WHERE t.interaction_id = r.interaction_id AND t.seq > r.after_seq AND t.direction = 'inbound')))"
    " ORDER BY r.send_at, r.id LIMIT $3"
)
_PLANNED_VIEW = (
    f"SELECT {_PLANNED}, p.id, {CALLED} FROM planned_replies r JOIN interactions i ON i.id = r.interaction_id"
    " JOIN persons p ON p.id = i.person_id WHERE /*+*/r.tenant_id = $1"
)
_MENTION = (
    f"SELECT t.id, t.interaction_id, p.id, {CALLED}, {AUTHOR}, t.at, t.text FROM mentions m"
    " JOIN touches t ON t.id = m.touch_id JOIN persons p ON p.id = t.person_id"
    " LEFT JOIN agents a ON a.id = t.author_id WHERE /*+*/m.tenant_id = $1 AND m.user_id = $2 AND m.read_at IS NULL"
)
_SNOOZED = (
    f"SELECT s.interaction_id, p.id, {CALLED}, q.id, q.name, i.channel, i.language, s.until, s.reason FROM snoozes s"
    " JOIN interactions i ON i.id = s.interaction_id JOIN persons p ON p.id = i.person_id"
    " JOIN queues q ON q.id = i.queue_id WHERE /*+*/s.tenant_id = $1 AND s.agent_id = $2"
)


class Talk:
    """TalkStore of hub/ports/talk.py, and TalkReads of hub/desk/talk_reading.py."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[Unit]:
        """A unit of work."""
        return self._store.unit(tenant_id)

    # — what is due ————————————————————————————————————————————————————————————————————————

    async def due_plans(self, tenant_id: TenantId, now: datetime, limit: int) -> list[PlannedReply]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return [planned_of(r) for r in await wire.fetch(_DUE, tenant_id, us(now), limit)]

    async def due_snoozes(self, tenant_id: TenantId, now: datetime, limit: int) -> list[Snooze]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {_SNOOZE} FROM snoozes WHERE /*+*/tenant_id = $1 AND until <= $2 ORDER BY until LIMIT $3",
                tenant_id,
                us(now),
                limit,
            )
        return [snooze_of(r) for r in rows]

    async def forget_drafts(self, tenant_id: TenantId, changed_before: datetime) -> int:
        """See the port."""
        async with self._store.database.transaction() as wire:
            return await wire.execute(
                "DELETE FROM drafts WHERE /*+*/tenant_id = $1 AND changed_at < $2",
                tenant_id,
                us(changed_before),
            )

    # — what people see ————————————————————————————————————————————————————————————————————

    async def may_read(self, principal: Principal, interaction_id: InteractionId) -> None:
        """Raises NotFound unless the principal may read this interaction."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)

    async def drafts(self, principal: Principal, interaction_id: InteractionId) -> tuple[DraftView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                f"SELECT {columns(drafts)} FROM drafts WHERE tenant_id = $1 AND user_id = $2"
                " AND interaction_id = $3 ORDER BY kind",
                principal.tenant_id,
                principal.user_id or "",
                interaction_id,
            )
        return tuple(draft_view(draft_of(r)) for r in rows)

    async def planned_in(
        self, principal: Principal, interaction_id: InteractionId
    ) -> tuple[PlannedView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                _PLANNED_VIEW + " AND r.interaction_id = $2 AND r.state IN ('waiting', 'failed')"
                " ORDER BY r.send_at, r.id",
                principal.tenant_id,
                interaction_id,
            )
        return tuple(_planned_view(r) for r in rows)

    async def planned_by(self, tenant_id: TenantId, author_id: UserId) -> tuple[PlannedView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                _PLANNED_VIEW + " AND r.author_id = $2 AND r.state IN ('waiting', 'failed')"
                " ORDER BY r.send_at, r.id LIMIT 200",
                tenant_id,
                author_id,
            )
        return tuple(_planned_view(r) for r in rows)

    async def planned_views(
        self, tenant_id: TenantId, ids: Sequence[PlannedId]
    ) -> dict[PlannedId, PlannedView]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_PLANNED_VIEW + " AND r.id = ANY($2)", tenant_id, list(ids))
        return {PlannedId(r[0]): _planned_view(r) for r in rows}

    async def mentions_of(
        self, tenant_id: TenantId, user_id: UserId, *, after: str = "", limit: int = 50
    ) -> tuple[MentionView, ...]:
        """See the port."""
        sql, params = _MENTION, [tenant_id, user_id, limit]
        if after:
            at_us, _, touch_id = after.partition(".")
            if not at_us.isdigit() or len(at_us) > 18:
                raise Invalid("this page does not exist", field="after")
            sql += " AND (m.at < $4 OR (m.at = $4 AND m.touch_id < $5))"
            params += [int(at_us), touch_id]
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(sql + " ORDER BY m.at DESC, m.touch_id DESC LIMIT $3", *params)
        return tuple(_mention_view(r) for r in rows)

    async def mention_views(
        self, tenant_id: TenantId, user_id: UserId, ids: Sequence[TouchId]
    ) -> tuple[MentionView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(_MENTION + " AND m.touch_id = ANY($3)", tenant_id, user_id, list(ids))
        return tuple(_mention_view(r) for r in rows)

    async def snoozed_by(self, tenant_id: TenantId, agent_id: UserId) -> tuple[SnoozeView, ...]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                _SNOOZED + " ORDER BY s.until, s.interaction_id LIMIT 200", tenant_id, agent_id
            )
        return tuple(_snooze_view(r) for r in rows)

    async def snooze_view(
        self, tenant_id: TenantId, agent_id: UserId, interaction_id: InteractionId
    ) -> SnoozeView | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                _SNOOZED + " AND s.interaction_id = $3", tenant_id, agent_id, interaction_id
            )
        return _snooze_view(rows[0]) if rows else None

    async def colleagues(self, tenant_id: TenantId) -> list[Colleague]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            return await colleagues(wire, tenant_id)


def _planned_view(r: Row) -> PlannedView:
    plan = planned_of(r[:-2])
    return PlannedView(
        id=plan.id,
        interaction_id=plan.interaction_id,
        person=NamedView(id=r[-2], name=r[-1]),
        author=NamedView(id=plan.author_id, name=plan.author),
        channel=plan.channel,
        text=plan.text,
        attachments=plan.attachments,
        send_at=plan.send_at,
        made_at=plan.made_at,
        held=plan.held,
        unless_client_writes=plan.unless_client_writes,
        state=plan.state,
        reason=plan.reason,
        version=plan.version,
        letter=None if plan.letter is None else plan.letter.written,
    )


def _mention_view(r: Row) -> MentionView:
    return MentionView(
        touch_id=r[0],
        interaction_id=r[1],
        person=NamedView(id=r[2], name=r[3]),
        author=r[4],
        at=from_us(r[5]),
        text=r[6][:_LINE_CUT],
    )


def _snooze_view(r: Row) -> SnoozeView:
    return SnoozeView(
        interaction_id=r[0],
        person=NamedView(id=r[1], name=r[2]),
        queue=NamedView(id=r[3], name=r[4]),
        channel=r[5],
        language=r[6],
        until=from_us(r[7]),
        reason=r[8],
    )
