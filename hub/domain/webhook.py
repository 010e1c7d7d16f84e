"""Webhooks out: what may be heard, how a delivery is signed, and when it is tried again."""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from hub.domain.errors import Invalid
from hub.domain.ids import TenantId

EVENTS = (
    "interaction.opened",
    "interaction.closed",
    "touch.received",
    "touch.written",
    "reply.delivery_changed",
    "work.changed",
    "work.offered",
    "work.offer_ended",
)
"""What may be subscribed to; docs/webhooks.md says what each holds."""

PING = "webhook.ping"
"""What the test button sends."""

FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(hours=24)
DISABLED_AFTER = timedelta(hours=72)
"""A webhook that took nothing for so long is turned off."""


class DeliveryState(StrEnum):
    """Where a delivery is."""

    WAITING = "waiting"
    DONE = "done"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Somebody outside who wants to hear. `failing_since` is None while deliveries arrive."""

    id: str
    tenant_id: TenantId
    name: str
    url: str
    events: frozenset[str]
    secret: str = field(repr=False)
    enabled: bool = True
    disabled_because: str = ""
    failing_since: datetime | None = None
    created_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one webhook; its id is the same at every attempt. `first_at` is when trying began."""

    id: str
    tenant_id: TenantId
    webhook_id: str
    event: str
    body: str
    state: DeliveryState = DeliveryState.WAITING
    made_at: datetime
    first_at: datetime
    next_at: datetime | None
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try. `status` is 0 when there was no answer, and `error` says why in one stable word."""

    at: datetime
    status: int
    error: str
    duration_ms: int
    answer: str

    @property
    def arrived(self) -> bool:
        """Whether the other side took it."""
        return 200 <= self.status < 300


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA-256 over the timestamp, a full stop and the body, in hexadecimal."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def wait_after(attempts: int, jitter: float) -> timedelta:
    """How long after the last of `attempts` the next one comes; `jitter` of 0 to 1 spreads it by a fifth."""
    wait = min(FIRST_WAIT * 2.0 ** min(attempts - 1, 20), LONGEST_WAIT)
    return wait * (0.8 + 0.4 * jitter)


def usable_url(url: str, *, allow_private: bool) -> str:
    """The address, if deliveries may go there as far as its text says.

    Raises Invalid (`bad_url`). Where its name leads is looked at when it is called.
    """
    parts = urlsplit(url.strip())
    schemes = {"https", "http"} if allow_private else {"https"}
    try:
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        port_is_good = False
    if (
        parts.scheme not in schemes
        or not parts.hostname
        or not port_is_good
        or parts.username is not None
        or parts.fragment
        or not url.strip().isascii()
    ):
        raise Invalid("give an https address without user and fragment", field="url", code="bad_url")
    try:
        is_literal_and_private = not may_be_called(parts.hostname)
    except ValueError:
        is_literal_and_private = False
    if is_literal_and_private and not allow_private:
        raise Invalid("this address is not public", field="url", code="bad_url")
    return url.strip()


def may_be_called(address: str) -> bool:
    """Whether an IP address is a public one, also when it is wrapped in an IPv6 one. Raises ValueError."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None and not _is_public(inner):
            return False
    return _is_public(ip)


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
