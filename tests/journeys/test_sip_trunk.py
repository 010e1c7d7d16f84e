"""A trunk and a real carrier: Kamailio takes our password, knows where we are, and is tried by `touchline doctor`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub import trunk_checks
from hub.channels.sip.channel import Telephony
from hub.channels.sip.numbers import dialled
from hub.channels.sip.outbound_policy import OutboundRules
from hub.channels.sip.settings import SipSettings
from hub.channels.sip.trunk_link import Line
from hub.channels.sip.trunk_settings import TrunkSettings
from hub.channels.sip.trunks import Trunks
from hub.clock import SystemClock
from hub.ports.status import Health
from tests.fakes.phones import telephony
from tests.fakes.sip_network import Listener
from tests.servers.answering import Switchboard, description
from tests.servers.kamailio import CARRIER, Kamailio, kamailio
from tests.servers.processes import end
from tests.servers.sipp import called, sipp

KNOWN = {"udp": [], "tcp": ["127.0.0.0/8"]}


def settings(carrier: str, **more: object) -> TrunkSettings:
    return TrunkSettings.model_validate(
        {
            "name": "carrier",
            "domain": carrier,
            "username": "4711",
            "password": "secret",
            "region": "DE",
            "keep_alive_s": 5,
            "outbound": True,
            **more,
        }
    )


@asynccontextmanager
async def running(trunk: TrunkSettings) -> AsyncIterator[tuple[Telephony, Trunks, Switchboard]]:
    clock = SystemClock()
    trunks = Trunks([trunk], OutboundRules(countries=frozenset({"DE"})), clock)

    def trunk_of(address: str, port: int, user: str) -> str:
        found = trunks.of_source(address, port, user)
        return "" if found is None else found.name

    channel = telephony(clock=clock, trunk_of=trunk_of)
    board = Switchboard(agent=channel.user_agent)
    channel.take_calls(board)
    async with asyncio.TaskGroup() as jobs, channel.opened():
        board.jobs, board.port = jobs, channel.transports.port
        job = jobs.create_task(trunks.run(channel.asks))
        try:
            yield channel, trunks, board
        finally:
            job.cancel()
            await asyncio.wait([job])


async def until_line(trunks: Trunks, line: Line, within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while trunks.states()[0].line is not line:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_we_register_are_called_and_call(tmp_path: Path, transport: str) -> None:
    async with (
        sipp("called", tmp_path, calls=1) as outside,
        kamailio(tmp_path, config=CARRIER, outside=f"127.0.0.1:{outside.port}") as carrier,
        # over TCP it may come by a connection of its own, and on loopback its port says nothing then
        running(settings(carrier.address, transport=transport, addresses=KNOWN[transport])) as (
            channel,
            trunks,
            board,
        ),
    ):
        await until_line(trunks, Line.UP)
        state = trunks.states()[0]
        assert (state.status, state.addresses) == (200, ("127.0.0.1",))
        # somebody calls the line that we have there
        tally = await called("caller", tmp_path, target=carrier.address, service="4711", calls=5, rate=20)
        assert (tally.successful, tally.failed) == (5, 0), tally
        assert {source.trunk for source in board.sources} == {"carrier"}
        # and we call somebody by it, who signs us in for the call
        trunk = trunks.all[0]
        number = dialled("030 1234567", "DE")
        assert number is not None
        listener = Listener()
        leg = await channel.user_agent.call(
            trunk.target(number), description(9), listener, caller=trunk.shown
        )
        await listener.until("answered", within_s=10)
        await leg.end()
        answered = await outside.done(10)
        assert (answered.successful, answered.failed) == (1, 0), answered


async def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    async with (
        kamailio(tmp_path, config=CARRIER) as carrier,
        running(settings(carrier.address, password="wrong")) as (_, trunks, _board),
    ):
        await until_line(trunks, Line.REFUSED)
        assert trunks.states()[0].status == 401


async def test_a_time_that_is_too_short_is_made_longer(tmp_path: Path) -> None:
    async with (
        kamailio(tmp_path, config=CARRIER, least_s=300) as carrier,
        running(settings(carrier.address, registration_s=60)) as (_, trunks, _board),
    ):
        await until_line(trunks, Line.UP)
        until_s = trunks.states()[0].until_s
        assert until_s is not None
        assert until_s - SystemClock().monotonic() > 200


async def test_doctor_tries_the_trunk(tmp_path: Path) -> None:
    async def found(carrier: Kamailio, **more: object) -> tuple[Health, str]:
        sip = SipSettings.model_validate(
            {"trunks": [settings(carrier.address).model_dump() | {"password": "secret"} | more]}
        )
        [one] = await trunk_checks.of_settings(sip)
        return one.health, one.code

    async with kamailio(tmp_path, config=CARRIER) as carrier:
        assert await found(carrier) == (Health.OK, "trunk_ok")
        assert await found(carrier, password="wrong") == (Health.FAIL, "trunk_password")
        assert await found(carrier, registers=False) == (Health.OK, "trunk_ok")
        assert await found(carrier, domain="no.such.name.invalid") == (Health.FAIL, "trunk_no_name")
        await end(carrier.process)
    assert [one.code for one in await trunk_checks.of_settings(SipSettings.model_validate({}))] == [
        "no_trunk"
    ]
