"""An administrator invites somebody, who chooses a password and a second factor and signs in with both."""

import re

import pytest
from playwright.async_api import Browser, expect

from hub.clock import SystemClock
from hub.domain import totp
from tests.browser.conftest import ROOT, Screen, screen_of
from tests.browser.people import sign_in
from tests.hubs import PASSWORD, RunningHub

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

PICTURES = ROOT / "tests/browser/pictures/access"
LOG_READING = {
    "en": "Read the interaction log",
    "ru": "Читать журнал обращений",
    "tr": "Görüşme kaydını okur",
}
CHOSEN = "a gate of new iron"
LOOKS = [("en", "light", 1366, 768), ("ru", "dark", 1920, 1080), ("tr", "light", 390, 844)]


async def secret_on(screen: Screen) -> bytes:
    """The secret that is shown for those who cannot scan."""
    import base64

    words = (await screen.page.locator(".hint code").inner_text()).replace(" ", "")
    return base64.b32decode(words + "=" * (-len(words) % 8))


@pytest.mark.parametrize(("language", "theme", "width", "height"), LOOKS)
async def test_an_invited_user_sets_up_password_and_second_factor(
    browser: Browser, quiet_hub: RunningHub, language: str, theme: str, width: int, height: int
) -> None:
    hub, login = quiet_hub, f"vera.{language}"
    found: dict[str, list[str]] = {}

    async def window() -> Screen:
        return await screen_of(browser, PICTURES, language=language, theme=theme, width=width, height=height)

    async def seen(screen: Screen, name: str) -> None:
        await screen.page.wait_for_timeout(250)
        await screen.picture(f"{name}-{language}-{width}")
        if problems := [*await screen.violations(), *screen.complaints]:
            found[name] = problems

    admin = await window()
    await sign_in(admin.page, hub.url, "admin")
    await admin.page.goto(f"{hub.url}/admin/users")
    await admin.page.locator("tbody tr").first.wait_for()
    await seen(admin, "users")
    await admin.page.locator(".part-head .btn.primary").click()
    sheet = admin.page.locator(".sheet")
    await sheet.locator("input.field").nth(0).fill("Вера Öztürk")
    await sheet.locator("input.field").nth(1).fill(login)
    await sheet.locator(".role input").first.check()
    await seen(admin, "user-form")
    await sheet.locator("button[type=submit]").click()
    address = await admin.page.locator(".told code").inner_text()
    await seen(admin, "invited")
    for part in ("keys", "webhooks"):
        await admin.page.goto(f"{hub.url}/admin/{part}")
        await admin.page.locator(".part-head h1").wait_for()
        await admin.page.locator(".part-head .btn.primary").click()
        await admin.page.locator(".sheet .tick").first.wait_for()
        if part == "keys":  # the administrator of the floor is no manager: what no key of theirs has is said
            await expect(admin.page.locator(".sheet .missing")).to_contain_text(LOG_READING[language])
        await seen(admin, f"{part}-form")
        await admin.page.locator(".sheet input.field").first.fill(f"crm {language}")
        if part == "webhooks":
            await admin.page.locator(".sheet input[type=url]").fill("https://hooks.example.com/touchline")
        await admin.page.locator(".sheet .tick input").first.check()
        await admin.page.locator(".sheet button[type=submit]").click()
        await admin.page.locator(".told code").wait_for()
        await seen(admin, part)
    await admin.page.context.close()

    vera = await window()
    await vera.page.goto(address)
    await vera.page.locator("input[autocomplete=new-password]").wait_for()
    await seen(vera, "choose-password")
    await vera.page.locator("input[autocomplete=new-password]").fill(CHOSEN)
    await vera.page.keyboard.press("Enter")
    await expect(vera.page).not_to_have_url(re.compile("first|welcome"))
    await vera.page.goto(f"{hub.url}/account")
    await vera.page.locator("section .btn:not(.primary):not(.icon)").first.wait_for()
    await seen(vera, "account")
    await vera.page.locator("section").nth(1).locator(".form-actions .btn").first.click()
    await vera.page.locator("section").nth(1).locator("input[type=password]").fill(CHOSEN)
    await vera.page.locator("section").nth(1).locator("button[type=submit]").click()
    await vera.page.locator(".qr").wait_for()
    await seen(vera, "qr")
    secret = await secret_on(vera)
    await vera.page.locator("input.code").fill(totp.code_of(secret, totp.step_at(SystemClock().now())))
    await vera.page.keyboard.press("Enter")
    await vera.page.locator(".codes li").first.wait_for()
    codes = await vera.page.locator(".codes li").all_inner_texts()
    await seen(vera, "codes")
    await vera.page.context.close()

    again = await window()
    await again.page.goto(hub.url)
    await again.page.locator("input[name=login]").fill(login)
    await again.page.locator("input[type=password]").fill(CHOSEN)
    await again.page.keyboard.press("Enter")
    await again.page.locator("input[name=code]").wait_for()
    await seen(again, "second-step")
    await again.page.locator("input[name=code]").fill(codes[0])
    await again.page.keyboard.press("Enter")
    await expect(again.page.locator("header.top")).to_be_visible()
    await again.page.context.close()
    assert found == {}


async def test_a_browser_asks_who_is_signed_in_only_when_somebody_may_be(
    browser: Browser, quiet_hub: RunningHub
) -> None:
    screen = await screen_of(browser, PICTURES, language="en")
    page = screen.page
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.method) if r.url.endswith("/api/v1/session") else None)
    await page.goto(quiet_hub.url)
    await page.locator("input[type=password]").wait_for()
    assert asked == []
    await sign_in(page, quiet_hub.url, "admin")
    assert asked == ["POST"]
    await page.reload()
    await page.locator(".who").wait_for()
    assert asked == ["POST", "GET"]
    await page.locator(".who").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.locator("input[type=password]").wait_for()
    await page.reload()
    await page.locator("input[type=password]").wait_for()
    assert asked == ["POST", "GET", "DELETE"]
    # whoever brings the cookie of a sign-in made elsewhere is at their desk
    answer = await page.context.request.post(
        f"{quiet_hub.url}/api/v1/session", data={"login": "admin", "password": PASSWORD}
    )
    assert answer.ok
    await page.reload()
    await page.locator(".who").wait_for()
    assert screen.complaints == []
    await page.context.close()
