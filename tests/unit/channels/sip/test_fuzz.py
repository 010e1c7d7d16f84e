"""Sound messages with anything done to them: never more than a refusal, and never for long.

`make fuzz` tries 50,000 of them; SIP_FUZZ says how many, SIP_FUZZ_SEED where to begin.
"""

import gc
import inspect
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest

from hub.channels.sip.acceptance import Abilities, check_request, check_response
from hub.channels.sip.digest import challenge_of, credentials_of
from hub.channels.sip.headers import name_addr_of, via_of
from hub.channels.sip.message import Message, Request, Response, response_to
from hub.channels.sip.once import Once
from hub.channels.sip.parse import message_of
from hub.channels.sip.refusal import Malformed, Refused
from hub.channels.sip.stream import Stream
from hub.channels.sip.uri import equivalent, uri_of
from hub.sdp import description
from hub.sdp.description import session_of
from hub.sdp.offer_answer import NothingInCommon, Ours, answer
from tests.unit.channels.sip.torture.invalid import INVALID
from tests.unit.channels.sip.torture.semantics import SEMANTICS
from tests.unit.channels.sip.torture.valid import VALID

MESSAGES = int(os.environ.get("SIP_FUZZ", "2500"))
SEED = int(os.environ.get("SIP_FUZZ_SEED", "4475"))
SLOWEST_S = 0.25
"""Processor time of one message of up to 64 KiB; one that costs its length squared takes minutes."""

WITH_ALL = b"\r\n".join(
    [
        b"INVITE sip:bob@biloxi.example;transport=ws SIP/2.0",
        b"v: SIP/2.0/WSS df7jal23ls0d.invalid;branch=z9hG4bK56sdasks;rport",
        b"Record-Route: <sip:p2.example;lr>, <sip:[2001:db8::1]:5061;lr;x=y>",
        b"Route: <sip:p1.example;lr>",
        b'f: "Alice \\"A\\" \xd0\x98" <sip:alice@atlanta.example>;tag=asdyka899',
        b"t: <tel:+7(916)123-45-67;phone-context=+7>",
        b"i: asidkj3ss",
        b"CSeq: 1 INVITE",
        b"Max-Forwards: 70",
        b'm: <sips:alice@df7jal23ls0d.invalid;ob>;+sip.instance="<urn:uuid:1>";q=0.5;expires=60',
        b'Authorization: Digest username="a", realm="r", nonce="n=", uri="sip:b", qop=auth, nc=00000001,',
        b' cnonce="c", response="8ca523f5e9506fed4657c9700eebdbec", algorithm=MD5',
        b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=SHA-256, stale=true',
        b"x: 1800;refresher=uac",
        b"Min-SE: 90",
        b"Supported: timer, replaces, outbound",
        b"Allow: INVITE, ACK, BYE, CANCEL",
        b"Accept: application/sdp;q=0.5, text/*",
        b"Replaces: x@y;to-tag=1;from-tag=2;early-only",
        b"r: <sip:carol@c.example?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>",
        b"b: <sip:bob@b.example>",
        b"RAck: 1 2 INVITE",
        b"RSeq: 4294967295",
        b"Retry-After: 120 (soon);duration=60",
        b"Event: refer;id=1",
        b"Subscription-State: active;expires=60",
        b"P-Asserted-Identity: <sip:a@b>, <tel:+1>",
        b"Date: Sat, 13 Nov 2010 23:29:00 GMT",
        b"Expires: 60",
        b"c: application/sdp",
        b"",
        (
            b"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
            b"m=audio 9 UDP/TLS/RTP/SAVPF 111 8 0 101\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n"
            b"a=fmtp:111 minptime=10\r\na=rtpmap:101 telephone-event/8000\r\na=mid:0\r\na=sendrecv\r\n"
            b"a=candidate:1 1 udp 1 127.0.0.1 5000 typ host\r\na=rtcp-mux\r\n"
        ),
    ]
)
CORPUS = [WITH_ALL, *(torture.raw for torture in (*VALID, *INVALID, *SEMANTICS))]
ABILITIES = Abilities(methods=("INVITE", "ACK", "OPTIONS", "REGISTER", "MESSAGE"))
SPEAKS = (
    Ours(address="192.0.2.1", port=4000, session_id=1, version=1),
    Ours(address="192.0.2.1", port=4000, session_id=1, version=1, security=("setup:passive",)),
)
PIECES = (
    *(b"\r\n", b"\r", b"\n", b"\0", b" ", b"\t", b'"', b"\\", b"<", b">", b";", b",", b":", b"@", b"=", b"?"),
    *(b"%", b"%00", b"%0d%0a", b"[", b"]", b"::", b"/", b"*", b"-1", b"0", b"4294967296", b"9" * 5_000),
    *(b"SIP/2.0", b"\r\n\r\n", b"\r\nl: 5\r\n", b"\r\n ", b"\xff", b"\xc3\x28", b"\xe2\x80\xae", b"z9hG4bK"),
    *(
        b"\r\nVia: SIP/2.0/UDP x\r\n",
        b"<sip:a@b>",
        b";tag=1",
        b"a=rtpmap:0 PCMU/8000\r\n",
        b"m=audio 0 x 0\r\n",
    ),
)


@pytest.fixture(autouse=True, scope="module")
def only_the_messages_are_timed() -> Iterator[None]:
    """What other tests have left in memory is not searched for garbage in the midst of a message."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


READ = sorted(
    name
    for name, value in inspect.getmembers(Request)
    if isinstance(value, property | Once) and not name.startswith("_")
)


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """`raw` with one to four things done to it."""
    for _ in range(chance.choice((1, 1, 2, 3, 4))):
        at = chance.randrange(len(raw) + 1)
        end = min(len(raw), at + chance.choice((1, 2, 8, 40, 200)))
        match chance.randrange(7):
            case 0:
                raw = raw[:at] + chance.choice(PIECES) + raw[at:]
            case 1:
                raw = raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]
            case 2:
                raw = raw[:at] + raw[end:]
            case 3:
                raw = raw[:end] + raw[at:]
            case 4:
                other = chance.choice(CORPUS)
                start = chance.randrange(len(other))
                raw = raw[:at] + other[start : start + chance.choice((5, 50, 500))] + raw[end:]
            case 5:
                raw = raw[:at] + raw[at:end] * chance.choice((2, 50, 500)) + raw[end:]
            case _:
                raw = raw[:at] + chance.choice(PIECES) * chance.choice((2, 100, 3_000)) + raw[at:]
    return raw[:70_000]


def everything_is_read(message: Message) -> None:
    """All that anybody may ask of a message. Raises what the parser did not keep to itself."""
    for name in READ:
        with suppress(Malformed):
            getattr(message, name)
    for name in ("authorization", "www-authenticate"):
        for value in message.every(name):
            with suppress(Malformed):
                credentials_of(value)
            with suppress(Malformed):
                challenge_of(value)
    with suppress(description.Malformed):
        session = session_of(message.body)
        assert session_of(bytes(session)) == session
        for ours in SPEAKS:
            with suppress(NothingInCommon):
                session_of(bytes(answer(session, ours)[0]))
    with suppress(Refused):
        if isinstance(message, Request):
            check_request(message, ABILITIES)
        else:
            check_response(message)
    if isinstance(message, Request):
        assert equivalent(message.uri, message.uri)
        bytes(response_to(message.fields, 200, to_tag="1"))
    assert message_of(bytes(message)) == message


def outcome(raw: bytes) -> str:
    """What became of it: in a datagram and, cut in two, in a stream."""
    stream = Stream()
    for piece in (raw[: len(raw) // 2], raw[len(raw) // 2 :]):
        for found in stream.feed(piece):
            assert isinstance(found, Request | Response | Refused) or found.name in ("PING", "PONG")
    try:
        message = message_of(raw)
    except Refused as refused:
        if refused.status is not None:
            bytes(response_to(refused.fields, refused.status, to_tag="1", adding=refused.telling))
        return f"refused: {refused.status}"
    everything_is_read(message)
    return "read"


def test_whatever_is_done_to_a_message_it_is_read_or_refused_and_soon() -> None:
    chance = random.Random(SEED)
    outcomes: Counter[str] = Counter()
    slowest_s = 0.0
    for n in range(MESSAGES):
        raw = mutated(chance.choice(CORPUS), chance)
        begun_s = time.process_time()
        try:
            outcomes[outcome(raw)] += 1
        except Exception as exc:
            exc.add_note(f"message {n} of seed {SEED}: {raw!r}")
            raise
        slowest_s = max(slowest_s, time.process_time() - begun_s)
    sys.stdout.write(f"{MESSAGES} messages, slowest {slowest_s * 1000:.1f} ms: {dict(outcomes)}\n")
    assert slowest_s < SLOWEST_S
    # the mutations reach behind the first check
    assert min(outcomes["read"], outcomes["refused: 400"], outcomes["refused: None"]) > MESSAGES / 50


def test_every_accessor_is_read() -> None:
    assert {"vias", "contacts", "replaces", "session_expires", "accept", "rack"} <= set(READ)


LONG = 64_000
HEAD = (
    b"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c;branch=z9hG4bK1\r\nFrom: <sip:c@d>;tag=1\r\nTo: <sip:a@b>\r\n"
    b"Call-ID: x\r\nCSeq: 1 INVITE\r\n"
)
RUNS = [
    b" ",
    b"\t",
    b"\r\n ",
    b'"',
    b'"\\',
    b"\\",
    b"<",
    b"<a",
    b"(",
    b";",
    b";a",
    b";a=",
    b",",
    b"a,",
    b"%",
    b"%4",
]
RUNS += [
    b"a",
    b"a.",
    b"-",
    b":",
    b"[",
    b"@",
    b"0",
    b"/",
    b"=",
    b"?a=",
    b"&",
    b"\xff",
    b"\xc3\xa9",
    b'"a" ',
    b"a ",
]
RUNS += [b"\r\nX: y", b"\r\n", b"\n", b"\r", b"SIP/2.0/UDP c,", b"<sip:a@b>,", b"sip:", b'a="b",', b"\0"]


@pytest.mark.parametrize("run", RUNS, ids=repr)
def test_no_text_costs_its_length_squared(run: bytes) -> None:
    text = (run * LONG)[:LONG]
    field = text[:8_000]
    names = (
        b"Contact: ",
        b"Via: ",
        b"To: ",
        b"Authorization: Digest ",
        b"Accept: ",
        b"Content-Length: ",
        b"",
    )
    starts = (b"", b'"', b"<sip:a@b>;x=", b"SIP/2.0/UDP ", b"sip:")
    tried = [HEAD + text, HEAD + b"\r\n" + text, text, b"INVITE " + text + b" SIP/2.0\r\n\r\n"]
    tried += [HEAD + name + start + field + b"\r\n\r\n" for name in names for start in starts]
    begun_s = time.process_time()
    for raw in tried:
        outcome(raw)
    value = text.decode("latin-1")
    for read in (uri_of, name_addr_of, via_of, credentials_of):
        for start in ("", "sip:", "Digest ", '"'):
            with suppress(Malformed):
                read(start + value)
    with suppress(description.Malformed):
        session_of(b"v=0\r\n" + text)
    assert time.process_time() - begun_s < 1
