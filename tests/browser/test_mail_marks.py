"""What an agent sees beside a letter: is its sender proved, what came back, where it may belong, what is unreadable."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import answer_letter, become_available, sign_in
from tests.clients import Agent
from tests.journeys.test_mail import CLIENT, MailHub, letter, mail_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/mail"
OUR_HOST = "mx.hub.test"
BOMB = b"From: a@b.test\r\nSubject: " + b"=?utf-8?q?x?= " * 40_000 + b"\r\n\r\nx\r\n"


@asynccontextmanager
async def anna_with(
    browser: Browser, mail: MailHub, *, language: str = "en", theme: str = "light"
) -> AsyncIterator[Screen]:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme)
    await sign_in(screen.page, mail.hub.url, "anna")
    await become_available(screen.page)
    yield screen
    await screen.page.context.close()


async def take(page: Page) -> None:
    await page.locator("section.offer.full").wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound").last.wait_for()


def proved(verdict: str, sender: str) -> str:
    return f"{OUR_HOST}; dmarc={verdict} header.from={sender.partition('@')[2]}"


def report_of(answer: Any) -> bytes:
    """What a mail server says of an answer that it could not deliver."""
    return (
        "From: MAILER-DAEMON@mx.test\r\nTo: support@hub.test\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; {CLIENT}\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {answer['Message-ID']}\r\n--b--\r\n"
    ).encode()


async def test_a_sender_is_proved_unproved_or_not_genuine(browser: Browser, tmp_path: Path) -> None:
    async with mail_hub(tmp_path, trusted_host=OUR_HOST) as mail, anna_with(browser, mail) as screen:
        page, head = screen.page, screen.page.locator(".letter-head").last
        for verdict, words in (
            ("pass", "Sender proved"),
            ("fail", "Sender not genuine"),
            ("none", "Sender unproved"),
        ):
            sender = f"{verdict}@{verdict}.test"
            raw = letter(verdict, sender=sender, Message_ID=f"<{verdict}@client>")
            await mail.send(f"Authentication-Results: {proved(verdict, sender)}\r\n".encode() + raw)
            await take(page)
            await expect(head).to_contain_text(words)
            await expect(head).to_contain_text(sender)
        assert [*await screen.violations(), *screen.complaints] == []


async def test_a_letter_that_came_back_says_so_and_a_stranger_is_shown_where_they_point(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path) as mail, anna_with(browser, mail, theme="dark") as screen:
        page = screen.page
        await mail.send(letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await take(page)
        await answer_letter(page, "It is on its way.")
        (answer,) = await mail.sent(1)

        await mail.send(report_of(answer))
        fate = page.locator("article.touch.outbound .fate")
        await expect(fate).to_contain_text("The letter came back.")
        await expect(fate.locator("q")).to_contain_text("user unknown")
        await expect(page.locator(".letter-head", has_text="Delivery report")).to_be_visible()
        await screen.picture("came-back-en-dark")
        first = page.url

        chain = f"<m1@client> {answer['Message-ID']}"
        await mail.send(letter("Me too", sender="stranger@evil.test", References=chain))
        await page.locator("section.offer.full").wait_for()
        await page.keyboard.press("a")
        maybe = page.locator(".letter-head .maybe")
        await expect(maybe).to_contain_text("May belong to conversation 1")
        await screen.settled()
        await screen.picture("may-belong-en-dark")
        assert [*await screen.violations(), *screen.complaints] == []
        await maybe.get_by_role("link").press("Enter")
        await expect(page.locator("article.touch.inbound").first).to_contain_text("Where is it?")
        assert page.url == first


async def test_a_letter_that_cannot_be_read_is_listed_with_its_conversation(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path) as mail:
        async with Agent(mail.hub.url, "admin") as office:
            (me,) = [one for one in (await office.get("/api/v1/users"))["items"] if one["login"] == "admin"]
            both = {
                "login": "admin",
                "name": me["name"],
                "teams": [{"role": "admin"}, {"role": "manager"}],
                "disabled": False,
                "version": me["version"],
            }
            assert (await office.ask("PUT", f"/api/v1/users/{me['id']}", both)).status == 200
        screen = await screen_of(browser, PICTURES, language="en")
        page = screen.page
        await sign_in(page, mail.hub.url, "admin")
        await page.goto(f"{mail.hub.url}/admin/mail")
        await expect(page.locator(".unreadable")).to_contain_text("None.")
        await mail.send(BOMB)
        async with asyncio.timeout(20), Agent(mail.hub.url, "admin") as office:
            while not (await office.get("/api/v1/mail/unreadable"))["items"]:
                await asyncio.sleep(0.2)
        # nobody looks again: the list follows by itself
        listed = page.locator(".unreadable li")
        await expect(listed).to_contain_text("One of its headers is too long.")
        await page.locator("form.setup").wait_for()
        await screen.settled()
        await screen.picture("unreadable-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        async with page.expect_download() as saving:
            await listed.get_by_role("link", name="Save as it came").press("Enter")
        assert (await (await saving.value).path()).read_bytes().startswith(b"From: a@b.test")
        await listed.get_by_role("link", name="See it in its conversation").press("Enter")
        await expect(page.locator("body")).to_contain_text("Could not be read")
        await screen.settled()
        await screen.picture("unreadable-shown-en-light")
        await page.context.close()


async def test_whoever_is_done_with_an_unreadable_letter_says_what_came_of_it_by_keyboard(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path) as mail, Agent(mail.hub.url, "admin") as office:
        for n in range(2):
            await mail.send(BOMB.replace(b"a@b.test", b"n%d@b.test" % n))
        async with asyncio.timeout(20):
            while len(items := (await office.get("/api/v1/mail/unreadable"))["items"]) < 2:
                await asyncio.sleep(0.2)
        screen = await screen_of(browser, PICTURES, language="en")
        page = screen.page
        await sign_in(page, mail.hub.url, "admin")
        await page.goto(f"{mail.hub.url}/admin/mail")
        part = page.locator(".unreadable")
        await expect(part.get_by_role("heading", name="2 Waiting")).to_be_visible()
        first = part.locator("li").first
        await first.get_by_role("button", name="Done with it").press("Enter")
        note = first.get_by_label("What came of it")
        await expect(note).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(first.get_by_role("button", name="Done with it")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")  # nothing is written yet: nothing is sent
        await expect(note).to_be_focused()
        await page.keyboard.type("Asked for it again")
        await screen.settled()
        await screen.picture("unreadable-handling-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        await page.keyboard.press("Enter")
        await expect(part.locator("li")).to_have_count(1)
        await expect(part.get_by_role("heading", name="1 Waiting")).to_be_visible()
        await expect(part.get_by_role("button", name="Done with it")).to_be_focused()

        # somebody else is done with the other one while it stands here
        left = items[1]["id"]
        await part.get_by_role("button", name="Done with it").press("Enter")
        path = f"/api/v1/mail/unreadable/{left}/handled"
        assert (await office.ask("PUT", path, {"note": "spam"})).status == 200
        again = await office.ask("PUT", path, {"note": "no spam"})
        assert (again.status, again.body["code"]) == (409, "handled_meanwhile")
        await page.keyboard.type("spam, too")
        await page.keyboard.press("Enter")
        await expect(page.locator("body")).to_contain_text("Somebody else was done with this letter")
        await expect(part).to_contain_text("None.")
        await expect(part.get_by_role("heading")).to_be_focused()
        await expect(part.get_by_role("heading")).not_to_contain_text("Waiting")

        await part.get_by_role("button", name="Done with", exact=True).press("Enter")
        await expect(part.locator("li")).to_have_count(2)
        done = part.locator("li").filter(has_text="Asked for it again")
        await expect(done).to_contain_text("was done with it")
        await screen.settled()
        await screen.picture("unreadable-handled-en-light")
        assert await screen.violations() == []
        await done.get_by_role("button", name="List it again").press("Enter")
        await expect(part.locator("li")).to_have_count(1)
        await part.get_by_role("button", name="Waiting").press("Enter")
        await expect(part.get_by_role("button", name="Done with it")).to_have_count(1)
        await page.context.close()


async def test_who_else_writes_is_named_where_they_write_and_where_they_are_written_to(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path) as mail, anna_with(browser, mail) as screen:
        page = screen.page
        paul = "paul@partner.example"
        await mail.send(letter("Where is it?", "Order 12", Message_ID="<m1@client>", Cc=f"Paul <{paul}>"))
        await take(page)
        by = page.get_by_label("Channel")
        await expect(by.locator("option:checked")).to_have_text(f"E-mail · {CLIENT}")
        await page.keyboard.press("r")
        await page.get_by_role("button", name="Reply to all").click()
        await answer_letter(page, "It is on its way.")
        (answer,) = await mail.sent(1)

        chain = {"In_Reply_To": answer["Message-ID"], "Message_ID": "<m2@paul>"}
        raw = letter("Only between us", "Re: Order 12", sender=paul, **chain)
        await mail.send(raw.replace(b"A Client", b"Paul Partner"))
        last = page.locator("article.touch.inbound").last
        await expect(last.locator(".author")).to_have_text(f"Paul Partner <{paul}> · E-mail")
        # he wrote to us alone: whoever reads the sheet knows that the client is not written to, and can change that
        await expect(page.get_by_role("list", name="To")).to_contain_text(paul)
        await expect(page.get_by_role("textbox", name="Letter")).to_have_attribute(
            "data-placeholder", "Write to Paul Partner…"
        )
        await expect(by.locator("option:checked")).to_have_text(f"E-mail · {paul}")
        await page.keyboard.press("r")
        await screen.settled()
        await screen.picture("third-party-en-light")
        await page.get_by_role("button", name="Reply to all").click()
        await expect(page.get_by_role("list", name="Cc")).to_contain_text(CLIENT)
        await expect(page.get_by_role("list", name="Cc")).not_to_contain_text("support@hub.test")
        await page.keyboard.press("r")
        await page.keyboard.type("Both of you")
        await page.keyboard.press("Control+Enter")
        _, got = await mail.sent(2)
        assert (got["To"].addresses[0].addr_spec, got["Cc"].addresses[0].addr_spec) == (paul, CLIENT)
        assert [*await screen.violations(), *screen.complaints] == []
