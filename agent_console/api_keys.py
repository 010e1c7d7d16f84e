"""API keys: made and shown once, found by their token, limited in how often they ask, revoked."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from agent_console.sign_ins import NOTED_EVERY, token_hash
from hub.domain.access import Permission, Principal
from hub.domain.api_key import ApiKey, principal_of_key, require_grantable
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Invalid, NotFound, NotSignedIn, TooMany
from hub.domain.ids import QueueId, UserId
from hub.domain.users import User, visible_name
from hub.ids import new_id
from hub.ports.api_keys import ApiKeys
from hub.ports.clock import Clock

PREFIX = "tl_"
SHOWN_CHARS = 10
A_SECOND = 10.0
"""Requests of one key that are let through a second, in the long run."""
AT_ONCE = 100.0
"""Requests of one key that may come together."""
_ROOM = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made; `token` is told once and nobody else ever has it."""

    key: ApiKey
    token: str = field(repr=False)


class Keys:
    """The keys of the hub. How often each asked is counted in memory, per process."""

    def __init__(
        self, *, store: ApiKeys, clock: Clock, new_token: Callable[[], str] = secrets.token_urlsafe
    ) -> None:
        self._store = store
        self._clock = clock
        self._new_token = new_token
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    async def found(self, token: str, address: str) -> Principal:
        """On whose behalf the bearer of `token` acts.

        Raises NotSignedIn (`bad_key`) for a key that is unknown, revoked, expired, or whose maker is disabled;
        TooMany when it asks too often.
        """
        now = self._clock.now()
        held = await self._store.find_key(token_hash(token)) if token.startswith(PREFIX) else None
        if held is None or not held[0].is_good(now) or held[1].disabled:
            raise NotSignedIn("this key is unknown, revoked or expired", code="bad_key")
        key, maker = held
        self._take(key.id)
        if key.used_at is None or now - key.used_at >= NOTED_EVERY or key.used_address != address:
            await self._store.note_use(key, now, address)
        return principal_of_key(key, _as_principal(maker), address)

    async def make(
        self,
        principal: Principal,
        *,
        name: str,
        permissions: frozenset[Permission],
        queues: frozenset[QueueId] | None,
        days: int | None,
    ) -> NewKey:
        """A new key. Raises Invalid (`name`, `permissions`, `queue_ids`) or Forbidden (`key_beyond`)."""
        principal.require(Permission.MANAGE_KEYS)
        if not permissions:
            raise Invalid("a key has at least one permission", field="permissions")
        require_grantable(principal, permissions, queues)
        assert principal.user_id is not None
        now, token = self._clock.now(), PREFIX + self._new_token()
        key = ApiKey(
            id=new_id(),
            tenant_id=principal.tenant_id,
            name=visible_name(name),
            token_hash=token_hash(token),
            beginning=token[:SHOWN_CHARS],
            permissions=permissions,
            queues=queues,
            creator_id=principal.user_id,
            created_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
        reason = ",".join(sorted(permissions))
        await self._store.add_key(key, self._draft(principal, AuditAction.ADD_KEY, key.id, now, reason))
        return NewKey(key=key, token=token)

    async def keys(self, principal: Principal, *, after: str, limit: int) -> list[ApiKey]:
        """The newest first."""
        principal.require(Permission.MANAGE_KEYS)
        return await self._store.list_keys(principal, after=after, limit=limit)

    async def revoke(self, principal: Principal, key_id: str) -> None:
        """It opens nothing from now on. Raises NotFound."""
        principal.require(Permission.MANAGE_KEYS)
        draft = self._draft(principal, AuditAction.REVOKE_KEY, key_id, self._clock.now())
        if not await self._store.revoke_key(principal, key_id, draft):
            raise NotFound("there is no such key, or it is revoked")

    def _take(self, key_id: str) -> None:
        """One request more: a bucket of AT_ONCE that fills by A_SECOND."""
        now_s = self._clock.monotonic()
        left, at_s = self._left.pop(key_id, (AT_ONCE, now_s))
        left = min(AT_ONCE, left + (now_s - at_s) * A_SECOND)
        self._left[key_id] = (max(left - 1, 0) if left >= 1 else left, now_s)
        while len(self._left) > _ROOM:
            self._left.popitem(last=False)
        if left < 1:
            raise TooMany("this key asks too often", retry_after_s=(1 - left) / A_SECOND)

    def _draft(
        self, principal: Principal, action: AuditAction, key_id: str, at: datetime, reason: str = ""
    ) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=at,
            actor_id=principal.user_id,
            actor=principal.name,
            action=action,
            object=key_id,
            reason=reason,
            address=principal.address,
        )


def _as_principal(maker: User) -> Principal:
    return Principal(
        tenant_id=maker.tenant_id,
        user_id=UserId(maker.id),
        roles=maker.roles,
        queues=maker.queues,
        assignments=maker.assignments,
    )
