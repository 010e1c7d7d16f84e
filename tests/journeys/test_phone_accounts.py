"""An agent's phones in the complete hub: the browser's password by REST and its socket, a desk phone over UDP."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from hub.channels.sip.message import Request
from hub.channels.sip.uri import uri_of
from tests.clients import Agent
from tests.fakes.sip_phone import RegisteringPhone, UdpSocket, udp_socket, ws_socket
from tests.hubs import HubDidNotStart, RunningHub, start_hub
from tests.ports import free_port

pytestmark = pytest.mark.timeout(180)  # two hubs one after the other, on a busy machine


def _desk_phone(udp: UdpSocket, account: dict[str, str]) -> RegisteringPhone:
    return RegisteringPhone(
        udp.exchange,
        account["username"],
        account["password"],
        via=f"UDP 127.0.0.1:{udp.port}",
        contact=f"<sip:{account['username']}@127.0.0.1:{udp.port}>",
    )


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[tuple[RunningHub, int]]:
    port = free_port()
    running = await start_hub(tmp_path / "data", settings={"CHANNELS__SIP__PORT": str(port)})
    try:
        yield running, port
    finally:
        assert await running.stop() == 0


async def test_the_phones_of_an_agent_register_with_the_passwords_that_the_console_was_given(
    hub: tuple[RunningHub, int],
) -> None:
    running, port = hub
    async with (
        Agent(running.url, "anna") as anna,
        Agent(running.url, "admin") as admin,
        ClientSession() as web,
    ):
        old = await anna.post("/api/v1/agents/me/phone/credentials")
        new = await anna.post("/api/v1/agents/me/phone/credentials")
        assert old["username"] == new["username"]
        assert new["uri"] == f"sip:{new['username']}@{new['realm']}"
        browser = await ws_socket(web, running.sockets + new["ws_path"], running.origin)
        for known, status in ((old, 401), (new, 200)):
            phone = RegisteringPhone(
                browser.exchange,
                known["username"],
                known["password"],
                via="WS x.invalid",
                contact=f"<sip:{known['username']}@x.invalid;transport=ws>",
            )
            assert (await phone.register()).status == status
        await browser.ws.close()

        refused = await anna.ask("POST", f"/api/v1/agents/{new['username']}/phone-account")
        assert refused.status == 403
        told = await anna.get("/api/v1/agents/me/phone-account")
        assert (told["made_at"], told["server"]) == (None, f"127.0.0.1:{port}")
        desk = await admin.post(f"/api/v1/agents/{new['username']}/phone-account")
        told = await anna.get("/api/v1/agents/me/phone-account")
        assert told["made_at"] is not None
        assert {key: desk[key] for key in ("username", "realm", "uri", "server")} == {
            key: told[key] for key in ("username", "realm", "uri", "server")
        }
        assert "password" not in told
        udp = await udp_socket(port)
        try:
            phone = _desk_phone(udp, desk)
            assert (await phone.register()).status == 200
            assert (await anna.post("/api/v1/agents/me/phone-account"))["username"] == desk["username"]
            assert (await phone.register()).status == 401
            options = Request(
                method="OPTIONS",
                uri=uri_of(f"sip:127.0.0.1:{port}"),
                fields=tuple(
                    field for field in phone.request().fields if field.name not in ("CSeq", "Contact")
                ),
            )
            answer = await udp.exchange(options.adding("CSeq", "9 OPTIONS"))
            assert answer.status == 200
            # whoever is disabled has no phone either, as soon as the bus has told it
            phone = _desk_phone(udp, await anna.post("/api/v1/agents/me/phone-account"))
            assert (await phone.register()).status == 200
            user = next(u for u in (await admin.get("/api/v1/users"))["items"] if u["login"] == "anna")
            kept = {key: user[key] for key in ("login", "name", "teams", "version")}
            await admin.ask("PUT", f"/api/v1/users/{user['id']}", {**kept, "disabled": True})
            async with asyncio.timeout(10):
                while (await phone.register()).status != 401:
                    await asyncio.sleep(0.1)
        finally:
            udp.transport.close()
        rows = (await admin.get("/api/v1/audit?action=set_phone_account"))["items"]
        assert len(rows) == 3


async def ready(anna: Agent, *, within_s: float = 10.0) -> bool:
    """Whether the agent's phone is, or becomes, one that can be rung."""
    try:
        async with asyncio.timeout(within_s):
            while not (await anna.get("/api/v1/agents/me/phone"))["ready"]:
                await asyncio.sleep(0.1)
    except TimeoutError:
        return False
    return True


async def test_a_desk_phone_is_found_again_after_a_restart(tmp_path: Path) -> None:
    port = free_port()
    settings = {"CHANNELS__SIP__PORT": str(port)}
    first = await start_hub(tmp_path / "data", settings=settings)
    udp = await udp_socket(port)
    try:
        async with Agent(first.url, "anna") as anna:
            desk = await anna.post("/api/v1/agents/me/phone-account")
            wish = {"kind": "registered", "uri": "", "auto_answer": False}
            chosen = await anna.ask("PUT", "/api/v1/agents/me/phone", wish)
            assert (chosen.body["account"], chosen.body["ready"]) == (desk["username"], False)
            phone = _desk_phone(udp, desk)
            assert (await phone.register()).status == 200
            assert await ready(anna)
            # another phone, and back: the one that is registered is known to be
            for kind in ("browser", "registered"):
                await anna.ask("PUT", "/api/v1/agents/me/phone", {**wish, "kind": kind})
            assert await ready(anna)
        await first.kill()
        second = await start_hub(tmp_path / "data", settings=settings, port=first.port)
        try:
            async with Agent(second.url, "anna") as anna:
                assert await ready(anna)
        finally:
            assert await second.stop() == 0
    finally:
        udp.transport.close()
        await first.kill()


async def test_a_sip_port_that_is_taken_stops_the_start_and_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        with pytest.raises(HubDidNotStart, match=rf"port {port} .*channels\.sip\.port"):
            await start_hub(tmp_path / "data", settings={"CHANNELS__SIP__PORT": str(port)})
