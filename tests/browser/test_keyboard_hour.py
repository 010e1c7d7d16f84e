"""An agent's hour without a mouse: twenty clients accepted, answered, closed and wrapped up by keys alone."""

import asyncio
from itertools import cycle
from pathlib import Path
from time import monotonic

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import sign_in
from tests.clients import Agent, Visitor
from tests.conftest import StartHub
from tests.hubs import Floor, RunningHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures/keyboard"
CLIENTS = 20
AT_ONCE = 3
LONGEST_S = 60.0

NO_MOUSE = """
    window.mouse = [];
    for (const kind of ['mousedown', 'pointerdown', 'touchstart', 'wheel'])
        window.addEventListener(kind, event => event.isTrusted && window.mouse.push(kind), true);
"""

REPLIES = {
    "hi": {
        "en": "Hello, {agent.first_name} here.",
        "ru": "Здравствуйте! {agent.first_name}.",
        "tr": "Merhaba! Ben {agent.first_name}.",
    },
    "way": {"en": "It is on its way.", "ru": "Уже в пути.", "tr": "Yolda."},
}
ARTICLE = {
    "en": {"title": "Returning a kettle", "body": "You may return a kettle within **30 days**."},
    "ru": {"title": "Возврат чайника", "body": "Вернуть чайник можно в течение **30 дней**."},
    "tr": {"title": "Çaydanlık iadesi", "body": "Çaydanlığı **30 gün** içinde iade edebilirsiniz."},
}
QUESTION = {
    "en": "I want to return my kettle",
    "ru": "Хочу вернуть чайник",
    "tr": "Çaydanlığı iade etmek istiyorum",
}


async def furnish(hub: RunningHub) -> None:
    """The manager writes two replies, a macro and an article."""
    async with Agent(hub.url, "maria") as maria:
        for code, texts in REPLIES.items():
            await maria.post(
                "/api/v1/snippets", {"kind": "reply", "code": code, "title": code.title(), "texts": texts}
            )
        steps = [
            {"kind": "reply", "texts": {"en": "Thank you, goodbye.", "ru": "Спасибо!", "tr": "Teşekkürler!"}},
            {"kind": "note", "texts": {"en": "Closed by a macro."}},
            {"kind": "close", "value": "resolved"},
        ]
        await maria.post(
            "/api/v1/snippets", {"kind": "macro", "code": "done", "title": "Thank and close", "steps": steps}
        )
        await maria.post("/api/v1/articles", {"texts": ARTICLE, "state": "published", "is_public": True})


class Hour:
    """One agent at the keyboard."""

    def __init__(self, page: Page, url: str, language: str) -> None:
        self.page = page
        self.keys = page.keyboard
        self.url = url
        self.language = language
        self.field = page.locator("form.compose textarea")

    async def available(self) -> None:
        await self.page.locator("section.pane").first.wait_for()
        await self.keys.press("s")
        await self.page.locator("[role=menu]").wait_for()
        first = self.page.locator("[role=menu] [role^=menuitem]").first
        while await first.get_attribute("data-highlighted") is None:
            await self.keys.press("ArrowDown")
        await self.keys.press("Enter")
        await self.page.locator("[role=menu]").wait_for(state="detached")

    async def take(self) -> str:
        """The next offer; the number of its client."""
        offer = self.page.locator("section.offer.full")
        await offer.wait_for()
        said = await offer.locator(".said").inner_text()
        number = said.rsplit("#", 1)[1].rstrip("”")
        await self.keys.press("a")
        await self.page.locator("article.touch.inbound", has_text=f"#{number}").first.wait_for()
        await expect(self.field).to_be_visible()
        return number

    async def send_typed(self, words: str) -> None:
        await self.keys.press("r")
        await expect(self.field).to_be_focused()
        await self.keys.type(words)
        await self.keys.press("Enter")

    async def send_reply(self, code: str, seen: str) -> None:
        """`;`, the code, Enter to insert, Enter to send."""
        await self.keys.press("r")
        await expect(self.field).to_be_focused()
        await self.keys.type(f";{code}")
        await self.page.locator(".pop [role=option]").first.wait_for()
        await self.keys.press("Enter")
        await self.page.locator(".pop").wait_for(state="detached")
        value = await self.field.input_value()
        assert seen in value
        assert "{" not in value
        await self.keys.press("Enter")

    async def send_article(self) -> None:
        """`b`, Enter opens it, Enter inserts the link, Enter sends."""
        await self.page.locator(".suggested button").first.wait_for(state="attached")
        await self.keys.press("b")
        await expect(self.page.locator(".suggested button").first).to_be_focused()
        await self.keys.press("Enter")
        insert = self.page.locator("[role=dialog] .btn.primary")
        await insert.wait_for()
        while not await insert.evaluate("button => button === document.activeElement"):
            await self.keys.press("Tab")
        await self.keys.press("Enter")
        await expect(self.field).to_have_value(f"{self.url}/help/{self.language}/returning-a-kettle")
        await self.keys.press("Enter")

    async def note(self) -> None:
        await self.keys.press("Escape")
        await self.keys.press("n")
        await self.keys.type("Called twice.")
        await self.keys.press("Enter")
        await self.page.locator("article.touch.internal").wait_for()

    async def run_macro(self) -> None:
        """It answers, notes and closes by itself."""
        await self.keys.press("r")
        await expect(self.field).to_be_focused()
        await self.keys.type(";done")
        await self.page.locator(".pop [role=option]").first.wait_for()
        await self.keys.press("Enter")
        await self.page.locator(".run .btn.primary").wait_for()
        await self.keys.press("Enter")
        await self.page.locator(".run").wait_for(state="detached")

    async def close(self) -> None:
        await self.keys.press("Escape")
        await self.keys.press("c")
        await self.page.locator("form.close").wait_for()
        await self.keys.press("1")
        await self.keys.press("Enter")

    async def wrap_up(self) -> None:
        """`f` ends it, and the next work comes."""
        bar = self.page.locator(".wrap[role=status]")
        await bar.wait_for()
        await self.keys.press("Escape")
        await self.keys.press("f")
        await bar.wait_for(state="detached")


@pytest.mark.parametrize(("language", "clients"), [("en", CLIENTS), ("ru", 3), ("tr", 3)])
async def test_an_hour_without_a_mouse(
    browser: Browser, hub_starter: StartHub, tmp_path: Path, language: str, clients: int
) -> None:
    hub = await hub_starter(
        floor=Floor(agents=("anna",), chats=AT_ONCE, offer_s=120.0, wrap_up_s=120.0),
        data_dir=tmp_path / "data",
    )
    await furnish(hub)
    screen = await screen_of(
        browser, PICTURES, language=language, theme="dark" if language == "ru" else "light"
    )
    await screen.page.add_init_script(NO_MOUSE)
    await sign_in(screen.page, hub.url, "anna")
    refused: list[str] = []
    screen.page.on(
        "response",
        lambda answer: (
            refused.append(f"{answer.status} {answer.request.method} {answer.url}")
            if answer.status >= 400
            else None
        ),
    )
    hour = Hour(screen.page, hub.url, language)
    await hour.available()

    visitors: list[Visitor] = []
    for number in range(1, clients + 1):
        visitor = await Visitor.come(hub.url, lang=language)
        await visitor.say(f"{QUESTION[language]} #{number}")
        visitors.append(visitor)

    began = monotonic()
    served: list[str] = []
    for way in cycle(("reply", "article", "typed", "note", "macro")):
        served.append(await hour.take())
        if len(served) == 1:
            await screen.picture(f"1-accepted-{language}")
            assert await screen.violations() == []
            await screen.page.keyboard.press("r")
            await screen.page.keyboard.type(";")
            await screen.page.locator(".pop [role=option]").first.wait_for()
            await screen.picture(f"2-replies-{language}")
            assert await screen.violations() == []
            await screen.page.keyboard.press("Escape")
            await screen.page.keyboard.press("Backspace")
            await screen.page.keyboard.press("Escape")
        if way == "reply":
            await hour.send_reply("hi", "Anna")
        elif way == "article":
            await hour.send_article()
        elif way == "macro":
            await hour.run_macro()
        else:
            await hour.send_typed("Looking at it now.")
            if way == "note":
                await hour.note()
        if way != "macro":
            await hour.close()
        await hour.wrap_up()
        if len(served) == clients:
            break
    took = monotonic() - began

    assert sorted(map(int, served)) == list(range(1, clients + 1))
    assert took <= LONGEST_S, f"{took:.1f} s"
    assert await screen.page.evaluate("window.mouse") == []
    assert await screen.violations() == []
    assert refused == []
    assert screen.complaints == []
    await asyncio.gather(*(visitor.close() for visitor in visitors))
    await screen.page.context.close()
