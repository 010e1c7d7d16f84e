"""Which requests become a visitor's socket."""

import aiohttp
import pytest
from multidict import CIMultiDict
from websockets.exceptions import InvalidStatus

from tests.fakes.webchat import OTHER_SITE, SHOP, ChatServer, until

OWN = "https://hub.example"

FOREIGN = {
    "null": "null",
    "another site": "https://evil.example",
    "http instead of https": "http://shop.example",
    "a sub-domain": "https://www.shop.example",
    "a parent domain": "https://example",
    "a look-alike": "https://shop.example.evil.example",
    "a prefix": "https://shop.exampl",
    "a port": "https://shop.example:8443",
    "a path": "https://shop.example/",
    "another case": "https://SHOP.example",
    "an IDN twin": "https://shоp.example",
    "two in one": "https://shop.example https://evil.example",
    "nothing": "",
    "an origin of another site of this hub": OTHER_SITE.origins[0],
}

UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


async def refusal(server: ChatServer, **page: object) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await server.page(**page)  # type: ignore[arg-type]
    return refused.value.response.status_code


@pytest.mark.parametrize("origins", [*([o] for o in FOREIGN.values()), [SHOP, SHOP]], ids=[*FOREIGN, "two"])
async def test_a_foreign_origin_is_refused_before_the_upgrade(origins: list[str]) -> None:
    headers = CIMultiDict(UPGRADE)
    for origin in origins:
        headers.add("Origin", origin)
    async with (
        ChatServer(own_origins=[OWN]) as server,
        aiohttp.ClientSession() as browser,
        browser.get(server.url("/ws/chat?site=demo"), headers=headers) as answer,
    ):
        assert answer.status == 403
        assert server.bad == {"foreign_origin": 1}


@pytest.mark.parametrize("origin", [SHOP, OWN, None], ids=["the site", "the hub itself", "no browser"])
async def test_an_origin_of_the_site_or_the_hub_or_none_at_all_may_connect(origin: str | None) -> None:
    async with ChatServer(own_origins=[OWN]) as server:
        page = await server.page(origin=origin)
        await page.hello()


@pytest.mark.parametrize("key", ["nobody", "", "x" * 65, "demo%00", "DEMO", "demo%20"])
async def test_an_unknown_site_is_not_found(key: str) -> None:
    async with ChatServer() as server:
        assert await refusal(server, site=key) == 404
        assert server.bad == {"unknown_site": 1}


async def test_a_plain_request_is_told_to_upgrade() -> None:
    async with (
        ChatServer() as server,
        aiohttp.ClientSession() as browser,
        browser.get(server.url("/ws/chat?site=demo")) as answer,
    ):
        assert answer.status == 426


async def test_the_twentieth_socket_of_an_address_opens_and_the_next_does_not() -> None:
    async with ChatServer() as server:
        pages = [await server.page() for _ in range(20)]
        assert await refusal(server) == 429
        await server.page(address="192.0.2.2")
        await pages[0].ws.close()
        await until(lambda: server.chat.open_sockets == 20)
        await server.page()


async def test_a_refused_request_takes_no_socket_of_its_address() -> None:
    async with ChatServer(sockets_per_address=1) as server:
        for _ in range(3):
            assert await refusal(server, site="nobody") == 404
            assert await refusal(server, origin="null") == 403
        await server.page()


async def test_an_exempt_address_has_no_limit_of_sockets() -> None:
    async with ChatServer(sockets_per_address=1, exempt_addresses=["192.0.2.0/24"]) as server:
        for _ in range(3):
            await server.page(address="192.0.2.77")
        await server.page(address="198.51.100.1")
        assert await refusal(server, address="198.51.100.1") == 429


async def test_while_the_store_is_down_a_browser_is_asked_to_come_again() -> None:
    async with ChatServer() as server:
        server.visitors.down = True
        assert await refusal(server) == 503
        server.visitors.down = False
        await server.page()


async def test_a_hub_that_stops_takes_no_new_visitor() -> None:
    async with ChatServer() as server:
        await server.stop()
        assert await refusal(server) == 503
