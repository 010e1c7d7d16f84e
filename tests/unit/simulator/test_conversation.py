"""One simulated client, moment by moment, without a socket."""

from datetime import UTC, datetime
from itertools import count
from math import inf
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.webchat.frames import (
    AckFrame,
    AgentFrame,
    ClosedFrame,
    ErrorFrame,
    FieldView,
    HelloFrame,
    HistoryLine,
    MessageFrame,
    NackFrame,
    SiteView,
    VisitorForm,
    VisitorGot,
    VisitorLeave,
    VisitorMessage,
    VisitorTyping,
)
from hub.domain.site import FormFieldKind
from hub.simulator.conversation import LAST_ACKS_S, Conversation, End
from hub.simulator.plan import Visit
from hub.simulator.scripts import parsed

AT = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "== support · resolved\n> abcdefghij\n< Hi\n> klmnopqrst\n"


class Played:
    """A conversation with its own time: think 2 s, ten letters take 1 s, patience 60 s."""

    def __init__(self, until: float = inf, **given) -> None:
        (script,) = parsed("en", given.pop("text", TEXT))
        settled: dict[str, Any] = {
            "number": 1,
            "at_s": 0.0,
            "site": "demo",
            "script": script,
            "name": "Ann",
            "email": "",
            "page": "",
            "referrer": "",
            "think_s": 2.0,
            "chars_per_s": 10.0,
            "patience_s": 60.0,
            "ask_again": False,
            "reload_s": None,
        }
        numbers = count(1)
        self.it = Conversation(Visit(**(settled | given)), new_id=lambda: f"m{next(numbers)}", until=until)

    def greeted(self, now: float = 0.0, **given) -> "Played":
        self.it.heard(HelloFrame(session="token", resumed=False, closed=False, opens_at=None, **given), now)
        return self

    def said(self, now: float) -> "Played":
        """Let everything happen up to `now`, acknowledged at once."""
        while self.it.end is None and self.it.next_at() <= now:
            at = self.it.next_at()
            for frame in self.it.due(at):
                if isinstance(frame, VisitorMessage):
                    self.acked(frame.client_msg_id, at)
        return self

    def acked(self, msg_id: str, now: float, seq: int = 1) -> None:
        self.it.heard(AckFrame(client_msg_id=msg_id, seq=seq, at=AT), now)

    def answered(self, now: float, seq: int = 5, text: str = "Hi") -> "Played":
        self.it.heard(MessageFrame(seq=seq, text=text, at=AT), now)
        return self


def texts(frames) -> list[str]:
    return [frame.text for frame in frames if isinstance(frame, VisitorMessage)]


def test_nothing_is_said_before_the_hub_has_greeted() -> None:
    played = Played()

    assert played.it.due(100) == []
    assert played.it.next_at() == inf


def test_the_hello_says_who_comes_and_in_which_language() -> None:
    hello = Played().it.hello()

    assert (hello.lang, hello.name, hello.session, hello.last_seq) == ("en", "Ann", None, None)


def test_a_client_thinks_types_and_then_writes() -> None:
    it = Played().greeted().it

    assert it.due(1.99) == []
    assert it.next_at() == 2.0
    assert it.due(2.0) == [VisitorTyping()]
    assert it.next_at() == 3.0
    assert it.due(2.99) == []
    assert it.due(3.0) == [VisitorMessage(client_msg_id="m1", text="abcdefghij")]


def test_what_is_one_turn_is_written_without_waiting_for_an_answer() -> None:
    played = Played(text="== support · resolved\n> one\n> two\n< Hi\n> three\n").greeted().said(30)

    assert played.it.sent == 2


def test_the_next_turn_comes_after_an_answer_was_read() -> None:
    played = Played().greeted().said(10).answered(20)

    assert played.it.due(20) == [VisitorGot(seq=5)]
    assert texts(played.it.due(22)) == []
    assert texts(played.it.due(24)) == ["klmnopqrst"]


def test_an_answer_shown_twice_is_read_once() -> None:
    played = Played().greeted().said(10).answered(20).answered(21)

    assert played.it.answers == 1


def test_after_the_last_words_a_client_leaves_served() -> None:
    played = Played().greeted().said(10).answered(20).said(25)

    assert played.it.end is None
    played.said(40)
    assert played.it.end is End.ANSWERED


def test_nobody_leaves_while_a_message_is_not_confirmed() -> None:
    played = Played().greeted().said(10).answered(20)
    played.it.due(22.1)
    (message,) = (frame for frame in played.it.due(24) if isinstance(frame, VisitorMessage))

    assert played.it.due(60) == []
    played.acked(message.client_msg_id, 61, seq=6)
    assert played.it.due(61) == [VisitorLeave()]


def test_patience_ends_exactly_when_it_is_over() -> None:
    played = Played().greeted().said(10)

    assert played.it.due(62.99) == []
    assert played.it.due(63) == [VisitorLeave()]
    assert played.it.end is End.ABANDONED


def test_who_closes_quietly_ends_nothing_answered_or_not() -> None:
    answered = Played(closes_quietly=True).greeted().said(10).answered(20).said(25)
    answered.said(40)
    assert answered.it.end is End.ANSWERED
    given_up = Played(closes_quietly=True).greeted().said(10)
    assert given_up.it.due(63) == []
    assert given_up.it.end is End.ABANDONED


def test_some_ask_once_more_and_give_up_after_half_their_patience() -> None:
    played = Played(ask_again=True).greeted().said(10)

    assert texts(played.it.due(63)) == ["Hello? Is anybody there?"]
    played.acked("m2", 63)
    assert played.it.due(92.9) == []
    assert played.it.due(93) == [VisitorLeave()]
    assert played.it.end is End.ABANDONED


def test_an_agent_who_takes_the_conversation_renews_the_patience() -> None:
    played = Played().greeted().said(10)
    played.it.heard(AgentFrame(name="Anna"), 50)

    assert played.it.due(63) == []
    assert played.it.due(110) == [VisitorLeave()]


def test_a_nack_is_obeyed_with_the_same_message_after_its_time() -> None:
    it = Played().greeted().it
    it.due(2)
    it.due(3)
    it.heard(NackFrame(retry_ms=1500, client_msg_id="m1"), 4)

    assert it.due(5.49) == []
    assert it.due(5.5) == [VisitorMessage(client_msg_id="m1", text="abcdefghij")]
    assert (it.sent, it.resent) == (1, 1)


def test_after_a_new_connection_what_was_not_confirmed_goes_out_again_under_its_id() -> None:
    played = Played().greeted()
    played.it.due(2)
    played.it.due(3)
    played.it.lost()

    assert played.it.due(4) == []
    hello = played.it.hello()
    assert (hello.session, hello.last_seq) == ("token", 0)
    played.greeted(5)
    assert played.it.due(5) == [VisitorMessage(client_msg_id="m1", text="abcdefghij")]


def test_a_confirmed_message_is_not_repeated_after_a_new_connection() -> None:
    played = Played().greeted().said(10)
    played.it.lost()
    played.greeted(11)

    assert played.it.due(11) == []


def test_answers_missed_between_two_connections_are_found_in_the_history() -> None:
    played = Played().greeted().said(10)
    played.it.lost()
    lines = (
        HistoryLine(seq=1, from_="visitor", text="abcdefghij", at=AT),
        HistoryLine(seq=4, from_="agent", text="Hi", at=AT),
    )

    played.greeted(20, history=lines)

    assert played.it.answers == 1
    assert VisitorGot(seq=4) in played.it.due(20)


def test_a_client_who_loses_the_page_wants_a_new_one_once() -> None:
    played = Played(reload_s=4.0).greeted().said(3)

    assert not played.it.wants_new_page(6.9)
    assert played.it.wants_new_page(7)
    played.it.lost()
    played.greeted(8).said(9)
    assert not played.it.wants_new_page(50)


@pytest.mark.parametrize(("answers", "end"), [(0, End.ABANDONED), (1, End.ANSWERED)])
def test_a_conversation_the_hub_closes_is_over(answers, end) -> None:
    played = Played().greeted().said(10)
    for seq in range(answers):
        played.answered(11, seq=seq + 5)
    played.it.heard(ClosedFrame(at=AT), 12)

    assert played.it.end is end
    assert played.it.due(12) == []


def test_a_refusal_that_will_pass_is_waited_for() -> None:
    it = Played().greeted().it
    it.due(2)
    it.due(3)
    it.heard(ErrorFrame(code="too_fast", client_msg_id="m1", retry_ms=60_000), 4)

    assert it.end is None
    assert texts(it.due(64 - 0.01)) == []


@pytest.mark.parametrize(("client_msg_id", "retry_ms"), [("m1", 60_001), ("m1", None), ("", 10)])
def test_a_refusal_that_lasts_ends_the_visit(client_msg_id, retry_ms) -> None:
    it = Played().greeted().it
    it.due(2)
    it.due(3)
    it.heard(ErrorFrame(code="too_many", client_msg_id=client_msg_id, retry_ms=retry_ms), 4)

    assert (it.end, it.refusal) == (End.REFUSED, "too_many")


def test_when_the_time_is_up_a_client_waits_for_confirmations_only() -> None:
    played = Played(until=3.5).greeted()
    played.it.due(2)
    played.it.due(3)

    assert played.it.next_at() == 3.5
    assert played.it.due(3.5) == []
    assert played.it.next_at() == 3.5 + LAST_ACKS_S
    played.acked("m1", 4)
    played.it.due(4)
    assert played.it.end is End.TIME_UP


def test_confirmations_that_never_come_are_not_waited_for_longer_than_five_seconds() -> None:
    played = Played(until=3.5).greeted()
    played.it.due(2)
    played.it.due(3)
    played.it.due(3.5)

    assert played.it.due(3.5 + LAST_ACKS_S) == []
    assert played.it.end is End.TIME_UP


@settings(max_examples=200, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["pass", "ack", "nack", "answer", "lose"]), st.floats(0, 50)), max_size=40
    ),
    ask_again=st.booleans(),
    reload_s=st.none() | st.floats(0, 10),
)
def test_whatever_happens_words_keep_their_order_and_the_client_never_spins(
    steps, ask_again, reload_s
) -> None:
    played = Played(ask_again=ask_again, reload_s=reload_s).greeted()
    it, now, seq = played.it, 0.0, 1
    first_said: list[str] = []
    said: dict[str, str] = {}
    unacked: list[str] = []
    for what, wait_s in steps:
        now += wait_s
        if it.wants_new_page(now) or what == "lose":
            it.lost()
            played.greeted(now)
        elif what == "ack" and unacked:
            seq += 1
            played.acked(unacked.pop(0), now, seq)
        elif what == "nack" and unacked:
            it.heard(NackFrame(retry_ms=1000, client_msg_id=unacked[0]), now)
        elif what == "answer":
            seq += 1
            played.answered(now, seq)
        for frame in it.due(now):
            if isinstance(frame, VisitorMessage):
                if frame.client_msg_id not in said:
                    said[frame.client_msg_id] = frame.text
                    unacked.append(frame.client_msg_id)
                    first_said.append(frame.text)
                assert said[frame.client_msg_id] == frame.text
        if it.end is not None:
            break
        assert it.next_at() > now or it.wants_new_page(now)

    script = [text for text in first_said if text != "Hello? Is anybody there?"]
    assert script == ["abcdefghij", "klmnopqrst"][: len(script)]
    assert it.sent == len(said)


def test_somebody_who_was_here_before_comes_back_with_the_session_and_reads_no_old_answers() -> None:
    played = Played()
    again = Conversation(played.it.visit, new_id=lambda: "m1", session="earlier")
    assert (again.hello().session, again.hello().last_seq) == ("earlier", None)
    old = HistoryLine(seq=7, from_="agent", text="Bye", at=AT)
    hello = HelloFrame(session="earlier", resumed=True, closed=False, opens_at=None, history=(old,))
    again.heard(hello, 0.0)
    assert again.answers == 0
    again.heard(MessageFrame(seq=9, text="Hi again", at=AT), 1.0)
    assert again.answers == 1


def test_a_form_is_filled_in_before_the_first_message_and_a_file_goes_with_it() -> None:
    asked = (
        FieldView(key="name", kind=FormFieldKind.NAME, label="Name", required=True),
        FieldView(key="mail", kind=FormFieldKind.EMAIL, label="E-mail"),
    )
    played = Played(photo=True).greeted(site=SiteView(form=asked))
    wanted = [played.it.wants_to_send_a_file]
    played.it.carry("f1")
    assert [*wanted, played.it.wants_to_send_a_file] == [True, False]
    first, *_ = played.it.due(0.0)
    assert first == VisitorForm(values={"name": "Ann", "mail": ""})
    said = [f for at in (2.0, 3.0) for f in played.it.due(at) if isinstance(f, VisitorMessage)]
    assert [m.files for m in said] == [("f1",)]
