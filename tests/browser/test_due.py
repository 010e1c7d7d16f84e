"""What is due to clients in writing: on the Work list, over the conversation, on the floor; and the warning."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from hub.domain.text_times import TextTimes
from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PICTURES = ROOT / "tests/browser/pictures/due"
TIMES = TextTimes(
    first_response_s=840, next_response_s=900, resolution_s=28_800, reply_within_s=40, warn_before_s=30
)
SLOW_MS = 60_000


async def test_a_silent_agent_sees_the_time_run_out_and_the_work_go(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(
        floor=Floor(agents=("anna", "boris"), offer_s=120.0, times=TIMES), data_dir=tmp_path / "data"
    )
    agent = await screen_of(browser, PICTURES / "en", language="en")
    client = await screen_of(browser, PICTURES / "en", language="en")
    floor = await screen_of(browser, PICTURES / "en", language="en", theme="dark")
    page = agent.page
    await sign_in(page, hub.url, "anna")
    await sign_in(floor.page, hub.url, "sofia")
    await open_chat(client.page, hub.url, "en")
    await write(client.page, "Hello! Where is my order 118?")
    # who waits has the due time that the supervisor sees
    await expect(page.locator(".list .due")).to_contain_text("due 13:")
    await expect(floor.page.locator("table.grid .due")).to_contain_text("due 13:")
    await agent.picture("0-waits")
    assert await agent.violations() == []
    await become_available(page)
    await page.locator("section.offer").first.wait_for()
    await page.keyboard.press("a")

    # what is due stands in words on the row and over the conversation
    row = page.locator("[data-work-row]").first
    await expect(row.locator(".due")).to_contain_text("due")
    strip = page.locator(".strip", has=page.locator(".dues"))
    await expect(strip.locator(".due")).to_have_count(2)
    await expect(strip).to_contain_text("answer due in 13:")
    await expect(strip).to_contain_text("to be closed in 7:5")

    # the warning: a line that is said once, with a countdown
    warning = page.get_by_role("alert").filter(has_text="back to the line")
    await expect(warning).to_be_visible(timeout=SLOW_MS)
    await expect(strip.get_by_role("timer")).to_contain_text("0:")
    await expect(row.locator(".due")).to_contain_text("leaves 0:")
    await agent.picture("1-warned")
    assert await agent.violations() == []
    await page.keyboard.press("r")
    await page.keyboard.type("It left our")
    work = floor.page.locator("table.grid .due")
    await expect(work.first).to_contain_text("leaves 0:", timeout=SLOW_MS)
    await floor.picture("2-floor")

    # the time is over: the work is gone, with a word why
    await expect(page.locator("[data-work-row] .due")).to_have_count(0, timeout=SLOW_MS)
    # said once, by what stays, and half an answer is not lost without a word
    notice = page.locator(".notice", has_text="You did not answer in time")
    await expect(notice).to_be_visible(timeout=SLOW_MS)
    await expect(page.locator("section.notices")).to_contain_text("What you were writing to")
    await expect(page.locator("section.notices")).not_to_contain_text("back in the line")
    await agent.picture("3-gone")
    assert await agent.violations() == []
    # it says whose, and leads there
    await expect(notice.locator(".second")).to_have_text(re.compile(r"— \S+"))
    await notice.get_by_role("button", name="Show").press("Enter")
    await expect(page).to_have_url(re.compile("person="))
    await expect(page.locator("article.touch.inbound", has_text="order 118")).to_be_visible()
    await expect(notice).to_have_count(0)
