"""Administration of users: who they are, their roles and queues, passwords, sign-ins and second factors."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

from msgspec import Meta

from agent_console.access_bodies import (
    AccessRules,
    AccessRulesView,
    ChangedUser,
    FirstPassword,
    InvitationView,
    InvitedUser,
    NewUser,
    PasswordSet,
    RoleTeam,
    TeamView,
    UserPage,
    UserView,
)
from agent_console.accounts import Accounts, Invitation
from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.second_factor import TwoFactor
from hub.domain.access import Permission, Principal, Role
from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.queue import Queue
from hub.domain.users import User

AllQueues = Callable[[TenantId], Awaitable[list[Queue]]]


def operations(*, accounts: Accounts, two_factor: TwoFactor, all_queues: AllQueues) -> list[Operation]:
    """The operations on users."""
    made = Operations("users")

    async def teams_of(principal: Principal, given: Iterable[RoleTeam]) -> dict[Role, frozenset[QueueId]]:
        known = {queue.id for queue in await all_queues(principal.tenant_id)}
        teams: dict[Role, frozenset[QueueId]] = {}
        for team in given:
            queues = frozenset(QueueId(queue) for queue in team.queue_ids)
            if not queues <= known:
                raise Invalid("there is no such queue", field="teams", code="no_such_queue")
            if Role(team.role) in teams:
                raise Invalid("a role is given once", field="teams", code="role_twice")
            teams[Role(team.role)] = queues
        return teams

    @made.op("GET", "/api/v1/users", Permission.MANAGE_USERS, "Users")
    async def list_users(
        call: Call,
        q: Annotated[str, Meta(max_length=200)] = "",
        role: Annotated[str, Meta(max_length=20)] = "",
        after: Annotated[str, Meta(max_length=200)] = "",
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
    ) -> UserPage:
        """By login. `q` is a part of login or name, whatever its capitals."""
        wanted = q.strip().casefold()
        found = [
            user
            for user in await accounts.users(call.principal)
            if user.login > after
            and (not wanted or wanted in user.login or wanted in user.name.casefold())
            and (not role or role in user.roles)
        ]
        counts = await accounts.sign_in_counts(call.principal)
        return UserPage(
            items=tuple(_view(user, counts.get(user.id, 0)) for user in found[:limit]),
            next=found[limit - 1].login if len(found) > limit else None,
        )

    @made.op("POST", "/api/v1/users", Permission.MANAGE_USERS, "Add a user", status=201)
    async def add_user(call: Call, body: NewUser) -> InvitedUser:
        """Not repeatable under a key: an invitation is kept nowhere. A login is given once."""
        user, invitation = await accounts.invite(
            call.principal,
            login=body.login,
            name=body.name,
            teams=await teams_of(call.principal, body.teams),
            password=body.password,
        )
        return InvitedUser(user=_view(user, 0), invitation=_told(user, invitation))

    @made.op("GET", "/api/v1/users/{user_id}", Permission.MANAGE_USERS, "One user")
    async def show_user(call: Call, user_id: Id) -> UserView:
        """With how many sign-ins they have."""
        user = await accounts.user(call.principal, UserId(user_id))
        counts = await accounts.sign_in_counts(call.principal)
        return _view(user, counts.get(user.id, 0))

    @made.op("PUT", "/api/v1/users/{user_id}", Permission.MANAGE_USERS, "Change a user")
    async def change_user(call: Call, user_id: Id, body: ChangedUser) -> UserView:
        """Ends the user's sign-ins. Who is no agent any more, or disabled, gives their work back."""
        await accounts.user(call.principal, UserId(user_id))
        user = await accounts.change(
            call.principal,
            UserId(user_id),
            name=body.name,
            login=body.login,
            teams=await teams_of(call.principal, body.teams),
            disabled=body.disabled,
            version=body.version,
        )
        return _view(user, 0)

    @made.op("POST", "/api/v1/users/{user_id}/password", Permission.MANAGE_USERS, "Reset a password")
    async def reset_password(call: Call, user_id: Id, body: FirstPassword) -> PasswordSet:
        """Ends the user's sign-ins. At the next one they choose another password."""
        user = await accounts.user(call.principal, UserId(user_id))
        invitation = await accounts.reset_password(call.principal, user.id, body.password)
        return PasswordSet(invitation=_told(user, invitation))

    @made.op("DELETE", "/api/v1/users/{user_id}/sign-ins", Permission.MANAGE_USERS, "End somebody's sign-ins")
    async def end_sign_ins(call: Call, user_id: Id) -> None:
        """Every one; their sockets are closed within about a second."""
        await accounts.end_sign_ins(call.principal, UserId(user_id))

    @made.op(
        "DELETE",
        "/api/v1/users/{user_id}/second-factor",
        Permission.MANAGE_USERS,
        "Take somebody's second factor away",
    )
    async def reset_second_factor(call: Call, user_id: Id) -> None:
        """For somebody whose telephone is gone. Ends their sign-ins."""
        await two_factor.reset(call.principal, UserId(user_id))

    @made.op("GET", "/api/v1/access-rules", Permission.MANAGE_USERS, "Who must have a second factor")
    async def show_access_rules(call: Call) -> AccessRulesView:
        """By role."""
        return _rules(await two_factor.required_roles(call.principal.tenant_id))

    @made.op("PUT", "/api/v1/access-rules", Permission.MANAGE_USERS, "Say who must have a second factor")
    async def set_access_rules(call: Call, body: AccessRules) -> AccessRulesView:
        """From now on nobody of these roles can do anything before they have set one up."""
        roles = frozenset(Role(name) for name in body.second_factor_roles)
        await two_factor.require_for(call.principal, roles)
        return _rules(roles)

    return list(made)


def _rules(roles: Iterable[Role]) -> AccessRulesView:
    return AccessRulesView(second_factor_roles=tuple(sorted(roles)))


def _told(user: User, invitation: Invitation | None) -> InvitationView | None:
    if invitation is None:
        return None
    return InvitationView(login=user.login, token=invitation.token, ends_at=invitation.ends_at)


def _view(user: User, sign_ins: int) -> UserView:
    return UserView(
        id=user.id,
        login=user.login,
        name=user.name,
        teams=tuple(
            TeamView(role=role, queue_ids=tuple(sorted(user.queues_of(role)))) for role in sorted(user.roles)
        ),
        disabled=user.disabled,
        must_change_password=user.must_change,
        invited_until=user.password_until,
        second_factor=user.second_factor,
        sign_ins=sign_ins,
        version=user.version,
    )
