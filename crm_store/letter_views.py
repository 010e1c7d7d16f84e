"""Letters as people of the house see them: each behind the scope of its interaction."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from crm_store.audit import append
from crm_store.instants import from_us, to_us
from crm_store.letters import LETTER, kept_of
from crm_store.lookups import readable
from crm_store.mail_accounts import shown_name
from crm_store.mapping import letter_head
from crm_store.store import Store
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditDraft
from hub.domain.errors import NotFound
from hub.domain.ids import InteractionId, LetterId, TouchId
from hub.domain.mail import KeptLetter, LetterBody, QuarantinedLetter
from hub.domain.texts import one_line

_texts = msgspec.json.Decoder(tuple[str, ...]).decode

_SUBJECT_CUT = 200


class LetterViews:
    """`LetterReads` on SQLite and PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def shown_letter(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId
    ) -> LetterBody:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                "SELECT COALESCE(b.html, ''), COALESCE(b.quoted, '') FROM touches t"
                " LEFT JOIN letter_bodies b ON b.touch_id = t.id"
                " WHERE /*+*/t.tenant_id = $1 AND t.interaction_id = $2 AND t.id = $3 AND t.letter IS NOT NULL",
                principal.tenant_id,
                interaction_id,
                touch_id,
            )
        if not rows:
            raise NotFound("there is no such letter")
        return LetterBody(touch_id=touch_id, html=rows[0][0], quoted=rows[0][1])

    async def raw_letter(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId, audit: AuditDraft
    ) -> KeptLetter:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            await readable(wire, principal, interaction_id)
            rows = await wire.fetch(
                f"SELECT {LETTER} FROM letters WHERE tenant_id = $1 AND touch_id IN (SELECT id FROM touches"
                " WHERE /*+*/tenant_id = $1 AND interaction_id = $2 AND id = $3)",
                principal.tenant_id,
                interaction_id,
                touch_id,
            )
        if not rows:
            raise NotFound("there is no such letter")
        async with self._store.database.writing() as connection:
            await append(connection, audit)
        return kept_of(rows[0], tries=rows[0][12])

    async def quarantined(
        self, principal: Principal, *, before: datetime | None, limit: int
    ) -> Sequence[QuarantinedLetter]:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        until = "" if before is None else " AND l.received_at < $3"
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT l.id, a.name, l.received_at, l.size_bytes, l.envelope_from, l.defects, l.touch_id,"
                " t.interaction_id, t.letter FROM letters l JOIN mail_accounts a ON a.id = l.account_id"
                " LEFT JOIN touches t ON t.id = l.touch_id"
                f" WHERE l.tenant_id = $1 AND l.state = 'unreadable'{until}"
                " ORDER BY l.received_at DESC, l.id DESC LIMIT $2",
                principal.tenant_id,
                limit,
                *([] if before is None else [to_us(before)]),
            )
        return [
            QuarantinedLetter(
                id=LetterId(r[0]),
                account=shown_name(r[1]),
                received_at=from_us(r[2]),
                size_bytes=r[3],
                envelope_from=r[4],
                defects=_texts(r[5]),
                touch_id=None if r[6] is None else TouchId(r[6]),
                interaction_id=None if r[7] is None else InteractionId(r[7]),
                subject=_subject(r[8]),
            )
            for r in rows
        ]


def _subject(letter: str | None) -> str:
    return one_line(letter_head(letter).subject, _SUBJECT_CUT) if letter else ""
