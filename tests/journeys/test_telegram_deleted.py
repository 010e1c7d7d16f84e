"""A bot is deleted from a running hub, and comes back."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.clients import Agent
from tests.journeys.test_telegram import anna_at, answer, bot_hub, every_way, taken, touches, until_texts
from tests.servers.bot_api import Fault

pytestmark = pytest.mark.timeout(180)


@every_way
async def test_a_deleted_bot_asks_for_nothing_and_its_conversations_stay(tmp_path: Path, way: str) -> None:
    async with bot_hub(tmp_path, way) as tg, anna_at(tg) as anna, Agent(tg.hub.url, "admin") as admin:
        bot, path = tg.bot, f"/api/v1/telegram/bots/{tg.kept['id']}"
        tg.ivan.writes(bot, "hello")
        interaction_id = await taken(anna)
        await answer(anna, interaction_id, "here I am")
        await bot.until_sent(1)
        await bot.until_confirmed()
        hook = bot.webhook.get("secret_token", "")
        assert bool(hook) == (way == "webhook")

        both = await asyncio.gather(admin.ask("DELETE", path), admin.ask("DELETE", path))
        assert sorted(one.status for one in both) == [204, 404]
        assert (await admin.get("/api/v1/telegram/bots"))["items"] == []
        if way == "webhook":
            await bot.until(lambda: not bot.webhook)
            headers = {"X-Telegram-Bot-Api-Secret-Token": hook}
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{tg.hub.url}/hooks/telegram/shop", json={}, headers=headers) as said,
            ):
                assert said.status == 401
        asked = bot.calls["getUpdates"]
        tg.ivan.writes(bot, "is anybody there")

        # the history is read, and what is written in it fails for good
        assert [one["text"] for one in await touches(anna, interaction_id)] == ["hello", "here I am"]
        await answer(anna, interaction_id, "and now")
        failed = await anna.heard("delivery_changed", delivery="failed")
        assert failed["detail"].startswith("account_deleted")
        assert bot.calls["getUpdates"] <= asked + 1
        assert len(bot.sent) == 1
        audit = await admin.get("/api/v1/audit")
        found = [one for one in audit["items"] if one["action"] == "change_telegram_bot"]
        assert {one["reason"] for one in found} >= {"added", "deleted"}

        # another bot may not have its name; it may, and goes on in the same conversation
        other = tg.api.bot("4009:another-bot_0123456789", "other_bot")
        body = {key: tg.kept[key] for key in ("name", "queue_id", "enabled", "setup")}
        refused = await admin.ask("POST", "/api/v1/telegram/bots", {**body, "token": other.token})
        assert (refused.status, refused.body["code"]) == (409, "name_was_used")
        await admin.post("/api/v1/telegram/bots", {**body, "token": bot.token})
        assert await until_texts(anna, interaction_id, 4) == [
            "hello",
            "here I am",
            "and now",
            "is anybody there",
        ]
        await answer(anna, interaction_id, "I am back")
        assert (await bot.until_sent(2))[-1].text == "I am back"


async def test_a_webhook_that_cannot_be_taken_back_at_once_is_taken_back_later(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, "webhook") as tg, Agent(tg.hub.url, "admin") as admin:
        faults = iter([Fault(code=500), Fault(code=500)])
        tg.api.fault_of = lambda _bot, method: next(faults, None) if method == "deleteWebhook" else None
        assert (await admin.ask("DELETE", f"/api/v1/telegram/bots/{tg.kept['id']}")).status == 204
        await tg.bot.until(lambda: not tg.bot.webhook)
        assert tg.bot.calls["deleteWebhook"] == 3


async def test_a_bot_whose_token_is_dead_is_deleted_all_the_same(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, "webhook") as tg, Agent(tg.hub.url, "admin") as admin:
        path = f"/api/v1/telegram/bots/{tg.kept['id']}"
        # a file that nobody can fetch any more is never read
        tg.api.fault_of = lambda _bot, method: (
            Fault(code=401, said="Unauthorized") if method == "getFile" else None
        )
        tg.ivan.sends_photo(tg.bot, b"\xff\xd8\xffpicture")
        await tg.bot.until_confirmed()
        waiting = await admin.ask("DELETE", path)
        assert (waiting.status, waiting.body["code"]) == (409, "updates_waiting")
        assert (await admin.ask("DELETE", f"{path}?leave_unread=true")).status == 204
        async with Agent(tg.hub.url, "anna") as anna:
            assert (await anna.ask("DELETE", path)).status == 403
