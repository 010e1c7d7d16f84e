"""Keeping second factors, recovery codes, the rules of the house about them, and what people chose for themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal, Role
from hub.domain.audit import AuditDraft
from hub.domain.ids import TenantId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """One authenticator. It counts from `confirmed_at` on; `last_step` is that of the newest code accepted."""

    secret: bytes = field(repr=False)
    made_at: datetime
    confirmed_at: datetime | None
    last_step: int


class SecondFactors(Protocol):
    """Everything raises Unavailable when the store fails for now; a sealed secret never leaves it but here."""

    async def find_factor(self, tenant_id: TenantId, user_id: UserId) -> SecondFactor | None:
        """The user's authenticator, confirmed or not. Raises Unavailable (`wrong_secret_key`)."""
        ...

    async def put_factor(self, principal: Principal, secret: bytes, at: datetime) -> None:
        """A new authenticator of the principal's, not confirmed yet, instead of another such one.

        Raises Conflict (`second_factor_is_on`) when there is one that counts.
        """
        ...

    async def confirm_factor(
        self, principal: Principal, step: int, code_hashes: Sequence[bytes], draft: AuditDraft
    ) -> bool:
        """The authenticator counts from now on, with these recovery codes. False when there is none to confirm."""
        ...

    async def drop_factor(self, principal: Principal, user_id: UserId, draft: AuditDraft) -> bool:
        """No second factor any more, and no recovery codes. False when there was none; then nothing is written."""
        ...

    async def use_step(self, tenant_id: TenantId, user_id: UserId, step: int) -> bool:
        """Keep the step of an accepted code. False when it, or a later one, was used meanwhile."""
        ...

    async def use_recovery_code(
        self, tenant_id: TenantId, user_id: UserId, code_hash: bytes, at: datetime
    ) -> bool:
        """Use the code up. False when it is none of the user's, or used."""
        ...

    async def put_recovery_codes(
        self, principal: Principal, code_hashes: Sequence[bytes], draft: AuditDraft
    ) -> None:
        """New recovery codes instead of the old ones."""
        ...

    async def count_recovery_codes(self, tenant_id: TenantId, user_id: UserId) -> int:
        """How many are left."""
        ...

    async def second_factor_roles(self, tenant_id: TenantId) -> frozenset[Role]:
        """The roles whose users must have a second factor."""
        ...

    async def put_second_factor_roles(
        self, principal: Principal, roles: frozenset[Role], draft: AuditDraft
    ) -> None:
        """Set them."""
        ...

    async def preferences(self, principal: Principal) -> str:
        """What the principal chose for themselves, as JSON."""
        ...

    async def put_preferences(self, principal: Principal, chosen: str) -> None:
        """Keep it."""
        ...
