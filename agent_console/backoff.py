"""How often somebody may fail to sign in: per account and per address, ever slower, never locked for good."""

import ipaddress
from collections import OrderedDict, deque
from dataclasses import dataclass

from hub.domain.errors import TooMany
from hub.ports.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """`free` failures in `window_s` cost nothing; then the wait doubles, up to `longest_wait_s`."""

    free: int
    window_s: float = 900.0
    first_wait_s: float = 30.0
    longest_wait_s: float = 900.0

    def wait_s(self, failures: int) -> float:
        """How long after the last of `failures` the next attempt may come."""
        if failures < self.free:
            return 0.0
        return min(self.first_wait_s * 2.0 ** min(failures - self.free, 30), self.longest_wait_s)


PER_ACCOUNT = Patience(free=5)
PER_ADDRESS = Patience(free=20)
_KEPT = 64


class Backoff:
    """Failed attempts of this process, kept in memory: at most `room` accounts and as many addresses.

    An attempt counts as a failure from its beginning, so that a hundred at once are no way around the limit;
    a success takes it back.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        per_account: Patience = PER_ACCOUNT,
        per_address: Patience = PER_ADDRESS,
        room: int = 10_000,
    ) -> None:
        self._clock = clock
        self._accounts = _Failures(per_account, room)
        self._addresses = _Failures(per_address, room)

    def begin(self, account: str, address: str) -> None:
        """Note an attempt. Raises TooMany, and notes nothing, when it comes too soon after failures."""
        now = self._clock.monotonic()
        place = network_of(address)
        wait_s = max(self._accounts.wait_s(account, now), self._addresses.wait_s(place, now))
        if wait_s > 0:
            raise TooMany(
                "too many failed attempts; wait before the next",
                retry_after_s=wait_s,
                code="too_many_attempts",
            )
        self._accounts.add(account, now)
        self._addresses.add(place, now)

    def succeeded(self, account: str, address: str) -> None:
        """The attempt was right: the account's failures are forgotten, the address keeps its others."""
        self._accounts.forget(account)
        self._addresses.take_back(network_of(address))

    def not_tried(self, account: str, address: str) -> None:
        """The attempt came to nothing for reasons of ours: it counts as none."""
        self._accounts.take_back(account)
        self._addresses.take_back(network_of(address))


class _Failures:
    """Failures by key, within the window; the key longest untouched makes room for a new one."""

    def __init__(self, patience: Patience, room: int) -> None:
        self._patience = patience
        self._room = room
        self._records: OrderedDict[str, deque[float]] = OrderedDict()

    def wait_s(self, key: str, now: float) -> float:
        times = self._recent(key, now)
        if not times:
            return 0.0
        return max(times[-1] + self._patience.wait_s(len(times)) - now, 0.0)

    def add(self, key: str, now: float) -> None:
        times = self._records.setdefault(key, deque(maxlen=_KEPT))
        times.append(now)
        self._records.move_to_end(key)
        while len(self._records) > self._room:
            self._records.popitem(last=False)

    def take_back(self, key: str) -> None:
        if times := self._records.get(key):
            times.pop()

    def forget(self, key: str) -> None:
        self._records.pop(key, None)

    def _recent(self, key: str, now: float) -> deque[float] | None:
        times = self._records.get(key)
        while times and times[0] <= now - self._patience.window_s:
            times.popleft()
        if times is not None and not times:
            del self._records[key]
        return times


def network_of(address: str) -> str:
    """What counts as one address: the whole of an IPv4 one, the /64 of an IPv6 one (a house gets no less)."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    mapped = parsed.ipv4_mapped
    return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
