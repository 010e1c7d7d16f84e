"""Offers, transfers and Replaces as other user agents may send them: at the wrong time, twice, or taken back."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from hub.channels.sip.leg import Ended, Leg, LegOver
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field
from hub.channels.sip.transaction import cancel_of
from hub.channels.sip.uri import uri_of
from tests.fakes.sip_network import SDP, Listener, Network, Peer, peers
from tests.fakes.sip_wire import Wire, at
from tests.fakes.virtual_time import run

ALICE, BOB = "192.0.2.1", "192.0.2.2"
OTHER = SDP.replace(b"4000", b"5000")


class Slow(Listener):
    """Answers an offer after ten seconds."""

    async def reoffered(self, leg: Leg, sdp: bytes) -> bytes:
        await asyncio.sleep(10)
        return await super().reoffered(leg, sdp)


class Told:
    """A call of the wire's that Bob answered: what the wire asks within it, and what Bob was told."""

    def __init__(self, wire: Wire, bob: Peer, invite: Request, accepted: Response) -> None:
        self.wire, self.bob, self.invite, self.accepted = wire, bob, invite, accepted
        self.leg, self.told = bob.desk.calls[-1]

    def ask(self, method: str, number: int, *fields: tuple[str, str], body: bytes = b"") -> Request:
        typed = (*fields, ("Content-Type", "application/sdp")) if body in (SDP, OTHER) else fields
        contact = ("Contact", str(self.wire.contact))
        request = self.wire.within(self.invite, self.accepted, method, number, contact, *typed)
        request = replace(request, body=body)
        self.wire.send(BOB, request)
        return request

    async def status(self, method: str, number: int) -> Response:
        """The next final answer to that request."""
        async with asyncio.timeout(60):
            while True:
                message = await self.wire.came.get()
                if isinstance(message, Response) and message.is_final:
                    cseq = message.cseq
                    if (cseq.number, cseq.method) == (number, method):
                        return message


async def call(stack: AsyncExitStack, network: Network, listener: Listener | None = None) -> Told:
    [bob] = await peers(stack, network, BOB)
    wire = Wire(network, ALICE)
    invite = wire.invite(BOB)
    wire.send(BOB, invite)
    leg, told = await bob.desk.call()
    await leg.answer(OTHER)
    accepted = await wire.response(200)
    wire.send(BOB, wire.within(invite, accepted, "ACK", 1))
    await told.until("confirmed")
    found = Told(wire, bob, invite, accepted)
    if listener is not None:
        leg.events = found.told = listener  # type: ignore[attr-defined]
    return found


def test_an_update_may_offer_and_may_only_refresh() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            at_bob = await call(stack, Network())
            at_bob.ask("UPDATE", 2, body=SDP)
            assert (await at_bob.status("UPDATE", 2)).body == SDP
            at_bob.ask("UPDATE", 3, ("Session-Expires", "600;refresher=uac"), ("Supported", "timer"))
            refreshed = await at_bob.status("UPDATE", 3)
            assert refreshed.body == b""
            assert str(refreshed.session_expires) == "600;refresher=uac"
            assert at_bob.told.kinds.count("reoffered") == 1

    run(story())


def test_one_offer_at_a_time_and_one_that_is_cancelled_is_not_answered() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            at_bob = await call(stack, Network(), Slow())
            first = at_bob.ask("INVITE", 2, body=SDP)
            await asyncio.sleep(1)
            at_bob.ask("INVITE", 3, body=SDP)
            refused = await at_bob.status("INVITE", 3)
            assert refused.status == 500
            assert refused.retry_after_s is not None
            at_bob.wire.send(BOB, cancel_of(first))
            assert (await at_bob.status("INVITE", 2)).status == 487
            await asyncio.sleep(20)
            assert not at_bob.leg.is_over

    run(story())


def test_a_bye_in_the_midst_of_an_offer_of_ours_ends_the_waiting() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            at_bob = await call(stack, Network())
            jobs = await stack.enter_async_context(asyncio.TaskGroup())

            async def offered() -> None:
                with pytest.raises(LegOver):
                    await at_bob.leg.reoffer(OTHER)

            job = jobs.create_task(offered())
            invite = await at_bob.wire.request("INVITE")
            at_bob.ask("BYE", 2)
            assert (await at_bob.status("BYE", 2)).status == 200
            await job
            # the yes that comes late is acknowledged all the same
            at_bob.wire.send(BOB, at_bob.wire.answer(invite, 200, body=SDP))
            await at_bob.wire.request("ACK")
            assert at_bob.told.end == Ended(status=0)

    run(story())


def test_a_re_invite_without_an_offer_is_answered_with_ours() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            at_bob = await call(stack, Network())
            at_bob.ask("INVITE", 2)
            accepted = await at_bob.status("INVITE", 2)
            assert accepted.body == SDP
            at_bob.ask("ACK", 2, body=OTHER)
            async with asyncio.timeout(5):
                while ("confirmed", OTHER) not in at_bob.told.told:
                    at_bob.told.news.clear()
                    await at_bob.told.news.wait()

    run(story())


def test_requests_that_come_too_late_or_mean_nothing() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            at_bob = await call(stack, Network())
            for number, method, fields, status in (
                (5, "OPTIONS", (), 200),
                (4, "INFO", (), 500),
                (6, "NOTIFY", (("Event", "refer"), ("Subscription-State", "active")), 481),
                (7, "NOTIFY", (("Event", "presence"), ("Subscription-State", "active")), 489),
                (8, "REFER", (), 400),
                (9, "REFER", (("Refer-To", "<sip:c@192.0.2.9;method=BYE>"),), 403),
                (10, "REFER", (("Refer-To", "<http://example.com/>"),), 416),
                (11, "PRACK", (("RAck", "1 1 INVITE"),), 481),
                (12, "REGISTER", (), 405),
            ):
                at_bob.ask(method, number, *fields)
                assert (await at_bob.status(method, number)).status == status, method
            assert at_bob.told.kinds == ["confirmed"]

    run(story())


def test_who_does_not_want_to_know_how_a_transfer_fares_is_not_told() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            at_bob = await call(stack, network)
            at_bob.ask("REFER", 2, ("Refer-To", "<sip:c@192.0.2.9>"), ("Refer-Sub", "false"))
            accepted = await at_bob.status("REFER", 2)
            assert (accepted.status, accepted.one("refer-sub")) == (202, "false")
            await at_bob.told.until("referred")
            await at_bob.leg.notify(200, over=True)
            assert network.requests("NOTIFY") == []

    run(story())


@pytest.mark.parametrize(
    ("replaces", "status"),
    [
        ("{call};to-tag={ours};from-tag=w1", 0),
        ("{call};to-tag={ours};from-tag=other", 481),
        ("{call};to-tag={ours};from-tag=w1;early-only", 486),
    ],
)
def test_a_call_in_the_place_of_another(replaces: str, status: int) -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            at_bob = await call(stack, network)
            named = replaces.format(call=at_bob.invite.call_id, ours=at_bob.accepted.to.tag)
            again = at_bob.wire.invite(BOB, ("Replaces", named), branch="again")
            again = again.replacing("Call-ID", "again").replacing("From", f"<sip:wire@{ALICE}>;tag=w2")
            at_bob.wire.send(BOB, again)
            if status:
                await at_bob.wire.response(status)
                assert at_bob.bob.desk.replaced == []
            else:
                await at_bob.bob.desk.call(1)
                assert at_bob.bob.desk.replaced == [at_bob.leg]

    run(story())


def test_a_refusal_of_a_refresh_because_the_call_is_not_known_ends_it() -> None:
    async def story() -> None:
        async with AsyncExitStack() as stack:
            network = Network()
            [alice] = await peers(stack, network, ALICE)
            wire = Wire(network, BOB)
            leg, heard = await alice.call(at(BOB))
            invite = await wire.request("INVITE")
            wire.send(
                ALICE, wire.answer(invite, 200, Field("Session-Expires", "120;refresher=uac"), body=SDP)
            )
            await wire.request("ACK")
            # they say nothing of UPDATE: the offer that stands is made again
            refresh = await wire.request("INVITE")
            assert refresh.body == SDP
            wire.send(ALICE, response_to(refresh.fields, 481))
            await heard.until("ended")
            assert heard.end == Ended(status=481, by_us=True)
            assert (await wire.request("BYE")).uri == uri_of(f"sip:wire@{BOB}:5060")
            assert leg.is_over

    run(story())
