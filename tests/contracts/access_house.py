"""A house for the contracts of who may come in: its store, its kept answers, and somebody who tampers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.access import SqlAccessStore
from crm_store.answers import SqlAnswers
from crm_store.engine import Database
from crm_store.rows.access import APPEND_ONLY
from hub.domain.access import Principal, Role, system_principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.events import AgentChanged, SessionRevoked
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.setting_events import UserChanged
from hub.domain.users import SignInId, SignInSession, User
from hub.ids import new_id
from hub.ports.access import AccessStore
from hub.ports.answers import Answers

NOW = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)


@dataclass(kw_only=True)
class House:
    """The store, and a tenant in it that no other test knows."""

    database: Database
    store: AccessStore
    answers: Answers
    told: list[SessionRevoked]
    tenant_id: TenantId = field(default_factory=lambda: TenantId(new_id()))

    @property
    def principal(self) -> Principal:
        return system_principal(self.tenant_id)

    def draft(self, reason: str = "", at: datetime = NOW) -> AuditDraft:
        return AuditDraft(
            tenant_id=self.tenant_id, at=at, actor="Иван", action=AuditAction.SIGN_IN, reason=reason
        )

    def user(self, login: str = "anna") -> User:
        return User(
            id=UserId(new_id()),
            tenant_id=self.tenant_id,
            login=login,
            name="Анна Щербакова",
            roles=frozenset({Role.AGENT, Role.SUPERVISOR}),
            queues=frozenset({QueueId("q1"), QueueId("q2")}),
            password_hash="$argon2id$v=19$old",
        )

    async def added(self, login: str = "anna") -> User:
        user = self.user(login)
        await self.store.add_user(self.principal, user, self.draft())
        return user

    def session(self, user: User, token: bytes | None = None, at: datetime = NOW) -> SignInSession:
        return SignInSession(
            id=SignInId(new_id()),
            tenant_id=user.tenant_id,
            user_id=user.id,
            token_hash=token or new_id().encode(),
            started_at=at,
            seen_at=at,
            ends_at=at + timedelta(hours=12),
            address="192.0.2.1",
        )

    async def audit_numbers(self) -> list[int]:
        rows = await self.store.read_audit(self.principal, before=None, limit=10_000)
        return [row.number for row in rows]

    @asynccontextmanager
    async def tampering(self) -> AsyncIterator[AsyncConnection]:
        """A connection of somebody who owns the database, and has put its guards out of the way."""
        async with self.database.writing() as connection:
            if self.database.is_sqlite:
                for name in ("audit_log_keeps_rows", "audit_log_loses_none"):
                    await connection.exec_driver_sql(f"DROP TRIGGER {name}")
                yield connection
                for statement in APPEND_ONLY["sqlite"]:
                    await connection.exec_driver_sql(statement)
            else:
                await connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER USER")
                yield connection
                await connection.exec_driver_sql("ALTER TABLE audit_log ENABLE TRIGGER USER")


@pytest.fixture
def house(database: Database) -> House:
    told: list[SessionRevoked] = []

    async def announce(
        _: AsyncConnection, news: Sequence[SessionRevoked | AgentChanged | UserChanged]
    ) -> None:
        told.extend(n for n in news if isinstance(n, SessionRevoked))

    return House(
        database=database,
        store=SqlAccessStore(reading=database.reading, writing=database.writing, announce=announce),
        answers=SqlAnswers(reading=database.reading, writing=database.writing),
        told=told,
    )
