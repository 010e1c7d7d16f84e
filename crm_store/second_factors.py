"""Second factors, recovery codes, access rules and preferences in SQL; behind `hub.ports.second_factor`."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.access import Connecting
from crm_store.audit import append
from crm_store.rows.accounts import access_rules, accounts, recovery_codes, second_factors
from hub.domain.access import Principal, Role
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict
from hub.domain.ids import TenantId, UserId
from hub.ports.second_factor import SecondFactor
from hub.sealing import Seal

_F, _R = second_factors.c, recovery_codes.c


class SqlSecondFactors:
    """`SecondFactors` on SQLite and PostgreSQL; secrets are sealed."""

    def __init__(self, *, reading: Connecting, writing: Connecting, seal: Seal) -> None:
        self._reading = reading
        self._writing = writing
        self._seal = seal

    async def find_factor(self, tenant_id: TenantId, user_id: UserId) -> SecondFactor | None:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(second_factors).where(_F.tenant_id == tenant_id, _F.user_id == user_id)
            )
            row = found.one_or_none()
        if row is None:
            return None
        return SecondFactor(
            secret=self._seal.opened(row.sealed, _purpose(user_id)),
            made_at=row.made_at,
            confirmed_at=row.confirmed_at,
            last_step=row.last_step,
        )

    async def put_factor(self, principal: Principal, secret: bytes, at: datetime) -> None:
        """See the port."""
        user_id = _user(principal)
        async with self._writing() as connection:
            await connection.execute(
                delete(second_factors).where(_F.user_id == user_id, _F.confirmed_at.is_(None))
            )
            made = await connection.execute(
                _upsert(connection)(second_factors)
                .values(
                    user_id=user_id,
                    tenant_id=principal.tenant_id,
                    sealed=self._seal.sealed(secret, _purpose(user_id)),
                    made_at=at,
                    last_step=0,
                )
                .on_conflict_do_nothing()
            )
            if made.rowcount != 1:
                raise Conflict(
                    "there is a second factor already: take it away first", code="second_factor_is_on"
                )

    async def confirm_factor(
        self, principal: Principal, step: int, code_hashes: Sequence[bytes], draft: AuditDraft
    ) -> bool:
        """See the port."""
        user_id = _user(principal)
        async with self._writing() as connection:
            confirmed = await connection.execute(
                update(second_factors)
                .where(_F.user_id == user_id, _F.confirmed_at.is_(None))
                .values(confirmed_at=draft.at, last_step=step)
            )
            if confirmed.rowcount != 1:
                return False
            await self._set_flag(connection, principal.tenant_id, user_id, is_on=True)
            await _put_codes(connection, principal.tenant_id, user_id, code_hashes)
            await append(connection, draft)
        return True

    async def drop_factor(self, principal: Principal, user_id: UserId, draft: AuditDraft) -> bool:
        """See the port."""
        async with self._writing() as connection:
            dropped = await connection.execute(
                delete(second_factors).where(_F.tenant_id == principal.tenant_id, _F.user_id == user_id)
            )
            if dropped.rowcount != 1:
                return False
            await _put_codes(connection, principal.tenant_id, user_id, ())
            await self._set_flag(connection, principal.tenant_id, user_id, is_on=False)
            await append(connection, draft)
        return True

    async def use_step(self, tenant_id: TenantId, user_id: UserId, step: int) -> bool:
        """See the port."""
        async with self._writing() as connection:
            used = await connection.execute(
                update(second_factors)
                .where(_F.tenant_id == tenant_id, _F.user_id == user_id, _F.last_step < step)
                .values(last_step=step)
            )
        return used.rowcount == 1

    async def use_recovery_code(
        self, tenant_id: TenantId, user_id: UserId, code_hash: bytes, at: datetime
    ) -> bool:
        """See the port."""
        async with self._writing() as connection:
            used = await connection.execute(
                update(recovery_codes)
                .where(
                    _R.tenant_id == tenant_id,
                    _R.user_id == user_id,
                    _R.code_hash == code_hash,
                    _R.used_at.is_(None),
                )
                .values(used_at=at)
            )
        return used.rowcount == 1

    async def put_recovery_codes(
        self, principal: Principal, code_hashes: Sequence[bytes], draft: AuditDraft
    ) -> None:
        """See the port."""
        async with self._writing() as connection:
            await _put_codes(connection, principal.tenant_id, _user(principal), code_hashes)
            await append(connection, draft)

    async def count_recovery_codes(self, tenant_id: TenantId, user_id: UserId) -> int:
        """See the port."""
        async with self._reading() as connection:
            left = await connection.scalar(
                select(func.count()).where(
                    _R.tenant_id == tenant_id, _R.user_id == user_id, _R.used_at.is_(None)
                )
            )
        return left or 0

    async def second_factor_roles(self, tenant_id: TenantId) -> frozenset[Role]:
        """See the port."""
        async with self._reading() as connection:
            kept = await connection.scalar(
                select(access_rules.c.second_factor_roles).where(access_rules.c.tenant_id == tenant_id)
            )
        return frozenset(Role(name) for name in json.loads(kept or "[]"))

    async def put_second_factor_roles(
        self, principal: Principal, roles: frozenset[Role], draft: AuditDraft
    ) -> None:
        """See the port."""
        words = json.dumps(sorted(roles))
        async with self._writing() as connection:
            await connection.execute(
                _upsert(connection)(access_rules)
                .values(tenant_id=principal.tenant_id, second_factor_roles=words)
                .on_conflict_do_update(index_elements=["tenant_id"], set_={"second_factor_roles": words})
            )
            await append(connection, draft)

    async def preferences(self, principal: Principal) -> str:
        """See the port."""
        async with self._reading() as connection:
            kept: str | None = await connection.scalar(
                select(accounts.c.preferences).where(
                    accounts.c.tenant_id == principal.tenant_id, accounts.c.user_id == principal.user_id
                )
            )
        return kept or "{}"

    async def put_preferences(self, principal: Principal, chosen: str) -> None:
        """See the port."""
        async with self._writing() as connection:
            await self._put_account(connection, principal.tenant_id, _user(principal), preferences=chosen)

    async def _set_flag(
        self, connection: AsyncConnection, tenant_id: TenantId, user_id: UserId, *, is_on: bool
    ) -> None:
        await self._put_account(connection, tenant_id, user_id, second_factor=is_on)

    async def _put_account(
        self, connection: AsyncConnection, tenant_id: TenantId, user_id: UserId, **changed: object
    ) -> None:
        fresh = {"teams": "{}", "must_change": False, "second_factor": False, "preferences": "{}"}
        await connection.execute(
            _upsert(connection)(accounts)
            .values(user_id=user_id, tenant_id=tenant_id, **fresh | changed)
            .on_conflict_do_update(index_elements=["user_id"], set_=changed)
        )


async def _put_codes(
    connection: AsyncConnection, tenant_id: TenantId, user_id: UserId, hashes: Sequence[bytes]
) -> None:
    await connection.execute(delete(recovery_codes).where(_R.user_id == user_id))
    if hashes:
        await connection.execute(
            insert(recovery_codes),
            [{"tenant_id": tenant_id, "user_id": user_id, "code_hash": code} for code in hashes],
        )


def _upsert(connection: AsyncConnection):  # type: ignore[no-untyped-def] # two dialects' own functions
    return postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert


def _user(principal: Principal) -> UserId:
    assert principal.user_id is not None
    return principal.user_id


def _purpose(user_id: UserId) -> str:
    return f"second factor {user_id}"
