"""Drafts, plans, mentions, snoozes and uploads in a unit of work: read and written at once, in its transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from crm_store.driver import Row, Wire
from crm_store.mapping import columns, us
from crm_store.rows.talk import drafts, planned_replies, snoozes, uploads
from crm_store.talk_mapping import draft_of, draft_row, planned_of, planned_row, snooze_of
from hub.domain.drafts import Draft, DraftKind
from hub.domain.events import DraftChanged, Event, Mentioned, MentionsRead, PlannedChanged, SnoozeChanged
from hub.domain.ids import InteractionId, PlannedId, QueueId, TenantId, TouchId, UserId
from hub.domain.planned import PlannedReply
from hub.domain.snooze import Snooze
from hub.domain.touch import Touch
from hub.ports.talk import Colleague, Uploaded

_DRAFT, _PLANNED, _SNOOZE = columns(drafts), columns(planned_replies), columns(snoozes)
_names = msgspec.json.Decoder(tuple[str, ...]).decode

_ENDED_SNOOZES = (
    f"DELETE FROM snoozes WHERE /*+*/tenant_id = $1 AND interaction_id = ANY($2) RETURNING {_SNOOZE}"
)


def _marks(count: int) -> str:
    return ", ".join(f"${n + 1}" for n in range(count))


def _upsert(table: str, names: str, key: str) -> str:
    every = names.split(", ")
    changes = ", ".join(f"{name} = excluded.{name}" for name in every)
    return f"INSERT INTO {table} ({names}) VALUES ({_marks(len(every))}) ON CONFLICT ({key}) DO UPDATE SET {changes}"


_PUT_DRAFT = _upsert("drafts", _DRAFT, "user_id, interaction_id, kind")
_PUT_PLANNED = _upsert("planned_replies", _PLANNED, "id")
_PUT_SNOOZE = _upsert("snoozes", _SNOOZE, "interaction_id")
_PUT_UPLOAD = _upsert("uploads", columns(uploads), "user_id, sha256")


class UnitTalk:
    """The half of `TalkUnit` (hub/ports/talk.py) that is not `UnitOfWork`."""

    _wire: Wire
    _tenant: TenantId
    _named: list[Row]
    """Rows of `mentions`: written after the notes that they refer to."""

    if TYPE_CHECKING:

        def emit(self, event: Event) -> None:
            """See UnitOfWork."""

    # — files ——————————————————————————————————————————————————————————————————————————————

    async def uploads(self, user_id: UserId, hashes: Sequence[str]) -> dict[str, Uploaded]:
        rows = await self._wire.fetch(
            "SELECT sha256, media_type, size_bytes FROM uploads WHERE tenant_id = $1 AND user_id = $2"
            " AND sha256 = ANY($3)",
            self._tenant,
            user_id,
            list(hashes),
        )
        return {r[0]: Uploaded(sha256=r[0], media_type=r[1], size_bytes=r[2]) for r in rows}

    async def add_upload(self, user_id: UserId, uploaded: Uploaded, at: datetime) -> None:
        await self._wire.execute(
            _PUT_UPLOAD,
            self._tenant,
            user_id,
            uploaded.sha256,
            uploaded.media_type,
            uploaded.size_bytes,
            us(at),
        )

    # — drafts —————————————————————————————————————————————————————————————————————————————

    async def draft(self, user_id: UserId, interaction_id: InteractionId, kind: DraftKind) -> Draft | None:
        rows = await self._wire.fetch(
            f"SELECT {_DRAFT} FROM drafts WHERE tenant_id = $1 AND user_id = $2 AND interaction_id = $3"
            " AND kind = $4 FOR UPDATE",
            self._tenant,
            user_id,
            interaction_id,
            kind.value,
        )
        return draft_of(rows[0]) if rows else None

    async def put_draft(self, draft: Draft) -> None:
        if draft.is_empty:
            await self._remove_draft(draft.user_id, draft.interaction_id, draft.kind)
        else:
            await self._wire.execute(_PUT_DRAFT, *draft_row(draft))
        self.emit(DraftChanged(tenant_id=self._tenant, draft=draft))

    async def drop_draft(self, user_id: UserId, interaction_id: InteractionId, kind: DraftKind) -> None:
        draft = await self.draft(user_id, interaction_id, kind)
        if draft is None:
            return
        await self._remove_draft(user_id, interaction_id, kind)
        gone = Draft(
            tenant_id=self._tenant,
            user_id=user_id,
            interaction_id=interaction_id,
            kind=kind,
            version=draft.version + 1,
            changed_at=draft.changed_at,
        )
        self.emit(DraftChanged(tenant_id=self._tenant, draft=gone))

    async def _remove_draft(self, user_id: UserId, interaction_id: InteractionId, kind: DraftKind) -> None:
        await self._wire.execute(
            "DELETE FROM drafts WHERE tenant_id = $1 AND user_id = $2 AND interaction_id = $3 AND kind = $4",
            self._tenant,
            user_id,
            interaction_id,
            kind.value,
        )

    # — mentions ———————————————————————————————————————————————————————————————————————————

    async def is_mentioned(self, user_id: UserId, interaction_id: InteractionId) -> bool:
        return await is_mentioned(self._wire, self._tenant, user_id, interaction_id)

    async def colleagues(self) -> list[Colleague]:
        return await colleagues(self._wire, self._tenant)

    async def add_mentions(self, note: Touch, user_ids: Sequence[UserId]) -> None:
        self._named += [(self._tenant, note.id, u, note.interaction_id, us(note.at), None) for u in user_ids]
        self.emit(Mentioned(tenant_id=self._tenant, touch_id=note.id, user_ids=tuple(user_ids)))

    async def read_mentions(self, user_id: UserId, touch_ids: Sequence[TouchId], at: datetime) -> None:
        touched = await self._wire.execute(
            "UPDATE mentions SET read_at = $1 WHERE tenant_id = $2 AND user_id = $3 AND touch_id = ANY($4)"
            " AND read_at IS NULL",
            us(at),
            self._tenant,
            user_id,
            list(touch_ids),
        )
        if touched:
            self.emit(MentionsRead(tenant_id=self._tenant, user_id=user_id, touch_ids=tuple(touch_ids)))

    # — plans ——————————————————————————————————————————————————————————————————————————————

    async def planned(self, planned_id: PlannedId) -> PlannedReply | None:
        rows = await self._wire.fetch(
            f"SELECT {_PLANNED} FROM planned_replies WHERE tenant_id = $1 AND id = $2 FOR UPDATE",
            self._tenant,
            planned_id,
        )
        return planned_of(rows[0]) if rows else None

    async def planned_as(self, external_id: str) -> PlannedReply | None:
        rows = await self._wire.fetch(
            f"SELECT {_PLANNED} FROM planned_replies WHERE tenant_id = $1 AND external_id = $2",
            self._tenant,
            external_id,
        )
        return planned_of(rows[0]) if rows else None

    async def planned_for(self, interaction_id: InteractionId) -> list[PlannedReply]:
        rows = await self._wire.fetch(
            f"SELECT {_PLANNED} FROM planned_replies WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
            " AND state = 'waiting' ORDER BY send_at, id FOR UPDATE",
            self._tenant,
            interaction_id,
        )
        return [planned_of(r) for r in rows]

    async def client_wrote_after(self, interaction_id: InteractionId, seq: int) -> bool:
        rows = await self._wire.fetch(
            "SELECT 1 FROM touches WHERE /*+*/tenant_id = $1 AND interaction_id = $2 AND seq > $3"
            " AND direction = 'inbound' LIMIT 1",
            self._tenant,
            interaction_id,
            seq,
        )
        return bool(rows)

    async def put_planned(self, planned: PlannedReply) -> None:
        await self._wire.execute(_PUT_PLANNED, *planned_row(planned))
        self.emit(PlannedChanged(tenant_id=self._tenant, planned=planned))

    # — snoozes ————————————————————————————————————————————————————————————————————————————

    async def snooze(self, interaction_id: InteractionId) -> Snooze | None:
        rows = await self._wire.fetch(
            f"SELECT {_SNOOZE} FROM snoozes WHERE tenant_id = $1 AND interaction_id = $2 FOR UPDATE",
            self._tenant,
            interaction_id,
        )
        return snooze_of(rows[0]) if rows else None

    async def put_snooze(self, snooze: Snooze) -> None:
        await self._wire.execute(
            _PUT_SNOOZE,
            snooze.interaction_id,
            self._tenant,
            snooze.work_item_id,
            snooze.agent_id,
            us(snooze.until),
            snooze.reason,
            us(snooze.made_at),
        )
        self.emit(SnoozeChanged(tenant_id=self._tenant, snooze=snooze, is_over=False))

    async def _end_snoozes(self, interaction_ids: Sequence[str]) -> None:
        """A new pass or the close ends what was laid aside."""
        for row in await self._wire.fetch(_ENDED_SNOOZES, self._tenant, list(interaction_ids)):
            self.emit(SnoozeChanged(tenant_id=self._tenant, snooze=snooze_of(row), is_over=True))


async def is_mentioned(
    wire: Wire, tenant_id: TenantId, user_id: UserId, interaction_id: InteractionId
) -> bool:
    """Whether a note of this interaction names this user."""
    rows = await wire.fetch(
        "SELECT 1 FROM mentions WHERE /*+*/tenant_id = $1 AND interaction_id = $2 AND user_id = $3 LIMIT 1",
        tenant_id,
        interaction_id,
        user_id,
    )
    return bool(rows)


async def colleagues(wire: Wire, tenant_id: TenantId) -> list[Colleague]:
    """Everybody who can sign in, with the queues they serve or supervise; by name."""
    rows = await wire.fetch(
        "SELECT u.id, u.name, u.roles, u.queues, COALESCE(a.queues, '[]') FROM users u"
        " LEFT JOIN agents a ON a.id = u.id WHERE u.tenant_id = $1 AND NOT u.disabled ORDER BY u.name, u.id",
        tenant_id,
    )
    return [
        Colleague(
            id=UserId(r[0]),
            name=r[1],
            roles=_names(r[2]),
            queues=frozenset(QueueId(q) for q in (*_names(r[3]), *_names(r[4]))),
        )
        for r in rows
    ]
