"""Writing to a client first, by keyboard: a visitor sees it with the panel closed, and answers in one conversation."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import become_available, choose, open_chat, reply, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures/start"
WORDS = {
    "en": {
        "title": "Write to",
        "history": "my history",
        "closed": "switched off",
        "bubble": "1 unread message",
    },
    "ru": {"title": "Написать", "history": "Моя история", "closed": "не подключён", "bubble": "1"},
    "tr": {"title": "Yaz", "history": "Geçmişim", "closed": "bağlı değil", "bubble": "1"},
}
WISH = """async state => {
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': csrf};
  const body = JSON.stringify({state});
  return (await fetch('/api/v1/agents/me/state', {method: 'POST', headers, body})).status;
}"""
REFUSE = """async ([person, given]) => {
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': csrf};
  const body = JSON.stringify({channel: 'webchat', purpose: 'service', given, source: 'in the chat'});
  return (await fetch(`/api/v1/persons/${person}/consents`, {method: 'POST', headers, body})).status;
}"""
PASSES = """async () => {
  const found = await (await fetch('/api/v1/log?limit=50')).json();
  return found.items.map(row => [row.interaction_id, row.direction, row.outcome]);
}"""
PERSON = "async () => (await (await fetch('/api/v1/interactions?limit=1')).json()).items[0].person.id"


async def closed(page: Page) -> None:
    """By key: the first outcome, then the end of the wrap-up."""
    await page.keyboard.press("c")
    await page.locator("form.close").wait_for()
    await page.keyboard.press("1")
    await page.locator("form.close button[type=submit]").focus()
    await page.keyboard.press("Enter")
    bar = page.locator(".wrap[role=status]")
    await bar.wait_for()
    await page.keyboard.press("Escape")
    await page.keyboard.press("f")
    await bar.wait_for(state="detached")


async def begins(agent: Screen, words: str, title: str) -> None:
    """In the dialog, with the keyboard: the text has the focus, Enter sends."""
    dialog = agent.page.locator("[role=dialog]", has_text=title)
    await dialog.wait_for()
    await expect(dialog.locator("textarea")).to_be_focused()
    await agent.page.keyboard.type(words)
    await agent.page.keyboard.press("Enter")
    await dialog.wait_for(state="detached")
    await expect(agent.page.locator("article.touch.outbound", has_text=words)).to_be_visible(timeout=15_000)


async def test_an_agent_begins_and_the_visitor_answers_in_one_conversation(
    browser: Browser, hub_starter: StartHub
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), queues=("support",), offer_s=60.0, wrap_up_s=60.0))
    agent, client = [await screen_of(browser, PICTURES, language="en") for _ in range(2)]
    page, keys, visitor = agent.page, agent.page.keyboard, client.page
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await open_chat(visitor, hub.url, "en")
    await write(visitor, "Do you have the blue kettle?")
    await page.locator("section.offer.full").wait_for()
    await keys.press("a")
    await page.locator("article.touch.inbound", has_text="blue kettle").wait_for()
    await reply(page, "Not today, I will tell you.")
    await expect(visitor.locator("touchline-chat .log")).to_contain_text("Not today")
    await closed(page)
    await visitor.locator("touchline-chat .bubble").click()
    person = await page.evaluate(PERSON)

    # from one's own history; the ways say why the others are closed
    await choose(page, "my history")
    await expect(page.locator("[role=dialog] [role=option]")).to_have_count(1)
    await keys.press("Control+Enter")
    dialog = page.locator("[role=dialog]", has_text="Write to")
    await expect(dialog.locator("textarea")).to_be_focused()
    await expect(dialog.locator(".way.closed")).to_have_count(3)
    for way, reason in (
        ("Phone", "Nothing is written by telephone"),
        ("Telegram", "No address of this kind"),
    ):
        await expect(dialog.locator(".way.closed", has_text=way)).to_contain_text(reason)
    # what was written is not lost by a key: it is asked, and Escape goes on
    await dialog.locator("textarea").fill("The blue")
    await keys.press("Escape")
    await expect(dialog.get_by_role("button", name="Go on writing")).to_be_focused()
    await keys.press("Escape")
    await expect(dialog.locator("textarea")).to_be_focused()
    await expect(dialog.locator("textarea")).to_have_value("The blue")
    await dialog.locator("textarea").fill("")
    await agent.picture("1-dialog")
    assert await agent.violations() == []
    await begins(agent, "The blue kettle is here.", "Write to")
    address = page.url
    assert re.search(r"[?&]c=", address)
    await agent.picture("2-begun")
    assert await agent.violations() == []

    # the panel is closed, the page open: the bubble says so, the visitor reads and answers
    badge = visitor.locator("touchline-chat .badge")
    await expect(badge).to_have_text("1")
    await client.picture("3-badge")
    await visitor.locator("touchline-chat .bubble").click()
    await expect(visitor.locator("touchline-chat .log")).to_contain_text("The blue kettle is here.")
    await write(visitor, "I take two!")
    await expect(page.locator("article.touch.inbound", has_text="I take two!")).to_be_visible()
    assert page.url == address
    assert [row[1:] for row in await page.evaluate(PASSES)] == [
        ["outbound", "answered"],
        ["inbound", "answered"],
    ]
    assert len({row[0] for row in await page.evaluate(PASSES)}) == 2
    await closed(page)

    # who is away sees it on return: the search finds nobody without a name, the card has the key
    await visitor.goto(f"{hub.url}/api/docs")
    await page.goto(f"{hub.url}/desk?person={person}")
    await page.locator("aside.pane .name").wait_for()
    await page.locator("aside.pane", has_text="Write first").wait_for()
    await keys.press("w")
    await begins(agent, "Both are packed.", "Write to")
    await visitor.goto(f"{hub.url}/chat/demo?lang=en")
    log = visitor.locator("touchline-chat .log")
    await expect(log.or_(badge).first).to_be_visible()
    if not await log.is_visible():
        await visitor.locator("touchline-chat .bubble").click()
    await expect(log).to_contain_text("Both are packed.")
    await closed(page)

    # what keeps them from beginning is said before anything is written, and is gone when it is mended
    assert await page.evaluate(WISH, "offline") == 200
    await page.goto(f"{hub.url}/desk?person={person}")
    await page.locator("aside.pane", has_text="Write first").wait_for()
    await keys.press("w")
    dialog = page.locator("[role=dialog]", has_text="Write to")
    await expect(dialog.locator("p.stop")).to_have_text("You are offline. Become available first.")
    await expect(dialog.get_by_role("button", name="Send")).to_have_attribute("aria-disabled", "true")
    await agent.picture("4-offline")
    assert await page.evaluate(WISH, "available") == 200
    await expect(dialog.locator("p.stop.unseen")).to_have_text("Write the message first.")
    await keys.press("Escape")
    await dialog.wait_for(state="detached")

    # a client who said no
    assert await page.evaluate(REFUSE, [person, False]) == 201
    await page.goto(f"{hub.url}/desk?person={person}")
    await page.locator("aside.pane", has_text="Write first").wait_for()
    await keys.press("w")
    refused = page.locator("[role=dialog] .way.closed", has_text="does not want to be written to")
    await expect(refused).to_be_visible()
    await expect(page.locator("[role=dialog] textarea")).to_have_count(0)
    await agent.picture("5-refused")
    assert await agent.violations() == []
    await keys.press("Escape")
    await expect(page.locator("[role=dialog]")).to_have_count(0)
    assert agent.complaints == []
    assert client.complaints == []
    for screen in (agent, client):
        await screen.page.context.close()


@pytest.mark.parametrize(
    ("language", "theme", "width", "height"), [("ru", "dark", 390, 844), ("tr", "light", 1366, 768)]
)
async def test_the_dialog_in_other_languages_on_small_screens(
    browser: Browser, hub_starter: StartHub, language: str, theme: str, width: int, height: int
) -> None:
    hub = await hub_starter(floor=Floor(demo=True, agents=("anna",)))
    agent = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    page = agent.page
    await sign_in(page, hub.url, "anna")
    await page.goto(f"{hub.url}/desk?person={await page.evaluate(PERSON)}")
    await page.locator("main").wait_for()
    await page.wait_for_timeout(500)
    await page.keyboard.press("w")
    dialog = page.locator("[role=dialog]")
    await expect(dialog.locator(".way").first).to_be_visible()
    await agent.picture(f"6-{language}-{width}")
    assert await agent.violations() == []
    assert agent.complaints == []
    await page.context.close()
