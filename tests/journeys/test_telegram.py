"""A client writes to a bot of a whole hub, by polling and by webhook, and an agent answers."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.clients import Agent
from tests.hubs import RunningHub, start_hub
from tests.ports import free_port
from tests.servers.bot_api import BotApiLookAlike, Fault, LookBot, Person

pytestmark = pytest.mark.timeout(180)

WAYS = ("polling", "webhook")
every_way = pytest.mark.parametrize("way", WAYS)


@dataclass
class BotHub:
    """A hub with a bot, and the Telegram that it belongs to."""

    hub: RunningHub
    api: BotApiLookAlike
    bot: LookBot
    kept: dict[str, Any]
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def ivan(self) -> Person:
        return self.api.person()

    async def end(self) -> None:
        """Stop whichever process it is by now."""
        await self.hub.stop()

    async def again(self, crash_at: str = "") -> None:
        """Another process on the same store and port."""
        self.hub = await start_hub(
            self.folder / "data", settings=self.settings, port=self.hub.port, crash_at=crash_at
        )


@asynccontextmanager
async def bot_hub(
    folder: Path,
    way: str = "polling",
    *,
    crash_at: str = "",
    menu: dict[str, str] | None = None,
    wait_s: int = 600,
    **setup: Any,
) -> AsyncIterator[BotHub]:
    """`menu`: the names of queues by the labels of the buttons that lead to them."""
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApiLookAlike())
        port = free_port()
        settings = {
            "CHANNELS__TELEGRAM__BASE_URL": api.url,
            "CHANNELS__TELEGRAM__ANSWER_S": "3",
            "HTTP__PUBLIC_URL": f"http://127.0.0.1:{port}",
            "LOG__LEVEL": "debug",
        }
        bot = api.bot()
        hub = await start_hub(folder / "data", settings=settings, port=port, crash_at=crash_at)
        made = BotHub(hub, api, bot, {}, folder, settings)
        stack.push_async_callback(made.end)
        async with Agent(hub.url, "admin") as admin:
            queues = await admin.get("/api/v1/queues")
            queue_id = next(q["id"] for q in queues["items"] if q["name"] == "support")
            body: dict[str, Any] = {
                "name": "shop",
                "queue_id": queue_id,
                "token": bot.token,
                "setup": {"updates": way, "language": "en", **setup},
            }
            if menu:
                named = {q["name"]: q["id"] for q in queues["items"]}
                buttons = [{"labels": {"en": label}, "queue_id": named.get(to)} for label, to in menu.items()]
                text = {"en": "What is it about?"}
                body["setup"]["menu"] = {"text": text, "buttons": buttons, "wait_s": wait_s}
            made.kept = await admin.post("/api/v1/telegram/bots", body)
            async with asyncio.timeout(20):
                while (await shown(admin))["receiving"] != "works":
                    await asyncio.sleep(0.1)
        yield made
        assert bot.token.partition(":")[2] not in hub.log.read_text(errors="replace")


async def shown(admin: Agent) -> dict[str, Any]:
    (bot,) = (await admin.get("/api/v1/telegram/bots"))["items"]
    return dict(bot)


@asynccontextmanager
async def anna_at(tg: BotHub) -> AsyncIterator[Agent]:
    async with Agent(tg.hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        yield anna


async def touches(agent: Agent, interaction_id: str) -> list[dict[str, Any]]:
    return list((await agent.get(f"/api/v1/interactions/{interaction_id}/touches"))["items"])


async def until_texts(agent: Agent, interaction_id: str, count: int, within_s: float = 30.0) -> list[str]:
    """What stands in the conversation, once it is so much."""
    while len(found := await touches(agent, interaction_id)) < count:
        await agent.heard("touch_added", within_s)
    return [one["text"] for one in found]


async def taken(agent: Agent, within_s: float = 20.0) -> str:
    offer = await agent.offered(within_s=within_s)
    return str((await agent.accept(offer["reservation_id"]))["id"])


async def answer(agent: Agent, interaction_id: str, text: str, **more: Any) -> dict[str, Any]:
    path = f"/api/v1/interactions/{interaction_id}/touches"
    return dict(await agent.post(path, {"channel": "telegram", "text": text, **more}))


@every_way
async def test_a_client_writes_sends_everything_and_is_answered(tmp_path: Path, way: str) -> None:
    async with bot_hub(tmp_path, way) as tg, anna_at(tg) as anna:
        ivan, bot = tg.ivan, tg.bot
        ivan.writes(bot, "/start")
        first = ivan.writes(bot, "Где мой заказ?")
        offer = await anna.offered()
        assert (offer["work_item"]["channel"], offer["work_item"]["queue"]) == ("telegram", "support")
        interaction_id = str((await anna.accept(offer["reservation_id"]))["id"])
        await answer(anna, interaction_id, "Уже едет.")
        (sent,) = await bot.until_sent(1)
        assert (sent.chat_id, sent.text) == (ivan.id, "Уже едет.")
        await anna.heard("delivery_changed", delivery="sent")

        ivan.edits(bot, first, "Где мой заказ 12?")
        ivan.sends_photo(bot, b"\xff\xd8\xffpicture", "look")
        ivan.sends_document(bot, b"%PDF-1.4")
        ivan.sends_voice(bot, b"OggS voice")
        ivan.sends_video(bot, b"....ftypmp42")
        ivan.sends_sticker(bot, b"RIFF....WEBP")
        ivan.sends_location(bot, 41.01, 28.97)
        ivan.presses(bot, "yes", "Да")
        ivan.sends_contact(bot, "905321234567")
        ivan.sends_document(bot, b"", "film.bin", size_bytes=21_000_000)
        texts = await until_texts(anna, interaction_id, 12)
        assert texts == [
            "Где мой заказ?",
            "Уже едет.",
            "Edited: Где мой заказ 12?",
            "look",
            "",
            "",
            "",
            "👍",
            "geo:41.01,28.97",
            "Pressed: Да",
            "Shared their phone number: +905321234567",
            "A file that is too large to fetch: film.bin (21000 kB)",
        ]
        files = [one["attachments"] for one in await touches(anna, interaction_id)]
        assert [(f[0]["name"], f[0]["media_type"]) for f in files if f] == [
            ("photo.jpg", "image/jpeg"),
            ("bill.pdf", "application/pdf"),
            ("voice.ogg", "audio/ogg"),
            ("video.mp4", "video/mp4"),
            ("sticker.webp", "image/webp"),
        ]
        assert bot.answered
        card = await anna.get(f"/api/v1/interactions/{interaction_id}/card")
        assert "+905321234567" in str(card)
        await bot.until_confirmed()


async def test_business_chats_are_taken_only_of_known_owners_and_deletions_are_kept(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, business_owners=[8001]) as tg, anna_at(tg) as anna:
        bot, ivan, owner = tg.bot, tg.ivan, tg.api.person(8001, "Owner")
        stranger = tg.api.person(8002, "Stranger")
        connection = bot.connect_business(owner)
        other = bot.connect_business(stranger, "business-2")
        ivan.writes(bot, "not for us", business=other)
        owner.writes(bot, "I am the owner", business=connection, chat_with=ivan.id)
        first = ivan.writes(bot, "to the owner", business=connection)
        interaction_id = await taken(anna)
        await answer(anna, interaction_id, "for the owner")
        (sent,) = await bot.until_sent(1)
        assert (sent.connection_id, sent.text) == (connection, "for the owner")
        ivan.deletes(bot, [first])
        texts = await until_texts(anna, interaction_id, 3)
        assert texts == ["to the owner", "for the owner", "Deleted: to the owner"]


async def test_groups_are_off_and_what_nobody_can_read_is_kept_and_hurts_nobody(tmp_path: Path) -> None:
    async with bot_hub(tmp_path) as tg, anna_at(tg) as anna, Agent(tg.hub.url, "admin") as admin:
        bot, ivan = tg.bot, tg.ivan
        ivan.writes(bot, "in a group", group=-100)
        number = bot.next_update_id
        for wrong in (
            {"update_id": number},
            {"update_id": number + 1, "message": {"message_id": 1}},
            {"update_id": number + 2, "message": {"chat": {"id": ivan.id}, "text": 5}},
            {"update_id": number + 3, "brand_new_kind": {"some": "thing"}},
            {"update_id": number + 4, "message": "no object"},
        ):
            bot.raw_update(wrong)
        ivan.writes(bot, "a half \ud800 pair")
        ivan.writes(bot, "good")
        interaction_id = await taken(anna)
        assert (await until_texts(anna, interaction_id, 2))[1] == "good"
        await bot.until_confirmed()
        await admin.post("/api/v1/status/parts/telegram/test")
        (part,) = [
            one for one in (await admin.get("/api/v1/status/parts"))["items"] if one["part"] == "telegram"
        ]
        assert {found["code"] for found in part["latest"]["findings"]} >= {"telegram_ok"}


async def test_a_webhook_takes_nothing_from_whoever_does_not_know_the_secret(tmp_path: Path) -> None:
    async with bot_hub(tmp_path, "webhook") as tg, anna_at(tg) as anna, aiohttp.ClientSession() as session:
        header, right = "X-Telegram-Bot-Api-Secret-Token", tg.bot.webhook["secret_token"]
        url = f"{tg.hub.url}/hooks/telegram/shop"
        update = {"update_id": 5, "message": tg.ivan.message(tg.bot, text="forged")}
        refused: list[list[tuple[str, str]]] = [
            [],
            [(header, "")],
            [(header, "wrong")],
            [(header, right[:-1])],
            [(header, right + "x")],
            [(header, right), (header, right)],
            [(header, "ü")],
        ]
        for headers in refused:
            async with session.post(url, json=update, headers=headers) as response:
                assert response.status == 401
        async with session.post(
            f"{tg.hub.url}/hooks/telegram/nobody", json=update, headers={header: right}
        ) as r:
            assert r.status == 401
        async with session.post(url, data=io.BytesIO(b"x" * 1_100_000), headers={header: right}) as r:
            assert r.status == 413
        async with session.post(url, data=b"{no json", headers={header: right}) as r:
            assert r.status == 200
        for _ in range(3):
            async with session.post(url, json={**update, "update_id": 6}, headers={header: right}) as r:
                assert r.status == 200
        interaction_id = await taken(anna)
        assert await until_texts(anna, interaction_id, 1) == ["forged"]
        metrics = await anna.ask("GET", "/metrics")
        figures = metrics.body.decode()
        assert 'telegram_updates_total{outcome="wrong_secret"} 8.0' in figures
        assert 'telegram_updates_total{outcome="kept"} 2.0' in figures
        assert 'telegram_updates_total{outcome="repeated"} 2.0' in figures


async def test_a_second_poller_is_told_of_and_the_bot_comes_back(tmp_path: Path) -> None:
    async with bot_hub(tmp_path) as tg, Agent(tg.hub.url, "admin") as admin:
        tg.api.fault_of = lambda _bot, method: (
            Fault(code=409, said="Conflict: terminated by other getUpdates request")
            if method == "getUpdates"
            else None
        )
        tg.ivan.writes(tg.bot, "x")
        async with asyncio.timeout(60):
            while (bot := await shown(admin))["receiving"] != "broken":
                await asyncio.sleep(0.2)
        assert "another program" in bot["trouble"]
        tg.api.fault_of = lambda _bot, _method: None
        async with asyncio.timeout(60):
            while (await shown(admin))["receiving"] != "works":
                await asyncio.sleep(0.2)


async def test_a_client_sees_that_they_are_written_to(tmp_path: Path) -> None:
    async with bot_hub(tmp_path) as tg, anna_at(tg) as anna:
        tg.ivan.writes(tg.bot, "hello")
        interaction_id = await taken(anna)
        await anna.socket.send({"kind": "typing", "interaction_id": interaction_id, "typing": True})
        await tg.bot.until(lambda: bool(tg.bot.actions))
        assert tg.bot.actions[0] == (tg.ivan.id, "typing")
        await answer(anna, interaction_id, "here I am")
        await tg.bot.until_sent(1)
