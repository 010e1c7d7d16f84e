"""All transactions together: who belongs to whom, twins, cancels, timers, and a network that loses a third."""

import heapq
import random
from collections import Counter
from dataclasses import replace

import pytest

from hub.channels.sip.message import Message, Request
from hub.channels.sip.parse import message_of
from hub.channels.sip.repeating import UntilAcknowledged
from hub.channels.sip.server_transaction import AlreadyAnswered, ServerInvite
from hub.channels.sip.transaction import (
    Acknowledged,
    Answered,
    Failed,
    Key,
    Over,
    Reason,
    Send,
    ack_of,
    cancel_of,
)
from hub.channels.sip.transactions import Arrived, Event, Overloaded, Stray, Transactions
from tests.unit.channels.sip.calls import answer, request


def kinds(events: list[tuple[Key, Event]]) -> list[type[Event]]:
    return [type(event) for _, event in events]


def arrived(side: Transactions, message: Request, now_s: float = 0.0) -> tuple[Key, Arrived]:
    found = [(key, event) for key, event in side.received(message, now_s, reliable=False)]
    key, event = found[-1]
    assert isinstance(event, Arrived)
    return key, event


def test_a_request_that_comes_again_is_answered_again_and_told_once() -> None:
    side = Transactions()
    key, _ = arrived(side, request())
    side.respond(key, answer(request(), 180), 0.1)
    ((again_key, again),) = side.received(request(), 0.5, reliable=False)
    assert (again_key, again) == (key, Send(answer(request(), 180), again=True))
    assert len(side) == 1


def test_an_answer_finds_its_request_by_branch_and_method() -> None:
    side = Transactions()
    invite = request()
    key, events = side.request(invite, 0.0, reliable=False)
    assert kinds(events) == [Send]
    ringing = answer(invite, 180)
    assert side.received(ringing, 0.1, reliable=False) == [(key, Answered(ringing))]
    for stranger in (answer(request(branch="z9hG4bK2"), 180), answer(request("OPTIONS"), 200)):
        ((_, event),) = side.received(stranger, 0.1, reliable=False)
        assert event == Stray(stranger)


def test_a_request_of_ours_has_a_branch_of_its_own() -> None:
    side = Transactions()
    side.request(request(), 0.0, reliable=False)
    for again in (request(), request("ACK")):
        with pytest.raises(ValueError, match="branch"):
            side.request(again, 0.0, reliable=False)


def test_a_cancel_is_a_transaction_of_its_own_and_names_the_invite_it_is_for() -> None:
    side = Transactions()
    invite = request()
    key, _ = arrived(side, invite)
    cancel_key, cancel = arrived(side, cancel_of(invite))
    assert cancel.cancels == key
    assert cancel_key != key
    call = side.get(key)
    assert isinstance(call, ServerInvite)
    assert call.may_be_cancelled
    assert kinds(side.respond(cancel_key, answer(cancel.request, 200), 0.1)) == [Send]
    assert kinds(side.respond(key, answer(invite, 487), 0.1)) == [Send]
    with pytest.raises(AlreadyAnswered):
        side.respond(key, answer(invite, 200), 0.1)


def test_a_cancel_of_nothing_cancels_nothing() -> None:
    side = Transactions()
    arrived(side, request("OPTIONS"))
    assert arrived(side, cancel_of(request()))[1].cancels is None
    assert arrived(side, cancel_of(request(branch="z9hG4bK2")))[1].cancels is None


def test_the_ack_of_a_refusal_is_taken_in_and_that_of_a_2xx_is_the_dialogs() -> None:
    side = Transactions()
    invite = request()
    key, _ = arrived(side, invite)
    refusal = answer(invite, 486)
    side.respond(key, refusal, 0.0)
    assert side.received(ack_of(invite, refusal), 0.1, reliable=False) == []
    other = request("ACK", branch="z9hG4bKother")
    ((_, event),) = side.received(other, 0.1, reliable=False)
    assert event == Stray(other)


def test_a_twin_of_a_fork_is_told_apart_until_the_first_is_over() -> None:
    side = Transactions()
    key, first = arrived(side, request())
    assert not first.is_twin
    _, twin = arrived(side, request(branch="z9hG4bK2"))
    assert twin.is_twin
    assert not arrived(side, request(branch="z9hG4bK3", number=2))[1].is_twin
    for branch in ("z9hG4bK1", "z9hG4bK2"):
        assert not arrived(side, cancel_of(request(branch=branch)))[1].is_twin
    within = request(branch="z9hG4bK4").replacing("To", "<sip:bob@biloxi.example>;tag=b1")
    assert not arrived(side, within)[1].is_twin
    side.respond(key, answer(request(), 486), 0.0)
    assert (key, Over()) in side.due(32.0)
    assert not arrived(side, request(branch="z9hG4bK5"), 33.0)[1].is_twin


def test_requests_of_before_rfc_3261_are_told_apart_without_branches() -> None:
    side = Transactions()
    old = request().replacing("Via", "SIP/2.0/UDP pc33.atlanta.example")
    key, _ = arrived(side, old)
    assert kinds(side.received(old, 0.1, reliable=False)) == [Send]
    side.respond(key, answer(old, 486), 0.1)
    ack = ack_of(old, answer(old, 486))
    assert side.received(ack, 0.2, reliable=False) == []
    other = old.replacing("CSeq", "2 INVITE")
    assert arrived(side, other, 0.2)[0] != key


def test_the_same_branch_from_another_host_is_another_request() -> None:
    side = Transactions()
    key, _ = arrived(side, request())
    elsewhere = request().replacing("Via", "SIP/2.0/UDP other.example;branch=z9hG4bK1")
    assert arrived(side, elsewhere)[0] != key


def test_beyond_the_limit_no_further_request_finds_room_and_those_inside_go_on() -> None:
    side = Transactions(limit=1)
    key, _ = arrived(side, request())
    late = request(branch="z9hG4bK2")
    ((_, event),) = side.received(late, 0.0, reliable=False)
    assert event == Overloaded(late)
    assert kinds(side.received(request(), 0.0, reliable=False)) == [Send]
    side.respond(key, answer(request(), 486), 0.0)
    side.due(40.0)
    assert len(side) == 0
    arrived(side, late, 40.0)


def test_beyond_the_limit_calls_can_still_be_ended() -> None:
    side = Transactions(limit=2)
    key, _ = arrived(side, request())
    arrived(side, request("OPTIONS", branch="z9hG4bK2"))
    assert arrived(side, cancel_of(request()))[1].cancels == key
    bye = request("BYE", branch="z9hG4bK3").replacing("To", "<sip:bob@biloxi.example>;tag=b1")
    arrived(side, bye)
    ((_, event),) = side.received(bye.replacing("Via", "SIP/2.0/UDP x;branch=z9hG4bK4"), 0.0, reliable=False)
    assert isinstance(event, Overloaded)
    assert len(side) == 4


def test_timers_come_in_order_and_those_of_the_past_hurt_nobody() -> None:
    side = Transactions()
    key, _ = side.request(request("OPTIONS"), 10.0, reliable=False)
    assert side.next_due_s == 10.5
    assert side.due(10.4) == []
    assert kinds(side.due(10.5)) == [Send]
    assert side.next_due_s == 11.5
    done = answer(request("OPTIONS"), 200)
    assert side.received(done, 11.0, reliable=False) == [(key, Answered(done))]
    assert side.due(15.9) == []
    assert side.due(16.0) == [(key, Over())]
    side.due(100.0)
    assert side.next_due_s is None


def test_after_a_stall_nothing_goes_out_in_a_burst() -> None:
    side = Transactions()
    side.request(request("OPTIONS"), 0.0, reliable=False)
    assert kinds(side.due(20.0)) == [Send]


def test_what_cannot_be_sent_fails_its_transaction_and_no_other() -> None:
    side = Transactions()
    key, _ = side.request(request("OPTIONS"), 0.0, reliable=True)
    other, _ = side.request(request("OPTIONS", branch="z9hG4bK2"), 0.0, reliable=True)
    assert side.transport_failed(key, 0.0) == [(key, Failed(Reason.TRANSPORT)), (key, Over())]
    assert side.transport_failed(key, 0.0) == []
    assert side.get(other) is not None


def test_only_what_arrived_can_be_answered() -> None:
    side = Transactions()
    key, _ = side.request(request(), 0.0, reliable=True)
    for wrong in (key, ("nobody",)):
        with pytest.raises(KeyError):
            side.respond(wrong, answer(request(), 200), 0.0)


class Network:
    """Two sides and the way between them, on which a third is lost, some comes twice, and all in any order."""

    def __init__(self, seed: int, lost: float) -> None:
        self.now_s = 0.0
        self.caller, self.callee = Transactions(), Transactions()
        self._chance = random.Random(seed)
        self._lost = lost
        self._under_way: list[tuple[float, int, Transactions, bytes]] = []
        self._sent = 0
        self.rung: Counter[str] = Counter()
        self.told: Counter[tuple[str, int]] = Counter()
        self.unacknowledged: dict[Key, UntilAcknowledged] = {}
        self.failed: list[Reason] = []

    def send(self, to: Transactions, message: Message) -> None:
        for _ in range(self._chance.choice((1, 1, 1, 2))):
            self._sent += 1
            if self._chance.random() >= self._lost:
                at_s = self.now_s + self._chance.uniform(0.001, 0.3)
                heapq.heappush(self._under_way, (at_s, self._sent, to, bytes(message)))

    def happened(self, side: Transactions, events: list[tuple[Key, Event]], status: int) -> None:
        other = self.callee if side is self.caller else self.caller
        for key, event in events:
            match event:
                case Send(message):
                    self.send(other, message)
                case Arrived(asked):
                    self.rung[asked.call_id] += 1
                    self.happened(side, side.respond(key, answer(asked, 180), self.now_s), status)
                    final = answer(asked, status)
                    self.happened(side, side.respond(key, final, self.now_s), status)
                    if asked.method == "INVITE" and final.is_success:
                        self.unacknowledged[key] = UntilAcknowledged(final, self.now_s)
                case Answered(response) if response.is_final:
                    self.told[response.call_id, response.status] += 1
                    if response.cseq.method == "INVITE" and response.is_success:
                        self.send(
                            other,
                            request("ACK", branch=f"{response.via.branch}ack").replacing(
                                "Call-ID", response.call_id
                            ),
                        )
                case Stray(Request(method="ACK") as ack):
                    (accepted,) = self.calls_of(ack.call_id)
                    self.unacknowledged[accepted].acknowledged()
                case Failed(reason):
                    self.failed.append(reason)
                case Acknowledged() | Stray() | Over() | Answered() | Overloaded():
                    pass

    def calls_of(self, call_id: str) -> list[Key]:
        return [key for key in self.unacknowledged if f"z9hG4bK{call_id.removeprefix('call')}" in key]

    @property
    def next_due_s(self) -> float | None:
        times_s = [self.caller.next_due_s, self.callee.next_due_s]
        times_s += [waiting.due_s for waiting in self.unacknowledged.values()]
        return min((one for one in times_s if one is not None), default=None)

    def run(self, status: int) -> None:
        while self._under_way or self.next_due_s is not None:
            due_s = self.next_due_s
            if self._under_way and (due_s is None or self._under_way[0][0] <= due_s):
                self.now_s, _, to, raw = heapq.heappop(self._under_way)
                self.happened(to, to.received(message_of(raw), self.now_s, reliable=False), status)
                continue
            assert due_s is not None
            self.now_s = max(self.now_s, due_s)
            for side in (self.caller, self.callee):
                self.happened(side, side.due(self.now_s), status)
            for key, waiting in self.unacknowledged.items():
                assert not waiting.has_failed(self.now_s)
                if (again := waiting.again(self.now_s)) is not None:
                    self.happened(self.callee, self.callee.respond(key, again, self.now_s), status)


def calls(count: int, method: str) -> list[Request]:
    return [
        replace(request(method, branch=f"z9hG4bK{n}").replacing("Call-ID", f"call{n}")) for n in range(count)
    ]


@pytest.mark.parametrize(("method", "status"), [("INVITE", 486), ("OPTIONS", 200), ("BYE", 481)])
def test_with_a_third_lost_and_much_twice_each_request_arrives_once_and_each_answer_is_told_once(
    method: str, status: int
) -> None:
    network = Network(seed=3261, lost=0.3)
    for one in calls(100, method):
        _, events = network.caller.request(one, network.now_s, reliable=False)
        network.happened(network.caller, events, status)
    network.run(status)
    assert network.failed == []
    assert network.rung == {f"call{n}": 1 for n in range(100)}
    assert network.told == {(f"call{n}", status): 1 for n in range(100)}
    assert (len(network.caller), len(network.callee)) == (0, 0)


def test_with_a_third_lost_every_accepted_call_is_acknowledged_and_there_once() -> None:
    network = Network(seed=6026, lost=0.3)
    for one in calls(100, "INVITE"):
        _, events = network.caller.request(one, network.now_s, reliable=False)
        network.happened(network.caller, events, 200)
    network.run(200)
    assert network.failed == []
    assert network.rung == {f"call{n}": 1 for n in range(100)}
    assert network.told.keys() == {(f"call{n}", 200) for n in range(100)}
    assert len(network.unacknowledged) == 100
    assert all(waiting.due_s is None for waiting in network.unacknowledged.values())
    assert (len(network.caller), len(network.callee)) == (0, 0)


def test_with_all_lost_every_request_fails_in_time_and_nothing_is_left() -> None:
    network = Network(seed=1, lost=1.0)
    for one in (*calls(20, "INVITE"), *calls(20, "OPTIONS")):
        _, events = network.caller.request(one, 0.0, reliable=False)
        network.happened(network.caller, events, 200)
    network.run(200)
    assert network.failed == [Reason.TIMEOUT] * 40
    assert 32 <= network.now_s <= 64
    assert len(network.caller) == 0
