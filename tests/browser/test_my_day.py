"""An agent's own day and own history by keyboard: figures, a task that comes due, a closed talk read again."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, choose, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PICTURES = ROOT / "tests/browser/pictures/my-day"

ADD_TASK = """async due => {
  const { items } = await (await fetch('/api/v1/interactions?state=closed')).json();
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': csrf, 'Idempotency-Key': 'reminder'};
  const body = JSON.stringify({title: 'Call back', due_at: due, person_id: items[0].person.id});
  return (await fetch('/api/v1/tasks', {method: 'POST', headers, body})).status;
}"""


async def test_own_figures_own_history_and_a_task_that_comes_due(
    browser: Browser, hub_starter: StartHub
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), queues=("support",), offer_s=60.0, wrap_up_s=1.0))
    agent = await screen_of(browser, PICTURES, language="en", zone="Asia/Tokyo")
    client = await screen_of(browser, PICTURES, language="en")
    page, keys = agent.page, agent.page.keyboard
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await open_chat(client.page, hub.url, "en")
    await write(client.page, "the kettle leaks")
    await page.locator("section.offer.full").wait_for()
    await keys.press("a")
    await page.locator("article.touch.inbound", has_text="kettle").wait_for()
    await keys.press("c")
    await page.locator("form.close").wait_for()
    await keys.press("1")
    await page.locator("form.close button[type=submit]").focus()
    await keys.press("Enter")
    wrap_up = page.locator(".wrap[role=status]")
    await expect(wrap_up).to_be_visible()
    await expect(wrap_up).to_have_count(0, timeout=15_000)
    await page.goto(hub.url)
    figures = page.locator("section.empty dl.compact")
    await expect(figures.locator("div", has_text="Handled").locator(".value")).to_have_text("1")
    await agent.picture("empty-desk")
    assert await agent.violations() == []

    await choose(page, "my day")
    await expect(page.locator("[role=dialog] dl.full > div")).to_have_count(11)
    # the house's clock with the house's zone, wherever the computer is
    said = await page.locator("[role=dialog] .pauses", has_text="so far today").inner_text()
    now = datetime.now(UTC)
    assert any(f"{now - timedelta(minutes=n):%H:%M} · UTC" in said for n in range(3)), said
    await agent.picture("my-day")
    assert await agent.violations() == []
    await keys.press("Escape")

    due = datetime.now(UTC) + timedelta(seconds=2)
    assert await page.evaluate(ADD_TASK, due.isoformat()) in {200, 201}
    notice = page.locator("section.notices .notice", has_text="Task is due: Call back")
    await expect(notice.locator("button.link")).to_be_visible()

    await choose(page, "my history")
    rows = page.locator("[role=dialog] [role=option]")
    await expect(rows).to_have_count(1)
    await agent.picture("my-history")
    assert await agent.violations() == []
    await keys.type("teapot")
    await expect(page.locator("[role=dialog] .none")).to_be_visible()
    for _ in "teapot":
        await keys.press("Backspace")
    await keys.type("kettle")
    await expect(rows).to_have_count(1)
    await keys.press("Enter")
    await page.locator("article.touch.inbound", has_text="kettle").wait_for()
    await expect(page.locator("[role=dialog]")).to_have_count(0)
    assert agent.complaints == []
    for screen in (agent, client):
        await screen.page.context.close()
