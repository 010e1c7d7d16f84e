"""Every screen, light and dark, in three languages and three sizes: axe finds nothing, nobody complains."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import open_chat, sign_in
from tests.hubs import RunningHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]

PICTURES = ROOT / "tests/browser/pictures/screens"
LOOKS = [
    ("en", "light", 1366, 768, "address"),
    ("en", "dark", 1920, 1080, "link"),
    ("ru", "dark", 1366, 768, "link"),
    ("ru", "light", 390, 844, "address"),
    ("tr", "light", 1366, 768, "link"),
    ("tr", "dark", 390, 844, "link"),
]
"""The last says how one comes to a screen: by its address, which loads everything anew, or by the link to it."""

SCROLLS = """() => {
  const page = document.scrollingElement;
  return page.scrollWidth > innerWidth || page.scrollHeight > innerHeight;
}"""
"""Parts of a desk may scroll, the page never does."""


@pytest.mark.parametrize(("language", "theme", "width", "height", "way"), LOOKS)
async def test_no_screen_violates_accessibility_or_complains(
    browser: Browser,
    quiet_hub: RunningHub,
    language: str,
    theme: str,
    width: int,
    height: int,
    way: str,
) -> None:
    hub = quiet_hub
    look = f"{language}-{theme}-{width}"
    found: dict[str, list[str]] = {}

    async def seen(screen: Screen, name: str) -> None:
        await screen.settled()
        await screen.picture(f"{name}-{look}")
        if problems := [*await screen.violations(), *screen.complaints]:
            found[name] = problems

    async def window() -> Screen:
        return await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)

    stranger = await window()
    await stranger.page.goto(hub.url)
    await stranger.page.locator("input[type=password]").wait_for()
    await seen(stranger, "sign-in")
    await stranger.page.locator("input:not([type=password])").first.fill(f"nobody.{look}")
    await stranger.page.locator("input[type=password]").fill("a wrong password")
    await stranger.page.keyboard.press("Enter")
    await stranger.page.locator("[role=alert]").first.wait_for()
    await seen(stranger, "sign-in-refused")
    await stranger.page.context.close()

    looked_at: set[str] = set()
    for login in ("anna", "sofia", "maria", "admin"):
        person = await window()
        await sign_in(person.page, hub.url, login)
        known = [await place_of(person.page)]
        for place in known:
            if place != known[0] and place in looked_at:
                continue
            looked_at.add(place)
            if place != known[0]:
                await go(person.page, hub.url, place, way)
            name = f"{login}{place.replace('/', '-').rstrip('-')}"
            await seen(person, name)
            if await person.page.evaluate(SCROLLS):
                found.setdefault(name, []).append("the page itself scrolls")
            links = await person.page.locator("nav a[href]").evaluate_all(
                "all => all.map(a => a.getAttribute('href'))"
            )
            known += [link for link in dict.fromkeys(links) if link not in known]
        if login == "anna":
            await person.page.goto(hub.url)
            await person.page.locator("#main").wait_for()
            await person.page.keyboard.press("?")
            await seen(person, "desk-help")
            await person.page.keyboard.press("Escape")
            await person.page.keyboard.press("Control+k")
            await seen(person, "desk-palette")
            await person.page.keyboard.press("Escape")
            await person.page.locator(".phone-light").click()
            await seen(person, "desk-phone-light")
            await person.page.goto(f"{hub.url}/my-phone")
            await person.page.locator("main .choice").wait_for()
            await seen(person, "desk-my-phone")
        await person.page.context.close()

    client = await window()
    await open_chat(client.page, hub.url, language)
    await seen(client, "chat")
    await client.page.context.close()
    assert found == {}


async def go(page: Page, url: str, place: str, way: str) -> None:
    """To the screen. Where no link leads from this one to it, by its address whatever the way."""
    link = page.locator(f'nav a[href="{place}"]').first
    if way == "link" and urlsplit(page.url).path != place and await link.count():
        before = page.url
        await link.evaluate("link => link.click()")  # it may be in a menu that is closed
        await expect(page).not_to_have_url(before)
    else:
        await page.goto(f"{url}{place}")
    await page.locator("#main").wait_for()


async def place_of(page: Page) -> str:
    """The path of the page, once the desk is there."""
    await page.locator("#main").wait_for()
    return urlsplit(page.url).path


async def test_a_hub_that_has_an_administrator_is_not_set_up_again(
    browser: Browser, quiet_hub: RunningHub
) -> None:
    hub = quiet_hub
    first = await screen_of(browser, PICTURES, language="en")
    await first.page.goto(f"{hub.url}/setup")
    await first.page.wait_for_timeout(800)
    await first.picture("setup-done-already")
    assert await first.violations() == []
    await first.page.context.close()


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1366), ("tr", "light", 390)])
async def test_the_first_form_names_the_field_and_what_a_login_may_be(
    browser: Browser, quiet_hub: RunningHub, language: str, theme: str, width: int
) -> None:
    """The hub's answers are those of a hub without users: the one here has some."""
    hub = quiet_hub
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width)
    page = screen.page
    refused = {"status": 422, "code": "invalid", "detail": "", "field": "login"}

    async def answered(route: Route) -> None:
        if route.request.method == "GET":
            await route.fulfill(json={"needed": True})
        else:
            await route.fulfill(status=422, json=refused)

    await page.route("**/api/v1/setup", answered)
    await page.goto(f"{hub.url}/setup")
    typed = {"token": "t", "name": "Alex Stone", "login": "Alex Stone", "password": "a kettle of fish"}
    for name, words in typed.items():
        await page.locator(f"input[name={name}]").fill(words)
    await page.keyboard.press("Enter")
    login = page.locator("input[name=login]")
    await expect(login).to_be_focused()
    await expect(login).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_role("alert")).to_contain_text("alex.stone")
    await screen.settled()
    await screen.picture(f"setup-wrong-{language}")
    assert await screen.violations() == []
    await page.context.close()
