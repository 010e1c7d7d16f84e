"""An administrator checks the audit log and takes it away, tests the hub's parts, and gives a key some queues."""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import sign_in
from tests.browser.test_screens import SCROLLS
from tests.hubs import RunningHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures/administration"
LOOKS = [("en", "light", 1366, 768), ("tr", "dark", 1366, 768), ("ru", "light", 390, 844)]


class Looks:
    """One administrator's window; `seen` looks at the screen as it is, and keeps what is wrong with it."""

    def __init__(self, screen: Screen, look: str) -> None:
        self.screen = screen
        self.page = screen.page
        self.found: dict[str, list[str]] = {}
        self._look = look

    async def seen(self, name: str) -> None:
        await self.page.wait_for_timeout(250)
        await self.screen.picture(f"{name}-{self._look}")
        problems = [*await self.screen.violations(), *self.screen.complaints]
        if await self.page.evaluate(SCROLLS):
            problems.append("the page itself scrolls")
        if problems:
            self.found[name] = problems


async def administrator(
    browser: Browser,
    hub: RunningHub,
    language: str,
    theme: str,
    width: int,
    height: int,
    login: str = "admin",
) -> Looks:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    await sign_in(screen.page, hub.url, login)
    return Looks(screen, f"{language}-{theme}-{width}")


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_the_chain_is_checked_and_the_log_is_taken_away(
    browser: Browser, quiet_hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    looks = await administrator(browser, quiet_hub, language, theme, width, height)
    page = looks.page
    await page.goto(f"{quiet_hub.url}/admin/audit")
    await page.locator("tbody tr").first.wait_for()
    before = await page.locator("tbody tr").count()
    await page.locator(".chain > .btn").click()
    await expect(page.locator(".chain progress")).to_have_count(0)
    await expect(page.locator(".chain .line.ok")).to_be_visible()
    await expect(page.locator(".chain > .btn")).to_be_visible()
    await page.locator(".filters select").nth(1).select_option("done")
    await expect(page.locator("tbody tr").first).to_be_visible()
    await looks.seen("audit")
    assert before > 0

    await page.locator(".part-head .btn", has=page.locator("svg")).click()
    await page.locator("[role=menu] [role=menuitem]").nth(1).click()
    sheet = page.locator(".sheet")
    link = sheet.locator("tbody tr").first.locator("a[download]")
    await link.wait_for()
    await looks.seen("audit-exports")
    async with page.expect_download() as fetched:
        await link.click()
    content = (await (await fetched.value).path()).read_text(encoding="utf-8").splitlines()
    assert len(content) > 1
    assert {line.split(",")[6] for line in content[1:]} == {"done"}
    await page.keyboard.press("Escape")
    await expect(sheet).to_have_count(0)
    await page.context.close()
    assert looks.found == {}


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_every_part_of_the_hub_is_tested_and_says_how_it_is(
    browser: Browser, quiet_hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    looks = await administrator(browser, quiet_hub, language, theme, width, height)
    page = looks.page
    await page.goto(f"{quiet_hub.url}/admin/status")
    tests = page.locator("section.tests")
    await tests.locator("li.one").first.wait_for()
    await looks.seen("status-before")
    await tests.locator("header .btn").click()
    for part in ("store", "bus", "disk", "clock", "webhooks", "webchat"):
        row = tests.locator(f"li[data-part={part}]")
        await expect(row.locator(".findings li").first).to_be_visible()
        if part != "webhooks":  # who else looks at this hub may have made some that nobody answers
            assert await row.locator(".findings .bad").count() == 0, await row.inner_text()
    await expect(tests.locator("li[data-part=webchat] .findings li").nth(1)).to_be_visible()
    await tests.scroll_into_view_if_needed()
    await looks.seen("status-tested")
    await page.context.close()
    assert looks.found == {}


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_an_organization_is_found_read_and_noted_down_about(
    browser: Browser, quiet_hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    looks = await administrator(browser, quiet_hub, language, theme, width, height, login="maria")
    page = looks.page
    await page.goto(f"{quiet_hub.url}/organizations")
    await page.locator("tbody tr").first.wait_for()
    await looks.seen("organizations")
    name = await page.locator("tbody tr").first.locator("a").inner_text()
    await page.locator("input[type=search]").fill(name)
    await expect(page.locator("tbody tr")).to_have_count(1)
    await page.locator("tbody tr a").click()
    await expect(page.locator("h1")).to_have_text(name)
    await page.locator(".room li").first.wait_for()
    await page.locator(".part-head button").click()
    await page.locator(".form textarea").fill(f"Pays on time ({language})")
    await looks.seen("organization-edit")
    await page.locator(".form button[type=submit]").click()
    await expect(page.locator(".note")).to_have_text(f"Pays on time ({language})")
    await looks.seen("organization")
    await page.locator(".room li a").first.click()
    await expect(page).to_have_url(re.compile("/manager/log"))
    await page.context.close()
    assert looks.found == {}


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_a_key_is_made_for_one_queue_and_says_so(
    browser: Browser, quiet_hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    looks = await administrator(browser, quiet_hub, language, theme, width, height)
    page = looks.page
    await page.goto(f"{quiet_hub.url}/admin/keys")
    await page.locator(".part-head .btn.primary").click()
    sheet = page.locator(".sheet")
    # the permissions come from the hub, after the form
    await sheet.locator(".choices").first.locator("input").first.wait_for()
    before = await sheet.locator(".choices").first.locator("input").count()
    await sheet.locator(".reach input").nth(1).check()
    await expect(sheet.locator(".choices")).to_have_count(2)
    assert await sheet.locator(".choices").first.locator("input").count() < before
    await sheet.locator("input.field").first.fill(f"shop {language}")
    await sheet.locator(".choices").first.locator("input").first.check()
    await expect(sheet.locator("button[type=submit]")).to_have_attribute("aria-disabled", "true")
    queue = sheet.locator(".choices").nth(1).locator("label").first
    name = (await queue.inner_text()).strip()
    await queue.locator("input").check()
    await looks.seen("key-form")
    await sheet.locator("button[type=submit]").click()
    await page.locator(".told code").wait_for()
    await expect(page.locator("tbody tr", has_text=f"shop {language}")).to_contain_text(name)
    await looks.seen("keys")
    await page.context.close()
    assert looks.found == {}


async def test_a_user_leads_to_their_skills_and_back(browser: Browser, quiet_hub: RunningHub) -> None:
    looks = await administrator(browser, quiet_hub, "en", "light", 1366, 768)
    page = looks.page
    await page.goto(f"{quiet_hub.url}/admin/users")
    await page.locator("tbody tr", has_text="anna").locator("button.link").click()
    await page.locator(".sheet .more a").click()
    await expect(page).to_have_url(re.compile(r"/admin/staffing\?agent="))
    await expect(page.locator(".matrix [tabindex='0']")).to_be_focused()
    await expect(page.locator(".matrix tr", has=page.locator(":focus"))).to_contain_text("Anna")
    await looks.seen("staffing-of-anna")
    await page.locator(".matrix th.name a", has_text="Anna").click()
    await expect(page.locator(".sheet .title")).to_contain_text("Anna")
    await looks.seen("user-of-staffing")
    await page.context.close()
    assert looks.found == {}


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_an_article_is_for_some_queues_and_a_reply_for_oneself(
    browser: Browser, quiet_hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    looks = await administrator(browser, quiet_hub, language, theme, width, height)
    page = looks.page
    await page.goto(f"{quiet_hub.url}/admin/articles")
    await page.locator("tbody tr").first.locator("button.link").click()
    await page.locator(".queues input").first.wait_for()
    for tick in await page.locator(".queues input").all():
        await tick.uncheck()
    await page.locator(".queues input").first.check()
    await looks.seen("article-queues")
    async with page.expect_response("**/api/v1/articles/*"):
        await page.locator(".editor button[type=submit]").click()
    await page.wait_for_timeout(300)  # the form is filled anew with what was saved
    await page.locator(".editor .form-actions .btn.quiet").first.click()
    await page.locator("tbody tr").first.locator("button.link").click()
    await expect(page.locator(".queues input").first).to_be_checked()
    await page.locator(".queues input").first.uncheck()
    async with page.expect_response("**/api/v1/articles/*"):
        await page.locator(".editor button[type=submit]").click()
    await page.context.close()

    agent = await administrator(browser, quiet_hub, language, theme, width, height, login="anna")
    page = agent.page
    await page.goto(f"{quiet_hub.url}/my-replies")
    await page.locator(".part-head .btn.primary").click()
    await page.locator(".form input").nth(0).fill(f"mine-{language}")
    await page.locator(".form input").nth(1).fill("My own words")
    await page.locator(".form textarea").first.fill("Good day, and thank you!")
    await agent.seen("own-reply-form")
    await page.locator(".form button[type=submit]").click()
    row = page.locator("tbody tr", has_text=f"mine-{language}")
    await row.wait_for()
    await agent.seen("own-replies")
    await row.locator("button.link").click()
    await page.locator(".form .form-actions .btn.quiet").last.click()
    await expect(row).to_have_count(0)
    await page.context.close()
    assert looks.found == {}
    assert agent.found == {}
