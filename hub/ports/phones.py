"""Keeping the accounts of agents' phones and where desk phones are, and giving out new secrets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.audit import AuditDraft
from hub.domain.ids import TenantId, UserId
from hub.domain.phone import PhoneAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBinding:
    """One place where a phone registered, as it stands in the Contact; `flow` is the address it came from over UDP,
    empty for a phone that we connect to."""

    contact: str
    call_id: str
    cseq: int
    until: datetime
    flow: str = ""


class PhoneStore(Protocol):
    """Everything raises Unavailable when the store fails for now; the hashes are sealed at rest."""

    async def phone_accounts(self, tenant_id: TenantId) -> Sequence[PhoneAccount]:
        """All of them, but those of users who are disabled. One that was sealed with another key is left out."""
        ...

    async def put_phone_account(self, account: PhoneAccount, draft: AuditDraft | None) -> None:
        """The agent's account of this kind from now on; where its phone was is forgotten.

        Raises NotFound when there is no such agent, or their user is disabled.
        """
        ...

    async def kept_bindings(self, tenant_id: TenantId) -> dict[str, tuple[KeptBinding, ...]]:
        """Where phones are, by the names of their accounts."""
        ...

    async def put_bindings(self, tenant_id: TenantId, username: str, kept: Sequence[KeptBinding]) -> None:
        """Where this phone is from now on. An account that is gone is no error."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCredentials:
    """What a phone signs in with, told once. `ws_path` is where a browser connects on the hub's own port, `server`
    where any other phone does (`192.0.2.1:5060`), `uri` the address that it registers; `expires_at` is None for what
    lasts."""

    username: str
    password: str = field(repr=False)
    realm: str
    uri: str
    server: str
    ws_path: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAccount:
    """How a desk phone signs in, without its password. `made_at` is None while nobody has made one: there is no
    password yet that it could sign in with."""

    username: str
    realm: str
    uri: str
    server: str
    made_at: datetime | None


class PhoneCounter(Protocol):
    """Gives out secrets."""

    async def browser_credentials(self, principal: Principal) -> PhoneCredentials:
        """Fresh ones for the principal's own browser; those before are void. Raises Forbidden unless it is an agent."""
        ...

    async def desk_account(self, principal: Principal) -> DeskAccount:
        """How the principal's own desk phone signs in. Raises Forbidden for who is no person."""
        ...

    async def desk_credentials(self, principal: Principal, agent_id: UserId) -> PhoneCredentials:
        """Fresh ones for the agent's desk phone; those before are void, and the phone must register anew.

        Raises NotFound when there is no such agent, or their user is disabled.
        """
        ...
