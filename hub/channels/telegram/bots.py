"""The bots there are, with their secrets and connections, kept current."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from hub.channels.telegram.settings import TelegramSettings
from hub.domain.errors import HubError, Unavailable
from hub.domain.ids import TelegramBotId, TenantId
from hub.domain.telegram import BotSecrets, TelegramBot
from hub.ports.telegram import TelegramBots

if TYPE_CHECKING:
    from hub.channels.telegram.api import BotApi

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A bot and its secrets."""

    bot: TelegramBot
    secrets: BotSecrets = field(repr=False)


class Bots:
    """Reads the bots when told that they changed. `changed` is told when there is something new."""

    def __init__(
        self,
        store: TelegramBots,
        tenant_id: TenantId,
        settings: TelegramSettings,
        *,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._tenant_id = tenant_id
        self._settings = settings
        self._changed = changed
        self._by_id: dict[TelegramBotId, Opened] = {}
        self._deleted: frozenset[str] = frozenset()
        self._apis: dict[str, BotApi] = {}
        self._owners: dict[tuple[TelegramBotId, str], int] = {}
        self._stack = AsyncExitStack()

    async def close(self) -> None:
        """End every connection."""
        self._apis.clear()
        await self._stack.aclose()

    async def refresh(self) -> None:
        """Read all of them. One whose secrets cannot be opened has none, and Telegram will say so.

        Raises Unavailable when the store cannot now."""
        found: dict[TelegramBotId, Opened] = {}
        for bot in await self._store.telegram_bots(self._tenant_id):
            try:
                secrets = await self._store.bot_secrets(bot)
            except Unavailable as error:
                if error.stable_code != "wrong_secret_key":
                    raise
                log.error("telegram_secrets_sealed_with_another_key", bot=bot.name)
                secrets = BotSecrets()
            found[bot.id] = Opened(bot=bot, secrets=secrets)
        self._deleted = await self._store.deleted_telegram_accounts(self._tenant_id)
        self._by_id = found
        self._owners.clear()
        self._changed()

    def all(self) -> list[Opened]:
        """Every bot."""
        return list(self._by_id.values())

    def of(self, bot_id: TelegramBotId) -> Opened | None:
        """The bot of that id."""
        return self._by_id.get(bot_id)

    def called(self, name: str) -> Opened | None:
        """The bot of that name."""
        return next((one for one in self._by_id.values() if one.bot.name == name), None)

    def named(self, account: str) -> Opened | None:
        """The bot that touches are kept under as `account`."""
        return next((one for one in self._by_id.values() if one.bot.account == account), None)

    def is_deleted(self, account: str) -> bool:
        """Whether the bot that touches are kept under as `account` was deleted."""
        return account in self._deleted

    def api(self, opened: Opened) -> "BotApi":
        """The connection of this bot. Raises Unavailable (`wrong_token`) where there is no token."""
        token = opened.secrets.token
        if not token:
            raise Unavailable("this bot has no token", code="wrong_token", retry_after_s=60.0)
        if token not in self._apis:
            self._apis[token] = self.connection(token)
            self._stack.push_async_exit(self._apis[token].__aexit__)
        return self._apis[token]

    def connection(self, token: str) -> "BotApi":
        """A connection of its own, to be used as `async with`."""
        # loaded with the first bot: it takes half a second, and most hubs have none
        from hub.channels.telegram.api import BotApi

        return BotApi(
            token,
            base_url=self._settings.base_url,
            answer_s=self._settings.answer_s,
            poll_s=self._settings.poll_s,
        )

    async def owner_of(self, opened: Opened, connection_id: str) -> int:
        """Whose business chats these are. Raises Unavailable, NotFound."""
        key = (opened.bot.id, connection_id)
        if key not in self._owners:
            self._owners[key] = await self.api(opened).owner_of(connection_id)
        return self._owners[key]


async def kept_current(bots: Bots, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Read the bots, however long the store takes to answer."""
    while True:
        try:
            await bots.refresh()
        except HubError as error:
            log.warning("telegram_bots_not_read", why=str(error))
            await pause(2.0)
        else:
            return
