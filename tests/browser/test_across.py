"""One client, three channels, one interaction: a chat on the site, then the bot, then a letter, seen at the desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import answer_letter, become_available, open_chat, reply, sign_in, write
from tests.browser.test_screens import SCROLLS
from tests.clients import Agent
from tests.hubs import RunningHub, start_hub
from tests.ports import free_port
from tests.servers.bot_api import BotApiLookAlike, Fault, LookBot
from tests.servers.smtp import SmtpLookAlike

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/across"
NUMBER, ADDRESS = "+905321234567", "ivan@example.test"
LOOKS = [("en", "dark", 1366, 768), ("ru", "light", 1366, 768), ("tr", "light", 390, 844)]


@dataclass
class Shop:
    """A hub with a site, a bot and a mailbox in one queue, and what is outside."""

    hub: RunningHub
    api: BotApiLookAlike
    bot: LookBot
    outside: SmtpLookAlike
    intake: int

    async def letter(self, text: str, subject: str) -> None:
        """Ivan writes a letter, which comes by SMTP."""
        made = EmailMessage(policy=SMTP)
        made["From"] = f"Ivan Petrov <{ADDRESS}>"
        made["To"] = "support@hub.test"
        made["Subject"] = subject
        made["Message-ID"] = "<order118@example.test>"
        made.set_content(text)
        await aiosmtplib.send(
            made.as_bytes(),
            sender=ADDRESS,
            recipients=["support@hub.test"],
            hostname="127.0.0.1",
            port=self.intake,
            start_tls=False,
        )

    async def told_by_bot(self, words: str) -> None:
        """Till Ivan has these words on Telegram."""
        async with asyncio.timeout(30):
            while not any(words in str(one) for one in self.bot.sent):
                await asyncio.sleep(0.1)

    async def posted(self) -> Any:
        """The letter that Ivan got."""
        async with asyncio.timeout(30):
            while not self.outside.got:
                await asyncio.sleep(0.1)
        return message_from_bytes(self.outside.got[0].raw, policy=default)


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApiLookAlike())
        outside = await stack.enter_async_context(SmtpLookAlike())
        intake = free_port()
        hub = await start_hub(
            tmp_path / "data",
            settings={
                "CHANNELS__TELEGRAM__BASE_URL": api.url,
                "SMTP_INTAKE__ENABLED": "true",
                "SMTP_INTAKE__PORT": str(intake),
                "SMTP_INTAKE__TRUSTED_ADDRESSES": '["127.0.0.0/8"]',
            },
        )
        stack.push_async_callback(hub.stop)
        bot = api.bot()
        async with Agent(hub.url, "admin") as office:
            queues = (await office.get("/api/v1/queues"))["items"]
            queue_id = next(q["id"] for q in queues if q["name"] == "support")
            body = {"name": "shop", "queue_id": queue_id, "token": bot.token, "setup": {"language": "en"}}
            await office.post("/api/v1/telegram/bots", body)
            outgoing = {"host": "127.0.0.1", "port": outside.port, "security": "none", "sign_in": "none"}
            account = {
                "name": "support",
                "address": "support@hub.test",
                "queue_id": queue_id,
                "setup": {"outgoing": outgoing, "display_name": "Support"},
                "secrets": {},
            }
            await office.post("/api/v1/mail/accounts", account)
        yield Shop(hub, api, bot, outside, intake)


async def add_address(page: Page, kind: str, value: str) -> None:
    """The agent writes down what the client told."""
    await page.get_by_role("button", name="Add an address").click()
    form = page.locator("form.adding")
    await form.locator("select").select_option(kind)
    await form.locator("input").fill(value)
    await page.keyboard.press("Enter")
    await expect(form).to_have_count(0)


async def answer_by(page: Page, channel: str) -> None:
    """The agent chooses where the answer goes."""
    await page.get_by_label("Channel of the reply").select_option(channel)
    await expect(page.get_by_label("Channel of the reply")).to_have_value(channel)


async def test_who_chats_then_writes_to_the_bot_then_mails_is_one_client_in_one_interaction(
    browser: Browser, shop: Shop
) -> None:
    desk = await screen_of(browser, PICTURES, language="en")
    page = desk.page
    await sign_in(page, shop.hub.url, "anna")
    await become_available(page)

    # a chat on the site; the client says who they are, and goes out
    client = await screen_of(browser, PICTURES, language="en")
    await open_chat(client.page, shop.hub.url, "en")
    await write(client.page, f"Where is order 118? I am Ivan, {NUMBER}, {ADDRESS}")
    await page.locator("section.offer.full").wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound", has_text="order 118").wait_for()
    await add_address(page, "phone", NUMBER)
    await add_address(page, "email", ADDRESS)
    via = page.locator(".by")
    await expect(via).to_contain_text("characters")
    await client.page.context.close()
    await expect(via).to_contain_text("Their page is closed", timeout=40_000)
    await desk.picture("1-page-closed")
    assert await desk.violations() == []

    # the bot: a number that Telegram vouches for
    ivan = shop.api.person(7001, "Ivan")
    ivan.writes(shop.bot, "/start")
    ivan.sends_contact(shop.bot, NUMBER)
    ivan.writes(shop.bot, "I am on the road now, write to me here.")
    await page.locator("article.touch.inbound", has_text="on the road").wait_for()
    await expect(page.locator("section.offer.full")).to_have_count(0)
    await expect(page.get_by_label("Channel of the reply")).to_have_value("telegram")
    await reply(page, "It has left the warehouse.")
    await shop.told_by_bot("It has left the warehouse.")
    await desk.picture("2-on-telegram")

    # a letter
    await shop.letter("The courier needs a form, it is here.", "Order 118")
    await page.locator("article.touch.inbound", has_text="The courier needs").wait_for()
    await expect(page.locator("section.offer.full")).to_have_count(0)
    await answer_by(page, "email")
    await answer_letter(page, "Thank you, the form is with the courier.")
    answer = await shop.posted()
    assert (answer["To"], answer["Subject"]) == (f"Ivan Petrov <{ADDRESS}>", "Re: Order 118")
    await desk.picture("3-by-mail")
    assert await desk.violations() == []

    # and back to where the agent chooses
    await answer_by(page, "telegram")
    await reply(page, "You will have it tomorrow.")
    await shop.told_by_bot("You will have it tomorrow.")

    await does_not_arrive_and_goes_by_mail(desk, shop)
    async with Agent(shop.hub.url, "anna") as anna:
        (one,) = (await anna.get("/api/v1/interactions?state=open"))["items"]
        timeline = (await anna.get(f"/api/v1/persons/{one['person']['id']}/timeline"))["items"]
        mine = [e["touch"] for e in timeline if e["touch"] and e["interaction_id"] == one["id"]]
        assert {touch["channel"] for touch in mine} == {"webchat", "telegram", "email"}
        assert (
            len({e["interaction_id"] for e in timeline if e["touch"] and e["touch"]["text"] != "/start"}) == 1
        )
    await expect(page.locator("aside, .card").first).to_contain_text(ADDRESS)
    assert desk.complaints == []
    await looked_at(browser, shop, page.url)
    await page.context.close()


async def does_not_arrive_and_goes_by_mail(desk: Screen, shop: Shop) -> None:
    """The client has blocked the bot: the bubble offers their other channels, and sends nothing by itself."""
    page = desk.page
    shop.api.fault_of = lambda _, method: (
        Fault(code=403, said="Forbidden: bot was blocked by the user") if method == "sendMessage" else None
    )
    await reply(page, "Did it come?")
    bubble = page.locator("article.touch.trouble", has_text="Did it come?")
    await expect(bubble).to_contain_text("Send it by")
    await desk.picture("4-not-arrived")
    assert await desk.violations() == []
    await bubble.get_by_role("button", name=f"E-mail · {ADDRESS}").click()
    sheet = page.get_by_role("textbox", name="Letter")
    await expect(sheet).to_contain_text("Did it come?")
    await expect(page.get_by_label("Channel of the reply")).to_have_value("email")
    assert len(shop.outside.got) == 1
    await sheet.focus()
    await page.keyboard.press("Control+Enter")
    async with asyncio.timeout(30):
        while len(shop.outside.got) < 2:
            await asyncio.sleep(0.1)
    shop.api.fault_of = lambda _bot, _method: None


async def looked_at(browser: Browser, shop: Shop, address: str) -> None:
    """The same conversation in other languages, colours and widths."""
    for language, theme, width, height in LOOKS:
        screen: Screen = await screen_of(
            browser, PICTURES, language=language, theme=theme, width=width, height=height
        )
        await sign_in(screen.page, shop.hub.url, "anna")
        await screen.page.goto(address)
        await screen.page.locator(".by").wait_for()
        await screen.settled()
        await screen.picture(f"5-{language}-{theme}-{width}")
        assert [*await screen.violations(), *screen.complaints] == []
        assert not await screen.page.evaluate(SCROLLS)
        await screen.page.context.close()
