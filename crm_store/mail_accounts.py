"""Accounts of mail in SQL; behind `hub.ports.mail`. Passwords and tokens are sealed.

The row of a deleted account stays, as its letters name it. Its name and address are followed by a blank and its id
there: no account has a blank in either, so the row is known by it, and both are free for another.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace

import msgspec
from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.audit import append
from crm_store.mapping import text
from crm_store.rows.floor import queues
from crm_store.rows.history import outbox
from crm_store.rows.mail import letter_sources, mail_accounts, mail_cursors
from crm_store.rows.rules import queue_rules
from crm_store.store import Store
from crm_store.unit_of_work import Encode
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import MailAccountId, QueueId, TenantId
from hub.domain.mail_account import AutoAnswer, MailAccount, MailSecrets, MailSetup, checked_account
from hub.domain.queue import QueueRules
from hub.domain.setting_events import MailAccountChanged
from hub.sealing import Seal

_rules = msgspec.json.Decoder(QueueRules).decode
_setup = msgspec.json.Decoder(MailSetup).decode
_A = mail_accounts.c
_ADDRESSES_TURN = 0x6D61696C
"""Which advisory lock of a tenant: the word "mail"."""
_IS_DELETED = _A.name.contains(" ")


class SqlMailAccounts:
    """`MailAccounts` on SQLite and PostgreSQL."""

    def __init__(self, store: Store, *, encode: Encode, seal: Seal) -> None:
        self._store = store
        self._encode = encode
        self._seal = seal

    async def mail_accounts(self, tenant_id: TenantId) -> Sequence[MailAccount]:
        """See the port."""
        return await self._accounts(tenant_id, deleted=False)

    async def deleted_mail_accounts(self, tenant_id: TenantId) -> Sequence[MailAccount]:
        """See the port."""
        return await self._accounts(tenant_id, deleted=True)

    async def _accounts(self, tenant_id: TenantId, *, deleted: bool) -> list[MailAccount]:
        wanted = _IS_DELETED if deleted else ~_IS_DELETED
        async with self._store.database.reading() as connection:
            rows = await connection.execute(
                select(mail_accounts).where(_A.tenant_id == tenant_id, wanted).order_by(_A.name)
            )
            return [_account(row) for row in rows.mappings()]

    async def mail_secrets(self, account: MailAccount) -> MailSecrets:
        """See the port."""
        async with self._store.database.reading() as connection:
            sealed = await connection.scalar(
                select(_A.sealed).where(_A.tenant_id == account.tenant_id, _A.id == account.id)
            )
        return self._opened(account.id, sealed)

    async def put_mail_account(
        self, account: MailAccount, *, seen_version: int, secrets: MailSecrets | None, audit: AuditDraft
    ) -> MailAccount:
        """See the port."""
        account = checked_account(account)
        async with self._store.database.writing() as connection:
            # of two who save at once the second sees what the first did, of this account and of others. An account that
            # is being added has no row to be locked by
            if not self._store.database.is_sqlite:
                turn = func.hashtextextended(account.tenant_id, _ADDRESSES_TURN)
                await connection.execute(select(func.pg_advisory_xact_lock(turn)))
            # a write first: with it SQLite lets nobody else write
            await connection.execute(
                update(mail_accounts)
                .where(_A.tenant_id == account.tenant_id, ~_IS_DELETED)
                .values(version=_A.version)
            )
            kept = (
                await connection.execute(
                    select(_A.version, _A.name, _A.sealed, _A.queue_id, _A.setup).where(
                        _A.tenant_id == account.tenant_id, _A.id == account.id, ~_IS_DELETED
                    )
                )
            ).one_or_none()
            _require_version(None if kept is None else kept.version, seen_version)
            if kept is not None and kept.name != account.name:
                # its conversations are kept under it
                raise Invalid(
                    "an account keeps its name; add another account instead", field="name", code="name_fixed"
                )
            # of one that changes neither, what became of its queues since is not held against it
            if kept is None or (kept.queue_id, _setup(kept.setup).rules) != (
                account.queue_id,
                account.setup.rules,
            ):
                _require_queues(account, await self._queues(connection, account.tenant_id))
            taken = await connection.scalar(
                select(_A.id).where(
                    _A.tenant_id == account.tenant_id,
                    _A.id != account.id,
                    (_A.name == account.name) | (_A.address == account.address),
                )
            )
            if taken is not None:
                raise Conflict("another account has this name or this address", code="name_taken")
            others = await connection.execute(
                select(mail_accounts).where(
                    _A.tenant_id == account.tenant_id, _A.id != account.id, ~_IS_DELETED
                )
            )
            for other in others.mappings():
                _require_own(account, _account(other))
            before = None if kept is None else kept.sealed
            values = {
                "name": account.name,
                "address": account.address,
                "queue_id": account.queue_id,
                "enabled": account.enabled,
                "setup": text(account.setup),
                "sealed": before if secrets is None else self._sealed(account.id, before, secrets),
                "version": seen_version + 1,
            }
            if kept is None:
                await connection.execute(
                    insert(mail_accounts).values(id=account.id, tenant_id=account.tenant_id, **values)
                )
            else:
                await connection.execute(
                    update(mail_accounts)
                    .where(_A.tenant_id == account.tenant_id, _A.id == account.id)
                    .values(**values)
                )
            await append(connection, audit)
            told = MailAccountChanged(tenant_id=account.tenant_id, account_id=account.id)
            await connection.execute(insert(outbox).values(payload=self._encode([told])))
        self._store.wake()
        return replace(account, version=seen_version + 1)

    async def delete_mail_account(
        self, tenant_id: TenantId, account_id: MailAccountId, *, audit: AuditDraft
    ) -> None:
        """See the port."""
        mine = (_A.tenant_id == tenant_id, _A.id == account_id)
        async with self._store.database.writing() as connection:
            # the write first: nobody changes it between being read and being deleted
            await connection.execute(update(mail_accounts).where(*mine).values(enabled=False, sealed=None))
            row = (
                (await connection.execute(select(mail_accounts).where(*mine, ~_IS_DELETED)))
                .mappings()
                .one_or_none()
            )
            if row is None:
                raise NotFound("there is no such account")
            kept = replace(
                _setup(row["setup"]),
                incoming=None,
                outgoing=None,
                oauth=None,
                signatures={},
                auto_answer=AutoAnswer(),
            )
            await connection.execute(
                update(mail_accounts)
                .where(*mine)
                .values(
                    name=f"{row['name']} {account_id}",
                    address=f"{row['address']} {account_id}",
                    setup=text(kept),
                    version=row["version"] + 1,
                )
            )
            await connection.execute(delete(mail_cursors).where(mail_cursors.c.account_id == account_id))
            await connection.execute(delete(letter_sources).where(letter_sources.c.account_id == account_id))
            await append(connection, audit)
            told = MailAccountChanged(tenant_id=tenant_id, account_id=account_id)
            await connection.execute(insert(outbox).values(payload=self._encode([told])))
        self._store.wake()

    async def _queues(self, connection: AsyncConnection, tenant_id: TenantId) -> frozenset[QueueId]:
        """Those that take work."""
        rows = await connection.execute(
            select(queues.c.id, queue_rules.c.rules)
            .outerjoin(queue_rules, queue_rules.c.queue_id == queues.c.id)
            .where(queues.c.tenant_id == tenant_id)
        )
        return frozenset(QueueId(r.id) for r in rows if r.rules is None or not _rules(r.rules).retired)

    def _opened(self, account_id: str, sealed: bytes | None) -> MailSecrets:
        if sealed is None:
            return MailSecrets()
        return MailSecrets(**json.loads(self._seal.opened(bytes(sealed), _purpose(account_id))))

    def _sealed(self, account_id: str, before: bytes | None, given: MailSecrets) -> bytes:
        """What was there, with those that are given in their places."""
        new = {name: secret for name, secret in asdict(given).items() if secret}
        whole = new if len(new) == len(asdict(given)) else {**asdict(self._opened(account_id, before)), **new}
        return self._seal.sealed(json.dumps(whole).encode(), _purpose(account_id))


def shown_name(name: str) -> str:
    """The name that the account of this row has, or had."""
    return name.partition(" ")[0]


def _account(row: RowMapping) -> MailAccount:
    return MailAccount(
        id=MailAccountId(row["id"]),
        tenant_id=TenantId(row["tenant_id"]),
        name=shown_name(row["name"]),
        address=row["address"].partition(" ")[0],
        queue_id=QueueId(row["queue_id"]),
        enabled=row["enabled"],
        setup=_setup(row["setup"]),
        version=row["version"],
    )


def _require_own(account: MailAccount, other: MailAccount) -> None:
    """A letter to an address is of one account."""
    for address in sorted(account.own_addresses & other.own_addresses):
        raise Invalid(
            f"{address} is an address of the account {other.name}",
            field="address" if address == account.address.lower() else "aliases",
            code="account_address_taken",
        )


def _require_queues(account: MailAccount, there: frozenset[QueueId]) -> None:
    if account.queue_id not in there:
        raise Invalid("there is no such queue", field="queue_id", code="no_such_queue")
    for n, rule in enumerate(account.setup.rules, start=1):
        if rule.queue_id is not None and rule.queue_id not in there:
            raise Invalid(f"the queue of rule {n} is not there", field="rules", code="no_such_queue")


def _require_version(kept: int | None, seen: int) -> None:
    if kept is None and seen:
        raise NotFound("there is no such account")
    if (kept or 0) != seen:
        raise Conflict("somebody changed this account meanwhile", code="changed_meanwhile")


def _purpose(account_id: str) -> str:
    return f"mail account {account_id}"
