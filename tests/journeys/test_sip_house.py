"""A whole hub among real peers: sipp calls by a trunk, baresip is the agent's phone, Kamailio stands in the path."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import cast

import pytest

from tests.clients import Agent
from tests.hubs import Floor, RunningHub, start_hub
from tests.ports import free_ports
from tests.servers.baresip import Phone, baresip
from tests.servers.kamailio import PATH, kamailio
from tests.servers.processes import needs
from tests.servers.rtp import RtpEnd, rtp_end
from tests.servers.sipp import Sipp, sipp

pytestmark = pytest.mark.timeout(120)

CARRIER = "127.0.0.7"
NUMBER = "+4930123450"
SAID_HZ, ANNA_HZ, BORIS_HZ = 440, 800, 1_200
FLOOR = Floor(agents=("anna", "boris"), queues=("support", "sales"), offer_s=20, wrap_up_s=0.2)


@dataclass(kw_only=True)
class House:
    """A hub with a trunk, and what a story opened around it. `outside` hears whatever is sent to the carrier."""

    hub: RunningHub
    sip_port: int
    outside: "Sink"
    folder: Path
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.sip_port}"

    async def agent(self, login: str, hz: int, *, answers: bool = False) -> tuple[Agent, Phone]:
        """Sign in, with a registered baresip that says a tone, and be available."""
        agent = await self.stack.enter_async_context(Agent(self.hub.url, login))
        await agent.ask("PUT", "/api/v1/agents/me/phone", {"kind": "registered"})
        account = await agent.post("/api/v1/agents/me/phone-account")
        phone = await self.stack.enter_async_context(
            baresip(
                self.folder / login,
                user=account["username"],
                password=account["password"],
                registrar=self.address,
                answers=answers,
                tone_hz=hz,
            )
        )
        await phone.registered()
        await agent.connect()
        await agent.be("available")
        self.stack.push_async_callback(agent.be, "offline")
        return agent, phone

    async def client(
        self, *, scenario: str = "caller_stays", target: str = "", ip: str = CARRIER
    ) -> tuple[Sipp, RtpEnd]:
        """Somebody calls by the trunk, with a tone."""
        end = await self.stack.enter_async_context(rtp_end(hz=SAID_HZ, ip=ip))
        running = await self.stack.enter_async_context(
            sipp(
                scenario,
                self.folder,
                target=target or self.address,
                service=NUMBER,
                ip=ip,
                words={"rtp_port": end.port},
            )
        )
        return running, end

    async def is_offered_in_vain(self, agent: Agent) -> None:
        """A client calls, this agent is asked, and their phone is called wherever it says to be."""
        async with asyncio.TaskGroup() as group:
            group.create_task(Try(uri=f"sip:{NUMBER}@{self.address}", source=CARRIER).done(self.address, 3.0))
            await agent.offered()


class Sink(asyncio.DatagramProtocol):
    """The carrier's address for calls out: it answers OPTIONS, and keeps everything else."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.address = ""
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)
        host, port = transport.get_extra_info("sockname")
        self.address = f"{host}:{port}"

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        first, *lines = data.decode(errors="replace").split("\r\n")
        if not first.startswith("OPTIONS"):
            self.requests.append(first)
            return
        kept = [one for one in lines if one.lower().startswith(("via:", "from:", "to:", "call-id:", "cseq:"))]
        assert self._transport is not None
        self._transport.sendto(
            "\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(), addr
        )


@dataclass(frozen=True, kw_only=True)
class Try:
    """One request of a fraud, as it is on the wire."""

    uri: str
    method: str = "INVITE"
    source: str = "127.0.0.1"
    more: str = ""

    async def done(self, target: str, within_s: float = 0.4) -> list[str]:
        """Send it, and after whatever was answered take it back; the first lines of the answers."""
        host, _, port = target.partition(":")
        loop, call = asyncio.get_running_loop(), token_hex(8)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            sock.bind((self.source, 0))
            mine = f"{self.source}:{sock.getsockname()[1]}"

            def request(method: str, more: str) -> bytes:
                return (
                    f"{method} {self.uri} SIP/2.0\r\nVia: SIP/2.0/UDP {mine};rport;branch=z9hG4bK{call}\r\n"
                    f"From: <sip:fraud@{mine}>;tag={call}\r\nTo: <{self.uri}>\r\nCall-ID: {call}\r\n"
                    f"CSeq: 1 {method}\r\nContact: <sip:fraud@{mine}>\r\nMax-Forwards: 70\r\n{more}"
                    "Content-Length: 0\r\n\r\n"
                ).encode()

            await loop.sock_sendto(sock, request(self.method, self.more), (host, int(port)))
            answers = []
            try:
                async with asyncio.timeout(within_s):
                    while True:
                        answers.append((await loop.sock_recv(sock, 65_536)).decode().split("\r\n")[0])
            except TimeoutError:
                await loop.sock_sendto(sock, request("CANCEL", ""), (host, int(port)))
        return answers


@pytest.fixture(scope="module")
async def house_hub(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[RunningHub, int, Sink]]:
    needs("sipp", "sip-tester")
    needs("baresip", "baresip-core")
    needs("kamailio", "kamailio")
    (sip_port,) = free_ports()
    transport, sink = await asyncio.get_running_loop().create_datagram_endpoint(
        Sink, local_addr=("127.0.0.8", 0)
    )
    trunks = [
        {
            "name": "carrier",
            "domain": sink.address,
            "registers": False,
            "addresses": [CARRIER],
            "region": "DE",
            "queue": "support",
            "outbound": True,
            "caller_id": NUMBER,
            "keep_alive_s": 5,
        }
    ]
    settings = {
        "CHANNELS__SIP__PORT": str(sip_port),
        "CHANNELS__SIP__TRUNKS": json.dumps(trunks),
        "CHANNELS__SIP__PHONE_HOSTS": json.dumps([f"127.0.0.8/29:{sink.address.partition(':')[2]}"]),
        "ROUTING__AVOID_S": "30",
    }
    running = await start_hub(tmp_path_factory.mktemp("house") / "data", floor=FLOOR, settings=settings)
    yield running, sip_port, sink
    assert await running.stop() == 0, running.log.read_text(errors="replace")[-4000:]
    transport.close()


@pytest.fixture
async def house(house_hub: tuple[RunningHub, int, Sink], tmp_path: Path) -> AsyncIterator[House]:
    hub, sip_port, sink = house_hub
    async with AsyncExitStack() as stack:
        yield House(hub=hub, sip_port=sip_port, outside=sink, folder=tmp_path, stack=stack)


async def test_a_call_by_the_trunk_reaches_the_agents_phone_after_the_card(
    house: House, record_property: Callable[[str, object], None]
) -> None:
    anna, phone = await house.agent("anna", ANNA_HZ)
    client, sound = await house.client()
    offer = await anna.offered()
    card_at = time.monotonic()
    await phone.heard("CALL_INCOMING")
    record_property("card_before_phone_ms", round(1000 * (time.monotonic() - card_at)))
    assert offer["work_item"]["channel"] == "sip"
    await phone.answer()
    await sound.hears_tone(ANNA_HZ)

    await phone.hold()
    await sound.hears_no_tone(ANNA_HZ)
    await phone.resume()
    await sound.hears_tone(ANNA_HZ)
    assert sound.lost == 0

    await phone.hang_up()
    tally = await client.done(10)
    assert (tally.successful, tally.failed) == (1, 0), tally
    interaction = offer["work_item"]["interaction_id"]
    touches = await anna.get(f"/api/v1/interactions/{interaction}/touches")
    assert [touch["channel"] for touch in touches["items"]] == ["sip"]


async def test_the_agents_phone_hands_the_client_to_a_colleague(house: House) -> None:
    anna, phone = await house.agent("anna", ANNA_HZ)
    client, sound = await house.client()
    await anna.offered()
    await phone.heard("CALL_INCOMING")
    await phone.answer()
    await sound.hears_tone(ANNA_HZ)
    boris, other = await house.agent("boris", BORIS_HZ)
    account = (await boris.get("/api/v1/agents/me/phone"))["account"]
    await phone.transfer(f"sip:{account}@{house.address}")
    await boris.offered()
    await other.heard("CALL_INCOMING")
    await other.answer()
    await sound.hears_tone(BORIS_HZ)
    await phone.heard("CALL_CLOSED")
    await other.hang_up()
    tally = await client.done(10)
    assert (tally.successful, tally.failed) == (1, 0), tally


async def test_a_call_passes_a_proxy_that_stays_in_the_path(house: House) -> None:
    anna, phone = await house.agent("anna", ANNA_HZ)
    proxy = await house.stack.enter_async_context(
        kamailio(house.folder / "proxy", config=PATH, next_hop=house.address, ip=CARRIER)
    )
    client, sound = await house.client(target=proxy.address)
    await anna.offered()
    await phone.heard("CALL_INCOMING")
    await phone.answer()
    await sound.hears_tone(ANNA_HZ)
    await phone.hang_up()
    tally = await client.done(10)
    assert (tally.successful, tally.failed) == (1, 0), tally


async def test_toll_fraud_reaches_the_trunk_in_no_way(house: House) -> None:
    """Twenty ways to call Jamaica at the house's cost: nothing but signs of life comes to the carrier."""
    outside = house.outside.address
    dear = "+18769221234"
    boris, other = await house.agent("boris", BORIS_HZ, answers=True)
    await boris.be("offline")  # what comes by the trunk is a call into a line, and nobody is to take it
    tries = [
        # strangers, and the carrier itself, with whatever address and route they think of
        *(
            Try(uri=uri, source=source, more=more)
            for source in ("127.0.0.1", CARRIER)
            for uri, more in (
                (f"sip:{dear}@127.0.0.1", ""),
                (f"sip:{dear}@{outside}", ""),
                (f"sip:0900{dear[1:]}@127.0.0.1;user=phone", ""),
                (f"sip:{dear}@127.0.0.1", f"Route: <sip:{outside};lr>\r\n"),
                (
                    f"sip:support@{outside};maddr=127.0.0.8",
                    f"Route: <sip:127.0.0.1;lr>, <sip:{outside};lr>\r\n",
                ),
                (f"tel:{dear}", ""),
                (f"sip:{dear}@127.0.0.1", "Replaces: a;to-tag=b;from-tag=c\r\n"),
            )
        ),
        # requests that would have us call somebody
        Try(uri=f"sip:{house.address}", method="REGISTER", more=f"Contact: <sip:{dear}@{outside}>\r\n"),
        Try(uri=f"sip:support@{house.address}", method="REFER", more=f"Refer-To: <sip:{dear}@{outside}>\r\n"),
        Try(
            uri=f"sip:support@{house.address}",
            method="REFER",
            source=CARRIER,
            more=f"Refer-To: <tel:{dear}>\r\n",
        ),
    ]
    await asyncio.gather(*(one.done(house.address) for one in tries))

    # a stolen phone calls, and says to be where the carrier is
    await other.dial(f"sip:{dear}@{house.address}")
    await other.dial(f"sip:0900{dear[1:]}@{house.address}")
    changed = await boris.ask(
        "PUT", "/api/v1/agents/me/phone", {"kind": "uri", "uri": f"sip:{dear}@127.0.0.8:22"}
    )
    assert (changed.status, changed.body["code"]) == (422, "phone_host_not_allowed"), changed
    # one in a network that may have phones, where the carrier turns out to be
    changed = await boris.ask(
        "PUT", "/api/v1/agents/me/phone", {"kind": "uri", "uri": f"sip:{dear}@{outside}"}
    )
    assert changed.status == 200, changed
    await boris.be("available")
    await house.is_offered_in_vain(boris)
    await boris.be("offline")
    assert "sip_trunk_barred" in house.hub.log.read_text()
    assert len(tries) == 17
    assert house.outside.requests == []
