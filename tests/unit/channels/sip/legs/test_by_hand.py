"""What a leg makes of answers and requests that no user agent of ours sends: forks, PRACK, passwords, loops."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

from hub.channels.sip.digest import credentials_of, secrets_of
from hub.channels.sip.digest_server import Door as Realm
from hub.channels.sip.digest_server import Nonces, UsedCounts, Verdict
from hub.channels.sip.message import response_to
from hub.channels.sip.refusal import Field
from tests.fakes.sip_network import SDP, Network, peers
from tests.fakes.sip_wire import Wire, at
from tests.fakes.virtual_time import run

ALICE, BOB, CAROL = "192.0.2.1", "192.0.2.2", "192.0.2.3"
OTHER = SDP.replace(b"4000", b"5000")


def test_provisional_answers_arrive_where_the_caller_requires_it() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [bob] = await peers(stack, network, BOB)
            wire = Wire(network, ALICE)
            invite = wire.invite(BOB, ("Require", "100rel"))
            wire.send(BOB, invite)
            came, told = await bob.desk.call()
            jobs = await stack.enter_async_context(asyncio.TaskGroup())
            ringing = jobs.create_task(came.progress(180))
            await asyncio.sleep(0)
            answering = jobs.create_task(came.answer(OTHER))
            first = await wire.response(180)
            again = await wire.response(180)
            assert first.rseq is not None
            assert again.rseq == first.rseq
            assert first.require == ("100rel",)
            assert not network.answers(200)
            prack = wire.within(invite, first, "PRACK", 2, ("RAck", f"{first.rseq} 1 INVITE"))
            wire.send(BOB, prack)
            await ringing
            await answering
            accepted = await wire.response(200)
            if accepted.cseq.method == "PRACK":
                accepted = await wire.response(200)
            wire.send(BOB, wire.within(invite, accepted, "ACK", 1))
            await told.until("confirmed")

    run(story())


def test_nobody_acknowledges_a_provisional_answer_and_the_call_is_refused() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [bob] = await peers(stack, network, BOB)
            wire = Wire(network, ALICE)
            wire.send(BOB, wire.invite(BOB, ("Require", "100rel")))
            came, told = await bob.desk.call()
            await came.progress(180)
            assert told.end is None or told.end.status == 504
            await wire.response(504)

    run(story())


def test_a_reliable_answer_of_theirs_is_acknowledged_once() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [alice] = await peers(stack, network, ALICE)
            wire = Wire(network, BOB)
            leg, heard = await alice.call(at(BOB))
            invite = await wire.request("INVITE")
            reliable = (Field("Require", "100rel"), Field("RSeq", "7"))
            for _ in range(2):
                wire.send(ALICE, wire.answer(invite, 183, *reliable, body=OTHER))
            prack = await wire.request("PRACK")
            assert str(prack.rack) == "7 1 INVITE"
            wire.send(ALICE, wire.answer(prack, 200))
            wire.send(ALICE, wire.answer(invite, 200))
            ack = await wire.request("ACK")
            assert ack.cseq.number == 1
            await heard.until("answered")
            # the description came with the provisional answer
            assert ("answered", OTHER) in heard.told
            assert len(network.requests("PRACK")) == 1
            await leg.end()
            bye = await wire.request("BYE")
            assert bye.cseq.number > prack.cseq.number

    run(story())


def test_of_several_that_answer_one_is_the_call_and_the_others_are_ended() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [alice] = await peers(stack, network, ALICE)
            wire = Wire(network, BOB)
            leg, heard = await alice.call(at(BOB))
            invite = await wire.request("INVITE")
            for tag in ("one", "two"):
                wire.send(ALICE, wire.answer(invite, 180, tag=tag))
            await asyncio.sleep(1)
            for tag in ("two", "one", "one"):
                wire.send(ALICE, wire.answer(invite, 200, tag=tag, body=OTHER))
                await asyncio.sleep(0.05)
            bye = await wire.request("BYE")
            assert bye.to.tag == "one"
            wire.send(ALICE, response_to(bye.fields, 200))
            await asyncio.sleep(1)
            assert {ack.to.tag for ack in network.requests("ACK", ALICE)} == {"one", "two"}
            assert heard.kinds.count("answered") == 1
            assert not leg.is_over
            await leg.end()
            assert (await wire.request("BYE")).to.tag == "two"

    run(story())


def test_who_asks_for_a_password_is_given_it_and_the_call_goes_on() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [alice] = await peers(stack, network, ALICE)
            wire = Wire(network, BOB)
            realm = Realm(realm="carrier", nonces=Nonces(key=b"k"), used=UsedCounts())
            leg, heard = await alice.call(at(BOB), target={"username": "alice", "password": "secret"})
            invite = await wire.request("INVITE")
            [challenge] = realm.challenges(0.0, lambda n: b"s" * n)
            asked = wire.answer(invite, 407, Field("Proxy-Authenticate", str(challenge)))
            wire.send(ALICE, asked)
            signed = await wire.request("INVITE")
            credentials = credentials_of(signed.every("proxy-authorization")[0])
            assert credentials is not None
            known = secrets_of("alice", "carrier", "secret")
            assert realm.verdict(credentials, signed, known, 1.0) is Verdict.GOOD
            assert signed.cseq.number == invite.cseq.number + 1
            assert signed.call_id == invite.call_id
            wire.send(ALICE, wire.answer(signed, 407, Field("Proxy-Authenticate", str(challenge))))
            await heard.until("ended")
            assert heard.end is not None
            assert heard.end.status == 407
            assert leg.is_over

    run(story())


def test_what_was_here_before_is_a_loop_and_what_went_too_far_goes_no_further() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            alice, bob = await peers(stack, network, ALICE, BOB)
            wire = Wire(network, CAROL)
            await alice.call(at(CAROL))
            invite = await wire.request("INVITE")
            back = invite.adding_first("Via", f"SIP/2.0/UDP {CAROL}:5060;branch=z9hG4bKback")
            wire.send(ALICE, back)
            await wire.response(482)
            wire.send(BOB, wire.invite(BOB, ("Max-Forwards", "0")))
            await wire.response(483)
            assert not alice.desk.calls
            assert not bob.desk.calls

    run(story())


def test_a_twin_of_a_fork_is_refused_and_a_fork_in_time_is_one_call() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [bob] = await peers(stack, network, BOB)
            wire = Wire(network, ALICE)
            wire.send(BOB, wire.invite(BOB, branch="1"))
            wire.send(BOB, wire.invite(BOB, branch="2"))
            await wire.response(482)
            assert len(bob.desk.calls) == 1

    run(story())


def test_a_bye_before_the_answer_ends_the_call() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [bob] = await peers(stack, network, BOB)
            wire = Wire(network, ALICE)
            invite = wire.invite(BOB)
            wire.send(BOB, invite)
            came, told = await bob.desk.call()
            await came.progress(180)
            ringing = await wire.response(180)
            wire.send(BOB, wire.within(invite, ringing, "BYE", 2))
            await told.until("ended")
            await wire.response(487)

    run(story())


def test_an_invite_without_an_offer_is_answered_with_one_and_the_ack_answers_it() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [bob] = await peers(stack, network, BOB)
            wire = Wire(network, ALICE)
            invite = wire.invite(BOB, body=b"").without("Content-Type")
            wire.send(BOB, invite)
            came, told = await bob.desk.call()
            await came.answer(OTHER)
            accepted = await wire.response(200)
            assert accepted.body == OTHER
            ack = wire.within(invite, accepted, "ACK", 1, ("Content-Type", "application/sdp"))
            wire.send(BOB, replace(ack, body=SDP))
            await told.until("confirmed")
            assert ("confirmed", SDP) in told.told

    run(story())
