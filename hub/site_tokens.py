"""Reads the token by which a web site vouches for its visitor, and believes it only when the site has signed it.

It is a JSON Web Token (RFC 7519) signed with HMAC-SHA256 (`HS256`); of that standard nothing else is taken, so that
nothing of it has to be negotiated. Its claims have the names of OpenID Connect. Without I/O.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec

from hub.domain.site_identity import SiteSecret, SiteUser, TokenRefused
from hub.domain.texts import one_line

TOKEN_CHARS: Final = 4096
USER_CHARS: Final = 128
NAME_CHARS: Final = 120
ADDRESS_CHARS: Final = 320
CLOCKS_DIFFER: Final = timedelta(seconds=60)

_PARTS = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class _Header(msgspec.Struct, frozen=True):
    alg: str
    crit: object = None


class _Claims(msgspec.Struct, frozen=True):
    sub: Annotated[str, msgspec.Meta(min_length=1)] | int
    exp: float
    iat: float | None = None
    nbf: float | None = None
    aud: str | list[str] | None = None
    name: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None


_header = msgspec.json.Decoder(_Header).decode
_claims = msgspec.json.Decoder(_Claims).decode


def verified(
    token: str, secrets: Sequence[SiteSecret], *, site_key: str, now: datetime, most: timedelta
) -> SiteUser:
    """Whom `token` is about, once it is sure that the site said so and says so still.

    `most` is the longest that a token may be valid from now on. Raises TokenRefused. Every secret is tried, each in
    constant time, and nothing that the token says is read before its signature fits.
    """
    if not secrets:
        raise TokenRefused("this site has no secret to check identities with", code="identity_off")
    if len(token) > TOKEN_CHARS:
        raise TokenRefused(
            f"an identity token has at most {TOKEN_CHARS} characters", code="identity_too_long"
        )
    parts = _PARTS.fullmatch(token)
    if parts is None:
        raise TokenRefused("an identity token is three parts of base64url with full stops between")
    header, payload, signature = (_decoded(part) for part in parts.groups())
    _require_algorithm(header)
    signed_with = _signed_with(token.rpartition(".")[0].encode(), signature, secrets)
    if signed_with is None:
        raise TokenRefused(
            "the identity token was not signed with a secret of this site", code="identity_forged"
        )
    return _user(_claims_in(payload), signed_with, site_key=site_key, now=now, most=most)


def _signed_with(signed: bytes, signature: bytes, secrets: Sequence[SiteSecret]) -> str | None:
    found = None
    for secret in secrets:
        if hmac.compare_digest(hmac.digest(secret.secret.encode(), signed, "sha256"), signature):
            found = secret.id
    return found


def _require_algorithm(header: bytes) -> None:
    try:
        said = _header(header)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise TokenRefused("the header of the identity token cannot be read") from exc
    # what a token asks for is never what it is checked with: it may only agree
    if said.alg != "HS256" or said.crit is not None:
        raise TokenRefused("an identity token is signed with HS256", code="identity_algorithm")


def _claims_in(payload: bytes) -> _Claims:
    try:
        return _claims(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        # signed by the site: it may hear which of its claims is wrong
        raise TokenRefused(
            f"the claims of the identity token cannot be read: {one_line(str(exc), 200)}"
        ) from exc


def _user(claims: _Claims, signed_with: str, *, site_key: str, now: datetime, most: timedelta) -> SiteUser:
    expires_at = _instant(claims.exp)
    if expires_at <= now - CLOCKS_DIFFER:
        raise TokenRefused("the identity token has expired", code="identity_expired")
    if expires_at > now + most + CLOCKS_DIFFER:
        hours = f"{most / timedelta(hours=1):g}"
        raise TokenRefused(
            f"an identity token is valid for at most {hours} hours: let `exp` be sooner",
            code="identity_lasts_too_long",
        )
    for since in (claims.iat, claims.nbf):
        if since is not None and _instant(since) > now + CLOCKS_DIFFER:
            raise TokenRefused(
                "the identity token is not valid yet: are the clocks right?", code="identity_too_early"
            )
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    if audience is not None and site_key not in audience:
        raise TokenRefused("the identity token is for another site (`aud`)", code="identity_other_site")
    user = str(claims.sub)
    if len(user) > USER_CHARS or not user.isprintable() or user != user.strip() or not user:
        raise TokenRefused(
            f"`sub` is the id of the user: 1 to {USER_CHARS} printable characters", code="identity_no_user"
        )
    return SiteUser(
        user=user,
        expires_at=expires_at,
        signed_with=signed_with,
        name=one_line(claims.name or "", NAME_CHARS),
        email=(claims.email or "").strip()[: ADDRESS_CHARS + 1],
        email_verified=claims.email_verified is True,
        phone=(claims.phone_number or "").strip()[: ADDRESS_CHARS + 1],
        phone_verified=claims.phone_number_verified is True,
    )


def _instant(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        # further away than any calendar goes
        return datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC)


def _decoded(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError) as exc:
        raise TokenRefused("a part of the identity token is no base64url") from exc
