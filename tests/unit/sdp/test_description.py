"""Session descriptions are read within limits, and written back line for line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sdp.description import (
    BYTES_LIMIT,
    FORMATS_LIMIT,
    LINE_CHARS,
    LINES_LIMIT,
    MEDIA_LIMIT,
    Codec,
    Line,
    Malformed,
    Media,
    Origin,
    Session,
    connection_line,
    session_of,
)
from tests.unit.channels.sip import spoken

PHONE = """\
v=0
o=alice 2890844526 2890844527 IN IP4 host.atlanta.example
s=A call
i=About tea
c=IN IP4 192.0.2.1
b=AS:64
t=0 0
a=sendonly
m=audio 49170 RTP/AVP 8 0 97 101 18 99
i=The voice
a=rtpmap:97 iLBC/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=fmtp:18 annexb=no
a=ptime:20
m=video 51372/2 RTP/AVP 31
c=IN IP6 2001:db8::7
a=inactive
"""
BROWSER = """\
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS stream
m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 126
c=IN IP4 0.0.0.0
a=ice-ufrag:F7gI
a=ice-pwd:x9cml/YzichV2+XlhiMu8g
a=fingerprint:sha-256 D1:2C:BE
a=setup:actpass
a=mid:0
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:126 telephone-event/8000
a=candidate:1 1 udp 2122260223 127.0.0.1 50000 typ host
a=candidate:2 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active
"""


def session(text: str) -> Session:
    return session_of(text.replace("\n", "\r\n").encode())


def changed(old: str, new: str, text: str = PHONE) -> str:
    assert old in text
    return text.replace(old, new, 1)


words = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20)
lines = st.lists(
    st.builds(Line, st.sampled_from("abikrtzx"), words.filter(lambda text: text != "sendrecv")),
    max_size=5,
)
addresses = st.ip_addresses().map(str) | st.just("host.example")
names = st.text("abcXYZ019-", min_size=1, max_size=8)
media = st.builds(
    Media,
    kind=st.sampled_from(["audio", "video", "application"]),
    port=st.integers(0, 65_535),
    ports=st.integers(1, 9),
    protocol=st.sampled_from(["RTP/AVP", "UDP/TLS/RTP/SAVPF", "udptl"]),
    formats=st.lists(names, min_size=1, max_size=5).map(tuple),
    lines=lines.map(tuple),
)
origins = st.builds(
    Origin,
    username=names,
    session_id=st.integers(0, 10**20 - 1),
    version=st.integers(0, 10**20 - 1),
    address=addresses,
)


@spoken.CALM
@given(origins, words, addresses, lines, st.lists(media, max_size=3))
def test_a_description_comes_back_from_its_own_bytes(
    origin: Origin, name: str, address: str, more: list[Line], parts: list[Media]
) -> None:
    made = Session(origin=origin, name=name, lines=(connection_line(address), *more), media=tuple(parts))
    assert session_of(bytes(made)) == made


@pytest.mark.parametrize("text", [PHONE, BROWSER])
def test_what_came_is_written_back_as_it_came(text: str) -> None:
    assert bytes(session(text)).decode() == text.replace("\n", "\r\n")
    assert session_of(text.encode()) == session(text)


def test_a_phones_description_is_read() -> None:
    found = session(PHONE)
    audio, video = found.media
    assert (found.origin.session_id, found.origin.version, found.origin.address) == (
        2890844526,
        2890844527,
        "host.atlanta.example",
    )
    assert (found.name, audio.port, video.port, video.ports) == ("A call", 49170, 51372, 2)
    assert audio.codecs == (
        Codec(8, "PCMA", 8000),
        Codec(0, "PCMU", 8000),
        Codec(97, "iLBC", 8000),
        Codec(101, "telephone-event", 8000, 1, "0-16"),
        Codec(18, "G729", 8000, 1, "annexb=no"),
    )
    assert (found.address_of(audio), found.address_of(video)) == ("192.0.2.1", "2001:db8::7")
    assert (found.direction_of(audio), found.direction_of(video)) == ("sendonly", "inactive")


def test_a_browsers_security_is_kept_and_its_address_to_come_is_no_hold() -> None:
    found = session(BROWSER)
    (audio,) = found.media
    assert found.direction_of(audio) == "sendrecv"
    assert audio.attribute("ice-ufrag") == "F7gI"
    assert audio.attribute("rtcp-mux") == ""
    assert audio.attribute("ice-lite") is None
    assert len(list(audio.attributes("candidate"))) == 2
    assert audio.codecs[0] == Codec(111, "opus", 48000, 2)
    bare = audio.without("candidate", "rtcp-mux").having("ice-lite")
    assert (list(bare.attributes("candidate")), bare.attribute("ice-lite")) == ([], "")


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("sendrecv", "sendonly"),
        ("sendonly", "sendonly"),
        ("recvonly", "inactive"),
        ("inactive", "inactive"),
    ],
)
def test_the_old_address_of_nowhere_is_a_hold(attribute: str, expected: str) -> None:
    found = session(changed("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0").replace("sendonly", attribute))
    assert found.direction_of(found.media[0]) == expected


def test_without_a_word_about_it_both_send() -> None:
    found = session(changed("a=sendonly\n", ""))
    assert found.direction_of(found.media[0]) == "sendrecv"


@pytest.mark.parametrize(
    "text",
    [
        changed("s=A call\n", ""),
        changed("t=0 0\n", ""),
        changed("m=audio 49170 RTP/AVP 8 0 97 101 18 99\n", "m=audio 49170 RTP/AVP 8\n"),
        changed("rtpmap:97 iLBC/8000", "rtpmap:97 iLBC"),
        changed("c=IN IP4 192.0.2.1", "c=IN IP4 224.2.1.1/127/3"),
        "v=0\no=- 1 1 IN IP4 192.0.2.1\n",
        "v=0\no=- 1 1 IN IP4 192.0.2.1\ns= \nm=audio 0 RTP/AVP 0\n",
    ],
)
def test_small_sins_are_forgiven(text: str) -> None:
    assert session(text).origin.address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "v=1\n",
        "v=0\n",
        "o=- 1 1 IN IP4 192.0.2.1\nv=0\n",
        changed("v=0\n", "v=0\n\n"),
        changed("v=0\n", " v=0\n"),
        changed("s=A call", "s =A call"),
        changed("s=A call", "S=A call"),
        changed("s=A call", "s"),
        changed("s=A call", "s=A\rcall"),
        changed("s=A call", "s=A\0call"),
        changed("2890844526", "x"),
        changed("2890844526", "1" * 21),
        changed("IN IP4 host", "IN IP5 host"),
        changed("IN IP4 host.atlanta.example", "IN IP6 192.0.2.1"),
        changed("c=IN IP4 192.0.2.1", "c=IN IP6 192.0.2.1"),
        changed("c=IN IP4 192.0.2.1", "c=IN IP4 2001:db8::1"),
        changed("c=IN IP4 192.0.2.1", "c=IN IP4 300.0.2.1"),
        changed("c=IN IP4 192.0.2.1", "c=IN IP4"),
        changed("c=IN IP4 192.0.2.1\n", ""),
        changed("c=IN IP6 2001:db8::7", "c=IN IP6 <script>"),
        changed("m=audio 49170", "m=audio 65536"),
        changed("m=audio 49170", "m=audio -1"),
        changed("m=audio 49170", "m=audio"),
        changed("m=audio 49170", "m=audio 1/0"),
        changed("m=audio 49170 RTP/AVP 8 0 97 101 18 99", "m=audio 49170 RTP/AVP"),
        changed("m=audio 49170", "m=au dio 49170"),
    ],
)
def test_what_is_no_description_is_refused_in_words(text: str) -> None:
    with pytest.raises(Malformed, match=r"^[a-z ].* .*"):
        session(text)


def test_limits_hold_at_their_number_and_not_beyond() -> None:
    start = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\n"
    section = "m=audio 1 RTP/AVP 0\n"
    for fine, beyond in (
        ("a=x\n" * (LINES_LIMIT - 4), "a=x\n" * (LINES_LIMIT - 3)),
        ("a=" + "x" * (LINE_CHARS - 2), "a=" + "x" * (LINE_CHARS - 1)),
        (section * MEDIA_LIMIT, section * (MEDIA_LIMIT + 1)),
        ("m=audio 1 RTP/AVP" + " 0" * FORMATS_LIMIT, "m=audio 1 RTP/AVP" + " 0" * (FORMATS_LIMIT + 1)),
    ):
        assert session_of((start + fine).encode()).name == "-"
        with pytest.raises(Malformed):
            session_of((start + beyond).encode())
    filling = ("a=" + "x" * 1_000 + "\n") * 32
    room = BYTES_LIMIT - len(start) - len(filling) - 3
    assert session_of(f"{start}{filling}a={'x' * room}\n".encode()).name == "-"
    with pytest.raises(Malformed, match="too large"):
        session_of(f"{start}{filling}a={'x' * room}x\n".encode())


@pytest.mark.parametrize("text", ["a\r\nm=video 1 RTP/AVP 0", "a\n", "\0"])
def test_no_line_break_is_written_into_a_description(text: str) -> None:
    made = session(PHONE)
    for bad in (
        Session(origin=made.origin, name=text),
        Session(origin=made.origin, lines=(Line("a", text),)),
        Session(origin=made.origin, lines=(Line(text, "a"),)),
        Session(origin=made.origin, media=(made.media[0].having(text),)),
        Session(origin=Origin(username=text, session_id=1, version=1, address="192.0.2.1")),
    ):
        with pytest.raises(Malformed):
            bytes(bad)


@spoken.CALM
@given(st.binary(max_size=120))
def test_noise_is_malformed(noise: bytes) -> None:
    with pytest.raises(Malformed):
        session_of(noise)
