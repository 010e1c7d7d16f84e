"""Accounts of phones and their bindings in SQL; behind `hub.ports.phones`. The hashes are sealed."""

import json
from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from crm_store.access import Connecting
from crm_store.audit import append
from crm_store.rows.access import users
from crm_store.rows.phones import phone_accounts, phone_bindings
from hub.domain.audit import AuditDraft
from hub.domain.call import PhoneKind
from hub.domain.errors import NotFound, Unavailable
from hub.domain.ids import TenantId, UserId
from hub.domain.phone import PhoneAccount
from hub.ports.phones import KeptBinding
from hub.sealing import Seal

_A, _B = phone_accounts.c, phone_bindings.c


class SqlPhones:
    """`PhoneStore` on SQLite and PostgreSQL."""

    def __init__(self, *, reading: Connecting, writing: Connecting, seal: Seal) -> None:
        self._reading = reading
        self._writing = writing
        self._seal = seal

    async def phone_accounts(self, tenant_id: TenantId) -> Sequence[PhoneAccount]:
        """See the port."""
        async with self._reading() as connection:
            rows = await connection.execute(
                select(phone_accounts)
                .join(users, users.c.id == _A.agent_id)
                .where(_A.tenant_id == tenant_id, users.c.disabled.is_(False))
            )
            found = rows.all()
        accounts = []
        for row in found:
            try:
                secrets = json.loads(self._seal.opened(bytes(row.sealed), _purpose(row.username)))
            except Unavailable:
                continue
            accounts.append(
                PhoneAccount(
                    tenant_id=TenantId(row.tenant_id),
                    agent_id=UserId(row.agent_id),
                    kind=PhoneKind(row.kind),
                    username=row.username,
                    realm=row.realm,
                    secrets=secrets,
                    made_at=row.made_at,
                    expires_at=row.expires_at,
                )
            )
        return accounts

    async def put_phone_account(self, account: PhoneAccount, draft: AuditDraft | None) -> None:
        """See the port."""
        secrets = json.dumps(dict(account.secrets)).encode()
        async with self._writing() as connection:
            agent = await connection.scalar(
                select(users.c.id).where(
                    users.c.tenant_id == account.tenant_id,
                    users.c.id == account.agent_id,
                    users.c.disabled.is_(False),
                )
            )
            if agent is None:
                raise NotFound("there is no such agent")
            await connection.execute(delete(phone_bindings).where(_B.username == account.username))
            await connection.execute(
                delete(phone_accounts).where(_A.agent_id == account.agent_id, _A.kind == account.kind.value)
            )
            await connection.execute(
                insert(phone_accounts).values(
                    username=account.username,
                    tenant_id=account.tenant_id,
                    agent_id=account.agent_id,
                    kind=account.kind.value,
                    realm=account.realm,
                    sealed=self._seal.sealed(secrets, _purpose(account.username)),
                    made_at=account.made_at,
                    expires_at=account.expires_at,
                )
            )
            if draft is not None:
                await append(connection, draft)

    async def kept_bindings(self, tenant_id: TenantId) -> dict[str, tuple[KeptBinding, ...]]:
        """See the port."""
        async with self._reading() as connection:
            rows = await connection.execute(
                select(phone_bindings)
                .join(phone_accounts, _A.username == _B.username)
                .where(_A.tenant_id == tenant_id)
                .order_by(_B.username, _B.until)
            )
            found = rows.all()
        kept: dict[str, tuple[KeptBinding, ...]] = {}
        for row in found:
            one = KeptBinding(
                contact=row.contact, call_id=row.call_id, cseq=row.cseq, until=row.until, flow=row.flow
            )
            kept[row.username] = (*kept.get(row.username, ()), one)
        return kept

    async def put_bindings(self, tenant_id: TenantId, username: str, kept: Sequence[KeptBinding]) -> None:
        """See the port."""
        async with self._writing() as connection:
            known = await connection.scalar(
                select(_A.username).where(_A.tenant_id == tenant_id, _A.username == username)
            )
            if known is None:
                return
            await connection.execute(delete(phone_bindings).where(_B.username == username))
            if kept:
                await connection.execute(
                    insert(phone_bindings),
                    [
                        {
                            "username": username,
                            "contact": one.contact,
                            "call_id": one.call_id,
                            "cseq": one.cseq,
                            "until": one.until,
                            "flow": one.flow,
                        }
                        for one in {one.contact: one for one in kept}.values()
                    ],
                )


def _purpose(username: str) -> str:
    return f"phone account {username}"
