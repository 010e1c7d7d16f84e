"""Who signs in by Digest: nonces that need no memory, counts that do, and one verdict (RFC 7616, 8760)."""

import base64
import binascii
import hmac
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hub.channels.sip.digest import Algorithm, Challenge, Credentials, Qop, Secrets, response_of
from hub.channels.sip.message import Request
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import equivalent, uri_of

SALT_BYTES = 8
SEAL_BYTES = 16
TIME_BYTES = 8
WINDOW = 64
"""Counts of one nonce may overtake each other by this much: requests over UDP do."""

KNOWN_TO_ALL = (Algorithm.MD5,)
"""What a phone is asked for that nothing else is known of.

Phones of a few years ago give up when SHA-256 stands first (sipsak, JsSIP) or anywhere (baresip 1.0), so it is
offered to accounts whose phone can do it.
"""

_NOBODY = "0" * 64
"""A secret to compute with when there is no such account, so that both take the same time."""


class Verdict(StrEnum):
    """What the credentials are worth."""

    GOOD = "good"
    STALE = "stale"
    """The password is right, but the nonce is old or its count was used: challenge again with `stale`."""
    WRONG = "wrong"
    """Challenge again; count it against the sender."""
    OTHER_REQUEST = "other_request"
    """They are for another address than the request's: 400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nonces:
    """Nonces made of their time, a salt and a seal by `key`, which every node has and nobody else.

    `valid_s` is in seconds; times are seconds since 1970.
    """

    key: bytes
    valid_s: float = 300.0

    def made(self, now_s: float, salt: bytes) -> str:
        """A new nonce. `salt` is `SALT_BYTES` random bytes."""
        told = int(now_s * 1000).to_bytes(TIME_BYTES, "big") + salt
        return base64.b64encode(told + self._seal(told)).decode("ascii")

    def age_s(self, nonce: str, now_s: float) -> float | None:
        """How old it is, in seconds; None for one that was not made with this key."""
        try:
            raw = base64.b64decode(nonce.encode("ascii"), validate=True)
        except (binascii.Error, ValueError):
            return None
        told, seal = raw[: TIME_BYTES + SALT_BYTES], raw[TIME_BYTES + SALT_BYTES :]
        if len(seal) != SEAL_BYTES or not hmac.compare_digest(seal, self._seal(told)):
            return None
        return now_s - int.from_bytes(told[:TIME_BYTES], "big") / 1000

    def _seal(self, told: bytes) -> bytes:
        return hmac.digest(self.key, told, "sha256")[:SEAL_BYTES]


class UsedCounts:
    """Which counts of which nonce were used, for the last `kept` nonces: what makes a replay one."""

    def __init__(self, kept: int = 10_000) -> None:
        self._kept = kept
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def is_first_use(self, nonce: str, nc: int) -> bool:
        """Whether this count is used for the first time; it is used from now on.

        A count more than `WINDOW` below the highest counts as used.
        """
        highest, bits = self._seen.get(nonce, (0, 0))
        if nc > highest:
            bits = ((bits << (nc - highest)) if nc - highest < WINDOW else 0) | 1
            highest = nc
        else:
            bit = 1 << (highest - nc) if highest - nc < WINDOW else 0
            if nc < 1 or not bit or bits & bit:
                return False
            bits |= bit
        self._seen[nonce] = (highest, bits & (1 << WINDOW) - 1)
        self._seen.move_to_end(nonce)
        if len(self._seen) > self._kept:
            self._seen.popitem(last=False)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where people sign in: one realm."""

    realm: str
    nonces: Nonces
    used: UsedCounts
    qop: tuple[Qop, ...] = ("auth", "auth-int")

    def challenges(
        self,
        now_s: float,
        salt: Callable[[int], bytes],
        algorithms: Sequence[Algorithm] = KNOWN_TO_ALL,
        *,
        stale: bool = False,
    ) -> list[Challenge]:
        """One challenge an algorithm, each a field of its own, in this order (RFC 8760, 2.4).

        `salt` gives that many random bytes. `algorithms` are those of the account that is named, if it is there,
        and else the same as ever, so that nobody learns which accounts there are.
        """
        nonce = self.nonces.made(now_s, salt(SALT_BYTES))
        return [
            Challenge(realm=self.realm, nonce=nonce, algorithm=algorithm, qop=self.qop, stale=stale)
            for algorithm in algorithms
        ]

    def verdict(
        self, credentials: Credentials, request: Request, secrets: Secrets | None, now_s: float
    ) -> Verdict:
        """What the credentials of this request are worth. `secrets` is None where there is no such account.

        An algorithm that the account has no secret for is wrong: whoever keeps one only cannot be talked down.
        Credentials without a qop are wrong: what they sign could be played again.
        """
        secret = (secrets or {}).get(credentials.algorithm)
        expected = response_of(secret or _NOBODY, credentials, request.method, request.body)
        is_right = hmac.compare_digest(expected, credentials.response)
        age_s = self.nonces.age_s(credentials.nonce, now_s)
        if (
            not is_right
            or secret is None
            or age_s is None
            or credentials.realm != self.realm
            or credentials.session
            or credentials.qop not in self.qop
        ):
            return Verdict.WRONG
        if not _is_for(credentials.uri, request):
            return Verdict.OTHER_REQUEST
        if not -1 <= age_s <= self.nonces.valid_s or not self.used.is_first_use(
            credentials.nonce, credentials.nc
        ):
            return Verdict.STALE
        return Verdict.GOOD


def _is_for(uri: str, request: Request) -> bool:
    if uri == str(request.uri):
        return True
    try:
        return equivalent(uri_of(uri), request.uri)
    except Malformed:
        return False
