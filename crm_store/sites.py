"""Web sites with a chat in the store: what each is, looks like, asks and allows.

Contract for the administrator's page: `sites(tenant_id)` lists; `put_site(site, seen_version=…, audit=…)` adds or
changes one and returns it as stored, with its next version. Both checks (hub/domain/site.py) and the audit row
happen inside; running widgets are told by a SiteChanged. `site.version` is what the page sends back as
`seen_version`; 0 means "it must not be there yet".
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert
from sqlalchemy import text as sql

from crm_store.audit import append
from crm_store.driver import Row
from crm_store.mapping import columns, text
from crm_store.rows.floor import sites
from crm_store.rows.history import outbox
from crm_store.rows.webchat import site_setups
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, Invalid
from hub.domain.ids import QueueId, TenantId
from hub.domain.setting_events import SiteChanged
from hub.domain.site import TITLE_CHARS, SiteSetup, checked, site_key, site_origins
from hub.domain.texts import one_line
from hub.domain.values import changed
from hub.ports.visitors import Site

_names = msgspec.json.Decoder(tuple[str, ...]).decode
_setup = msgspec.json.Decoder(SiteSetup).decode

_SITE = (
    f"SELECT {columns(sites, 's.')}, u.setup, COALESCE(u.version, 0) FROM sites s"
    " LEFT JOIN site_setups u ON u.site_key = s.key"
)
_TAKE = sql("UPDATE sites SET title = title WHERE key = :key")
"""Holds the row of a site, so that two who save at once save one after the other."""
_SEEN = sql(
    "SELECT s.tenant_id, COALESCE(u.version, 0) FROM sites s LEFT JOIN site_setups u ON u.site_key = s.key"
    " WHERE s.key = :key"
)
_QUEUE = sql("SELECT 1 FROM queues WHERE tenant_id = :tenant AND id = :queue")
_PUT_SITE = sql(
    f"INSERT INTO sites ({columns(sites)}) VALUES (:key, :tenant, :queue, :title, :origins, :language)"
    " ON CONFLICT (key) DO UPDATE SET queue_id = excluded.queue_id, title = excluded.title,"
    " origins = excluded.origins, language = excluded.language"
)
_PUT_SETUP = sql(
    f"INSERT INTO site_setups ({columns(site_setups)}) VALUES (:key, :tenant, :setup, :version)"
    " ON CONFLICT (site_key) DO UPDATE SET setup = excluded.setup, version = excluded.version"
)


class Sites:
    """Sites, with their setups."""

    def __init__(self, store: Store, *, encode: Encode) -> None:
        self._store = store
        self._encode = encode

    async def site(self, key: str) -> Site | None:
        """The site of that key, of whatever tenant: a visitor knows no more than the key."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(f"{_SITE} WHERE s.key = $1", key)
        return _site_of(rows[0]) if rows else None

    async def sites(self, tenant_id: TenantId) -> list[Site]:
        """All sites of the tenant, by key."""
        async with self._store.database.snapshot() as wire:
            rows = await wire.fetch(f"{_SITE} WHERE s.tenant_id = $1 ORDER BY s.key", tenant_id)
        return [_site_of(r) for r in rows]

    async def put_site(
        self, site: Site, *, seen_version: int | None = None, audit: AuditDraft | None = None
    ) -> Site:
        """Add a site, or change it; what is stored.

        `seen_version` is the version it is changed from (None: whatever it is; 0: it must be new). Raises Invalid
        with the field that is wrong, Conflict (`changed_meanwhile`; `site_key_taken` when a site is there that
        must not be, or belongs to others).
        """
        if seen_version == 0:
            site_key(site.key)  # older sites may have other keys: scripts on pages name them
        kept = changed(
            site,
            title=one_line(site.title, TITLE_CHARS),
            origins=site_origins(site.origins),
            setup=checked(site.setup),
        )
        async with self._store.database.writing() as connection:
            await connection.execute(_TAKE, {"key": kept.key})
            row = (await connection.execute(_SEEN, {"key": kept.key})).one_or_none()
            _require(row, kept.tenant_id, seen_version)
            queue = await connection.execute(_QUEUE, {"tenant": kept.tenant_id, "queue": kept.queue_id})
            if queue.one_or_none() is None:
                raise Invalid("there is no such queue", field="queue_id", code="no_such_queue")
            version = (0 if row is None else row[1]) + 1
            values = {
                "key": kept.key,
                "tenant": kept.tenant_id,
                "queue": kept.queue_id,
                "title": kept.title,
                "origins": text(kept.origins),
                "language": kept.language,
                "setup": text(kept.setup),
                "version": version,
            }
            await connection.execute(_PUT_SITE, values)
            await connection.execute(_PUT_SETUP, values)
            if audit is not None:
                await append(connection, audit)
            told = SiteChanged(tenant_id=kept.tenant_id, site_key=kept.key)
            await connection.execute(insert(outbox).values(payload=self._encode([told])))
        self._store.wake()
        return changed(kept, version=version)


def _require(row: Sequence[Any] | None, tenant_id: TenantId, seen_version: int | None) -> None:
    if row is not None and (row[0] != tenant_id or (seen_version == 0 and row[1] > 0)):
        raise Conflict("a site with this key is there already", code="site_key_taken")
    if seen_version is not None and (0 if row is None else row[1]) != seen_version:
        raise Conflict("somebody changed this site meanwhile", code="changed_meanwhile")


def _site_of(r: Row) -> Site:
    return Site(
        key=r[0],
        tenant_id=TenantId(r[1]),
        queue_id=QueueId(r[2]),
        title=r[3],
        origins=_names(r[4]),
        language=r[5],
        setup=SiteSetup() if r[6] is None else _setup(r[6]),
        version=r[7],
    )
