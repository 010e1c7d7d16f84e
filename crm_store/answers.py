"""Answers to requests with an idempotency key in SQL; behind `hub.ports.answers`."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from crm_store.access import Connecting
from crm_store.rows.floor import idempotency
from hub.domain.access import Principal
from hub.ports.answers import KeptAnswer

KEPT = timedelta(days=1)


class SqlAnswers:
    """`Answers` on SQLite and PostgreSQL."""

    def __init__(self, *, reading: Connecting, writing: Connecting) -> None:
        self._reading = reading
        self._writing = writing

    async def find_answer(self, principal: Principal, key: str) -> KeptAnswer | None:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(idempotency).where(
                    idempotency.c.tenant_id == principal.tenant_id,
                    idempotency.c.actor == _actor(principal),
                    idempotency.c.key == key,
                )
            )
            row = found.one_or_none()
        if row is None:
            return None
        return KeptAnswer(request_sha256=row.body_sha256, status=row.status, body=row.answer.encode())

    async def keep_answer(self, principal: Principal, key: str, answer: KeptAnswer, at: datetime) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(
                delete(idempotency).where(
                    idempotency.c.tenant_id == principal.tenant_id,
                    idempotency.c.actor == _actor(principal),
                    idempotency.c.at < at - KEPT,
                )
            )
            made = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
            await connection.execute(
                made(idempotency)
                .values(
                    tenant_id=principal.tenant_id,
                    actor=_actor(principal),
                    key=key,
                    body_sha256=answer.request_sha256,
                    status=answer.status,
                    answer=answer.body.decode(),
                    at=at,
                )
                .on_conflict_do_nothing()
            )


def _actor(principal: Principal) -> str:
    return principal.user_id or principal.name
