"""A supervisor in a real browser: sees the floor live, acts by keyboard, is told, and puts it on a wall."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import sign_in
from tests.clients import Agent, Visitor
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures/supervise"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1920, 1080), ("tr", "light", 390, 844)]


@asynccontextmanager
async def at_the_desk(url: str, login: str) -> AsyncIterator[Agent]:
    """An agent whose console is open and alive."""
    async with Agent(url, login) as agent:
        await agent.connect()

        async def alive() -> None:
            with suppress(Exception):
                while True:
                    await agent.socket.send({"kind": "ping"})
                    await asyncio.sleep(2)

        pinging = asyncio.create_task(alive())
        try:
            yield agent
        finally:
            pinging.cancel()


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_a_supervisor_sees_the_floor_and_gives_work_to_somebody_by_keyboard(
    browser: Browser,
    hub_starter: StartHub,
    tmp_path: Path,
    language: str,
    theme: str,
    width: int,
    height: int,
) -> None:
    hub = await hub_starter(floor=Floor(offer_s=120.0), data_dir=tmp_path / "data")
    look = f"{language}-{theme}-{width}"
    async with at_the_desk(hub.url, "anna") as anna, Agent(hub.url, "sofia") as sofia:
        queue = next(q for q in (await sofia.get("/api/v1/queues"))["items"] if q["name"] == "support")
        await sofia.ask("PUT", f"/api/v1/supervise/queues/{queue['id']}/alarm-rules", {"waiting_over": 0})
        screen = await screen_of(
            browser, PICTURES, language=language, theme=theme, width=width, height=height
        )
        page = screen.page
        await sign_in(page, hub.url, "sofia")
        await page.locator(".tiles").wait_for()
        visitor = await Visitor.come(hub.url)
        await visitor.say("hello")
        await expect(page.locator(".alarm")).to_have_count(1)
        await expect(page.locator("#floor-work tbody tr")).to_have_count(1)
        await _is_fine(screen, f"floor-{look}")

        await page.locator(".alarm button").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".alarm.seen")).to_contain_text("Sofia")

        await anna.be("paused", "lunch")
        await expect(page.locator(".agent.paused")).to_have_count(1)
        await page.locator("#floor-work tbody .btn.icon").focus()
        await page.keyboard.press("Enter")
        await page.locator("[role=menu]").wait_for()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        dialog = page.locator("[role=dialog]")
        await dialog.locator("form select").wait_for()
        await _is_fine(screen, f"give-{look}")
        await dialog.locator("button[type=submit]").focus()
        await page.keyboard.press("Enter")
        await dialog.locator(".warned input").check()
        await page.keyboard.press("Tab")
        await dialog.locator("button[type=submit]").focus()
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_count(0)
        notice = await anna.heard("notice_added")
        assert notice["notice"]["kind"] == "given"
        await expect(page.locator(".agent.engaged")).to_have_count(1)

        await page.locator("#floor-work tbody .btn.icon").focus()
        await page.keyboard.press("Enter")
        await page.locator("[role=menu]").wait_for()
        await page.keyboard.press("Enter")
        await dialog.locator("figure.segments").wait_for()
        await expect(dialog).to_contain_text("Sofia")
        await _is_fine(screen, f"why-{look}")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)

        await page.keyboard.press("f")
        await page.locator(".wall").wait_for()
        await _is_fine(screen, f"wall-{look}")
        await page.keyboard.press("f")
        await page.locator(".tiles").wait_for()
        await visitor.close()
    screen.complaints = [c for c in screen.complaints if "409" not in c]  # the warning that was insisted upon
    assert screen.complaints == []
    await page.context.close()


async def test_a_manager_sees_the_floor_without_anything_to_do_there(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(data_dir=tmp_path / "data")
    screen = await screen_of(browser, PICTURES, language="en")
    await sign_in(screen.page, hub.url, "maria")
    await screen.page.locator(".tiles").wait_for()
    visitor = await Visitor.come(hub.url)
    await visitor.say("hello")
    await expect(screen.page.locator("#floor-work tbody tr")).to_have_count(1)
    assert await screen.page.locator("section.panel").first.locator(".btn.icon").count() == 0
    await screen.page.locator("#floor-work tbody .btn.icon").click()
    await expect(screen.page.locator("[role=menuitem]")).to_have_count(1)
    await _is_fine(screen, "manager")
    await visitor.close()
    await screen.page.context.close()


async def test_what_is_written_to_an_agent_or_a_queue_goes_into_the_first_field(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(data_dir=tmp_path / "data")
    screen = await screen_of(browser, PICTURES, language="en")
    page, keys = screen.page, screen.page.keyboard
    async with at_the_desk(hub.url, "anna") as anna:
        await anna.be("available")
        await sign_in(page, hub.url, "sofia")
        dialog = page.locator("[role=dialog]")
        card = page.locator(".agent", has_text="Anna").locator(".btn.icon")
        row = page.locator("tr", has=page.locator("th", has_text="support")).locator(".btn.icon").first
        for menu, item, field, words in (
            (card, "Write a message", "textarea", "two words"),
            (row, "Message to all of the queue", "textarea", "two words"),
            (row, "Alarms of the queue", "input[type=number] >> nth=0", "7"),
        ):
            await menu.focus()
            await keys.press("Enter")
            await page.get_by_role("menuitem", name=item).focus()
            await keys.press("Enter")
            await expect(dialog.locator(field)).to_be_focused()
            await keys.type(words)
            await expect(dialog.locator(field)).to_have_value(words)
            await keys.press("Escape")
            await expect(dialog).to_have_count(0)
        await keys.press("?")
        await expect(dialog).to_be_focused()
        await keys.press("Enter")
        await expect(dialog).to_be_visible()
        await keys.press("Tab")
        await expect(dialog.get_by_role("button", name="Close")).to_be_focused()
    assert screen.complaints == []
    await page.context.close()


async def test_the_menu_of_a_person_on_a_phone_begins_with_the_desks_and_hides_nothing(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(data_dir=tmp_path / "data")
    screen = await screen_of(browser, PICTURES, language="en", width=390, height=844)
    await sign_in(screen.page, hub.url, "sofia")
    await screen.page.locator(".who").click()
    menu = screen.page.locator("[role=menu]")
    for name in ("Floor", "Account", "Keyboard", "Sign out"):
        await expect(menu.get_by_role("menuitem", name=name).first).to_be_in_viewport(ratio=1)
    words = (await menu.inner_text()).lower()
    assert words.index("floor") < words.index("\ntheme") < words.index("sign out")
    await _is_fine(screen, "menu-390")
    await screen.page.context.close()


async def test_a_record_has_the_clock_of_the_house_and_the_floor_that_of_the_computer(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(floor=Floor(offer_s=120.0), data_dir=tmp_path / "data")
    async with at_the_desk(hub.url, "anna") as anna:
        await anna.be("available")
        visitor = await Visitor.come(hub.url)
        await visitor.say("hello")
        offered = await anna.heard("reservation_offered")
        screen = await screen_of(browser, PICTURES, language="en", zone="Asia/Tokyo")
        page = screen.page
        await sign_in(page, hub.url, "maria")
        await page.locator("#floor-work tbody .btn.icon").click()
        await page.get_by_role("menuitem").click()
        dialog = page.locator("[role=dialog]")
        at = datetime.fromisoformat(offered["offered_at"])
        await expect(dialog).to_contain_text(f"{at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M:%S}")
        await expect(dialog).to_contain_text("Asia/Tokyo")
        await _is_fine(screen, "why-tokyo")
        await dialog.get_by_role("link").click()
        record = page.locator("article.record")
        await expect(record.locator(".offers time")).to_have_text(f"{at.astimezone(UTC):%H:%M:%S}")
        await expect(record.locator(".part-head")).to_contain_text("UTC")
        await _is_fine(screen, "record-tokyo")
        await visitor.close()
    await page.context.close()


async def _is_fine(screen: Screen, name: str) -> None:
    await screen.page.wait_for_timeout(200)
    await screen.picture(name)
    assert await screen.violations() == []
