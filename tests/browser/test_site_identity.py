"""A web site vouches for its visitors: for them, for whoever comes next, for agents and the administrator."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import aiohttp
import aiosmtplib
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import become_available, sign_in
from tests.browser.test_screens import SCROLLS
from tests.clients import Agent
from tests.hubs import SITE, Floor, RunningHub, start_hub
from tests.ports import free_port
from tests.site_tokens import token

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/identity"
MAIL = "ivan@example.test"
LOOKS = [("en", "dark", 1366, 768), ("ru", "light", 1366, 768), ("tr", "dark", 390, 844)]


@dataclass
class Shop:
    """A hub with a mailbox, and a web site whose server signs who has signed in. `signed_in` is who that is, by what
    the server knows of them; `secret` is what it signs with."""

    hub: RunningHub
    url: str
    intake: int
    secret: str = ""
    signed_in: dict[str, Any] | None = None
    lasts_s: float = 3600.0
    asked: list[str] = field(default_factory=list)

    def token(self) -> str:
        """What the site's server says now."""
        if self.signed_in is None:
            return ""
        user, more = self.signed_in["sub"], {k: v for k, v in self.signed_in.items() if k != "sub"}
        return token(self.secret, user, time.time() + self.lasts_s, **more)

    async def letter(self, text: str) -> None:
        """Ivan writes a letter."""
        made = EmailMessage(policy=SMTP)
        made["From"] = f"Ivan Petrov <{MAIL}>"
        made["To"] = "support@hub.test"
        made["Subject"] = "My order"
        made["Message-ID"] = "<order118@example.test>"
        made.set_content(text)
        await aiosmtplib.send(
            made.as_bytes(),
            sender=MAIL,
            recipients=["support@hub.test"],
            hostname="127.0.0.1",
            port=self.intake,
            start_tls=False,
        )

    async def counted(self, figure: str) -> bool:
        """Whether the hub's figures have that line."""
        async with aiohttp.ClientSession() as http, http.get(f"{self.hub.url}/metrics") as answer:
            return figure in (await answer.text()).splitlines()


async def a_secret(admin: Agent) -> str:
    made = await admin.post(f"/api/v1/floor/sites/{SITE}/secrets")
    return str(made["told"])


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    port, intake = free_port(), free_port()
    hub = await start_hub(
        tmp_path / "data",
        floor=Floor(agents=("anna",), wrap_up_s=1.0),
        settings={
            "CHANNELS__WEBCHAT__OWN_ORIGINS": json.dumps([f"http://127.0.0.1:{port}"]),
            "SMTP_INTAKE__ENABLED": "true",
            "SMTP_INTAKE__PORT": str(intake),
            "SMTP_INTAKE__TRUSTED_ADDRESSES": '["127.0.0.0/8"]',
        },
    )
    made = Shop(hub, f"http://127.0.0.1:{port}", intake)
    async with Agent(hub.url, "admin") as admin:
        made.secret = await a_secret(admin)
        queues = (await admin.get("/api/v1/queues"))["items"]
        queue_id = next(q["id"] for q in queues if q["name"] == "support")
        account = {"name": "support", "address": "support@hub.test", "queue_id": queue_id}
        await admin.post(
            "/api/v1/mail/accounts", {**account, "setup": {"display_name": "Support"}, "secrets": {}}
        )

    async def page(request: web.Request) -> web.Response:
        """`/` has the token in the tag, `/app` asks for it by script, `/later` says it when the page is there."""
        before, attribute = "", ""
        if request.path == "/":
            attribute = f'data-identity="{said}"' if (said := made.token()) else ""
        elif request.path == "/app":
            before = (
                "<script>window.Touchline={identity:()=>fetch('/chat-token').then((a)=>a.text())}</script>"
            )
        else:
            attribute = 'data-identity=""'
        text = f"""<!doctype html><html lang="en"><head><title>Shop</title></head>
            <body><main><h1>Shop</h1></main>{before}
            <script async src="{hub.url}/widget.js" data-site="{SITE}" data-lang="en" {attribute}></script>
            </body></html>"""
        return web.Response(text=text, content_type="text/html")

    async def chat_token(_: web.Request) -> web.Response:
        made.asked.append(said := made.token())
        return web.Response(text=said)

    app = web.Application()
    app.add_routes([web.get(path, page) for path in ("/", "/app", "/later")])
    app.add_routes([web.get("/chat-token", chat_token)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield made
    await runner.cleanup()
    await hub.stop()


async def open_panel(page: Page) -> None:
    await page.locator("touchline-chat .bubble").wait_for()
    if await page.locator("touchline-chat .panel").count() == 0:
        await page.locator("touchline-chat .bubble").click()
    await page.locator("touchline-chat textarea").wait_for()


async def write(page: Page, words: str) -> None:
    await page.locator("touchline-chat textarea").fill(words)
    await page.keyboard.press("Enter")
    await expect(page.locator("touchline-chat .said", has_text=words)).to_be_visible()
    await expect(page.locator("touchline-chat .said .about", has_text="Sent").last).to_be_visible()


async def card_of(agent: Agent, person_id: str) -> Any:
    return (await agent.get(f"/api/v1/persons/{person_id}/card"))["card"]


def identities(card: Any) -> dict[str, str]:
    return {one["kind"]: one["confidence"] for one in card["identities"]}


async def test_who_has_mailed_and_signs_in_on_the_site_is_one_client(browser: Browser, shop: Shop) -> None:
    client = await screen_of(browser, PICTURES, language="en")
    async with Agent(shop.hub.url, "anna") as anna:
        await anna.connect()
        await shop.letter("Where is my order 118?")
        await anna.be("available")
        mailed = await anna.offered()
        interaction = (await anna.accept(mailed["reservation_id"]))["id"]

        shop.signed_in = {"sub": "4711", "name": "Ivan P.", "email": MAIL, "email_verified": True}
        await client.page.goto(f"{shop.url}/")
        await open_panel(client.page)
        await write(client.page, "I am on your site now")
        touches = (await anna.get(f"/api/v1/interactions/{interaction}/touches"))["items"]
        assert [t["channel"] for t in touches] == ["email", "webchat"], "the chat goes on in what is open"
        card = await card_of(anna, mailed["card"]["person_id"])
        assert identities(card) == {"email": "known", "webchat": "known", "site": "known"}
        assert card["name"] == "Ivan Petrov", "what we know is not written over"
    assert client.complaints == []
    assert await shop.counted("touchline_site_users_total 1.0")


async def test_a_forged_word_is_told_and_counted_and_the_chat_is_anonymous(
    browser: Browser, shop: Shop
) -> None:
    client = await screen_of(browser, PICTURES, language="en")
    shop.secret = "guessed"
    shop.signed_in = {"sub": "4711", "email": MAIL, "email_verified": True}
    async with Agent(shop.hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        await client.page.goto(f"{shop.url}/")
        await open_panel(client.page)
        await write(client.page, "let me in")
        offer = await anna.offered()
        assert identities(offer["card"]) == {"webchat": "known"}
    (complaint,) = client.complaints
    assert complaint.startswith(
        "error: Touchline: the identity token was not signed with a secret of this site"
    )
    assert await shop.counted('touchline_bad_input_total{channel="webchat",code="identity_forged"} 1.0')


async def test_whoever_comes_after_signing_out_is_somebody_else(browser: Browser, shop: Shop) -> None:
    """One computer, one browser: Ivan, then nobody in particular, then Olga, then Ivan again."""
    client = await screen_of(browser, PICTURES, language="en")
    page, seen = client.page, page_of_log(client)
    async with Agent(shop.hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        shop.signed_in = {"sub": "ivan"}
        await page.goto(f"{shop.url}/")
        await open_panel(page)
        await write(page, "my card number is 4111")
        ivan = await taken_by(anna)
        await page.locator("touchline-chat textarea").fill("half a sentence of Ivan")

        shop.signed_in = None
        await page.goto(f"{shop.url}/")
        await open_panel(page)
        await expect(page.locator("touchline-chat textarea")).to_have_value("")
        await expect(seen).not_to_contain_text("4111")
        await write(page, "hello, I am new here")
        nobody = await taken_by(anna)
        kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage])")
        assert "ivan" not in kept
        assert "Ivan" not in kept

        shop.signed_in = {"sub": "olga"}
        await page.goto(f"{shop.url}/")
        await open_panel(page)
        # what nobody began and is open goes along with whoever signs in
        await expect(seen).to_contain_text("hello, I am new here")
        await expect(seen).not_to_contain_text("4111")
        await write(page, "it is me, Olga")
        card = await card_of(anna, nobody)
        assert [one["value"] for one in card["identities"] if one["kind"] == "site"] == [f"{SITE}:olga"]

        shop.signed_in = {"sub": "ivan"}
        await page.goto(f"{shop.url}/")
        await open_panel(page)
        await expect(seen).to_contain_text("4111")
        await expect(seen).not_to_contain_text("Olga")
        card = await card_of(anna, ivan)
        assert [one["value"] for one in card["identities"] if one["kind"] == "site"] == [f"{SITE}:ivan"]
    assert client.complaints == []


async def taken_by(agent: Agent) -> str:
    """The agent takes what is offered; whose it is."""
    offer = await agent.offered()
    await agent.accept(offer["reservation_id"])
    return str(offer["card"]["person_id"])


def page_of_log(screen: Screen) -> Any:
    return screen.page.locator("touchline-chat .log")


async def test_a_page_that_stays_open_asks_for_a_new_word_and_says_who_it_is_by_script(
    browser: Browser, shop: Shop
) -> None:
    client = await screen_of(browser, PICTURES, language="en")
    page, seen = client.page, page_of_log(client)
    shop.signed_in = {"sub": "ivan"}
    await page.goto(f"{shop.url}/app")
    await open_panel(page)
    await write(page, "first words")
    asked = len(shop.asked)
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))")
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow'))")
    await write(page, "second words")
    assert len(shop.asked) > asked  # once for each connection: a slow one may be given up and made anew

    await page.goto(f"{shop.url}/later")
    await expect(page.locator("touchline-chat")).to_have_count(0)
    await page.evaluate("token => Touchline.identify(token)", shop.token())
    await open_panel(page)
    await expect(seen).to_contain_text("second words")
    await page.evaluate("Touchline.identify('')")
    await open_panel(page)
    await expect(seen).not_to_contain_text("second words")
    await page.evaluate("token => Touchline.identify(() => Promise.resolve(token))", shop.token())
    await open_panel(page)
    await expect(seen).to_contain_text("second words")
    assert client.complaints == []


async def test_a_secret_takes_the_place_of_another_while_people_chat(browser: Browser, shop: Shop) -> None:
    client = await screen_of(browser, PICTURES, language="en")
    page, seen = client.page, page_of_log(client)
    shop.signed_in = {"sub": "ivan"}
    async with Agent(shop.hub.url, "admin") as admin:
        await page.goto(f"{shop.url}/app")
        await open_panel(page)
        await write(page, "before")
        shop.secret = await a_secret(admin)
        old = (await admin.get(f"/api/v1/floor/sites/{SITE}/secrets"))["items"][1]
        assert old["used_at"] is not None
        asked = len(shop.asked)
        await admin.ask("DELETE", f"/api/v1/floor/sites/{SITE}/secrets/{old['id']}")
        async with page.expect_request(f"{shop.url}/chat-token"):
            pass
        await write(page, "after")
        await expect(seen).to_contain_text("before")
        assert len(shop.asked) > asked
    assert client.complaints == []


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_the_card_says_whose_user_it_is(
    browser: Browser, shop: Shop, language: str, theme: str, width: int, height: int
) -> None:
    desk = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    client = await screen_of(browser, PICTURES, language="en")
    shop.signed_in = {"sub": "4711", "name": "Ivan Petrov", "email": MAIL}
    await sign_in(desk.page, shop.hub.url, "anna")
    await become_available(desk.page)
    await client.page.goto(f"{shop.url}/")
    await open_panel(client.page)
    await write(client.page, "Hello")
    words = {
        "en": "Site user 4711 (verified)",
        "ru": "На сайте: 4711 (проверено)",
        "tr": "Sitede: 4711 (doğrulandı)",
    }[language]
    if width < 1000:
        await desk.page.locator("nav button").last.click()
    await expect(desk.page.get_by_text(words).first).to_be_visible()
    await desk.page.wait_for_timeout(250)
    await desk.picture(f"card-{language}-{theme}-{width}")
    assert await desk.violations() == []
    assert desk.complaints == []


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_secrets_are_made_replaced_and_tried_on_the_page_of_the_site(
    browser: Browser, shop: Shop, language: str, theme: str, width: int, height: int
) -> None:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    page = screen.page
    found: dict[str, list[str]] = {}

    async def seen(name: str) -> None:
        await page.wait_for_timeout(250)
        await screen.picture(f"{name}-{language}-{theme}-{width}")
        problems = await screen.violations()
        if await page.evaluate(SCROLLS):
            problems.append("the page itself scrolls")
        if problems:
            found[name] = problems

    await sign_in(page, shop.hub.url, "admin")
    await page.goto(f"{shop.hub.url}/admin/sites")
    await page.locator("button.choice", has_text=SITE).click()
    part = page.locator("section.identity")
    await expect(part.locator(".secrets li")).to_have_count(1)
    await part.locator("[data-make]").click()
    told = await part.locator(".told code").inner_text()
    assert len(told) == 43
    await expect(part.locator(".secrets li")).to_have_count(2)
    await expect(part.locator("[data-make]")).to_be_disabled()
    await part.locator("[data-make]").scroll_into_view_if_needed()
    await seen("secrets")

    good = token(
        told, "4711", time.time() + 60, email=MAIL, email_verified=True, phone_number="+905321234567"
    )
    await part.locator(".try textarea").fill(good)
    await part.locator(".try button").click()
    await expect(part.locator("dl.said")).to_contain_text("4711")
    await part.locator("dl.said").scroll_into_view_if_needed()
    await seen("tried")
    await part.locator(".try textarea").fill(token("guessed", "4711", time.time() + 60))
    await expect(part.locator("dl.said")).to_have_count(0)
    await part.locator(".try button").click()
    await expect(part.locator(".wrong")).to_be_visible()
    await seen("refused")

    await part.locator("[data-remove]").last.click()
    await expect(part.locator(".asking button").first).to_be_focused()
    await seen("asking")
    await page.keyboard.press("Escape")
    await expect(part.locator(".asking")).to_have_count(0)
    await part.locator("[data-remove]").last.click()
    await page.keyboard.press("Enter")
    await expect(part.locator(".secrets li")).to_have_count(1)
    await expect(part.locator("[data-make]")).to_be_focused()
    await page.reload()
    await page.locator("button.choice", has_text=SITE).click()
    await expect(part.locator(".secrets li")).to_have_count(1)
    assert told not in await page.content()
    assert found == {}
    assert screen.complaints == []
