"""How much one address and one visitor may ask for: rates, windows, and sockets at a time.

Everything here counts within this process: on several nodes a stranger has the limits of each.
"""

import ipaddress
from collections import deque
from collections.abc import Iterable

from hub.channels.webchat.settings import WebChatSettings

_SWEEP_FROM = 1024
_A_HAIR_S = 1e-6


class Rate:
    """So many a second and so many at once, for each key (GCRA: one number a key, none for the idle)."""

    def __init__(self, *, per_s: float, burst: int) -> None:
        self._gap_s = 1 / per_s
        self._slack_s = (burst - 1) * self._gap_s
        self._due: dict[str, float] = {}
        self._sweep_at = _SWEEP_FROM

    def wait_s(self, key: str, now: float) -> float:
        """0 when it may happen now (and is counted), else the seconds until it may (and is not)."""
        due = max(self._due.get(key, now), now)
        wait_s = due - self._slack_s - now
        if wait_s > _A_HAIR_S:
            return wait_s
        self._due[key] = due + self._gap_s
        if len(self._due) > self._sweep_at:
            self._due = {key: due for key, due in self._due.items() if due > now}
            self._sweep_at = max(_SWEEP_FROM, 2 * len(self._due))
        return 0.0


class Pace:
    """The same for one reader who waits instead of being refused."""

    __slots__ = ("_due", "_gap_s", "_slack_s")

    def __init__(self, *, per_s: float, burst: int) -> None:
        self._gap_s = 1 / per_s
        self._slack_s = (burst - 1) * self._gap_s
        self._due = 0.0

    def delay_s(self, now: float) -> float:
        """Count one more; the seconds to wait before it."""
        due = max(self._due, now)
        self._due = due + self._gap_s
        return max(0.0, due - self._slack_s - now)


class Window:
    """At most `limit` within `window_s`, for each key."""

    def __init__(self, *, limit: int, window_s: float) -> None:
        self._limit = limit
        self._window_s = window_s
        self._taken: dict[str, deque[float]] = {}
        self._sweep_at = _SWEEP_FROM

    def wait_s(self, key: str, now: float) -> float:
        """0 when it may happen now (and is counted), else the seconds until it may (and is not)."""
        taken = self._taken.setdefault(key, deque())
        while taken and taken[0] + self._window_s <= now:
            taken.popleft()
        if len(taken) >= self._limit:
            return taken[0] + self._window_s - now
        taken.append(now)
        if len(self._taken) > self._sweep_at:
            self._taken = {k: t for k, t in self._taken.items() if t and t[-1] + self._window_s > now}
            self._sweep_at = max(_SWEEP_FROM, 2 * len(self._taken))
        return 0.0

    def give_back(self, key: str) -> None:
        """What was counted last did not happen."""
        if taken := self._taken.get(key):
            taken.pop()


class Together:
    """At most `limit` at the same time, for each key."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._inside: dict[str, int] = {}

    def enter(self, key: str) -> bool:
        """Count one more; False, and not counted, when there are `limit` already."""
        inside = self._inside.get(key, 0)
        if inside >= self._limit:
            return False
        self._inside[key] = inside + 1
        return True

    def leave(self, key: str) -> None:
        """One less."""
        inside = self._inside[key] - 1
        if inside:
            self._inside[key] = inside
        else:
            del self._inside[key]


class Networks:
    """Addresses as limits see them, and those they spare."""

    def __init__(self, exempt: Iterable[str]) -> None:
        self._exempt = [ipaddress.ip_network(network, strict=False) for network in exempt]

    def key(self, address: str) -> str | None:
        """What an address is counted under, None for an exempt one.

        A home or an office has 2^64 addresses of IPv6: they count as one. Text that is no address counts as
        itself.
        """
        try:
            ip = ipaddress.ip_address(address.partition("%")[0])
        except ValueError:
            return address
        if isinstance(ip, ipaddress.IPv6Address):
            ip = ip.ipv4_mapped or ip
        if any(ip in network for network in self._exempt):
            return None
        if isinstance(ip, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((ip, 64), strict=False))
        return str(ip)


class VisitorLimits:
    """All limits of web chat. Waits are in seconds, 0 meaning go ahead; `now` is monotonic."""

    def __init__(self, settings: WebChatSettings) -> None:
        self._networks = Networks(settings.exempt_addresses)
        self._sockets = Together(limit=settings.sockets_per_address)
        self._visitors = Rate(per_s=settings.visitors_per_minute / 60, burst=settings.visitors_burst)
        self._conversations = Window(
            limit=settings.conversations_per_address, window_s=settings.conversations_window_s
        )
        self._messages = Rate(per_s=settings.messages_per_s, burst=settings.messages_burst)

    def key(self, address: str) -> str | None:
        """What an address is counted under, None for an exempt one."""
        return self._networks.key(address)

    def socket_opens(self, address: str) -> bool:
        """Whether one more socket is allowed; if so it must be followed by `socket_closed`."""
        key = self._networks.key(address)
        return key is None or self._sockets.enter(key)

    def socket_closed(self, address: str) -> None:
        """A socket that was allowed has ended."""
        if (key := self._networks.key(address)) is not None:
            self._sockets.leave(key)

    def new_visitor_wait_s(self, address: str, now: float) -> float:
        """For a browser we have not seen before."""
        key = self._networks.key(address)
        return 0.0 if key is None else self._visitors.wait_s(key, now)

    def conversation_wait_s(self, address: str, now: float) -> float:
        """For a message that would begin a conversation."""
        key = self._networks.key(address)
        return 0.0 if key is None else self._conversations.wait_s(key, now)

    def conversation_not_begun(self, address: str) -> None:
        """The message that was let through began none."""
        if (key := self._networks.key(address)) is not None:
            self._conversations.give_back(key)

    def message_wait_s(self, visitor_id: str, now: float) -> float:
        """For a message of this visitor, on whatever socket."""
        return self._messages.wait_s(visitor_id, now)
