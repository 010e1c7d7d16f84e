"""Accounts of mail and the queues they belong to: what administrators and agents are told."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import ROOT, screen_of
from tests.browser.people import sign_in
from tests.clients import Agent
from tests.journeys.mail_desk import at_desk, taken_up
from tests.journeys.test_mail import MailHub, letter, mail_hub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

PICTURES = ROOT / "tests/browser/pictures/mail"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 390, 844), ("tr", "light", 390, 844)]
GONE = {"en": "takes no work", "ru": "не принимает обращений", "tr": "iş almıyor"}
OF_OTHERS = {
    "en": "No e-mail account",
    "ru": "Ни одна почтовая учётная запись",
    "tr": "Hiçbir e-posta hesabı",
}


async def queue_added(admin: Agent, name: str) -> dict[str, Any]:
    made: dict[str, Any] = await admin.post(
        "/api/v1/floor/queues",
        {"name": name, "languages": ["en"], "language_level": 1, "skills": {}, "offer_s": 20, "wrap_up_s": 1},
    )
    return made


async def account_is(admin: Agent, **changes: Any) -> None:
    (known,) = (await admin.get("/api/v1/mail/accounts"))["items"]
    body = {key: known[key] for key in ("name", "address", "queue_id", "enabled", "setup")} | changes
    put = {"version": known["version"], "account": body}
    answer = await admin.ask("PUT", f"/api/v1/mail/accounts/{known['id']}", put)
    assert answer.status == 200, answer


async def prepared(mail: MailHub) -> str:
    """The rule of the account names a queue that was retired since, its own queue is nobody's; a client's id."""
    async with Agent(mail.hub.url, "admin") as admin, at_desk(mail.hub.url) as anna:
        await mail.send(letter("Where is it?", "Order 12", Message_ID="<q1@client>"))
        interaction_id, _ = await taken_up(anna)
        person = (await anna.get(f"/api/v1/interactions/{interaction_id}"))["person"]["id"]
        await anna.close(interaction_id)
        billing, archive = await queue_added(admin, "billing"), await queue_added(admin, "archive")
        (known,) = (await admin.get("/api/v1/mail/accounts"))["items"]
        rules = [{"looks_at": "subject", "contains": "invoice", "queue_id": billing["id"]}]
        await account_is(admin, queue_id=archive["id"], setup={**known["setup"], "rules": rules})
        retire = {"version": billing["version"], "to_queue_id": None}
        refused = await admin.ask("POST", f"/api/v1/floor/queues/{billing['id']}/retire", retire)
        assert (refused.status, refused.body["code"]) == (409, "queue_led_to")
        # a hub of before did so all the same
        (file,) = (mail.folder / "data").glob("*.db")
        with closing(sqlite3.connect(file)) as store, store:
            store.execute(
                "UPDATE queue_rules SET rules = json_set(rules, '$.retired', json('true')) WHERE queue_id = ?",
                [billing["id"]],
            )
        await queue_added(admin, "later")  # queues are read anew
        return str(person)


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_what_is_wrong_with_the_queues_of_an_account_is_told_where_it_matters(
    browser: Browser, tmp_path: Path, language: str, theme: str, width: int, height: int
) -> None:
    look: dict[str, Any] = {"language": language, "theme": theme, "width": width, "height": height}
    async with mail_hub(tmp_path) as mail:
        person = await prepared(mail)
        office = await screen_of(browser, PICTURES, **look)
        await sign_in(office.page, mail.hub.url, "admin")
        await office.page.goto(f"{mail.hub.url}/admin/status")
        row = office.page.locator("section.tests li[data-part=email]")
        await row.locator(".btn").first.click()
        await expect(row.locator(".findings li", has_text="billing")).to_contain_text(GONE[language])
        await row.scroll_into_view_if_needed()
        await office.picture(f"queue-gone-{language}-{theme}-{width}")
        assert [*await office.violations(), *office.complaints] == []
        await office.page.context.close()

        desk = await screen_of(browser, PICTURES, **look)
        await sign_in(desk.page, mail.hub.url, "anna")
        await desk.page.goto(f"{mail.hub.url}/desk?person={person}")
        await desk.page.locator("main").wait_for()
        await desk.page.wait_for_timeout(500)
        await desk.page.keyboard.press("w")
        closed = desk.page.locator("[role=dialog] .way.closed", has_text=OF_OTHERS[language])
        await expect(closed).to_be_visible()
        await expect(desk.page.locator("[role=dialog]")).not_to_contain_text("support@hub.test")
        await desk.picture(f"of-others-{language}-{theme}-{width}")
        assert [*await desk.violations(), *desk.complaints] == []
        await desk.page.context.close()


@pytest.mark.parametrize(
    ("language", "theme", "led"),
    [
        ("en", "light", "Led here: the mail account support."),
        ("ru", "dark", "Сюда ведут: почта support."),
        ("tr", "light", "Buraya yönlendirenler: support posta hesabı."),
    ],
)
async def test_a_queue_that_letters_come_to_says_who_has_to_be_changed_first(
    browser: Browser, tmp_path: Path, language: str, theme: str, led: str
) -> None:
    async with mail_hub(tmp_path) as mail, Agent(mail.hub.url, "admin") as admin:
        screen = await screen_of(browser, PICTURES, language=language, theme=theme)
        page = screen.page
        await sign_in(page, mail.hub.url, "admin")
        await page.goto(f"{mail.hub.url}/admin/queues")
        await page.locator(".choice", has_text="support").press("Enter")
        ask = page.locator("form.setup [data-retire]")
        await ask.press("Enter")
        told = page.get_by_role("alert").filter(has_text=led)
        await expect(told).to_be_visible()
        # whoever listens is where it goes on
        await expect(page.locator("form.setup .answer a")).to_be_focused()
        await screen.settled()
        await screen.picture(f"queue-led-to-{language}-{theme}")
        assert [*await screen.violations(), *screen.complaints] == []
        await page.keyboard.press("Escape")
        await expect(told).to_have_count(0)
        await expect(ask).to_be_focused()

        # as soon as nothing leads here it can be retired, without a reload
        await account_is(admin, queue_id=(await queue_added(admin, "archive"))["id"])
        await ask.press("Enter")
        await expect(page.locator("form.setup .answer select")).to_be_focused()
        # and who was quicker is told of, too
        (support,) = [q for q in (await admin.get("/api/v1/floor/queues"))["items"] if q["name"] == "support"]
        await account_is(admin, queue_id=support["id"])
        await page.locator("form.setup .answer .btn").first.press("Enter")
        await expect(told).to_be_visible()
        await page.context.close()
