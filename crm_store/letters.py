"""Letters as they came in SQL; behind `hub.ports.mail`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from crm_store.asked_together import AskedTogether
from crm_store.driver import Row, Wire
from crm_store.instants import from_us, to_us
from crm_store.letter_threads import Named, threads_of
from crm_store.mapping import TOUCHES_OF_SESSION, at, columns, letter_head, text
from crm_store.rows.mail import letters
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.events import DeliveryChanged
from hub.domain.ids import InteractionId, LetterId, MailAccountId, TenantId, TouchId, UserId
from hub.domain.mail import (
    KeptLetter,
    LetterBody,
    LetterHead,
    LetterOut,
    LetterState,
    LetterWay,
    MailCursor,
    NewLetter,
    ThreadSeen,
)
from hub.domain.mail_account import MailAccount
from hub.domain.subaddresses import without_subaddress
from hub.domain.written_letter import after_bounce
from hub.ports.mail import DOUBTFUL_TRIES, DOUBTFUL_WAIT_S

_texts = msgspec.json.Decoder(tuple[str, ...]).decode

AUTO_EVERY = timedelta(hours=24)
"""How long an address gets no second letter that the hub sends by itself (RFC 3834 section 2)."""
THREAD_LIMIT, THREAD_WITHIN = 20, timedelta(hours=1)
"""Letters a thread that we send within that time before the hub falls silent by itself."""

LETTER = columns(letters)
"""What a kept letter is read from."""
_KEEP = (
    f"INSERT INTO letters ({LETTER}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, NULL, NULL,"
    " '[]', NULL, NULL, NULL, NULL) ON CONFLICT (account_id, content_hash) DO NOTHING"
)
_SOURCE = (
    "INSERT INTO letter_sources (account_id, folder, uidvalidity, uid, letter_id)"
    " SELECT $1, $2, $3, $4, id FROM letters WHERE account_id = $1 AND content_hash = $5"
    " ON CONFLICT DO NOTHING"
)
# never back within one life of a mailbox: two readers for a moment do no harm
_CURSOR = (
    "INSERT INTO mail_cursors (account_id, folder, uidvalidity, last_uid, before_uid) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (account_id, folder) DO UPDATE SET last_uid = CASE"
    " WHEN mail_cursors.uidvalidity = excluded.uidvalidity AND mail_cursors.last_uid > excluded.last_uid"
    " THEN mail_cursors.last_uid ELSE excluded.last_uid END, uidvalidity = excluded.uidvalidity,"
    " before_uid = excluded.before_uid"
)
_WAITING = (
    f"SELECT {LETTER} FROM letters WHERE tenant_id = $1 AND state = 'kept'"
    " AND (lease_until IS NULL OR lease_until <= $2)"
)
_OLDEST = " ORDER BY received_at, id LIMIT $3 FOR UPDATE SKIP LOCKED"
_ANY_WAITING = (
    "SELECT 1 FROM letters WHERE tenant_id = $1 AND state = 'kept'"
    " AND (lease_until IS NULL OR lease_until <= $2) LIMIT 1"
)
_FRESH = f" AND tries < {DOUBTFUL_TRIES}"
# every letter of ours counts, whoever wrote it: two hubs that answer each other stop
_SENT_LATELY = (
    f"SELECT COUNT(*) FROM {TOUCHES_OF_SESSION} WHERE s.tenant_id = $1"
    " AND s.account = $2 AND s.thread = $3 AND t.direction = 'outbound' AND t.at > $4 AND t.id <> $5"
)
_WAIT_US = int(DOUBTFUL_WAIT_S * 1_000_000)
# one statement asks and takes: of two at once one gets it
_ANSWER = (
    "INSERT INTO auto_letters (tenant_id, address, at, touch_id) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (tenant_id, address) DO UPDATE SET at = excluded.at, touch_id = excluded.touch_id"
    " WHERE auto_letters.at <= $5 OR auto_letters.touch_id = excluded.touch_id"
)


class Letters:
    """`LetterStore` on SQLite and PostgreSQL."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        self._store = store
        self._encode = encode
        self._threads = AskedTogether(self._threads_of)

    async def keep_letters(
        self, account: MailAccount, new: Sequence[NewLetter], cursor: MailCursor | None
    ) -> Sequence[bool]:
        """See the port."""
        async with self._store.database.transaction() as wire:
            added = await _added(wire, account, new)
            if cursor is not None:
                places = [
                    (account.id, cursor.folder, cursor.uidvalidity, n.uid, n.content_hash)
                    for n in new
                    if n.uid is not None
                ]
                if places:
                    await wire.many(_SOURCE, places)
                await wire.execute(
                    _CURSOR, account.id, cursor.folder, cursor.uidvalidity, cursor.last_uid, cursor.before_uid
                )
        self._store.wake()
        return added

    async def cursor(self, account: MailAccount, folder: str) -> MailCursor | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT uidvalidity, last_uid, before_uid FROM mail_cursors WHERE account_id = $1 AND folder = $2",
                account.id,
                folder,
            )
        if not rows:
            return None
        validity, last_uid, before_uid = rows[0]
        return MailCursor(folder=folder, uidvalidity=validity, last_uid=last_uid, before_uid=before_uid)

    async def hashes_known(self, account: MailAccount, hashes: Sequence[str]) -> set[str]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT content_hash FROM letters WHERE account_id = $1 AND content_hash = ANY($2)",
                account.id,
                list(hashes),
            )
        return {r[0] for r in rows}

    async def claim_letters(
        self, tenant_id: TenantId, now: datetime, *, lease_s: float, limit: int, doubtful: bool = True
    ) -> Sequence[KeptLetter]:
        """See the port."""
        async with self._store.database.snapshot() as wire:  # most looks find nothing: no write lock for them
            if not await wire.fetch(_ANY_WAITING, tenant_id, to_us(now)):
                return []
        until = to_us(now + timedelta(seconds=lease_s))
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(_WAITING + _OLDEST, tenant_id, to_us(now), limit)
            if doubted := [r for r in rows if r[12] >= DOUBTFUL_TRIES]:
                alone = doubted[: int(doubtful)]
                most = limit - len(alone)
                rows = [*alone, *await wire.fetch(_WAITING + _FRESH + _OLDEST, tenant_id, to_us(now), most)]
            await wire.many(
                "UPDATE letters SET tries = tries + 1, lease_until = $1 WHERE id = $2",
                [(until, r[0]) for r in rows],
            )
        return [kept_of(r, tries=r[12] + 1) for r in rows]

    async def free_letters(self, tenant_id: TenantId, now: datetime) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            held = " WHERE tenant_id = $1 AND state = 'kept' AND lease_until IS NOT NULL"
            await wire.execute(
                f"UPDATE letters SET lease_until = CAST($2 AS BIGINT) + {_WAIT_US} * (tries - {DOUBTFUL_TRIES - 1})"
                f" * (tries - {DOUBTFUL_TRIES - 1}){held} AND tries >= {DOUBTFUL_TRIES}",
                tenant_id,
                to_us(now),
            )
            await wire.execute(
                f"UPDATE letters SET lease_until = NULL{held} AND tries < {DOUBTFUL_TRIES}", tenant_id
            )

    async def settle_letter(
        self, letter_id: LetterId, state: LetterState, *, touch_id: TouchId | None, defects: Sequence[str]
    ) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "UPDATE letters SET state = $1, touch_id = $2, defects = $3, lease_until = NULL"
                " WHERE id = $4 AND state = 'kept'",
                state.value,
                touch_id,
                text(tuple(defects)),
                letter_id,
            )

    async def release_letter(self, letter_id: LetterId, until: datetime, *, counts: bool) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "UPDATE letters SET lease_until = $1, tries = tries - $2 WHERE id = $3 AND state = 'kept'",
                to_us(until),
                0 if counts else 1,
                letter_id,
            )

    async def threads_of(
        self, tenant_id: TenantId, message_ids: Sequence[str], address: str
    ) -> Sequence[ThreadSeen]:
        """See the port."""
        return await self._threads.ask(Named(tenant_id, tuple(message_ids), address))

    async def _threads_of(self, letters: Sequence[Named]) -> list[list[ThreadSeen]]:
        async with self._store.database.snapshot() as wire:
            return await threads_of(wire, letters)

    async def letter_out(self, tenant_id: TenantId, touch_id: TouchId) -> LetterOut | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT t.at, t.letter, s.address, s.account, s.thread FROM touches t"
                " JOIN sessions s ON s.id = t.session_id WHERE t.tenant_id = $1 AND t.id = $2"
                " AND t.direction = 'outbound' AND (t.delivery <> 'queued' OR t.attempt > 0)",
                tenant_id,
                touch_id,
            )
            if not rows:
                return None
            written_at, head, address, account, thread = rows[0]
            others = await wire.fetch(
                "SELECT address FROM mail_participants WHERE tenant_id = $1 AND account = $2 AND thread = $3",
                tenant_id,
                account,
                thread,
            )
        return LetterOut(
            at=from_us(written_at),
            recipients=_recipients(head, address),
            participants=frozenset(r[0] for r in others),
        )

    async def note_bounced(
        self, tenant_id: TenantId, touch_id: TouchId, addresses: Sequence[str], reason: str
    ) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            rows = await wire.fetch(
                "SELECT t.interaction_id, t.seq, t.author_id, t.letter, t.delivery_detail, s.address FROM touches t"
                " JOIN sessions s ON s.id = t.session_id WHERE t.tenant_id = $1"
                " AND t.id = $2 AND t.direction = 'outbound' AND (t.delivery IN ('sent', 'uncertain', 'sending')"
                # it waits for another attempt, and the server took an earlier one all the same
                " OR (t.delivery = 'queued' AND t.attempt > 0)) FOR UPDATE OF t",
                tenant_id,
                touch_id,
            )
            if not rows:
                return
            interaction_id, seq, author_id, head, before, address = rows[0]
            became = after_bounce(_recipients(head, address), before, addresses, reason)
            if became is None or became[1] == before:
                return
            delivery, detail = became
            # whoever is sending it yet finds it decided
            await wire.execute(
                "UPDATE touches SET delivery = $1, delivery_detail = $2, lease_until = NULL, retry_at = NULL"
                " WHERE id = $3",
                delivery.value,
                detail,
                touch_id,
            )
            told = DeliveryChanged(
                tenant_id=tenant_id,
                interaction_id=InteractionId(interaction_id),
                touch_id=touch_id,
                seq=seq,
                delivery=delivery,
                detail=detail,
                agent_id=None if author_id is None else UserId(author_id),
            )
            await self._store.add_events(wire, self._encode([told]))
        self._store.wake()

    async def last_head(self, tenant_id: TenantId, account: str, thread: str) -> LetterHead | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT t.letter FROM {TOUCHES_OF_SESSION} WHERE s.tenant_id = $1"
                " AND s.account = $2 AND s.thread = $3 AND t.letter IS NOT NULL AND t.direction = 'inbound'"
                " ORDER BY t.seq DESC LIMIT 1",
                tenant_id,
                account,
                thread,
            )
        return letter_head(rows[0][0]) if rows else None

    async def takes_part(self, tenant_id: TenantId, account: str, thread: str, address: str) -> bool:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT 1 FROM mail_participants WHERE tenant_id = $1 AND account = $2 AND thread = $3"
                " AND address = $4",
                tenant_id,
                account,
                thread,
                address,
            )
        return bool(rows)

    async def allow_auto_letter(
        self, tenant_id: TenantId, touch_id: TouchId, account: str, thread: str, address: str, now: datetime
    ) -> bool:
        """See the port."""
        async with self._store.database.transaction() as wire:
            since = to_us(now - THREAD_WITHIN)
            sent = await wire.fetch(_SENT_LATELY, tenant_id, account, thread, since, touch_id)
            if sent[0][0] >= THREAD_LIMIT:
                return False
            added = await wire.execute(
                _ANSWER,
                tenant_id,
                without_subaddress(address),
                to_us(now),
                touch_id,
                to_us(now - AUTO_EVERY),
            )
        return added == 1

    async def waiting_letters(self, tenant_id: TenantId) -> tuple[int, datetime | None]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT COUNT(*), MIN(received_at) FROM letters WHERE tenant_id = $1 AND state = 'kept'",
                tenant_id,
            )
        return int(rows[0][0]), at(rows[0][1])

    async def letter_body(self, tenant_id: TenantId, touch_id: TouchId) -> LetterBody | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT html, quoted FROM letter_bodies WHERE tenant_id = $1 AND touch_id = $2",
                tenant_id,
                touch_id,
            )
        return LetterBody(touch_id=touch_id, html=rows[0][0], quoted=rows[0][1]) if rows else None


def _recipients(head: str | None, address: str) -> frozenset[str]:
    """Whom a letter of ours went to; one that names nobody goes to the `address` of its conversation."""
    if head is None:
        return frozenset({address})
    written = letter_head(head)
    return frozenset(one.address for one in (*written.to, *written.cc, *written.bcc)) or frozenset({address})


async def _added(wire: Wire, account: MailAccount, new: Sequence[NewLetter]) -> list[bool]:
    """Write those that are not there yet; True for each of these. Of two that are the same the first is the one."""
    if len(new) == 1:
        return [await wire.execute(_KEEP, *_row(account, new[0])) == 1]
    await wire.many(_KEEP, [_row(account, letter) for letter in new])
    rows = await wire.fetch("SELECT id FROM letters WHERE id = ANY($1)", [letter.id for letter in new])
    there = {row[0] for row in rows}
    return [letter.id in there for letter in new]


def _row(account: MailAccount, letter: NewLetter) -> Row:
    return (
        letter.id,
        account.tenant_id,
        account.id,
        letter.content_hash,
        letter.way.value,
        to_us(letter.received_at),
        letter.envelope_from,
        text(letter.envelope_to),
        letter.size_bytes,
        letter.raw,
        letter.raw_sha256,
        letter.state.value,
    )


def kept_of(r: Row, *, tries: int) -> KeptLetter:
    return KeptLetter(
        id=LetterId(r[0]),
        tenant_id=TenantId(r[1]),
        account_id=MailAccountId(r[2]),
        content_hash=r[3],
        way=LetterWay(r[4]),
        received_at=from_us(r[5]),
        envelope_from=r[6],
        envelope_to=_texts(r[7]),
        size_bytes=r[8],
        raw=None if r[9] is None else bytes(r[9]),
        raw_sha256=r[10],
        tries=tries,
    )
