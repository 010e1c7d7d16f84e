"""Offers and answers (RFC 3264): the codec, who sends, what is refused, and what is kept of a browser."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sdp.description import DIRECTIONS, Codec, Direction, Malformed, Session, session_of
from hub.sdp.offer_answer import (
    EVENTS,
    PCMA,
    PCMU,
    Agreed,
    NothingInCommon,
    Ours,
    agreed,
    answer,
    offer,
)
from tests.unit.channels.sip import spoken
from tests.unit.sdp.test_description import BROWSER, PHONE, changed, session

HUB = Ours(address="198.51.100.1", port=4000, session_id=7, version=1)
SECURITY = ("ice-ufrag:abcd", "ice-pwd:0123456789012345678901", "fingerprint:sha-256 AA:BB", "setup:passive")
SECURE_HUB = replace(HUB, security=SECURITY)
DESK = Ours(address="192.0.2.9", port=6000, session_id=8, version=1, codecs=(PCMU,))


def text(made: Session) -> list[str]:
    return bytes(made).decode().splitlines()


def wired(made: Session) -> Session:
    """As the other side reads it."""
    return session_of(bytes(made))


def test_an_offer_says_where_we_are_and_what_we_speak() -> None:
    assert text(offer(HUB)) == [
        "v=0",
        "o=- 7 1 IN IP4 198.51.100.1",
        "s=-",
        "c=IN IP4 198.51.100.1",
        "t=0 0",
        "m=audio 4000 RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
    ]


def test_an_answer_takes_their_first_codec_that_we_speak_and_refuses_the_rest_in_its_place() -> None:
    made, with_them = answer(session(changed("a=sendonly\n", "")), HUB)
    assert text(made)[5:] == [
        "m=audio 4000 RTP/AVP 8 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-16",
        "a=ptime:20",
        "a=sendrecv",
        "m=video 0 RTP/AVP 31",
    ]
    assert (with_them.codec, with_them.events) == (PCMA, Codec(101, "telephone-event", 8000, 1, "0-16"))
    assert (with_them.address, with_them.port) == ("192.0.2.1", 49170)


def test_our_own_numbers_for_payloads_give_way_to_theirs() -> None:
    theirs = PHONE.replace("101", "96").replace("97 iLBC/8000", "97 pcmu/8000").replace(" 8 0 97", " 97")
    made, with_them = answer(session(theirs), HUB)
    assert made.media[0].formats == ("97", "96")
    assert (with_them.codec.payload_type, with_them.events and with_them.events.payload_type) == (97, 96)


def test_without_telephone_events_none_are_agreed_on() -> None:
    theirs = session(changed("a=rtpmap:101 telephone-event/8000\n", ""))
    assert answer(theirs, HUB)[1].events is None
    assert answer(session(PHONE), replace(HUB, events=None))[1].events is None


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "sendonly", "sendonly"),
        ("sendrecv", "inactive", "inactive"),
        ("sendonly", "recvonly", "recvonly"),
    ],
)
def test_whoever_holds_is_answered_with_the_other_half(
    theirs: Direction, ours: Direction, expected: Direction
) -> None:
    made, with_them = answer(session(changed("a=sendonly", f"a={theirs}")), replace(HUB, direction=ours))
    assert made.media[0].direction == expected
    assert with_them.sends == (expected in ("sendrecv", "sendonly"))
    assert with_them.receives == (expected in ("sendrecv", "recvonly"))


@spoken.CALM
@given(st.sampled_from(DIRECTIONS), st.sampled_from(DIRECTIONS), st.booleans(), st.booleans())
def test_both_sides_come_to_the_same(ours: Direction, theirs: Direction, mux: bool, events: bool) -> None:
    hub = replace(HUB, direction=ours, rtcp_mux=mux)
    desk = replace(DESK, direction=theirs, events=EVENTS if events else None, rtcp_mux=True)
    offered = wired(offer(hub))
    answered, at_desk = answer(offered, desk)
    at_hub = agreed(offered, wired(answered))
    assert (at_hub.sends, at_hub.receives) == (at_desk.receives, at_desk.sends)
    assert at_hub.codec == at_desk.codec == PCMU
    assert at_hub.events == at_desk.events == (EVENTS if events else None)
    assert at_hub.rtcp_mux == at_desk.rtcp_mux == mux
    assert (at_hub.address, at_hub.port) == (DESK.address, DESK.port)
    assert (at_desk.address, at_desk.port) == (HUB.address, HUB.port)


def test_a_browser_is_answered_with_our_security_on_one_port_and_without_opus() -> None:
    theirs = session(BROWSER)
    made, with_them = answer(theirs, SECURE_HUB)
    lines = text(made)
    assert "a=group:BUNDLE 0" in lines
    assert lines[lines.index("m=audio 4000 UDP/TLS/RTP/SAVPF 0 126") :][1:] == [
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:126 telephone-event/8000",
        "a=ptime:20",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=mid:0",
        *(f"a={one}" for one in SECURITY),
    ]
    assert with_them.theirs.attribute("fingerprint") == "sha-256 D1:2C:BE"
    assert with_them.rtcp_mux


def test_a_browser_and_a_phone_are_not_answered_by_the_other_ones_end() -> None:
    with pytest.raises(NothingInCommon):
        answer(session(BROWSER), HUB)
    with pytest.raises(NothingInCommon):
        answer(session(PHONE), SECURE_HUB)


def test_what_is_bundled_and_refused_leaves_the_bundle() -> None:
    theirs = BROWSER.replace("BUNDLE 0", "BUNDLE 0 1") + (
        "m=video 9 UDP/TLS/RTP/SAVPF 96\nc=IN IP4 0.0.0.0\na=mid:1\na=rtpmap:96 VP8/90000\n"
    )
    lines = text(answer(session(theirs), SECURE_HUB)[0])
    assert "a=group:BUNDLE 0" in lines
    assert lines[-2:] == ["m=video 0 UDP/TLS/RTP/SAVPF 96", "a=mid:1"]


@pytest.mark.parametrize(
    "theirs",
    [
        changed("m=audio 49170", "m=audio 0"),
        changed("RTP/AVP 8 0 97 101 18 99", "RTP/AVP 97 101 18"),
        changed("RTP/AVP 8 0", "RTP/SAVP 8 0"),
        changed("m=audio 49170 RTP/AVP 8 0", "m=text 49170 RTP/AVP 8 0"),
        "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\n",
    ],
)
def test_an_offer_without_audio_of_ours_is_not_acceptable(theirs: str) -> None:
    with pytest.raises(NothingInCommon):
        answer(session(theirs), HUB)


def test_the_second_audio_is_taken_when_the_first_is_not_ours() -> None:
    theirs = changed("m=audio 49170", "m=audio 0") + "m=audio 5 RTP/AVP 0\n"
    made, with_them = answer(session(theirs), HUB)
    assert [one.port for one in made.media] == [0, 0, 4000]
    assert with_them.codec == PCMU


def theirs_to(answered: str) -> Agreed:
    return agreed(offer(HUB), session(f"v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\n{answered}"))


def test_an_answer_may_hold_us_and_may_leave_out_what_it_does_not_speak() -> None:
    with_them = theirs_to("m=audio 5004 RTP/AVP 0\na=recvonly\n")
    assert (with_them.codec, with_them.events, with_them.port) == (PCMU, None, 5004)
    assert (with_them.sends, with_them.receives) == (True, False)


@pytest.mark.parametrize(
    "answered",
    [
        "m=audio 0 RTP/AVP 8\n",
        "m=audio 5 RTP/AVP 18\n",
        "m=audio 5 RTP/AVP 101\na=rtpmap:101 telephone-event/8000\n",
    ],
)
def test_an_answer_that_refuses_the_audio_leaves_nothing(answered: str) -> None:
    with pytest.raises(NothingInCommon):
        theirs_to(answered)


@pytest.mark.parametrize(
    "answered",
    [
        "",
        "m=video 5 RTP/AVP 8\n",
        "m=audio 5 RTP/AVP 8\nm=audio 5 RTP/AVP 8\n",
        "m=audio 5 RTP/SAVP 8\n",
    ],
)
def test_an_answer_that_does_not_fit_the_offer_is_malformed(answered: str) -> None:
    with pytest.raises(Malformed):
        theirs_to(answered)


def test_nothing_comes_of_an_offer_without_audio() -> None:
    nothing = Session(origin=offer(HUB).origin)
    with pytest.raises(NothingInCommon):
        agreed(nothing, nothing)
