"""The user agent and real peers: sipp over each transport, Kamailio in the path, a circle of two houses, sipsak. What
goes wrong on a network is tried on the whole hub: `test_sip_storms.py`."""

import os
from pathlib import Path

import pytest

from tests.servers import sipsak
from tests.servers.answering import switchboard, to
from tests.servers.kamailio import kamailio
from tests.servers.sipp import called, sipp

MANY = os.environ.get("SIP_MANY") == "1"
"""`make sip` sets it: the longest circle."""


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_sipp_calls_talks_and_hangs_up(tmp_path: Path, transport: str) -> None:
    async with switchboard() as board:
        tally = await called(
            "caller",
            tmp_path,
            target=f"127.0.0.1:{board.port}",
            calls=100,
            rate=200,
            transport=transport,
            words={"talk_ms": 20},
        )
        assert (tally.successful, tally.failed) == (100, 0), tally
        await board.quiet()
        assert len(board.came) == 100


async def test_calls_pass_a_proxy_that_stays_in_the_path(tmp_path: Path) -> None:
    async with switchboard() as board, kamailio(tmp_path, next_hop=f"127.0.0.1:{board.port}") as proxy:
        tally = await called("caller", tmp_path, target=proxy.address, calls=50, rate=100)
        assert (tally.successful, tally.failed) == (50, 0), tally
        await board.quiet()
        assert len(board.came) == 50
        assert all(len(leg.invite.record_routes) == 1 for leg in board.legs)
        assert all(leg.invite.max_forwards == 69 for leg in board.legs)


async def test_calls_of_ours_pass_a_proxy_that_stays_in_the_path(tmp_path: Path) -> None:
    async with (
        sipp("called", tmp_path, calls=20) as phone,
        kamailio(tmp_path, next_hop=f"127.0.0.1:{phone.port}") as proxy,
        switchboard(pass_on=lambda user: to(user, proxy.port)) as board,
    ):
        tally = await called("caller", tmp_path, target=f"127.0.0.1:{board.port}", calls=20, rate=50)
        assert (tally.successful, tally.failed) == (20, 0), tally
        answered = await phone.done()
        assert (answered.successful, answered.failed) == (20, 0), answered
        await board.quiet()


async def test_calls_that_are_passed_on_in_a_circle_end(tmp_path: Path) -> None:
    ports: dict[str, int] = {}
    async with (
        switchboard(pass_on=lambda user: to(user, ports["two"])) as one,
        switchboard(pass_on=lambda user: to(user, ports["one"])) as two,
    ):
        ports["one"], ports["two"] = one.port, two.port
        hops = 70 if MANY else 25
        tally = await called(
            "caller",
            tmp_path,
            target=f"127.0.0.1:{one.port}",
            calls=20,
            rate=20,
            words={"max_forwards": hops},
        )
        # each is refused with 483, which the scenario does not want
        assert (tally.successful, tally.failed) == (0, 20)
        await one.quiet()
        await two.quiet()
        assert sum(one.came.values()) + sum(two.came.values()) == 20 * hops
        assert set(one.ends) == {"483", "passed 483"}


async def test_a_call_that_a_proxy_sends_back_to_us_is_a_loop(tmp_path: Path) -> None:
    ports: dict[str, int] = {}
    async with (
        switchboard(pass_on=lambda user: to(user, ports["proxy"])) as board,
        kamailio(tmp_path, next_hop=f"127.0.0.1:{board.port}") as proxy,
    ):
        ports["proxy"] = proxy.port
        tally = await called("caller", tmp_path, target=f"127.0.0.1:{board.port}", calls=20, rate=50)
        assert (tally.successful, tally.failed) == (0, 20)
        await board.quiet()
        assert len(board.came) == 20
        assert board.ends == {"482": 20, "passed 482": 20}


async def test_sipsak_asks_how_we_are() -> None:
    async with switchboard() as board:
        said = await sipsak.options(f"127.0.0.1:{board.port}")
        assert said.is_good, said.text
        assert "200 OK" in said.text
