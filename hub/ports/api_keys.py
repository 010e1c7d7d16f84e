"""Keeping API keys. Every change carries its line of the audit log."""

from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.api_key import ApiKey
from hub.domain.audit import AuditDraft
from hub.domain.users import User


class ApiKeys(Protocol):
    """Keys by the hash of their token."""

    async def find_key(self, token_hash: bytes) -> tuple[ApiKey, User] | None:
        """The key and who made it, revoked ones and disabled ones included."""
        ...

    async def note_use(self, key: ApiKey, at: datetime, address: str) -> None:
        """When and from where it was used last."""
        ...

    async def list_keys(self, principal: Principal, *, after: str, limit: int) -> list[ApiKey]:
        """Keys of the tenant, the newest first, older than the key of id `after`."""
        ...

    async def add_key(self, key: ApiKey, draft: AuditDraft) -> None:
        """A new key."""
        ...

    async def revoke_key(self, principal: Principal, key_id: str, draft: AuditDraft) -> bool:
        """Revoke it. False when there is none, or it is revoked already."""
        ...
