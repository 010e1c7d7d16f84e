"""Many calls at a time in a bad network: none becomes two, and none is left in the end."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from hub.channels.sip.leg import InboundLeg, Leg, LegEvents, LegOver, Source
from tests.fakes.sip_network import SDP, Listener, Network, Peer, peers
from tests.fakes.virtual_time import run

pytestmark = pytest.mark.timeout(180)  # the processor's time of five hundred calls, on a busy machine

ALICE, BOB = "192.0.2.1", "192.0.2.2"


class Answering:
    """Rings and answers every call; counts them by their Call-IDs."""

    def __init__(self, ring_s: float) -> None:
        self.ring_s = ring_s
        self.calls: Counter[str] = Counter()
        self.listeners: list[Listener] = []
        self.group: asyncio.TaskGroup

    async def called(self, leg: InboundLeg, source: Source) -> LegEvents:
        self.calls[leg.invite.call_id] += 1
        self.group.create_task(self._answer(leg))
        self.listeners.append(Listener())
        return self.listeners[-1]

    async def replacing(self, leg: InboundLeg, replaced: Leg, source: Source) -> LegEvents:
        return await self.called(leg, source)

    async def _answer(self, leg: InboundLeg) -> None:
        try:
            await leg.progress(180)
            await asyncio.sleep(self.ring_s)
            await leg.answer(SDP)
        except LegOver:
            return


async def at_rest(*sides: Peer) -> None:
    await asyncio.sleep(200)
    for one in sides:
        assert len(one.agent.legs) == 0
        assert len(one.agent.stack) == 0
        assert not one.agent.stack._flows
        assert not one.agent.stack._heard
        assert one.agent.stack.jobs == 0


async def between(stack: AsyncExitStack, network: Network, ring_s: float) -> tuple[Peer, Peer, Answering]:
    user = Answering(ring_s)
    user.group = await stack.enter_async_context(asyncio.TaskGroup())
    alice, bob = await peers(stack, network, ALICE, BOB)
    bob.agent.incoming = user
    return alice, bob, user


def test_five_hundred_calls_of_which_a_third_of_everything_gets_lost() -> None:
    async def one(alice: Peer, bob: Peer, n: int) -> None:
        await asyncio.sleep(n / 50)
        leg, heard = await alice.call(bob)
        await heard.until("answered")
        await asyncio.sleep(3)
        await leg.end()

    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob, user = await between(stack, Network(loss=0.3, seed=7), 0.5)
            async with asyncio.TaskGroup() as group:
                for n in range(500):
                    group.create_task(one(alice, bob, n))
            await at_rest(alice, bob)
            assert len(user.calls) == 500
            assert set(user.calls.values()) == {1}
            assert all(one.kinds.count("ended") == 1 for one in user.listeners)

    run(story())


def test_a_hundred_calls_that_nobody_acknowledges() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob, user = await between(stack, Network(never="ACK"), 0.0)
            for _ in range(100):
                await alice.call(bob)
            await at_rest(alice, bob)
            assert len(user.listeners) == 100
            assert all(one.end is not None and one.end.status == 408 for one in user.listeners)

    run(story())


@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_a_hundred_cancels_at_any_moment_of_the_answer(loss: float) -> None:
    async def one(alice: Peer, bob: Peer, n: int) -> Listener:
        await asyncio.sleep(n / 10)
        leg, heard = await alice.call(bob)
        await asyncio.sleep(n / 2_000)  # 0 to 50 ms; the answer comes after 25
        await leg.end()
        await heard.until("ended")
        return heard

    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob, user = await between(stack, Network(loss=loss, delay_s=0.004), 0.017)
            async with asyncio.TaskGroup() as group:
                jobs = [group.create_task(one(alice, bob, n)) for n in range(100)]
            await at_rest(alice, bob)
            heard = [job.result() for job in jobs]
            assert all(one.kinds.count("ended") == 1 for one in (*heard, *user.listeners))
            assert max(user.calls.values()) == 1
            answered = sum("answered" in one.kinds for one in heard)
            assert 0 < answered < 100 or loss

    run(story())
