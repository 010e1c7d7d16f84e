"""People who sign in: their login, their roles, and the sign-in itself."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from hub.domain.access import USER_ROLES, Principal, Role
from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, TenantId, UserId

SignInId = NewType("SignInId", str)
"""Names a sign-in without being the secret of it; it is `Principal.session_key`."""

_LOGIN_SHAPE = re.compile(r"[\w.@+-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may sign in. `login` is in normal form (`normalised_login`).

    `queues` are those they serve or supervise, with any role; `assignments` says which with which role, and is
    empty when every role is for all of them. `password_hash` is Argon2id in PHC form. With `must_change` it is
    a first password, or that of an invitation, good until `password_until` and only to choose another one.
    `second_factor`: signing in takes a code too. A disabled user is as good as none: no sign-in works, and
    those that were open are gone.
    """

    id: UserId
    tenant_id: TenantId
    login: str
    name: str
    roles: frozenset[Role]
    queues: frozenset[QueueId] = frozenset()
    assignments: frozenset[tuple[Role, QueueId]] = frozenset()
    password_hash: str = field(repr=False)
    must_change: bool = False
    password_until: datetime | None = None
    second_factor: bool = False
    disabled: bool = False
    version: int = 1

    def queues_of(self, role: Role) -> frozenset[QueueId]:
        """The queues of one of the user's roles."""
        if role not in self.roles:
            return frozenset()
        if not self.assignments:
            return self.queues
        return frozenset(queue for held, queue in self.assignments if held is role)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInSession:
    """One sign-in. `token_hash` is SHA-256 of the secret that only the browser keeps.

    `seen_at` is the last sign of life, to the minute; `ends_at` is the end of the day, whatever happens.
    """

    id: SignInId
    tenant_id: TenantId
    user_id: UserId
    token_hash: bytes = field(repr=False)
    started_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str = ""
    browser: str = ""


def normalised_login(text: str) -> str:
    """The form in which two spellings of a login are equal.

    Raises Invalid (`login`) unless it is 1 to 100 letters, digits and `. _ @ + -`.
    """
    login = unicodedata.normalize("NFKC", text).strip().casefold()
    if not _LOGIN_SHAPE.fullmatch(login):
        raise Invalid("a login has 1 to 100 letters, digits or . _ @ + -", field="login")
    return login


def visible_name(text: str) -> str:
    """A name as it is shown. Raises Invalid (`name`) unless it has 1 to 200 characters that can be seen."""
    name = text.strip()
    if not 1 <= len(name) <= 200 or not name.isprintable():
        raise Invalid("a name has 1 to 200 characters", field="name")
    return name


def user_roles(names: Iterable[Role]) -> frozenset[Role]:
    """The roles, if a user may have them. Raises Invalid (`roles`) for none, or one that is no user's."""
    roles = frozenset(names)
    if not roles or not roles <= USER_ROLES:
        raise Invalid(f"a user has one or more of: {', '.join(sorted(USER_ROLES))}", field="roles")
    return roles


def must_first(user: User, second_factor_roles: Collection[Role]) -> str:
    """What this user has to do before anything else, as a stable code; empty when nothing."""
    if user.must_change:
        return "password_change_needed"
    if not user.second_factor and not user.roles.isdisjoint(second_factor_roles):
        return "second_factor_set_up_needed"
    return ""


def principal_of(
    user: User, session: SignInSession, address: str, second_factor_roles: Collection[Role] = ()
) -> Principal:
    """On whose behalf a request of this sign-in is done, where these roles must have a second factor."""
    return Principal(
        tenant_id=user.tenant_id,
        user_id=user.id,
        name=user.name,
        login=user.login,
        roles=user.roles,
        queues=user.queues,
        assignments=user.assignments,
        must_first=must_first(user, second_factor_roles),
        session_key=session.id,
        address=address,
    )
