"""The secrets with which web sites vouch for their visitors: made, shown once, replaced, and tried out."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from hub.desk.administer import draft_of
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import TenantId
from hub.domain.site_identity import SiteSecret, SiteUser, hint_of
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.site_tokens import verified

SECRET_BYTES = 32


class SiteSecretsStore(Protocol):
    """What it asks of the store."""

    async def site_secrets(self, tenant_id: TenantId, site_key: str) -> list[SiteSecret]:
        """Those of the site, the newest first. Raises NotFound for a site that is none of the tenant's, Unavailable
        (`wrong_secret_key` too)."""
        ...

    async def add_site_secret(self, secret: SiteSecret, audit: AuditDraft) -> None:
        """It counts from now on, beside the other one. Raises NotFound, Conflict (`two_secrets`)."""
        ...

    async def remove_site_secret(
        self, tenant_id: TenantId, site_key: str, secret_id: str, audit: AuditDraft
    ) -> None:
        """It counts no longer, and whoever proved who they are with it has to do so again. Raises NotFound."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSiteSecret:
    """A secret that was just made; it is told once."""

    secret: SiteSecret
    told: str = field(repr=False)


def _new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


class SiteSecrets:
    """The secrets of the sites of the house. `most` is how long a token may be valid."""

    def __init__(
        self,
        store: SiteSecretsStore,
        clock: Clock,
        *,
        most: timedelta,
        new_secret: Callable[[], str] = _new_secret,
    ) -> None:
        self._store = store
        self._clock = clock
        self._most = most
        self._new_secret = new_secret

    async def all(self, principal: Principal, site_key: str) -> list[SiteSecret]:
        """Those of the site, the newest first. Raises NotFound."""
        principal.require(Permission.CONFIGURE)
        return await self._store.site_secrets(principal.tenant_id, site_key)

    async def make(self, principal: Principal, site_key: str, *, address: str = "") -> NewSiteSecret:
        """A new one, beside the one that it will take the place of. Raises NotFound, Conflict (`two_secrets`)."""
        principal.require(Permission.CONFIGURE)
        told = self._new_secret()
        secret = SiteSecret(
            id=new_id(),
            tenant_id=principal.tenant_id,
            site_key=site_key,
            secret=told,
            hint=hint_of(told),
            created_at=self._clock.now(),
            created_by=principal.name,
        )
        await self._store.add_site_secret(secret, self._audit(principal, site_key, "secret_added", address))
        return NewSiteSecret(secret=secret, told=told)

    async def remove(self, principal: Principal, site_key: str, secret_id: str, *, address: str = "") -> None:
        """It counts no longer. Raises NotFound."""
        principal.require(Permission.CONFIGURE)
        audit = self._audit(principal, site_key, "secret_removed", address)
        await self._store.remove_site_secret(principal.tenant_id, site_key, secret_id, audit)

    async def tried(self, principal: Principal, site_key: str, token: str) -> tuple[SiteUser, SiteSecret]:
        """Whom that token would show the site's visitor to be, and the secret that signed it; nothing comes of it.

        Raises NotFound for the site, TokenRefused."""
        principal.require(Permission.CONFIGURE)
        held = await self._store.site_secrets(principal.tenant_id, site_key)
        user = verified(token, held, site_key=site_key, now=self._clock.now(), most=self._most)
        return user, next(one for one in held if one.id == user.signed_with)

    def _audit(self, principal: Principal, site_key: str, reason: str, address: str) -> AuditDraft:
        return draft_of(
            principal, self._clock, AuditAction.CHANGE_SITE, site_key, reason=reason, address=address
        )
