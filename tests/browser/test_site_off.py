"""What a visitor sees of a line that is closed, and of a site that is switched off while they are on it."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import open_chat, write
from tests.clients import Agent
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PICTURES = ROOT / "tests/browser/pictures/site-off"
OFF = {
    "en": "This chat is switched off here now.",
    "ru": "Чат здесь сейчас отключён.",
    "tr": "Bu sohbet burada şu anda kapalı.",
}


async def the_site(admin: Agent, **setup: Any) -> None:
    """Change the setup of the demo's site."""
    found = (await admin.get("/api/v1/floor/sites"))["items"][0]
    draft = {name: value for name, value in found.items() if name not in {"key", "version"}}
    draft["setup"] = {**draft["setup"], **setup}
    answer = await admin.ask(
        "PUT", f"/api/v1/floor/sites/{found['key']}", {"version": found["version"], "site": draft}
    )
    assert answer.status == 200, answer


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("ru", "dark"), ("tr", "light")])
async def test_a_site_that_is_switched_off_says_so_and_one_that_is_on_again_works(
    browser: Browser, hub_starter: StartHub, language: str, theme: str
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",)))
    screen = await screen_of(browser, PICTURES, language=language, theme=theme)
    page = screen.page
    await open_chat(page, hub.url, language)
    await write(page, "Hello?")
    async with Agent(hub.url, "admin") as admin:
        await the_site(admin, enabled=False)
        await expect(page.locator("touchline-chat .notice", has_text=OFF[language])).to_be_visible()
        # what a lost connection would say, and bring back, comes later
        await page.wait_for_timeout(2_000)
        await expect(page.locator("touchline-chat .bar")).to_be_hidden()
        await expect(page.locator("touchline-chat textarea")).to_be_hidden()
        await screen.picture(f"1-off-{language}")
        assert await screen.violations() == []
        await the_site(admin, enabled=True)
    await page.locator("touchline-chat .bubble").click()
    await page.locator("touchline-chat .bubble").click()
    await expect(page.locator("touchline-chat textarea")).to_be_visible()
    await expect(page.locator("touchline-chat .notice", has_text=OFF[language])).to_be_hidden()
    await write(page, "Here again!")
    await expect(page.locator("touchline-chat .log")).to_contain_text("Here again!")
    await expect(page.locator("touchline-chat .pending")).to_have_count(0)
    assert screen.complaints == []
    await page.context.close()
