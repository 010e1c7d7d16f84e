"""Who is let in: cookie, origin, CSRF token."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from agent_console.auth import loopback_origins
from hub.domain.access import Role
from hub.domain.errors import Forbidden, NotSignedIn
from tests.unit.agent_console.console import ORIGIN, SYSTEM, Browser, Console


def request_of(browser: Browser, **headers: str) -> web.Request:
    return make_mocked_request("GET", "/ws/agent", {"Cookie": browser.cookie, **headers})


async def test_without_a_cookie_nobody_is_signed_in(console: Console) -> None:
    answer = await console.browser().request("GET", "/api/v1/session")

    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == 'Session realm="touchline"'
    assert (await answer.json())["code"] == "not_signed_in"


@pytest.mark.parametrize("cookie", ["touchline=", "touchline=x", "touchline=" + "A" * 43, "other=1"])
async def test_a_made_up_cookie_is_nobody(console: Console, cookie: str) -> None:
    request = make_mocked_request("GET", "/", {"Cookie": cookie})
    with pytest.raises(NotSignedIn):
        await console.gate.authenticate(request)


async def test_a_cookie_of_any_bytes_is_nobody_and_no_fault(console: Console) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", console.client.port)
    writer.write(b"GET /api/v1/session HTTP/1.1\r\nHost: x\r\nCookie: touchline=\xff\xfe\r\n\r\n")
    status = await reader.readline()
    writer.close()

    assert status.startswith(b"HTTP/1.1 401 ")


async def test_a_write_without_the_csrf_token_of_this_sign_in_is_forbidden(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    other = await console.signed_in("boris", Role.AGENT)
    for token in ("", "x", other.csrf, browser.csrf[:-1], browser.csrf + "0", "ü"):
        answer = await browser.request("DELETE", "/api/v1/session", headers={"X-CSRF-Token": token})
        assert answer.status == 403
        assert (await answer.json())["code"] == "csrf"

    assert (await browser.request("DELETE", "/api/v1/session")).status == 204


async def test_reading_needs_no_csrf_token(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    assert (await browser.request("GET", "/api/v1/session", headers={"X-CSRF-Token": ""})).status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.test",
        "https://console.test",
        "http://console.test:8080",
        "http://console.test.evil.test",
        "http://CONSOLE.test",
        "null",
        "",
    ],
)
async def test_a_write_from_any_page_but_the_consoles_is_forbidden(console: Console, origin: str) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    for method, path in (("DELETE", "/api/v1/session"), ("POST", "/api/v1/session")):
        answer = await browser.request(method, path, headers={"Origin": origin}, json={})
        assert answer.status == 403
        assert (await answer.json())["code"] == "foreign_origin"


async def test_a_program_that_is_no_page_names_no_origin_and_may_write(console: Console) -> None:
    await console.user("anna", Role.AGENT)
    answer = await console.client.post(
        "/api/v1/session", json={"login": "anna", "password": "a door of old oak"}
    )
    assert answer.status == 200


async def test_a_socket_needs_the_exact_origin_and_a_sign_in(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    for headers in ({}, {"Origin": "http://evil.test"}, {"Origin": "null"}):
        with pytest.raises(Forbidden) as refused:
            await console.gate.authenticate_socket(request_of(browser, **headers))
        assert refused.value.stable_code == "foreign_origin"
    with pytest.raises(NotSignedIn):
        await console.gate.authenticate_socket(request_of(console.browser(), Origin=ORIGIN))

    principal = await console.gate.authenticate_socket(request_of(browser, Origin=ORIGIN))
    assert principal.name == "Anna"
    assert principal.roles == {Role.AGENT}
    assert principal.session_key


async def test_a_revoked_sign_in_can_not_be_renewed(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    principal = await console.gate.authenticate(request_of(browser))
    await console.sign_ins.renew(principal)
    await browser.request("DELETE", "/api/v1/session")

    with pytest.raises(NotSignedIn):
        await console.sign_ins.renew(principal)


async def test_a_disabled_user_is_out_at_once(console: Console) -> None:
    browser = await console.signed_in("anna", Role.AGENT)
    (user,) = await console.store.list_users(SYSTEM)
    await console.accounts.change(SYSTEM, user.id, disabled=True)

    assert (await browser.request("GET", "/api/v1/session")).status == 401


def test_a_browser_on_this_machine_may_call_it_by_three_names() -> None:
    assert loopback_origins(8080) == {
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
    }
