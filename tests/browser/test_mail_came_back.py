"""A letter that did not arrive after its conversation was closed: its writer is told, and the client is work again."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.test_compose import take
from tests.browser.test_mail_trouble import LOOKS, SIGNATURES, anna
from tests.journeys.test_mail import letter, mail_hub
from tests.servers.smtp import Fault

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


async def test_who_was_answered_in_vain_comes_back_and_is_answered_again(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path, signatures=SIGNATURES) as mail:
        screen = await anna(browser, mail)
        page = screen.page
        mail.outside.fault_of = lambda: Fault("connect", 0)
        await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await page.keyboard.type("It is on its way.")
        await page.keyboard.press("Control+Enter")
        # it waits for its server when the conversation is closed, and is refused after that
        await expect(page.locator("article.touch.outbound .fate")).to_contain_text("tries again by itself")
        await page.keyboard.press("Escape")
        await page.keyboard.press("c")
        await page.locator("form.close").wait_for()
        await page.keyboard.press("1")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("button", name="Close all the same")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.locator(".wrap[role=status]").wait_for()
        mail.outside.fault_of = lambda: Fault("mail", 550)
        notice = page.locator(".strip .notice")
        await expect(notice).to_contain_text("the conversation is in the line again")
        await screen.picture("came-back-notice-en-light")
        await page.locator("section.offer.full").wait_for()
        await page.keyboard.press("a")
        failed = page.locator("article.touch.outbound.trouble")
        await expect(failed.get_by_role("button", name="Send again")).to_be_visible()
        row = page.locator("[data-work-row].open")
        await expect(row).to_contain_text("It is on its way.")
        await expect(row.get_by_label("not sent")).to_be_visible()
        await expect(page.locator("main")).to_contain_text("the answer did not reach the client")
        await screen.settled()
        await screen.picture("came-back-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        for language, theme, width, height in LOOKS:
            other = await anna(browser, mail, language=language, theme=theme, width=width, height=height)
            await other.page.locator("[data-work-row]").first.wait_for()
            await other.settled()
            await other.picture(f"came-back-{language}-{theme}")
            assert [*await other.violations(), *other.complaints] == []
            await other.page.context.close()

        mail.outside.fault_of = lambda: None
        await failed.get_by_role("button", name="Send again").press("Enter")
        sheet = page.get_by_role("textbox", name="Letter")
        await expect(sheet).to_have_text("It is on its way.")
        await sheet.press("Control+Enter")
        (got,) = await mail.sent(1)
        assert (got["Subject"], got["In-Reply-To"]) == ("Re: Order 12", "<m1@client>")
        await expect(failed).to_contain_text("Sent again at")
        await page.context.close()
