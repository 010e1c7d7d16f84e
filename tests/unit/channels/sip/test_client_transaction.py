"""Requests that we send: each state of RFC 3261, 17.1, with RFC 6026, and each of its timers."""

import pytest

from hub.channels.sip.client_transaction import ClientInvite, ClientRequest, State
from hub.channels.sip.transaction import (
    TIMES,
    Answered,
    Fact,
    Failed,
    Over,
    Reason,
    Send,
    Start,
    Timer,
)
from tests.unit.channels.sip.calls import answer, request

INVITE = request("INVITE", ("Route", "<sip:p1.example;lr>"))
OPTIONS = request("OPTIONS")


def sent_again_after(transaction: ClientInvite | ClientRequest, timer: Timer, times: int) -> list[float]:
    """The pauses that its retransmissions ask for."""
    pauses = []
    for _ in range(times):
        sent, start = transaction.fired(timer)
        assert sent == Send(transaction.request, again=True)
        assert isinstance(start, Start)
        pauses.append(start.after_s)
    return pauses


def test_an_invite_over_udp_goes_again_with_twice_the_pause_until_somebody_answers() -> None:
    call = ClientInvite(INVITE, reliable=False)
    assert call.begin() == [Send(INVITE), Start(Timer.A, 0.5), Start(Timer.B, 32)]
    assert sent_again_after(call, Timer.A, 6) == [1, 2, 4, 8, 16, 32]
    assert call.received(answer(INVITE, 100)) == [Answered(answer(INVITE, 100))]
    assert call.fired(Timer.A) == []


def test_an_invite_over_tcp_goes_once() -> None:
    assert ClientInvite(INVITE, reliable=True).begin() == [Send(INVITE), Start(Timer.B, 32)]


def test_nobody_answers_an_invite() -> None:
    call = ClientInvite(INVITE, reliable=False)
    call.begin()
    assert call.fired(Timer.B) == [Failed(Reason.TIMEOUT), Over()]
    assert call.is_over


def test_a_phone_may_ring_for_longer_than_anybody_waits_for_the_first_answer() -> None:
    call = ClientInvite(INVITE, reliable=False)
    call.begin()
    ringing = answer(INVITE, 180)
    assert call.received(ringing) == [Answered(ringing)]
    assert call.may_be_cancelled
    assert call.fired(Timer.B) == []
    assert call.received(ringing) == [Answered(ringing)]
    assert call.state is State.PROCEEDING


def test_before_somebody_answers_an_invite_a_cancel_might_overtake_it() -> None:
    call = ClientInvite(INVITE, reliable=False)
    call.begin()
    assert not call.may_be_cancelled


def test_a_refusal_is_acknowledged_each_time_it_comes_and_told_once() -> None:
    call = ClientInvite(INVITE, reliable=False)
    call.begin()
    busy = answer(INVITE, 486, tag="b7")
    ack, told, start = call.received(busy)
    assert isinstance(ack, Send)
    assert bytes(ack.message) == (
        b"ACK sip:bob@biloxi.example SIP/2.0\r\n"
        b"Via: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bK1\r\n"
        b'From: "Alice" <sip:alice@atlanta.example>;tag=a1\r\n'
        b"To: <sip:bob@biloxi.example>;tag=b7\r\n"
        b"Call-ID: a84b4c76\r\n"
        b"Route: <sip:p1.example;lr>\r\n"
        b"Max-Forwards: 70\r\n"
        b"CSeq: 1 ACK\r\n"
        b"Content-Length: 0\r\n\r\n"
    )
    assert (told, start) == (Answered(busy), Start(Timer.D, 32))
    assert call.received(busy) == [Send(ack.message, again=True)]
    assert call.received(answer(INVITE, 180)) == []
    assert call.received(answer(INVITE, 200)) == []
    assert call.fired(Timer.D) == [Over()]


def test_a_refusal_over_tcp_ends_it_at_once() -> None:
    call = ClientInvite(INVITE, reliable=True)
    call.begin()
    facts = call.received(answer(INVITE, 603))
    assert [type(fact) for fact in facts] == [Send, Answered, Over]


@pytest.mark.parametrize("reliable", [True, False])
def test_every_2xx_is_told_as_each_wants_its_own_ack(reliable: bool) -> None:
    call = ClientInvite(INVITE, reliable=reliable)
    call.begin()
    one, other = answer(INVITE, 200, tag="b1"), answer(INVITE, 200, tag="b2")
    assert call.received(one) == [Answered(one), Start(Timer.M, 32)]
    assert call.received(other) == [Answered(other)]
    assert call.received(one) == [Answered(one)]
    assert call.received(answer(INVITE, 180)) == []
    assert call.received(answer(INVITE, 486)) == []
    assert call.transport_failed() == []
    assert call.fired(Timer.M) == [Over()]


def test_another_request_goes_again_until_t2_and_slower_once_somebody_works_on_it() -> None:
    asked = ClientRequest(OPTIONS, reliable=False)
    assert asked.begin() == [Send(OPTIONS), Start(Timer.E, 0.5), Start(Timer.F, 32)]
    assert sent_again_after(asked, Timer.E, 5) == [1, 2, 4, 4, 4]
    asked = ClientRequest(OPTIONS, reliable=False)
    asked.begin()
    asked.received(answer(OPTIONS, 100))
    assert sent_again_after(asked, Timer.E, 2) == [4, 4]
    assert asked.fired(Timer.F) == [Failed(Reason.TIMEOUT), Over()]


def test_the_answer_to_another_request_is_told_once() -> None:
    asked = ClientRequest(OPTIONS, reliable=False)
    asked.begin()
    trying, done = answer(OPTIONS, 100), answer(OPTIONS, 200)
    assert asked.received(trying) == [Answered(trying)]
    assert asked.received(done) == [Answered(done), Start(Timer.K, TIMES.t4_s)]
    assert asked.received(done) == []
    assert asked.fired(Timer.E) == []
    assert asked.fired(Timer.F) == []
    assert asked.transport_failed() == []
    assert asked.fired(Timer.K) == [Over()]


def test_another_request_over_tcp_goes_once_and_ends_with_its_answer() -> None:
    asked = ClientRequest(OPTIONS, reliable=True)
    assert asked.begin() == [Send(OPTIONS), Start(Timer.F, 32)]
    assert asked.received(answer(OPTIONS, 404)) == [Answered(answer(OPTIONS, 404)), Over()]
    assert asked.received(answer(OPTIONS, 404)) == []


@pytest.mark.parametrize("kind", [ClientInvite, ClientRequest])
def test_what_cannot_be_sent_fails(kind: type[ClientInvite | ClientRequest]) -> None:
    transaction = kind(OPTIONS, reliable=False)
    transaction.begin()
    expected: list[Fact] = [Failed(Reason.TRANSPORT), Over()]
    assert transaction.transport_failed() == expected
    assert transaction.transport_failed() == []


@pytest.mark.parametrize("kind", [ClientInvite, ClientRequest])
@pytest.mark.parametrize("timer", Timer)
def test_no_timer_moves_what_is_over(kind: type[ClientInvite | ClientRequest], timer: Timer) -> None:
    transaction = kind(OPTIONS, reliable=False)
    transaction.begin()
    transaction.transport_failed()
    assert transaction.fired(timer) == []
    assert transaction.received(answer(OPTIONS, 200)) == []
    assert transaction.is_over
