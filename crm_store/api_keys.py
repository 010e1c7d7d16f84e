"""API keys in SQL; behind `hub.ports.api_keys`."""

import json
from datetime import datetime

from sqlalchemy import RowMapping, insert, select, update

from crm_store.access import Connecting
from crm_store.audit import append
from crm_store.rows.access import users
from crm_store.rows.accounts import accounts, api_keys
from crm_store.user_rows import user_of
from hub.domain.access import Permission, Principal
from hub.domain.api_key import ApiKey
from hub.domain.audit import AuditDraft
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.users import User

_K = api_keys.c
_WITH_MAKER = (
    select(api_keys, users, accounts)
    .join(users, users.c.id == _K.creator_id)
    .outerjoin(accounts, accounts.c.user_id == users.c.id)
)


class SqlApiKeys:
    """`ApiKeys` on SQLite and PostgreSQL."""

    def __init__(self, *, reading: Connecting, writing: Connecting) -> None:
        self._reading = reading
        self._writing = writing

    async def find_key(self, token_hash: bytes) -> tuple[ApiKey, User] | None:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(_WITH_MAKER.where(_K.token_hash == token_hash))
            row = found.mappings().one_or_none()
        return None if row is None else (_key(row), user_of(row))

    async def note_use(self, key: ApiKey, at: datetime, address: str) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(
                update(api_keys)
                .where(_K.tenant_id == key.tenant_id, _K.id == key.id)
                .values(used_at=at, used_address=address)
            )

    async def list_keys(self, principal: Principal, *, after: str, limit: int) -> list[ApiKey]:
        """See the port."""
        wanted = select(api_keys).where(_K.tenant_id == principal.tenant_id)
        if after:
            wanted = wanted.where(_K.id < after)
        async with self._reading() as connection:
            found = await connection.execute(wanted.order_by(_K.id.desc()).limit(limit))
            return [_key(row) for row in found.mappings()]

    async def add_key(self, key: ApiKey, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(
                insert(api_keys).values(
                    id=key.id,
                    tenant_id=key.tenant_id,
                    name=key.name,
                    token_hash=key.token_hash,
                    beginning=key.beginning,
                    grants=json.dumps(sorted(key.permissions)),
                    queues=None if key.queues is None else json.dumps(sorted(key.queues)),
                    creator_id=key.creator_id,
                    created_at=key.created_at,
                    expires_at=key.expires_at,
                    used_address="",
                )
            )
            await append(connection, draft)

    async def revoke_key(self, principal: Principal, key_id: str, draft: AuditDraft) -> bool:
        """See the port."""
        async with self._writing() as connection:
            revoked = await connection.execute(
                update(api_keys)
                .where(_K.tenant_id == principal.tenant_id, _K.id == key_id, _K.revoked_at.is_(None))
                .values(revoked_at=draft.at)
            )
            if revoked.rowcount != 1:
                return False
            await append(connection, draft)
        return True


def _key(row: RowMapping) -> ApiKey:
    return ApiKey(
        id=row[_K.id],
        tenant_id=TenantId(row[_K.tenant_id]),
        name=row[_K.name],
        token_hash=row[_K.token_hash],
        beginning=row[_K.beginning],
        # a permission that a later release gave and this one does not know is no permission here
        permissions=frozenset(Permission(p) for p in json.loads(row[_K.grants]) if p in set(Permission)),
        queues=None if row[_K.queues] is None else frozenset(QueueId(q) for q in json.loads(row[_K.queues])),
        creator_id=UserId(row[_K.creator_id]),
        created_at=row[_K.created_at],
        expires_at=row[_K.expires_at],
        used_at=row[_K.used_at],
        used_address=row[_K.used_address],
        revoked_at=row[_K.revoked_at],
    )
