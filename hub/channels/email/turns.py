"""How often an address may bring a letter: a bucket each, which fills again with time. Whoever was loud is remembered,
however many others come."""

import heapq
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from hub.domain.errors import TooMany

_FORGOTTEN_SHARE = 0.1


class Turns:
    """`per_minute` letters an address in the long run, a quarter of that at once. At most `most` addresses are known:
    then those are forgotten first whose bucket is full again, which changes nothing for them, and of the others those
    who were the quietest."""

    def __init__(self, per_minute: float, *, monotonic: Callable[[], float], most: int = 10_000) -> None:
        self._a_second = per_minute / 60.0
        self._full = max(per_minute / 4.0, 1.0)
        self._monotonic = monotonic
        self._most = most
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, address: str) -> None:
        """Count a letter of this address. Raises TooMany."""
        source, now_s = source_of(address), self._monotonic()
        left = self._left_of(self._left.get(source, (self._full, now_s)), now_s)
        if left < 1.0:
            raise TooMany("too many letters", retry_after_s=(1.0 - left) / self._a_second)
        if source not in self._left and len(self._left) >= self._most:
            self._forget(now_s)
        self._left[source] = (left - 1.0, now_s)

    def __len__(self) -> int:
        return len(self._left)

    def _left_of(self, bucket: tuple[float, float], now_s: float) -> float:
        left, at_s = bucket
        return min(self._full, left + (now_s - at_s) * self._a_second)

    def _forget(self, now_s: float) -> None:
        """Make room, at once for some: looking at all of them is not for every letter."""
        left = {source: self._left_of(bucket, now_s) for source, bucket in self._left.items()}
        quiet = [source for source, much in left.items() if much >= self._full]
        some = max(int(self._most * _FORGOTTEN_SHARE), 1)
        for source in quiet or heapq.nlargest(some, left, key=left.__getitem__):
            del self._left[source]


def source_of(address: str) -> str:
    """Who is behind an address: of IPv6 the network of 64 bits, which is one customer's (RFC 6177)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return parsed.exploded[:19]
