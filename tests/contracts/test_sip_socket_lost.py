"""A browser that loses its socket in a call, by real WebSockets: it is the same phone when it comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from hub.channels.sip.channel import Telephony
from hub.channels.sip.headers import name_addr_of
from hub.channels.sip.leg import Leg
from hub.channels.sip.message import response_to
from hub.domain.access import Principal, Role
from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import DEFAULT_TENANT, UserId
from tests.fakes.phones import telephony
from tests.fakes.sip_network import SDP, Listener
from tests.fakes.sip_page import Page

ALICE = name_addr_of("<sip:alice@127.0.0.1>")


@asynccontextmanager
async def talking() -> AsyncIterator[tuple[Telephony, Page, Leg, Listener]]:
    """A channel with a browser on the line."""
    channel = telephony()
    app = web.Application()
    app.add_routes(channel.routes())
    anna = UserId("anna")
    principal = Principal(tenant_id=DEFAULT_TENANT, user_id=anna, roles=frozenset({Role.AGENT}))
    async with channel.opened(), TestServer(app) as server, ClientSession() as client:
        known = await channel.counter.browser_credentials(principal)
        url = f"ws://127.0.0.1:{server.port}/ws/sip"
        page = Page(url, client, known.username, known.password, "q1")
        await page.connect()
        reached = channel.phones.reach(AgentPhone(agent_id=anna, kind=PhoneKind.BROWSER))
        assert reached is not None
        heard = Listener()
        leg = await channel.user_agent.call(reached[0], SDP, heard, caller=ALICE)
        await page.pick_up()
        await heard.until("answered", 5)
        yield channel, page, leg, heard


async def hangs_up(channel: Telephony, page: Page, leg: Leg) -> None:
    await leg.end()
    await page.socket.send(response_to((await page.request("BYE")).fields, 200))
    async with asyncio.timeout(5):
        await channel.user_agent.legs.all_gone()


async def test_the_loss_and_the_return_are_told_and_the_call_goes_on_by_the_new_socket() -> None:
    async with talking() as (channel, page, leg, heard):
        await page.socket.ws.close()
        assert await heard.until("reached", 5) == ("reached", False)
        assert not leg.is_over
        await page.connect()
        async with asyncio.timeout(5):
            while ("reached", True) not in heard.told:
                await asyncio.sleep(0.01)
        assert (await page.renegotiates()).status == 200
        assert heard.kinds == ["answered", "reached", "reached", "reoffered"]
        await hangs_up(channel, page, leg)


async def test_a_phone_that_is_back_before_the_old_socket_is_known_to_be_dead_is_reached_by_the_new_one() -> (
    None
):
    async with talking() as (channel, page, leg, heard):
        old = page.socket  # half open: nobody says that it is gone
        await page.connect()
        assert await heard.until("reached", 5) == ("reached", True)
        await old.ws.close()
        await hangs_up(channel, page, leg)
        assert heard.kinds == ["answered", "reached", "ended"]


async def test_the_same_page_renegotiates_before_it_has_registered_again() -> None:
    async with talking() as (channel, page, leg, heard):
        await page.socket.ws.close()
        await heard.until("reached", 5)
        await page.open_socket()
        assert (await page.renegotiates()).status == 200
        assert ("reached", True) in heard.told
        await hangs_up(channel, page, leg)


async def test_another_page_of_the_same_agent_is_another_phone() -> None:
    async with talking() as (_, page, leg, heard):
        await page.socket.ws.close()
        await heard.until("reached", 5)
        reloaded = Page(page._url, page._client, *page._credentials, "q2")
        await reloaded.connect()
        await asyncio.sleep(0.3)
        assert ("reached", True) not in heard.told
        assert not leg.is_over
        await leg.end()


async def test_another_account_that_claims_the_address_takes_no_call_over() -> None:
    async with talking() as (channel, page, leg, heard):
        await page.socket.ws.close()
        await heard.until("reached", 5)
        boris = Principal(tenant_id=DEFAULT_TENANT, user_id=UserId("boris"), roles=frozenset({Role.AGENT}))
        his = await channel.counter.browser_credentials(boris)
        thief = Page(page._url, page._client, his.username, his.password, "q1")
        await thief.connect()
        await asyncio.sleep(0.3)
        assert ("reached", True) not in heard.told
        await leg.end()


async def test_a_phone_that_rings_on_a_closed_socket_is_not_reached() -> None:
    async with talking() as (channel, page, leg, _):
        await hangs_up(channel, page, leg)
        reached = channel.phones.reach(AgentPhone(agent_id=UserId("anna"), kind=PhoneKind.BROWSER))
        assert reached is not None
        lost = Listener()
        await channel.user_agent.call(reached[0], SDP, lost, caller=ALICE)
        await page.request("INVITE")
        await page.socket.ws.close()
        await lost.until("ended", 5)
        assert lost.end is not None
        assert (lost.end.status, "reached" in lost.kinds) == (503, False)
