"""One-time codes of the second factor: TOTP (RFC 6238) over HMAC-SHA-1, six digits, thirty seconds."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_S = 30
DIGITS = 6
SKEW_STEPS = 1
"""A code of the step before and of the one after counts too: clocks differ."""

SECRET_BYTES = 20
RECOVERY_CODES = 10

_CODE = re.compile(r"\d{6}")
_RECOVERY = re.compile(r"[a-z2-7]{16}")


def step_at(now: datetime) -> int:
    """The number of the thirty seconds that `now` is in, since 1970."""
    return int(now.timestamp()) // STEP_S


def code_of(secret: bytes, step: int) -> str:
    """The six digits of that step (RFC 4226, 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The step whose code this is, within the skew and later than step `after`; None when it is of none.

    A code counts once: whoever accepts it keeps the step, and asks with it as `after` from then on.
    """
    here = step_at(now)
    found = None
    for step in range(here - SKEW_STEPS, here + SKEW_STEPS + 1):
        # every step is compared, whichever fits
        if hmac.compare_digest(code_of(secret, step), code) and step > after:
            found = step
    return found


def normalised_code(text: str) -> str:
    """A code as it was typed, without spaces and dashes, in small letters."""
    return re.sub(r"[\s-]", "", text).lower()


def is_code(text: str) -> bool:
    """Whether it looks like a code of an authenticator."""
    return text.isascii() and _CODE.fullmatch(text) is not None


def is_recovery_code(text: str) -> bool:
    """Whether it looks like a recovery code."""
    return _RECOVERY.fullmatch(text) is not None


def new_recovery_codes(random_bytes: Callable[[int], bytes]) -> tuple[str, ...]:
    """Ten codes of 80 random bits, to be shown once; normalised, they are what is hashed."""
    codes = (base64.b32encode(random_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES))
    return tuple("-".join(code[n : n + 4] for n in range(0, 16, 4)) for code in codes)


def recovery_hash(code: str) -> bytes:
    """What the store keeps of a recovery code: 80 random bits need no salt and no slow hash."""
    return hashlib.sha256(code.encode()).digest()


def key_uri(secret: bytes, *, issuer: str, login: str) -> str:
    """What the QR code says: the address that authenticators read."""
    asked = urlencode({"secret": base32(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(login)}?{asked}"


def base32(secret: bytes) -> str:
    """The secret as people type it."""
    return base64.b32encode(secret).decode().rstrip("=")
