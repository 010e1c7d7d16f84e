"""The user agent and real peers: sipp over each transport, Kamailio in the path, and everything that goes wrong on a
network. Counted is what must never be: a call twice, a call left."""

import asyncio
import os
from collections import Counter
from pathlib import Path

import pytest

from hub.channels.sip.transaction import TIMES
from tests.servers import sipsak
from tests.servers.answering import QUICK, switchboard, to
from tests.servers.hasty import HastyCaller
from tests.servers.kamailio import kamailio
from tests.servers.sipp import called, sipp

MANY = os.environ.get("SIP_MANY") == "1"
"""`make sip` sets it: the times of RFC 3261 and the full counts."""

AGAIN_MS = 500 if MANY else 50
TIMES_USED = TIMES if MANY else QUICK
PATIENCE_S = 120.0 if MANY else 30.0


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


async def test_calls_survive_a_network_that_loses_a_third(tmp_path: Path) -> None:
    calls = 500
    async with switchboard(times=TIMES_USED) as board:
        tally = await called(
            "caller_through_loss",
            tmp_path,
            target=f"127.0.0.1:{board.port}",
            calls=calls,
            rate=100,
            loss_percent=30,
            within_s=PATIENCE_S,
            words={"again_ms": AGAIN_MS},
            traces=False,
            extra=("-max_invite_retrans", "6", "-max_non_invite_retrans", "9"),
        )
        await board.quiet(PATIENCE_S)
        assert not board.twice
        assert len(board.came) == calls
        assert tally.created == calls
        assert tally.successful >= 0.98 * calls, tally
        assert tally.retransmissions > calls / 2


async def test_a_caller_who_never_acknowledges_is_hung_up_on(tmp_path: Path) -> None:
    async with switchboard(times=TIMES_USED) as board:
        tally = await called(
            "caller_never_acks",
            tmp_path,
            target=f"127.0.0.1:{board.port}",
            calls=100,
            rate=200,
            within_s=PATIENCE_S,
            traces=False,
        )
        assert (tally.successful, tally.failed) == (100, 0), tally
        await board.quiet(PATIENCE_S)
        assert (len(board.came), board.twice) == (100, [])


async def test_whatever_crosses_a_cancel_the_call_ends_once() -> None:
    async with switchboard(times=TIMES_USED, ring_s=0.025) as board:
        caller = HastyCaller(board.port)
        await caller.open()
        try:
            async with asyncio.TaskGroup() as group:
                races = []
                for number in range(100):
                    races.append(group.create_task(caller.give_up_after(number % 50)))
                    await asyncio.sleep(0.01)
        finally:
            caller.close()
        ends = Counter(race.result().end.result() for race in races)
        await board.quiet(PATIENCE_S)
        assert (len(board.came), board.twice) == (100, [])
        assert sum(board.ends.values()) == 100
        # some were cancelled in time, and some crossed with the answer
        assert set(ends) == {"487", "answered"}
        assert min(ends.values()) >= 10, ends
        assert board.ends == {"487": ends["487"], "0": ends["answered"]}


async def test_a_twin_of_a_forked_call_is_refused(tmp_path: Path) -> None:
    async with switchboard(ring_s=0.5) as board:
        tally = await called("caller_twice", tmp_path, target=f"127.0.0.1:{board.port}", calls=100, rate=200)
        assert (tally.successful, tally.failed) == (100, 0), tally
        await board.quiet()
        assert (len(board.came), board.twice) == (100, [])


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
