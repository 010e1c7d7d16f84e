"""Who a visitor is, as their web site vouches for it: its secrets, its users, and why a token of it proves nothing."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from hub.domain.errors import Invalid
from hub.domain.ids import TenantId

MOST_SECRETS: Final = 2
"""Secrets a site has at a time: the one in use, and the one it is being replaced by."""


class TokenRefused(Invalid):
    """A token proves nothing. Codes: `identity_off`, `identity_too_long`, `identity_malformed`, `identity_algorithm`,
    `identity_forged`, `identity_expired`, `identity_too_early`, `identity_lasts_too_long`, `identity_other_site`,
    `identity_no_user`. The text tells whoever built the site what to mend, and holds nothing of the token."""

    code = "identity_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSecret:
    """A secret that a site signs with. `hint` are its last characters, by which people tell two apart; `used_at` is
    when a token that it signed came last, to the hour."""

    id: str
    tenant_id: TenantId
    site_key: str
    secret: str = field(repr=False)
    hint: str
    created_at: datetime
    created_by: str
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUser:
    """Whom a token is about. `user` is the site's own id of them; of an address it says whether the site has checked
    that it is theirs. `signed_with` is the id of the secret."""

    user: str
    expires_at: datetime
    signed_with: str
    name: str = ""
    email: str = ""
    email_verified: bool = False
    phone: str = ""
    phone_verified: bool = False


def identity_value(site_key: str, user: str) -> str:
    """The normal form of a user's identity: no two sites of a house share one."""
    return f"{site_key}:{user}"


def hint_of(secret: str) -> str:
    """What people may see of a secret: its last four characters."""
    return secret[-4:]
