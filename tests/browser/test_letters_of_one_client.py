"""Letters of one client, each a conversation of its own: which is offered, what opens, what a reload keeps."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.people import become_available
from tests.browser.test_mail_trouble import anna
from tests.journeys.test_mail import letter, mail_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


async def test_each_offer_says_its_own_letter_and_what_is_taken_opens_where_it_is_seen(
    browser: Browser, tmp_path: Path
) -> None:
    texts = dict.fromkeys(("en", "ru", "tr"), "We have your letter.")
    async with mail_hub(tmp_path, auto_answer={"texts": texts}) as mail:
        screen = await anna(browser, mail)
        page = screen.page
        await mail.send(letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await mail.send(letter("And the bill?", "Order 13", Message_ID="<m2@client>"))
        offers = page.locator("section.offer:visible")
        await expect(offers).to_have_count(2)
        await expect(offers.filter(has_text="Where is it?")).to_have_count(1)
        await expect(offers.filter(has_text="And the bill?")).to_have_count(1)

        rows = page.locator("[data-work-row]")
        await page.keyboard.press("a")
        await expect(rows).to_have_count(1)
        await page.keyboard.press("a")
        await expect(rows).to_have_count(2)

        # a third one waits while she takes nothing, and is seen in the history
        await page.keyboard.press("s")
        await page.locator("[role=menu] [role^=menuitem]").nth(1).click()
        await page.locator("[role=menu]").wait_for(state="detached")
        await mail.send(letter("And a kettle?", "Order 14", Message_ID="<m3@client>"))
        other = page.locator("article.touch.inbound", has_text="And a kettle?")
        await page.wait_for_timeout(1500)  # nothing on this screen says that it came
        await page.reload()
        await rows.first.click()
        await expect(other).to_contain_text("not yours to open")
        await become_available(page)
        await page.locator("section.offer:visible").first.wait_for()
        await page.keyboard.press("a")
        await expect(rows).to_have_count(3)
        await rows.first.click()
        # the history that was on the screen before knows it
        await rows.first.click()
        await expect(other.get_by_role("link", name="Save as it came")).to_be_visible()
        # later acknowledgements were held back: nobody has to do anything about that
        held_back = page.locator("article.touch", has_text="had an automatic answer within a day")
        await expect(held_back).to_have_count(2)
        await expect(rows.locator(".trouble")).to_have_count(0)
        assert screen.complaints == []
        await page.context.close()


async def test_who_gets_a_copy_outlives_a_reload_that_comes_at_once(browser: Browser, tmp_path: Path) -> None:
    async with mail_hub(tmp_path) as mail:
        screen = await anna(browser, mail)
        page, keys = screen.page, screen.page.keyboard
        await mail.send(letter("Where is it?", "Order 12", Message_ID="<m1@client>"))
        await page.locator("section.offer").first.wait_for()
        await keys.press("a")
        await page.locator("article.touch.inbound").wait_for()
        await keys.press("r")
        await expect(page.get_by_role("textbox", name="Letter")).to_be_focused()
        await keys.type("It is on its way.")
        await page.get_by_role("button", name="Bcc", exact=True).click()
        await expect(page.get_by_role("textbox", name="Bcc", exact=True)).to_be_focused()
        await keys.type("quiet@example.test,")
        await expect(page.get_by_role("list", name="Bcc")).to_contain_text("quiet@example.test")
        await page.reload()
        await expect(page.get_by_role("textbox", name="Letter")).to_have_text("It is on its way.")
        await expect(page.get_by_role("list", name="Bcc")).to_contain_text("quiet@example.test")
        await page.context.close()
