"""What holds for every response."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import WSMsgType, web

from agent_console.middleware import security_headers
from tests.unit.agent_console.console import Console, opened_console

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self' ws://console.test; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


async def page(_: web.Request) -> web.Response:
    return web.Response(text="<!doctype html>", content_type="text/html")


async def framed(_: web.Request) -> web.Response:
    return web.Response(headers={"Content-Security-Policy": "default-src 'self'"})


async def broken(_: web.Request) -> web.Response:
    raise RuntimeError("a fault")


async def socket(request: web.Request) -> web.WebSocketResponse:
    answer = web.WebSocketResponse()
    await answer.prepare(request)
    await answer.send_str("hello")
    raise RuntimeError("a fault in the middle")


@pytest_asyncio.fixture
async def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Console]:
    async with opened_console(
        tmp_path,
        routes=[
            web.get("/page", page),
            web.get("/framed", framed),
            web.get("/broken", broken),
            web.get("/socket", socket),
        ],
    ) as opened:
        yield opened


@pytest.mark.parametrize(
    "path",
    ["/page", "/api/v1/session", "/api/v1/nothing", "/nothing", "/broken", "/api/docs", "/api/openapi.json"],
)
async def test_every_response_carries_the_security_headers(console: Console, path: str) -> None:
    answer = await console.client.get(path)

    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "microphone=(self)" in answer.headers["Permissions-Policy"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Server" not in answer.headers


async def test_only_a_page_with_letters_allows_what_a_frame_in_it_may_be_allowed() -> None:
    around = security_headers({"http://console.test"}, is_https=False, shows_letters=True)
    policy = around["Content-Security-Policy"]
    assert "img-src 'self' data: blob: https:;" in policy
    assert policy.endswith("style-src-attr 'unsafe-inline'")
    narrower = policy.replace("data: blob: https:", "data: blob:").replace(
        "; style-src-attr 'unsafe-inline'", ""
    )
    assert narrower == POLICY


async def test_every_response_has_an_id_of_its_own(console: Console) -> None:
    ids = [(await console.client.get("/page")).headers["X-Request-Id"] for _ in range(2)]
    assert all(UUID7.fullmatch(each) for each in ids)
    assert ids[0] != ids[1]


async def test_a_client_does_not_choose_the_id(console: Console) -> None:
    answer = await console.client.get("/page", headers={"X-Request-Id": "mine"})
    assert answer.headers["X-Request-Id"] != "mine"


async def test_a_page_with_a_policy_of_its_own_keeps_it(console: Console) -> None:
    answer = await console.client.get("/framed")
    assert answer.headers["Content-Security-Policy"] == "default-src 'self'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_outside_the_api_an_unknown_path_is_left_to_the_pages(console: Console) -> None:
    answer = await console.client.get("/nothing")
    assert answer.status == 404
    assert answer.content_type == "text/plain"


async def test_a_fault_after_the_answer_has_begun_ends_the_socket_only(console: Console) -> None:
    async with console.client.ws_connect("/socket") as opened:
        assert (await opened.receive()).data == "hello"
        assert (await opened.receive()).type in {WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR}
    assert (await console.client.get("/page")).status == 200


def test_sockets_of_our_own_origins_may_be_opened_and_no_others() -> None:
    policy = security_headers({"https://desk.test", "http://localhost:8080"}, is_https=True)
    assert "connect-src 'self' ws://localhost:8080 wss://desk.test;" in policy["Content-Security-Policy"]


def test_over_https_a_browser_is_told_to_stay_there() -> None:
    assert security_headers((), is_https=True)["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in security_headers((), is_https=False)


def test_no_policy_allows_inline_scripts_or_evaluation() -> None:
    assert "unsafe" not in security_headers((), is_https=False)["Content-Security-Policy"]
