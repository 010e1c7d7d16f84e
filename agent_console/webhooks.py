"""Webhooks as administrators keep them: made with a secret that is told once, changed, tried, removed."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.users import visible_name
from hub.domain.webhook import EVENTS, PING, Attempt, Delivery, Webhook, usable_url
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.webhooks import Webhooks

Wake = Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """A webhook that was just made; `secret` is told once."""

    webhook: Webhook
    secret: str = field(repr=False)


class WebhookAdministration:
    """Everything needs the permission to manage keys. `wake` says that something new is to be delivered."""

    def __init__(
        self,
        *,
        store: Webhooks,
        clock: Clock,
        allow_private: bool,
        wake: Wake,
        new_secret: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._clock = clock
        self._allow_private = allow_private
        self._wake = wake
        self._new_secret = new_secret

    async def all(self, principal: Principal) -> list[Webhook]:
        """By name."""
        principal.require(Permission.MANAGE_KEYS)
        return await self._store.list_webhooks(principal)

    async def add(self, principal: Principal, *, name: str, url: str, events: frozenset[str]) -> NewWebhook:
        """A new one, which is on. Raises Invalid (`name`, `url`, `events`)."""
        principal.require(Permission.MANAGE_KEYS)
        secret = f"whsec_{self._new_secret()}"
        webhook = Webhook(
            id=new_id(),
            tenant_id=principal.tenant_id,
            name=visible_name(name),
            url=usable_url(url, allow_private=self._allow_private),
            events=_known(events),
            secret=secret,
            created_at=self._clock.now(),
        )
        await self._store.add_webhook(webhook, self._draft(principal, AuditAction.ADD_WEBHOOK, webhook.id))
        return NewWebhook(webhook=webhook, secret=secret)

    async def change(
        self,
        principal: Principal,
        webhook_id: str,
        *,
        name: str,
        url: str,
        events: frozenset[str],
        enabled: bool,
        version: int,
    ) -> Webhook:
        """The webhook after the change. Raises NotFound, Invalid, Conflict (`changed_meanwhile`)."""
        principal.require(Permission.MANAGE_KEYS)
        before = await self._store.find_webhook(principal, webhook_id)
        if before.version != version:
            raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
        is_fresh = enabled and not before.enabled
        after = replace(
            before,
            name=visible_name(name),
            url=usable_url(url, allow_private=self._allow_private),
            events=_known(events),
            enabled=enabled,
            disabled_because="" if enabled else before.disabled_because or "administered",
            failing_since=None if is_fresh else before.failing_since,
            version=version + 1,
        )
        await self._store.save_webhook(after, self._draft(principal, AuditAction.CHANGE_WEBHOOK, webhook_id))
        self._wake()
        return after

    async def remove(self, principal: Principal, webhook_id: str) -> None:
        """With its deliveries. Raises NotFound."""
        principal.require(Permission.MANAGE_KEYS)
        draft = self._draft(principal, AuditAction.REMOVE_WEBHOOK, webhook_id)
        if not await self._store.remove_webhook(principal, webhook_id, draft):
            raise NotFound("there is no such webhook")

    async def try_out(self, principal: Principal, webhook_id: str, body_of: Callable[[str], str]) -> Delivery:
        """Queue a delivery that says nothing. Raises NotFound, Conflict (`webhook_off`)."""
        principal.require(Permission.MANAGE_KEYS)
        webhook = await self._store.find_webhook(principal, webhook_id)
        if not webhook.enabled:
            raise Conflict("turn the webhook on first", code="webhook_off")
        now, delivery_id = self._clock.now(), new_id()
        delivery = Delivery(
            id=delivery_id,
            tenant_id=webhook.tenant_id,
            webhook_id=webhook.id,
            event=PING,
            body=body_of(delivery_id),
            made_at=now,
            first_at=now,
            next_at=now,
        )
        await self._store.add_delivery(delivery)
        self._wake()
        return delivery

    async def deliveries(
        self, principal: Principal, webhook_id: str, *, after: str, limit: int
    ) -> list[tuple[Delivery, list[Attempt]]]:
        """The newest first. Raises NotFound."""
        principal.require(Permission.MANAGE_KEYS)
        await self._store.find_webhook(principal, webhook_id)
        return await self._store.list_deliveries(principal, webhook_id, after=after, limit=limit)

    async def redeliver(self, principal: Principal, delivery_id: str) -> None:
        """Once more, under the same id. Raises NotFound."""
        principal.require(Permission.MANAGE_KEYS)
        if not await self._store.redeliver(principal, delivery_id, self._clock.now()):
            raise NotFound("there is no such delivery")
        self._wake()

    def _draft(self, principal: Principal, action: AuditAction, webhook_id: str) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=action,
            object=webhook_id,
            address=principal.address,
        )


def _known(events: frozenset[str]) -> frozenset[str]:
    if not events or not events <= set(EVENTS):
        raise Invalid(f"choose of: {', '.join(EVENTS)}", field="events")
    return events
