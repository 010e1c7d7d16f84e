"""Updates of Telegram in SQL; behind `hub.ports.telegram`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.mapping import at
from crm_store.store import Store
from hub.domain.errors import Unavailable
from hub.domain.ids import InteractionId, TelegramBotId, TenantId, TouchId
from hub.domain.telegram import KeptUpdate, NewUpdate, SettledUpdate, TelegramBot

_KEEP = (
    "INSERT INTO telegram_updates (tenant_id, bot_id, update_id, sha256, chat, received_at, raw, state, tries)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, 'kept', 0) ON CONFLICT (bot_id, update_id, sha256) DO NOTHING"
    " RETURNING number"
)
_BOT = "SELECT 1 FROM telegram_bots WHERE id = $1 AND name NOT LIKE '% %' FOR NO KEY UPDATE"
# the oldest of each chat: whoever writes a thousand a second holds up only themselves
_CHATS = (
    "SELECT u.bot_id, u.chat FROM (SELECT MIN(number) AS number FROM telegram_updates WHERE state = 'kept'"
    " GROUP BY bot_id, chat) h JOIN telegram_updates u ON u.number = h.number WHERE u.tenant_id = $1"
    " AND (u.lease_until IS NULL OR u.lease_until <= $2) ORDER BY u.number LIMIT $3"
)
_OF_CHAT = (
    "SELECT number, bot_id, chat, received_at, raw, tries FROM telegram_updates WHERE bot_id = $1 AND chat = $2"
    " AND state = 'kept' ORDER BY number LIMIT $3"
)
_TAKE = "UPDATE telegram_updates SET tries = tries + 1, lease_until = $1 WHERE number = $2"


class TelegramUpdates:
    """`UpdateStore` on SQLite and PostgreSQL."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep_updates(self, bot: TelegramBot, updates: Sequence[NewUpdate]) -> Sequence[bool]:
        """See the port."""
        async with self._store.database.transaction() as wire:
            # of one that is being deleted nothing is kept: nobody would read it
            if not await wire.fetch(_BOT, bot.id):
                raise Unavailable("this bot was deleted", code="no_bot", retry_after_s=60.0)
            added = await wire.fetch_each(*((_KEEP, _row(bot, one)) for one in updates))
        return [bool(rows) for rows in added]

    async def claim_updates(
        self, tenant_id: TenantId, now: datetime, *, lease_s: float, chats: int, each: int
    ) -> Sequence[KeptUpdate]:
        """See the port."""
        async with self._store.database.snapshot() as wire:  # most looks find nothing: no write lock for them
            if not await wire.fetch(_CHATS, tenant_id, to_us(now), 1):
                return []
        until = to_us(now + timedelta(seconds=lease_s))
        taken: list[Row] = []
        async with self._store.database.transaction() as wire:
            places = await wire.fetch(_CHATS + " FOR UPDATE OF u SKIP LOCKED", tenant_id, to_us(now), chats)
            for some in await wire.fetch_each(*((_OF_CHAT, (*place, each)) for place in places)):
                taken += some
            await wire.many(_TAKE, [(until, r[0]) for r in taken])
        return [
            KeptUpdate(
                number=r[0],
                bot_id=TelegramBotId(r[1]),
                chat=r[2],
                received_at=from_us(r[3]),
                raw=bytes(r[4] or b""),
                tries=r[5] + 1,
            )
            for r in taken
        ]

    async def free_updates(self, tenant_id: TenantId) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "UPDATE telegram_updates SET lease_until = NULL, tries = tries - 1 WHERE tenant_id = $1"
                " AND state = 'kept' AND lease_until IS NOT NULL",
                tenant_id,
            )

    async def settle_updates(self, settled: Sequence[SettledUpdate]) -> None:
        """See the port."""
        if not settled:
            return
        rows = [(s.state.value, s.touch_id, s.keep_raw, s.number) for s in settled]
        async with self._store.database.transaction() as wire:
            await wire.many(
                "UPDATE telegram_updates SET state = $1, touch_id = $2, lease_until = NULL,"
                " raw = CASE WHEN $3 THEN raw ELSE NULL END WHERE number = $4 AND state = 'kept'",
                rows,
            )

    async def release_updates(self, numbers: Sequence[int], *, count_try: bool) -> None:
        """See the port."""
        if not numbers:
            return
        async with self._store.database.transaction() as wire:
            await wire.many(
                "UPDATE telegram_updates SET lease_until = NULL, tries = tries - $2"
                " WHERE number = $1 AND state = 'kept'",
                [(number, 0 if count_try else 1) for number in numbers],
            )

    async def waiting_updates(self, tenant_id: TenantId) -> tuple[int, datetime | None]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT COUNT(*), MIN(received_at) FROM telegram_updates WHERE tenant_id = $1 AND state = 'kept'",
                tenant_id,
            )
        return int(rows[0][0]), at(rows[0][1])

    async def count_unreadable(self, tenant_id: TenantId) -> int:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT COUNT(*) FROM telegram_updates WHERE tenant_id = $1 AND state = 'unreadable'",
                tenant_id,
            )
        return int(rows[0][0])

    async def text_of(self, tenant_id: TenantId, account: str, external_id: str) -> str | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT text FROM touches WHERE tenant_id = $1 AND account = $2 AND external_id = $3",
                tenant_id,
                account,
                external_id,
            )
        return str(rows[0][0]) if rows else None

    async def raw_of(self, tenant_id: TenantId, account: str, external_id: str) -> bytes | None:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT raw FROM touches WHERE tenant_id = $1 AND account = $2 AND external_id = $3",
                tenant_id,
                account,
                external_id,
            )
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else None

    async def open_places(
        self, tenant_id: TenantId, interaction_id: InteractionId
    ) -> Sequence[tuple[str, str]]:
        """Account and thread of each conversation on Telegram that is open in this interaction."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT account, thread FROM sessions WHERE /*+*/tenant_id = $1 AND interaction_id = $2"
                " AND channel = 'telegram' AND ended_at IS NULL",
                tenant_id,
                interaction_id,
            )
        return [(str(account), str(thread)) for account, thread in rows]

    async def parts_sent(self, touch_id: TouchId) -> Mapping[int, str]:
        """See the port."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(
                "SELECT part, message_id FROM telegram_parts WHERE touch_id = $1", touch_id
            )
        return {int(part): str(message_id) for part, message_id in rows}

    async def note_part_sent(
        self, tenant_id: TenantId, touch_id: TouchId, part: int, message_id: str
    ) -> None:
        """See the port."""
        async with self._store.database.transaction() as wire:
            await wire.execute(
                "INSERT INTO telegram_parts (tenant_id, touch_id, part, message_id) VALUES ($1, $2, $3, $4)"
                " ON CONFLICT (touch_id, part) DO NOTHING",
                tenant_id,
                touch_id,
                part,
                message_id,
            )


def _row(bot: TelegramBot, one: NewUpdate) -> Row:
    at = to_us(one.received_at)
    return (bot.tenant_id, bot.id, one.update_id, one.sha256, one.chat, at, one.raw)
