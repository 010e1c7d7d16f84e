"""A manager's morning at the desk: the log, its filters and rows, an export, reports, agents' days, staffing."""

import csv
import io
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from crm_store.engine import Database
from hub.domain.ids import DEFAULT_TENANT
from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import sign_in
from tests.contracts.made_day import MIX
from tests.contracts.made_work import MadeWork
from tests.hubs import RunningHub, start_hub
from tests.stores import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/manager"
LOOKS = [
    ("en", "light", 1366, 768),
    ("ru", "dark", 1920, 1080),
    ("tr", "light", 390, 844),
]
PASSES = 240


@pytest_asyncio.fixture(scope="module")
async def busy_hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """A hub with yesterday in its log."""
    hub = await start_hub(
        tmp_path_factory.mktemp("busy") / "data", settings={"HOUSE__TIME_ZONE": "Europe/Istanbul"}
    )
    try:
        await _put_yesterday(hub.data_dir)
        yield hub
    finally:
        await hub.stop()


async def _put_yesterday(data_dir: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{data_dir / 'hub.db'}")
    try:
        house = House(database=database, tenant_id=DEFAULT_TENANT)
        queues = await house.floor.all_queues(DEFAULT_TENANT)
        rows = await house.store.board_rows(DEFAULT_TENANT)
        made = MadeWork(house=house, chance=random.Random(4))
        noon = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
        mix = [state for state in MIX if state not in {"queued", "assigned", "wrap_up"}]
        for n in range(PASSES):
            at = noon + timedelta(seconds=90 * n)
            made.came(
                at,
                made.chance.choice(queues),
                made.chance.choice(rows.agents),
                outcome=made.chance.choice(mix),
            )
        await made.put()
    finally:
        await database.close()


async def ready(page: Page) -> None:
    """Nothing loads any more."""
    await page.wait_for_load_state("networkidle")
    await expect(page.locator(".part [role=status] .spinner")).to_have_count(0)


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_every_page_of_the_manager_is_accessible_and_does_not_complain(
    browser: Browser, busy_hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    page = screen.page
    await sign_in(page, busy_hub.url, "maria")
    found: dict[str, list[str]] = {}

    async def seen(name: str) -> None:
        await ready(page)
        await page.wait_for_timeout(200)
        await screen.picture(f"{name}-{language}-{theme}-{width}")
        size = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        beyond = [f"the page scrolls: {size}"] if size[0] > width or size[1] > height else []
        if problems := [*await screen.violations(), *screen.complaints, *beyond]:
            found[name] = problems

    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    for name, path in (
        ("log", "/manager/log"),
        ("log-filtered", f"/manager/log?outcome=abandoned&from={day}&to={day}&order=wait"),
        ("log-nothing", "/manager/log?outcome=callback&short=only"),
        ("reports", f"/manager/reports?from={day}&to={day}&by=hour"),
        ("reports-queue", f"/manager/reports?from={day}&to={day}"),
        ("activity", f"/manager/activity?day={day}"),
        ("staffing", "/manager/staffing"),
        ("exports", "/manager/exports"),
    ):
        await page.goto(busy_hub.url + path)
        await seen(name)
    await page.goto(f"{busy_hub.url}/manager/log?outcome=answered")
    await page.locator("tbody a").first.click()
    await page.locator("article.record h1").wait_for()
    await seen("interaction")
    assert found == {}
    await page.context.close()


async def test_a_manager_narrows_the_log_opens_a_row_and_takes_it_with_her(
    browser: Browser, busy_hub: RunningHub
) -> None:
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, busy_hub.url, "maria")
    await page.goto(f"{busy_hub.url}/manager/log")
    await expect(page.get_by_text(f"{PASSES} rows")).to_be_visible()

    # a filter stands in the address, and whoever is given the address sees the same
    await page.get_by_role("button", name="Outcome").click()
    await page.get_by_label("Abandoned").check()
    await page.keyboard.press("Escape")
    await page.wait_for_url("**outcome=abandoned**")
    await expect(page.get_by_text(f"{PASSES} rows")).to_have_count(0)
    count = (await page.locator(".part-head [role=status]").inner_text()).split()[0]
    await expect(page.locator("tbody .chip").first).to_have_text("Abandoned")
    address = page.url
    await page.goto(f"{busy_hub.url}/manager/staffing")
    await page.goto(address)
    await expect(page.locator(".part-head [role=status]")).to_contain_text(f"{count} rows")

    # a view is saved and found again
    await page.get_by_role("button", name="Saved views").click()
    await page.get_by_role("menuitem", name="Save this view").click()
    await page.get_by_label("Name").fill("Lost yesterday")
    await page.get_by_role("button", name="Save", exact=True).click()
    await page.get_by_role("button", name="Clear filters").click()
    await expect(page.get_by_text(f"{PASSES} rows")).to_be_visible()
    await page.get_by_role("button", name="Saved views").click()
    await page.get_by_role("menuitem", name="Lost yesterday").click()
    await page.wait_for_url("**outcome=abandoned**")

    # by keyboard: down, down, open, and back to the same row's list
    await page.locator("tbody a").first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("[data-row='2'] a")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.locator("article.record h1").wait_for()
    await page.go_back()
    await expect(page.locator(".part-head [role=status]")).to_contain_text(f"{count} rows")

    # sorted by wait, longest first
    await page.get_by_role("button", name="Wait", exact=True).click()
    await page.wait_for_url("**order=wait**")
    await expect(page.locator("th[aria-sort=descending]")).to_contain_text("Wait")

    # an export of exactly these rows
    await page.get_by_role("button", name="Export").click()
    await page.get_by_role("menuitem", name="CSV for Excel").click()
    await page.wait_for_url("**/manager/exports")
    link = page.get_by_role("link", name="Download")
    await link.wait_for()
    async with page.expect_download() as started:
        await link.click()
    content = Path(await (await started.value).path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert len(rows) == int(count) + 1
    assert {row[rows[0].index("Outcome")] for row in rows[1:]} == {"abandoned"}
    assert screen.complaints == []
    await page.context.close()


async def test_conversations_whose_replies_failed_are_asked_for_by_keyboard(
    browser: Browser, busy_hub: RunningHub
) -> None:
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, busy_hub.url, "maria")
    await page.goto(f"{busy_hub.url}/manager/log")
    await page.get_by_role("button", name="More filters").press("Enter")
    await page.get_by_role("menuitem", name="A reply failed").press("Enter")
    await page.get_by_role("button", name="A reply failed").press("Enter")
    await page.get_by_role("radio", name="yes").press("Space")
    await page.wait_for_url("**failed=true**")
    await screen.settled()
    await screen.picture("log-failed-en-light")
    assert [*await screen.violations(), *screen.complaints] == []
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Remove the filter A reply failed").press("Enter")
    await expect(page.get_by_role("radio", name="yes")).to_have_count(0)
    await page.context.close()


async def test_on_a_phone_rows_are_read_without_scrolling_aside(
    browser: Browser, busy_hub: RunningHub
) -> None:
    screen = await screen_of(browser, PICTURES, language="en", width=390, height=844)
    page = screen.page
    await sign_in(page, busy_hub.url, "maria")
    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    for path, part in (
        ("/manager/staffing", ".part-link.here"),
        ("/manager/log", "tbody tr[data-row] .chip"),
        (f"/manager/reports?from={day}&to={day}", "table.stacked tbody td:last-child .value"),
    ):
        await page.goto(busy_hub.url + path)
        await ready(page)
        await expect(page.locator(part).first).to_be_visible()
        box = await page.locator(part).first.bounding_box()
        assert box, path
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    cell = page.locator("table.stacked tbody td").first
    assert await cell.get_attribute("role") == "cell"
    assert await cell.get_attribute("data-label") == "Offered"
    assert screen.complaints == []
    await page.context.close()


async def test_each_figure_opens_as_many_rows_as_it_says(browser: Browser, busy_hub: RunningHub) -> None:
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, busy_hub.url, "maria")
    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    await page.goto(f"{busy_hub.url}/manager/reports?from={day}&to={day}")
    await page.locator(".levels a.value").first.wait_for()
    links = await page.locator("a.value").evaluate_all(
        "all => all.map(a => [a.getAttribute('href'), a.title])"
    )
    assert len(links) > 30
    for href, title in links[::7]:
        said = title.split()[2] if title.startswith("Open the") else ""
        await page.goto(busy_hub.url + href)
        await expect(page.locator(".part-head [role=status]")).to_contain_text(f"{said} row")
        assert parse_qs(urlsplit(href).query)["from"]
    await page.context.close()


async def test_the_calculator_answers_by_keyboard(browser: Browser, busy_hub: RunningHub) -> None:
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, busy_hub.url, "maria")
    await page.goto(f"{busy_hub.url}/manager/staffing")
    await expect(page.locator("tr.least")).to_contain_text("21")
    calls = page.get_by_label("Interactions an hour")
    await calls.focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("720")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("240")
    await expect(page.locator("dl.large")).to_contain_text("48 Erlang")
    await expect(
        page.locator("tr", has=page.get_by_role("rowheader", name="55", exact=True))
    ).to_contain_text("86.")
    await page.context.close()


TAG = """async tag => {
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': csrf};
  const { items } = await (await fetch('/api/v1/log?limit=3')).json();
  for (const { person } of items) {
    const { card } = await (await fetch(`/api/v1/persons/${person.id}/card`)).json();
    const body = JSON.stringify({version: card.version, tags: [tag]});
    await fetch(`/api/v1/persons/${person.id}`, {method: 'PATCH', headers, body});
  }
}"""


async def test_the_log_and_the_reports_by_a_tag_and_the_occupancy_of_agents(
    browser: Browser, busy_hub: RunningHub
) -> None:
    screen = await screen_of(browser, PICTURES, language="tr", theme="dark")
    page, keys = screen.page, screen.page.keyboard
    await sign_in(page, busy_hub.url, "maria")
    await page.evaluate(TAG, "Önemli")
    await page.goto(f"{busy_hub.url}/manager/log")
    await ready(page)
    await page.get_by_role("button", name="Diğer süzgeçler").focus()
    await keys.press("Enter")
    await page.get_by_role("menuitem", name="Etiket").click()
    await page.get_by_role("button", name="Etiket", exact=True).click()
    await page.get_by_label("Önemli").check()
    await keys.press("Escape")
    await expect(page.locator("tbody tr")).to_have_count(3)
    assert parse_qs(urlsplit(page.url).query)["tag"] == ["Önemli"]
    await screen.picture("log-tag")
    assert await screen.violations() == []

    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    await page.goto(f"{busy_hub.url}/manager/reports?from={day}&to={day}&by=agent&tag=Önemli")
    await ready(page)
    heads = page.locator("section.table thead th")
    await expect(heads.filter(has_text="Ortalama işlem")).to_have_count(1)
    await expect(heads.filter(has_text="Doluluk")).to_have_count(0)  # of some clients nobody is free
    await page.goto(f"{busy_hub.url}/manager/reports?from={day}&to={day}&by=agent")
    await ready(page)
    await expect(heads.filter(has_text="Doluluk")).to_contain_text("iş başında ÷")
    await screen.picture("reports-agent")
    assert await screen.violations() == []
    assert screen.complaints == []
    await page.context.close()
