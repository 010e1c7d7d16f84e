"""Requests that come: each state of RFC 3261, 17.2, with RFC 6026, and each of its timers."""

import pytest

from hub.channels.sip.server_transaction import AlreadyAnswered, ServerInvite, ServerRequest, State
from hub.channels.sip.transaction import Acknowledged, Failed, Over, Reason, Send, Start, Timer
from tests.unit.channels.sip.calls import answer, request

INVITE = request("INVITE", ("Timestamp", "54"))
ACK = request("ACK")
BYE = request("BYE")


def begun(reliable: bool = False) -> ServerInvite:
    call = ServerInvite(INVITE, reliable=reliable)
    call.begin()
    return call


def test_an_invite_is_told_100_at_once() -> None:
    (sent,) = ServerInvite(INVITE, reliable=False).begin()
    assert isinstance(sent, Send)
    assert (sent.message.to.tag, sent.message.one("timestamp")) == (None, "54")
    assert bytes(sent.message).startswith(b"SIP/2.0 100 Trying\r\n")


def test_an_invite_that_comes_again_gets_our_last_answer_and_rings_nobody_twice() -> None:
    call = ServerInvite(INVITE, reliable=False)
    (first,) = call.begin()
    assert isinstance(first, Send)
    assert call.received(INVITE) == [Send(first.message, again=True)]
    ringing = answer(INVITE, 180)
    assert call.send(ringing) == [Send(ringing)]
    assert call.received(INVITE) == [Send(ringing, again=True)]
    assert call.may_be_cancelled


def test_a_refusal_over_udp_goes_again_until_it_is_acknowledged() -> None:
    call = begun()
    gone = answer(INVITE, 487)
    assert call.send(gone) == [Send(gone), Start(Timer.G, 0.5), Start(Timer.H, 32)]
    assert not call.may_be_cancelled
    pauses = []
    for _ in range(5):
        sent, start = call.fired(Timer.G)
        assert sent == Send(gone, again=True)
        assert isinstance(start, Start)
        pauses.append(start.after_s)
    assert pauses == [1, 2, 4, 4, 4]
    assert call.received(INVITE) == [Send(gone, again=True)]
    assert call.received(ACK) == [Start(Timer.I, 5)]
    assert call.received(ACK) == []
    assert call.received(INVITE) == []
    assert call.fired(Timer.G) == []
    assert call.fired(Timer.H) == []
    assert call.fired(Timer.I) == [Over()]


def test_a_refusal_over_tcp_goes_once_and_its_ack_ends_it() -> None:
    call = begun(reliable=True)
    assert call.send(answer(INVITE, 486)) == [Send(answer(INVITE, 486)), Start(Timer.H, 32)]
    assert call.received(ACK) == [Over()]


def test_a_refusal_that_nobody_acknowledges_ends_in_time() -> None:
    call = begun()
    call.send(answer(INVITE, 486))
    assert call.fired(Timer.H) == [Failed(Reason.TIMEOUT), Over()]


def test_an_accepted_invite_that_comes_again_is_no_second_call() -> None:
    call = begun()
    accepted = answer(INVITE, 200)
    assert call.send(accepted) == [Send(accepted), Start(Timer.L, 32)]
    assert call.received(INVITE) == []
    assert call.send(accepted) == [Send(accepted, again=True)]
    assert call.received(ACK) == [Acknowledged(ACK)]
    assert call.transport_failed() == [Failed(Reason.TRANSPORT)]
    assert call.state is State.ACCEPTED
    assert call.fired(Timer.L) == [Over()]


@pytest.mark.parametrize(("first", "second"), [(200, 486), (487, 200), (486, 487), (200, 180), (486, 180)])
def test_of_two_final_answers_the_first_counts(first: int, second: int) -> None:
    call = begun()
    call.send(answer(INVITE, first))
    with pytest.raises(AlreadyAnswered):
        call.send(answer(INVITE, second))


def test_an_ack_before_the_answer_means_nothing() -> None:
    call = begun()
    assert call.received(ACK) == []
    assert call.state is State.PROCEEDING


def test_another_request_that_comes_again_waits_for_its_answer_and_then_gets_it() -> None:
    bye = ServerRequest(BYE, reliable=False)
    assert bye.received(BYE) == []
    trying, done = answer(BYE, 100), answer(BYE, 200)
    assert bye.send(trying) == [Send(trying)]
    assert bye.received(BYE) == [Send(trying, again=True)]
    assert bye.send(done) == [Send(done), Start(Timer.J, 32)]
    assert bye.received(BYE) == [Send(done, again=True)]
    with pytest.raises(AlreadyAnswered):
        bye.send(answer(BYE, 481))
    assert bye.fired(Timer.J) == [Over()]
    assert bye.received(BYE) == []


def test_another_request_over_tcp_ends_with_its_answer() -> None:
    bye = ServerRequest(BYE, reliable=True)
    assert bye.send(answer(BYE, 200)) == [Send(answer(BYE, 200)), Over()]
    assert bye.transport_failed() == []


def test_another_request_whose_answer_cannot_be_sent_is_over() -> None:
    bye = ServerRequest(BYE, reliable=False)
    assert bye.transport_failed() == [Failed(Reason.TRANSPORT), Over()]
    with pytest.raises(AlreadyAnswered):
        bye.send(answer(BYE, 200))


@pytest.mark.parametrize("timer", Timer)
def test_no_timer_moves_what_is_over_or_has_not_got_so_far(timer: Timer) -> None:
    fresh, bye = begun(), ServerRequest(BYE, reliable=False)
    assert fresh.fired(timer) == []
    assert bye.fired(timer) == []
    over = begun()
    over.send(answer(INVITE, 486))
    over.fired(Timer.H)
    assert over.fired(timer) == []
    assert over.received(INVITE) == []
    assert over.transport_failed() == []
