"""Delivers to webhooks what was committed: at least once, each receiver by itself, slower with every failure."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import HubError
from hub.domain.events import Event
from hub.domain.webhook import (
    DISABLED_AFTER,
    GIVEN_UP_AFTER,
    Attempt,
    Delivery,
    DeliveryState,
    Webhook,
    signature,
    wait_after,
)
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.webhooks import WebhookQueue
from hub.webhooks.calling import Caller
from hub.webhooks.telling import body_of, told_of

log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 200
OF_ONE_WEBHOOK = 4
"""Deliveries of one webhook under way at once: a slow receiver keeps nobody else waiting."""
AT_ONCE = 32
LOOKS_EVERY_S = 1.0
KEPT = timedelta(days=14)
"""How long deliveries are kept to be looked at."""
_FORGETS_EVERY_S = 3600.0


class WebhookJob:
    """`decode` reads a row of events; `jitter` gives 0 to 1."""

    def __init__(
        self,
        queue: WebhookQueue,
        caller: Caller,
        clock: Clock,
        *,
        decode: Callable[[bytes], Sequence[Event]],
        jitter: Callable[[], float],
        every_s: float = LOOKS_EVERY_S,
    ) -> None:
        self._queue = queue
        self._caller = caller
        self._clock = clock
        self._decode = decode
        self._jitter = jitter
        self._every_s = every_s
        self._under_way: dict[str, str] = {}
        self._wake = asyncio.Event()
        self._forgot_s = float("-inf")

    async def run(self) -> None:
        """Until cancelled. What fails in the store is tried again; nothing is lost by it."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._wake.clear()
                try:
                    await self.plan()
                    for delivery, webhook in await self._startable():
                        self._under_way[delivery.id] = webhook.id
                        group.create_task(self._one(delivery, webhook))
                    await self._forget()
                except HubError as failure:
                    log.warning("webhooks_wait", code=failure.stable_code)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._every_s):
                        await self._wake.wait()

    async def plan(self) -> None:
        """Make deliveries of what was committed."""
        while rows := await self._queue.feed(ROWS_AT_ONCE):
            listening: dict[str, list[Webhook]] = {}
            deliveries: list[Delivery] = []
            for _, payload in rows:
                for event in self._events(payload):
                    if event.tenant_id not in listening:
                        listening[event.tenant_id] = await self._queue.listening(event.tenant_id)
                    deliveries += self._deliveries(event, listening[event.tenant_id])
            await self._queue.plan([number for number, _ in rows], deliveries)
            if len(rows) < ROWS_AT_ONCE:
                return

    async def deliver_due(self) -> None:
        """Try everything that is due now, once; for tests and for the test button."""
        due = await self._queue.due(self._clock.now(), AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for delivery, webhook in due:
                group.create_task(self._one(delivery, webhook))

    def wake(self) -> None:
        """Something new waits."""
        self._wake.set()

    def _events(self, payload: bytes) -> Sequence[Event]:
        try:
            return self._decode(payload)
        except HubError:
            log.error("webhook_feed_row_unreadable")
            return ()

    def _deliveries(self, event: Event, listening: Sequence[Webhook]) -> list[Delivery]:
        told = told_of(event) if listening else None
        if told is None:
            return []
        name, at, data = told
        now = self._clock.now()
        made = []
        for webhook in listening:
            if name in webhook.events:
                delivery_id = new_id()
                made.append(
                    Delivery(
                        id=delivery_id,
                        tenant_id=webhook.tenant_id,
                        webhook_id=webhook.id,
                        event=name,
                        body=body_of(delivery_id, name, at or now, data),
                        made_at=now,
                        first_at=now,
                        next_at=now,
                    )
                )
        return made

    async def _startable(self) -> list[tuple[Delivery, Webhook]]:
        room = AT_ONCE - len(self._under_way)
        if room <= 0:
            return []
        busy = Counter(self._under_way.values())
        started: list[tuple[Delivery, Webhook]] = []
        for delivery, webhook in await self._queue.due(self._clock.now(), 10 * AT_ONCE):
            if delivery.id in self._under_way or busy[webhook.id] >= OF_ONE_WEBHOOK or len(started) >= room:
                continue
            busy[webhook.id] += 1
            started.append((delivery, webhook))
        return started

    async def _one(self, delivery: Delivery, webhook: Webhook) -> None:
        try:
            attempt = await self._tried(delivery, webhook)
            await self._settled(delivery, webhook, attempt)
        except HubError as failure:
            # the attempt is not written down: it is made again, under the same id
            log.warning("webhook_attempt_not_kept", delivery_id=delivery.id, code=failure.stable_code)
        finally:
            self._under_way.pop(delivery.id, None)
            self._wake.set()

    async def _tried(self, delivery: Delivery, webhook: Webhook) -> Attempt:
        at, began_s = self._clock.now(), self._clock.monotonic()
        timestamp, body = str(int(at.timestamp())), delivery.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Touchline-Webhook",
            "Touchline-Id": delivery.id,
            "Touchline-Event": delivery.event,
            "Touchline-Attempt": str(delivery.attempts + 1),
            "Touchline-Timestamp": timestamp,
            "Touchline-Signature": f"v1={signature(webhook.secret, timestamp, body)}",
        }
        status, error, answer = await self._caller.post(webhook.url, body, headers)
        spent_ms = round((self._clock.monotonic() - began_s) * 1000)
        return Attempt(at=at, status=status, error=error, duration_ms=spent_ms, answer=answer)

    async def _settled(self, delivery: Delivery, webhook: Webhook, attempt: Attempt) -> None:
        now = self._clock.now()
        after = replace(delivery, attempts=delivery.attempts + 1, next_at=None)
        if attempt.arrived:
            after = replace(after, state=DeliveryState.DONE)
        elif now - delivery.first_at >= GIVEN_UP_AFTER:
            after = replace(after, state=DeliveryState.GIVEN_UP)
        else:
            after = replace(after, next_at=now + wait_after(after.attempts, self._jitter()))
        await self._queue.settle(delivery, after, attempt)
        since = webhook.failing_since
        if not attempt.arrived and since is not None and now - since >= DISABLED_AFTER:
            draft = AuditDraft(
                tenant_id=webhook.tenant_id,
                at=now,
                actor="system",
                action=AuditAction.DISABLE_WEBHOOK,
                object=webhook.id,
                reason="failing",
            )
            await self._queue.disable(webhook, "failing", draft)
            log.error("webhook_disabled", webhook_id=webhook.id)

    async def _forget(self) -> None:
        now_s = self._clock.monotonic()
        if now_s - self._forgot_s >= _FORGETS_EVERY_S:
            self._forgot_s = now_s
            await self._queue.forget(self._clock.now() - KEPT)
