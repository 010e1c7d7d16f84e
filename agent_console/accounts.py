"""Users as administrators change them: for the API and for the command line alike."""

from collections.abc import Collection
from dataclasses import replace

from agent_console.passwords import Passwords, require_good
from hub.domain.access import Permission, Principal, Role
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import QueueId, UserId
from hub.domain.users import User, normalised_login, user_roles, visible_name
from hub.ids import new_id
from hub.ports.access import AccessStore
from hub.ports.clock import Clock


class Accounts:
    """Every change ends the sign-ins of the user it concerns, and leaves a line in the audit log.

    Everything raises Forbidden without the permission to manage users.
    """

    def __init__(self, *, store: AccessStore, passwords: Passwords, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock

    async def users(self, principal: Principal) -> list[User]:
        """All users, by login."""
        principal.require(Permission.MANAGE_USERS)
        return await self._store.list_users(principal)

    async def add(
        self,
        principal: Principal,
        *,
        login: str,
        name: str,
        roles: Collection[Role],
        queues: Collection[QueueId] = (),
        password: str,
    ) -> User:
        """A new user. Raises Invalid (`login`, `name`, `roles`, `password`) or Conflict (`login_taken`)."""
        principal.require(Permission.MANAGE_USERS)
        login = normalised_login(login)
        require_good(password, login)
        user = User(
            id=UserId(new_id()),
            tenant_id=principal.tenant_id,
            login=login,
            name=visible_name(name),
            roles=user_roles(roles),
            queues=frozenset(queues),
            password_hash=await self._passwords.hashed(password),
        )
        await self._store.add_user(
            principal, user, self._draft(principal, AuditAction.ADD_USER, user.id, _role_names(user))
        )
        return user

    async def change(
        self,
        principal: Principal,
        user_id: UserId,
        *,
        name: str | None = None,
        roles: Collection[Role] | None = None,
        queues: Collection[QueueId] | None = None,
        disabled: bool | None = None,
    ) -> User:
        """The user after the change; None leaves a thing as it is.

        Raises NotFound, Invalid (`name`, `roles`), or Conflict when somebody else changed the user meanwhile.
        """
        principal.require(Permission.MANAGE_USERS)
        before = await self._store.find_user(principal, user_id)
        after = replace(
            before,
            name=before.name if name is None else visible_name(name),
            roles=before.roles if roles is None else user_roles(roles),
            queues=before.queues if queues is None else frozenset(queues),
            disabled=before.disabled if disabled is None else disabled,
            version=before.version + 1,
        )
        reason = "disabled" if after.disabled else _role_names(after)
        draft = self._draft(principal, AuditAction.CHANGE_USER, user_id, reason)
        await self._store.save_user(principal, after, draft)
        return after

    async def set_password(self, principal: Principal, user_id: UserId, password: str) -> None:
        """Raises NotFound, Invalid (`password`), or Conflict when somebody else was faster."""
        principal.require(Permission.MANAGE_USERS)
        before = await self._store.find_user(principal, user_id)
        require_good(password, before.login)
        password_hash = await self._passwords.hashed(password)
        after = replace(before, password_hash=password_hash, version=before.version + 1)
        await self._store.save_user(
            principal, after, self._draft(principal, AuditAction.SET_PASSWORD, user_id, "")
        )

    def _draft(self, principal: Principal, action: AuditAction, user_id: UserId, reason: str) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=action,
            object=user_id,
            reason=reason,
            address=principal.address,
        )


def _role_names(user: User) -> str:
    return ",".join(sorted(user.roles))
