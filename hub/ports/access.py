"""Keeping users, sign-ins, the set-up token and the audit log.

What is asked before anybody is known takes a tenant; everything else takes a `Principal` and reaches no
further than its tenant. Which role may do it was decided before. Every change carries its line of the audit
log; both are committed together or not at all. Everything raises Unavailable when the store fails for now.
"""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.audit import NO_FILTER, AuditDraft, AuditEntry, AuditFilter, ChainProgress
from hub.domain.ids import TenantId, UserId
from hub.domain.users import SignInId, SignInSession, User


class AccessStore(Protocol):
    """Off the touch path: clear and complete rather than fast."""

    # before anybody is known

    async def find_user_by_login(self, tenant_id: TenantId, login: str) -> User | None:
        """The user of that login (in normal form), disabled ones included."""
        ...

    async def find_session(self, token_hash: bytes) -> tuple[SignInSession, User] | None:
        """The sign-in of that secret and its user, ended and disabled ones included."""
        ...

    async def count_users(self, tenant_id: TenantId) -> int:
        """How many users there are, disabled ones included."""
        ...

    async def put_setup_token(self, tenant_id: TenantId, token_hash: bytes, at: datetime) -> bool:
        """Make this the one token of the set-up, instead of an older one. False when there are users."""
        ...

    async def setup_token(self, tenant_id: TenantId) -> bytes | None:
        """The hash of the token that the set-up waits for, or None when there is nothing to set up."""
        ...

    async def set_up(self, token_hash: bytes, first: User, draft: AuditDraft) -> bool:
        """Use the token up and add the first user, in one step. False: it is used up, or there are users."""
        ...

    async def append_audit(self, draft: AuditDraft) -> AuditEntry:
        """Write one line that belongs to no change: a failure or a denial."""
        ...

    # sign-ins

    async def add_session(self, session: SignInSession, draft: AuditDraft) -> None:
        """A new sign-in; those of the same user that ended before it began are removed."""
        ...

    async def touch_session(self, session_id: SignInId, seen_at: datetime) -> bool:
        """Note a sign of life. False when the sign-in is gone, or its end has come by `seen_at`."""
        ...

    async def revoke_session(self, session_id: SignInId, draft: AuditDraft | None) -> bool:
        """End one sign-in, and tell its sockets. False when it was gone already; then nothing is written.

        `draft` is None when nobody did it: the sign-in ran out.
        """
        ...

    async def rehash_password(self, user_id: UserId, *, old_hash: str, new_hash: str) -> None:
        """The same password under newer parameters. Does nothing when the password was changed meanwhile."""
        ...

    # users

    async def find_user(self, principal: Principal, user_id: UserId) -> User:
        """Raises NotFound."""
        ...

    async def list_users(self, principal: Principal) -> list[User]:
        """All users of the tenant, by login."""
        ...

    async def add_user(self, principal: Principal, user: User, draft: AuditDraft) -> None:
        """Raises Conflict (`login_taken`)."""
        ...

    async def save_user(
        self, principal: Principal, user: User, draft: AuditDraft, *, keep: SignInId | None = None
    ) -> None:
        """Write `user`, whose version is one more than the one it was read with, and end all their sign-ins
        but `keep`. Whoever became an agent, or ceased to be one, does so on the floor in the same commit.

        Roles, queues and password count from the next sign-in. Raises Conflict when somebody was faster
        (`changed_meanwhile`), the login is somebody's (`login_taken`), or nobody would be left who may manage
        users (`last_administrator`).
        """
        ...

    async def end_sign_ins(self, principal: Principal, user_id: UserId, draft: AuditDraft) -> int:
        """End every sign-in of that user; how many there were."""
        ...

    async def list_sessions(self, principal: Principal, now: datetime) -> list[SignInSession]:
        """The principal's own sign-ins, the one used last first."""
        ...

    async def count_sessions(self, principal: Principal, now: datetime) -> dict[UserId, int]:
        """How many sign-ins each user of the tenant has."""
        ...

    # the audit log

    async def read_audit(
        self, principal: Principal, *, before: int | None, limit: int, wanted: AuditFilter = NO_FILTER
    ) -> list[AuditEntry]:
        """Newest first, from the row before number `before` (None: from the newest), those wanted."""
        ...

    async def count_audit(self, principal: Principal, wanted: AuditFilter) -> int:
        """How many rows are wanted."""
        ...

    async def audited_names(self, principal: Principal, objects: Sequence[str]) -> dict[str, str]:
        """What users, queues, keys and webhooks of these ids are called; those that are gone are left out."""
        ...

    async def find_audit_row(self, principal: Principal, number: int) -> AuditEntry | None:
        """The row of that number as it stands there now, or None."""
        ...

    def verify_audit(self, principal: Principal) -> AsyncGenerator[ChainProgress]:
        """Verify the chain up to its end of now, in pieces; tells at once how long it is, then how far it came.

        It is cancelled by closing it. Reads the whole log.
        """
        ...
