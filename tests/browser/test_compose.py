"""Anna writes letters: formatted, to several, continued in another browser, by keyboard alone; they arrive as meant."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import become_available, sign_in
from tests.browser.test_screens import SCROLLS
from tests.browser.test_start import PERSON
from tests.clients import Agent
from tests.journeys.test_mail import CLIENT, MailHub, letter, mail_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

LOOKS = [("ru", "dark", 1366, 768), ("tr", "light", 390, 844)]
PICTURES = ROOT / "tests/browser/pictures/mail"


@pytest.fixture
async def mail(tmp_path: Path) -> AsyncIterator[MailHub]:
    async with mail_hub(tmp_path, signatures={"en": "{agent.name}\n{queue.name} at your service"}) as made:
        yield made


async def anna(browser: Browser, mail: MailHub, *, undo_s: int = 0, **look: str | int) -> Screen:
    screen = await screen_of(browser, PICTURES, language="en", undo_s=undo_s, **look)  # type: ignore[arg-type]
    await sign_in(screen.page, mail.hub.url, "anna")
    return screen


async def take(page: Page, mail: MailHub, raw: bytes) -> Locator:
    """The letter comes and is accepted; the sheet that answers it, ready to be written on."""
    await mail.send(raw)
    await page.locator("section.offer.full").wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound").last.wait_for()
    await page.keyboard.press("r")
    sheet = page.get_by_role("textbox", name="Letter")
    await expect(sheet).to_be_focused()
    return sheet


def parts_of(got: EmailMessage) -> tuple[str, str]:
    plain, html = (part.get_content().replace("\r\n", "\n") for part in got.iter_parts())
    return plain, html


async def test_a_formatted_letter_to_several_arrives_as_meant_by_keyboard_alone(
    browser: Browser, mail: MailHub
) -> None:
    screen = await anna(browser, mail)
    page = screen.page
    await become_available(page)
    raw = letter("Where is it?", "Order 12", Message_ID="<m1@client>", Cc="Boss <boss@example.test>")
    await take(page, mail, raw)
    keys = page.keyboard
    await keys.type("It is ")
    await keys.press("Control+b")
    await keys.type("on its way")
    await keys.press("Control+b")
    await keys.type(".")
    await keys.press("Enter")
    await keys.press("Control+Shift+8")
    await keys.type("today")
    await keys.press("Enter")
    await keys.type("by noon")
    await expect(page.get_by_role("note", name="Signature")).to_contain_text("support at your service")
    # to the line of addresses by Shift+Tab: subject, Bcc, Cc, all
    await keys.press("Shift+Tab")
    await expect(page.get_by_label("Subject")).to_be_focused()
    await expect(page.get_by_label("Subject")).to_have_value("Re: Order 12")
    for name in ("Bcc", "Cc", "Reply to all"):
        await keys.press("Shift+Tab")
        await expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
    await keys.press("Enter")
    cc = page.get_by_role("textbox", name="Cc", exact=True)
    await expect(page.get_by_role("list", name="Cc")).to_contain_text("boss@example.test")
    await cc.focus()
    await keys.type("nobody, store@example.test,")
    await keys.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="nobody")).to_be_visible()
    await keys.press("Control+a")
    await keys.press("Delete")
    await screen.settled()
    await screen.picture("compose-en-light")
    assert [*await screen.violations(), *screen.complaints] == []
    await keys.press("Control+Enter")
    await expect(page.locator("article.touch.outbound")).to_contain_text("It is on its way")

    (got,) = await mail.sent(1)
    assert (got["Subject"], got["In-Reply-To"]) == ("Re: Order 12", "<m1@client>")
    assert got["To"] == f"A Client <{CLIENT}>"
    assert got["Cc"] == "Boss <boss@example.test>, store@example.test"
    assert set(mail.outside.got[0].recipients) == {CLIENT, "boss@example.test", "store@example.test"}
    plain, html = parts_of(got)
    assert plain.startswith("It is on its way.")
    assert "support at your service" in plain
    assert "<b>on its way</b>" in html
    assert "<li>today</li><li>by noon</li>" in html
    await begins_with_a_letter(screen, mail)
    await page.context.close()


async def begins_with_a_letter(screen: Screen, mail: MailHub) -> None:
    """The first letter has the sheet that replies have; the button says what keeps it from being sent."""
    page, keys = screen.page, screen.page.keyboard
    person = await page.evaluate(PERSON)
    await page.goto(f"{mail.hub.url}/desk?person={person}")
    await page.locator("aside.pane", has_text="Write first").wait_for()
    await keys.press("w")
    dialog = page.get_by_role("dialog")
    sheet = dialog.get_by_role("textbox", name="Letter")
    await expect(sheet).to_be_focused()
    await expect(dialog.locator(".way", has_text=CLIENT)).to_contain_text("<support@hub.test>")
    await expect(dialog.get_by_role("list", name="To")).to_contain_text(CLIENT)
    await keys.type("A ")
    await keys.press("Control+i")
    await keys.type("new")
    await keys.press("Control+i")
    await keys.type(" year.")
    send = dialog.get_by_role("button", name="Send")
    await expect(send).to_have_accessible_description("Give the letter a subject first.")
    await keys.press("Control+Enter")
    await expect(dialog.get_by_role("alert").filter(has_text="Give the letter a subject.")).to_be_visible()
    await expect(dialog.get_by_label("Subject")).to_be_focused()
    await keys.type("Our hours")
    await expect(send).to_have_attribute("aria-disabled", "false")
    await dialog.get_by_role("button", name="Cc", exact=True).click()
    await keys.type("boss@example.test,")
    await dialog.locator("input[type=file]").set_input_files(
        {"name": "hours.txt", "mimeType": "text/plain", "buffer": b"9-18"}
    )
    await expect(dialog.get_by_role("list", name="Attached files")).to_contain_text("hours.txt")
    await expect(dialog.get_by_role("checkbox", name="The signature of the queue is added.")).to_be_checked()
    await screen.settled()
    await screen.picture("first-en-light")
    assert [*await screen.violations(), *screen.complaints] == []
    await send.click()
    await dialog.wait_for(state="detached")
    *_, got = await mail.sent(2)
    assert (got["Subject"], got["Cc"], got["In-Reply-To"]) == ("Our hours", "boss@example.test", None)
    assert [one.get_filename() for one in got.iter_attachments()] == ["hours.txt"]
    html = got.get_body(("html",))
    plain = got.get_body(("plain",))
    assert html is not None
    assert plain is not None
    assert "<i>new</i>" in html.get_content()
    assert "support at your service" in plain.get_content()


async def test_replies_follow_what_is_typed_in_a_letter_and_go_when_nothing_asks_for_them(
    browser: Browser, mail: MailHub
) -> None:
    async with Agent(mail.hub.url, "admin") as office:
        for code, said in (
            ("again", "Please write again."),
            ("bye", "Goodbye for now."),
            ("hi", "Good day."),
        ):
            body = {"kind": "reply", "code": code, "title": f"The {code}", "texts": {"en": said}}
            await office.post("/api/v1/snippets", body)
    screen = await anna(browser, mail)
    page, keys = screen.page, screen.page.keyboard
    await become_available(page)
    sheet = await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<r@client>"))
    offered = page.get_by_role("listbox", name="Replies and macros").get_by_role("option")
    await keys.type("Well, ;")
    await expect(offered).to_have_count(3)
    await keys.type("b")
    await keys.type("y")
    await expect(offered).to_have_count(1)
    await expect(offered).to_contain_text("bye")
    await keys.press("Enter")
    await expect(sheet).to_have_text("Well, Goodbye for now.")
    # what asked for the list goes, and the list with it
    await keys.press("Control+a")
    await keys.press("Delete")
    await keys.type("gus, ;")
    await sheet.click()
    await expect(offered).to_have_count(3)
    await keys.press("Control+a")
    await keys.press("Delete")
    await expect(offered).to_have_count(0)
    await keys.type("Dear Fergus,")
    await keys.press("Enter")
    await keys.type("it comes.")
    await expect(offered).to_have_count(0)
    assert (await sheet.inner_text()).split() == ["Dear", "Fergus,", "it", "comes."]
    # what was formatted in the letter that went says nothing of the next one
    await keys.press("Control+b")
    await keys.type(" Soon.")
    bold = page.get_by_role("button", name="Bold")
    await expect(bold).to_have_attribute("aria-pressed", "true")
    await keys.press("Control+Enter")
    await expect(sheet).to_have_text("")
    await expect(sheet).to_be_focused()
    await expect(bold).to_have_attribute("aria-pressed", "false")
    await keys.type("More")
    await expect(sheet).to_have_text("More")
    await expect(sheet.locator("b")).to_have_count(0)
    await expect(bold).to_have_attribute("aria-pressed", "false")
    assert screen.complaints == []
    await page.context.close()


PASTED = """<html><head><style>p { color: red }</style></head><body><h2 onclick="parent.ran = 1">Hours</h2>
<p style="position: fixed">We are <span style="font-weight: 700">open</span><script>window.ran = 1</script>
<img src="https://elsewhere.test/pixel.png" onerror="window.ran = 2"><a href="javascript:window.ran = 3">here</a>
<a href="https://shop.test/hours" onclick="window.ran = 4">there</a></p><svg onload="window.ran = 5"></svg>
<table><tr><td>Mon</td><td>9-18</td></tr></table><iframe src="https://elsewhere.test/"></iframe></body></html>"""
PASTE = """([into, html]) => {
  const brought = new DataTransfer();
  brought.setData('text/html', html);
  brought.setData('text/plain', 'Hours');
  into.dispatchEvent(new ClipboardEvent('paste', { clipboardData: brought, bubbles: true, cancelable: true }));
}"""


async def test_what_is_pasted_comes_down_to_what_letters_are_written_in(
    browser: Browser, mail: MailHub
) -> None:
    screen = await anna(browser, mail)
    page = screen.page
    await become_available(page)
    sheet = await take(page, mail, letter("When are you open?", "Hours", Message_ID="<h@client>"))
    await page.evaluate(PASTE, [await sheet.element_handle(), PASTED])
    await expect(sheet).to_contain_text("We are open")
    inside = await sheet.evaluate(
        "el => [...el.querySelectorAll('*')].flatMap(e => [e.tagName, ...[...e.attributes].map(a => a.name)])"
    )
    assert set(inside) <= {"DIV", "P", "B", "A", "BR", "href"}
    assert await sheet.locator("a").evaluate_all("all => all.map(a => a.getAttribute('href'))") == [
        "https://shop.test/hours"
    ]
    await screen.settled()
    assert await page.evaluate("window.ran") is None
    # of what is read into a document that runs nothing, the page's policy refuses what it would not run either
    assert [one for one in screen.complaints if "Content Security Policy" not in one] == []
    await page.keyboard.press("Control+Enter")
    (got,) = await mail.sent(1)
    plain, html = parts_of(got)
    assert "We are open" in " ".join(plain.split())
    assert "<b>open</b>" in html
    assert "window" not in html
    await page.context.close()


async def test_a_letter_begun_here_is_taken_up_in_another_browser_and_taken_back_after_sending(
    browser: Browser, mail: MailHub
) -> None:
    screen = await anna(browser, mail)
    page, keys = screen.page, screen.page.keyboard
    await become_available(page)
    await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<d@client>"))
    await keys.type("It is ")
    await keys.press("Control+i")
    await keys.type("near")
    await page.get_by_label("Subject").fill("Order 12 is near")
    await page.get_by_role("button", name="Cc", exact=True).click()
    await keys.type("boss@example.test")
    await keys.press("Enter")
    await page.get_by_role("checkbox", name="Quote their letter").check()
    url = page.url

    other = await anna(browser, mail, undo_s=10, theme="dark")
    there = other.page
    await there.goto(url)
    sheet = there.get_by_role("textbox", name="Letter")
    await expect(sheet.locator("i")).to_have_text("near")
    await expect(there.get_by_label("Subject")).to_have_value("Order 12 is near")
    await expect(there.get_by_role("list", name="Cc")).to_contain_text("boss@example.test")
    await expect(there.get_by_role("checkbox", name="Quote their letter")).to_be_checked()
    await there.get_by_role("button", name="Show the quote").click()
    await expect(there.get_by_role("region", name="Quote their letter")).to_contain_text("> Where is it?")
    await other.settled()
    await other.picture("compose-en-dark")
    assert [*await other.violations(), *other.complaints] == []

    # what is sent can be taken back, and is as it was
    await sheet.press("Control+Enter")
    await expect(sheet).to_have_text("")
    await there.get_by_role("button", name="Undo").click()
    await expect(sheet.locator("i")).to_have_text("near")
    await expect(there.get_by_label("Subject")).to_have_value("Order 12 is near")
    await expect(there.get_by_role("list", name="Cc")).to_contain_text("boss@example.test")
    assert not mail.outside.got

    # without a subject it does not go, and says what to do
    await there.get_by_label("Subject").fill("")
    await there.keyboard.press("Control+Enter")
    await expect(there.get_by_role("alert").filter(has_text="Give the letter a subject.")).to_be_visible()
    await expect(there.get_by_label("Subject")).to_be_focused()
    await there.keyboard.type("Near")
    await there.get_by_label("Subject").press("Control+Enter")
    await there.get_by_role("button", name="Undo").wait_for()
    await page.context.close()
    (got,) = await mail.sent(1, within_s=60)
    assert (got["Subject"], got["Cc"]) == ("Near", "boss@example.test")
    plain, html = parts_of(got)
    assert "> Where is it?" in plain
    assert "<i>near</i>" in html
    await there.context.close()


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_the_sheet_can_be_used_by_everybody(
    browser: Browser, mail: MailHub, language: str, theme: str, width: int, height: int
) -> None:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    page = screen.page
    await sign_in(page, mail.hub.url, "anna")
    await become_available(page)
    await mail.send(letter("Where is it?", "Order 12", Message_ID="<w@client>", Cc="boss@example.test"))
    await expect(page.locator("section.offer:visible").first).to_contain_text("Order 12")
    await screen.picture(f"offer-{language}-{theme}-{width}")
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound").last.wait_for()
    await page.keyboard.press("r")
    sheet = page.locator(".rich")
    await expect(sheet).to_be_focused()
    await page.keyboard.type("It is on its way.")
    await screen.settled()
    await screen.picture(f"compose-{language}-{theme}-{width}")
    assert [*await screen.violations(), *screen.complaints] == []
    assert not await page.evaluate(SCROLLS)
    await page.goto(f"{mail.hub.url}/desk?person={await page.evaluate(PERSON)}")
    await page.locator("aside.pane .name").first.wait_for(state="attached")
    await page.wait_for_timeout(300)
    await page.keyboard.press("w")
    await page.locator("[role=dialog] .rich").wait_for()
    await screen.settled()
    await screen.picture(f"first-{language}-{theme}-{width}")
    assert [*await screen.violations(), *screen.complaints] == []
    await page.context.close()
