"""Users as administrators change them, and passwords as people change their own: for the API and the command line."""

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent_console.backoff import Backoff
from agent_console.passwords import Passwords, require_good
from hub.domain.access import Permission, Principal, Role
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, HubError, Invalid
from hub.domain.ids import QueueId, UserId
from hub.domain.users import SignInId, SignInSession, User, normalised_login, user_roles, visible_name
from hub.ids import new_id
from hub.ports.access import AccessStore
from hub.ports.clock import Clock

INVITED_FOR = timedelta(hours=72)
"""How long an invitation is good."""

Teams = Mapping[Role, Collection[QueueId]]
"""The queues of each role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A first password that is told once; whoever signs in with it has to choose another one."""

    token: str = field(repr=False)
    ends_at: datetime


class Accounts:
    """Every change ends the sign-ins of the user it concerns, and leaves a line in the audit log.

    Everything that is not about oneself raises Forbidden without the permission to manage users.
    """

    def __init__(
        self,
        *,
        store: AccessStore,
        passwords: Passwords,
        clock: Clock,
        backoff: Backoff | None = None,
        new_token: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._clock = clock
        self._backoff = backoff or Backoff(clock)
        self._new_token = new_token

    async def users(self, principal: Principal) -> list[User]:
        """All users, by login."""
        principal.require(Permission.MANAGE_USERS)
        return await self._store.list_users(principal)

    async def user(self, principal: Principal, user_id: UserId) -> User:
        """One user. Raises NotFound."""
        principal.require(Permission.MANAGE_USERS)
        return await self._store.find_user(principal, user_id)

    async def sign_in_counts(self, principal: Principal) -> dict[UserId, int]:
        """How many sign-ins each user has now."""
        principal.require(Permission.MANAGE_USERS)
        return await self._store.count_sessions(principal, self._clock.now())

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
        """A new user, every role for all of `queues`.

        Raises Invalid (`login`, `name`, `roles`, `password`) or Conflict (`login_taken`).
        """
        principal.require(Permission.MANAGE_USERS)
        login = normalised_login(login)
        require_good(password, login)
        password_hash = await self._passwords.hashed(password)
        fresh = self._fresh(principal, login, name, password_hash)
        return await self._added(principal, replace(fresh, roles=user_roles(roles), queues=frozenset(queues)))

    async def invite(
        self, principal: Principal, *, login: str, name: str, teams: Teams, password: str | None
    ) -> tuple[User, Invitation | None]:
        """A new user with a first password, or with an invitation when `password` is None. Raises as `add`."""
        principal.require(Permission.MANAGE_USERS)
        login = normalised_login(login)
        password_hash, invitation = await self._first_password(login, password)
        fresh = self._fresh(principal, login, name, password_hash)
        until = invitation.ends_at if invitation else None
        user = replace(_in_teams(fresh, teams), must_change=True, password_until=until)
        return await self._added(principal, user), invitation

    async def change(
        self,
        principal: Principal,
        user_id: UserId,
        *,
        name: str | None = None,
        login: str | None = None,
        roles: Collection[Role] | None = None,
        queues: Collection[QueueId] | None = None,
        teams: Teams | None = None,
        disabled: bool | None = None,
        version: int | None = None,
    ) -> User:
        """The user after the change; None leaves a thing as it is. `teams` stands for `roles` and `queues`.

        Raises NotFound, Invalid (`name`, `login`, `roles`), or Conflict: somebody else changed the user since
        `version` (`changed_meanwhile`), has the login, or nobody would be left to manage users.
        """
        principal.require(Permission.MANAGE_USERS)
        before = await self._store.find_user(principal, user_id)
        if version is not None and version != before.version:
            raise Conflict("somebody else has changed this user meanwhile", code="changed_meanwhile")
        after = replace(
            before,
            name=before.name if name is None else visible_name(name),
            login=before.login if login is None else normalised_login(login),
            disabled=before.disabled if disabled is None else disabled,
            version=before.version + 1,
        )
        if teams is not None:
            after = _in_teams(after, teams)
        elif roles is not None or queues is not None:
            after = replace(
                after,
                roles=before.roles if roles is None else user_roles(roles),
                queues=before.queues if queues is None else frozenset(queues),
                assignments=frozenset(),
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
        after = replace(
            before,
            password_hash=password_hash,
            must_change=False,
            password_until=None,
            version=before.version + 1,
        )
        await self._store.save_user(
            principal, after, self._draft(principal, AuditAction.SET_PASSWORD, user_id, "")
        )

    async def reset_password(
        self, principal: Principal, user_id: UserId, password: str | None
    ) -> Invitation | None:
        """A first password that has to be changed, or an invitation when it is None. Raises as `set_password`."""
        principal.require(Permission.MANAGE_USERS)
        before = await self._store.find_user(principal, user_id)
        password_hash, invitation = await self._first_password(before.login, password)
        after = replace(
            before,
            password_hash=password_hash,
            must_change=True,
            password_until=invitation.ends_at if invitation else None,
            version=before.version + 1,
        )
        action = AuditAction.SET_PASSWORD if invitation is None else AuditAction.INVITE_USER
        await self._store.save_user(
            principal, after, self._draft(principal, action, user_id, "to_be_changed")
        )
        return invitation

    async def end_sign_ins(self, principal: Principal, user_id: UserId) -> int:
        """End every sign-in of that user; how many. Raises NotFound."""
        principal.require(Permission.MANAGE_USERS)
        user = await self._store.find_user(principal, user_id)
        draft = self._draft(principal, AuditAction.END_SIGN_INS, user.id, "")
        return await self._store.end_sign_ins(principal, user.id, draft)

    # one's own

    async def change_own_password(self, principal: Principal, *, old: str, new: str) -> None:
        """Choose another password: the other sign-ins end, this one stays.

        Raises Invalid (`wrong_password` in `old`; `password`), TooMany after many wrong ones.
        """
        before = await self.prove(principal, old, field="old")
        require_good(new, before.login)
        if old == new:
            raise Invalid("this is the old one", field="password", code="same_password")
        password_hash = await self._passwords.hashed(new)
        after = replace(
            before,
            password_hash=password_hash,
            must_change=False,
            password_until=None,
            version=before.version + 1,
        )
        draft = self._draft(principal, AuditAction.SET_PASSWORD, before.id, "own")
        await self._store.save_user(principal, after, draft, keep=SignInId(principal.session_key))

    async def prove(self, principal: Principal, password: str, *, field: str = "password") -> User:
        """The principal's own account, after proof that they are there themselves.

        Raises Invalid (`wrong_password` in `field`), TooMany after many wrong ones.
        """
        principal.require(Permission.SECURE_SELF)
        user = await self._store.find_user(principal, _own_id(principal))
        account = f"\x00own {user.id}"
        self._backoff.begin(account, principal.address)
        try:
            is_right = (await self._passwords.matched(user.password_hash, password)).right
        except HubError:
            self._backoff.not_tried(account, principal.address)
            raise
        if not is_right:
            raise Invalid("this is not your password", field=field, code="wrong_password")
        self._backoff.succeeded(account, principal.address)
        return user

    async def own_sign_ins(self, principal: Principal) -> list[SignInSession]:
        """The principal's sign-ins, the one used last first."""
        principal.require(Permission.SECURE_SELF)
        return await self._store.list_sessions(principal, self._clock.now())

    async def end_own(self, principal: Principal, sign_in_id: SignInId) -> bool:
        """End one of the principal's sign-ins; False when it is none of theirs."""
        if sign_in_id not in {session.id for session in await self.own_sign_ins(principal)}:
            return False
        draft = self._draft(principal, AuditAction.END_SIGN_INS, _own_id(principal), "own")
        return await self._store.revoke_session(sign_in_id, draft)

    async def _added(self, principal: Principal, user: User) -> User:
        draft = self._draft(principal, AuditAction.ADD_USER, user.id, _role_names(user))
        await self._store.add_user(principal, user, draft)
        return user

    async def _first_password(self, login: str, password: str | None) -> tuple[str, Invitation | None]:
        if password is not None:
            require_good(password, login)
            return await self._passwords.hashed(password), None
        token = self._new_token()
        made = Invitation(token=token, ends_at=self._clock.now() + INVITED_FOR)
        return await self._passwords.hashed(token), made

    def _fresh(self, principal: Principal, login: str, name: str, password_hash: str) -> User:
        return User(
            id=UserId(new_id()),
            tenant_id=principal.tenant_id,
            login=login,
            name=visible_name(name),
            roles=frozenset(),
            password_hash=password_hash,
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


def _in_teams(user: User, teams: Teams) -> User:
    pairs = frozenset((role, queue) for role, queues in teams.items() for queue in queues)
    queues = frozenset(queue for _, queue in pairs)
    are_alike = all(frozenset(of_role) == queues for of_role in teams.values())
    return replace(
        user, roles=user_roles(teams), queues=queues, assignments=frozenset() if are_alike else pairs
    )


def _own_id(principal: Principal) -> UserId:
    assert principal.user_id is not None
    return principal.user_id


def _role_names(user: User) -> str:
    return ",".join(sorted(user.roles))
