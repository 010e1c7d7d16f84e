"""Where a phone that is a SIP address may be: only where whoever runs the hub says.

Without it any agent could have the hub connect to any place that it reaches, and call by a carrier past the rules.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from hub.channels.sip.refusal import Malformed
from hub.channels.sip.trunk_settings import split_hop
from hub.channels.sip.uri import SipUri, Uri, port_of, uri_of
from hub.channels.sip.way import uri_hop
from hub.domain.errors import Invalid

SIP_PORTS = frozenset({5060, 5061})
"""Where a listed host is reached unless its entry names a port."""

_Network = IPv4Network | IPv6Network


_NETWORK = re.compile(
    r"([0-9.]+/[0-9]+)(?::([0-9]+))?|\[([0-9a-f:.]+/[0-9]+)\](?::([0-9]+))?|([0-9a-f:.]+/[0-9]+)"
)


def listed_host(text: str) -> str:
    """An entry of `channels.sip.phone_hosts` as it is kept. Raises ValueError."""
    written = text.strip().lower()
    try:
        host, _ = _entry(written)
    except (Malformed, ValueError):
        raise ValueError(
            "give a host or a network, with a port or without, such as pbx.house.example, 192.0.2.7:5080 or 10.0.0.0/24"
        ) from None
    if not isinstance(host, str) and host.prefixlen == 0:
        raise ValueError("this is every address there is: name the hosts, or their network")
    return written


def _entry(written: str) -> tuple[str | _Network, int | None]:
    """Host or network, and the port. Raises Malformed, ValueError."""
    if (found := _NETWORK.fullmatch(written)) is not None:
        port = found[2] or found[4]
        return ip_network(found[1] or found[3] or found[5], strict=False), port_of(port) if port else None
    if written.count(":") > 1 and not written.startswith("["):
        written = f"[{written}]"
    host, port_ = split_hop(written)
    return _plain(host), port_


class PhoneHosts:
    """`listed` are entries of `channels.sip.phone_hosts`, `own` the places of this hub itself: host and port."""

    def __init__(
        self, listed: Sequence[str], own: Callable[[], Iterable[tuple[str, int]]] = lambda: ()
    ) -> None:
        self._own = own
        self._listed = [_entry(one) for one in listed]

    def allows(self, uri: Uri) -> bool:
        """Whether that address may be called. Names are compared as they are written, not by where they lead."""
        if not isinstance(uri, SipUri):
            return False
        try:
            hop = uri_hop(uri)
        except Malformed:
            return False
        if hop.transport in ("WS", "WSS"):
            return False
        host = _plain(hop.host)
        if any((host, hop.port) == (_plain(own), port) for own, port in self._own()):
            return True
        return any(
            _is_at(listed, host) and (hop.port in SIP_PORTS if port is None else hop.port == port)
            for listed, port in self._listed
        )

    def judge(self, address: str) -> None:
        """Raises Invalid (`phone_host_not_allowed`) for an address that may not be called, `bad_uri` for none."""
        try:
            uri = uri_of(address)
        except Malformed:
            raise Invalid("this is no SIP address", field="uri", code="bad_uri") from None
        if not self.allows(uri):
            raise Invalid(
                "phones at this host are not called from here: whoever runs the hub lists it in"
                " channels.sip.phone_hosts",
                field="uri",
                code="phone_host_not_allowed",
            )


def _is_at(listed: str | _Network, host: str) -> bool:
    if isinstance(listed, str):
        return listed == host
    try:
        return ip_address(host) in listed
    except ValueError:
        return False


def _plain(host: str) -> str:
    """One way to write each host: small letters, no brackets, no dot at the end, an address as Python writes it."""
    name = host.strip("[]").lower().rstrip(".")
    try:
        ip = ip_address(name)
    except ValueError:
        return name
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)
