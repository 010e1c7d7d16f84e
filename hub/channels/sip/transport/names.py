"""Names to addresses: SRV, then A and AAAA (RFC 3263, 4; RFC 2782)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Protocol

from hub.channels.sip.transport.flow import Unreachable
from hub.channels.sip.way import Hop

_LOOKUP_S = 8.0
MOST_PLACES = 4
"""Further ones are not tried: somebody waits."""

_SRV_NAMES = {"UDP": "_sip._udp.", "TCP": "_sip._tcp.", "TLS": "_sips._tcp.", "WS": "", "WSS": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One SRV record."""

    host: str
    port: int
    priority: int = 0
    weight: int = 0


class Resolver(Protocol):
    """Asks the name servers. Both raise OSError when there is no answer."""

    async def addresses(self, host: str) -> Sequence[str]:
        """The IPv4 and IPv6 addresses of a name, the most wanted first."""
        ...

    async def services(self, name: str) -> Sequence[Service]:
        """The SRV records of a name; none where there are none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An address to send to; `name` is what a certificate must be for."""

    address: str
    port: int
    name: str


@lru_cache(maxsize=4_096)
def literal(hop: Hop) -> Place | None:
    """The place, if the hop has an address already."""
    try:
        return Place(address=str(ip_address(hop.host)), port=hop.port, name=hop.host)
    except ValueError:
        return None


async def places(hop: Hop, resolver: Resolver) -> Sequence[Place]:
    """Where the hop is, the first choice first. Raises Unreachable."""
    if (known := literal(hop)) is not None:
        return [known]
    try:
        async with asyncio.timeout(_LOOKUP_S):
            found = await _looked_up(hop, resolver)
    except (OSError, TimeoutError) as exc:
        raise Unreachable("the name has no address") from exc
    if not found:
        raise Unreachable("the name has no address")
    return found[:MOST_PLACES]


async def _looked_up(hop: Hop, resolver: Resolver) -> list[Place]:
    services: Sequence[Service] = ()
    if hop.needs_srv and (prefix := _SRV_NAMES[hop.transport]):
        services = await resolver.services(prefix + hop.host)
    if not services:
        services = [Service(host=hop.host, port=hop.port)]
    found: list[Place] = []
    for one in sorted(services, key=lambda service: (service.priority, -service.weight)):
        name = one.host.rstrip(".")
        try:
            addresses = await resolver.addresses(name)
        except OSError:
            continue
        found += [Place(address=address, port=one.port, name=hop.host) for address in addresses]
    return found
