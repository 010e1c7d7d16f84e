"""Who reads too slowly is closed with 4008 and comes back to everything; nobody else waits for them."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.clients import Agent, FrameSocket, Visitor, open_agent_socket, open_visitor_socket
from tests.hubs import RunningHub, start_hub

pytestmark = pytest.mark.timeout(180)

TOO_SLOW = 4008
BACKLOG_BYTES = 64 * 1024
LONG = "🫖" * 4000  # 16 KiB on the wire
SETTINGS = {
    "CHANNELS__WEBCHAT__BACKLOG_BYTES": str(BACKLOG_BYTES),
    "CHANNELS__WEBCHAT__BACKLOG_S": "60",
    "CHANNELS__WEBCHAT__CLOSE_S": "30",
    "CHANNELS__WEBCHAT__MESSAGES_PER_S": "1000",
    "CHANNELS__WEBCHAT__MESSAGES_BURST": "1000",
    "SCREENPOP__BACKLOG_BYTES": str(BACKLOG_BYTES),
    "SCREENPOP__BACKLOG_S": "60",
}


@pytest_asyncio.fixture(scope="module")
async def hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningHub]:
    running = await start_hub(tmp_path_factory.mktemp("slow") / "data", settings=SETTINGS)
    yield running
    assert await running.stop() == 0


async def narrow(hub: RunningHub) -> socket.socket:
    """A connection whose operating system takes next to nothing from the hub on its own."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", hub.port))
    return connection


async def closed_for_slowness(hub: RunningHub, kind: str) -> int:
    """How many sockets of that kind the hub has closed for it."""
    async with aiohttp.ClientSession() as http, http.get(f"{hub.url}/metrics") as answer:
        text = await answer.text()
    name = {
        "agent": r'slow_readers_closed_total{kind="agent"}',
        "visitor": r'bad_input_total{.*code="too_slow"}',
    }
    found = re.search(rf"touchline_{name[kind]} ([\d.]+)", text)
    return int(float(found.group(1))) if found else 0


async def read_to_the_end(socket_: FrameSocket) -> int:
    """What closed it."""
    return await socket_.close_code(60)


async def test_a_visitor_who_does_not_read_is_closed_and_the_others_are_served(hub: RunningHub) -> None:
    slow = Visitor(await open_visitor_socket(hub.url, origin=hub.url, sock=await narrow(hub), max_queue=1))
    await slow.send({"t": "hello", "session": None})
    session = (await slow.heard("hello"))["session"]
    await slow.say("I read slowly")
    async with Agent(hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        taken = await anna.accept((await anna.offered())["reservation_id"])
        said = []
        while not await closed_for_slowness(hub, "visitor"):
            said.append((await anna.reply(taken["id"], LONG))["seq"])
            await anna.heard("touch_added")  # her own window reads
            assert len(said) < 500, "the hub keeps everything for who takes nothing"

        other = await Visitor.come(hub.url)
        await other.say("and I am served")
        await other.close()
        assert await read_to_the_end(slow) == TOO_SLOW

        again = await Visitor.come(hub.url, session=session)
        last = await anna.reply(taken["id"], "are you there?")
        assert (await again.heard("message", seq=last["seq"]))["text"] == "are you there?"
        await again.close()
        await anna.close(taken["id"])


async def test_a_console_that_does_not_read_is_closed_and_its_twin_goes_on(hub: RunningHub) -> None:
    async with Agent(hub.url, "boris") as boris:
        await boris.connect()
        await boris.be("available")
        slow = await open_agent_socket(
            hub.url, boris.cookie, origin=hub.url, sock=await narrow(hub), max_queue=1
        )
        await slow.send({"kind": "hello", "last_seq": None})
        first = await slow.heard("snapshot")
        client = await Visitor.come(hub.url)
        await client.say("I write much")
        taken = await boris.accept((await boris.offered())["reservation_id"])

        assert await closed_for_slowness(hub, "agent") == 0
        number = 0
        while not await closed_for_slowness(hub, "agent"):
            await slow.send({"kind": "ping"})  # it is there, and would be closed for silence otherwise
            ack = await client.say(LONG)
            touch = (await boris.heard("touch_added"))["touch"]
            assert touch["seq"] == ack["seq"]
            number += 1
            assert number < 500, "the hub keeps everything for who takes nothing"

        assert await read_to_the_end(slow) == TOO_SLOW
        ack = await client.say("and the twin hears it")
        assert (await boris.heard("touch_added"))["touch"]["seq"] == ack["seq"]
        back = await open_agent_socket(hub.url, boris.cookie, origin=hub.url)
        await back.send({"kind": "hello", "last_seq": first["seq"], "stream": first["stream"]})
        while (frame := await back.next())["kind"] not in {"replayed", "resync"}:
            assert frame["seq"] > first["seq"]
        await back.close()
        await client.close()
        await boris.close(taken["id"])
