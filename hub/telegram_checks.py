"""Tests of the bots of Telegram, for `touchline doctor` and the status page: does Telegram know each token?"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from hub.domain.errors import HubError
from hub.domain.ids import TenantId
from hub.domain.telegram import TelegramBot
from hub.part_checks import fail, ok, warn
from hub.ports.status import Finding
from hub.ports.telegram import BotStandings, TelegramBots, UpdateStore

_REMEDY = "see the bot's token (from the BotFather), and that this machine reaches channels.telegram.base_url"
_OLD_S = 60.0


def switched_off() -> Finding:
    """There is no Telegram in this house."""
    return ok("telegram", "switched off (channels.telegram.enabled)", code="telegram_off")


async def nobody(bot: TelegramBot) -> bool:  # noqa: ARG001 - one of those that `examined` is given
    """No bot is anybody else's."""
    return False


async def examined(
    store: TelegramBots,
    standings: BotStandings,
    updates: UpdateStore,
    tenant_id: TenantId,
    now: datetime,
    *,
    lives_elsewhere: Callable[[TelegramBot], Awaitable[bool]] = nobody,
) -> list[Finding]:
    """Each bot that is enabled, and whether updates are read; nothing is sent. Telegram is not asked about one that
    `lives_elsewhere`. Raises Unavailable."""
    bots = [bot for bot in await store.telegram_bots(tenant_id) if bot.enabled]
    if not bots:
        return [ok("telegram", "no bot is set", code="no_telegram_bot")]
    troubles = {one.bot_id: one.trouble.text for one in standings.standings() if one.trouble}
    findings = []
    for bot in bots:
        try:
            if await lives_elsewhere(bot):
                findings.append(
                    ok(f"telegram {bot.name}", "the demo's own bot, which lives as long as the demo")
                )
                continue
            works, told = await standings.try_out((await store.bot_secrets(bot)).token)
            said = told.text
        except HubError as error:
            works, said = False, str(error)
        said = troubles.get(bot.id) or said
        values = {"bot": bot.name, "said": said}
        if works and not troubles.get(bot.id):
            findings.append(ok(f"telegram {bot.name}", said, code="telegram_ok", values=values))
        else:
            findings.append(
                fail(f"telegram {bot.name}", said, _REMEDY, code="telegram_broken", values=values)
            )
    waiting, since = await updates.waiting_updates(tenant_id)
    if since is not None and (now - since).total_seconds() > _OLD_S:
        text = f"{waiting} updates wait to be read, the oldest since {since:%Y-%m-%d %H:%M} UTC"
        findings.append(
            warn("telegram updates", text, "see the log", code="telegram_waits", values={"count": waiting})
        )
    if unreadable := await updates.count_unreadable(tenant_id):
        text = f"{unreadable} updates could not be read; they are kept as they came"
        findings.append(
            ok("telegram updates", text, code="telegram_unreadable", values={"count": unreadable})
        )
    return findings
