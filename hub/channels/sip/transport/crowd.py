"""Who is connected: so many of one address, so many of all, and those who proved nothing in a share of their own.

Strangers have a quarter of all room by TCP and TLS, and another by WebSocket, so that neither shuts out the other, nor
anybody who signed in. Where a share is full the one that has been there longest makes room: whoever comes has the time
to sign in, however many sit there. Of IPv6 a network of 64 bits counts as one address.
"""

from collections import Counter, OrderedDict
from typing import Literal, Protocol

from hub.channels.sip.guard import source_key
from hub.channels.sip.transport.flow import Flow

Share = Literal["streams", "sockets"]


class Connection(Flow, Protocol):
    """A flow that is a connection."""

    def trust(self) -> None:
        """Whoever is at the other end has proved who it is: it is kept though it says nothing for a while."""
        ...

    def cut(self) -> None:
        """End it at once."""
        ...


class Crowd:
    """`most` connections in all, `per_address` of one address."""

    def __init__(self, most: int, per_address: int) -> None:
        self._most = most
        self._per_address = per_address
        self._share = max(1, most // 4)
        self._flows: dict[str, Connection] = {}
        self._from: Counter[str] = Counter()
        self._strangers: dict[Share, OrderedDict[str, Connection]] = {
            "streams": OrderedDict(),
            "sockets": OrderedDict(),
        }

    def all(self) -> list[Connection]:
        """Every connection."""
        return list(self._flows.values())

    def named(self, flow_id: str) -> Connection | None:
        """The connection of that name."""
        return self._flows.get(flow_id)

    def has_room_for(self, address: str) -> bool:
        """Whether this address may have one more connection."""
        if self._from.get(source_key(address), 0) >= self._per_address:
            return False
        return len(self._flows) < self._most or any(self._strangers.values())

    def enter(self, flow: Connection, *, trusted: bool) -> Connection | None:
        """It is here. The stranger that makes room for it, who is to be cut, if one has to."""
        leaves = None
        if not trusted:
            share = self._strangers["sockets" if flow.transport in ("WS", "WSS") else "streams"]
            leaves = self._made_room(share)
            share[flow.id] = flow
        self._flows[flow.id] = flow
        self._from[source_key(flow.host)] += 1
        return leaves

    def _made_room(self, share: OrderedDict[str, Connection]) -> Connection | None:
        if len(share) >= self._share:
            return next(iter(share.values()))
        if len(self._flows) < self._most:
            return None
        fullest = max(self._strangers.values(), key=len)
        return next(iter(fullest.values()), None)

    def trust(self, flow_id: str) -> None:
        """Somebody signed in by it, or it is somebody whom the house knows: no stranger from now on."""
        for share in self._strangers.values():
            if (flow := share.pop(flow_id, None)) is not None:
                flow.trust()

    def leave(self, flow_id: str) -> Connection | None:
        """It is gone; what it was, None if it was gone before."""
        flow = self._flows.pop(flow_id, None)
        if flow is None:
            return None
        for share in self._strangers.values():
            share.pop(flow_id, None)
        key = source_key(flow.host)
        self._from[key] -= 1
        if not self._from[key]:
            del self._from[key]
        return flow
