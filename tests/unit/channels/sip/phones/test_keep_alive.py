"""Signs of life with desk phones over UDP."""

import asyncio
from collections.abc import Callable

from hub.channels.sip.message import Request, response_to
from hub.channels.sip.phones.keep_alive import KeepAlive
from hub.domain.access import Principal, Role
from hub.domain.call import AgentPhone, PhoneKind
from hub.domain.ids import DEFAULT_TENANT, UserId
from tests.fakes.phones import Readiness, telephony
from tests.fakes.sip_phone import RegisteringPhone, udp_socket

ANNA = UserId("anna")
PRINCIPAL = Principal(tenant_id=DEFAULT_TENANT, user_id=ANNA, roles=frozenset({Role.AGENT}))
DESK = AgentPhone(agent_id=ANNA, kind=PhoneKind.REGISTERED)


async def until(is_so: Callable[[], bool], within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():
            await asyncio.sleep(0.01)


async def test_a_phone_is_asked_where_it_registered_from_and_one_that_falls_silent_is_not_reached() -> None:
    ready = Readiness()
    channel = telephony(ready=ready)

    async def ask(request: Request, binding: object) -> bool:
        try:
            async with asyncio.timeout(0.3):
                return await channel._is_answered(request, binding)  # type: ignore[arg-type]
        except TimeoutError:
            return False

    channel.keep_alive = KeepAlive(channel.whereabouts, ask, realm="touchline", every_s=0.5)
    async with channel.opened(), asyncio.TaskGroup() as group:
        running = group.create_task(channel.run())
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp_socket(channel.transports.port)
        phone = RegisteringPhone(
            socket.exchange,
            found.username,
            found.password,
            via=f"UDP 10.0.0.7:{socket.port}",  # behind a NAT: what it says is not where it is
            contact=f"<sip:{found.username}@10.0.0.7:5060>",
        )
        assert (await phone.register()).status == 200
        for _ in range(2):
            options = await socket.next()
            assert isinstance(options, Request)
            assert (options.method, str(options.uri)) == ("OPTIONS", f"sip:{found.username}@10.0.0.7:5060")
            socket.send(response_to(options.fields, 405, to_tag="b"))  # a refusal is somebody's
        assert channel.phones.reach(DESK) is not None

        await until(lambda: channel.phones.reach(DESK) is None)
        await until(lambda: ready.told[-1] == (found.username, False))

        async def answers() -> None:
            while True:
                asked = await socket.next(60)
                assert isinstance(asked, Request)
                socket.send(response_to(asked.fields, 200, to_tag="b"))

        answering = group.create_task(answers())
        await until(lambda: channel.phones.reach(DESK) is not None)
        await until(lambda: ready.told[-1] == (found.username, True))

        answering.cancel()
        running.cancel()
        socket.transport.close()


async def test_a_phone_that_never_answers_is_not_judged_by_it() -> None:
    channel = telephony()
    asked = asyncio.Event()
    count = 0

    async def ask(request: Request, binding: object) -> bool:
        nonlocal count
        count += 1
        if count == 6:
            asked.set()
        return False

    channel.keep_alive = KeepAlive(channel.whereabouts, ask, realm="touchline", every_s=0.05)
    async with channel.opened(), asyncio.TaskGroup() as group:
        running = group.create_task(channel.run())
        found = await channel.counter.desk_credentials(PRINCIPAL, ANNA)
        socket = await udp_socket(channel.transports.port)
        phone = RegisteringPhone(
            socket.exchange,
            found.username,
            found.password,
            via=f"UDP 127.0.0.1:{socket.port}",
            contact=f"<sip:{found.username}@127.0.0.1:{socket.port}>",
        )
        assert (await phone.register()).status == 200
        async with asyncio.timeout(5):
            await asked.wait()
        assert channel.phones.reach(DESK) is not None
        running.cancel()
        socket.transport.close()
