"""A house gets its first bot in Chromium; a client writes to it, and is answered at the desk."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect

from hub.simulator.carried import spoken
from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import become_available, reply, sign_in
from tests.browser.test_screens import SCROLLS
from tests.clients import Agent
from tests.hubs import start_hub
from tests.servers.bot_api import BotApiLookAlike, Fault, LookBot, Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/telegram"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1366, 768), ("tr", "light", 390, 844)]


async def test_a_bot_is_tried_out_added_and_answered(browser: Browser, tmp_path: Path) -> None:
    async with BotApiLookAlike() as api:
        bot = api.bot()
        hub = await start_hub(tmp_path / "data", settings={"CHANNELS__TELEGRAM__BASE_URL": api.url})
        try:
            office = await screen_of(browser, PICTURES, language="en")
            page = office.page
            await sign_in(page, hub.url, "admin")
            await page.goto(f"{hub.url}/admin/telegram")
            await expect(page.get_by_text("There is no bot yet.")).to_be_visible()
            await page.get_by_role("button", name="Add a bot").press("Enter")
            await page.get_by_label("Name", exact=True).fill("shop")
            token = page.get_by_label("Token", exact=True)

            # a token that is none, one that nobody has, and the right one
            await token.fill("nonsense")
            await page.get_by_role("button", name="Try it out").press("Enter")
            await expect(page.get_by_role("alert").filter(has_text="123456:ABC-DEF")).to_be_visible()
            await expect(token).to_be_focused()
            await token.fill("999:this-token-belongs-to-nobody")
            await page.get_by_role("button", name="Try it out").press("Enter")
            await expect(page.get_by_role("status").filter(has_text="does not work")).to_be_visible()
            await token.fill(bot.token)
            await page.get_by_role("button", name="Try it out").press("Enter")
            await expect(page.get_by_role("status").filter(has_text=bot.username)).to_be_visible()

            # owners are ids
            owners = page.get_by_label("Telegram ids of the people")
            await owners.fill("@anna")
            await page.get_by_role("button", name="Save").press("Enter")
            await expect(page.get_by_role("alert").filter(has_text="is a number")).to_be_visible()
            await owners.fill("")
            await page.get_by_role("button", name="Save").press("Enter")
            await expect(page.locator(".choice")).to_contain_text("shop")
            await expect(token).to_have_value("")
            await expect(token).to_have_attribute("placeholder", "kept; type only to change it")
            await expect(page.locator("form.setup")).to_contain_text("Receiving: works", timeout=30_000)
            await expect(page.locator(".choice")).to_contain_text(f"@{bot.username}")
            assert bot.token not in await page.content()

            # what is changed is not lost by adding another
            groups = page.get_by_role("checkbox", name="Messages in groups")
            await groups.check()
            await page.get_by_role("button", name="Add a bot").press("Enter")
            ask = page.get_by_role("group", name="Unsaved changes")
            await expect(ask).to_contain_text("What you changed in shop is not saved.")
            await expect(ask.get_by_role("button", name="Go on here")).to_be_focused()
            await office.picture("unsaved-en-light")
            assert await office.violations() == []
            await page.keyboard.press("Escape")
            await expect(ask).to_have_count(0)
            await expect(groups).to_be_checked()
            await page.get_by_role("button", name="Add a bot").press("Enter")
            await ask.get_by_role("button", name="Throw it away").press("Enter")
            await expect(page.get_by_label("Name", exact=True)).to_be_focused()
            await expect(page.get_by_label("Name", exact=True)).to_have_value("")
            await page.locator(".choice").press("Enter")
            await expect(groups).not_to_be_checked()

            # a client writes, an agent answers
            desk = await screen_of(browser, PICTURES, language="en")
            await sign_in(desk.page, hub.url, "anna")
            await become_available(desk.page)
            ivan = api.person()
            ivan.writes(bot, "Where is my order?")
            await desk.page.locator("section.offer.full").wait_for()
            await desk.page.keyboard.press("a")
            await desk.page.locator("article.touch.inbound", has_text="Where is my order?").wait_for()
            await reply(desk.page, "It left today.")
            async with asyncio.timeout(30):
                while not any("It left today." in str(one) for one in bot.sent):
                    await asyncio.sleep(0.1)
            await _a_voice_is_heard(desk, ivan, bot)
            await desk.page.context.close()
            await page.context.close()

            for language, theme, width, height in LOOKS:
                screen = await screen_of(
                    browser, PICTURES, language=language, theme=theme, width=width, height=height
                )
                await sign_in(screen.page, hub.url, "admin")
                await screen.page.goto(f"{hub.url}/admin/telegram")
                await screen.page.locator("form.setup").wait_for()
                await screen.settled()
                await screen.picture(f"bots-{language}-{theme}-{width}")
                assert [*await screen.violations(), *screen.complaints] == []
                assert not await screen.page.evaluate(SCROLLS)
                await screen.page.context.close()
        finally:
            await hub.stop()


async def _a_voice_is_heard(desk: Screen, ivan: Person, bot: LookBot) -> None:
    """In its place, once somebody asks for it; what cannot be played says so, and is saved all the same."""
    ivan.sends_voice(bot, await asyncio.to_thread(spoken, "en"))
    voice = desk.page.locator("article.touch.inbound", has=desk.page.get_by_text("voice.ogg"))
    play = voice.get_by_role("button", name="Play")
    await play.wait_for()
    assert await voice.locator("audio").count() == 0
    await play.press("Enter")
    sound = voice.locator("audio")
    await sound.wait_for()
    async with asyncio.timeout(20):
        while not await sound.evaluate("one => one.duration > 0 && one.currentTime > 0 && !one.error"):
            await asyncio.sleep(0.05)
    await desk.picture("voice-en-light")
    assert [*await desk.violations(), *desk.complaints] == []

    ivan.sends_voice(bot, b"OggS and nothing that sounds")
    broken = desk.page.locator("article.touch.inbound", has=desk.page.get_by_text("voice.ogg")).last
    await broken.get_by_role("button", name="Play").press("Enter")
    await expect(broken.get_by_role("alert")).to_contain_text("Save the file")
    await expect(broken.get_by_role("link", name="voice.ogg")).to_be_visible()


@pytest.mark.parametrize(("page_of", "add"), [("telegram", "Add a bot"), ("mail", "Add an account")])
async def test_whoever_is_quicker_than_the_hub_finds_a_queue_chosen_all_the_same(
    browser: Browser, tmp_path: Path, page_of: str, add: str
) -> None:
    hub = await start_hub(tmp_path / "data")
    answered = asyncio.Event()

    async def later(route: Route) -> None:
        await answered.wait()
        await route.continue_()

    try:
        office = await screen_of(browser, PICTURES, language="en")
        page = office.page
        await sign_in(page, hub.url, "admin")
        await page.route(re.compile(r"/queues(\?|$)"), later)
        await page.goto(f"{hub.url}/admin/{page_of}")
        await page.get_by_role("button", name=add).first.press("Enter")
        queue = page.get_by_role("combobox", name="Queue", exact=True)
        await expect(queue).to_have_value("")
        answered.set()
        await expect(queue).not_to_have_value("")
    finally:
        await hub.stop()


async def test_a_menu_is_made_pressed_and_the_conversation_rated(browser: Browser, tmp_path: Path) -> None:
    async with BotApiLookAlike() as api:
        bot, ivan = api.bot(), api.person(language_code="en")
        hub = await start_hub(tmp_path / "data", settings={"CHANNELS__TELEGRAM__BASE_URL": api.url})
        try:
            office = await screen_of(browser, PICTURES, language="en")
            page = office.page
            await sign_in(page, hub.url, "admin")
            await page.goto(f"{hub.url}/admin/telegram")
            await page.get_by_role("button", name="Add a bot").press("Enter")
            await page.get_by_label("Name", exact=True).fill("shop")
            await page.get_by_label("Token", exact=True).fill(bot.token)
            await page.get_by_label("Question after a conversation: English").fill("How was it?")
            await expect(page.get_by_text("No buttons: nothing is asked")).to_be_visible()

            # a button has the focus as it is added; one without a label, and a menu without a question, are refused
            add, save = (page.get_by_role("button", name=name) for name in ("Add a button", "Save"))
            await add.press("Enter")
            first = page.get_by_role("group", name="Button 1", exact=True)
            await expect(first.get_by_label("Label of button 1: English")).to_be_focused()
            await save.press("Enter")
            question = page.get_by_label("Question: English", exact=True)
            await expect(page.get_by_role("alert").filter(has_text="needs a question")).to_be_visible()
            await expect(question).to_be_focused()
            await question.fill("What is it about?")
            await save.press("Enter")
            await expect(first.get_by_role("alert").filter(has_text="needs a label")).to_be_visible()
            await expect(first.get_by_label("Label of button 1: English")).to_be_focused()
            await first.get_by_label("Label of button 1: English").fill("Buy")
            await first.locator("select").select_option(label="sales")
            await first.get_by_role("button", name="Add a skill").press("Enter")
            await first.get_by_label("Skill", exact=True).fill("wholesale")
            await add.press("Enter")
            second = page.get_by_role("group", name="Button 2", exact=True)
            await second.get_by_label("Label of button 2: English").fill("Help")
            await add.press("Enter")
            third = page.get_by_role("group", name="Button 3", exact=True)
            await third.get_by_label("Label of button 3: English").fill("Nothing")
            await third.get_by_role("button", name="Remove button 3").press("Enter")
            await expect(add).to_be_focused()
            await second.get_by_role("button", name="Move button 2 up").press("Enter")
            await expect(first.get_by_label("Label of button 1: English")).to_have_value("Help")
            await save.press("Enter")
            await expect(page.locator(".choice")).to_contain_text("shop")
            await expect(page.locator("form.setup")).to_contain_text("Receiving: works", timeout=30_000)
            await page.reload()
            await expect(second.get_by_label("Label of button 2: English")).to_have_value("Buy")
            await expect(second.locator("select")).to_have_value(re.compile(".+"))

            await expect(second.get_by_label("Skill", exact=True)).to_have_value("wholesale")
            async with Agent(hub.url, "admin") as admin:
                assert "wholesale" in (await admin.get("/api/v1/floor/staffing"))["skills"]
                await admin.post("/api/v1/floor/skills/remove", {"name": "wholesale"})
            await page.reload()
            await expect(second.get_by_label("Label of button 2: English")).to_have_value("Buy")
            await expect(second.get_by_label("Skill", exact=True)).to_have_count(0)

            # a client chooses, an agent serves and closes, the client rates, a manager reads it
            async with Agent(hub.url, "anna") as anna:
                await anna.connect()
                await anna.be("available")
                ivan.writes(bot, "Good day")
                (menu,) = await bot.until_sent(1)
                assert [row[0]["text"] for row in menu.keyboard["inline_keyboard"]] == ["Help", "Buy"]
                ivan.taps(bot, menu, "Buy")
                offer = await anna.offered()
                assert offer["work_item"]["queue"] == "sales"
                taken = await anna.accept(offer["reservation_id"])
                path = f"/api/v1/interactions/{taken['id']}"
                await anna.post(f"{path}/close", {"disposition": "resolved", "note": ""})
            asked = (await bot.until_sent(2))[-1]
            ivan.taps(bot, asked, "5 ★")
            async with asyncio.timeout(30):
                while asked.keyboard:
                    await asyncio.sleep(0.1)
            await page.context.close()

            log = await screen_of(browser, PICTURES, language="en")
            await sign_in(log.page, hub.url, "maria")
            await log.page.goto(f"{hub.url}/manager/log/{taken['id']}")
            await expect(log.page.get_by_text("Pressed: Buy")).to_be_visible()
            await expect(log.page.get_by_text("How was it?").first).to_be_visible()
            await log.settled()
            await log.picture("rated-en-light")
            await log.page.context.close()

            for language, theme, width, height in LOOKS:
                screen = await screen_of(
                    browser, PICTURES, language=language, theme=theme, width=width, height=height
                )
                await sign_in(screen.page, hub.url, "admin")
                await screen.page.goto(f"{hub.url}/admin/telegram")
                await screen.page.locator("form.setup .button").first.wait_for()
                await screen.page.locator("form.setup .button").first.scroll_into_view_if_needed()
                await screen.settled()
                await screen.picture(f"menu-{language}-{theme}-{width}")
                assert [*await screen.violations(), *screen.complaints] == []
                assert not await screen.page.evaluate(SCROLLS)
                await screen.page.context.close()
        finally:
            await hub.stop()


async def test_a_bot_is_deleted_and_what_is_unread_is_asked_about_first(
    browser: Browser, tmp_path: Path
) -> None:
    async with BotApiLookAlike() as api:
        bot = api.bot()
        hub = await start_hub(tmp_path / "data", settings={"CHANNELS__TELEGRAM__BASE_URL": api.url})
        try:
            async with Agent(hub.url, "admin") as admin:
                queue_id = (await admin.get("/api/v1/queues"))["items"][0]["id"]
                body = {"name": "shop", "queue_id": queue_id, "token": bot.token, "setup": {"language": "en"}}
                await admin.post("/api/v1/telegram/bots", body)
            # a file that cannot be fetched keeps its message unread
            dead = Fault(code=401, said="Unauthorized")
            api.fault_of = lambda _bot, method: dead if method == "getFile" else None
            api.person().sends_photo(bot, b"\xff\xd8\xffpicture")
            await bot.until_confirmed()

            for language, theme, width, height in LOOKS:
                screen = await screen_of(
                    browser, PICTURES, language=language, theme=theme, width=width, height=height
                )
                await sign_in(screen.page, hub.url, "admin")
                await screen.page.goto(f"{hub.url}/admin/telegram")
                await screen.page.locator("[data-delete]").press("Enter")
                await screen.page.locator(".asking").wait_for()
                await screen.settled()
                await screen.picture(f"delete-{language}-{theme}-{width}")
                assert [*await screen.violations(), *screen.complaints] == []
                assert not await screen.page.evaluate(SCROLLS)
                await screen.page.context.close()

            office = await screen_of(browser, PICTURES, language="en")
            page = office.page
            await sign_in(page, hub.url, "admin")
            await page.goto(f"{hub.url}/admin/telegram")
            delete = page.get_by_role("button", name="Delete", exact=True)
            await delete.press("Enter")
            sure = page.get_by_role("button", name="Delete for good")
            await expect(sure).to_be_focused()
            await page.keyboard.press("Escape")
            await expect(delete).to_be_focused()
            await expect(sure).to_be_hidden()
            await delete.press("Enter")
            await sure.press("Enter")
            unread = page.get_by_role("button", name="Delete with unread messages")
            await expect(unread).to_be_focused()
            await expect(page.get_by_text("is not read yet")).to_be_visible()
            await page.keyboard.press("Escape")
            await delete.press("Enter")
            await expect(sure).to_be_focused()  # it is asked anew, from the beginning
            await sure.press("Enter")
            await unread.press("Enter")
            await expect(page.get_by_text("There is no bot yet.")).to_be_visible()
            await expect(page.get_by_text("Deleted")).to_be_visible()
            await page.context.close()
        finally:
            await hub.stop()
