"""Keeping webhooks, what was committed for them, their deliveries and the attempts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.audit import AuditDraft
from hub.domain.ids import TenantId
from hub.domain.webhook import Attempt, Delivery, Webhook


class WebhookQueue(Protocol):
    """What the job that delivers needs. Everything raises Unavailable when the store fails for now."""

    async def feed(self, limit: int) -> list[tuple[int, bytes]]:
        """The oldest rows of events that were committed while some webhook was on."""
        ...

    async def listening(self, tenant_id: TenantId) -> list[Webhook]:
        """The webhooks of the tenant that are on."""
        ...

    async def plan(self, rows: Sequence[int], deliveries: Sequence[Delivery]) -> None:
        """Put the deliveries into the queue and take these rows out of the feed, in one commit."""
        ...

    async def due(self, now: datetime, limit: int) -> list[tuple[Delivery, Webhook]]:
        """Deliveries whose time has come, of webhooks that are on."""
        ...

    async def settle(self, before: Delivery, after: Delivery, attempt: Attempt) -> None:
        """Write an attempt and what the delivery is after it; the webhook fails since then, or not any more."""
        ...

    async def disable(self, webhook: Webhook, because: str, draft: AuditDraft) -> None:
        """Turn it off for a reason; what waits is given up."""
        ...

    async def forget(self, before: datetime) -> None:
        """Remove deliveries made before then that do not wait any more."""
        ...


class Webhooks(Protocol):
    """What administrators need."""

    async def list_webhooks(self, principal: Principal) -> list[Webhook]:
        """All, by name."""
        ...

    async def find_webhook(self, principal: Principal, webhook_id: str) -> Webhook:
        """Raises NotFound."""
        ...

    async def add_webhook(self, webhook: Webhook, draft: AuditDraft) -> None:
        """A new one."""
        ...

    async def save_webhook(self, webhook: Webhook, draft: AuditDraft) -> None:
        """Write it, whose version is one more than it was read with. Raises Conflict (`changed_meanwhile`)."""
        ...

    async def remove_webhook(self, principal: Principal, webhook_id: str, draft: AuditDraft) -> bool:
        """With its deliveries. False when there is none."""
        ...

    async def list_deliveries(
        self, principal: Principal, webhook_id: str, *, after: str, limit: int
    ) -> list[tuple[Delivery, list[Attempt]]]:
        """The newest first, each with its attempts, the newest first."""
        ...

    async def add_delivery(self, delivery: Delivery) -> None:
        """One more."""
        ...

    async def redeliver(self, principal: Principal, delivery_id: str, now: datetime) -> bool:
        """Try again from now on. False when there is no such delivery."""
        ...

    async def waiting(self, tenant_id: TenantId) -> int:
        """How many deliveries wait."""
        ...
