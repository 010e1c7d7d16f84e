"""Administering the web sites with a chat."""

from typing import Annotated

from msgspec import Meta

from agent_console.operations import Call, Operation, Operations
from agent_console.site_bodies import NewSite, SiteChange, SitePage, SiteView
from hub.desk.sites import SiteSettings
from hub.domain.access import Permission
from hub.domain.site import FILE_TYPES
from hub.ports.visitors import Site

_CONFIGURE = Permission.CONFIGURE


def operations(*, sites: SiteSettings) -> list[Operation]:
    """What an administrator does with sites."""
    made = Operations("sites")

    @made.op("GET", "/api/v1/floor/sites", _CONFIGURE, "Web sites with a chat")
    async def list_sites(call: Call) -> SitePage:
        """By key."""
        found = await sites.all(call.principal)
        return SitePage(items=tuple(map(_view, found)), file_types=FILE_TYPES)

    @made.op("POST", "/api/v1/floor/sites", _CONFIGURE, "Add a site", status=201, idempotent=True)
    async def add_site(call: Call, body: NewSite) -> SiteView:
        """409 `site_key_taken`."""
        return _view(await sites.add(call.principal, body.site.site(body.key), address=call.address))

    @made.op("PUT", "/api/v1/floor/sites/{site_key}", _CONFIGURE, "Change a site")
    async def change_site(
        call: Call, site_key: Annotated[str, Meta(min_length=1, max_length=64)], body: SiteChange
    ) -> SiteView:
        """Running widgets follow at once; 409 `changed_meanwhile`."""
        changed = await sites.change(
            call.principal, body.site.site(site_key), body.version, address=call.address
        )
        return _view(changed)

    return list(made)


def _view(site: Site) -> SiteView:
    return SiteView(
        key=site.key,
        version=site.version,
        title=site.title,
        queue_id=site.queue_id,
        origins=site.origins,
        language=site.language,
        setup=site.setup,
    )
