"""What happens within a call: transfers, keys, session timers, PRACK, forks, loops, and signing in."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from hub.channels.sip.headers import NameAddr, Replaces
from hub.channels.sip.leg import Ended, InboundLeg, Leg, Source, Target
from hub.channels.sip.legs.callee_leg import CalleeLeg
from hub.channels.sip.legs.dialog_leg import DialogLeg
from hub.channels.sip.legs.ours import Ours
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Field, Refused
from hub.channels.sip.uri import uri_of
from tests.fakes.sip_network import SDP, Listener, Network, Peer, peers
from tests.fakes.virtual_time import run

ALICE, BOB, CAROL = "192.0.2.1", "192.0.2.2", "192.0.2.3"
OTHER = SDP.replace(b"4000", b"5000")


async def talking(alice: Peer, bob: Peer) -> tuple[Leg, Listener, InboundLeg, Listener]:
    """Alice called Bob, who answered."""
    number = len(bob.desk.calls)
    leg, heard = await alice.call(bob)
    came, told = await bob.desk.call(number)
    await came.answer(OTHER)
    await told.until("confirmed")
    await heard.until("answered")
    return leg, heard, came, told


def test_a_blind_transfer_is_asked_for_and_told_how_it_fares() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            alice, bob = await peers(stack, network, ALICE, BOB)
            leg, heard, came, told = await talking(alice, bob)
            await leg.refer(uri_of("sip:carol@192.0.2.3"))
            await told.until("referred")
            assert ("referred", "sip:carol@192.0.2.3", None) in told.told
            await came.notify(180, over=False)
            await came.notify(200, over=True)
            assert [one for one in heard.told if one[0] == "notified"] == [
                ("notified", 100, False),
                ("notified", 180, False),
                ("notified", 200, True),
            ]
            await came.notify(200, over=True)
            assert len(network.requests("NOTIFY")) == 3
            assert (
                network.requests("NOTIFY")[0].one("event")
                == f"refer;id={network.requests('REFER')[0].cseq.number}"
            )
            await leg.end()
            await told.until("ended")

    run(story())


def test_a_transfer_that_is_not_wanted_is_told_so() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            leg, heard, _, told = await talking(alice, bob)
            told.refers = Refused(403, "no")
            await leg.refer(uri_of("sip:carol@192.0.2.3"))
            async with asyncio.timeout(10):
                while ("notified", 403, True) not in heard.told:
                    heard.news.clear()
                    await heard.news.wait()
            assert not leg.is_over

    run(story())


def test_an_attended_transfer_names_the_call_whose_place_it_takes() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob, carol = await peers(stack, Network(), ALICE, BOB, CAROL)
            leg, _, _, told = await talking(alice, bob)
            consult, _, carols, _ = await talking(alice, carol)
            await leg.refer(uri_of("sip:carol@192.0.2.3"), replaces=consult.replaces)
            [_, target, replaces] = await told.until("referred")
            assert isinstance(replaces, Replaces)
            bobs = Listener()
            field = Field("Replaces", str(replaces))
            await bob.agent.call(
                Target(uri=uri_of(target)), SDP, bobs, field, caller=NameAddr(uri_of("sip:bob@192.0.2.2"))
            )
            _, taken = await carol.desk.call(1)
            assert carol.desk.replaced == [carols]
            await carol.desk.calls[1][0].answer(SDP)
            await taken.until("confirmed")

    run(story())


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", "5"),
        ("application/dtmf-relay", b"Signal= 11\r\n", "#"),
        ("application/dtmf", b"*", "*"),
    ],
)
def test_keys_come_by_info(kind: str, body: bytes, key: str) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            leg, _, _, told = await talking(alice, bob)
            assert isinstance(leg, DialogLeg)
            response = await leg.ask("INFO", Field("Content-Type", kind), body=body)
            assert response.status == 200
            await told.until("keyed")
            assert ("keyed", key) in told.told
            refused = await leg.ask("INFO", Field("Content-Type", kind), body=b"Signal=!!")
            assert refused.status == 400

    run(story())


def test_a_session_is_refreshed_at_half_its_time_and_ends_when_nobody_does() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            alice, bob = await peers(stack, network, ALICE, BOB, ours=Ours(session_s=120))
            leg, _, came, told = await talking(alice, bob)
            await asyncio.sleep(600)
            assert not leg.is_over
            assert len(network.requests("UPDATE")) == 9
            del network.doors[BOB]
            await told.until("ended", within_s=300)
            assert told.end is not None
            assert told.end.status == 408
            assert told.end.by_us
            assert came.is_over

    run(story())


def test_a_session_that_is_too_short_is_asked_for_longer() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [alice] = await peers(stack, network, ALICE, ours=Ours(session_s=90))
            [bob] = await peers(stack, network, BOB, ours=Ours(session_s=1800, least_session_s=600))
            leg, _, _, _ = await talking(alice, bob)
            assert len(network.answers(422)) == 1
            assert leg.invite.session_expires is not None
            assert leg.invite.session_expires.after_s == 600

    run(story())


def test_the_leg_ends_when_whoever_is_told_fails() -> None:
    class Broken(Listener):
        async def keyed(self, leg: Leg, keys: str) -> None:
            raise ValueError(keys)

    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            leg, heard, came, _ = await talking(alice, bob)
            assert isinstance(came, CalleeLeg)
            broken = Broken()
            came.events = broken
            assert isinstance(leg, DialogLeg)
            await leg.ask("INFO", Field("Content-Type", "application/dtmf"), body=b"1")
            await heard.until("ended")
            assert broken.end == Ended(status=0, by_us=True)

    run(story())


def test_whoever_takes_no_calls_refuses_them_with_what_it_says() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            bob.desk.refusal = Refused(404, "nobody", telling=(Field("Warning", '399 hub "x"'),))
            _, heard = await alice.call(bob)
            await heard.until("ended")
            assert heard.end is not None
            assert heard.end.status == 404
            await asyncio.sleep(40)
            assert len(bob.agent.legs) == len(alice.agent.legs) == 0

    run(story())


def test_a_source_that_proves_nothing_is_asked_and_its_call_begins_nothing() -> None:
    class Asking:
        async def of(self, invite: Request, flow: object) -> Source:
            raise Refused(401, "who", telling=(Field("WWW-Authenticate", 'Digest realm="r", nonce="n"'),))

    async def story() -> None:
        async with AsyncExitStack() as stack:
            alice, bob = await peers(stack, Network(), ALICE, BOB)
            bob.agent.sources = Asking()
            _, heard = await alice.call(bob)
            await heard.until("ended")
            assert heard.end is not None
            assert heard.end.status == 401
            assert not bob.desk.calls

    run(story())
