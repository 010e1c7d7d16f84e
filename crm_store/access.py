"""Users, sign-ins, the set-up token and the audit log in SQL; behind `hub.ports.access`."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.audit import append, names_of, newest_rows, row_numbered, rows_counted, verified
from crm_store.rows.access import setup_tokens, sign_in_sessions, users
from crm_store.rows.accounts import sign_in_browsers
from crm_store.seats import seat
from crm_store.user_rows import SIGN_INS, USERS, put_account, session_of, user_columns, user_of
from hub.domain.access import Principal, Role
from hub.domain.audit import NO_FILTER, AuditDraft, AuditEntry, AuditFilter, ChainProgress
from hub.domain.errors import Conflict, NotFound
from hub.domain.events import AgentChanged, SessionRevoked
from hub.domain.ids import TenantId, UserId
from hub.domain.setting_events import UserChanged
from hub.domain.users import SignInId, SignInSession, User

Connecting = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens a connection: for writing, inside a transaction that commits when the block ends without an error."""

Announcing = Callable[
    [AsyncConnection, Sequence[SessionRevoked | AgentChanged | UserChanged]], Awaitable[None]
]
"""Puts events into the outbox, in the transaction of that connection."""


_SESSION_AND_USER = SIGN_INS.where(sign_in_sessions.c.token_hash == bindparam("token_hash"))


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
                USERS.where(users.c.tenant_id == tenant_id, users.c.login == login)
            )
            row = found.mappings().one_or_none()
        return None if row is None else user_of(row)

    async def find_session(self, token_hash: bytes) -> tuple[SignInSession, User] | None:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(_SESSION_AND_USER, {"token_hash": token_hash})
            row = found.mappings().one_or_none()
        return None if row is None else (session_of(row), user_of(row))

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
            await connection.execute(insert(users).values(**user_columns(first, first.tenant_id)))
            await put_account(connection, first, first.tenant_id)
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
            if session.browser:
                await connection.execute(
                    insert(sign_in_browsers).values(
                        session_id=session.id, tenant_id=session.tenant_id, browser=session.browser
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
                USERS.where(users.c.tenant_id == principal.tenant_id, users.c.id == user_id)
            )
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound("there is no such user")
        return user_of(row)

    async def list_users(self, principal: Principal) -> list[User]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                USERS.where(users.c.tenant_id == principal.tenant_id).order_by(users.c.login)
            )
            return [user_of(row) for row in found.mappings()]

    async def add_user(self, principal: Principal, user: User, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            try:
                await connection.execute(insert(users).values(**user_columns(user, principal.tenant_id)))
            except IntegrityError as exc:
                raise Conflict("somebody has this login already", code="login_taken") from exc
            await put_account(connection, user, principal.tenant_id)
            await self._seat(connection, principal.tenant_id, user, draft.at)
            await append(connection, draft)

    async def save_user(
        self, principal: Principal, user: User, draft: AuditDraft, *, keep: SignInId | None = None
    ) -> None:
        """See the port."""
        async with self._writing() as connection:
            # first the line of the log: changes of one tenant follow one another from here on, so that of two
            # administrators who take each other's role away, the later one is refused
            await append(connection, draft)
            was_administrator = await _is_administrator(connection, principal.tenant_id, user.id)
            try:
                saved = await connection.execute(
                    update(users)
                    .where(
                        users.c.tenant_id == principal.tenant_id,
                        users.c.id == user.id,
                        users.c.version == user.version - 1,
                    )
                    .values(**user_columns(user, principal.tenant_id))
                )
            except IntegrityError as exc:
                raise Conflict("somebody has this login already", code="login_taken") from exc
            if saved.rowcount != 1:
                raise Conflict("somebody else has changed this user meanwhile", code="changed_meanwhile")
            if was_administrator:
                await _require_an_administrator(connection, principal.tenant_id)
            await put_account(connection, user, principal.tenant_id)
            await self._seat(connection, principal.tenant_id, user, draft.at)
            await self.revoke_all(connection, user.id, keep)

    async def end_sign_ins(self, principal: Principal, user_id: UserId, draft: AuditDraft) -> int:
        """See the port."""
        async with self._writing() as connection:
            ended = await self._revoke(
                connection,
                and_(
                    sign_in_sessions.c.tenant_id == principal.tenant_id,
                    sign_in_sessions.c.user_id == user_id,
                ),
            )
            await append(connection, draft)
        return ended

    async def list_sessions(self, principal: Principal, now: datetime) -> list[SignInSession]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                SIGN_INS.where(
                    sign_in_sessions.c.tenant_id == principal.tenant_id,
                    sign_in_sessions.c.user_id == principal.user_id,
                    sign_in_sessions.c.ends_at > now,
                ).order_by(sign_in_sessions.c.seen_at.desc())
            )
            return [session_of(row) for row in found.mappings()]

    async def count_sessions(self, principal: Principal, now: datetime) -> dict[UserId, int]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(sign_in_sessions.c.user_id, func.count())
                .where(sign_in_sessions.c.tenant_id == principal.tenant_id, sign_in_sessions.c.ends_at > now)
                .group_by(sign_in_sessions.c.user_id)
            )
            return {UserId(user): count for user, count in found}

    # the audit log

    async def read_audit(
        self, principal: Principal, *, before: int | None, limit: int, wanted: AuditFilter = NO_FILTER
    ) -> list[AuditEntry]:
        """See the port."""
        async with self._reading() as connection:
            return await newest_rows(
                connection, principal.tenant_id, before=before, limit=limit, wanted_rows=wanted
            )

    async def count_audit(self, principal: Principal, wanted: AuditFilter) -> int:
        """See the port."""
        async with self._reading() as connection:
            return await rows_counted(connection, principal.tenant_id, wanted)

    async def audited_names(self, principal: Principal, objects: Sequence[str]) -> dict[str, str]:
        """See the port."""
        async with self._reading() as connection:
            return await names_of(connection, principal.tenant_id, objects)

    async def find_audit_row(self, principal: Principal, number: int) -> AuditEntry | None:
        """See the port."""
        async with self._reading() as connection:
            return await row_numbered(connection, principal.tenant_id, number)

    def verify_audit(self, principal: Principal) -> AsyncGenerator[ChainProgress]:
        """See the port."""
        return verified(self._reading, principal.tenant_id)

    async def _seat(self, connection: AsyncConnection, tenant_id: TenantId, user: User, at: datetime) -> None:
        told = UserChanged(tenant_id=tenant_id, user_id=user.id, disabled=user.disabled)
        changed = await seat(connection, tenant_id, user, at)
        await self._announce(connection, [told] if changed is None else [changed, told])

    async def revoke_all(
        self, connection: AsyncConnection, user_id: UserId, keep: SignInId | None = None
    ) -> None:
        """End the sign-ins of a user, but for `keep`, in this transaction."""
        theirs = sign_in_sessions.c.user_id == user_id
        await self._revoke(connection, theirs if keep is None else theirs & (sign_in_sessions.c.id != keep))

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


async def _is_administrator(connection: AsyncConnection, tenant_id: TenantId, user_id: UserId) -> bool:
    roles = await connection.scalar(
        select(users.c.roles).where(
            users.c.tenant_id == tenant_id, users.c.id == user_id, users.c.disabled.is_(False)
        )
    )
    return roles is not None and Role.ADMIN in json.loads(roles)


async def _require_an_administrator(connection: AsyncConnection, tenant_id: TenantId) -> None:
    """Raises Conflict (`last_administrator`) when this transaction leaves nobody who may manage users."""
    found = await connection.execute(
        select(users.c.roles).where(users.c.tenant_id == tenant_id, users.c.disabled.is_(False))
    )
    if not any(Role.ADMIN in json.loads(roles) for (roles,) in found):
        raise Conflict("this is the last administrator: make another one first", code="last_administrator")
