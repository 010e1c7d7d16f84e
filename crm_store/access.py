"""Users, sign-ins, the set-up token and the audit log in SQL; behind `hub.ports.access`."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.audit import append, first_bad_row, newest_rows
from crm_store.rows.access import setup_tokens, sign_in_sessions, users
from hub.domain.access import Principal, Role
from hub.domain.audit import AuditDraft, AuditEntry
from hub.domain.errors import Conflict, NotFound
from hub.domain.events import SessionRevoked
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.users import SignInId, SignInSession, User

Connecting = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens a connection: for writing, inside a transaction that commits when the block ends without an error."""

Announcing = Callable[[AsyncConnection, Sequence[SessionRevoked]], Awaitable[None]]
"""Puts events into the outbox, in the transaction of that connection."""


_SESSION_AND_USER = (
    select(sign_in_sessions, users)
    .join(users, users.c.id == sign_in_sessions.c.user_id)
    .where(sign_in_sessions.c.token_hash == bindparam("token_hash"))
)


class SqlAccessStore:
    """`AccessStore` on SQLite and PostgreSQL. `announce` tells the sockets of a sign-in that it is over."""

    def __init__(self, *, reading: Connecting, writing: Connecting, announce: Announcing) -> None:
        self._reading = reading
        self._writing = writing
        self._announce = announce

    # before anybody is known

    async def find_user_by_login(self, tenant_id: TenantId, login: str) -> User | None:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(users).where(users.c.tenant_id == tenant_id, users.c.login == login)
            )
            row = found.mappings().one_or_none()
        return None if row is None else _user(row)

    async def find_session(self, token_hash: bytes) -> tuple[SignInSession, User] | None:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(_SESSION_AND_USER, {"token_hash": token_hash})
            row = found.mappings().one_or_none()
        return None if row is None else (_session(row), _user(row))

    async def count_users(self, tenant_id: TenantId) -> int:
        """See the port."""
        async with self._reading() as connection:
            return await _count_users(connection, tenant_id)

    async def put_setup_token(self, tenant_id: TenantId, token_hash: bytes, at: datetime) -> bool:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(delete(setup_tokens).where(setup_tokens.c.tenant_id == tenant_id))
            if await _count_users(connection, tenant_id):
                return False
            await connection.execute(
                insert(setup_tokens).values(tenant_id=tenant_id, token_hash=token_hash, made_at=at)
            )
        return True

    async def setup_token(self, tenant_id: TenantId) -> bytes | None:
        """See the port."""
        async with self._reading() as connection:
            kept: bytes | None = await connection.scalar(
                select(setup_tokens.c.token_hash).where(setup_tokens.c.tenant_id == tenant_id)
            )
        return kept

    async def set_up(self, token_hash: bytes, first: User, draft: AuditDraft) -> bool:
        """See the port."""
        async with self._writing() as connection:
            # taking the row away is what makes the token usable once: of two at a time, one finds it gone
            taken: bytes | None = await connection.scalar(
                delete(setup_tokens)
                .where(setup_tokens.c.tenant_id == first.tenant_id, setup_tokens.c.token_hash == token_hash)
                .returning(setup_tokens.c.token_hash)
            )
            if taken is None or await _count_users(connection, first.tenant_id):
                return False
            await connection.execute(insert(users).values(**_user_columns(first)))
            await append(connection, draft)
        return True

    async def append_audit(self, draft: AuditDraft) -> AuditEntry:
        """See the port."""
        async with self._writing() as connection:
            return await append(connection, draft)

    # sign-ins

    async def add_session(self, session: SignInSession, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(
                delete(sign_in_sessions).where(
                    sign_in_sessions.c.user_id == session.user_id,
                    sign_in_sessions.c.ends_at <= session.started_at,
                )
            )
            await connection.execute(
                insert(sign_in_sessions).values(
                    id=session.id,
                    tenant_id=session.tenant_id,
                    user_id=session.user_id,
                    token_hash=session.token_hash,
                    started_at=session.started_at,
                    seen_at=session.seen_at,
                    ends_at=session.ends_at,
                    address=session.address,
                )
            )
            await append(connection, draft)

    async def touch_session(self, session_id: SignInId, seen_at: datetime) -> bool:
        """See the port."""
        async with self._writing() as connection:
            touched = await connection.execute(
                update(sign_in_sessions)
                .where(sign_in_sessions.c.id == session_id, sign_in_sessions.c.ends_at > seen_at)
                .values(seen_at=seen_at)
            )
        return touched.rowcount == 1

    async def revoke_session(self, session_id: SignInId, draft: AuditDraft | None) -> bool:
        """See the port."""
        async with self._writing() as connection:
            revoked = await self._revoke(connection, sign_in_sessions.c.id == session_id)
            if revoked and draft is not None:
                await append(connection, draft)
        return bool(revoked)

    async def rehash_password(self, user_id: UserId, *, old_hash: str, new_hash: str) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(
                update(users)
                .where(users.c.id == user_id, users.c.password_hash == old_hash)
                .values(password_hash=new_hash)
            )

    # users

    async def find_user(self, principal: Principal, user_id: UserId) -> User:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(users).where(users.c.tenant_id == principal.tenant_id, users.c.id == user_id)
            )
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound("there is no such user")
        return _user(row)

    async def list_users(self, principal: Principal) -> list[User]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(users).where(users.c.tenant_id == principal.tenant_id).order_by(users.c.login)
            )
            return [_user(row) for row in found.mappings()]

    async def add_user(self, principal: Principal, user: User, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            try:
                await connection.execute(
                    insert(users).values(**_user_columns(user) | {"tenant_id": principal.tenant_id})
                )
            except IntegrityError as exc:
                raise Conflict("somebody has this login already", code="login_taken") from exc
            await append(connection, draft)

    async def save_user(self, principal: Principal, user: User, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            saved = await connection.execute(
                update(users)
                .where(
                    users.c.tenant_id == principal.tenant_id,
                    users.c.id == user.id,
                    users.c.version == user.version - 1,
                )
                .values(**_user_columns(user) | {"tenant_id": principal.tenant_id})
            )
            if saved.rowcount != 1:
                raise Conflict("somebody else has changed this user meanwhile")
            await self._revoke(connection, sign_in_sessions.c.user_id == user.id)
            await append(connection, draft)

    # the audit log

    async def read_audit(self, principal: Principal, *, before: int | None, limit: int) -> list[AuditEntry]:
        """See the port."""
        async with self._reading() as connection:
            return await newest_rows(connection, principal.tenant_id, before=before, limit=limit)

    async def first_bad_audit_row(self, principal: Principal) -> int | None:
        """See the port."""
        return await first_bad_row(self._reading, principal.tenant_id)

    async def _revoke(self, connection: AsyncConnection, which: Any) -> int:
        """End the sign-ins that `which` selects, in this transaction; how many."""
        ended = await connection.execute(
            delete(sign_in_sessions)
            .where(which)
            .returning(sign_in_sessions.c.tenant_id, sign_in_sessions.c.user_id, sign_in_sessions.c.id)
        )
        told = [
            SessionRevoked(tenant_id=TenantId(tenant), user_id=UserId(user), session_key=key)
            for tenant, user, key in ended
        ]
        if told:
            await self._announce(connection, told)
        return len(told)


async def _count_users(connection: AsyncConnection, tenant_id: TenantId) -> int:
    counted = await connection.scalar(select(func.count()).where(users.c.tenant_id == tenant_id))
    return counted or 0


def _user(row: RowMapping) -> User:
    of = users.c
    return User(
        id=UserId(row[of.id]),
        tenant_id=TenantId(row[of.tenant_id]),
        login=row[of.login],
        name=row[of.name],
        roles=frozenset(Role(name) for name in json.loads(row[of.roles])),
        queues=frozenset(QueueId(queue) for queue in json.loads(row[of.queues])),
        password_hash=row[of.password_hash],
        disabled=row[of.disabled],
        version=row[of.version],
    )


def _user_columns(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "tenant_id": user.tenant_id,
        "login": user.login,
        "name": user.name,
        "roles": json.dumps(sorted(user.roles)),
        "queues": json.dumps(sorted(user.queues)),
        "password_hash": user.password_hash,
        "disabled": user.disabled,
        "version": user.version,
    }


def _session(row: RowMapping) -> SignInSession:
    of = sign_in_sessions.c
    return SignInSession(
        id=SignInId(row[of.id]),
        tenant_id=TenantId(row[of.tenant_id]),
        user_id=UserId(row[of.user_id]),
        token_hash=row[of.token_hash],
        started_at=row[of.started_at],
        seen_at=row[of.seen_at],
        ends_at=row[of.ends_at],
        address=row[of.address],
    )
