"""How a trunk is kept registered and alive, against a carrier that is played by hand."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from hub.channels.sip.asking import Unanswered
from hub.channels.sip.message import Request, Response, response_to
from hub.channels.sip.refusal import Field
from hub.channels.sip.trunk import Trunk
from hub.channels.sip.trunk_link import Line, TrunkLink
from hub.channels.sip.trunk_settings import TrunkSettings
from hub.channels.sip.way import Hop
from tests.fakes.clock import FakeClock

Carrier = Callable[[Request], Response | None]
CHALLENGE = Field("WWW-Authenticate", 'Digest realm="carrier.test", nonce="n", algorithm=MD5, qop="auth"')


class FakeAsks:
    """A user agent whose network is one function: None is no answer."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.sent: list[Request] = []
        self.nudges = 0
        self.is_there = True

    async def ask(self, request: Request, hop: Hop) -> Response:
        self.sent.append(request)
        answer = self.carrier(request) if self.is_there else None
        if answer is None:
            raise Unanswered
        return answer

    async def nudge(self, hop: Hop) -> None:
        self.nudges += 1
        if not self.is_there:
            raise Unanswered

    async def places(self, hop: Hop) -> tuple[tuple[str, int], ...]:
        return (("192.0.2.7", hop.port),) if self.is_there else ()

    async def reached_at(self, hop: Hop) -> tuple[str, int]:
        if not self.is_there:
            raise Unanswered
        return "198.51.100.1", 5060


def accepting(request: Request) -> Response:
    """A carrier that wants to be signed in at."""
    if request.method == "OPTIONS":
        return response_to(request.fields, 200)
    if request.one("authorization") is None:
        return response_to(request.fields, 401, adding=(CHALLENGE,))
    return response_to(request.fields, 200, adding=(Field("Expires", request.one("expires") or "0"),))


def link(asks: FakeAsks, clock: FakeClock, **more: Any) -> TrunkLink:
    settings = TrunkSettings(
        **{"name": "carrier", "domain": "carrier.test", "username": "4711", "password": "s", **more}
    )
    numbers = count(1)

    async def sleep(seconds: float) -> None:
        clock.advance(seconds)
        await asyncio.sleep(0)

    return TrunkLink(
        Trunk(settings), asks, clock, token=lambda: f"t{next(numbers)}", chance=lambda: 0.5, sleep=sleep
    )


def line_of(ours: TrunkLink) -> Line:
    return ours.line


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


async def test_it_signs_in_and_is_up(clock: FakeClock) -> None:
    asks = FakeAsks(accepting)
    ours = link(asks, clock)
    assert line_of(ours) is Line.TRYING
    await ours.register()
    assert line_of(ours) is Line.TRYING
    await ours.register()
    assert line_of(ours) is Line.UP
    assert [one.method for one in asks.sent] == ["REGISTER", "REGISTER"]
    assert asks.sent[1].one("contact") == "<sip:4711@198.51.100.1:5060>"
    assert asks.sent[0].call_id == asks.sent[1].call_id
    assert ours.state.status == 200
    assert ours.state.until_s == clock.monotonic() + 600


async def test_it_is_registered_again_before_it_ends_and_taken_away_in_the_end(clock: FakeClock) -> None:
    asks = FakeAsks(accepting)
    ours = link(asks, clock, keep_alive="none")
    begun_s = clock.monotonic()
    job = asyncio.create_task(ours._stay_registered())
    while len(asks.sent) < 4:
        await asyncio.sleep(0)
    assert clock.monotonic() - begun_s >= 480
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert asks.sent[-1].one("expires") == "0"
    assert asks.sent[-1].one("contact") == "<sip:4711@198.51.100.1:5060>"
    assert ours.state.until_s is None


async def test_a_wrong_password_is_said_and_not_tried_every_second(clock: FakeClock) -> None:
    asks = FakeAsks(lambda request: response_to(request.fields, 401, adding=(CHALLENGE,)))
    ours = link(asks, clock)
    await ours.register()
    await ours.register()
    assert line_of(ours) is Line.REFUSED
    assert ours.state.status == 401
    assert ours._registration is not None
    assert ours._registration.due_s is not None
    assert ours._registration.due_s - clock.monotonic() >= 15


async def test_a_longer_time_is_asked_for_when_it_is_too_short(clock: FakeClock) -> None:
    def strict(request: Request) -> Response:
        if int(request.one("expires") or 0) < 1_800:
            return response_to(request.fields, 423, adding=(Field("Min-Expires", "1800"),))
        return accepting(request)

    asks = FakeAsks(strict)
    ours = link(asks, clock)
    for _ in range(3):
        await ours.register()
    assert line_of(ours) is Line.UP
    assert ours.state.until_s == clock.monotonic() + 1_800


async def test_nobody_answers_and_then_somebody_does(clock: FakeClock) -> None:
    asks = FakeAsks(accepting)
    asks.is_there = False
    ours = link(asks, clock)
    await ours.register()
    assert line_of(ours) is Line.UNREACHABLE
    asks.is_there = True
    await ours.prove_alive()
    await ours.register()
    await ours.register()
    assert line_of(ours) is Line.UP


async def test_two_signs_of_life_without_an_answer_are_a_dead_line(clock: FakeClock) -> None:
    asks = FakeAsks(accepting)
    ours = link(asks, clock)
    await ours.register()
    await ours.register()
    asks.is_there = False
    await ours.prove_alive()
    assert line_of(ours) is Line.UP
    await ours.prove_alive()
    assert line_of(ours) is Line.UNREACHABLE
    asks.is_there = True
    await ours.prove_alive()
    assert line_of(ours) is Line.UP


async def test_a_trunk_by_address_is_up_when_it_answers_anything(clock: FakeClock) -> None:
    asks = FakeAsks(lambda request: response_to(request.fields, 404))
    ours = link(asks, clock, registers=False, username="")
    assert line_of(ours) is Line.TRYING
    await ours.prove_alive()
    assert line_of(ours) is Line.UP
    assert ours.state.status == 404
    assert asks.sent[0].method == "OPTIONS"
    assert str(asks.sent[0].uri) == "sip:carrier.test"


async def test_without_signs_of_life_it_is_taken_for_granted(clock: FakeClock) -> None:
    ours = link(FakeAsks(accepting), clock, registers=False, username="", keep_alive="none")
    assert line_of(ours) is Line.UP


async def test_line_breaks_keep_the_way_open(clock: FakeClock) -> None:
    asks = FakeAsks(accepting)
    ours = link(asks, clock, keep_alive="crlf")
    await ours.prove_alive()
    assert (asks.nudges, asks.sent) == (1, [])


async def test_a_proxy_is_sent_to_and_stands_in_the_route(clock: FakeClock) -> None:
    asks = FakeAsks(accepting)
    ours = link(asks, clock, proxy="sbc.carrier.test:5071")
    await ours.register()
    assert asks.sent[0].one("route") == "<sip:sbc.carrier.test:5071;lr>"
    assert str(asks.sent[0].uri) == "sip:carrier.test"


async def test_its_addresses_are_those_of_its_name_and_are_kept_when_it_leads_nowhere(
    clock: FakeClock,
) -> None:
    asks = FakeAsks(accepting)
    ours = link(asks, clock)
    await ours.find()
    assert ours.trunk.sends_from("192.0.2.7", 5060)
    assert ours.state.addresses == ("192.0.2.7",)
    asks.is_there = False
    await ours.find()
    assert ours.trunk.sends_from("192.0.2.7", 5060)
