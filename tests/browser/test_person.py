"""The client's card by keyboard: edited, a case and a task opened, two records merged and taken apart again."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import become_available, open_chat, sign_in, write
from tests.conftest import StartHub
from tests.hubs import Floor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/person"

LOOKS = [
    ("en", "light", "Ivan Petrov", "The kettle leaks", "Call back"),
    ("ru", "dark", "Ольга Смирнова", "Чайник течёт", "Перезвонить"),
    ("tr", "light", "Ayşe Yılmaz", "Çaydanlık sızdırıyor", "Geri ara"),
]


async def _accepted(page: Page, words: str) -> None:
    await page.locator("section.offer.full", has_text=words).wait_for()
    await page.keyboard.press("a")
    await page.locator("article.touch.inbound", has_text=words).wait_for()


async def _press(page: Page, selector: str) -> None:
    """Reach it as a keyboard does: focus, then Enter."""
    await page.locator(selector).first.focus()
    await page.keyboard.press("Enter")


@pytest.mark.parametrize(("language", "theme", "name", "matter", "todo"), LOOKS)
async def test_a_card_is_edited_by_keyboard_and_two_records_become_one_and_two_again(
    browser: Browser,
    hub_starter: StartHub,
    tmp_path: Path,
    language: str,
    theme: str,
    name: str,
    matter: str,
    todo: str,
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), offer_s=60.0), data_dir=tmp_path / "data")
    agent = await screen_of(browser, PICTURES, language=language, theme=theme)
    clients = [await screen_of(browser, PICTURES, language=language) for _ in range(2)]
    page, card = agent.page, agent.page.locator("aside.card")
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    for n, client in enumerate(clients):
        await open_chat(client.page, hub.url, language)
        await write(client.page, f"hello {n}")
        await _accepted(page, f"hello {n}")

        # `e` opens the form with the name chosen; of this client, not of the one before
        await expect(card.locator("h2.name")).not_to_contain_text(name)
        await expect(card.locator(".cases-and-tasks button.add")).to_have_count(2)  # the card may be edited
        await page.keyboard.press("e")
        await card.locator("form.edit input").first.wait_for()
        await expect(card.locator("form.edit input").first).to_be_focused()
        await page.keyboard.type(name)
        if n == 0:
            await page.keyboard.press("Tab")
            await page.keyboard.press("Tab")
            await page.keyboard.press("End")
            await card.locator("form.edit input").nth(2).focus()
            await page.keyboard.type("VIP")
            await agent.picture(f"edit-{language}")
            assert await agent.violations() == []
        await page.keyboard.press("Enter")
        await expect(card.locator("h2.name")).to_contain_text(name)
    await expect(page.locator("li .fact, .fact", has_text=name).first).to_be_visible()

    # the second record is open: a case and a task, then the namesake is found to be the same person
    adders = card.locator(".cases-and-tasks button.add")
    await expect(adders).to_have_count(2)
    await adders.nth(0).focus()
    await page.keyboard.press("Enter")
    await expect(card.locator(".cases-and-tasks form.adding input").first).to_be_focused()
    await page.keyboard.type(matter)
    await page.keyboard.press("Enter")
    await expect(card).to_contain_text(f"#1 {matter}")
    await adders.nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(card.locator(".cases-and-tasks form.adding input").first).to_be_focused()
    await card.locator(".cases-and-tasks form.adding datalist option").first.wait_for(state="attached")
    await page.keyboard.type(todo)
    await page.keyboard.press("Enter")
    await expect(card.locator(".line", has_text=todo)).to_be_visible()
    await agent.picture(f"work-{language}")
    assert await agent.violations() == []

    merge = card.locator(".candidate button.link").nth(1)
    await merge.focus()
    await page.keyboard.press("Enter")
    await agent.picture(f"merge-{language}")
    await card.locator(".candidate .btn.primary").focus()
    await page.keyboard.press("Enter")
    await expect(card.locator(".merged")).to_contain_text(name)
    await expect(card).to_contain_text("VIP")
    theirs = page.locator("article.touch.inbound", has_text="hello 0")
    await expect(theirs).to_be_visible()
    await agent.picture(f"merged-{language}")
    assert await agent.violations() == []
    await card.locator(".merged button").focus()
    await page.keyboard.press("Enter")
    await expect(card.locator(".merged")).to_have_count(0)
    await expect(card.locator(".tags")).to_have_count(0)
    # what the other one wrote goes from the screen with them
    await expect(page.locator("article.touch.inbound", has_text="hello 1")).to_be_visible()
    await expect(theirs).to_have_count(0)
    assert agent.complaints == []
    for screen in (agent, *clients):
        await screen.page.context.close()


async def test_an_administrator_adds_a_field_and_it_is_on_the_card(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), offer_s=60.0), data_dir=tmp_path / "data")
    admin = await screen_of(browser, PICTURES, language="en")
    await sign_in(admin.page, hub.url, "admin")
    await admin.page.goto(f"{hub.url}/admin/client-fields")
    await admin.page.locator("form.form input").first.fill("Contract number")
    await admin.page.keyboard.press("Enter")
    await expect(admin.page.locator("table.grid")).to_contain_text("Contract number")
    await admin.picture("fields")
    assert await admin.violations() == []
    assert admin.complaints == []
    await admin.page.context.close()


RENAME = """async name => {
  const { items } = await (await fetch('/api/v1/interactions?limit=1')).json();
  const person = items[0].person.id;
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const { card } = await (await fetch(`/api/v1/persons/${person}/card`)).json();
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': csrf};
  const body = JSON.stringify({version: card.version, name});
  return (await fetch(`/api/v1/persons/${person}`, {method: 'PATCH', headers, body})).status;
}"""


async def test_whoever_looks_at_a_card_sees_it_change_without_holding_the_work(
    browser: Browser, hub_starter: StartHub
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna", "boris"), queues=("support",), offer_s=60.0))
    holder, looker, client = [await screen_of(browser, PICTURES, language="en") for _ in range(3)]
    await sign_in(holder.page, hub.url, "anna")
    await become_available(holder.page)
    await open_chat(client.page, hub.url, "en")
    await write(client.page, "Hello!")
    await holder.page.locator("section.offer.full").wait_for()
    await holder.page.keyboard.press("a")
    await holder.page.locator("article.touch.inbound").wait_for()
    person = await holder.page.evaluate(
        "async () => (await (await fetch('/api/v1/interactions?limit=1')).json()).items[0].person.id"
    )
    await sign_in(looker.page, hub.url, "boris")
    await looker.page.goto(f"{hub.url}/desk?person={person}")
    name = looker.page.locator("aside.pane .name")
    await expect(name).to_have_text("Unknown client")
    # the hub hears whose card it is with the next word of this window
    await looker.page.wait_for_timeout(500)
    assert await holder.page.evaluate(RENAME, "Olga Smirnova") == 200
    await expect(name).to_have_text("Olga Smirnova", timeout=5_000)
    assert looker.complaints == []
    for screen in (holder, looker, client):
        await screen.page.context.close()


FASTER = """async words => {
  const { csrf } = await (await fetch('/api/v1/session')).json();
  const person = (await (await fetch('/api/v1/interactions?limit=1')).json()).items[0].person.id;
  const one = (await (await fetch(`/api/v1/persons/${person}/cases`)).json()).items[0];
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': csrf};
  const body = JSON.stringify({version: one.version, public_status: words});
  return (await fetch(`/api/v1/cases/${one.id}`, {method: 'PATCH', headers, body})).status;
}"""


async def test_a_case_is_changed_where_it_stands_and_a_task_is_given_to_a_colleague(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    floor = Floor(agents=("anna", "boris"), queues=("support",), offer_s=60.0)
    hub = await hub_starter(floor=floor, data_dir=tmp_path / "data")
    agent = await screen_of(browser, PICTURES, language="ru", theme="dark")
    other = await screen_of(browser, PICTURES, language="tr")
    client = await screen_of(browser, PICTURES, language="ru")
    page, card, keys = agent.page, agent.page.locator("aside.card"), agent.page.keyboard
    await sign_in(other.page, hub.url, "boris")
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    await open_chat(client.page, hub.url, "ru")
    await write(client.page, "чайник течёт")
    await _accepted(page, "чайник течёт")

    # a case, changed in place: its state, what the client is told, whose it is
    adders = card.locator(".cases-and-tasks button.add")
    await expect(adders).to_have_count(2)
    await adders.nth(0).focus()
    await keys.press("Enter")
    await expect(card.locator(".cases-and-tasks form.adding input").first).to_be_focused()
    await keys.type("Чайник течёт")
    await keys.press("Enter")
    line = card.locator(".line", has_text="#1 Чайник течёт")
    await line.locator("button.one").focus()
    await keys.press("Enter")
    form = card.locator("form.case")
    await expect(form.locator("input").first).to_be_focused()
    await form.locator("select").select_option("pending")
    await form.locator("datalist option").first.wait_for(state="attached")
    await form.locator("input[list]").fill("bor")
    await form.get_by_label("Что сказано клиенту").fill("Ждём крышку")
    await agent.picture("case-form")
    assert await agent.violations() == []
    # somebody was faster: said in words, and what was typed stays
    assert await page.evaluate(FASTER, "Крышка заказана") == 200
    await keys.press("Enter")
    await expect(form.locator("[role=alert]")).to_contain_text("Кто-то успел раньше")
    await expect(form.get_by_label("Что сказано клиенту")).to_have_value("Ждём крышку")
    await form.get_by_label("Что сказано клиенту").press("Enter")
    await expect(form).to_have_count(0)
    await expect(line.locator(".chip")).to_have_text("ждёт кого-то")
    await expect(page.locator(".fact", has_text="ответственный за заявку 1: Anna → Boris")).to_be_visible()

    # closed, found among the closed ones, and opened again
    await line.locator("button.icon").focus()
    await keys.press("Enter")
    await expect(line).to_have_count(0)
    await card.locator("button.over").first.focus()
    await keys.press("Enter")
    await expect(line).to_contain_text("закрыта")
    await line.locator("button.one").click()
    await expect(form.locator("ol.history li")).not_to_have_count(0)
    await agent.picture("case-closed")
    assert await agent.violations() == []
    await line.locator("button.icon").focus()
    await keys.press("Enter")
    await expect(card.locator("h3 .chip").first).to_have_text("1")

    # a task for a colleague, who hears of it at once and sees who gave it
    await adders.nth(1).focus()
    await keys.press("Enter")
    await expect(card.locator(".cases-and-tasks form.adding input").first).to_be_focused()
    await keys.type("Перезвонить")
    await card.locator(".cases-and-tasks form.adding input[list]").fill("bo")
    await card.locator(".cases-and-tasks form.adding datalist option").first.wait_for(state="attached")
    await card.locator(".cases-and-tasks form.adding input[list]").press("Enter")
    await expect(card.locator(".line", has_text="Перезвонить")).to_contain_text("Boris · от: Anna")
    await expect(other.page.locator("section.strip .notice")).to_contain_text(
        "Anna size bir görev verdi — Перезвонить"
    )
    mine = other.page.locator("section.tasks li", has_text="Перезвонить")
    await expect(mine).to_contain_text("veren: Anna")
    await mine.locator("button.one").focus()
    await other.page.keyboard.press("Enter")
    todo = other.page.locator("form.task input").first
    await expect(todo).to_be_focused()
    await todo.fill("Перезвонить до шести")
    await other.picture("task-form")
    assert await other.violations() == []
    await other.page.keyboard.press("Enter")
    await expect(card.locator(".line", has_text="Перезвонить до шести")).to_be_visible()
    await other.page.locator("section.tasks button.icon").focus()
    await other.page.keyboard.press("Enter")
    await expect(card.locator(".line", has_text="Перезвонить до шести")).to_have_count(0)
    await other.page.locator("section.notices button.link").click()  # not done after all
    await expect(card.locator(".line", has_text="Перезвонить до шести")).to_be_visible()
    assert [c for c in agent.complaints if "409" not in c] == []
    for screen in (agent, other, client):
        await screen.page.context.close()
    assert other.complaints == []


async def test_an_offer_beside_an_open_conversation_is_told_from_it_though_nobody_is_known(
    browser: Browser, hub_starter: StartHub, tmp_path: Path
) -> None:
    hub = await hub_starter(floor=Floor(agents=("anna",), offer_s=60.0), data_dir=tmp_path / "data")
    agent = await screen_of(browser, PICTURES, language="en")
    clients = [await screen_of(browser, PICTURES, language="en") for _ in range(2)]
    page = agent.page
    await sign_in(page, hub.url, "anna")
    await become_available(page)
    for client in clients:
        await open_chat(client.page, hub.url, "en")
    await write(clients[0].page, "the first")
    await _accepted(page, "the first")
    await write(clients[1].page, "the second")
    tabs = page.locator(".which button")
    await expect(tabs).to_have_count(2)
    for tab, said in zip(await tabs.all(), ("Offered", "Open"), strict=True):
        await expect(tab).to_contain_text(said)
        await expect(tab).to_contain_text("Unknown client")
        await expect(tab.get_by_label("Web chat")).to_be_visible()
    await agent.picture("two-tabs")
    assert await agent.violations() == []
    for screen in (agent, *clients):
        await screen.page.context.close()
