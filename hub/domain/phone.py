"""By what name and secret an agent's phone signs in at the hub: a browser's account lasts hours, a desk phone's until
it is renewed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.call import PhoneKind
from hub.domain.ids import TenantId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneAccount:
    """One account. `secrets` are the hashes of user, realm and password by their algorithms' names (RFC 7616, `HA1`):
    whoever has one can sign in. `expires_at` is None for one that lasts."""

    tenant_id: TenantId
    agent_id: UserId
    kind: PhoneKind
    username: str
    realm: str
    secrets: Mapping[str, str] = field(repr=False)
    made_at: datetime
    expires_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether anybody can sign in with it."""
        return self.expires_at is None or now < self.expires_at


def phone_username(agent_id: UserId, kind: PhoneKind) -> str:
    """The name by which this agent's phone of that kind registers: the same as long as the agent is there.

    The console's phone has the agent's id; a desk phone has a short one, which people type.
    """
    if kind is PhoneKind.REGISTERED:
        return f"desk-{hashlib.sha256(agent_id.encode()).hexdigest()[:10]}"
    return agent_id
