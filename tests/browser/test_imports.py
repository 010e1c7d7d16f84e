"""A manager brings clients from a file: columns, first rows, start, what became of them, and the rows to mend."""

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import sign_in
from tests.hubs import RunningHub, start_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/imports"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1366, 768), ("tr", "light", 390, 844)]
FILE = (
    "Name;Mobile;E-mail;Joined;Company\n"
    "Ada Lovelace;+90 532 111 22 33;ada@engine.test;2019;Engines\n"
    "Grace Hopper;not a number;grace@navy.test;2020;Navy\n"
    "Alan Turing;+90 532 444 55 66;alan@park.test;2021;Park\n"
)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    hub = await start_hub(tmp_path_factory.mktemp("imports") / "data")
    try:
        yield hub
    finally:
        await hub.stop()


async def bring(page: Page, name: str, content: str) -> None:
    await page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content.encode()}
    )


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_every_step_of_an_import_is_accessible_and_does_not_complain(
    browser: Browser, house: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    page = screen.page
    found: dict[str, list[str]] = {}

    async def seen(name: str) -> None:
        await screen.settled()
        await screen.picture(f"{name}-{language}-{theme}-{width}")
        across = await page.evaluate("document.documentElement.scrollWidth")
        beyond = [f"the page is {across} wide"] if across > width else []
        if problems := [*await screen.violations(), *screen.complaints, *beyond]:
            found[name] = problems

    await sign_in(page, house.url, "maria")
    await page.goto(f"{house.url}/manager/imports")
    await seen("list-before")
    await bring(page, f"clients-{language}.csv", FILE)
    await page.locator("select").first.wait_for()
    await expect(page.locator("tbody tr")).to_have_count(5 + 3)
    await seen("columns")
    await page.locator("form.go button[type=submit]").click()
    await expect(page.locator("#import-bad")).to_be_visible()
    await seen("report")
    await page.goto(f"{house.url}/manager/imports")
    await page.locator("tbody a").first.wait_for()
    await seen("list")
    assert found == {}
    await page.context.close()


OF_BOTH = (
    "Name;Mobile;E-mail;A;B;C;D;E;F\n"
    "Ivan;+90 532 777 88 99;;;;;;;\n"
    "Olga;;olga@both.test;;;;;;\n"
    "Ivan;+90 532 777 88 99;olga@both.test;;;;;;\n"
)


@pytest.mark.parametrize(("language", "width", "height"), [("en", 800, 1000), ("ru", 1280, 800)])
async def test_the_two_clients_of_a_row_that_is_not_taken_are_a_click_away(
    browser: Browser, house: RunningHub, language: str, width: int, height: int
) -> None:
    screen = await screen_of(browser, PICTURES, language=language, width=width, height=height)
    page = screen.page
    await sign_in(page, house.url, "maria")

    async def opened() -> None:
        await page.goto(f"{house.url}/manager/imports")
        await bring(page, "both.csv", OF_BOTH)
        await page.locator("section.first tbody tr").nth(2).wait_for()

    await opened()
    if language == "en":  # the house of these tests is one: the second time they are known
        await expect(page.locator("section.first a")).to_have_count(0)
        await page.locator("form.go button[type=submit]").click()
        await page.locator("#import-bad").wait_for()
        await opened()
    refused = page.locator("section.first tbody tr").nth(2)
    await expect(refused.locator("a")).to_have_text(["Ivan", "Olga"])
    cut = await page.locator("section.columns").evaluate("box => box.scrollHeight - box.clientHeight")
    assert cut <= 1, "the table of columns scrolls in a box of its own"
    beyond = await page.locator("section.first").evaluate("box => getComputedStyle(box).overflowX")
    assert beyond == "auto", "what is wider than the page stands outside of its panel"
    await screen.settled()
    await screen.picture(f"both-{language}-{width}")
    assert [*await screen.violations(), *screen.complaints] == []

    await page.locator("form.go button[type=submit]").click()
    links = page.locator(".kept").first.locator("tbody a")
    await expect(links).to_have_text(["Ivan", "Olga"])
    await screen.picture(f"both-report-{language}-{width}")
    assert [*await screen.violations(), *screen.complaints] == []
    await links.last.click()
    await expect(page).to_have_url(re.compile("/manager/log"))
    await page.context.close()


COMPANIES = (
    "Company;Web site;Tags;Notes\n"
    "Engines Ltd;https://www.engines.test/about;vip;pays late\n"
    "Engines;engines.example;;\n"
    "Navy;no site;;\n"
)


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_organizations_are_brought_by_the_same_steps_in_words_of_their_own(
    browser: Browser, house: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    page = screen.page
    found: dict[str, list[str]] = {}

    async def seen(name: str) -> None:
        await screen.settled()
        await screen.picture(f"{name}-{language}-{theme}-{width}")
        across = await page.evaluate("document.documentElement.scrollWidth")
        beyond = [f"the page is {across} wide"] if across > width else []
        if problems := [*await screen.violations(), *screen.complaints, *beyond]:
            found[name] = problems

    await sign_in(page, house.url, "maria")
    await page.goto(f"{house.url}/organizations")
    await page.locator("a[href*='/manager/imports?kind=organizations']").click()
    await expect(page.locator("input[value=organizations]")).to_be_checked()
    # of each look another house of companies: those of the look before are known
    await bring(page, f"companies-{language}.csv", COMPANIES.replace("ngines", f"ngines {language}", 1))
    await page.locator("select").first.wait_for()
    await expect(page.locator("tbody tr")).to_have_count(4 + 3)
    assert await page.locator("select").nth(1).input_value() == "domain"
    await seen("organizations-columns")
    await page.locator("form.go button[type=submit]").click()
    await expect(page.locator("#import-bad")).to_be_visible()
    await seen("organizations-report")
    await page.goto(f"{house.url}/manager/imports")
    await page.locator("tbody a").first.wait_for()
    await seen("organizations-list")
    await page.goto(f"{house.url}/organizations")
    await page.get_by_role("link", name="Engines", exact=False).first.wait_for()
    await seen("organizations-all")
    await page.get_by_role("link", name="Engines", exact=False).first.click()
    await expect(page.locator(".facts")).to_be_visible()
    await seen("organization")
    await page.locator(".part-head button").click()
    await expect(page.locator(".room form input").first).to_be_focused()
    await page.locator(".room form input").nth(1).fill("not a domain")
    await page.locator(".room form button[type=submit]").click()
    await page.get_by_role("alert").wait_for()
    screen.complaints.clear()  # the browser says that it was refused
    await seen("organization-edit")
    assert found == {}
    await page.context.close()


async def _ended(page: Page) -> None:
    await expect(page.locator(".part-head .chip")).to_have_text("Done")


async def _count(page: Page, word: str) -> str:
    return await page.locator(".count").filter(has_text=word).locator("dd").inner_text()


async def test_a_manager_maps_a_column_starts_and_takes_the_bad_rows_with_her(
    browser: Browser, house: RunningHub, tmp_path: Path
) -> None:
    page = (await screen_of(browser, PICTURES, language="en")).page
    await sign_in(page, house.url, "maria")
    await page.goto(f"{house.url}/manager/imports")
    content = FILE.replace("Ada", "Ida").replace("ada@", "ida@").replace("111 22 33", "111 22 34")
    await bring(page, "more.csv", content)

    # the hub's proposals stand there; a column it does not know is left out
    await expect(page.get_by_label("What becomes of Mobile")).to_have_value("phone")
    await expect(page.get_by_label("What becomes of Joined")).to_have_value("")
    await expect(page.get_by_text("This is no phone number. (Mobile)")).to_be_visible()
    await expect(page.get_by_text("New client").first).to_be_visible()
    await page.get_by_label("What becomes of Joined").select_option("name")
    await expect(page.get_by_role("alert")).to_contain_text("give each other meaning to one column only")
    await expect(page.get_by_role("button", name="Start the import")).to_be_disabled()
    await page.get_by_label("What becomes of Joined").select_option("note")
    await expect(page.get_by_role("alert")).to_have_count(0)

    # the address of the page is the import: a reload changes nothing that is kept
    await page.reload()
    await expect(page.get_by_label("What becomes of Mobile")).to_have_value("phone")
    await page.get_by_role("button", name="Start the import").click()
    await _ended(page)
    assert int(await _count(page, "New clients")) >= 1
    assert await _count(page, "Could not be taken") == "1"
    await page.reload()
    await _ended(page)
    async with page.expect_download() as awaited:
        await page.get_by_role("link", name="Fetch these rows as a file").click()
    await (await awaited.value).save_as(tmp_path / "bad.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "bad.csv").read_text(encoding="utf-8-sig"))))
    assert rows[0] == ["row", "reason", "column", "Name", "Mobile", "E-mail", "Joined", "Company"]
    assert rows[1][:5] == ["2", "bad_phone", "Mobile", "Grace Hopper", "not a number"]

    # the same file again: everybody is known, and by keyboard alone she ends it before it begins
    await page.goto(f"{house.url}/manager/imports")
    await bring(page, "again.csv", content)
    await expect(page.get_by_text("Known: is updated").first).to_be_visible()
    await page.get_by_label("known by an address").select_option("skip")
    await expect(page.get_by_text("Known: stays as is").first).to_be_visible()
    await page.get_by_role("button", name="Cancel the import").press("Enter")
    await expect(page.get_by_role("button", name="End it")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".part-head .chip")).to_have_text("Cancelled")
    await expect(page.get_by_role("heading", name="again.csv")).to_be_focused()
    await page.context.close()


async def test_a_file_that_cannot_be_one_says_what_to_do_and_agents_do_not_see_the_page(
    browser: Browser, house: RunningHub
) -> None:
    screen: Screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, house.url, "maria")
    await page.goto(f"{house.url}/manager/imports")
    await bring(page, "nothing.csv", "\n\n")
    await expect(page.get_by_role("alert")).to_contain_text("Put the names of the columns there")
    await page.context.close()
    page = (await screen_of(browser, PICTURES, language="en")).page
    await sign_in(page, house.url, "sofia")
    await page.goto(f"{house.url}/manager/imports")
    await page.wait_for_url("**/manager/log")
    await expect(page.get_by_role("link", name="Clients from files")).to_have_count(0)
    await page.context.close()
