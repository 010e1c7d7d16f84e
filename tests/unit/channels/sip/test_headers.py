"""Header fields become values, and values become their text again."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.sip import headers
from hub.channels.sip.grammar import Params, listed, number, params_of, quoted, readable, tokens, unquoted
from hub.channels.sip.headers import (
    CSeq,
    NameAddr,
    RAck,
    Replaces,
    SessionExpires,
    Via,
    contacts_of,
    name_addr_of,
    via_of,
    vias_of,
)
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import sip_uri
from tests.unit.channels.sip import spoken


@spoken.CALM
@given(spoken.name_addrs)
def test_a_name_and_address_comes_back_from_its_own_text(who: NameAddr) -> None:
    assert name_addr_of(str(who)) == who


@spoken.CALM
@given(spoken.vias)
def test_a_hop_comes_back_from_its_own_text(via: Via) -> None:
    assert via_of(str(via)) == via


@settings(spoken.CALM, max_examples=30)
@given(st.lists(spoken.name_addrs, min_size=1, max_size=3), st.lists(spoken.vias, min_size=1, max_size=3))
def test_a_list_in_one_field_is_the_same_as_in_many(who: list[NameAddr], vias: list[Via]) -> None:
    assert contacts_of((", ".join(str(one) for one in who),)) == tuple(who)
    assert vias_of((" , ".join(str(one) for one in vias),)) == tuple(vias)


@spoken.CALM
@given(spoken.texts)
def test_a_quoted_string_says_what_was_quoted(text: str) -> None:
    assert unquoted(quoted(text)) == text


@pytest.mark.parametrize("text", ["\r", "\n", "a\r\nVia: x"])
def test_no_line_break_is_quoted(text: str) -> None:
    with pytest.raises(Malformed):
        quoted(text)
    with pytest.raises(Malformed):
        Params().having("x", text)
    with pytest.raises(Malformed):
        Params().having(text, "x")


@spoken.CALM
@given(st.text(max_size=40))
def test_noise_is_a_value_or_malformed(text: str) -> None:
    for read in (
        name_addr_of,
        via_of,
        headers.cseq_of,
        headers.rack_of,
        headers.replaces_of,
        headers.session_expires_of,
        headers.media_type_of,
        headers.worded_of,
        headers.call_id_of,
        headers.retry_after_of,
        headers.date_of,
        headers.max_forwards_of,
        params_of,
        tokens,
        listed,
    ):
        with suppress(Malformed):
            read(text)
    assert headers.expires_of(text) >= 0


@pytest.mark.parametrize(
    ("text", "display", "uri"),
    [
        ('"A. G. Bell" <sip:agb@bell.example> ;tag=a48s', "A. G. Bell", "sip:agb@bell.example"),
        ("sip:+12125551212@server.example;tag=887s", None, "sip:+12125551212@server.example"),
        ("Anonymous <sip:c8@x.example>;tag=hyh8", "Anonymous", "sip:c8@x.example"),
        ("Two   words<sip:a@b>", "Two words", "sip:a@b"),
        ('"" <sip:a@b>', "", "sip:a@b"),
        ("<sip:a@b>", None, "sip:a@b"),
        ("Иван Петров <sip:a@b>", "Иван Петров", "sip:a@b"),
        ("A&B (Sales) #1 <sip:a@b>", "A&B (Sales) #1", "sip:a@b"),
        ('"Ayşe \\"<\\", x" <sip:a@b>', 'Ayşe "<", x', "sip:a@b"),
        ('"<sip:evil@x>" <sip:a@b;x=1?y=2>', "<sip:evil@x>", "sip:a@b;x=1?y=2"),
        ("tel:+79161234567;tag=1", None, "tel:+79161234567"),
    ],
)
def test_names_and_addresses_as_phones_write_them(text: str, display: str | None, uri: str) -> None:
    who = name_addr_of(text)
    assert (who.display, str(who.uri)) == (display, uri)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bell, Alexander <sip:a@b>",
        '"Bell <sip:a@b>',
        'Bell" <sip:a@b>',
        "<sip:a@b",
        "sip:a@b>",
        "<>",
        "< sip:a@b >",
        "<sip:a@b>x",
        "<sip:a@b>;",
        "<sip:a@b>;;x",
        "<sip:a@b>;x;X",
        '<sip:a@b>;x="',
        "<sip:a@b> <sip:c@d>",
        "sip:a@b?x=y",
        "sip:a@b,sip:c@d",
        "Name sip:a@b",
        "sip:c@d;tag=<sip:a@b>",
        "a=b <sip:a@b>",
        "a@b <sip:a@b>",
    ],
)
def test_what_is_no_name_and_address_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        name_addr_of(text)


def test_a_star_stands_alone() -> None:
    assert contacts_of(("*",)) == "*"
    assert contacts_of(()) == ()
    for values in (("*", "<sip:a@b>"), ("*;q=1",), ("*, <sip:a@b>",)):
        with pytest.raises(Malformed):
            contacts_of(values)


def test_commas_separate_only_outside_quotes_and_brackets() -> None:
    assert listed('"a, b" <sip:a,b@c> , d') == ['"a, b" <sip:a,b@c>', "d"]
    assert listed("  ") == []
    for text in ("a,,b", ",a", "a,", '"a, b', "<a, b", ","):
        with pytest.raises(Malformed):
            listed(text)


def test_a_parameter_keeps_its_spelling_and_is_found_in_any() -> None:
    params = params_of(' ; Tag = x ;lr; +sip.instance="<urn:uuid:1;2>"')
    assert [params.get(name) for name in ("tag", "lr", "+sip.instance", "q")] == [
        "x",
        "",
        "<urn:uuid:1;2>",
        None,
    ]
    assert str(params) == ';Tag=x;lr;+sip.instance="<urn:uuid:1;2>"'
    assert str(params.having("TAG", "y").without("LR")) == ';Tag=y;+sip.instance="<urn:uuid:1;2>"'


def test_a_server_fills_in_where_a_request_came_from_and_believes_no_sender() -> None:
    asks = via_of("SIP/2.0/UDP pc.example:5062;branch=z9hG4bK1;rport")
    assert str(asks.seen_from("192.0.2.7", 40_000)) == (
        "SIP/2.0/UDP pc.example:5062;branch=z9hG4bK1;rport=40000;received=192.0.2.7"
    )
    same = via_of("SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1;received=198.51.100.1")
    assert str(same.seen_from("192.0.2.7", 5060)) == "SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1"
    six = via_of("SIP/2.0/TCP [2001:db8::1]:5060;rport;branch=z9hG4bK1")
    assert via_of(str(six.seen_from("2001:db8::1", 1))).params.get("received") == "2001:db8::1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SIP/2.0/UDP",
        "SIP/2.0 a",
        "SIP/2.0/UDP a:0",
        "SIP/2.0/UDP a:70000",
        "SIP/2.0/UDP a b",
        "SIP/2.0/UDP a;branch=z9hG4bK",
        "SIP/2.0/UDP a;;",
        "SIP/2.0/UDP 1.2.3.4.5",
        "SIP/2.0/UDP ::1",
    ],
)
def test_what_is_no_hop_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        via_of(text)


def test_numbers_have_their_limit_and_leading_zeros() -> None:
    assert headers.cseq_of(f"{2**31 - 1} INVITE") == CSeq(2**31 - 1, "INVITE")
    assert headers.cseq_of("0009  INVITE") == CSeq(9, "INVITE")
    assert number("0" * 5_000 + "7", 8) == 7
    for text in (
        f"{2**31} INVITE",
        "-1 INVITE",
        "1",
        "1 IN VITE",
        "x INVITE",
        "٣ INVITE",
        "9" * 9_000 + " X",
    ):
        with pytest.raises(Malformed):
            headers.cseq_of(text)


def test_numbers_that_only_say_how_long_are_forgiven() -> None:
    assert [headers.expires_of(text) for text in ("0", "60", str(2**32 - 1))] == [0, 60, 2**32 - 1]
    assert [headers.expires_of(text) for text in (str(2**32), "-1", "soon", "", "9" * 9_000)] == [3_600] * 5
    assert [headers.max_forwards_of(text) for text in ("0", "255", "256", "9" * 9_000)] == [0, 255, 70, 70]
    with pytest.raises(Malformed):
        headers.max_forwards_of("-1")


def test_the_fields_of_extensions_come_back_from_their_own_text() -> None:
    for text in ("a@b;to-tag=1;from-tag=2", "a@b;to-tag=1;from-tag=2;early-only"):
        assert str(headers.replaces_of(text)) == text
    assert headers.replaces_of("x; from-tag=2 ;to-tag=1") == Replaces("x", "1", "2")
    assert headers.session_expires_of("1800;Refresher=UAC") == SessionExpires(1800, "uac")
    assert str(SessionExpires(90)) == "90"
    assert str(SessionExpires(90, "uas")) == "90;refresher=uas"
    assert headers.rack_of("776656 1 INVITE") == RAck(776656, CSeq(1, "INVITE"))
    assert str(RAck(1, CSeq(2, "INVITE"))) == "1 2 INVITE"
    assert str(headers.media_type_of("Application / SDP ;charset=utf-8")) == "application/sdp;charset=utf-8"
    assert str(headers.worded_of("terminated;reason=noresource")) == "terminated;reason=noresource"
    assert headers.retry_after_of("18000 (in a (long) meeting);duration=3600") == 18_000
    assert headers.date_of("Sat, 13 Nov 2010 23:29:00 GMT") == datetime(2010, 11, 13, 23, 29, tzinfo=UTC)
    for text in ("a;to-tag=1", "a;from-tag=1", ";to-tag=1;from-tag=2"):
        with pytest.raises(Malformed):
            headers.replaces_of(text)
    with pytest.raises(Malformed):
        headers.session_expires_of("90;refresher=me")


def test_what_people_are_shown_has_no_control_characters_and_no_broken_bytes() -> None:
    assert readable(" Bell\x07\0\u202e\udce9 ") == "Bell\ufffd"


def test_a_tag_is_put_on_where_there_is_none() -> None:
    who = NameAddr(sip_uri("a", "b"), "A")
    assert str(who.tagged("x1")) == '"A" <sip:a@b>;tag=x1'
    assert who.tagged("x1").tagged("x2").tag == "x2"
