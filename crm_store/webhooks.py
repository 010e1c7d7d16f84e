"""Webhooks in SQL; behind `hub.ports.webhooks`. Secrets are sealed."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, literal, select, update

from crm_store.access import Connecting
from crm_store.audit import append
from crm_store.instants import Instant
from crm_store.rows.webhooks import webhook_attempts, webhook_deliveries, webhook_feed, webhooks
from hub.domain.access import Principal
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import TenantId
from hub.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from hub.sealing import Seal

_W, _D, _A = webhooks.c, webhook_deliveries.c, webhook_attempts.c
_ATTEMPTS_SHOWN = 30


class SqlWebhooks:
    """`Webhooks` and `WebhookQueue` on SQLite and PostgreSQL."""

    def __init__(self, *, reading: Connecting, writing: Connecting, seal: Seal) -> None:
        self._reading = reading
        self._writing = writing
        self._seal = seal

    # the job that delivers

    async def feed(self, limit: int) -> list[tuple[int, bytes]]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(select(webhook_feed).order_by(webhook_feed.c.id).limit(limit))
            return [(row.id, bytes(row.payload)) for row in found]

    async def listening(self, tenant_id: TenantId) -> list[Webhook]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(webhooks).where(_W.tenant_id == tenant_id, _W.enabled.is_(True))
            )
            return [self._webhook(row) for row in found.mappings()]

    async def plan(self, rows: Sequence[int], deliveries: Sequence[Delivery]) -> None:
        """See the port."""
        async with self._writing() as connection:
            if deliveries:
                await connection.execute(insert(webhook_deliveries), [_columns(d) for d in deliveries])
            await connection.execute(delete(webhook_feed).where(webhook_feed.c.id.in_(rows)))

    async def due(self, now: datetime, limit: int) -> list[tuple[Delivery, Webhook]]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(webhook_deliveries, webhooks)
                .join(webhooks, _W.id == _D.webhook_id)
                .where(_D.state == DeliveryState.WAITING, _D.next_at <= now, _W.enabled.is_(True))
                .order_by(_D.next_at)
                .limit(limit)
            )
            return [(_delivery(row), self._webhook(row)) for row in found.mappings()]

    async def settle(self, before: Delivery, after: Delivery, attempt: Attempt) -> None:
        """See the port."""
        async with self._writing() as connection:
            written = await connection.execute(
                update(webhook_deliveries)
                .where(_D.tenant_id == before.tenant_id, _D.id == before.id, _D.attempts == before.attempts)
                .values(state=after.state, next_at=after.next_at, attempts=after.attempts)
            )
            if written.rowcount != 1:
                return  # the webhook was removed meanwhile, or another node wrote its own attempt
            await connection.execute(
                insert(webhook_attempts).values(
                    tenant_id=before.tenant_id,
                    delivery_id=before.id,
                    at=attempt.at,
                    status=attempt.status,
                    error=attempt.error,
                    duration_ms=attempt.duration_ms,
                    answer=attempt.answer,
                )
            )
            since = (
                None if attempt.arrived else func.coalesce(_W.failing_since, literal(attempt.at, Instant()))
            )
            await connection.execute(
                update(webhooks)
                .where(_W.tenant_id == before.tenant_id, _W.id == before.webhook_id)
                .values(failing_since=since)
            )

    async def disable(self, webhook: Webhook, because: str, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            turned_off = await connection.execute(
                update(webhooks)
                .where(_W.tenant_id == webhook.tenant_id, _W.id == webhook.id, _W.enabled.is_(True))
                .values(enabled=False, disabled_because=because, version=_W.version + 1)
            )
            if turned_off.rowcount == 1:
                await connection.execute(
                    update(webhook_deliveries)
                    .where(_D.webhook_id == webhook.id, _D.state == DeliveryState.WAITING)
                    .values(state=DeliveryState.GIVEN_UP, next_at=None)
                )
                await append(connection, draft)

    async def forget(self, before: datetime) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(
                delete(webhook_deliveries).where(_D.made_at < before, _D.state != DeliveryState.WAITING)
            )

    # administrators

    async def list_webhooks(self, principal: Principal) -> list[Webhook]:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(webhooks).where(_W.tenant_id == principal.tenant_id).order_by(_W.name, _W.id)
            )
            return [self._webhook(row) for row in found.mappings()]

    async def find_webhook(self, principal: Principal, webhook_id: str) -> Webhook:
        """See the port."""
        async with self._reading() as connection:
            found = await connection.execute(
                select(webhooks).where(_W.tenant_id == principal.tenant_id, _W.id == webhook_id)
            )
            row = found.mappings().one_or_none()
        if row is None:
            raise NotFound("there is no such webhook")
        return self._webhook(row)

    async def add_webhook(self, webhook: Webhook, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(insert(webhooks).values(**self._values(webhook)))
            await append(connection, draft)

    async def save_webhook(self, webhook: Webhook, draft: AuditDraft) -> None:
        """See the port."""
        async with self._writing() as connection:
            saved = await connection.execute(
                update(webhooks)
                .where(
                    _W.tenant_id == webhook.tenant_id,
                    _W.id == webhook.id,
                    _W.version == webhook.version - 1,
                )
                .values(**self._values(webhook))
            )
            if saved.rowcount != 1:
                raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
            await append(connection, draft)

    async def remove_webhook(self, principal: Principal, webhook_id: str, draft: AuditDraft) -> bool:
        """See the port."""
        async with self._writing() as connection:
            removed = await connection.execute(
                delete(webhooks).where(_W.tenant_id == principal.tenant_id, _W.id == webhook_id)
            )
            if removed.rowcount != 1:
                return False
            await append(connection, draft)
        return True

    async def list_deliveries(
        self, principal: Principal, webhook_id: str, *, after: str, limit: int
    ) -> list[tuple[Delivery, list[Attempt]]]:
        """See the port."""
        wanted = select(webhook_deliveries).where(
            _D.tenant_id == principal.tenant_id, _D.webhook_id == webhook_id
        )
        if after:
            wanted = wanted.where(_D.id < after)
        async with self._reading() as connection:
            found = await connection.execute(wanted.order_by(_D.id.desc()).limit(limit))
            deliveries = [_delivery(row) for row in found.mappings()]
            tried = await connection.execute(
                select(webhook_attempts)
                .where(_A.tenant_id == principal.tenant_id, _A.delivery_id.in_([d.id for d in deliveries]))
                .order_by(_A.id.desc())
            )
            attempts: dict[str, list[Attempt]] = {d.id: [] for d in deliveries}
            for row in tried:
                if len(attempts[row.delivery_id]) < _ATTEMPTS_SHOWN:
                    attempts[row.delivery_id].append(
                        Attempt(
                            at=row.at,
                            status=row.status,
                            error=row.error,
                            duration_ms=row.duration_ms,
                            answer=row.answer,
                        )
                    )
        return [(d, attempts[d.id]) for d in deliveries]

    async def add_delivery(self, delivery: Delivery) -> None:
        """See the port."""
        async with self._writing() as connection:
            await connection.execute(insert(webhook_deliveries).values(**_columns(delivery)))

    async def redeliver(self, principal: Principal, delivery_id: str, now: datetime) -> bool:
        """See the port."""
        async with self._writing() as connection:
            again = await connection.execute(
                update(webhook_deliveries)
                .where(_D.tenant_id == principal.tenant_id, _D.id == delivery_id)
                .values(state=DeliveryState.WAITING, next_at=now, first_at=now)
            )
        return again.rowcount == 1

    async def waiting(self, tenant_id: TenantId) -> int:
        """See the port."""
        async with self._reading() as connection:
            counted = await connection.scalar(
                select(func.count()).where(_D.tenant_id == tenant_id, _D.state == DeliveryState.WAITING)
            )
        return counted or 0

    def _webhook(self, row: RowMapping) -> Webhook:
        webhook_id = row[_W.id]
        return Webhook(
            id=webhook_id,
            tenant_id=TenantId(row[_W.tenant_id]),
            name=row[_W.name],
            url=row[_W.url],
            events=frozenset(json.loads(row[_W.events])),
            secret=self._seal.opened(row[_W.sealed], f"webhook {webhook_id}").decode(),
            enabled=row[_W.enabled],
            disabled_because=row[_W.disabled_because],
            failing_since=row[_W.failing_since],
            created_at=row[_W.created_at],
            version=row[_W.version],
        )

    def _values(self, webhook: Webhook) -> dict[str, Any]:
        return {
            "id": webhook.id,
            "tenant_id": webhook.tenant_id,
            "name": webhook.name,
            "url": webhook.url,
            "events": json.dumps(sorted(webhook.events)),
            "sealed": self._seal.sealed(webhook.secret.encode(), f"webhook {webhook.id}"),
            "enabled": webhook.enabled,
            "disabled_because": webhook.disabled_because,
            "failing_since": webhook.failing_since,
            "created_at": webhook.created_at,
            "version": webhook.version,
        }


def _columns(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "tenant_id": delivery.tenant_id,
        "webhook_id": delivery.webhook_id,
        "event": delivery.event,
        "body": delivery.body,
        "state": delivery.state.value,
        "made_at": delivery.made_at,
        "first_at": delivery.first_at,
        "next_at": delivery.next_at,
        "attempts": delivery.attempts,
    }


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        id=row[_D.id],
        tenant_id=TenantId(row[_D.tenant_id]),
        webhook_id=row[_D.webhook_id],
        event=row[_D.event],
        body=row[_D.body],
        state=DeliveryState(row[_D.state]),
        made_at=row[_D.made_at],
        first_at=row[_D.first_at],
        next_at=row[_D.next_at],
        attempts=row[_D.attempts],
    )
