"""An agent takes an address of a client out into a record of its own, by keyboard, and puts it back."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/split"
LOOKS = [
    ("en", "light", "is somebody else", "Undo"),
    ("ru", "dark", "другой человек", "Отменить"),
    ("tr", "light", "başka biri", "Geri al"),
]


@pytest.mark.parametrize(("language", "theme", "words", "undo"), LOOKS)
async def test_an_address_is_taken_out_and_put_back(
    browser: Browser, hub_starter: StartHub, tmp_path: Path, language: str, theme: str, words: str, undo: str
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), offer_s=60.0), data_dir=tmp_path / "data")
    screen = await screen_of(browser, PICTURES, language=language, theme=theme)
    client = await screen_of(browser, PICTURES, language=language)
    page, card = screen.page, screen.page.locator("aside.card")
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await open_chat(client.page, hub.url, language)
    await write(client.page, "hello")
    await page.locator("section.offer.full", has_text="hello").wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound", has_text="hello").wait_for()

    # one address is all there is: nothing to take apart
    split = card.get_by_role("button", name=words)
    await card.locator("section.part:not(.cases-and-tasks) h3 button.add").first.click()
    await expect(split).to_have_count(0)
    await card.locator("form.adding select").select_option("email")
    await card.locator("form.adding input").fill("other@example.org")
    await card.locator("form.adding button[type=submit]").click()
    await expect(split).to_have_count(2)

    await (
        card.get_by_role("button", name=f"other@example.org {words}")
        .or_(split.filter(has=page.locator("svg")))
        .last.press("Enter")
    )
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("other@example.org")
    await screen.settled()
    await screen.picture(f"ask-{language}-{theme}")
    assert [*await screen.violations(), *screen.complaints] == []
    await dialog.locator("button[type=submit]").press("Enter")
    await expect(dialog).to_have_count(0)
    await expect(card.get_by_text("other@example.org", exact=True)).to_have_count(0)
    await expect(split).to_have_count(0)
    await page.get_by_role("button", name=undo).click()
    await expect(split).to_have_count(2)
    await page.context.close()
    await client.page.context.close()
