"""Secrets of web sites in SQL: sealed, two of a site at most."""

from datetime import datetime

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy import text as sql

from crm_store.audit import append
from crm_store.rows.floor import sites
from crm_store.rows.history import outbox
from crm_store.rows.webchat import site_secrets
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import TenantId
from hub.domain.setting_events import SiteChanged
from hub.domain.site_identity import MOST_SECRETS, SiteSecret
from hub.sealing import Seal

_S = site_secrets.c
_TAKE = sql("UPDATE sites SET title = title WHERE key = :key AND tenant_id = :tenant")
"""Holds the row of a site, so that two who add a secret at once do so one after the other."""


class SqlSiteSecrets:
    """`SiteSecretStore` and `SiteSecretsStore` on SQLite and PostgreSQL."""

    def __init__(self, store: Store, *, encode: Encode, seal: Seal) -> None:
        self._store = store
        self._encode = encode
        self._seal = seal

    async def secrets(self, site_key: str) -> list[SiteSecret]:
        """See the port."""
        async with self._store.database.reading() as connection:
            found = await connection.execute(
                select(site_secrets)
                .where(_S.site_key == site_key)
                .order_by(_S.created_at.desc(), _S.id.desc())
            )
            return [self._secret(row) for row in found.mappings()]

    async def secret_ids(self, site_key: str) -> frozenset[str]:
        """See the port."""
        async with self._store.database.reading() as connection:
            return frozenset(await connection.scalars(select(_S.id).where(_S.site_key == site_key)))

    async def note_used(self, secret_id: str, at: datetime) -> None:
        """See the port."""
        async with self._store.database.writing() as connection:
            await connection.execute(update(site_secrets).where(_S.id == secret_id).values(used_at=at))

    async def site_secrets(self, tenant_id: TenantId, site_key: str) -> list[SiteSecret]:
        """See the port."""
        async with self._store.database.reading() as connection:
            is_there = await connection.scalar(
                select(sites.c.key).where(sites.c.tenant_id == tenant_id, sites.c.key == site_key)
            )
        if is_there is None:
            raise NotFound("there is no such site")
        return await self.secrets(site_key)

    async def add_site_secret(self, secret: SiteSecret, audit: AuditDraft) -> None:
        """See the port."""
        async with self._store.database.writing() as connection:
            whose = {"key": secret.site_key, "tenant": secret.tenant_id}
            if not (await connection.execute(_TAKE, whose)).rowcount:
                raise NotFound("there is no such site")
            held = await connection.scalar(
                select(func.count()).select_from(site_secrets).where(_S.site_key == secret.site_key)
            )
            if held is not None and held >= MOST_SECRETS:
                raise Conflict("a site has at most two secrets: remove one first", code="two_secrets")
            await connection.execute(
                insert(site_secrets).values(
                    id=secret.id,
                    tenant_id=secret.tenant_id,
                    site_key=secret.site_key,
                    sealed=self._seal.sealed(secret.secret.encode(), _purpose(secret.id)),
                    hint=secret.hint,
                    created_at=secret.created_at,
                    created_by=secret.created_by,
                )
            )
            await append(connection, audit)
            told = SiteChanged(tenant_id=secret.tenant_id, site_key=secret.site_key)
            await connection.execute(insert(outbox).values(payload=self._encode([told])))
        self._store.wake()

    async def remove_site_secret(
        self, tenant_id: TenantId, site_key: str, secret_id: str, audit: AuditDraft
    ) -> None:
        """See the port."""
        async with self._store.database.writing() as connection:
            gone = await connection.execute(
                delete(site_secrets).where(
                    _S.tenant_id == tenant_id, _S.site_key == site_key, _S.id == secret_id
                )
            )
            if not gone.rowcount:
                raise NotFound("there is no such secret")
            await append(connection, audit)
            told = SiteChanged(tenant_id=tenant_id, site_key=site_key)
            await connection.execute(insert(outbox).values(payload=self._encode([told])))
        self._store.wake()

    def _secret(self, row: RowMapping) -> SiteSecret:
        return SiteSecret(
            id=row["id"],
            tenant_id=TenantId(row["tenant_id"]),
            site_key=row["site_key"],
            secret=self._seal.opened(row["sealed"], _purpose(row["id"])).decode(),
            hint=row["hint"],
            created_at=row["created_at"],
            created_by=row["created_by"],
            used_at=row["used_at"],
        )


def _purpose(secret_id: str) -> str:
    return f"site secret {secret_id}"
