"""A recorded call is heard in the console: played, sought by key and pointer, faster; and not by others."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from crm_store.engine import Database
from crm_store.recordings import SqlRecordingRows
from crm_store.store import Store
from hub.clock import SystemClock
from hub.cluster.codec import encode
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.call import CallEnd, CallStage
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, RecordingId, UserId
from hub.domain.recording import Erased
from tests.browser.conftest import ROOT, WITHIN_MS, screen_of
from tests.browser.people import sign_in
from tests.calls import put_call
from tests.hubs import Floor, RunningHub, start_hub
from tests.recordings import put_recording

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/recordings"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1366, 768), ("tr", "light", 390, 844)]
SECONDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A hub with a call in its past that Anna took, and its recording."""

    hub: RunningHub
    interaction_id: str
    recording_id: str
    person_id: str
    call_id: str

    @property
    def page_url(self) -> str:
        return f"{self.hub.url}/manager/log/{self.interaction_id}"


@pytest_asyncio.fixture(scope="module")
async def recorded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Recorded]:
    hub = await start_hub(tmp_path_factory.mktemp("recorded") / "data", floor=Floor(demo=True))
    try:
        yield await _a_call_of_anna(hub)
    finally:
        await hub.stop()


async def _a_call_of_anna(hub: RunningHub) -> Recorded:
    database = await Database.open(f"sqlite+aiosqlite:///{hub.data_dir / 'hub.db'}")
    try:
        clock = SystemClock()
        async with database.transaction() as wire:
            ((interaction_id, person_id, queue_id, agent_id),) = await wire.fetch(
                "SELECT i.id, i.person_id, i.queue_id, a.id FROM interactions i JOIN agents a ON a.id = i.last_agent_id"
                " WHERE a.name LIKE 'Anna%' AND i.state = 'closed' ORDER BY i.opened_at DESC LIMIT 1"
            )
            began = clock.now() - timedelta(minutes=5)
            call_id = await put_call(
                wire,
                InteractionId(interaction_id),
                PersonId(person_id),
                QueueId(queue_id),
                began,
                stage=CallStage.ENDED,
                end=CallEnd.CLIENT_HUNG_UP,
                agent_id=UserId(agent_id),
                answered_at=began,
                ended_at=began + timedelta(seconds=SECONDS),
            )
            await wire.execute("UPDATE interactions SET channel = 'sip' WHERE id = $1", interaction_id)
            await wire.execute(
                "UPDATE touches SET kind = 'call', text = '' WHERE interaction_id = $1 AND seq ="
                " (SELECT MIN(seq) FROM touches WHERE interaction_id = $1)",
                interaction_id,
            )
        store = Store(database, encode=encode, clock=clock)
        recording_id = await put_recording(
            store, hub.data_dir, interaction_id, seconds=SECONDS, call_id=call_id
        )
        return Recorded(
            hub=hub,
            interaction_id=interaction_id,
            recording_id=recording_id,
            person_id=person_id,
            call_id=call_id,
        )
    finally:
        await database.close()


async def second_of(page: Page) -> float:
    """Where the sound is."""
    at: float = await page.evaluate("document.querySelector('audio').currentTime")
    return at


async def played_to(page: Page, seconds: float) -> None:
    """It plays by itself beyond that second."""
    async with asyncio.timeout(WITHIN_MS / 1000):
        while await second_of(page) <= seconds:
            await asyncio.sleep(0.1)


async def test_a_recording_plays_from_any_place_and_faster(browser: Browser, recorded: Recorded) -> None:
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, recorded.hub.url, "maria")
    await page.goto(recorded.page_url)
    slider = page.get_by_role("slider", name="Place in the recording")
    await expect(slider).to_have_attribute("aria-valuetext", "0:00 of 0:12")
    await expect(page.locator(".player path.all")).to_have_attribute("d", re.compile("^M0.15 "))

    await page.get_by_role("button", name="Play").click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    await played_to(page, 0.5)
    await page.get_by_role("button", name="Pause").click()
    heard_s = await second_of(page)
    await page.wait_for_timeout(300)
    assert await second_of(page) == heard_s

    await slider.focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    assert await second_of(page) == pytest.approx(5, abs=0.1)
    box = await slider.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
    assert await second_of(page) == pytest.approx(9, abs=0.3)
    await page.keyboard.press("Home")
    await page.get_by_label("Speed").select_option("2")
    await slider.focus()
    await page.keyboard.press(" ")
    await played_to(page, 1)
    assert await page.evaluate("document.querySelector('audio').playbackRate") == 2
    await screen.picture("played")
    assert screen.complaints == []


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_the_player_is_accessible(
    browser: Browser, recorded: Recorded, language: str, theme: str, width: int, height: int
) -> None:
    screen = await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)
    page = screen.page
    await sign_in(page, recorded.hub.url, "maria")
    await page.goto(recorded.page_url)
    await expect(page.locator(".player .wave")).to_be_visible()
    await page.locator(".player").scroll_into_view_if_needed()
    await page.wait_for_load_state("networkidle")
    await screen.picture(f"player-{language}-{theme}-{width}")
    assert await screen.violations() == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert screen.complaints == []


async def test_others_neither_see_nor_hear_it(browser: Browser, recorded: Recorded) -> None:
    of = f"/api/v1/recordings/{recorded.recording_id}"
    expected = {"anna": 206, "boris": 404, "sofia": 206, "maria": 206, "admin": 403}
    found = {}
    for login, status in expected.items():
        context = await browser.new_context()
        page = await context.new_page()
        await sign_in(page, recorded.hub.url, login)
        ask = "url => fetch(url, {headers: {Range: 'bytes=44-143'}}).then(a => a.status)"
        found[login] = await page.evaluate(ask, f"{of}/audio")
        if status != 206:
            assert await page.evaluate(ask, f"{of}/peaks") == status
        await context.close()
    assert found == expected


async def _one_more_that_was_erased(recorded: Recorded) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{recorded.hub.data_dir / 'hub.db'}")
    try:
        store = Store(database, encode=encode, clock=SystemClock())
        made = await put_recording(
            store, recorded.hub.data_dir, recorded.interaction_id, call_id=recorded.call_id
        )
        rows, now = SqlRecordingRows(store), SystemClock().now()
        (found,) = await rows.known([RecordingId(made)])
        draft = AuditDraft(tenant_id=DEFAULT_TENANT, at=now, action=AuditAction.ERASE_RECORDING)
        await rows.erase(found.erased_now(now, Erased.KEPT_LONG_ENOUGH, "system"), draft)
    finally:
        await database.close()


async def test_an_agent_hears_their_call_in_the_history_and_reads_what_became_of_the_other(
    browser: Browser, recorded: Recorded
) -> None:
    await _one_more_that_was_erased(recorded)
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    await sign_in(page, recorded.hub.url, "anna")
    await page.goto(f"{recorded.hub.url}/?person={recorded.person_id}")
    row = page.locator("article.row", has=page.locator(".player"))
    await row.get_by_role("button", name="Play").click()
    await played_to(page, 0.3)
    await expect(row.get_by_text("Recording erased")).to_contain_text("kept as long as the house keeps it")
    await screen.picture("history")
    assert await screen.violations() == []
    assert screen.complaints == []
