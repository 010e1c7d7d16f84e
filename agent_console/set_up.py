"""The first administrator: proved by a one-time token that the hub prints on its own terminal."""

import hmac
import secrets
from collections.abc import Callable

from agent_console.backoff import Backoff
from agent_console.passwords import Passwords, require_good
from agent_console.sign_ins import token_hash
from hub.domain.access import Role
from hub.domain.audit import AuditAction, AuditDraft, AuditResult
from hub.domain.errors import Conflict, Forbidden, HubError
from hub.domain.ids import TenantId, UserId
from hub.domain.users import User, normalised_login, visible_name
from hub.ids import new_id
from hub.ports.access import AccessStore
from hub.ports.clock import Clock

_ACCOUNT = "\x00set-up"
"""Where failed set-ups are counted: no login looks like this."""


class FirstAdministrator:
    """Makes the first user of a tenant; once there are users, there is nothing that may be done here."""

    def __init__(
        self,
        *,
        store: AccessStore,
        passwords: Passwords,
        backoff: Backoff,
        clock: Clock,
        tenant_id: TenantId,
        new_token: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._backoff = backoff
        self._clock = clock
        self._tenant_id = tenant_id
        self._new_token = new_token

    async def token_to_print(self) -> str | None:
        """A new token, instead of an older one; None when there are users. For the start of the hub."""
        token = self._new_token()
        made = await self._store.put_setup_token(self._tenant_id, token_hash(token), self._clock.now())
        return token if made else None

    async def is_needed(self) -> bool:
        """Whether the hub still waits for its first administrator."""
        if await self._store.count_users(self._tenant_id):
            return False  # somebody was added beside the running hub
        return await self._store.setup_token(self._tenant_id) is not None

    async def make(self, *, token: str, login: str, name: str, password: str, address: str) -> User:
        """The first administrator; the token is used up.

        Raises Conflict (`already_set_up`), Forbidden (`wrong_setup_token`), Invalid, or TooMany.
        """
        expected = await self._store.setup_token(self._tenant_id)
        if expected is None:
            raise _already_set_up()
        given = token_hash(token)
        self._backoff.begin(_ACCOUNT, address)
        if not hmac.compare_digest(expected, given):
            await self._store.append_audit(
                self._draft(address, result=AuditResult.FAILED, reason="wrong_token")
            )
            raise Forbidden("this is not the token that the hub printed", code="wrong_setup_token")
        try:
            login = normalised_login(login)
            require_good(password, login)
            password_hash = await self._passwords.hashed(password)
            first = User(
                id=UserId(new_id()),
                tenant_id=self._tenant_id,
                login=login,
                name=visible_name(name),
                roles=frozenset({Role.ADMIN}),
                password_hash=password_hash,
            )
            made = await self._store.set_up(given, first, self._draft(address, first=first))
        except HubError:
            self._backoff.not_tried(_ACCOUNT, address)
            raise
        if not made:
            raise _already_set_up()
        self._backoff.succeeded(_ACCOUNT, address)
        return first

    def _draft(
        self,
        address: str,
        *,
        first: User | None = None,
        result: AuditResult = AuditResult.DONE,
        reason: str = "",
    ) -> AuditDraft:
        return AuditDraft(
            tenant_id=self._tenant_id,
            at=self._clock.now(),
            actor_id=None if first is None else first.id,
            actor="" if first is None else first.name,
            action=AuditAction.SET_UP,
            object="" if first is None else first.id,
            result=result,
            reason=reason,
            address=address,
        )


def _already_set_up() -> Conflict:
    return Conflict("there are users already; sign in", code="already_set_up")
