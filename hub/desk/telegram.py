"""Bots of Telegram as administrators see, try out and change them."""

import secrets as randomness
from dataclasses import dataclass

from hub.desk.administer import draft_of
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction
from hub.domain.errors import Invalid, NotFound
from hub.domain.ids import TelegramBotId
from hub.domain.mail_told import Told
from hub.domain.telegram import BotSecrets, TelegramBot, UpdatesBy, bot_number, checked_bot
from hub.domain.values import changed
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.telegram import BotStanding, BotStandings, TelegramBots

_SECRET_BYTES = 32
_NO_ADDRESS = Told(
    code="no_public_url", text="a webhook needs the public address of this hub (http.public_url)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBot:
    """A bot, whether its token is set, and how it fares (None: it is off)."""

    bot: TelegramBot
    has_token: bool
    standing: BotStanding | None


class BotSettings:
    """The bots of the house. `has_address`: the hub knows its public address, which a webhook needs."""

    def __init__(
        self, store: TelegramBots, standings: BotStandings, clock: Clock, *, has_address: bool
    ) -> None:
        self._store = store
        self._standings = standings
        self._clock = clock
        self._has_address = has_address

    async def all(self, principal: Principal) -> list[ShownBot]:
        """All of them, by name."""
        principal.require(Permission.CONFIGURE)
        standings = {one.bot_id: one for one in self._standings.standings()}
        return [
            ShownBot(
                bot=bot,
                has_token=bool((await self._store.bot_secrets(bot)).token),
                standing=standings.get(bot.id),
            )
            for bot in await self._store.telegram_bots(principal.tenant_id)
        ]

    async def add(self, principal: Principal, bot: TelegramBot, token: str, *, address: str = "") -> ShownBot:
        """A new bot; it gets a secret by which Telegram proves itself. Raises Invalid, Conflict `name_taken`,
        `name_was_used`."""
        principal.require(Permission.CONFIGURE)
        if not token:
            raise Invalid("give the token that the BotFather gave you", field="token")
        fresh = changed(bot, id=TelegramBotId(new_id()))
        webhook = randomness.token_urlsafe(_SECRET_BYTES)
        return await self._put(principal, fresh, 0, token, webhook, "added", address)

    async def change(
        self, principal: Principal, bot: TelegramBot, seen_version: int, token: str, *, address: str = ""
    ) -> ShownBot:
        """An empty token leaves the one there is. Raises NotFound, Invalid, Conflict `changed_meanwhile`."""
        principal.require(Permission.CONFIGURE)
        await self._mine(principal, bot.id)
        return await self._put(principal, bot, seen_version, token, "", "changed", address)

    async def delete(
        self, principal: Principal, bot_id: TelegramBotId, *, leave_unread: bool = False, address: str = ""
    ) -> None:
        """What was received stays, and replies to it fail until the same bot is added under the same name. Raises
        NotFound, Conflict `updates_waiting`."""
        principal.require(Permission.CONFIGURE)
        bot = await self._mine(principal, bot_id)
        audit = draft_of(
            principal,
            self._clock,
            AuditAction.CHANGE_TELEGRAM_BOT,
            bot.name,
            reason="deleted",
            address=address,
        )
        await self._store.delete_telegram_bot(
            principal.tenant_id, bot_id, leave_unread=leave_unread, audit=audit
        )

    async def try_out(
        self, principal: Principal, bot_id: TelegramBotId | None, token: str, *, by: UpdatesBy
    ) -> tuple[bool, Told]:
        """Ask Telegram whose token it is; an empty one is that of the kept bot. Nothing is sent and nothing is kept.
        A webhook without an address to bring updates to works as little."""
        principal.require(Permission.CONFIGURE)
        if not token and bot_id is not None:
            token = (await self._store.bot_secrets(await self._mine(principal, bot_id))).token
        bot_number(token)
        if by is UpdatesBy.WEBHOOK and not self._has_address:
            return False, _NO_ADDRESS
        return await self._standings.try_out(token)

    async def _mine(self, principal: Principal, bot_id: TelegramBotId) -> TelegramBot:
        for bot in await self._store.telegram_bots(principal.tenant_id):
            if bot.id == bot_id:
                return bot
        raise NotFound("there is no such bot")

    async def _put(
        self,
        principal: Principal,
        bot: TelegramBot,
        seen: int,
        token: str,
        webhook: str,
        reason: str,
        address: str,
    ) -> ShownBot:
        mine = checked_bot(changed(bot, tenant_id=principal.tenant_id))
        if mine.enabled and mine.setup.updates is UpdatesBy.WEBHOOK and not self._has_address:
            raise Invalid(_NO_ADDRESS.text, field="updates", code=_NO_ADDRESS.code)
        if token:
            await self._require_free(mine, bot_number(token))
        audit = draft_of(
            principal,
            self._clock,
            AuditAction.CHANGE_TELEGRAM_BOT,
            bot.name,
            reason=reason,
            address=address,
        )
        put = await self._store.put_telegram_bot(
            mine, seen_version=seen, secrets=BotSecrets(token=token, webhook=webhook), audit=audit
        )
        has_token = bool((await self._store.bot_secrets(put)).token)
        return ShownBot(bot=put, has_token=has_token, standing=None)

    async def _require_free(self, mine: TelegramBot, number: int) -> None:
        """Two that ask for the updates of one bot take them from each other."""
        for other in await self._store.telegram_bots(mine.tenant_id):
            token = (await self._store.bot_secrets(other)).token
            if other.id != mine.id and token and bot_number(token) == number:
                raise Invalid(f"the bot {other.name} has this token", field="token", code="token_taken")
