"""Two user agents over a network in memory, in virtual time: begin, answer, refuse, cancel, hold and end."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from hub.channels.sip.leg import Ended, LegOver
from hub.channels.sip.refusal import Refused
from tests.fakes.sip_network import SDP, Network, Peer, peers
from tests.fakes.virtual_time import run

OTHER = SDP.replace(b"4000", b"5000")
ALICE, BOB = "192.0.2.1", "192.0.2.2"


async def rest(alice: Peer, bob: Peer) -> None:
    """Nothing is left of any call once all timers have come to their end."""
    await asyncio.sleep(70)
    for one in (alice, bob):
        assert len(one.agent.legs) == 0
        assert len(one.agent.stack) == 0


def test_a_call_is_answered_confirmed_and_ended() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            alice, bob = await peers(stack, network, ALICE, BOB)
            leg, heard = await alice.call(bob)
            came, told = await bob.desk.call()
            assert came.invite.body == SDP
            assert came.remote.uri == leg.invite.from_.uri
            await came.progress(180)
            await heard.until("progressed")
            await came.answer(OTHER)
            await heard.until("answered")
            await told.until("confirmed")
            await leg.end()
            await told.until("ended")
            assert heard.told == [
                ("progressed", 180, b""),
                ("answered", OTHER),
                ("ended", Ended(status=0, by_us=True)),
            ]
            assert told.told == [("confirmed", b""), ("ended", Ended(status=0))]
            assert len(network.answers(100)) == 1
            await rest(alice, bob)

    run(story())


def test_a_refusal_is_told_with_its_status() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            _, heard = await alice.call(bob)
            came, told = await bob.desk.call()
            await came.refuse(486)
            await heard.until("ended")
            assert heard.end == Ended(status=486, reason="Busy Here")
            assert told.end == Ended(status=486, reason="Busy Here", by_us=True)
            with pytest.raises(LegOver):
                await came.answer(SDP)
            await rest(alice, bob)

    run(story())


@pytest.mark.parametrize("after_ms", [*range(0, 52, 4)])
def test_a_cancel_at_any_moment_leaves_no_call(after_ms: int) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network(delay_s=0.01, seed=after_ms)
            alice, bob = await peers(stack, network, ALICE, BOB)
            leg, heard = await alice.call(bob)

            async def answer() -> None:
                came, _ = await bob.desk.call()
                await asyncio.sleep(0.013)
                try:
                    await came.answer(OTHER)
                except LegOver:
                    return

            async with asyncio.TaskGroup() as group:
                group.create_task(answer())
                await asyncio.sleep(after_ms / 1000)
                await leg.end()
            await heard.until("ended")
            _, told = await bob.desk.call()
            await told.until("ended")
            await rest(alice, bob)
            assert [one for one in heard.kinds if one == "ended"] == ["ended"]
            assert told.kinds.count("ended") == 1

    run(story())


def test_a_yes_that_crosses_a_cancel_is_acknowledged_and_ended() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network(delay_s=0.05)
            alice, bob = await peers(stack, network, ALICE, BOB)
            leg, heard = await alice.call(bob)
            came, told = await bob.desk.call()
            await came.progress(180)
            await heard.until("progressed")
            await came.answer(OTHER)
            await leg.end()
            await told.until("ended")
            assert heard.end == Ended(status=487, by_us=True)
            assert "answered" not in heard.kinds
            assert len(network.requests("ACK")) == 1
            assert len(network.requests("BYE")) == 1
            await rest(alice, bob)

    run(story())


def test_nobody_answers_and_the_ringing_ends() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            alice, bob = await peers(stack, network, ALICE, BOB)
            _, heard = await alice.call(bob, ring_s=200)
            came, told = await bob.desk.call()
            await came.progress(182)
            await told.until("ended", within_s=300)
            assert heard.end is not None
            assert heard.end.status == 408
            assert told.end == Ended(status=487)
            # the sign of life of each minute, so that no proxy gives up
            assert len(network.answers(182)) == 4
            await rest(alice, bob)

    run(story())


def test_who_is_not_there_is_a_408_and_who_has_no_address_a_503() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            alice, bob = await peers(stack, network, ALICE, BOB)
            del network.doors[BOB]
            _, heard = await alice.call(bob)
            await heard.until("ended")
            assert heard.end is not None
            assert heard.end.status == 408
            bob.address = "nobody.example"
            _, heard = await alice.call(bob)
            await heard.until("ended")
            assert heard.end is not None
            assert heard.end.status == 503
            await rest(alice, bob)

    run(story())


def test_a_2xx_without_its_ack_is_repeated_and_ends_by_a_bye() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            alice, bob = await peers(stack, network, ALICE, BOB)
            await alice.call(bob)
            came, told = await bob.desk.call()
            del network.doors[ALICE]
            await came.answer(OTHER)
            await told.until("ended")
            assert told.end == Ended(status=408, reason="no ACK", by_us=True)
            assert len(network.answers(200)) == 11
            assert network.requests("BYE", BOB)
            await asyncio.sleep(70)
            assert len(bob.agent.legs) == 0

    run(story())


def test_who_answers_and_hangs_up_at_once_waits_for_the_ack() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network(delay_s=0.05)
            alice, bob = await peers(stack, network, ALICE, BOB)
            _, heard = await alice.call(bob)
            came, _ = await bob.desk.call()
            await came.answer(OTHER)
            await came.end()
            assert came.is_over
            assert network.requests("BYE") == []
            await heard.until("ended")
            assert heard.kinds == ["answered", "ended"]
            await rest(alice, bob)

    run(story())


def test_both_sides_may_offer_anew_and_a_refusal_leaves_the_call() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            leg, heard = await alice.call(bob)
            came, told = await bob.desk.call()
            await came.answer(OTHER)
            await told.until("confirmed")
            told.answers = [b"held", Refused(488, "no")]
            assert await leg.reoffer(b"hold") == b"held"
            with pytest.raises(Refused) as refused:
                await leg.reoffer(b"video")
            assert refused.value.status == 488
            heard.answers = [b"yes"]
            assert await came.reoffer(b"back") == b"yes"
            assert not leg.is_over
            await came.end()
            await heard.until("ended")
            await rest(alice, bob)

    run(story())


def test_offers_that_meet_are_both_made_in_the_end() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network(delay_s=0.05)
            alice, bob = await peers(stack, network, ALICE, BOB)
            leg, heard = await alice.call(bob)
            came, told = await bob.desk.call()
            await came.answer(OTHER)
            await told.until("confirmed")
            told.answers, heard.answers = [b"to alice"], [b"to bob"]
            async with asyncio.TaskGroup() as group:
                one = group.create_task(leg.reoffer(b"alice"))
                other = group.create_task(came.reoffer(b"bob"))
            assert (one.result(), other.result()) == (b"to alice", b"to bob")
            assert network.answers(491)
            await leg.end()
            await told.until("ended")
            await rest(alice, bob)

    run(story())


def test_a_call_over_a_network_that_loses_a_third_is_one_call() -> None:
    async def story(seed: int) -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(loss=0.3, seed=seed), ALICE, BOB)
            leg, heard = await alice.call(bob)
            came, told = await bob.desk.call()
            await came.progress(180)
            await came.answer(OTHER)
            await heard.until("answered")
            await told.until("confirmed")
            await leg.reoffer(b"hold")
            await leg.end()
            await told.until("ended")
            assert len(bob.desk.calls) == 1
            assert told.kinds == ["confirmed", "reoffered", "ended"]
            await rest(alice, bob)

    for seed in range(40):
        run(story(seed))


def test_draining_ends_what_rings_and_what_talks_and_takes_nothing_new() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            _, talking = await alice.call(bob)
            came, told = await bob.desk.call()
            await came.answer(OTHER)
            await told.until("confirmed")
            _, ringing = await alice.call(bob)
            await bob.desk.call(1)
            began = asyncio.get_running_loop().time()
            await bob.agent.drain()
            assert asyncio.get_running_loop().time() - began < 10
            await talking.until("ended")
            await ringing.until("ended")
            assert ringing.end is not None
            assert ringing.end.status == 480
            _, late = await alice.call(bob)
            await late.until("ended")
            assert late.end is not None
            assert late.end.status == 503
            await rest(alice, bob)

    run(story())
