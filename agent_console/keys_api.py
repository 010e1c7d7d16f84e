"""API keys: made, listed, revoked."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta

from agent_console.api_keys import Keys
from agent_console.bodies import Id
from agent_console.keys_bodies import ApiKeyPage, ApiKeyView, MadeApiKey, NewApiKey
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission
from hub.domain.api_key import BY_QUEUE, ApiKey, grantable
from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, TenantId
from hub.domain.queue import Queue


def operations(*, keys: Keys, all_queues: Callable[[TenantId], Awaitable[list[Queue]]]) -> list[Operation]:
    """The operations on API keys."""
    made = Operations("api keys")

    @made.op("GET", "/api/v1/api-keys", Permission.MANAGE_KEYS, "API keys")
    async def list_api_keys(
        call: Call,
        after: Annotated[str, Meta(max_length=100)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> ApiKeyPage:
        """The newest first, revoked and expired ones included."""
        found = await keys.keys(call.principal, after=after, limit=limit + 1)
        return ApiKeyPage(
            items=tuple(_view(key) for key in found[:limit]),
            next=found[limit - 1].id if len(found) > limit else None,
            grantable=tuple(sorted(grantable(call.principal))),
            grantable_by_queue=tuple(sorted(grantable(call.principal) & BY_QUEUE)),
        )

    @made.op("POST", "/api/v1/api-keys", Permission.MANAGE_KEYS, "Make an API key", status=201)
    async def add_api_key(call: Call, body: NewApiKey) -> MadeApiKey:
        """Never more than one's own permissions. Not repeatable under a key: the token is kept nowhere."""
        if unknown := set(body.permissions) - set(Permission):
            raise Invalid(f"there is no permission {min(unknown)}", field="permissions")
        queues = None
        if body.queue_ids is not None:
            queues = frozenset(QueueId(queue) for queue in body.queue_ids)
            if not queues <= {queue.id for queue in await all_queues(call.principal.tenant_id)}:
                raise Invalid("there is no such queue", field="queue_ids", code="no_such_queue")
        new = await keys.make(
            call.principal,
            name=body.name,
            permissions=frozenset(Permission(p) for p in body.permissions),
            queues=queues,
            days=body.days,
        )
        return MadeApiKey(key=_view(new.key), token=new.token)

    @made.op("DELETE", "/api/v1/api-keys/{api_key_id}", Permission.MANAGE_KEYS, "Revoke an API key")
    async def revoke_api_key(call: Call, api_key_id: Id) -> None:
        """It opens nothing from the next request on."""
        await keys.revoke(call.principal, api_key_id)

    return list(made)


def _view(key: ApiKey) -> ApiKeyView:
    return ApiKeyView(
        id=key.id,
        name=key.name,
        beginning=key.beginning,
        permissions=tuple(sorted(key.permissions)),
        queue_ids=None if key.queues is None else tuple(sorted(key.queues)),
        created_at=key.created_at,
        expires_at=key.expires_at,
        used_at=key.used_at,
        used_address=key.used_address,
        revoked_at=key.revoked_at,
    )
