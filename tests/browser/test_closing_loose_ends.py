"""Whoever closes a conversation is told first what of it is not sent, by keyboard and for those who listen."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.test_compose import take
from tests.browser.test_mail_trouble import LOOKS, SIGNATURES, anna
from tests.journeys.test_mail import letter, mail_hub
from tests.servers.smtp import Fault

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FIRST = {"en": "What you wrote in the field", "ru": "То, что написано в поле", "tr": "Alana yazdığınız"}
SURE = {"en": "Close all the same", "ru": "Всё равно закрыть", "tr": "Yine de kapat"}


async def closing(page: Page) -> Locator:
    """The form, with an outcome chosen by key."""
    await page.keyboard.press("Escape")
    await page.keyboard.press("c")
    form = page.locator("form.close")
    await form.wait_for()
    await page.keyboard.press("1")
    return form


async def described(control: Locator) -> str:
    """What a screen reader says of it besides its name."""
    words = "element => document.getElementById(element.getAttribute('aria-describedby'))?.innerText ?? ''"
    return str(await control.evaluate(words))


async def test_a_begun_answer_and_a_letter_that_waits_are_told_before_the_close(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path, signatures=SIGNATURES) as mail:
        screen = await anna(browser, mail)
        page = screen.page
        mail.outside.fault_of = lambda: Fault("connect", 0)
        sheet = await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await page.keyboard.type("It is on its way.")

        # a begun answer: asked once, taken back, sent, and then it waits for its server
        form = await closing(page)
        loose = form.locator(".loose li")
        await expect(loose).to_have_text(["What you wrote in the field is not sent."])
        assert "is not sent" in await described(form.get_by_role("radiogroup"))
        await page.keyboard.press("Enter")
        sure = form.get_by_role("button", name="Close all the same")
        await expect(sure).to_be_focused()
        assert "is not sent" in await described(sure)
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)
        await page.keyboard.press("r")
        await expect(sheet).to_have_text("It is on its way.")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("article.touch.outbound .fate")).to_contain_text("tries again by itself")
        form = await closing(page)
        waits = "A reply has not gone out yet. The hub goes on trying."
        await expect(loose).to_have_text([waits])
        await page.keyboard.press("Enter")
        await expect(sure).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)
        await page.keyboard.press("r")
        await expect(sheet).to_be_focused()
        await page.keyboard.type("And one more thing")
        # what was left as it was is not all there is any more
        form = await closing(page)
        await expect(loose).to_have_text(["What you wrote in the field is not sent.", waits])
        await screen.settled()
        await screen.picture("closing-loose-en-light")
        assert [*await screen.violations(), *screen.complaints] == []
        for language, theme, width, height in LOOKS:
            other = await anna(browser, mail, language=language, theme=theme, width=width, height=height)
            await other.page.locator("[data-work-row]").first.press("Enter")
            await other.page.locator("article.touch.inbound").last.wait_for()
            sheet = other.page.locator("[contenteditable]", has_text="And one more thing")
            await sheet.wait_for(state="attached")  # what was begun elsewhere has come
            form = await closing(other.page)
            await expect(form.locator(".loose li").first).to_contain_text(FIRST[language])
            await other.page.keyboard.press("Enter")
            await expect(form.get_by_role("button", name=SURE[language])).to_be_focused()
            await other.settled()
            await other.picture(f"closing-loose-{language}-{theme}-{width}")
            assert [*await other.violations(), *other.complaints] == []
            await other.page.context.close()

        await page.keyboard.press("Enter")
        await expect(sure).to_be_focused()
        await page.keyboard.press("Enter")
        await page.locator(".wrap[role=status]").wait_for()
        await page.context.close()


async def test_a_letter_nobody_knows_the_fate_of_is_told_and_one_that_went_is_not(
    browser: Browser, tmp_path: Path
) -> None:
    async with mail_hub(tmp_path, signatures=SIGNATURES) as mail:
        screen = await anna(browser, mail)
        page = screen.page
        sheet = await take(page, mail, letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await page.keyboard.type("It is on its way.")
        await page.keyboard.press("Control+Enter")
        await mail.sent(1)
        await expect(page.locator("article.touch.outbound .mark")).to_have_attribute("aria-label", "sent")
        form = await closing(page)
        await expect(form.locator(".loose")).to_have_count(0)
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)

        mail.outside.fault_of = lambda: Fault("end", taken=True)
        await page.keyboard.press("r")
        await expect(sheet).to_be_focused()
        await page.keyboard.type("It arrives tomorrow.")
        await page.keyboard.press("Control+Enter")
        await page.locator("article.touch.outbound.trouble").wait_for()
        form = await closing(page)
        await expect(form.locator(".loose li")).to_have_text(["Nobody knows whether a reply arrived."])
        await page.keyboard.press("Enter")
        await expect(form.get_by_role("button", name="Close all the same")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.locator(".wrap[role=status]").wait_for()
        await page.context.close()
