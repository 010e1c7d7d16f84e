"""The skills that menus of bots lead to: they are of the house, and are renamed with it."""

from dataclasses import replace

import msgspec

from crm_store.driver import Wire
from crm_store.mapping import text
from crm_store.queue_writes import renamed
from hub.domain.ids import TelegramBotId, TenantId
from hub.domain.question import Choice
from hub.domain.telegram import BotSetup

_setup = msgspec.json.Decoder(BotSetup).decode
_choices = msgspec.json.Decoder(tuple[Choice, ...]).decode


async def menu_skills(wire: Wire, tenant_id: TenantId) -> set[str]:
    """Those that a button leads to."""
    rows = await wire.fetch("SELECT setup FROM telegram_bots WHERE tenant_id = $1", tenant_id)
    return {skill for (setup,) in rows for button in _setup(setup).menu.buttons for skill in button.skills}


async def rename_in_menus(wire: Wire, tenant_id: TenantId, name: str, to: str) -> list[TelegramBotId]:
    """Buttons that lead to `name` lead to `to`, or to no skill where that is empty, also of menus that clients have
    before them; the bots that are changed by it."""
    changed = []
    for bot_id, raw in await wire.fetch(
        "SELECT id, setup FROM telegram_bots WHERE tenant_id = $1 ORDER BY id FOR UPDATE", tenant_id
    ):
        setup = _setup(raw)
        buttons = tuple(replace(b, skills=renamed(b.skills, name, to)) for b in setup.menu.buttons)
        if buttons != setup.menu.buttons:
            after = replace(setup, menu=replace(setup.menu, buttons=buttons))
            await wire.execute(
                "UPDATE telegram_bots SET setup = $1, version = version + 1 WHERE id = $2",
                text(after),
                bot_id,
            )
            changed.append(TelegramBotId(bot_id))
    for touch_id, raw in await wire.fetch(
        "SELECT touch_id, choices FROM questions WHERE tenant_id = $1 AND kind = 'menu' AND settled_at IS NULL"
        " ORDER BY touch_id FOR UPDATE",
        tenant_id,
    ):
        before = _choices(raw)
        choices = tuple(replace(c, skills=renamed(c.skills, name, to)) for c in before)
        if choices != before:
            await wire.execute(
                "UPDATE questions SET choices = $1 WHERE touch_id = $2", text(choices), touch_id
            )
    return changed
