"""A full disk: the hub refuses and does not lie, stays alive, and goes on by itself when there is room again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from tests.clients import Agent, Frame, Visitor, open_visitor_socket
from tests.hubs import PASSWORD, RunningHub, start_hub
from tests.journeys.disks import SmallDisk, limited_files, small_disk

pytestmark = pytest.mark.timeout(180)

BACK_WITHIN_S = 10.0
TRY_LATER = 1013
SETTINGS = {"CHANNELS__WEBCHAT__MESSAGES_PER_S": "100", "CHANNELS__WEBCHAT__MESSAGES_BURST": "100"}

Place = Callable[[Path], AbstractContextManager[SmallDisk]]


class House:
    """A hub on a small disk."""

    def __init__(self, hub: RunningHub, disk: SmallDisk) -> None:
        self.hub = hub
        self._disk = disk

    def fill(self) -> None:
        """No more room."""
        self._disk.fill(self.hub.process.pid)

    def free(self) -> None:
        """Room again."""
        self._disk.free(self.hub.process.pid)


@pytest_asyncio.fixture(params=[small_disk, limited_files], ids=["no space", "no growth"])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    place: Place = request.param
    with place(tmp_path / "disk") as disk:
        hub = await start_hub(disk.folder / "data", settings=SETTINGS, log=tmp_path / "hub.log")
        try:
            yield House(hub, disk)
        finally:
            assert await hub.stop() == 0
        assert "request_failed" not in hub.log.read_text()
        assert "socket_failed" not in hub.log.read_text()


async def refused(visitor: Visitor) -> Frame:
    """The first message that does not fit any more, with its refusal."""
    for number in range(200):
        msg_id = await visitor.write(f"message {number}", f"m-{number}")
        frame = await visitor.heard_one_of("ack", "nack", "error")
        assert frame["t"] != "error"
        if frame["t"] == "nack":
            return {**frame, "msg_id": msg_id, "text": f"message {number}"}
    raise AssertionError("everything fits on a full disk")


async def test_a_full_disk_is_said_and_survived(house: House) -> None:
    hub = house.hub
    pid = hub.process.pid
    async with Agent(hub.url, "anna") as anna:
        await anna.connect()
        await anna.be("available")
        visitor = await Visitor.come(hub.url)
        await visitor.say("good day")
        taken = await anna.accept((await anna.offered())["reservation_id"])

        house.fill()

        # the visitor is told that it is not kept, and when to ask again
        nack = await refused(visitor)
        assert nack["client_msg_id"] == nack["msg_id"]
        assert 0 < nack["retry_ms"] <= BACK_WITHIN_S * 1000
        # the agent reads on, and is told what cannot be done now
        assert (await anna.get("/api/v1/interactions"))["items"][0]["id"] == taken["id"]
        path = f"/api/v1/interactions/{taken['id']}/touches"
        reply = await anna.ask("POST", path, {"channel": "webchat", "text": "one moment"}, key="once")
        assert (reply.status, reply.body["code"]) == (503, "store_unavailable")
        assert int(reply.headers["Retry-After"]) > 0
        await anna.heard("tick")
        # who comes now is asked to come later
        assert await greeting_refused(hub) == TRY_LATER
        assert await sign_in_status(hub) == 503
        assert await health(hub) == 200

        house.free()

        # nobody did anything else: the same message is taken
        ack = await said_until_acked(visitor, nack)
        touch = (await anna.heard("touch_added", BACK_WITHIN_S))["touch"]
        while touch["seq"] != ack["seq"]:
            touch = (await anna.heard("touch_added", BACK_WITHIN_S))["touch"]
        again = await anna.ask("POST", path, {"channel": "webchat", "text": "one moment"}, key="once")
        assert again.status == 201
        assert (await visitor.heard("message", BACK_WITHIN_S))["text"] == "one moment"
        touches = await anna.get(f"{path}?limit=200")
        texts = [t["text"] for t in touches["items"]]
        assert texts.count(nack["text"]) == texts.count("one moment") == 1
        await visitor.close()
    assert hub.lives
    assert hub.process.pid == pid


async def said_until_acked(visitor: Visitor, nack: Frame) -> Frame:
    """Send the refused message again whenever it is asked for; its acknowledgement."""
    async with asyncio.timeout(BACK_WITHIN_S):
        while True:
            await visitor.write(nack["text"], nack["msg_id"])
            frame = await visitor.heard_one_of("ack", "nack")
            if frame["t"] == "ack" and frame["client_msg_id"] == nack["msg_id"]:
                return frame
            await asyncio.sleep(frame.get("retry_ms", 0) / 1000)


async def greeting_refused(hub: RunningHub) -> int:
    """A new visitor is told when to come again; the code that closes the socket."""
    visitor = Visitor(await open_visitor_socket(hub.url, origin=hub.url))
    await visitor.send({"t": "hello", "session": None})
    assert (await visitor.heard("nack"))["retry_ms"] > 0
    return await visitor.close_code()


async def sign_in_status(hub: RunningHub) -> int:
    """What somebody hears who signs in."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{hub.url}/api/v1/session", json={"login": "boris", "password": PASSWORD}) as answer,
    ):
        return answer.status


async def health(hub: RunningHub) -> int:
    """The status of /healthz."""
    async with aiohttp.ClientSession() as http, http.get(f"{hub.url}/healthz") as answer:
        return answer.status
