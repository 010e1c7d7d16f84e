"""What a house writes, and what one chooses: replies, macros, articles and the public help, the palette, alerts."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import become_available, choose, open_chat, sign_in, write
from tests.hubs import Floor, RunningHub, start_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PICTURES = ROOT / "tests/browser/pictures/knowledge"

# a desktop that notes down what it is told, and a loudspeaker that counts its tones
DESKTOP = """
window.told = []; window.tones = 0;
window.Notification = class { constructor(title, { body }) { window.told.push(`${title}: ${body}`); } close() {} };
Notification.permission = 'granted';
document.hasFocus = () => false;
window.AudioContext = class {
  state = 'running'; currentTime = 0; destination = {};
  createOscillator() { window.tones += 1; return this.node(); }
  createGain() { return this.node(); }
  node() {
    const ramp = { value: 0, setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
    return { frequency: ramp, gain: ramp, connect(next) { return next; }, start() {}, stop() {} };
  }
};
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    """One hub for all stories: each writes things of its own."""
    floor = Floor(agents=("anna", "boris"), queues=("support",), offer_s=120.0, wrap_up_s=1.0)
    running = await start_hub(tmp_path_factory.mktemp("knowledge") / "data", floor=floor)
    yield running
    await running.stop()


async def _looked_at(screen: Screen, name: str) -> None:
    await screen.picture(name)
    assert await screen.violations() == []


async def _served(
    browser: Browser, hub: RunningHub, language: str, *, theme: str = "light"
) -> tuple[Screen, Screen]:
    """Anna at her desk with a client's conversation open, and the client."""
    agent = await screen_of(browser, PICTURES, language=language, theme=theme)
    client = await screen_of(browser, PICTURES, language=language)
    return agent, client


async def _accepts(agent: Page, client: Page, url: str, language: str, words: str) -> None:
    await become_available(agent)
    await open_chat(client, url, language)
    await write(client, words)
    await agent.locator("section.offer.full", has_text=words).wait_for()
    await agent.keyboard.press("a")
    await agent.locator("article.touch.inbound", has_text=words).wait_for()


async def _until(page: Page, truth: str) -> None:
    """Asked again and again from outside: the console's own policy forbids what Playwright would do inside."""
    async with asyncio.timeout(15):
        while not await page.evaluate(truth):
            await asyncio.sleep(0.05)


async def test_a_reply_is_written_found_changed_and_removed(browser: Browser, hub: RunningHub) -> None:
    maria = await screen_of(browser, PICTURES, language="en")
    page, keys = maria.page, maria.page.keyboard
    await sign_in(page, hub.url, "maria")
    await page.goto(f"{hub.url}/manager/replies")
    await page.get_by_role("button", name="New reply").click()
    form = page.locator("form.form")
    await form.get_by_label("Short code").fill("thanks")
    await form.get_by_label("Title").fill("Thank you")
    await form.locator("textarea").nth(0).fill("Thank you, {person.frist_name}!")
    await form.locator("textarea").nth(1).fill("Спасибо, {person.first_name}!")
    await _looked_at(maria, "reply-form")
    await form.get_by_label("Title").press("Enter")
    # a variable that there is not is refused in words, and what was typed stays
    await expect(form.locator("[role=alert]")).to_be_visible()
    await form.locator("textarea").nth(0).fill("Thank you, {person.first_name}!")
    await form.get_by_label("Title").press("Enter")
    row = page.locator("table.grid tbody tr", has_text="thanks")
    await expect(row).to_contain_text("en ru")
    await page.get_by_role("searchbox", name="Search").fill("спасибо")
    await expect(page.locator("table.grid tbody tr")).to_have_count(1)
    await _looked_at(maria, "replies")
    await row.get_by_role("button", name="Edit: Thank you").focus()
    await keys.press("Enter")
    await form.get_by_label("Title").fill("Thanks a lot")
    await form.get_by_label("Title").press("Enter")
    await expect(row).to_contain_text("Thanks a lot")
    await row.get_by_role("button").click()
    await form.get_by_role("button", name="Remove for good").click()
    await expect(row).to_have_count(0)
    # the console says what the hub refused, and only that
    assert [c for c in maria.complaints if "422" not in c] == []
    await page.context.close()


async def test_a_macro_with_steps_on_the_card_is_made_run_and_taken_back(
    browser: Browser, hub: RunningHub
) -> None:
    maria = await screen_of(browser, PICTURES, language="ru", theme="dark")
    page = maria.page
    await sign_in(page, hub.url, "maria")
    await page.goto(f"{hub.url}/manager/macros")
    await page.locator(".part-head .btn.primary").click()
    form = page.locator("form.form")
    await form.locator("input").nth(0).fill("vip")
    await form.locator("input").nth(1).fill("Важный клиент")
    for n, (kind, value) in enumerate((("tag", "VIP, чайник"), ("tier", "gold"), ("language", "tr"))):
        await form.locator("button.btn:not(.quiet):not(.primary)").click()
        step = form.locator("fieldset.step").nth(n)
        await step.locator("select").first.select_option(kind)
        if kind == "tag":
            await step.locator("input").fill(value)
        else:
            await step.locator("select").nth(1).select_option(value)
    await _looked_at(maria, "macro-form")
    await form.locator("button[type=submit]").click()
    await expect(page.locator("table.grid tbody tr", has_text="Важный клиент")).to_be_visible()
    assert maria.complaints == []
    await page.context.close()

    agent, client = await _served(browser, hub, "ru", theme="dark")
    desk, keys, card = agent.page, agent.page.keyboard, agent.page.locator("aside.card")
    await sign_in(desk, hub.url, "anna")
    await _accepts(desk, client.page, hub.url, "ru", "чайник течёт")
    await card.locator("button.add").first.wait_for()
    await keys.press("r")
    await keys.type(";vip")
    await desk.locator(".pop [role=option]").first.wait_for()
    await keys.press("Enter")
    await desk.locator(".run .btn.primary").wait_for()
    await expect(desk.locator(".run")).to_contain_text("золото")
    await _looked_at(agent, "macro-run")
    await keys.press("Enter")
    await expect(card.locator(".tags .chip")).to_have_text(["VIP", "чайник"])
    await expect(card.locator("h2.name .chip.gold")).to_be_visible()
    back = desk.locator("section.notices .notice button.link")
    await expect(back).to_have_text("Вернуть прежнее на карточке")
    await back.focus()
    await keys.press("Enter")
    await expect(card.locator(".tags")).to_have_count(0)
    await expect(card.locator("h2.name .chip.gold")).to_have_count(0)
    assert agent.complaints == []
    for screen in (agent, client):
        await screen.page.context.close()


async def test_an_article_is_written_published_and_read_by_a_client(
    browser: Browser, hub: RunningHub
) -> None:
    maria = await screen_of(browser, PICTURES, language="tr")
    page = maria.page
    await sign_in(page, hub.url, "maria")
    await page.goto(f"{hub.url}/manager/articles")
    await page.locator(".part-head .btn.primary").click()
    form = page.locator("form.editor")
    await form.get_by_role("button", name="Türkçe").click()
    await form.locator("input.field").first.fill("Çaydanlık nasıl iade edilir")
    await form.locator("textarea").fill("# İade\n\n**14 gün** içinde iade edebilirsiniz.\n\n- fişi saklayın")
    await expect(form.locator(".seen li")).to_have_text("fişi saklayın")
    for label in ("Yayında", "Müşteriler okuyabilir"):
        await form.get_by_label(label).check()
    await _looked_at(maria, "article-editor")
    await form.locator("button[type=submit]").click()
    link = form.locator("a[target=_blank]")
    await expect(link).to_be_visible()
    address = urlsplit(await link.get_attribute("href") or "")
    await form.locator("textarea").fill("**30 gün** içinde iade edebilirsiniz.")
    await form.locator("button[type=submit]").click()
    await form.locator(".form-actions button").nth(2).click()
    await expect(form.locator("ul li")).to_have_count(2)
    await form.locator("ul button.link").click()
    await expect(form.locator("textarea")).to_have_value(
        "# İade\n\n**14 gün** içinde iade edebilirsiniz.\n\n- fişi saklayın"
    )
    assert maria.complaints == []
    await page.context.close()

    client = await screen_of(browser, PICTURES, language="tr", width=390, height=844)
    await client.page.goto(f"{hub.url}{address.path}")
    await expect(client.page.locator("h1").first).to_contain_text("Çaydanlık nasıl iade edilir")
    await _looked_at(client, "help-article")
    await client.page.goto(f"{hub.url}/help/tr")
    await client.page.locator("input[type=search], input[name=q]").first.fill("IADE")
    await client.page.keyboard.press("Enter")
    await expect(client.page.locator("main a", has_text="Çaydanlık")).to_be_visible()
    await _looked_at(client, "help-found")
    assert client.complaints == []
    await client.page.context.close()


async def test_the_palette_finds_commands_places_and_people_by_keyboard(
    browser: Browser, hub: RunningHub
) -> None:
    agent, client = await _served(browser, hub, "en")
    page, keys = agent.page, agent.page.keyboard
    await sign_in(page, hub.url, "boris")
    await _accepts(page, client.page, hub.url, "en", "the kettle leaks")
    options = page.locator("[role=dialog] [role=option]")

    await keys.press("Control+k")
    await expect(options.first).to_have_attribute("aria-selected", "true")
    await keys.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    # nothing that is so already or that this conversation does not allow
    offered = await options.all_inner_texts()
    assert any("Theme: Dark" in words for words in offered)
    assert not [
        words for words in offered if "Finish" in words or "English" in words or "Theme: Light" in words
    ]
    assert any("Transfer to a queue or a colleague" in words for words in offered)
    await keys.type("xyzzy")
    await expect(page.locator("[role=dialog] .nothing")).to_be_visible()
    await _looked_at(agent, "palette-nothing")
    await keys.press("Escape")
    await expect(page.locator("[role=dialog]")).to_have_count(0)

    await choose(page, "theme: dark")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await choose(page, "write a note")
    await _until(page, "document.activeElement.tagName === 'TEXTAREA'")
    await keys.type("called from the palette")
    await keys.press("Enter")
    await page.locator("article.touch.internal", has_text="called from the palette").wait_for()
    await keys.press("Escape")
    # what was used last comes first, before a letter is typed
    await keys.press("Control+k")
    await expect(options.first).to_contain_text("note")
    await _looked_at(agent, "palette")
    await keys.press("Escape")
    await choose(page, "language: turk")
    await expect(page.locator("html")).to_have_attribute("lang", "tr")
    assert agent.complaints == []
    for screen in (agent, client):
        await screen.page.context.close()


async def test_alerts_are_heard_and_shown_as_chosen_on_any_machine(browser: Browser, hub: RunningHub) -> None:
    agent, client = await _served(browser, hub, "ru")
    page, keys = agent.page, agent.page.keyboard
    await page.add_init_script(DESKTOP)
    await sign_in(page, hub.url, "anna")
    await choose(page, "звуки и")
    sheet = page.locator("[role=dialog] .alerts")
    await sheet.locator("label.line input").first.check()  # sounds are off on the machines of tests
    boxes = sheet.locator("tbody tr").nth(1).locator("input")
    await expect(boxes).to_have_count(2)
    await _looked_at(agent, "alerts")
    await keys.press("Escape")

    await _accepts(page, client.page, hub.url, "ru", "здравствуйте")
    await _until(page, "window.told.length === 1 && window.tones >= 2")  # the offer
    await write(client.page, "где мой заказ?")
    await _until(page, "window.told.length === 2")
    told = await page.evaluate("window.told[1]")
    assert "где мой заказ" not in told, (
        "what was written is not on the desktop unless somebody wants it there"
    )
    tones = await page.evaluate("window.tones")

    # no sound and no notification of messages any more; it is kept on the hub
    await keys.press("Escape")
    await choose(page, "звуки и")
    await expect(boxes).to_have_count(2)  # `all()` waits for none
    async with page.expect_response(
        lambda a: a.url.endswith("/me/preferences") and a.request.method == "PUT"
    ):
        for box in await boxes.all():
            await box.uncheck()
    await keys.press("Escape")
    await write(client.page, "ау?")
    await page.locator("article.touch.inbound", has_text="ау?").wait_for()
    assert await page.evaluate("[window.told.length, window.tones]") == [2, tones]

    elsewhere = await screen_of(browser, PICTURES, language="en")
    await sign_in(elsewhere.page, hub.url, "anna")
    await expect(elsewhere.page.locator("html")).to_have_attribute("lang", "ru")
    await choose(elsewhere.page, "звуки и")
    rows = elsewhere.page.locator("[role=dialog] .alerts tbody tr")
    await expect(rows.nth(1).locator("input").first).not_to_be_checked()
    await expect(rows.nth(0).locator("input").first).to_be_checked()
    for screen in (agent, client, elsewhere):
        assert screen.complaints == []
        await screen.page.context.close()
