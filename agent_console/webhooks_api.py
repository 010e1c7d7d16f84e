"""Webhooks: kept, tried, and what became of their deliveries."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.webhooks import WebhookAdministration
from agent_console.webhooks_bodies import (
    AttemptView,
    ChangedWebhook,
    DeliveryPage,
    DeliveryView,
    MadeWebhook,
    NewWebhookBody,
    WebhookPage,
    WebhookView,
)
from hub.domain.access import Permission
from hub.domain.webhook import EVENTS, Attempt, Delivery, Webhook

_MAY = Permission.MANAGE_KEYS


def operations(*, webhooks: WebhookAdministration, ping: Callable[[str], str]) -> list[Operation]:
    """The operations on webhooks. `ping` is the body of a trial delivery of that id."""
    made = Operations("webhooks")

    @made.op("GET", "/api/v1/webhooks", _MAY, "Webhooks")
    async def list_webhooks(call: Call) -> WebhookPage:
        """All of them, by name."""
        found = await webhooks.all(call.principal)
        return WebhookPage(items=tuple(_view(w) for w in found), next=None, known_events=EVENTS)

    @made.op("POST", "/api/v1/webhooks", _MAY, "Add a webhook", status=201)
    async def add_webhook(call: Call, body: NewWebhookBody) -> MadeWebhook:
        """Not repeatable under a key: the secret is told once."""
        new = await webhooks.add(call.principal, name=body.name, url=body.url, events=frozenset(body.events))
        return MadeWebhook(webhook=_view(new.webhook), secret=new.secret)

    @made.op("PUT", "/api/v1/webhooks/{webhook_id}", _MAY, "Change a webhook")
    async def change_webhook(call: Call, webhook_id: Id, body: ChangedWebhook) -> WebhookView:
        """Turning it on again forgets that it failed."""
        changed = await webhooks.change(
            call.principal,
            webhook_id,
            name=body.name,
            url=body.url,
            events=frozenset(body.events),
            enabled=body.enabled,
            version=body.version,
        )
        return _view(changed)

    @made.op("DELETE", "/api/v1/webhooks/{webhook_id}", _MAY, "Remove a webhook")
    async def remove_webhook(call: Call, webhook_id: Id) -> None:
        """With its deliveries."""
        await webhooks.remove(call.principal, webhook_id)

    @made.op("POST", "/api/v1/webhooks/{webhook_id}/test", _MAY, "Try a webhook", status=202)
    async def test_webhook(call: Call, webhook_id: Id) -> DeliveryView:
        """Sends `webhook.ping` as soon as may be; its attempt is in the deliveries."""
        return _delivery(await webhooks.try_out(call.principal, webhook_id, ping), [])

    @made.op("GET", "/api/v1/webhooks/{webhook_id}/deliveries", _MAY, "Deliveries of a webhook")
    async def list_webhook_deliveries(
        call: Call,
        webhook_id: Id,
        after: Annotated[str, Meta(max_length=100)] = "",
        limit: Annotated[int, Meta(ge=1, le=100)] = 30,
    ) -> DeliveryPage:
        """The newest first, each with its attempts. They are kept for two weeks."""
        found = await webhooks.deliveries(call.principal, webhook_id, after=after, limit=limit + 1)
        return DeliveryPage(
            items=tuple(_delivery(d, tries) for d, tries in found[:limit]),
            next=found[limit - 1][0].id if len(found) > limit else None,
        )

    @made.op("POST", "/api/v1/webhook-deliveries/{delivery_id}/again", _MAY, "Deliver once more", status=202)
    async def redeliver(call: Call, delivery_id: Id) -> None:
        """Under the same id."""
        await webhooks.redeliver(call.principal, delivery_id)

    return list(made)


def _view(webhook: Webhook) -> WebhookView:
    return WebhookView(
        id=webhook.id,
        name=webhook.name,
        url=webhook.url,
        events=tuple(sorted(webhook.events)),
        enabled=webhook.enabled,
        disabled_because=webhook.disabled_because,
        failing_since=webhook.failing_since,
        created_at=webhook.created_at,
        version=webhook.version,
    )


def _delivery(delivery: Delivery, tries: list[Attempt]) -> DeliveryView:
    return DeliveryView(
        id=delivery.id,
        event=delivery.event,
        state=delivery.state.value,
        made_at=delivery.made_at,
        next_at=delivery.next_at,
        attempts=delivery.attempts,
        body=delivery.body,
        tries=tuple(
            AttemptView(
                at=one.at, status=one.status, error=one.error, duration_ms=one.duration_ms, answer=one.answer
            )
            for one in tries
        ),
    )
