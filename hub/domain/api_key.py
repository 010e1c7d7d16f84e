"""API keys: what a program may do on behalf of whoever made the key, and never more than they may themselves."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.access import MATRIX, NOT_FOR_KEYS, Permission, Principal, Role, Scope
from hub.domain.errors import Forbidden, Invalid
from hub.domain.ids import QueueId, TenantId, UserId

BY_QUEUE = frozenset(
    permission for granted in MATRIX.values() for permission, scope in granted.items() if scope is Scope.TEAM
)
"""What can be limited to queues, because some role has it for its queues only. All else is of the whole house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One key. `beginning` is what may be shown of it; `queues` restricts it (None: as far as its maker reaches)."""

    id: str
    tenant_id: TenantId
    name: str
    token_hash: bytes = field(repr=False)
    beginning: str
    permissions: frozenset[Permission]
    queues: frozenset[QueueId] | None
    creator_id: UserId
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    used_address: str = ""
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


def grantable(maker: Principal) -> frozenset[Permission]:
    """What `maker` may give to a key: what reaches further than their own work, and no power over people or keys."""
    return frozenset(
        p for p in Permission if p not in NOT_FOR_KEYS and maker.scope(p) in {Scope.TEAM, Scope.ALL}
    )


def require_grantable(
    maker: Principal, permissions: frozenset[Permission], queues: frozenset[QueueId] | None
) -> None:
    """Raises Forbidden (`key_beyond`) for a key that could do more than its maker; Invalid for one of some queues
    without a queue (`no_such_queue`), or with a permission that knows no queues (`key_of_house`)."""
    if not permissions <= grantable(maker):
        raise Forbidden("a key cannot have more than whoever makes it", code="key_beyond")
    if queues is None:
        return
    if not queues:
        raise Invalid("choose a queue", field="queue_ids", code="no_such_queue")
    if beyond := permissions - BY_QUEUE:
        raise Invalid(
            f"{min(beyond)} is of the whole house: a key of some queues cannot have it",
            field="permissions",
            code="key_of_house",
        )


def principal_of_key(key: ApiKey, maker: Principal, address: str) -> Principal:
    """On whose behalf a request with this key is done, while its maker may do what `maker` may now."""
    grants = set()
    reach: frozenset[QueueId] | None = key.queues
    granted = key.permissions & grantable(maker)
    for permission in granted if key.queues is None else granted & BY_QUEUE:
        scope = maker.scope(permission)
        if scope is Scope.TEAM:
            theirs = maker.acting(permission).queues
            reach = theirs if reach is None else reach & theirs
        grants.add((permission, scope if key.queues is None else Scope.TEAM))
    return Principal(
        tenant_id=key.tenant_id,
        user_id=UserId(key.id),
        name=f"key {key.name}",
        roles=frozenset({Role.SERVICE}),
        queues=reach or frozenset(),
        grants=frozenset(grants),
        session_key=f"key:{key.id}",
        address=address,
    )
