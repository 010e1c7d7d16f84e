"""Values of the protocol as Hypothesis makes them up: whatever may stand in a message."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from hub.channels.sip.grammar import Params
from hub.channels.sip.headers import CSeq, NameAddr, Via
from hub.channels.sip.message import Message, Request, Response
from hub.channels.sip.refusal import Field
from hub.channels.sip.uri import OtherUri, SipUri, TelUri, Uri, sip_uri

TOKEN = "ABCXYZabcxyz0189-.!%*_+`'~"

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long an example takes says how busy the machine is: `test_fuzz` counts the processor's time instead."""

tokens = st.text(TOKEN, min_size=1, max_size=12)
texts = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=24)
hosts = st.one_of(
    st.sampled_from(["example.com", "a", "xn--e1afmkfd.example", "host.example.", "under_score.example"]),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
)
ports = st.none() | st.integers(1, 65_535)


def each_once(pairs: list[tuple[str, str | None]]) -> tuple[tuple[str, str | None], ...]:
    """Each name once, whatever its case."""
    return tuple({name.lower(): (name, value) for name, value in pairs}.values())


@st.composite
def params(draw: st.DrawFn) -> Params:
    """Flags and values; what is no token is quoted."""
    found = Params()
    for name, value in draw(st.dictionaries(tokens, st.none() | texts, max_size=3)).items():
        found = found.having(name, value)
    return found


somebody = st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
uri_params = st.lists(st.tuples(tokens, st.none() | tokens), max_size=3).map(each_once)
uri_headers = st.lists(st.tuples(tokens, st.text(max_size=8)), max_size=2).map(tuple)
sip_uris = st.builds(
    sip_uri, somebody, hosts, ports, secure=st.booleans(), params=uri_params, headers=uri_headers
)
targets = st.builds(sip_uri, somebody, hosts, ports, secure=st.booleans())
tel_uris = st.builds(
    TelUri,
    st.from_regex(r"\A\+[0-9][0-9.()-]{0,12}\Z") | st.from_regex(r"\A[0-9*#A-F]{1,6}\Z"),
    st.just(()) | st.just((("phone-context", "+7"),)),
)
other_uris = st.builds(
    OtherUri, st.sampled_from(["http", "urn", "soap.beep"]), st.text("abc:/;=?@0", min_size=1)
)
uris: st.SearchStrategy[Uri] = st.one_of(sip_uris, tel_uris, other_uris)
name_addrs = st.builds(NameAddr, uris, st.none() | texts, params())
vias = st.builds(Via, tokens, hosts, ports, params().filter(lambda one: one.get("branch") != "z9hG4bK"))


def branch(value: str) -> Params:
    """A Via's parameters with that branch."""
    return Params((("branch", f"z9hG4bK{value}"), ("rport", None)))


def tag(value: str) -> Params:
    """A From's or To's parameters with that tag."""
    return Params((("tag", value),))


pieces = st.sampled_from(
    [
        Field("X-Odd", ";;,,;,"),
        Field("X-Quoted", '"a, b" <'),
        Field("Subject", ""),
        Field("s", "Русский ve Türkçe"),
        Field("C%6Fntact", "<sip:a@b>"),
        Field("m", "<sip:a@b;ob>;expires=60, sip:c@d;q=0.5"),
        Field("Route", "<sip:p1.example;lr>, <sip:[2001:db8::1]:5061;lr>"),
        Field("RECORD-ROUTE", '"p" <sip:p2.example;lr>;x="y,z"'),
        Field("Max-Forwards", "0"),
        Field("k", "timer, replaces"),
    ]
)
plain_vias = st.builds(Via, st.sampled_from(["UDP", "WSS", "x"]), hosts, ports, st.builds(branch, tokens))
plain_addrs = st.builds(NameAddr, targets, st.none() | texts, st.builds(tag, tokens))


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A request or a response with the five fields, in any order, among others, known and unknown."""
    method = draw(tokens)
    standing = [
        *(Field("Via", str(via)) for via in draw(st.lists(plain_vias, min_size=1, max_size=2))),
        Field(draw(st.sampled_from(["From", "f"])), str(draw(plain_addrs))),
        Field("tO", str(draw(plain_addrs))),
        Field("Call-ID", draw(st.text('abc019@.-<>:"[]{}?/', min_size=1, max_size=9))),
        Field("CSeq", str(CSeq(draw(st.integers(0, 2**31 - 1)), method))),
        Field("X-" + draw(tokens), draw(texts).strip()),
        *draw(st.lists(pieces, unique_by=lambda field: field.name, max_size=4)),
    ]
    turn = draw(st.integers(0, len(standing)))
    fields = (*standing[turn:], *standing[:turn])
    body = draw(st.binary(max_size=32))
    if draw(st.booleans()):
        return Request(method=method, uri=draw(targets | tel_uris | other_uris), fields=fields, body=body)
    return Response(status=draw(st.integers(100, 699)), reason=draw(texts), fields=fields, body=body)


def is_sip(uri: object) -> SipUri:
    """`uri`, which is a sip or sips address."""
    assert isinstance(uri, SipUri)
    return uri
