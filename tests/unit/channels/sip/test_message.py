"""Messages are values: what they say is read from them, and their bytes say it again."""

import pytest
from hypothesis import given

from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.parse import message_of
from hub.channels.sip.refusal import Field, Malformed
from hub.channels.sip.uri import SipUri, sip_uri
from tests.unit.channels.sip import spoken

INVITE = Request(
    method="INVITE",
    uri=sip_uri("bob", "biloxi.example"),
    fields=(
        Field(
            "v", "SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bK776, SIP/2.0/TCP a.example;branch=z9hG4bK1"
        ),
        Field("Via", "SIP/2.0/TCP b.example;branch=z9hG4bK2"),
        Field("Max-Forwards", "70"),
        Field("t", "Bob <sip:bob@biloxi.example>"),
        Field("f", "Alice <sip:alice@atlanta.example>;tag=1928301774"),
        Field("i", "a84b4c76e66710"),
        Field("CSeq", "314159 INVITE"),
        Field("X-Odd", ";;,,"),
        Field("Timestamp", "54"),
        Field("Supported", "timer, replaces"),
        Field("k", "100rel"),
    ),
    body=b"\0\r\n\r\n",
)


@spoken.CALM
@given(spoken.messages())
def test_a_message_comes_back_from_its_own_bytes(message: Message) -> None:
    assert message_of(bytes(message)) == message


def test_the_bytes_of_a_message_carry_its_fields_in_order_and_the_length_of_its_body() -> None:
    raw = bytes(INVITE)
    assert raw.startswith(b"INVITE sip:bob@biloxi.example SIP/2.0\r\nv: SIP/2.0/UDP pc33.")
    assert b"\r\nX-Odd: ;;,,\r\nTimestamp: 54\r\n" in raw
    assert raw.endswith(b"\r\nContent-Length: 5\r\n\r\n\0\r\n\r\n")


def test_a_field_is_found_by_its_long_name_whatever_it_was_written_as() -> None:
    assert [via.host for via in INVITE.vias] == ["pc33.atlanta.example", "a.example", "b.example"]
    assert INVITE.call_id == "a84b4c76e66710"
    assert INVITE.supported == ("timer", "replaces", "100rel")
    assert INVITE.one("subject") is None
    assert "x-odd" in INVITE.names
    with pytest.raises(Malformed, match="more than once"):
        INVITE.one("via")


def test_what_is_missing_is_missing() -> None:
    empty = Request(method="OPTIONS", uri=sip_uri(None, "a"))
    assert empty.max_forwards == 70
    assert (empty.allow, empty.supported, empty.require, empty.routes, empty.contacts) == ((), (), (), (), ())
    assert (empty.accept, empty.content_type, empty.event, empty.replaces, empty.refer_to) == (None,) * 5
    assert (empty.session_expires, empty.min_se_s, empty.rack, empty.rseq, empty.retry_after_s) == (None,) * 5
    assert (empty.expires_s, empty.referred_by, empty.subscription_state) == (None,) * 3
    for read in ("vias", "from_", "to", "call_id", "cseq"):
        with pytest.raises(Malformed, match="missing"):
            getattr(empty, read)


def test_what_extensions_say_is_read() -> None:
    refer = INVITE.adding("r", "<sip:carol@c.example?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>").adding(
        "b", '"Bob" <sip:bob@b.example>'
    )
    assert refer.refer_to is not None
    target = refer.refer_to.uri
    assert isinstance(target, SipUri)
    assert target.header("replaces") == "x;to-tag=1;from-tag=2"
    assert refer.referred_by is not None
    assert refer.referred_by.display == "Bob"
    other = (
        INVITE.adding("x", "1800;refresher=uas")
        .adding("Min-SE", "90")
        .adding("o", "refer;id=93809824")
        .adding("Subscription-State", "active;expires=60")
        .adding("RSeq", "5")
        .adding("RAck", "5 1 INVITE")
        .adding("Retry-After", "30")
        .adding("Expires", "120")
        .adding("Replaces", "x;to-tag=1;from-tag=2")
        .adding("Accept", "application/sdp;level=1, text/plain")
        .adding("P-Asserted-Identity", "tel:+79161234567", '"A" <sip:a@b>')
    )
    assert (other.session_expires, other.min_se_s) == ((other.session_expires), 90)
    assert str(other.session_expires) == "1800;refresher=uas"
    assert str(other.event) == "refer;id=93809824"
    assert str(other.subscription_state) == "active;expires=60"
    assert (other.rseq, str(other.rack), other.retry_after_s, other.expires_s) == (5, "5 1 INVITE", 30, 120)
    assert str(other.replaces) == "x;to-tag=1;from-tag=2"
    assert other.accept is not None
    assert [one.word for one in other.accept] == ["application/sdp", "text/plain"]
    assert [str(one.uri) for one in other.asserted_identities] == ["tel:+79161234567", "sip:a@b"]


def test_fields_are_added_replaced_and_taken_away_in_their_place() -> None:
    small = Request(
        method="BYE", uri=sip_uri(None, "a"), fields=(Field("a", "1"), Field("b", "2"), Field("A", "3"))
    )
    assert small.adding("c", 4, 5).fields[3:] == (("c", "4"), ("c", "5"))
    assert small.adding_first("c", 4, 5).fields[:3] == (("c", "4"), ("c", "5"), ("a", "1"))
    # `a` and `b` are compact for Accept-Contact and Referred-By
    assert small.replacing("accept-contact", 9).fields == (("accept-contact", "9"), ("b", "2"))
    assert small.replacing("x", 9).fields == (*small.fields, ("x", "9"))
    assert small.without("a").fields == small.without("Accept-Contact").fields == (("b", "2"),)


BREAKS = ["a\rb", "a\nb", "a\r\nVia: SIP/2.0/UDP evil", "\n"]


@pytest.mark.parametrize("text", BREAKS)
def test_no_line_break_gets_into_the_head(text: str) -> None:
    bad: list[Message] = [
        INVITE.adding("X", text),
        INVITE.adding(text, "x"),
        Request(method=text, uri=INVITE.uri),
        Request(method="INVITE", uri=SipUri("b", text)),
        Request(method="INVITE", uri=SipUri(text)),
        Response(status=200, reason=text),
        response_to(INVITE.fields, 200, adding=(Field("X", text),)),
    ]
    for message in bad:
        with pytest.raises(Malformed):
            bytes(message)


def test_what_would_make_another_message_is_not_sent() -> None:
    for message in (
        INVITE.adding("Content-Length", "7"),
        INVITE.adding("l", "7"),
        INVITE.adding("X Y", "7"),
        INVITE.adding("", "7"),
        Request(method="IN VITE", uri=INVITE.uri),
        Request(method="INVITE", uri=SipUri("b", "a b")),
        Response(status=99),
        Response(status=700),
    ):
        with pytest.raises(Malformed):
            bytes(message)


def test_bytes_that_are_no_utf_8_go_out_as_they_came_in() -> None:
    raw = bytes(INVITE.adding("Subject", "caf\udce9"))
    assert b"Subject: caf\xe9\r\n" in raw
    assert bytes(message_of(raw)) == raw


def test_an_answer_copies_what_makes_it_one() -> None:
    answer = response_to(INVITE.fields, 180, to_tag="8321234356", adding=(Field("Contact", "<sip:bob@b>"),))
    assert [field.name for field in answer.fields] == ["v", "Via", "t", "f", "i", "CSeq", "Contact"]
    assert (answer.status, answer.reason, answer.to.tag) == (180, "Ringing", "8321234356")
    assert answer.vias == INVITE.vias
    assert message_of(bytes(answer)) == answer


def test_a_100_takes_the_timestamp_along_and_no_tag() -> None:
    answer = response_to(INVITE.fields, 100)
    assert (answer.one("timestamp"), answer.to.tag, answer.is_final) == ("54", None, False)


def test_a_tag_that_is_there_stays_and_a_to_that_cannot_be_read_does_not_hinder_the_answer() -> None:
    within = INVITE.replacing("to", "<sip:bob@b>;tag=theirs")
    assert response_to(within.fields, 200, to_tag="ours").to.tag == "theirs"
    broken = INVITE.replacing("To", '"Bob <sip:bob@b>')
    assert response_to(broken.fields, 400, to_tag="ours").one("to") == '"Bob <sip:bob@b>'


@pytest.mark.parametrize(
    ("status", "is_final", "is_success"),
    [(100, False, False), (199, False, False), (200, True, True), (299, True, True), (300, True, False)],
)
def test_a_status_says_whether_anything_follows(status: int, is_final: bool, is_success: bool) -> None:
    response = Response(status=status)
    assert (response.is_final, response.is_success) == (is_final, is_success)
