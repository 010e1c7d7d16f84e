"""Web sites with a chat, as administrators see and change them."""

from typing import Protocol

from hub.desk.administer import draft_of
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import NotFound
from hub.domain.ids import TenantId
from hub.domain.values import changed
from hub.ports.clock import Clock
from hub.ports.visitors import Site


class SitesStore(Protocol):
    """What it asks of the store."""

    async def sites(self, tenant_id: TenantId) -> list[Site]:
        """All sites of the tenant, by key."""
        ...

    async def put_site(
        self, site: Site, *, seen_version: int | None = None, audit: AuditDraft | None = None
    ) -> Site:
        """Add a site (`seen_version` 0), or change the one of that version. Checks it; raises Invalid, Conflict."""
        ...


class SiteSettings:
    """The sites of the house."""

    def __init__(self, store: SitesStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def all(self, principal: Principal) -> list[Site]:
        """All of them, by key."""
        principal.require(Permission.CONFIGURE)
        return await self._store.sites(principal.tenant_id)

    async def add(self, principal: Principal, site: Site, *, address: str = "") -> Site:
        """A new site. Raises Invalid, Conflict `site_key_taken`."""
        principal.require(Permission.CONFIGURE)
        return await self._put(principal, site, 0, "added", address)

    async def change(self, principal: Principal, site: Site, seen_version: int, *, address: str = "") -> Site:
        """Running widgets are told. Raises NotFound, Invalid, Conflict `changed_meanwhile`."""
        principal.require(Permission.CONFIGURE)
        if site.key not in {known.key for known in await self._store.sites(principal.tenant_id)}:
            raise NotFound("there is no such site")
        return await self._put(principal, site, seen_version, "changed", address)

    async def _put(self, principal: Principal, site: Site, seen: int, reason: str, address: str) -> Site:
        audit = draft_of(
            principal, self._clock, AuditAction.CHANGE_SITE, site.key, reason=reason, address=address
        )
        mine = changed(site, tenant_id=principal.tenant_id)
        return await self._store.put_site(mine, seen_version=seen, audit=audit)
