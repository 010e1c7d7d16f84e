"""A manager decides about possible doubles and takes clients away; an administrator lists shared numbers."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import sign_in
from tests.hubs import RunningHub, start_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/doubles"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1366, 768), ("tr", "light", 390, 844)]
FILE = (
    "Name;Phone;E-mail;Company\n"
    "Anna Petrova;+90 532 111 22 33;anna.p@example.org;Acme\n"
    "Петрова Анна;;anna.p@other.test;Acme\n"
    "Mehmet Demir;;m1@example.org;Acme\n"
    "Mehmet Demir;+90 532 111 22 34;m2@example.org;Acme\n"
)


@pytest_asyncio.fixture(scope="module")
async def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """A hub with two pairs of clients who may be one."""
    hub = await start_hub(tmp_path_factory.mktemp("doubles") / "data")
    try:
        page = (await screen_of(browser, PICTURES, language="en")).page
        await sign_in(page, hub.url, "maria")
        await page.goto(f"{hub.url}/manager/imports")
        await page.locator("input[type=file]").set_input_files(
            {"name": "clients.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
        )
        await page.get_by_role("button", name="Start the import").click()
        await expect(page.locator(".part-head .chip")).to_have_text("Done")
        await page.context.close()
        yield hub
    finally:
        await hub.stop()


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_the_pages_are_accessible_and_do_not_complain(
    browser: Browser, house: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    found: dict[str, list[str]] = {}
    for who, name, path in (
        ("maria", "doubles", "/manager/doubles"),
        ("maria", "exports", "/manager/person-exports"),
        ("admin", "lines", "/admin/shared-lines"),
    ):
        screen = await screen_of(
            browser, PICTURES, language=language, theme=theme, width=width, height=height
        )
        page = screen.page
        await sign_in(page, house.url, who)
        await page.goto(house.url + path)
        await page.locator("h1").wait_for()
        if name == "doubles":
            await expect(page.locator("[data-pair]")).to_have_count(2)
        if name == "lines":
            await page.locator("input[type=tel]").fill("+902121234567")
            await page.locator("form button").click()
            await page.locator("tbody tr").first.wait_for()
        await screen.settled()
        await screen.picture(f"{name}-{language}-{theme}-{width}")
        across = await page.evaluate("document.documentElement.scrollWidth")
        beyond = [f"the page is {across} wide"] if across > width else []
        if problems := [*await screen.violations(), *screen.complaints, *beyond]:
            found[name] = problems
        await page.context.close()
    assert found == {}


async def test_a_manager_merges_undoes_and_keeps_apart_by_keyboard(
    browser: Browser, house: RunningHub
) -> None:
    page = (await screen_of(browser, PICTURES, language="en")).page
    await sign_in(page, house.url, "maria")
    await page.goto(f"{house.url}/manager/doubles")
    pairs = page.locator("[data-pair]")
    await expect(pairs).to_have_count(2)
    demir = pairs.filter(has_text="Mehmet Demir")
    await expect(demir).to_contain_text("The same organization")
    await demir.get_by_role("radio").last.check()
    await demir.get_by_role("button", name="They are one").press("Enter")
    await expect(pairs).to_have_count(1)
    await expect(pairs.first).to_be_focused()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Undone.")).to_be_visible()
    await expect(pairs).to_have_count(2)

    await pairs.filter(has_text="Петрова").get_by_role("button", name="Not the same person").press("Enter")
    await expect(pairs).to_have_count(1)
    await page.reload()
    await expect(pairs).to_have_count(1)
    await expect(pairs).to_contain_text("Mehmet Demir")
    await pairs.get_by_role("button", name="They are one").click()
    await expect(page.get_by_text("nobody looks like another one")).to_be_visible()
    await page.context.close()


async def test_a_manager_takes_clients_away(browser: Browser, house: RunningHub, tmp_path: Path) -> None:
    page = (await screen_of(browser, PICTURES, language="ru")).page
    await sign_in(page, house.url, "maria")
    await page.goto(f"{house.url}/manager/person-exports")
    await page.get_by_label("Найдены по").fill("petrova")
    await page.get_by_label("Вид файла").select_option("csv")
    await page.get_by_role("button", name="Записать файл").click()
    async with page.expect_download() as awaited:
        await page.locator("a[download]").first.click()
    await (await awaited.value).save_as(tmp_path / "out.csv")
    lines = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Имя целиком,Телефон,Эл. почта,")
    assert [line for line in lines[1:] if "Petrova" in line or "Петрова" in line] == lines[1:] != []

    # organizations in a list of their own; they are never cards
    await page.get_by_label("Вид файла").select_option("vcard")
    await page.get_by_label("Организации").check()
    await expect(page.get_by_text("Организации в файлы пока не выгружали.")).to_be_visible()
    await expect(page.get_by_label("Вид файла")).to_have_value("csv_bom")
    await expect(page.get_by_label("Найдены по")).to_have_count(0)
    await page.get_by_role("button", name="Записать файл").press("Enter")
    async with page.expect_download() as awaited:
        await page.locator("a[download]").first.click()
    assert (await awaited.value).suggested_filename.startswith("organizations-")
    await (await awaited.value).save_as(tmp_path / "companies.csv")
    lines = (tmp_path / "companies.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Название,Домен или сайт,Телефон,Метки,Заметка,ID организации"
    assert len(lines) > 1
    await page.context.close()


async def test_an_administrator_lists_a_shared_number(browser: Browser, house: RunningHub) -> None:
    page = (await screen_of(browser, PICTURES, language="en")).page
    await sign_in(page, house.url, "admin")
    await page.goto(f"{house.url}/admin/shared-lines")
    await page.get_by_label("Number", exact=True).fill("+90 212 765 43 21")
    await page.get_by_label("What it is").fill("Hotel")
    await page.get_by_role("button", name="Add", exact=True).click()
    row = page.locator("tbody tr").filter(has_text="Hotel")
    await expect(row).to_be_visible()
    await row.get_by_role("button", name="Remove").click()
    await expect(row).to_have_count(0)
    await page.context.close()
