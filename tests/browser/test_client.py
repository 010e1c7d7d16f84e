"""A client's whole visit in a real browser: the form, files, the place in line, the rating, and being called."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from hub.domain.site import FormChoice, FormField, FormFieldKind, SiteSetup, SiteWords
from tests.browser.conftest import ROOT, Screen, screen_of
from tests.clients import Agent
from tests.conftest import StartHub
from tests.hubs import SITE, Floor, RunningHub
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures/client"
PNG = ROOT / "docs/images/chat.png"
LABELS = {
    "name": {"en": "Your name", "ru": "Ваше имя", "tr": "Adınız"},
    "mail": {"en": "E-mail", "ru": "Эл. почта", "tr": "E-posta"},
    "topic": {"en": "What is it about?", "ru": "О чём речь?", "tr": "Konu nedir?"},
    "order": {"en": "My order", "ru": "Мой заказ", "tr": "Siparişim"},
    "tea": {"en": "Tea in general", "ru": "Чай вообще", "tr": "Genel olarak çay"},
}
SETUP = SiteSetup(
    accent="#0b6e4f",
    country="TR",
    words={
        "en": SiteWords(title="Kettle & Co.", greeting="Ask us about tea and kettles.", away="Back at nine."),
        "ru": SiteWords(title="Чайник и Ко", greeting="Спросите нас о чае.", away="Вернёмся в девять."),
        "tr": SiteWords(
            title="Çaydanlık & Ortakları", greeting="Çay hakkında sorun.", away="Dokuzda buradayız."
        ),
    },
    form=(
        FormField(key="name", kind=FormFieldKind.NAME, labels=LABELS["name"], required=True),
        FormField(key="email", kind=FormFieldKind.EMAIL, labels=LABELS["mail"]),
        FormField(
            key="topic",
            kind=FormFieldKind.CHOICE,
            labels=LABELS["topic"],
            choices=(
                FormChoice(value="order", labels=LABELS["order"]),
                FormChoice(value="tea", labels=LABELS["tea"]),
            ),
        ),
    ),
)
WORDS = {
    "en": {
        "start": "Start chat",
        "bad_mail": "This is no e-mail address",
        "attach": "Attach files",
        "rate": "How was this conversation?",
        "good": "Good",
        "send": "Send",
        "rated": "Your rating: Good",
        "call": "Ask for a call",
        "call_send": "Ask for the call",
        "promised": "We will call +905321234567 as soon as we can.",
    },
    "ru": {
        "start": "Начать чат",
        "bad_mail": "Это не похоже на адрес почты",
        "attach": "Прикрепить файлы",
        "rate": "Как вам этот разговор?",
        "good": "Хорошо",
        "send": "Отправить",
        "rated": "Ваша оценка: Хорошо",
        "call": "Заказать звонок",
        "call_send": "Заказать звонок",
        "promised": "Мы позвоним на +905321234567, как только сможем.",
    },
    "tr": {
        "start": "Sohbeti başlat",
        "bad_mail": "Bu bir e-posta adresi değil",
        "attach": "Dosya ekle",
        "rate": "Bu görüşme nasıldı?",
        "good": "İyi",
        "send": "Gönder",
        "rated": "Puanınız: İyi",
        "call": "Beni arayın",
        "call_send": "Aranmak istiyorum",
        "promised": "+905321234567 numarasını en kısa sürede arayacağız.",
    },
}
HOSTILE = """
* { all: unset !important; font-size: 40px !important; color: red !important; float: left !important }
html { direction: rtl !important } body { transform: scale(.3) rotate(7deg); filter: blur(4px); z-index: 2147483647 }
touchline-chat { display: none !important; opacity: 0 !important; transform: scale(0) !important }
"""
STRICT = (
    "default-src 'none'; script-src {hub}; connect-src {hub} {sockets}; style-src 'self'; base-uri 'none';"
    " require-trusted-types-for 'script'"
)
NONCE = "default-src 'none'; script-src 'nonce-tea'; connect-src {hub} {sockets}; style-src 'self'"


async def open_panel(page: Page) -> None:
    await page.locator("touchline-chat .bubble").click()
    await page.locator("touchline-chat .panel").wait_for()


async def fill_in(screen: Screen, words: dict[str, str], picture: str) -> None:
    """The form, first with a wrong address."""
    page = screen.page
    await expect(page.locator("#f-name")).to_be_visible()
    await page.locator("#f-name").fill("Ada Tea")
    await page.locator("#f-email").fill("nonsense")
    await page.locator("#f-topic").select_option("order")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name=words["start"]).click()
    await expect(page.get_by_text(words["bad_mail"])).to_be_visible()
    await screen.picture(picture)
    assert await screen.violations() == []
    await page.locator("#f-email").fill("ada@tea.example")
    await page.keyboard.press("Enter")
    await expect(page.locator("touchline-chat textarea")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("en", "light", (1366, 768)), ("ru", "dark", (1366, 768)), ("tr", "light", (390, 844))],
)
async def test_a_client_fills_in_sends_a_file_rates_and_asks_to_be_called(
    browser: Browser, hub_starter: StartHub, language: str, theme: str, size: tuple[int, int]
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), site=SETUP, wrap_up_s=1.0))
    words = WORDS[language]
    screen = await screen_of(
        browser, PICTURES / language, language=language, theme=theme, width=size[0], height=size[1]
    )
    page = screen.page
    await page.goto(f"{hub.url}/chat/demo?lang={language}&utm_source=news")
    await open_panel(page)
    await fill_in(screen, words, "1-form")

    async with Agent(hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        await page.locator("touchline-chat input[type=file]").set_input_files(PNG)
        await expect(page.locator("touchline-chat .tray li")).to_contain_text("chat.png")
        await expect(page.locator("touchline-chat .tray progress")).to_be_hidden()
        await screen.picture("2-attached")
        await page.locator("touchline-chat textarea").fill("https://tea.example 118")
        await page.keyboard.press("Enter")
        await expect(page.locator("touchline-chat .said .picture canvas")).to_be_visible()
        await expect(page.locator("touchline-chat .said a")).to_have_attribute("href", "https://tea.example/")
        offer = await anna.offered()
        card = offer["card"]
        assert (card["name"], card["about"]["utm_source"]) == ("Ada Tea", "news")
        assert {i["kind"]: i["confidence"] for i in card["identities"]} == {
            "webchat": "known",
            "email": "maybe",
        }
        interaction = (await anna.accept(offer["reservation_id"]))["id"]
        touches = (await anna.get(f"/api/v1/interactions/{interaction}/touches"))["items"]
        assert [t["kind"] for t in touches] == ["form", "message"]
        assert "Ada Tea" in touches[0]["text"]
        assert touches[1]["attachments"][0]["name"] == "chat.png"
        await anna.reply(interaction, "Hello!")
        await expect(page.locator("touchline-chat .log")).to_contain_text("Hello!")
        await screen.picture("3-talk")
        assert await screen.violations() == []
        await page.reload()
        if await page.locator("touchline-chat .panel").count() == 0:
            await open_panel(page)
        await expect(page.locator("touchline-chat .said .picture canvas")).to_be_visible()

        # as the macro "thank and close" does: the end comes close behind the last words
        await anna.reply(interaction, "Goodbye!")
        await anna.close(interaction)
        await expect(page.get_by_text(words["rate"])).to_be_visible()
        await expect(page.locator("touchline-chat .log")).to_contain_text("Goodbye!")
        await page.locator("touchline-chat .scores label", has_text=words["good"]).first.click()
        await page.locator("touchline-chat input[type=radio][value='4']").check(force=True)
        await page.locator("touchline-chat .rating textarea").fill("Quick!")
        await screen.picture("4-rating")
        assert await screen.violations() == []
        await page.locator("touchline-chat .rating .primary").click()
        await expect(page.get_by_text(words["rated"])).to_be_visible()
        await screen.picture("5-rated")
        await page.reload()
        if await page.locator("touchline-chat .panel").count() == 0:
            await open_panel(page)
        await expect(page.get_by_text(words["rated"])).to_be_visible()

        await page.locator("touchline-chat .tool", has_text=words["call"]).click()
        country = page.locator("touchline-chat .phone select")
        await expect(country).to_have_value("TR")  # the site's
        await page.locator("#f-phone").fill("+49 30 1234567")
        await expect(country).to_have_value("DE")
        await country.select_option("TR")
        await page.locator("#f-phone").fill("0532 123 45 67")
        await screen.picture("6-call")
        assert await screen.violations() == []
        await page.locator("touchline-chat .sheet .primary").click()
        await expect(page.get_by_text(words["promised"])).to_be_visible()
        await screen.picture("7-promised")
        again = await anna.offered()
        call = (await anna.accept(again["reservation_id"]))["id"]
        (form,) = (await anna.get(f"/api/v1/interactions/{call}/touches"))["items"]
        assert form["kind"] == "form"
        assert "+905321234567" in form["text"]
    assert screen.complaints == []


@pytest.mark.parametrize("policy", [STRICT, NONCE], ids=["the hub's origin", "a nonce"])
async def test_a_strict_policy_and_hostile_styles_of_the_page_change_nothing(
    browser: Browser, hub_starter: StartHub, policy: str
) -> None:
    port = free_port()
    hub = await hub_starter(
        floor=Floor(agents=("anna",), site=SETUP),
        settings={"CHANNELS__WEBCHAT__OWN_ORIGINS": json.dumps([f"http://127.0.0.1:{port}"])},
    )
    screen = await screen_of(browser, PICTURES / "host", language="en")
    async with host_page(hub, port, policy) as address:
        await _a_visit(screen, address, "nonce" if policy is NONCE else "strict")
    assert screen.complaints == []


@asynccontextmanager
async def host_page(hub: RunningHub, port: int, policy: str) -> AsyncIterator[str]:
    """The address of a page that embeds the chat and means it no good."""

    async def page(_: web.Request) -> web.Response:
        text = f"""<!doctype html><html lang="ar" dir="rtl"><head><title>Host</title>
            <link rel="stylesheet" href="/hostile.css"></head><body><main><h1>Host</h1></main>
            <script async nonce="tea" src="{hub.url}/widget.js" data-site="{SITE}" data-lang="en"></script>
            </body></html>"""
        headers = {"Content-Security-Policy": policy.format(hub=hub.url, sockets=hub.sockets)}
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def styles(_: web.Request) -> web.Response:
        return web.Response(text=HOSTILE, content_type="text/css")

    app = web.Application()
    app.add_routes([web.get("/", page), web.get("/hostile.css", styles)])
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()


async def _a_visit(screen: Screen, address: str, name: str) -> None:
    page = screen.page
    await page.goto(address)
    box = await page.locator("touchline-chat .bubble").bounding_box()
    assert box == {"x": 1366 - 20 - 56, "y": 768 - 20 - 56, "width": 56, "height": 56}
    await open_panel(page)
    await fill_in(screen, WORDS["en"], f"form-{name}")
    await page.locator("touchline-chat input[type=file]").set_input_files(PNG)
    await expect(page.locator("touchline-chat .tray li")).to_contain_text("chat.png")
    await expect(page.locator("touchline-chat .tray progress")).to_be_hidden()
    await page.locator("touchline-chat textarea").press("Enter")
    await expect(page.locator("touchline-chat .said .picture canvas")).to_be_visible()
    await page.reload()
    await expect(page.locator("touchline-chat .said .picture canvas")).to_be_visible()
    assert await page.locator("touchline-chat .said .text").evaluate(
        "element => [getComputedStyle(element).fontSize, getComputedStyle(element).direction]"
    ) == ["14px", "ltr"]
    await screen.picture(f"file-{name}")


async def test_at_twice_the_size_and_on_a_phone_the_focus_stays_in_the_panel(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",)), data_dir=tmp_path / "data")
    screen = await screen_of(browser, PICTURES / "zoom", language="en", width=683, height=384)
    page = screen.page
    await page.goto(f"{hub.url}/chat/demo?lang=en")
    await open_panel(page)
    await expect(page.locator("touchline-chat .attach")).to_be_enabled()
    await screen.picture("200-percent")
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.tagName") == "TOUCHLINE-CHAT"
    assert await screen.violations() == []
