"""A task for when the client does not answer, made at the card by its two boxes, and ended by their answer."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures/follow-up"


async def test_a_follow_up_of_the_whole_queue_ends_when_the_client_answers(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna", "boris"), offer_s=60.0), data_dir=tmp_path / "data")
    agent = await screen_of(browser, PICTURES, language="en")
    client = await screen_of(browser, PICTURES, language="en")
    page = agent.page
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await open_chat(client.page, hub.url, "en")
    await write(client.page, "Hello! Where is my order 118?")
    await page.locator("section.offer").first.wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound").first.wait_for()

    part = page.locator("section.cases-and-tasks")
    await part.get_by_role("button", name="Add a task").click()
    form = part.locator("form.adding")
    await form.get_by_label("What is to be done").fill("Ask again")
    due = form.get_by_label("Due")
    whose = form.get_by_label("Whose task")
    await expect(whose).to_be_visible()
    # it ends by itself, so it has a time; everybody of the queue has it, so it is nobody's own
    follow = form.get_by_role("checkbox", name="Only if the client does not answer by then")
    await expect(due).not_to_have_attribute("required", "")
    await follow.check()
    await expect(due).to_have_attribute("required", "")
    await form.get_by_role("checkbox", name="For everybody in this queue").check()
    await expect(whose).to_have_count(0)
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_be_visible()
    await due.fill("2030-01-02T10:00")
    await agent.picture("1-form")
    assert await agent.violations() == []
    await form.get_by_role("button", name="Save").click()
    await expect(form).to_have_count(0)

    task = part.locator("li", has_text="Ask again")
    await expect(task.locator(".chip")).to_have_text("if no answer")
    await expect(task).to_contain_text("support")
    colleague = await screen_of(browser, PICTURES, language="en")
    await sign_in(colleague.page, hub.url, "boris")
    listed = colleague.page.locator("section.tasks li", has_text="Ask again")
    await expect(listed.locator(".chip")).to_have_text("if no answer")
    await agent.picture("2-card")
    assert [*await agent.violations(), *await colleague.violations()] == []

    await write(client.page, "Never mind, it is here.")
    await expect(task).to_have_count(0)
    await expect(listed).to_have_count(0)
    await part.get_by_role("button", name="Done ones").click()
    await expect(part.locator("li", has_text="Ask again")).to_be_visible()
    for screen in (agent, client, colleague):
        await screen.page.context.close()
