"""Letters as people of the house see them: each behind the scope of its interaction."""

from datetime import datetime

import msgspec

from crm_store.audit import append
from crm_store.audited import audited
from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.letters import LETTER, kept_of
from crm_store.lookups import readable
from crm_store.mail_accounts import shown_name
from crm_store.mapping import letter_head
from crm_store.store import Store
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import InteractionId, LetterId, TouchId, UserId
from hub.domain.mail import Handled, KeptLetter, LetterBody, Quarantine, QuarantinedLetter
from hub.domain.texts import one_line

_texts = msgspec.json.Decoder(tuple[str, ...]).decode

_SUBJECT_CUT = 200

_QUARANTINED = (
    "SELECT l.id, a.name, l.received_at, l.size_bytes, l.envelope_from, l.defects, l.touch_id, t.interaction_id,"
    " t.letter, l.handled_at, l.handled_by, l.handled_name, l.handled_note FROM letters l"
    " JOIN mail_accounts a ON a.id = l.account_id LEFT JOIN touches t ON t.id = l.touch_id"
)
_TO_HANDLE = (
    "SELECT COUNT(*) FROM letters WHERE tenant_id = $1 AND state = 'unreadable' AND handled_at IS NULL"
)
_HANDLE = (
    "UPDATE letters SET handled_at = $3, handled_by = $4, handled_name = $5, handled_note = $6"
    " WHERE /*+*/tenant_id = $1 AND id = $2 AND state = 'unreadable' AND handled_at IS NULL"
)
_WAITS_AGAIN = (
    "UPDATE letters SET handled_at = NULL, handled_by = NULL, handled_name = NULL, handled_note = NULL"
    " WHERE /*+*/tenant_id = $1 AND id = $2 AND state = 'unreadable' AND handled_at IS NOT NULL"
)


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
        self, principal: Principal, *, before: datetime | None, limit: int, handled: bool = False
    ) -> Quarantine:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        until = "" if before is None else " AND l.received_at < $3"
        page = (
            f"{_QUARANTINED} WHERE l.tenant_id = $1 AND l.state = 'unreadable'"
            f" AND l.handled_at IS {'NOT ' if handled else ''}NULL{until}"
            " ORDER BY l.received_at DESC, l.id DESC LIMIT $2"
        )
        given = (principal.tenant_id, limit, *([] if before is None else [to_us(before)]))
        async with self._store.database.snapshot() as wire:
            rows, ((count,),) = await wire.fetch_each((page, given), (_TO_HANDLE, (principal.tenant_id,)))
        return Quarantine(letters=[_quarantined(row) for row in rows], to_handle=count)

    async def set_handled(
        self, principal: Principal, letter_id: LetterId, handled: Handled | None, audit: AuditDraft
    ) -> QuarantinedLetter:
        """See the port."""
        principal.require(Permission.CONFIGURE)
        mine = (principal.tenant_id, letter_id)
        async with self._store.database.transaction() as wire:
            if handled is None:
                is_changed = await wire.execute(_WAITS_AGAIN, *mine)
            else:
                done = (to_us(handled.at), handled.by, handled.name, handled.note)
                is_changed = await wire.execute(_HANDLE, *mine, *done)
            rows = await wire.fetch(
                f"{_QUARANTINED} WHERE l.tenant_id = $1 AND l.id = $2 AND l.state = 'unreadable'", *mine
            )
            if not rows:
                raise NotFound("there is no such letter")
            letter = _quarantined(rows[0])
            if is_changed:
                await audited(wire, audit)
            elif handled is not None and not _says_the_same(letter.handled, handled):
                raise Conflict("somebody was done with this letter already", code="handled_meanwhile")
        return letter


def _quarantined(row: Row) -> QuarantinedLetter:
    return QuarantinedLetter(
        id=LetterId(row[0]),
        account=shown_name(row[1]),
        received_at=from_us(row[2]),
        size_bytes=row[3],
        envelope_from=row[4],
        defects=_texts(row[5]),
        touch_id=None if row[6] is None else TouchId(row[6]),
        interaction_id=None if row[7] is None else InteractionId(row[7]),
        subject=_subject(row[8]),
        handled=None
        if row[9] is None
        else Handled(
            at=from_us(row[9]), by=None if row[10] is None else UserId(row[10]), name=row[11], note=row[12]
        ),
    )


def _says_the_same(before: Handled | None, now: Handled) -> bool:
    return before is not None and (before.by, before.name, before.note) == (now.by, now.name, now.note)


def _subject(letter: str | None) -> str:
    return one_line(letter_head(letter).subject, _SUBJECT_CUT) if letter else ""
