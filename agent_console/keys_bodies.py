"""Bodies of the administration of API keys."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body, Id, Short


class NewApiKey(Body, frozen=True, kw_only=True):
    """A key to be made. Without `queue_ids` it reaches as far as whoever makes it; without `days` it stays good."""

    name: Short
    permissions: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=60)]
    queue_ids: Annotated[tuple[Id, ...], Meta(max_length=500)] | None = None
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None


class ApiKeyView(Answer, frozen=True, kw_only=True):
    """A key, without what opens anything: `beginning` is its first characters."""

    id: str
    name: str
    beginning: str
    permissions: tuple[str, ...]
    queue_ids: tuple[str, ...] | None
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    used_address: str
    revoked_at: datetime | None


class ApiKeyPage(Answer, frozen=True, kw_only=True):
    """Keys, the newest first; `grantable` is what oneself may give to a new one, `grantable_by_queue` what of it a
    key of some queues can have."""

    items: tuple[ApiKeyView, ...]
    next: str | None
    grantable: tuple[str, ...]
    grantable_by_queue: tuple[str, ...]


class MadeApiKey(Answer, frozen=True, kw_only=True):
    """The new key. `token` is shown here and nowhere else."""

    key: ApiKeyView
    token: str
