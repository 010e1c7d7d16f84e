"""Bots of Telegram in SQL; behind `hub.ports.telegram`. Their tokens are sealed.

The row of a deleted bot stays, as its updates name it. Its name is followed by a blank, its number at Telegram and its
id there: no bot has a blank in its name, so the row is known by it. The name is free for the same bot only: the
conversations under it are with that one, and chats have the same numbers with every bot.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.audit import append
from crm_store.mapping import text
from crm_store.rows.floor import queues
from crm_store.rows.history import outbox
from crm_store.rows.rules import queue_rules
from crm_store.rows.telegram import telegram_bots, telegram_updates
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound, Unavailable
from hub.domain.ids import QueueId, TelegramBotId, TenantId
from hub.domain.queue import QueueRules
from hub.domain.setting_events import TelegramBotChanged
from hub.domain.telegram import (
    TELEGRAM,
    BotMenu,
    BotSecrets,
    BotSetup,
    TelegramBot,
    UpdateState,
    bot_number,
    checked_bot,
)
from hub.sealing import Seal

_rules = msgspec.json.Decoder(QueueRules).decode
_setup = msgspec.json.Decoder(BotSetup).decode
_B = telegram_bots.c
_U = telegram_updates.c
_IS_DELETED = _B.name.contains(" ")
_UNKNOWN = 0
"""Instead of the number of a bot whose token is not there or cannot be opened."""


class SqlTelegramBots:
    """`TelegramBots` on SQLite and PostgreSQL."""

    def __init__(self, store: Store, *, encode: Encode, seal: Seal) -> None:
        self._store = store
        self._encode = encode
        self._seal = seal

    async def telegram_bots(self, tenant_id: TenantId) -> Sequence[TelegramBot]:
        """See the port."""
        async with self._store.database.reading() as connection:
            rows = await connection.execute(
                select(telegram_bots).where(_B.tenant_id == tenant_id, ~_IS_DELETED).order_by(_B.name)
            )
            return [
                TelegramBot(
                    id=TelegramBotId(row.id),
                    tenant_id=TenantId(row.tenant_id),
                    name=row.name,
                    queue_id=QueueId(row.queue_id),
                    enabled=row.enabled,
                    setup=_setup(row.setup),
                    version=row.version,
                )
                for row in rows
            ]

    async def deleted_telegram_accounts(self, tenant_id: TenantId) -> frozenset[str]:
        """See the port."""
        async with self._store.database.reading() as connection:
            rows = await connection.execute(
                select(_B.name, _IS_DELETED.label("gone")).where(_B.tenant_id == tenant_id)
            )
            names = {True: set[str](), False: set[str]()}
            for row in rows:
                names[bool(row.gone)].add(row.name.partition(" ")[0])
        return frozenset(f"{TELEGRAM}:{name}" for name in names[True] - names[False])

    async def bot_secrets(self, bot: TelegramBot) -> BotSecrets:
        """See the port."""
        async with self._store.database.reading() as connection:
            sealed = await connection.scalar(
                select(_B.sealed).where(_B.tenant_id == bot.tenant_id, _B.id == bot.id)
            )
        return self._opened(bot.id, sealed)

    async def put_telegram_bot(
        self, bot: TelegramBot, *, seen_version: int, secrets: BotSecrets, audit: AuditDraft
    ) -> TelegramBot:
        """See the port."""
        checked_bot(bot)
        mine = (_B.tenant_id == bot.tenant_id, _B.id == bot.id)
        async with self._store.database.writing() as connection:
            # the write first: of two who save at once the second sees what the first did
            await connection.execute(update(telegram_bots).where(*mine).values(version=_B.version))
            kept = (await connection.execute(select(telegram_bots).where(*mine, ~_IS_DELETED))).one_or_none()
            _require_version(None if kept is None else kept.version, seen_version)
            if kept is not None and kept.name != bot.name:
                # its conversations are kept under it
                raise Invalid(
                    "a bot keeps its name; add another bot instead", field="name", code="name_fixed"
                )
            rows = await connection.execute(
                select(queues.c.id, queue_rules.c.rules)
                .outerjoin(queue_rules, queue_rules.c.queue_id == queues.c.id)
                .where(queues.c.tenant_id == bot.tenant_id)
            )
            there = {row.id for row in rows if row.rules is None or not _rules(row.rules).retired}
            # what became since of a queue that it has already is not held against it
            before = [] if kept is None else _queues_named(kept.queue_id, _setup(kept.setup)).values()
            for name, queue_id in _queues_named(bot.queue_id, bot.setup).items():
                if queue_id not in there and queue_id not in before:
                    raise Invalid("there is no such queue", field=name, code="no_such_queue")
            taken = await connection.scalar(
                select(_B.id).where(_B.tenant_id == bot.tenant_id, _B.id != bot.id, _B.name == bot.name)
            )
            if taken is not None:
                raise Conflict("another bot has this name", code="name_taken")
            if kept is None:
                await self._require_unused(connection, bot, secrets)
            values = {
                "name": bot.name,
                "queue_id": bot.queue_id,
                "enabled": bot.enabled,
                "setup": text(bot.setup),
                "sealed": self._sealed(bot.id, None if kept is None else kept.sealed, secrets),
                "version": seen_version + 1,
            }
            if kept is None:
                await connection.execute(
                    insert(telegram_bots).values(id=bot.id, tenant_id=bot.tenant_id, **values)
                )
            else:
                await connection.execute(update(telegram_bots).where(*mine).values(**values))
            await append(connection, audit)
            told = TelegramBotChanged(tenant_id=bot.tenant_id, bot_id=bot.id)
            await connection.execute(insert(outbox).values(payload=self._encode([told])))
        self._store.wake()
        return replace(bot, version=seen_version + 1)

    async def delete_telegram_bot(
        self, tenant_id: TenantId, bot_id: TelegramBotId, *, leave_unread: bool, audit: AuditDraft
    ) -> None:
        """See the port."""
        mine = (_B.tenant_id == tenant_id, _B.id == bot_id, ~_IS_DELETED)
        waiting = (_U.bot_id == bot_id, _U.state == UpdateState.KEPT.value)
        async with self._store.database.writing() as connection:
            # the write first: from here on nobody changes it, and nothing is kept for it
            await connection.execute(update(telegram_bots).where(*mine).values(version=_B.version + 1))
            kept = (await connection.execute(select(_B.name, _B.sealed, _B.setup).where(*mine))).one_or_none()
            if kept is None:
                raise NotFound("there is no such bot")
            count = await connection.scalar(
                select(func.count()).select_from(telegram_updates).where(*waiting)
            )
            if count and not leave_unread:
                raise Conflict(f"{count} messages of this bot are not read yet", code="updates_waiting")
            await connection.execute(
                update(telegram_updates)
                .where(*waiting)
                .values(state=UpdateState.UNREADABLE.value, lease_until=None)
            )
            setup = replace(_setup(kept.setup), welcome={}, rating={}, menu=BotMenu(), business_owners=())
            await connection.execute(
                update(telegram_bots)
                .where(*mine)
                .values(
                    name=f"{kept.name} {self._number_of(bot_id, kept.sealed)} {bot_id}",
                    enabled=False,
                    sealed=None,
                    setup=text(setup),
                )
            )
            await append(connection, audit)
            told = TelegramBotChanged(tenant_id=tenant_id, bot_id=bot_id)
            await connection.execute(insert(outbox).values(payload=self._encode([told])))
        self._store.wake()

    async def _require_unused(
        self, connection: AsyncConnection, bot: TelegramBot, secrets: BotSecrets
    ) -> None:
        """A name that was a deleted bot's is that bot's. Raises Conflict `name_was_used`."""
        rows = await connection.execute(
            select(_B.name).where(
                _B.tenant_id == bot.tenant_id, _B.name.startswith(f"{bot.name} ", autoescape=True)
            )
        )
        for row in rows:
            if row.name.split(" ")[1] != str(bot_number(secrets.token)):
                raise Conflict(
                    "another bot had this name, and its conversations are kept under it", code="name_was_used"
                )

    def _number_of(self, bot_id: str, sealed: bytes | None) -> int:
        try:
            return bot_number(self._opened(bot_id, sealed).token)
        except (Invalid, Unavailable):
            return _UNKNOWN

    def _opened(self, bot_id: str, sealed: bytes | None) -> BotSecrets:
        if sealed is None:
            return BotSecrets()
        return BotSecrets(**json.loads(self._seal.opened(bytes(sealed), _purpose(bot_id))))

    def _sealed(self, bot_id: str, before: bytes | None, given: BotSecrets) -> bytes:
        """What was there, with those that are given in their places."""
        new = {name: secret for name, secret in asdict(given).items() if secret}
        whole = new if len(new) == len(asdict(given)) else {**asdict(self._opened(bot_id, before)), **new}
        return self._seal.sealed(json.dumps(whole).encode(), _purpose(bot_id))


def _queues_named(own: QueueId, setup: BotSetup) -> dict[str, QueueId]:
    """The queues that a bot leads to, by the fields that name them."""
    buttons = {
        f"setup.menu.buttons.{place}.queue_id": button.queue_id
        for place, button in enumerate(setup.menu.buttons)
        if button.queue_id is not None
    }
    return {"queue_id": own, **buttons}


def _require_version(kept: int | None, seen: int) -> None:
    if kept is None and seen:
        raise NotFound("there is no such bot")
    if (kept or 0) != seen:
        raise Conflict("somebody changed this bot meanwhile", code="changed_meanwhile")


def _purpose(bot_id: str) -> str:
    return f"telegram bot {bot_id}"
