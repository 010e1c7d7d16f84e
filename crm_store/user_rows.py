"""Rows of users to domain values and back: who they are, and the account that goes with it."""

import json
from typing import Any

from sqlalchemy import RowMapping, Select, and_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.rows.access import sign_in_sessions, users
from crm_store.rows.accounts import accounts, sign_in_browsers
from hub.domain.access import Role
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.users import SignInId, SignInSession, User

USERS: Select[Any] = select(users, accounts).outerjoin(
    accounts, and_(accounts.c.user_id == users.c.id, accounts.c.tenant_id == users.c.tenant_id)
)
"""Users with their accounts; a user from before there were accounts has none."""

SIGN_INS: Select[Any] = (
    select(sign_in_sessions, sign_in_browsers.c.browser, users, accounts)
    .join(users, users.c.id == sign_in_sessions.c.user_id)
    .outerjoin(accounts, accounts.c.user_id == users.c.id)
    .outerjoin(sign_in_browsers, sign_in_browsers.c.session_id == sign_in_sessions.c.id)
)
"""Sign-ins with their users."""


def user_of(row: RowMapping) -> User:
    """The user of a row of USERS or SIGN_INS."""
    of, account = users.c, accounts.c
    has_account = row[account.user_id] is not None
    teams: dict[str, list[str]] = json.loads(row[account.teams]) if has_account else {}
    return User(
        id=UserId(row[of.id]),
        tenant_id=TenantId(row[of.tenant_id]),
        login=row[of.login],
        name=row[of.name],
        roles=frozenset(Role(name) for name in json.loads(row[of.roles])),
        queues=frozenset(QueueId(queue) for queue in json.loads(row[of.queues])),
        assignments=frozenset((Role(role), QueueId(q)) for role, ids in teams.items() for q in ids),
        password_hash=row[of.password_hash],
        must_change=bool(has_account and row[account.must_change]),
        password_until=row[account.password_until] if has_account else None,
        second_factor=bool(has_account and row[account.second_factor]),
        disabled=row[of.disabled],
        version=row[of.version],
    )


def user_columns(user: User, tenant_id: TenantId) -> dict[str, object]:
    """The columns of `users`."""
    return {
        "id": user.id,
        "tenant_id": tenant_id,
        "login": user.login,
        "name": user.name,
        "roles": json.dumps(sorted(user.roles)),
        "queues": json.dumps(sorted(user.queues)),
        "password_hash": user.password_hash,
        "disabled": user.disabled,
        "version": user.version,
    }


async def put_account(connection: AsyncConnection, user: User, tenant_id: TenantId) -> None:
    """The account of a user that is in `users` already; the second factor and preferences stay as they are."""
    teams: dict[str, list[str]] = {}
    for role, queue in sorted(user.assignments):
        teams.setdefault(role.value, []).append(queue)
    changing = {
        "teams": json.dumps(teams),
        "must_change": user.must_change,
        "password_until": user.password_until,
    }
    made = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    await connection.execute(
        made(accounts)
        .values(user_id=user.id, tenant_id=tenant_id, second_factor=False, preferences="{}", **changing)
        .on_conflict_do_update(index_elements=["user_id"], set_=changing)
    )


def session_of(row: RowMapping) -> SignInSession:
    """The sign-in of a row of SIGN_INS."""
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
        browser=row[sign_in_browsers.c.browser] or "",
    )
