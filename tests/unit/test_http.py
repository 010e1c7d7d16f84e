"""Whoever does not speak HTTP is told so in the API's own shape, and learns nothing of what answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from email.parser import BytesParser
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from agent_console.errors import unserved
from hub.http import listening


@pytest_asyncio.fixture
async def port() -> AsyncIterator[int]:
    async def fine(_: web.Request) -> web.Response:
        return web.Response(text="fine")

    async def late(_: web.Request) -> web.Response:
        raise TimeoutError

    async def broken(_: web.Request) -> web.Response:
        raise RuntimeError("the secret of the house")

    app = web.Application()
    app.router.add_get("/fine", fine)
    app.router.add_get("/late", late)
    app.router.add_get("/broken", broken)
    async with listening(app, "127.0.0.1", 0, unserved=unserved) as taken:
        yield taken


async def said(port: int, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers in small letters and body of what comes back, until the hub hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(5):
        whole = await reader.read()
    writer.close()
    head, _, body = whole.partition(b"\r\n\r\n")
    line, _, fields = head.partition(b"\r\n")
    headers = {name.lower(): value for name, value in BytesParser().parsebytes(fields).items()}
    return int(line.split()[1]), headers, body


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 400, "line_too_long"),
        (b"GET /fine HTTP/1.1\r\nHost: a\r\nX-Long: " + b"x" * 9000 + b"\r\n\r\n", 400, "line_too_long"),
        (b"GET /fine HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n", 400, "not_http"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "not_http"),
        (b"GET /late HTTP/1.1\r\nHost: a\r\n\r\n", 504, "too_slow"),
        (b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n", 500, "internal"),
    ],
    ids=["address", "header", "no header", "TLS", "late", "broken"],
)
async def test_what_reaches_no_handler_is_a_problem_with_a_code(
    port: int, sent: bytes, status: int, code: str
) -> None:
    answered, headers, body = await said(port, sent)
    problem: dict[str, Any] = json.loads(body)
    assert (answered, problem["status"], problem["code"]) == (status, status, code)
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["server"] == "touchline"
    assert b"xxx" not in body
    assert b"secret" not in body


async def test_whoever_speaks_http_is_served(port: int) -> None:
    status, _, body = await said(port, b"GET /fine HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert (status, body) == (200, b"fine")
