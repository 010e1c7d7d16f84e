"""Bodies of the administration of webhooks."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Short

Url = Annotated[str, Meta(min_length=1, max_length=2_000)]
EventNames = Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=50)]


class NewWebhookBody(Body, frozen=True, kw_only=True):
    """Where to tell what."""

    name: Short
    url: Url
    events: EventNames


class ChangedWebhook(Body, frozen=True, kw_only=True):
    """The webhook as it shall be; `version` is the one that was read."""

    name: Short
    url: Url
    events: EventNames
    enabled: bool
    version: Annotated[int, Meta(ge=1, le=2_000_000_000)]


class WebhookView(Answer, frozen=True, kw_only=True):
    """A webhook, without its secret. `failing_since` is null while deliveries arrive."""

    id: str
    name: str
    url: str
    events: tuple[str, ...]
    enabled: bool
    disabled_because: str
    failing_since: datetime | None
    created_at: datetime
    version: int


class WebhookPage(Answer, frozen=True, kw_only=True):
    """All webhooks, by name; `known_events` is what may be subscribed to."""

    items: tuple[WebhookView, ...]
    next: str | None
    known_events: tuple[str, ...]


class MadeWebhook(Answer, frozen=True, kw_only=True):
    """The new webhook. `secret` is shown here and nowhere else."""

    webhook: WebhookView
    secret: str


class AttemptView(Answer, frozen=True, kw_only=True):
    """One try. `status` is 0 when there was no answer; `answer` is its first KiB."""

    at: datetime
    status: int
    error: str
    duration_ms: int
    answer: str


class DeliveryView(Answer, frozen=True, kw_only=True):
    """One event for one webhook: `waiting`, `done` or `given_up`."""

    id: str
    event: str
    state: str
    made_at: datetime
    next_at: datetime | None
    attempts: int
    body: str
    tries: tuple[AttemptView, ...]


class DeliveryPage(Answer, frozen=True, kw_only=True):
    """Deliveries, the newest first."""

    items: tuple[DeliveryView, ...]
    next: str | None
