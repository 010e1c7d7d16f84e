"""What an agent does in a conversation besides answering: files, mentions, undo, send later, snooze; by keyboard."""

import base64
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import become_available, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/talk"
PIXELS = (
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAGCAIAAABxZ0isAAAAFUlEQVR42mNk+M/wn4EIwDiqkL4KARcQB/8S5r0XAAAAAElFTkSuQmCC"
)
PUT_FILES = """([selector, way, files]) => {
  const data = new DataTransfer();
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    data.items.add(new File([bytes], name, {type}));
  }
  const at = document.querySelector(selector);
  const event = way === 'paste'
    ? new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true})
    : new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
  at.dispatchEvent(event);
}"""


async def put_files(page: Page, way: str, *files: tuple[str, str, bytes]) -> None:
    """Paste or drop these (name, type, content) into the field."""
    sent = [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files]
    await page.evaluate(PUT_FILES, ["form.compose textarea", way, sent])


async def given(agent: Screen, client: Screen, url: str, language: str, words: str) -> None:
    """A client has written, and the agent has taken the work."""
    await open_chat(client.page, url, language)
    await write(client.page, words)
    await agent.page.locator("section.offer").first.wait_for()
    await agent.page.keyboard.press("a")
    await expect(agent.page.locator("article.touch.inbound", has_text=words)).to_be_visible()


async def test_files_mentions_undo_later_and_snooze(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(
        floor=Floor(agents=("anna", "boris"), wrap_up_s=3.0, offer_s=60.0), data_dir=tmp_path / "data"
    )
    agent = await screen_of(browser, PICTURES / "en", language="en", undo_s=5)
    client = await screen_of(browser, PICTURES / "en", language="en")
    page = agent.page
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await given(agent, client, hub.url, "en", "Hello! Where is my order 118?")

    # a picture is pasted and a file is dropped; the reply can be undone, by key, with all that was in it
    await page.keyboard.press("r")
    await page.keyboard.type("Here is the bill, and how it looks.")
    pixels = base64.b64decode(PIXELS)
    await put_files(page, "paste", ("image.png", "image/png", pixels))
    await put_files(page, "drop", ("bill 118.txt", "text/plain", b"Two kettles, 39.80"))
    await expect(page.locator(".tray .item")).to_have_count(2)
    await expect(page.locator(".tray progress")).to_have_count(0)
    await agent.picture("1-files")
    assert await agent.violations() == []
    await page.keyboard.press("Enter")
    held = page.locator(".plan", has_text="Here is the bill")
    await expect(held).to_be_visible()
    await agent.picture("2-held")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+z")
    field = page.locator("form.compose textarea")
    await expect(field).to_have_value("Here is the bill, and how it looks.")
    await expect(page.locator(".tray .item")).to_have_count(2)
    await expect(held).to_have_count(0)
    await page.wait_for_timeout(500)
    await page.keyboard.press("Enter")
    sent = page.locator("article.touch.outbound", has_text="Here is the bill")
    await expect(sent).to_be_visible(timeout=10_000)
    await expect(sent).to_have_count(1)
    await expect(client.page.locator("touchline-chat .log")).to_contain_text("Here is the bill")

    # the picture opens on Enter and closes on Escape
    small = sent.locator("button.picture")
    await small.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".viewer img.large")).to_be_visible()
    await agent.picture("3-picture")
    assert await agent.violations() == []
    await page.keyboard.press("Escape")
    await expect(page.locator(".viewer")).to_have_count(0)
    async with page.expect_download() as saved:
        await sent.locator("a.row").click()
    assert (await saved.value).suggested_filename == "bill 118.txt"

    # a colleague is named, told, and may read along
    colleague = await screen_of(browser, PICTURES / "en", language="en")
    await sign_in(colleague.page, hub.url, "boris")
    await colleague.page.locator(".pane").first.wait_for()
    await page.keyboard.press("n")
    await page.keyboard.type("@bo")
    await expect(page.locator("[role=listbox] [role=option]")).to_have_count(1)
    await agent.picture("4-mention")
    assert await agent.violations() == []
    await page.keyboard.press("Enter")
    await page.keyboard.type("have you seen this order?")
    await page.keyboard.press("Enter")
    await expect(page.locator("article.touch.internal", has_text="@Boris have you seen")).to_be_visible()
    await expect(page.locator("article.touch.internal b.mention.other")).to_have_text("@Boris")
    told = colleague.page.locator(".notice", has_text="Anna")
    await expect(told).to_be_visible()
    await colleague.page.reload()
    menu = colleague.page.get_by_role("button", name=re.compile("Mentions"))
    await menu.click()
    await colleague.picture("5-mentions")
    await colleague.page.keyboard.press("ArrowDown")
    await colleague.page.keyboard.press("Enter")
    await expect(colleague.page.locator("article.touch.internal", has_text="have you seen")).to_be_visible()
    await expect(colleague.page.locator("article.touch.internal b.mention.me")).to_have_text("@Boris")
    await expect(menu).to_have_count(0)
    await expect(page.locator(".head .viewers")).to_contain_text("Boris")
    await agent.picture("6-viewers")
    assert await colleague.violations() == []

    # a draft follows to another window of the same agent
    await page.keyboard.press("Escape")
    await page.keyboard.press("r")
    await page.keyboard.type("Shall I send")
    second = await agent.page.context.new_page()
    await page.wait_for_timeout(1500)
    await second.goto(page.url)
    await expect(second.locator("form.compose textarea")).to_have_value("Shall I send", timeout=10_000)
    await second.close()

    # it is to be sent tomorrow, unless the client writes before: and the client does
    await page.locator("form.compose textarea").focus()
    await page.keyboard.type(" another one?")
    await page.keyboard.press("Alt+Enter")
    await expect(page.locator("form.when")).to_be_visible()
    await agent.picture("7-later")
    assert await agent.violations() == []
    await page.locator("form.when .choices button").nth(-1).press("Enter")
    planned = page.locator(".plan", has_text="Shall I send another one?")
    await expect(planned).to_be_visible()
    await agent.picture("8-scheduled")
    await write(client.page, "No, it has come!")
    await expect(planned).to_have_count(0)

    # what is shown
    await page.locator(".filter select").select_option("files")
    await expect(page.locator("article.touch")).to_have_count(1)
    await agent.picture("9-filter")
    await page.locator(".filter select").select_option("all")

    # laid aside by key; back when the client writes
    await page.locator(".stream").focus()
    await page.keyboard.press("z")
    await expect(page.locator("form.when")).to_be_visible()
    await agent.picture("10-snooze")
    assert await agent.violations() == []
    await expect(page.locator("form.when .choices button").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name=re.compile("Snoozed"))).to_be_visible()
    await page.locator("[data-work-row]").first.click()
    await expect(page.locator(".bar[role=status]")).to_be_visible()
    await agent.picture("11-snoozed")
    assert await agent.violations() == []
    await write(client.page, "One more thing")
    await page.locator("section.offer").first.wait_for()
    await page.keyboard.press("a")
    await expect(page.locator("form.compose")).to_be_visible()

    assert agent.complaints == []
    assert colleague.complaints == []
    for screen in (agent, client, colleague):
        await screen.page.context.close()


@pytest.mark.parametrize(
    ("language", "theme", "width", "height"), [("ru", "dark", 1920, 1080), ("tr", "light", 390, 844)]
)
async def test_the_forms_of_the_conversation_in_other_looks(
    browser: Browser,
    hub_starter: StartHub,
    tmp_path: Path,
    language: str,
    theme: str,
    width: int,
    height: int,
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), offer_s=60.0), data_dir=tmp_path / "data")
    agent = await screen_of(
        browser,
        PICTURES / language,
        language=language,
        theme=theme,
        width=width,
        height=height,
        undo_s=20,
    )
    client = await screen_of(browser, PICTURES / language, language=language)
    page = agent.page
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await given(agent, client, hub.url, language, "118")
    await page.keyboard.press("r")
    await page.keyboard.type("119")
    await put_files(page, "drop", ("фото İzmir.png", "image/png", base64.b64decode(PIXELS)))
    await expect(page.locator(".tray .item")).to_have_count(1)
    await expect(page.locator(".tray progress")).to_have_count(0)
    await page.keyboard.press("Enter")
    await expect(page.locator(".plan .undo")).to_be_visible()
    await page.keyboard.type("120")
    await page.keyboard.press("Alt+Enter")
    await expect(page.locator("form.when")).to_be_visible()
    await agent.picture("1-later")
    found = await agent.violations()
    await page.keyboard.press("Escape")
    await page.locator(".stream").focus()
    await page.keyboard.press("z")
    await expect(page.locator("form.when")).to_be_visible()
    await agent.picture("2-snooze")
    assert [*found, *await agent.violations(), *agent.complaints] == []
    for screen in (agent, client):
        await screen.page.context.close()
