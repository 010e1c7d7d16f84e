"""Phones register at the running channel: over UDP and by WebSocket, with digest, and are found again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import pytest
from aiohttp import ClientConnectionResetError, ClientSession, WSMsgType, WSServerHandshakeError, web
from aiohttp.test_utils import TestServer

from hub.channels.sip import channel as channel_module
from hub.channels.sip.channel import Telephony
from hub.channels.sip.digest import challenge_of
from hub.channels.sip.guard import Guard, Limits
from hub.channels.sip.message import Request, Response
from hub.channels.sip.parse import message_of
from hub.channels.sip.phones import whereabouts
from hub.channels.sip.transport.streams import Patience
from hub.domain.access import Principal, Role
from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import DEFAULT_TENANT, UserId
from hub.domain.phone import phone_username
from hub.ports.media import LegKind
from tests.fakes.phones import FakePhones, Readiness, telephony
from tests.fakes.sip_phone import RegisteringPhone, UdpSocket, WsSocket, ws_socket
from tests.unit.channels.sip.phones.conftest import MakeUdp

ANNA = UserId("0190-anna")
PRINCIPAL = Principal(tenant_id=DEFAULT_TENANT, user_id=ANNA, roles=frozenset({Role.AGENT}))
DESK = AgentPhone(agent_id=ANNA, kind=PhoneKind.REGISTERED)
BROWSER = AgentPhone(agent_id=ANNA, kind=PhoneKind.BROWSER)


@asynccontextmanager
async def running(channel: Telephony) -> AsyncIterator[Telephony]:
    async with channel.opened(), asyncio.TaskGroup() as group:
        job = group.create_task(channel.run())
        try:
            yield channel
        finally:
            job.cancel()


@asynccontextmanager
async def serving(channel: Telephony) -> AsyncIterator[str]:
    """The URL of `/ws/sip`."""
    app = web.Application()
    app.add_routes(channel.routes())
    async with TestServer(app) as server:
        yield f"ws://127.0.0.1:{server.port}/ws/sip"


def desk_phone(socket: UdpSocket, username: str, password: str) -> RegisteringPhone:
    return RegisteringPhone(
        socket.exchange,
        username,
        password,
        via=f"UDP 127.0.0.1:{socket.port}",
        contact=f"<sip:{username}@127.0.0.1:{socket.port}>",
    )


def browser(socket: WsSocket, username: str, password: str) -> RegisteringPhone:
    return RegisteringPhone(
        socket.exchange,
        username,
        password,
        via="WS d2x.invalid",
        contact=f'<sip:{username}@d2x.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";reg-id=1',
    )


async def until(is_so: Callable[[], bool], within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_a_desk_phone_registers_and_is_found_after_a_restart(udp: MakeUdp) -> None:
    store, ready = FakePhones(), Readiness()
    async with running(telephony(store, ready=ready)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        phone = desk_phone(socket, found.username, found.password)
        answer = await phone.register()
        assert answer.status == 200
        [contact] = answer.every("contact")
        assert "expires=300" in contact
        assert channel.phones.agent_of(found.username) == ANNA
        await until(lambda: ready.told == [(found.username, True)])
    again = Readiness()
    async with running(telephony(store, ready=again)) as channel:
        await until(lambda: again.told == [(found.username, True)])
        reached = channel.phones.reach(DESK)
        assert reached is not None
        target, kind = reached
        assert kind is LegKind.PLAIN
        assert str(target.uri) == f"sip:{found.username}@127.0.0.1:{socket.port}"
        assert target.flow == f"udp:127.0.0.1:{socket.port}"
        assert channel.phones.reach(BROWSER) is None
    assert found.password not in str(store.accounts)
    assert [draft.action for draft in store.drafts] == ["set_phone_account"]


async def test_whoever_goes_is_not_reached_any_more(udp: MakeUdp) -> None:
    ready = Readiness()
    async with running(telephony(ready=ready)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        phone = desk_phone(socket, found.username, found.password)
        await phone.register()
        await until(lambda: ready.told[-1:] == [(found.username, True)])
        assert (await phone.register(0, "*")).status == 200
        await until(lambda: ready.told[-1:] == [(found.username, False)])
        assert channel.phones.reach(DESK) is None


async def test_a_desk_phone_whose_connection_is_closed_is_connected_to(udp: MakeUdp) -> None:
    async with running(telephony()) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        reader, writer = await asyncio.open_connection("127.0.0.1", channel.transports.port)

        async def exchange(request: Request) -> Response:
            writer.write(bytes(request))
            async with asyncio.timeout(5):
                message = message_of(await reader.readuntil(b"\r\n\r\n"))
            assert isinstance(message, Response)
            return message

        phone = RegisteringPhone(
            exchange,
            found.username,
            found.password,
            via="TCP 127.0.0.1:5999",
            contact="<sip:desk@127.0.0.1:5999;transport=tcp>",
        )
        assert (await phone.register()).status == 200
        reached = channel.phones.reach(DESK)
        assert reached is not None
        assert (reached[0].flow or "").startswith("tcp:")
        writer.close()
        await until(lambda: (now := channel.phones.reach(DESK)) is not None and now[0].flow is None)


@pytest.mark.parametrize(("listed", "is_reached"), [((), False), (("127.0.0.9:22",), True)])
async def test_no_connection_is_made_to_wherever_a_phone_says_to_be(
    listed: tuple[str, ...], is_reached: bool
) -> None:
    store = FakePhones()
    async with running(telephony(store, phone_hosts=listed)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        reader, writer = await asyncio.open_connection("127.0.0.1", channel.transports.port)

        async def exchange(request: Request) -> Response:
            writer.write(bytes(request))
            async with asyncio.timeout(5):
                message = message_of(await reader.readuntil(b"\r\n\r\n"))
            assert isinstance(message, Response)
            return message

        contact = "<sip:desk@127.0.0.9:22;transport=tcp>"
        phone = RegisteringPhone(
            exchange, found.username, found.password, via="TCP 127.0.0.1", contact=contact
        )
        assert (await phone.register()).status == 200
        assert channel.phones.reach(DESK) is not None
        assert bool(store.bindings[found.username]) is is_reached
        writer.close()
        await until(lambda: (now := channel.phones.reach(DESK)) is None or now[0].flow is None)
        assert (channel.phones.reach(DESK) is not None) is is_reached


async def test_a_renewed_password_voids_the_old_one_and_its_registration(udp: MakeUdp) -> None:
    async with running(telephony()) as channel:
        first = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        phone = desk_phone(socket, first.username, first.password)
        assert (await phone.register()).status == 200
        second = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        assert channel.phones.reach(DESK) is None
        assert (await phone.register()).status == 401
        assert (await desk_phone(socket, second.username, second.password).register()).status == 200


async def test_the_phone_of_a_user_who_is_disabled_is_not_called_and_signs_in_no_more(udp: MakeUdp) -> None:
    store, ready = FakePhones(), Readiness()
    async with running(telephony(store, ready=ready)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        phone = desk_phone(socket, found.username, found.password)
        assert (await phone.register()).status == 200
        await until(lambda: ready.told == [(found.username, True)])
        await channel.user_changed(ANNA, disabled=True)
        assert channel.phones.reach(DESK) is None
        assert channel.phones.agent_of(found.username) is None
        assert store.bindings[found.username] == ()
        assert (await phone.register()).status == 401
        await until(lambda: ready.told[-1:] == [(found.username, False)])
        await channel.user_changed(ANNA, disabled=False)
        assert (await phone.register()).status == 200
        assert channel.phones.agent_of(found.username) == ANNA
        await until(lambda: ready.told[-1:] == [(found.username, True)])


async def test_a_user_who_was_disabled_when_the_hub_began_signs_in_once_they_are_not(udp: MakeUdp) -> None:
    store = FakePhones()
    async with running(telephony(store)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
    kept = store.accounts
    store.accounts = {}
    async with running(telephony(store)) as channel:
        socket = await udp(channel.transports.port)
        phone = desk_phone(socket, found.username, found.password)
        assert (await phone.register()).status == 401
        store.accounts = kept
        await channel.user_changed(ANNA, disabled=False)
        assert (await phone.register()).status == 200


async def test_a_user_that_is_not_there_is_asked_the_same_as_one_that_is(udp: MakeUdp) -> None:
    async with running(telephony()) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        shapes = []
        for name in (found.username, "nobody"):
            phone = desk_phone(socket, name, "a guess")
            first = await socket.exchange(phone.request())
            refused = await phone.register()
            challenge = challenge_of(first.every("www-authenticate")[0])
            assert challenge is not None
            shapes.append(
                (
                    first.status,
                    refused.status,
                    challenge.realm,
                    challenge.algorithm,
                    challenge.qop,
                    len(challenge.nonce),
                )
            )
        assert shapes[0] == shapes[1]
        assert shapes[0][:2] == (401, 401)


async def test_nobody_registers_the_address_of_somebody_else(udp: MakeUdp) -> None:
    async with running(telephony()) as channel:
        mine = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        other = await channel.counter.desk_credentials(PRINCIPAL, UserId("boris"))
        socket = await udp(channel.transports.port)
        thief = desk_phone(socket, mine.username, mine.password)
        thief._aor = f"<sip:{other.username}@touchline>"
        assert (await thief.register()).status == 403


async def test_guesses_lock_the_pair_of_source_and_user(udp: MakeUdp) -> None:
    guard = Guard(Limits(wrong_in_a_row=3, wrong_passwords=100))
    async with running(telephony(watch=guard)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        for _ in range(3):
            assert (await desk_phone(socket, found.username, "wrong").register()).status == 401
        # the right one is not even looked at
        assert (await desk_phone(socket, found.username, found.password).register()).status == 401
        assert guard.counts.locks == 1


async def test_a_store_that_fails_is_no_yes(udp: MakeUdp) -> None:
    store = FakePhones()
    async with running(telephony(store)) as channel:
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp(channel.transports.port)
        phone = desk_phone(socket, found.username, found.password)
        store.failing = True
        assert (await phone.register()).status == 503
        store.failing = False
        assert (await phone.register()).status == 200


async def test_a_browser_registers_and_goes_with_its_socket() -> None:
    ready = Readiness()
    async with (
        running(telephony(ready=ready, origins=("https://hub.example",))) as channel,
        serving(channel) as url,
        ClientSession() as client,
    ):
        found = await channel.counter.browser_credentials(PRINCIPAL)
        assert found.username == phone_username(ANNA, PhoneKind.BROWSER) == ANNA
        socket = await ws_socket(client, url, "https://hub.example")
        assert socket.ws.protocol == "sip"
        await socket.ws.send_str("\r\n\r\n")
        assert await socket.ws.receive_str() == "\r\n"
        assert (await browser(socket, found.username, found.password).register()).status == 200
        await until(lambda: ready.told == [(ANNA, True)])
        reached = channel.phones.reach(BROWSER)
        assert reached is not None
        target, kind = reached
        assert kind is LegKind.BROWSER
        assert target.flow is not None
        assert target.flow.startswith("ws:")
        await socket.ws.close()
        await until(lambda: ready.told[-1:] == [(ANNA, False)])
        assert channel.phones.reach(BROWSER) is None


async def test_a_browsers_password_ends() -> None:
    store = FakePhones()
    async with running(telephony(store)) as channel, serving(channel) as url, ClientSession() as client:
        old = await channel.counter.browser_credentials(PRINCIPAL)
        new = await channel.counter.browser_credentials(PRINCIPAL)
        assert old.expires_at is not None
        assert old.password != new.password
        socket = await ws_socket(client, url, "http://127.0.0.1")
        assert (await browser(socket, ANNA, old.password).register()).status == 401
        assert (await browser(socket, ANNA, new.password).register()).status == 200


async def test_a_renewed_browser_password_ends_what_the_old_one_registered() -> None:
    ready = Readiness()
    async with running(telephony(ready=ready)) as channel, serving(channel) as url, ClientSession() as client:
        old = await channel.counter.browser_credentials(PRINCIPAL)
        thief = await ws_socket(client, url, "http://127.0.0.1")
        assert (await browser(thief, ANNA, old.password).register()).status == 200
        assert channel.phones.reach(BROWSER) is not None
        await until(lambda: ready.told == [(ANNA, True)])
        new = await channel.counter.browser_credentials(PRINCIPAL)
        assert channel.phones.reach(BROWSER) is None
        socket = await ws_socket(client, url, "http://127.0.0.1")
        assert (await browser(socket, ANNA, new.password).register()).status == 200
        reached = channel.phones.reach(BROWSER)
        assert reached is not None
        # renewing is no going: nobody is told that the phone went
        await asyncio.sleep(0.1)
        assert ready.told == [(ANNA, True)]


async def test_a_browser_that_asks_for_a_password_and_does_not_come_back_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(whereabouts, "_RENEWS_S", 0.2)
    ready = Readiness()
    async with running(telephony(ready=ready)) as channel, serving(channel) as url, ClientSession() as client:
        old = await channel.counter.browser_credentials(PRINCIPAL)
        socket = await ws_socket(client, url, "http://127.0.0.1")
        assert (await browser(socket, ANNA, old.password).register()).status == 200
        await until(lambda: ready.told == [(ANNA, True)])
        await channel.counter.browser_credentials(PRINCIPAL)
        await until(lambda: ready.told[-1:] == [(ANNA, False)])


async def test_a_browsers_socket_that_never_signs_in_is_closed_and_one_that_did_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channel_module, "Patience", partial(Patience, stranger_s=0.4))
    async with running(telephony()) as channel, serving(channel) as url, ClientSession() as client:
        found = await channel.counter.browser_credentials(PRINCIPAL)
        mine = await ws_socket(client, url, "http://127.0.0.1")
        assert (await browser(mine, ANNA, found.password).register()).status == 200
        idle = await ws_socket(client, url, "http://127.0.0.1")
        for _ in range(8):
            with suppress(ClientConnectionResetError):
                await idle.ws.send_str("\r\n\r\n")
            await asyncio.sleep(0.1)
        async with asyncio.timeout(5):
            while (await idle.ws.receive()).type is WSMsgType.TEXT:
                pass
        assert idle.ws.closed
        assert (await browser(mine, ANNA, found.password).register()).status == 200


@pytest.mark.parametrize("origin", [None, "https://hub.example.evil.test", "https://HUB.example", "null"])
async def test_another_origin_is_not_let_in(origin: str | None) -> None:
    async with (
        running(telephony(origins=("https://hub.example",))) as channel,
        serving(channel) as url,
        ClientSession() as client,
    ):
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(url, protocols=("sip",), origin=origin)
        assert refused.value.status == 403


async def test_a_socket_without_the_sub_protocol_is_not_let_in() -> None:
    async with running(telephony()) as channel, serving(channel) as url, ClientSession() as client:
        with pytest.raises(WSServerHandshakeError) as refused:
            await client.ws_connect(url, origin="http://127.0.0.1")
        assert refused.value.status == 400
