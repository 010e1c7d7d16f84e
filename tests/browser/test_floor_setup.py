"""An administrator sets the floor up in Chromium: queues, the matrix and the week by keyboard, outcomes, sites."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import sign_in
from tests.browser.test_screens import SCROLLS
from tests.clients import Agent
from tests.hubs import Floor, RunningHub, start_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/floor"
PARTS = ("queues", "staffing", "hours", "outcomes", "pauses", "sites")
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1920, 1080), ("tr", "light", 390, 844)]


@pytest.fixture(scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    running = await start_hub(
        tmp_path_factory.mktemp("floor") / "data", floor=Floor(agents=("anna", "boris", "cem"))
    )
    yield running
    await running.stop()


async def administrator(browser: Browser, hub: RunningHub, language: str = "en", **look: object) -> Screen:
    screen = await screen_of(browser, PICTURES, language=language, **look)  # type: ignore[arg-type]
    await sign_in(screen.page, hub.url, "admin")
    return screen


async def opened(page: Page, hub: RunningHub, part: str) -> None:
    await page.goto(f"{hub.url}/admin/{part}")
    await page.locator(".part h1").wait_for()
    await page.wait_for_load_state("networkidle")


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_every_page_of_the_floor_can_be_read_by_everybody(
    browser: Browser, hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    async with Agent(hub.url, "admin") as office:
        if not (await office.get("/api/v1/floor/calendars"))["items"]:
            await _furnish(office)
    screen = await administrator(browser, hub, language, theme=theme, width=width, height=height)
    found: dict[str, list[str]] = {}
    for part in PARTS:
        await opened(screen.page, hub, part)
        await screen.picture(f"{part}-{language}-{theme}-{width}")
        problems = [*await screen.violations(), *screen.complaints]
        if await screen.page.evaluate(SCROLLS):
            problems.append("the page itself scrolls")
        if problems:
            found[part] = problems
    await screen.page.context.close()
    assert found == {}


async def _furnish(office: Agent) -> None:
    week = [[{"from_min": 540, "to_min": 720}, {"from_min": 780, "to_min": 1080}]] * 4
    night = [{"from_min": 1320, "to_min": 1800}]
    calendar = {
        "name": "Office",
        "zone": "Europe/Berlin",
        "week": [*week, night, [], []],
        "days": [{"on": "2026-12-24", "slots": [{"from_min": 540, "to_min": 720}], "name": "Christmas Eve"}],
        "country": "DE",
        "region": "BE",
    }
    await office.post("/api/v1/floor/calendars", calendar)
    outcomes = await office.get("/api/v1/floor/outcomes")
    sold = {
        "code": "sold",
        "names": {"en": "Sold", "ru": "Продано", "tr": "Satıldı"},
        "fields": [
            {"code": "amount", "names": {"en": "Amount", "ru": "Сумма"}, "kind": "number", "required": True},
            {
                "code": "plan",
                "names": {"en": "Plan"},
                "kind": "choice",
                "choices": [
                    {"code": "small", "names": {"en": "Small"}},
                    {"code": "big", "names": {"en": "Big"}},
                ],
            },
            {"code": "gift", "names": {"en": "A gift?"}, "kind": "yes_no"},
        ],
    }
    known = outcomes["items"]
    answer = await office.ask(
        "PUT", "/api/v1/floor/outcomes", {"seen": outcomes["revision"], "items": [*known, sold]}
    )
    assert answer.status == 200, answer


async def test_the_matrix_is_filled_in_by_keyboard_alone(browser: Browser, hub: RunningHub) -> None:
    screen = await administrator(browser, hub)
    page = screen.page
    await opened(page, hub, "staffing")
    cell = page.locator("[role=gridcell][tabindex='0']")
    await cell.focus()
    keys = page.keyboard
    await keys.type("10")
    await expect(cell).to_have_text("10")
    await keys.press("ArrowDown")
    await keys.type("7")
    await keys.press("ArrowRight")
    await keys.press("Delete")
    await expect(page.locator(".cell.changed")).to_have_count(3)
    await keys.press("Control+z")
    await expect(page.locator(".cell.changed")).to_have_count(2)
    await keys.press("Control+s")
    await expect(page.locator(".cell.changed")).to_have_count(0)
    async with Agent(hub.url, "admin") as office:
        matrix = await office.get("/api/v1/floor/staffing")
        levels = {agent["name"]: agent["skills"].get("lang:en") for agent in matrix["agents"]}
        assert (levels["Anna"], levels["Boris"]) == (10, 7)

        # somebody else is faster: the cell is marked, the edit stays, and saving again goes through
        await keys.press("Control+Home")
        await keys.type("3")
        anna = next(agent for agent in matrix["agents"] if agent["name"] == "Anna")
        other = {"agent_id": anna["id"], "what": "skill", "key": "lang:en", "before": 10, "after": 5}
        await office.post("/api/v1/floor/staffing", {"changes": [other]})
        await keys.press("Control+s")
        await expect(page.locator(".cell.met")).to_have_count(1)
        await screen.picture("matrix-met")
        await keys.press("Control+s")
        await expect(page.locator(".cell.changed")).to_have_count(0)
        matrix = await office.get("/api/v1/floor/staffing")
        assert matrix["agents"][0]["skills"]["lang:en"] == 3
    assert await screen.violations() == []
    await page.context.close()


async def test_a_week_is_painted_by_keyboard_and_a_day_is_closed(browser: Browser, hub: RunningHub) -> None:
    screen = await administrator(browser, hub, "en")
    page = screen.page
    await opened(page, hub, "hours")
    await page.get_by_role("button", name="New hours").click()
    await page.get_by_label("Name", exact=True).fill("Night desk")
    await page.get_by_label("Time zone").fill("Europe/Istanbul")
    cell = page.locator(".half[tabindex='0']")
    await cell.focus()
    keys = page.keyboard
    await keys.press("Delete")
    await keys.press("Space")
    for _ in range(3):
        await keys.press("Shift+ArrowRight")
    monday = page.get_by_label("Monday", exact=True)
    await expect(monday).to_have_value("09:00–11:00")
    await monday.fill("9-12, 22:00–06:00")
    await monday.press("Tab")
    await expect(monday).to_have_value("09:00–12:00, 22:00–06:00")
    await page.get_by_label("Public holidays of").select_option("TR")
    await expect(page.locator(".date.holiday").first).to_be_visible()
    await page.locator(".date[tabindex='0']").focus()
    await keys.press("ArrowRight")
    await page.get_by_label("Why").fill("Stocktaking")
    await page.get_by_role("button", name="Close this day").click()
    await expect(page.locator(".date.shut")).to_have_count(1)
    await screen.picture("hours-edited")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".choice", has_text="Night desk")).to_be_visible()
    async with Agent(hub.url, "admin") as office:
        saved = next(
            c for c in (await office.get("/api/v1/floor/calendars"))["items"] if c["name"] == "Night desk"
        )
        assert saved["week"][0] == [{"from_min": 540, "to_min": 720}, {"from_min": 1320, "to_min": 1800}]
        assert [d["name"] for d in saved["days"]] == ["Stocktaking"]
    assert [*await screen.violations(), *screen.complaints] == []
    await page.context.close()


async def test_a_queue_gets_rules_and_a_site_its_colour(browser: Browser, hub: RunningHub) -> None:
    screen = await administrator(browser, hub, "en")
    page = screen.page
    await opened(page, hub, "queues")
    await page.locator(".choice", has_text="support").click()
    await page.get_by_label("Asked first").select_option("round_robin")
    await page.get_by_label("While closed").select_option("answer")
    await (
        page.get_by_role("group", name="What the client is told")
        .get_by_label("English")
        .fill("We are closed.")
    )
    await (
        page.get_by_role("group", name="What the client is told").get_by_label("Russian").fill("Мы закрыты.")
    )
    await page.get_by_label("When a call comes").select_option(label="Answer at once, with music")
    await page.get_by_label("Say the place in line").uncheck()
    await page.locator("label", has_text="Recording").locator("select").select_option("always")
    await page.get_by_label("Keep recordings, days").fill("30")
    signature = page.get_by_role("group", name="Signature under letters").last
    turkish = signature.get_by_label("Turkish")
    await turkish.fill("Saygılarımla, {agent.nam}")
    await page.get_by_role("button", name="Save", exact=True).click()
    refused = page.get_by_role("alert").filter(has_text="Signature under letters, Turkish: There is no such")
    await expect(refused).to_be_in_viewport()
    await expect(turkish).to_be_focused()
    await expect(turkish).to_be_in_viewport()
    await screen.picture("queue-refused")
    await turkish.fill("Saygılarımla, {agent.name}")
    await screen.picture("queue-edited")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    assert await screen.violations() == []

    await opened(page, hub, "sites")
    await page.get_by_label("Colour").fill("#0b6e4f")
    await page.get_by_role("button", name="Add a field").click()
    question = page.get_by_role("group", name="Question").first
    for language, word in (("English", "Your name"), ("Russian", "Ваше имя"), ("Turkish", "Adınız")):
        await question.get_by_label(language).fill(word)
    await screen.picture("site-edited")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await expect(page.locator("code")).to_contain_text('data-site="demo"')
    async with Agent(hub.url, "admin") as office:
        queues = (await office.get("/api/v1/floor/queues"))["items"]
        support = next(q for q in queues if q["name"] == "support")
        assert (support["order"], support["closed_texts"]["ru"]) == ("round_robin", "Мы закрыты.")
        assert support["signatures"] == {"tr": {"text": "Saygılarımla, {agent.name}", "html": ""}}
        voice = support["voice"]
        assert (voice["answer_with_music"], voice["say_place"], voice["record"]) == (True, False, "always")
        assert voice["keep_recordings_days"] == 30
        (site,) = (await office.get("/api/v1/floor/sites"))["items"]
        assert (site["setup"]["accent"], site["setup"]["form"][0]["kind"]) == ("#0b6e4f", "name")
    # the browser complains of the one refusal that was asked for, and of nothing else
    assert [
        *await screen.violations(),
        *(one for one in screen.complaints if "status of 422" not in one),
    ] == []
    await page.context.close()
