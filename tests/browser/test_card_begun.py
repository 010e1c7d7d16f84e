"""What is half typed in a card is there again after an offer, another conversation or a reload took the form away."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/card-begun"


async def test_a_card_half_changed_waits_for_its_client(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), offer_s=60.0), data_dir=tmp_path / "data")
    agent = await screen_of(browser, PICTURES, language="en")
    clients = [await screen_of(browser, PICTURES, language="en") for _ in range(2)]
    page, card = agent.page, agent.page.locator("aside.card")
    name = card.locator("form.edit input").first
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await open_chat(clients[0].page, hub.url, "en")
    await write(clients[0].page, "hello 0")
    await page.locator("section.offer.full", has_text="hello 0").wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound", has_text="hello 0").wait_for()
    await expect(card.locator(".cases-and-tasks button.add")).to_have_count(2)
    await page.keyboard.press("e")
    await expect(name).to_be_focused()
    await page.keyboard.type("Ivan Pet")

    # an offer comes, is taken, and its client has a card of their own
    await open_chat(clients[1].page, hub.url, "en")
    await write(clients[1].page, "hello 1")
    offer = page.locator("section.offer", has_text="hello 1")
    await offer.get_by_role("button", name="Accept").click()
    await page.locator("article.touch.inbound", has_text="hello 1").wait_for()
    await expect(card.locator(".cases-and-tasks button.add")).to_have_count(2)
    await expect(card.locator("form.edit")).to_have_count(0)

    # back at the first: as it was left, and nobody's focus is taken
    rows = page.locator("nav.work li, section.mine li, li").filter(has_text="hello 0")
    await rows.first.get_by_role("button").or_(rows.first.get_by_role("link")).first.click()
    await expect(name).to_have_value("Ivan Pet")
    await expect(name).not_to_be_focused()
    await agent.picture("again-en")
    await page.reload()
    await expect(name).to_have_value("Ivan Pet")

    await name.focus()
    await page.keyboard.press("End")
    await page.keyboard.type("rov")
    await page.keyboard.press("Enter")
    await expect(card.locator("h2.name")).to_contain_text("Ivan Petrov")
    await expect(card.locator("form.edit")).to_have_count(0)

    # what is given up is gone
    await page.keyboard.press("e")
    await expect(name).to_be_focused()
    await page.keyboard.type("Nobody")
    await page.keyboard.press("Escape")
    await page.reload()
    await expect(card.locator("h2.name")).to_contain_text("Ivan Petrov")
    await expect(card.locator(".cases-and-tasks button.add")).to_have_count(2)
    await expect(card.locator("form.edit")).to_have_count(0)
    assert [*await agent.violations(), *agent.complaints] == []
