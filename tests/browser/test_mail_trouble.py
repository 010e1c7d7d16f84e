"""What an agent does where mail goes wrong: a letter that failed is sent again, what belongs to a colleague says so."""

import sqlite3
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from playwright.async_api import Browser, FilePayload, Locator, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import become_available, sign_in
from tests.browser.test_compose import take
from tests.browser.test_screens import SCROLLS
from tests.browser.test_start import PERSON
from tests.clients import Agent
from tests.journeys.test_mail import CLIENT, MailHub, letter, mail_hub
from tests.servers.smtp import Fault

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/mail"
LOOKS = [("ru", "dark", 1366, 768), ("tr", "light", 390, 844)]
SIGNATURES = {"en": "{agent.name}", "ru": "{agent.name}", "tr": "{agent.name}"}


async def anna(browser: Browser, mail: MailHub, **look: str | int) -> Screen:
    screen = await screen_of(browser, PICTURES, **({"language": "en"} | look))  # type: ignore[arg-type]
    await sign_in(screen.page, mail.hub.url, "anna")
    await become_available(screen.page)
    return screen


async def write_letter(page: Page) -> None:
    """A formatted answer with a Cc and a file, signed, quoting the client."""
    keys = page.keyboard
    await keys.type("It is ")
    await keys.press("Control+b")
    await keys.type("on its way")
    await keys.press("Control+b")
    await keys.type(".")
    await page.get_by_role("button", name="Cc", exact=True).click()
    await expect(page.get_by_role("textbox", name="Cc", exact=True)).to_be_focused()
    await keys.type("boss@example.test,")
    await page.get_by_role("checkbox", name="Quote their letter").check()
    await page.locator("form.compose input[type=file]").set_input_files(
        {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"Two kettles"}
    )
    await expect(page.locator("form.compose .tray")).to_contain_text("bill.txt")
    await expect(page.locator(".tray progress")).to_have_count(0)
    await page.get_by_role("textbox", name="Letter").press("Control+Enter")


async def is_back(page: Page) -> None:
    """The letter stands in the field as it was written."""
    sheet = page.get_by_role("textbox", name="Letter")
    await expect(sheet).to_be_focused()
    await expect(sheet).to_have_text("It is on its way.")
    await expect(sheet.locator("b")).to_have_text("on its way")
    await expect(page.get_by_label("Subject")).to_have_value("Re: Order 12")
    await expect(page.get_by_role("list", name="Cc")).to_contain_text("boss@example.test")
    await expect(page.get_by_role("checkbox", name="Quote their letter")).to_be_checked()
    await expect(page.locator("form.compose .tray")).to_contain_text("bill.txt")


async def test_a_letter_that_failed_is_sent_again_whole_and_once(browser: Browser, tmp_path: Path) -> None:
    async with mail_hub(tmp_path, signatures=SIGNATURES) as mail:
        screen = await anna(browser, mail)
        page = screen.page
        mail.outside.fault_of = lambda: Fault("mail", 550)
        await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await write_letter(page)
        failed = page.locator("article.touch.outbound.trouble")
        again = failed.get_by_role("button", name="Send again")
        await expect(again).to_be_in_viewport()
        # what is folded is called what it is
        await expect(failed.get_by_role("button", name="Show signature and quote")).to_be_visible()
        await screen.settled()
        await screen.picture("failed-en-light")
        assert [*await screen.violations(), *screen.complaints] == []

        mail.outside.fault_of = lambda: None
        await again.press("Enter")
        await is_back(page)
        # what is begun is replaced only when that is said
        await again.press("Enter")
        await expect(failed.get_by_role("alert")).to_contain_text(
            "The letter that you have begun would be replaced"
        )
        await failed.get_by_role("button", name="Leave it").press("Enter")
        await expect(failed.get_by_role("alert")).to_have_count(0)
        await page.get_by_role("textbox", name="Letter").press("Control+Enter")
        (got,) = await mail.sent(1)
        assert (got["Subject"], got["Cc"], got["In-Reply-To"]) == (
            "Re: Order 12",
            "boss@example.test",
            "<m1@client>",
        )
        html, plain = got.get_body(("html",)), got.get_body(("plain",))
        assert "<b>on its way</b>" in html.get_content()
        assert plain.get_content().count("> Where is it?") == 1
        assert plain.get_content().count("-- \r\n") == 1
        assert [one.get_filename() for one in got.iter_attachments()] == ["bill.txt"]
        await expect(failed).to_contain_text("Sent again at")
        await expect(again).to_have_count(0)
        assert len(mail.outside.got) == 1
        await screen.picture("sent-again-en-light")
        await page.context.close()


async def test_what_may_arrive_twice_is_said_before_it_is_sent_again(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path, signatures=SIGNATURES) as mail:
        screen = await anna(browser, mail, theme="dark")
        page = screen.page
        mail.outside.fault_of = lambda: Fault("end", taken=True)
        await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await write_letter(page)
        doubtful = page.locator("article.touch.outbound.trouble")
        await doubtful.get_by_role("button", name="Send again").press("Enter")
        await expect(doubtful.get_by_role("alert")).to_contain_text("the client gets it twice")
        await screen.picture("uncertain-en-dark")
        assert [*await screen.violations(), *screen.complaints] == []
        sheet = page.get_by_role("textbox", name="Letter")
        await expect(sheet).to_have_text("")
        await doubtful.get_by_role("button", name="Put it into the field").press("Enter")
        await is_back(page)
        await page.context.close()


def with_a_picture() -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = CLIENT, "support@hub.test", "Order 11"
    made["Message-ID"] = "<earlier@client>"
    made.set_content("It came broken.")
    made.add_alternative("<p>It came <b>broken</b>.</p>", subtype="html")
    made.add_attachment(b"not a picture", "image", "png", filename="kettle.png")
    return made.as_bytes()


async def bubble(page: Page, words: str) -> Locator:
    found = page.locator("article.touch", has_text=words)
    await expect(found).to_be_visible()
    return found


@pytest.mark.parametrize(("language", "theme", "width", "height"), [("en", "light", 1366, 768), *LOOKS])
async def test_what_belongs_to_a_colleagues_conversation_says_so(
    browser: Browser, tmp_path: Path, language: str, theme: str, width: int, height: int
) -> None:
    texts = dict.fromkeys(("en", "ru", "tr"), "We have your letter.")
    async with mail_hub(tmp_path, auto_answer={"texts": texts}) as mail:
        async with Agent(mail.hub.url, "boris") as boris:
            await boris.connect()
            await boris.be("available")
            await mail.send(with_a_picture())
            offer = await boris.offered()
            await boris.accept(offer["reservation_id"])
            interaction = offer["work_item"]["interaction_id"]
            await boris.post(
                f"/api/v1/interactions/{interaction}/close", {"disposition": "resolved", "note": ""}
            )
            await boris.be("offline")
        screen = await anna(browser, mail, language=language, theme=theme, width=width, height=height)
        page = screen.page
        await mail.send(letter("And now?", "Order 12", Message_ID="<m2@client>"))
        await page.locator("section.offer").first.wait_for()
        await page.keyboard.press("a")
        await bubble(page, "And now?")
        theirs = await bubble(page, "It came broken.")
        await expect(theirs).to_contain_text("kettle.png")
        await expect(theirs.locator("a, img, button")).to_have_count(0)
        if language == "en":
            await expect(theirs).to_contain_text("its letter and files are not yours to open")
            said = page.locator("article.touch.outbound", has_text="We have your letter.")
            # the first was sent, the second kept back: neither was written by anybody, and nothing is wrong with them
            await expect(said).to_have_count(2)
            await expect(said.locator(".author")).to_have_text(["Automatic reply · E-mail"] * 2)
            await expect(said.last).to_contain_text("had an automatic answer within a day")
            await expect(page.locator("article.touch.trouble")).to_have_count(0)
        await theirs.scroll_into_view_if_needed()
        await screen.settled()
        await screen.picture(f"of-a-colleague-{language}-{theme}-{width}")
        assert [*await screen.violations(), *screen.complaints] == []
        assert not await page.evaluate(SCROLLS)
        await page.context.close()


async def test_half_an_address_outlives_a_reload_and_an_account_that_is_off_sends_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path) as mail:
        screen = await anna(browser, mail)
        page, keys = screen.page, screen.page.keyboard
        await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await keys.type("It is on its way.")
        await page.get_by_role("button", name="Bcc", exact=True).click()
        await expect(page.get_by_role("textbox", name="Bcc", exact=True)).to_be_focused()
        await keys.type("quiet@exa")
        await page.wait_for_timeout(1200)
        await page.reload()
        bcc = page.get_by_role("textbox", name="Bcc", exact=True)
        await expect(bcc).to_have_value("quiet@exa")
        sheet = page.get_by_role("textbox", name="Letter")
        await expect(sheet).to_have_text("It is on its way.")
        await bcc.focus()
        await keys.press("End")
        await keys.type("mple.test,")
        await expect(page.get_by_role("list", name="Bcc")).to_contain_text("quiet@example.test")
        assert not await page.evaluate("Object.keys(localStorage).some((key) => key.endsWith('.addresses'))")

        send = page.locator("form.compose button[type=submit]")
        await expect(send).to_have_attribute("aria-disabled", "false")
        async with Agent(mail.hub.url, "admin") as office:
            (known,) = (await office.get("/api/v1/mail/accounts"))["items"]
            body = {key: known[key] for key in ("name", "address", "queue_id", "setup")}
            put = {"version": known["version"], "account": {**body, "enabled": False}}
            assert (await office.ask("PUT", f"/api/v1/mail/accounts/{known['id']}", put)).status == 200
        # the sheet that is open follows, and nobody touches it
        off = "The mail account is switched off. An administrator can switch it on."
        await expect(page.get_by_role("alert").filter(has_text=off)).to_be_visible()
        await expect(send).to_have_attribute("aria-disabled", "true")
        await expect(send).to_have_attribute("title", off)
        await screen.settled()
        await screen.picture("account-off-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        async with Agent(mail.hub.url, "admin") as office:
            (known,) = (await office.get("/api/v1/mail/accounts"))["items"]
            put = {"version": known["version"], "account": {**body, "enabled": True}}
            assert (await office.ask("PUT", f"/api/v1/mail/accounts/{known['id']}", put)).status == 200
            await expect(send).to_have_attribute("aria-disabled", "false")
            await expect(sheet).to_have_text("It is on its way.")
            assert (await office.ask("DELETE", f"/api/v1/mail/accounts/{known['id']}")).status == 204
        gone = page.get_by_role("alert").filter(has_text="An administrator can add it again.")
        await expect(gone).to_be_visible()
        await expect(send).to_have_attribute("aria-disabled", "true")
        await page.context.close()


async def test_files_that_are_together_too_large_are_said_before_the_letter_is_sent(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path) as mail:
        mail.outside.size = "SIZE 500000"
        screen = await anna(browser, mail, undo_s=0)
        page = screen.page
        await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await page.keyboard.type("It is on its way.")
        await page.keyboard.press("Control+Enter")
        await mail.sent(1)
        await page.keyboard.press("Escape")
        await page.keyboard.press("r")
        # what its server said a moment ago is what the sheet promises
        await expect(page.locator("form.compose .by")).to_contain_text("files up to 266 kB")
        await page.keyboard.type("The bills")
        big: FilePayload = {
            "name": "bill.bin",
            "mimeType": "application/octet-stream",
            "buffer": bytes(200_000),
        }
        files = page.locator("form.compose input[type=file]")
        send = page.locator("form.compose button[type=submit]")
        await files.set_input_files([big])
        await expect(send).to_have_attribute("aria-disabled", "false")
        await files.set_input_files([big])
        said = "The files have 400 kB together, a letter takes 266 kB here. Take some out."
        await expect(page.get_by_role("alert").filter(has_text=said)).to_be_visible()
        await expect(send).to_have_attribute("aria-disabled", "true")
        await screen.settled()
        await screen.picture("too-large-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        await page.locator("form.compose .tray button").last.click()
        await expect(send).to_have_attribute("aria-disabled", "false")
        await page.context.close()


async def test_why_a_reply_for_later_failed_is_said_in_words(browser: Browser, tmp_path: Path) -> None:
    async with mail_hub(tmp_path) as mail:
        screen = await anna(browser, mail)
        page, keys = screen.page, screen.page.keyboard
        await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await keys.type("It is on its way.")
        await keys.press("Alt+Enter")
        await page.locator("form.when .choices button", has_text="In one hour").press("Enter")
        await expect(page.locator(".plan")).to_contain_text("It is on its way.")
        # as the hub leaves it when its time comes and the files have become too large
        with sqlite3.connect(tmp_path / "data" / "hub.db", timeout=10) as kept:
            kept.execute("UPDATE planned_replies SET state = 'failed', reason = 'files_too_large'")
        await page.reload()
        plan = page.locator(".plan.failed")
        await expect(plan).to_contain_text("The files are too large for a letter. Take some out.")
        await expect(plan).not_to_contain_text("files too large")
        await screen.settled()
        await screen.picture("plan-failed-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        await page.context.close()


async def test_a_first_letter_that_is_begun_outlives_a_reload_and_is_sent_once(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path, subaddress=False) as mail:
        screen = await anna(browser, mail)
        page, keys = screen.page, screen.page.keyboard
        await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await keys.press("Escape")
        await keys.press("c")
        await page.locator("form.close").wait_for()
        await keys.press("1")
        await page.locator("form.close button[type=submit]").press("Enter")
        await page.locator(".wrap[role=status]").wait_for()
        await keys.press("Escape")
        await keys.press("f")
        person = await page.evaluate(PERSON)
        await page.goto(f"{mail.hub.url}/desk?person={person}")
        await page.locator("aside.pane", has_text="Write first").wait_for()
        await keys.press("w")
        dialog = page.locator("[role=dialog]", has_text="Write to")
        await expect(dialog.locator("details")).not_to_have_attribute("open", "")
        await dialog.get_by_label("Subject").fill("Your kettle")
        await dialog.get_by_role("textbox", name="Letter").click()
        await keys.type("It is here.")
        await dialog.get_by_role("button", name="Cc", exact=True).click()
        await keys.type("boss@example.test,")
        await dialog.locator("input[type=file]").set_input_files(
            {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"Two kettles"}
        )
        await expect(dialog.locator(".tray")).to_contain_text("bill.txt")
        await expect(dialog.locator(".tray progress")).to_have_count(0)
        # with all of it open, what sends it is in sight
        await expect(dialog.get_by_role("button", name="Send")).to_be_in_viewport(ratio=1)
        await screen.settled()
        await screen.picture("begun-en-light")
        assert [*await screen.violations(), *screen.complaints] == []

        await page.reload()
        await expect(dialog.get_by_label("Subject")).to_have_value("Your kettle")
        await expect(dialog.get_by_role("textbox", name="Letter")).to_have_text("It is here.")
        await expect(dialog.get_by_role("list", name="Cc")).to_contain_text("boss@example.test")
        await expect(dialog.locator(".tray")).to_contain_text("bill.txt")
        await dialog.get_by_role("button", name="Send").click()
        (got,) = await mail.sent(1)
        assert (got["Subject"], got["Cc"]) == ("Your kettle", "boss@example.test")
        assert [one.get_filename() for one in got.iter_attachments()] == ["bill.txt"]
        # nothing is left of it
        await expect(dialog).to_have_count(0)
        await page.reload()
        await page.locator(".pane").first.wait_for()
        await expect(dialog).to_have_count(0)
        assert not await page.evaluate("Object.keys(sessionStorage).some((key) => key.includes('.start.'))")
        await page.context.close()


async def test_an_address_that_is_nobodys_yet_is_written_to_from_the_search(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path) as mail:
        screen = await anna(browser, mail)
        page, keys = screen.page, screen.page.keyboard
        await keys.press("/")
        await keys.type("new@client.example")
        await expect(page.get_by_role("button", name="Write a letter to new@client.example")).to_be_visible()
        await screen.picture("nobodys-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        await keys.press("Enter")
        dialog = page.locator("[role=dialog]", has_text="Write to new@client.example")
        await dialog.get_by_label("Subject").fill("Your kettle")
        await dialog.get_by_role("textbox", name="Letter").click()
        await keys.type("It is here.")
        await screen.settled()
        await screen.picture("first-to-address-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        await dialog.get_by_role("button", name="Send").click()
        (got,) = await mail.sent(1)
        assert (got["Subject"], got["To"]) == ("Your kettle", "new@client.example")
        # who has it is a client now
        await expect(page.locator("section.pane h2.name")).to_contain_text("new@client.example")
        await page.context.close()
