"""Where a message goes next: answers to where the request came from, requests along their route."""

import pytest

from hub.channels.sip.headers import via_of
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import uri_of
from hub.channels.sip.way import Hop, Transport, answer_hop, request_hop, uri_hop
from tests.unit.channels.sip.calls import request


@pytest.mark.parametrize(
    ("via", "host", "port"),
    [
        # an address that is its own, with and without a port
        ("SIP/2.0/UDP 192.0.2.7:5070;branch=z9hG4bK1", "192.0.2.7", 5070),
        ("SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1", "192.0.2.7", 5060),
        # a name, or an address behind a translator: back to the source, at the port that it names
        ("SIP/2.0/UDP pc.example:5070;branch=z9hG4bK1", "192.0.2.7", 5070),
        ("SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1", "192.0.2.7", 5060),
        # or at its source port, where it asks for that
        ("SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1;rport", "192.0.2.7", 40_000),
        # whatever it says of itself or of others
        ("SIP/2.0/UDP 192.0.2.7;received=203.0.113.1", "192.0.2.7", 5060),
        ("SIP/2.0/UDP 192.0.2.7;maddr=203.0.113.1", "192.0.2.7", 5060),
        ("SIP/2.0/UDP 192.0.2.7;rport=9", "192.0.2.7", 40_000),
    ],
)
def test_an_answer_goes_to_where_its_request_came_from(via: str, host: str, port: int) -> None:
    assert answer_hop(via_of(via).seen_from("192.0.2.7", 40_000)) == Hop(
        transport="UDP", host=host, port=port
    )


def test_an_answer_goes_by_the_transport_of_its_request() -> None:
    via = via_of("SIP/2.0/tls [2001:db8::1];branch=z9hG4bK1").seen_from("2001:db8::1", 40_000)
    assert answer_hop(via) == Hop(transport="TLS", host="2001:db8::1", port=5061)
    for bad in ("SIP/2.0/SCTP a", "SIP/2.0/UDP a;rport=70000", "SIP/2.0/UDP a;rport=x"):
        with pytest.raises(Malformed):
            answer_hop(via_of(bad))


@pytest.mark.parametrize(
    ("uri", "transport", "host", "port", "needs_srv"),
    [
        ("sip:b@biloxi.example", "UDP", "biloxi.example", 5060, True),
        ("sip:b@biloxi.example:5080", "UDP", "biloxi.example", 5080, False),
        ("sip:b@192.0.2.4", "UDP", "192.0.2.4", 5060, False),
        ("sip:b@[2001:db8::4]", "UDP", "2001:db8::4", 5060, False),
        ("sip:b@192.0.2.4;transport=TCP", "TCP", "192.0.2.4", 5060, False),
        ("sip:b@192.0.2.4;transport=tls", "TLS", "192.0.2.4", 5061, False),
        ("sips:b@biloxi.example", "TLS", "biloxi.example", 5061, True),
        ("sips:b@192.0.2.4;transport=tcp", "TLS", "192.0.2.4", 5061, False),
        ("sip:b@192.0.2.4;transport=ws", "WS", "192.0.2.4", 80, False),
        ("sips:b@x.invalid:443;transport=ws", "WSS", "x.invalid", 443, False),
        ("sip:b@biloxi.example;maddr=192.0.2.9", "UDP", "192.0.2.9", 5060, False),
    ],
)
def test_an_address_says_where_to_go(
    uri: str, transport: Transport, host: str, port: int, needs_srv: bool
) -> None:
    expected = Hop(transport=transport, host=host, port=port, needs_srv=needs_srv)
    assert uri_hop(uri_of(uri)) == expected


@pytest.mark.parametrize("uri", ["tel:+79161234567", "http://a/", "sip:b@c;transport=sctp"])
def test_some_addresses_lead_nowhere_by_themselves(uri: str) -> None:
    with pytest.raises(Malformed):
        uri_hop(uri_of(uri))


def test_a_request_follows_its_route_before_its_address() -> None:
    straight = request()
    assert request_hop(straight).host == "biloxi.example"
    routed = request("INVITE", ("Route", "<sip:p1.example:5070;lr>, <sip:p2.example;lr>"))
    assert request_hop(routed) == Hop(transport="UDP", host="p1.example", port=5070)
