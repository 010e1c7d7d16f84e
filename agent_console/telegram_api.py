"""Bots of Telegram, for administrators."""

from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.telegram_bodies import (
    TelegramBotBody,
    TelegramBotChange,
    TelegramBotPage,
    TelegramBotView,
    TelegramTrial,
    TelegramTried,
    bot_view,
)
from hub.desk.telegram import BotSettings
from hub.domain.access import Permission
from hub.domain.ids import TelegramBotId

_CONFIGURE = Permission.CONFIGURE


def operations(*, settings: BotSettings) -> list[Operation]:
    """What administrators do with bots."""
    made = Operations("telegram")

    @made.op("GET", "/api/v1/telegram/bots", _CONFIGURE, "Bots of Telegram")
    async def list_telegram_bots(call: Call) -> TelegramBotPage:
        """By name, with how each fares."""
        return TelegramBotPage(items=tuple(map(bot_view, await settings.all(call.principal))))

    @made.op("POST", "/api/v1/telegram/bots", _CONFIGURE, "Add a bot", status=201, idempotent=True)
    async def add_telegram_bot(call: Call, body: TelegramBotBody) -> TelegramBotView:
        """409 `name_taken`, `name_was_used` (by another bot that was deleted); 422 `token_taken`."""
        added = await settings.add(call.principal, body.bot(""), body.token.strip(), address=call.address)
        return bot_view(added)

    @made.op("PUT", "/api/v1/telegram/bots/{bot_id}", _CONFIGURE, "Change a bot")
    async def change_telegram_bot(call: Call, bot_id: Id, body: TelegramBotChange) -> TelegramBotView:
        """It begins anew at once; 409 `changed_meanwhile`, `name_taken`."""
        put = await settings.change(
            call.principal,
            body.bot.bot(bot_id),
            body.version,
            body.bot.token.strip(),
            address=call.address,
        )
        return bot_view(put)

    @made.op("DELETE", "/api/v1/telegram/bots/{bot_id}", _CONFIGURE, "Delete a bot")
    async def delete_telegram_bot(call: Call, bot_id: Id, leave_unread: bool = False) -> None:
        """With its token and texts. What was received stays; a reply to it fails with `account_deleted`, until the same
        bot is added under the same name. 409 `updates_waiting`: something it brought is not read yet, and with
        `leave_unread` never will be."""
        await settings.delete(
            call.principal, TelegramBotId(bot_id), leave_unread=leave_unread, address=call.address
        )

    @made.op("POST", "/api/v1/telegram/bots/try", _CONFIGURE, "Try a token out")
    async def try_telegram_bot(call: Call, body: TelegramTrial) -> TelegramTried:
        """Asks Telegram whose it is; nothing is sent and nothing is kept."""
        bot_id = None if body.bot_id is None else TelegramBotId(body.bot_id)
        works, told = await settings.try_out(call.principal, bot_id, body.token.strip(), by=body.updates)
        return TelegramTried(ok=works, said=told.text, code=told.code, values=dict(told.values))

    return list(made)
