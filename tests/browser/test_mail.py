"""A house gets its first mailbox in Chromium; a letter comes into it, is looked at safely, and is answered."""

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import answer_letter, become_available, sign_in
from tests.browser.test_screens import SCROLLS
from tests.clients import Agent
from tests.hubs import RunningHub, start_hub
from tests.journeys.test_mail import account_of
from tests.servers.pymap import Pymap, pymap
from tests.servers.smtp import SmtpLookAlike

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/mail"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1366, 768), ("tr", "light", 390, 844)]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="
HTML = """<html><body onload="parent.ran = 1"><script>parent.ran = 2; fetch('http://elsewhere.test/run')</script>
<p style="color: rgb(200, 30, 30)">Where is my <b>order</b>?</p>
<img src="cid:dot" alt="a dot"><img src="https://elsewhere.test/pixel.png" alt="a pixel" onerror="parent.ran = 3">
<img src="http://elsewhere.test/plain.png"><a href="https://shop.test/">our shop</a></body></html>"""
QUOTED = "\r\n\r\nOn Mon, 1 Jun 2026 at 10:00, Support <support@hub.test> wrote:\r\n> We look into it.\r\n"


def letter_with_pictures() -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"] = "A Client <client@example.test>"
    made["To"] = ", ".join(["support@hub.test", *(f"friend{n}@example.test" for n in range(6))])
    made["Cc"] = "boss@example.test"
    made["Reply-To"] = "client@elsewhere.test"
    made["Subject"] = "Order 12"
    made["Message-ID"] = "<order12@example.test>"
    made.set_content("Where is my order?" + QUOTED)
    made.add_alternative(HTML, subtype="html")
    html = made.get_body(("html",))
    assert html is not None
    html.add_related(base64.b64decode(DOT), "image", "png", cid="<dot>", filename="dot.png")
    return made.as_bytes()


@dataclass
class Post:
    """A hub without an account, and the servers that are to be its own."""

    hub: RunningHub
    box: Pymap
    outside: SmtpLookAlike


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(pymap())
        outside = await stack.enter_async_context(SmtpLookAlike())
        hub = await start_hub(tmp_path / "data")
        stack.push_async_callback(hub.stop)
        yield Post(hub, box, outside)


async def until_read(office: Agent) -> None:
    """Till the mailbox was looked at for the first time: what lies there before is no work."""
    async with asyncio.timeout(20):
        while (await office.get("/api/v1/mail/accounts"))["items"][0]["receiving"] != "waiting":
            await asyncio.sleep(0.1)


async def test_a_letter_is_looked_at_safely_and_answered(browser: Browser, post: Post) -> None:
    async with Agent(post.hub.url, "admin") as office:
        await office.post("/api/v1/mail/accounts", await account_of(office, post.box, post.outside))
        await until_read(office)
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, post.hub.url, "anna")
    await become_available(page)
    await post.box.put([letter_with_pictures()])
    await page.locator("section.offer.full").wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound").wait_for()

    head = page.locator(".letter-head")
    await expect(head.locator(".subject")).to_have_text("Order 12")
    await expect(head).to_contain_text("A Client <client@example.test>")
    await expect(head).to_contain_text("Sender unproved")
    await expect(head).to_contain_text("Answers would go to somebody other than the sender.")
    await expect(head).not_to_contain_text("friend5@example.test")
    await head.get_by_role("button", name="Show everybody").press("Enter")
    await expect(head).to_contain_text("friend5@example.test")
    more = page.locator(".letter-more")
    await more.get_by_role("button", name="Show what it quotes").press("Enter")
    await expect(more.locator("blockquote")).to_contain_text("We look into it.")

    await more.get_by_role("button", name="Show the letter").press("Enter")
    shown = page.frame_locator("iframe.page")
    await expect(shown.locator("b")).to_have_text("order")
    # its beginning is in sight, though the stream keeps to its end
    await expect(shown.locator("b")).to_be_in_viewport()
    await screen.picture("letter-opened-en-light")
    await expect(shown.locator("p")).to_have_css("color", "rgb(200, 30, 30)")
    await expect(shown.get_by_role("img", name="a dot")).to_have_js_property("naturalWidth", 1)
    await expect(shown.get_by_role("img", name="a pixel")).to_have_js_property("naturalWidth", 0)
    await expect(shown.get_by_role("link")).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(shown.get_by_role("link")).to_have_attribute("target", "_blank")
    await screen.settled()
    assert fetched(screen) == []
    assert await page.evaluate("window.ran") is None
    assert await screen.violations() == []
    await screen.picture("letter-en-light")

    await more.get_by_role("button", name="Load pictures").press("Enter")
    await expect(shown.get_by_role("img", name="a pixel")).to_have_attribute(
        "src", "https://elsewhere.test/pixel.png"
    )
    async with asyncio.timeout(15):
        while not fetched(screen):
            await asyncio.sleep(0.1)
    assert len(fetched(screen)) == 1, "the picture over https, and not that over http"
    async with page.expect_download() as saved:
        await more.get_by_role("link", name="Save as it came").click()
    assert b"<order12@example.test>" in (await (await saved.value).path()).read_bytes()

    await answer_letter(page, "It is on its way.")
    await page.wait_for_function("() => document.querySelector('article.touch.outbound .mark')")
    answer = await sent_by(post)
    assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: Order 12", "<order12@example.test>")
    assert answer.get_content().strip() == "It is on its way."
    assert [one for one in others(screen) if one not in fetched(screen)] == []
    await page.context.close()


def fetched(screen: Screen) -> list[str]:
    """What a frame of nobody's origin asks for, no route and no listener of Playwright's sees; but nobody has the name
    `elsewhere.test`, and the browser says so."""
    return [one for one in screen.complaints if "ERR_NAME_NOT_RESOLVED" in one]


def others(screen: Screen) -> list[str]:
    """Complaints but that of the preferences, which `screen_of` sets in every frame, and no sandbox lets it."""
    return [one for one in screen.complaints if "localStorage" not in one]


async def fill_in(page: Page, post: Post) -> None:
    form = page.locator("form.setup")
    await form.get_by_label("Name", exact=True).fill("support")
    await form.get_by_label("Address", exact=True).fill("support@hub.test")
    await form.get_by_role("combobox", name="Queue").first.select_option(label="support")
    for title, port in (("Incoming", post.box.port), ("Outgoing", post.outside.port)):
        server = form.get_by_role("group", name=title, exact=True)
        await server.get_by_label("Server", exact=True).fill("127.0.0.1")
        await server.get_by_role("combobox", name="Security").select_option("none")
        await server.get_by_label("Port").fill(str(port))
    incoming = form.get_by_role("group", name="Incoming", exact=True)
    await incoming.get_by_label("User", exact=True).fill(post.box.user)
    await incoming.get_by_label("Password", exact=True).fill("wrong")
    await (
        form.get_by_role("group", name="Outgoing", exact=True)
        .get_by_role("combobox", name="Sign-in")
        .select_option("none")
    )


async def test_an_account_is_added_tried_out_and_never_shows_its_password(
    browser: Browser, post: Post
) -> None:
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, post.hub.url, "admin")
    await page.goto(f"{post.hub.url}/admin/mail")
    await page.get_by_role("button", name="Add an account").press("Enter")
    await fill_in(page, post)
    tries = page.locator(".tried li")
    await page.get_by_role("button", name="Try it out").press("Enter")
    await expect(tries.nth(0)).to_contain_text("does not work")
    # what came of it stands where the button is, however long the form
    await expect(tries.nth(0)).to_be_in_viewport()
    await expect(page.get_by_role("status").filter(has_text="does not work")).to_be_visible()
    await screen.picture("tried-en-light")
    await expect(tries.nth(1)).to_contain_text("Outgoing: works")
    password = page.get_by_label("Password", exact=True)
    await password.fill(post.box.password)
    await page.get_by_role("button", name="Try it out").press("Enter")
    await expect(tries.nth(0)).to_contain_text("Incoming: works")
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(page.locator(".choice")).to_contain_text("support@hub.test")
    await expect(password).to_have_value("")
    await expect(password).to_have_attribute("placeholder", "kept; type only to change it")
    # its conversations are kept under its name
    name = page.locator("form.setup").get_by_label("Name", exact=True)
    await expect(name).to_have_attribute("readonly", "")
    await expect(name).to_have_attribute("title", re.compile("The name stays as it is"))

    # what is changed is not lost by choosing another, and what a signature may say is said where it is wrong
    signature = page.get_by_role("group", name="Signature").get_by_role("textbox").first
    await signature.fill("Yours, {agent.nickname}")
    await page.get_by_role("button", name="Add an account").press("Enter")
    ask = page.get_by_role("group", name="Unsaved changes")
    await expect(ask).to_contain_text("What you changed in support is not saved.")
    await expect(ask.get_by_role("button", name="Go on here")).to_be_focused()
    await screen.picture("unsaved-en-light")
    assert await screen.violations() == []
    await page.keyboard.press("Escape")
    await expect(ask).to_have_count(0)
    await expect(signature).to_have_value("Yours, {agent.nickname}")
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(signature).to_be_focused()
    await expect(signature).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("alert").filter(has_text="A signature knows agent.name")).to_have_count(2)
    await screen.picture("signature-wrong-en-light")
    await page.get_by_role("button", name="Add an account").press("Enter")
    await ask.get_by_role("button", name="Throw it away").press("Enter")
    await expect(page.locator("form.setup").get_by_label("Name", exact=True)).to_have_value("")
    await page.locator(".choice").press("Enter")
    await expect(signature).to_have_value("")

    # somebody else is faster
    async with Agent(post.hub.url, "admin") as office:
        (known,) = (await office.get("/api/v1/mail/accounts"))["items"]
        body = {key: known[key] for key in ("name", "address", "queue_id", "enabled", "setup")}
        put = {"version": known["version"], "account": body}
        assert (await office.ask("PUT", f"/api/v1/mail/accounts/{known['id']}", put)).status == 200
        await until_read(office)
    await page.get_by_role("button", name="Save").press("Enter")
    await expect(page.locator("form.setup .problem")).to_contain_text("Somebody changed this meanwhile")
    await page.get_by_role("button", name="Look again").press("Enter")
    await expect(page.locator(".fares")).to_contain_text("waiting for letters")

    # an account that breaks is seen without a look, and ends for good only when that is said twice
    async with Agent(post.hub.url, "admin") as office:
        (known,) = (await office.get("/api/v1/mail/accounts"))["items"]
        wrong = {**body, "secrets": {"incoming_password": "wrong"}}
        put = {"version": known["version"], "account": wrong}
        assert (await office.ask("PUT", f"/api/v1/mail/accounts/{known['id']}", put)).status == 200
    await expect(page.locator(".fares")).to_contain_text("Receiving: broken", timeout=60_000)
    await page.get_by_role("button", name="Delete", exact=True).press("Enter")
    sure = page.get_by_role("button", name="Delete for good")
    await expect(sure).to_be_in_viewport()
    await expect(sure).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(sure).to_have_count(0)
    await expect(page.get_by_role("button", name="Delete", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await screen.picture("delete-en-light")
    assert await screen.violations() == []
    await page.get_by_role("button", name="Delete for good").press("Enter")
    await expect(page.get_by_text("There is no account yet.")).to_be_visible()
    await page.context.close()


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_the_page_of_accounts_can_be_read_by_everybody(
    browser: Browser, post: Post, language: str, theme: str, width: int, height: int
) -> None:
    async with Agent(post.hub.url, "admin") as office:
        body = await account_of(office, post.box, post.outside)
        body["setup"]["rules"] = [{"looks_at": "subject", "contains": "order"}]
        await office.post("/api/v1/mail/accounts", body)
        await until_read(office)
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    await sign_in(screen.page, post.hub.url, "admin")
    await screen.page.goto(f"{post.hub.url}/admin/mail")
    await screen.page.locator("form.setup").wait_for()
    await screen.settled()
    await screen.picture(f"accounts-{language}-{theme}-{width}")
    assert [*await screen.violations(), *screen.complaints] == []
    assert not await screen.page.evaluate(SCROLLS)
    await screen.page.context.close()


async def sent_by(post: Post) -> EmailMessage:
    async with asyncio.timeout(20):
        while not post.outside.got:
            await asyncio.sleep(0.05)
    answer = message_from_bytes(post.outside.got[0].raw, policy=default)
    assert isinstance(answer, EmailMessage)
    return answer


@pytest.mark.parametrize(
    ("language", "theme", "not_imap", "refused", "words"),
    [
        ("en", "dark", "is no mailbox (IMAP)", "refuses our user or password", "The server’s words: “220 "),
        (
            "ru",
            "light",
            "не почтовый ящик (IMAP)",
            "не принимает пользователя или пароль",
            "Слова сервера: “220 ",
        ),
        ("tr", "light", "posta kutusu (IMAP) değil", "parolamızı kabul etmiyor", "Sunucunun sözleri: “220 "),
    ],
)
async def test_what_servers_do_is_said_as_the_reader_speaks_and_their_own_words_stay(
    browser: Browser, post: Post, language: str, theme: str, not_imap: str, refused: str, words: str
) -> None:
    async with Agent(post.hub.url, "admin") as office:
        body = await account_of(office, post.box, post.outside)
        body["setup"]["incoming"]["port"] = post.outside.port  # a server for sending
        await office.post("/api/v1/mail/accounts", body)
    screen = await screen_of(browser, PICTURES, language=language, theme=theme)
    page = screen.page
    await sign_in(page, post.hub.url, "admin")
    await page.goto(f"{post.hub.url}/admin/mail")
    # the account says so by itself
    fares = page.locator(".fares .wrong")
    await expect(fares).to_contain_text(f"127.0.0.1:{post.outside.port}")
    await expect(fares).to_contain_text(not_imap)
    await expect(fares).to_contain_text(words)
    await page.locator("form.setup .actions .btn:not(.primary)").first.press("Enter")
    tries = page.locator(".tried li")
    await expect(tries.nth(0)).to_contain_text(not_imap)
    await expect(tries.nth(0)).to_contain_text(words)
    await screen.settled()
    await screen.picture(f"told-{language}-{theme}")
    assert [*await screen.violations(), *screen.complaints] == []

    port = page.locator("form.setup input[type=number]").first
    await port.fill(str(post.box.port))
    await page.locator("form.setup input[type=password]").first.fill("wrong")
    await page.locator("form.setup .actions .btn:not(.primary)").first.press("Enter")
    await expect(tries.nth(0)).to_contain_text(refused)
    await page.context.close()
