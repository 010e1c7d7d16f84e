"""An agent records what a client agrees to: the card says how it was said, the history what for and by which way."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/consents"
SOURCE = "said so on the telephone on Monday, to the colleague of the evening"
LOOKS = [
    (
        "en",
        "light",
        "anna recorded that the client agrees: Service · E-mail",
        "anna recorded that the client withdrew a consent: Service · E-mail",
        "anna recorded that the client does not agree: Service · Phone",
    ),
    (
        "tr",
        "dark",
        "anna müşterinin onayladığını kaydetti: Hizmet · E-posta",
        "anna müşterinin onayını geri aldığını kaydetti: Hizmet · E-posta",
        "anna müşterinin onaylamadığını kaydetti: Hizmet · Telefon",
    ),
]


@pytest.mark.parametrize(("language", "theme", "agreed", "withdrew", "refused"), LOOKS)
async def test_a_consent_says_how_what_for_and_by_which_way(
    browser: Browser,
    hub_starter: StartHub,
    tmp_path: Path,
    language: str,
    theme: str,
    agreed: str,
    withdrew: str,
    refused: str,
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

    record = card.locator("section.part:not(.cases-and-tasks) h3 button.add").nth(1)
    form = card.locator("form.adding")
    for channel, given, words in (
        ("email", "true", agreed),
        ("email", "false", withdrew),
        ("phone", "false", refused),
    ):
        await record.press("Enter")
        await form.locator("select").nth(0).select_option("service")
        await form.locator("select").nth(1).select_option(channel)
        await form.locator("select").nth(2).select_option(given)
        await form.locator("input").fill(SOURCE)
        await form.locator("button[type=submit]").press("Enter")
        await expect(form).to_have_count(0)
        await expect(page.locator(".fact", has_text=words).first).to_be_visible()
    rows = card.locator("li.consent")
    await expect(rows).to_have_count(2)
    for row in await rows.all():
        await expect(row).to_contain_text(SOURCE)
        said = row.locator(".grow")
        assert await said.evaluate("box => box.scrollWidth - box.clientWidth") <= 1, "it is cut"
    await screen.settled()
    await screen.picture(f"card-{language}-{theme}")
    assert [*await screen.violations(), *screen.complaints] == []
    await page.context.close()
    await client.page.context.close()
