"""Who a visitor is by the word of their site: the token of a hello checked, and what of it a conversation says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from hub.channels.webchat.forms import claimed, phone_number
from hub.channels.webchat.settings import WebChatSettings
from hub.domain.errors import Invalid, Unavailable
from hub.domain.person import IdentityKind, normalised
from hub.domain.site_identity import SiteUser, TokenRefused, identity_value
from hub.domain.touch import Claim
from hub.ports.clock import Clock
from hub.ports.visitors import Site, SiteSecretStore, Visitor
from hub.site_tokens import verified

log = structlog.get_logger(__name__)

_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of a token: its user, or why it proves nothing."""

    user: SiteUser | None = None
    refused: TokenRefused | None = None


NOBODY = Checked()
"""There was no token."""


class Identities:
    """Checks the tokens that visitors bring. `count` is told of each that was good."""

    def __init__(
        self, secrets: SiteSecretStore, clock: Clock, settings: WebChatSettings, count: Callable[[], None]
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._most = timedelta(hours=settings.identity_hours)
        self._count = count

    async def checked(self, site: Site, token: str) -> Checked:
        """Whom the site vouches for with `token`. Raises Unavailable when the store cannot tell."""
        if not token:
            return NOBODY
        now = self._clock.now()
        try:
            held = await self._secrets.secrets(site.key)
            user = verified(token, held, site_key=site.key, now=now, most=self._most)
        except TokenRefused as refused:
            return Checked(refused=refused)
        except Unavailable as error:
            if error.stable_code != "wrong_secret_key":
                raise
            # it will not pass by itself, and the chat must go on
            log.error("site_secrets_unreadable", site=site.key)
            off = TokenRefused("the hub cannot read the secrets of this site", code="identity_off")
            return Checked(refused=off)
        self._count()
        used_at = next(one.used_at for one in held if one.id == user.signed_with)
        if used_at is None or now - used_at >= _NOTED_EVERY:
            try:
                await self._secrets.note_used(user.signed_with, now)
            except Unavailable:
                log.info("site_secret_use_not_noted", site=site.key)
        return Checked(user=user)

    async def still_good(self, site_key: str) -> frozenset[str]:
        """The ids of the secrets that the site has now. Raises Unavailable."""
        return await self._secrets.secret_ids(site_key)


def vouched(site: Site, user: SiteUser) -> tuple[Claim, ...]:
    """What the site vouches for: whom it knows them as, and the addresses that it has checked. Addresses that are none
    are left out: for their sake nobody should be a stranger."""
    value = identity_value(site.key, user.user)
    claims = [Claim(kind=IdentityKind.SITE, value=value, display=user.user, proven=True)]
    return (*claims, *(one for one in _addresses(site, user) if one.proven))


def said(site: Site, visitor: Visitor, user: SiteUser | None) -> tuple[str, tuple[Claim, ...]]:
    """The name and the addresses of a visitor: what their site vouches for, and what only they, or it, say."""
    name, claims = claimed(site, visitor.answers)
    if user is None:
        return name, claims
    proved = vouched(site, user)
    are_proved = {(one.kind, one.value) for one in proved}
    only_said = [one for one in (*_addresses(site, user), *claims) if (one.kind, one.value) not in are_proved]
    return user.name or name, (*proved, *dict.fromkeys(only_said))


def _addresses(site: Site, user: SiteUser) -> list[Claim]:
    found = []
    if user.email:
        try:
            value = normalised(IdentityKind.EMAIL, user.email)
        except ValueError:
            pass
        else:
            found.append(
                Claim(kind=IdentityKind.EMAIL, value=value, display=value, proven=user.email_verified)
            )
    if user.phone:
        try:
            value = phone_number(user.phone, site.setup.country)
        except Invalid:
            pass
        else:
            found.append(
                Claim(kind=IdentityKind.PHONE, value=value, display=value, proven=user.phone_verified)
            )
    return found
