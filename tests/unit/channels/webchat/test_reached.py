"""The test of web chat asks as a client's browser would."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp import hdrs, web
from aiohttp.test_utils import TestServer

from hub.channels.webchat.reached import examined
from hub.domain.ids import QueueId, TenantId
from hub.domain.site import SiteSetup
from hub.ports.status import Finding, Health
from hub.ports.visitors import Site

SHOP = Site(
    key="shop",
    tenant_id=TenantId("t"),
    queue_id=QueueId("q"),
    title="The shop",
    origins=("https://shop.test",),
    language="en",
)


@pytest_asyncio.fixture
async def url() -> AsyncIterator[str]:
    """A hub that serves the widget, and lets the shop's own pages in."""

    async def widget(_: web.Request) -> web.Response:
        return web.Response(text="script")

    async def chat(request: web.Request) -> web.StreamResponse:
        if request.headers.get(hdrs.ORIGIN) not in {
            "https://shop.test",
            str(server.make_url("")).rstrip("/"),
        }:
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.receive()
        return socket

    app = web.Application()
    app.router.add_get("/widget.js", widget)
    app.router.add_get("/healthz", widget)
    app.router.add_get("/ws/chat", chat)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def told(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.health, one.code) for one in found]


async def asked(url: str, *sites: Site, public_url: str = "") -> list[Finding]:
    return await examined(url, sites, is_on=True, takes_visitors=True, public_url=public_url)


async def test_a_site_whose_page_gets_through_is_well(url: str) -> None:
    found = await asked(url, SHOP, public_url=url)
    assert told(found) == [("ok", "widget_ok"), ("ok", "public_ok"), ("ok", "site_ok")]
    assert found[-1].values == {"site": "The shop", "origin": "https://shop.test"}


@pytest.mark.parametrize(
    ("site", "code"),
    [
        (replace(SHOP, origins=("https://other.test",)), "site_refused"),
        (replace(SHOP, origins=()), "site_no_origin"),
        (replace(SHOP, setup=SiteSetup(enabled=False)), "site_off"),
    ],
)
async def test_a_site_says_why_nobody_gets_through(url: str, site: Site, code: str) -> None:
    assert (await asked(url, site))[-1].code == code


async def test_a_hub_that_does_not_answer_is_a_failure_that_names_each_site(unused_tcp_port: int) -> None:
    found = await asked(f"http://127.0.0.1:{unused_tcp_port}", SHOP, public_url="http://127.0.0.1:1")
    assert told(found) == [("fail", "widget_missing"), ("warn", "public_lost"), ("fail", "site_silent")]
    assert all(one.remedy for one in found)


async def test_without_a_site_there_is_something_to_do(url: str) -> None:
    assert told(await asked(url))[-1] == ("warn", "no_site")


async def test_a_channel_that_is_off_or_down_is_not_asked() -> None:
    nowhere = "http://127.0.0.1:1"
    off = await examined(nowhere, [SHOP], is_on=False, takes_visitors=False)
    down = await examined(nowhere, [SHOP], is_on=True, takes_visitors=False)
    assert told(off) == [("ok", "chat_off")]
    assert (down[0].health, down[0].code) == (Health.FAIL, "chat_down")
