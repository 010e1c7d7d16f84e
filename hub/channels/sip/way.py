"""Where a message goes next: answers by their Via, requests by their route (RFC 3261, 18.2.2 and 8.1.2; RFC 3263, 4).

No name is looked up here. Over a connection an answer goes back on it; only where there is none, or it is closed,
is it asked where to.
"""

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal

from hub.channels.sip.grammar import number
from hub.channels.sip.headers import Via
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import SipUri, Uri

Transport = Literal["UDP", "TCP", "TLS", "WS", "WSS"]
TRANSPORTS: tuple[Transport, ...] = ("UDP", "TCP", "TLS", "WS", "WSS")
DEFAULT_PORTS: dict[Transport, int] = {"UDP": 5060, "TCP": 5060, "TLS": 5061, "WS": 80, "WSS": 443}

_SECURED: dict[Transport, Transport] = {"UDP": "TLS", "TCP": "TLS", "WS": "WSS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """The next stop. `host` has no brackets.

    `needs_srv` says that the host is a name without a port, whose SRV records come before the default port.
    """

    transport: Transport
    host: str
    port: int
    needs_srv: bool = False


def answer_hop(via: Via) -> Hop:
    """Where the answer to a request with this top Via goes, once `Via.seen_from` has filled it in.

    To where the request came from: to its port when it asked for that, else to the one it names. A `maddr` is not
    followed: it would let anybody have our answers sent to anybody. Raises Malformed for a transport that is not
    spoken here, and for a `rport` that is no port.
    """
    transport = _transport(via.transport)
    received, rport = via.params.get("received"), via.params.get("rport")
    port = DEFAULT_PORTS[transport] if via.port is None else via.port
    if rport:
        port = number(rport, 65_536)
    host = (received or via.host).strip("[]")
    return Hop(transport=transport, host=host, port=port)


def request_hop(request: Request) -> Hop:
    """Where a request goes: to the first of its Route, else to its Request-URI.

    Raises Malformed for an address that leads nowhere by itself, such as tel, and for a transport that is not
    spoken here.
    """
    routes = request.routes
    return uri_hop(routes[0].uri if routes else request.uri)


def uri_hop(uri: Uri) -> Hop:
    """Where somebody with this address is reached, or asked for. Raises Malformed as `request_hop`."""
    if not isinstance(uri, SipUri):
        raise Malformed("only a sip or sips address says where to go")
    transport = _transport(uri.param("transport") or "UDP")
    if uri.scheme == "sips":
        transport = _SECURED.get(transport, transport)
    host = (uri.param("maddr") or uri.host).strip("[]")
    return Hop(
        transport=transport,
        host=host,
        port=DEFAULT_PORTS[transport] if uri.port is None else uri.port,
        needs_srv=uri.port is None and not _is_address(host),
    )


def _transport(name: str) -> Transport:
    for one in TRANSPORTS:
        if one == name.upper():
            return one
    raise Malformed("the transport is not spoken here")


def _is_address(host: str) -> bool:
    for kind in (IPv4Address, IPv6Address):
        try:
            kind(host)
        except AddressValueError:
            continue
        return True
    return False
