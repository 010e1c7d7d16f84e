"""Who may do what: principals, permissions, and the role matrix, which exists only here.

Scope says whose things a permission reaches: OWN (held by, offered to, or asked by the principal), TEAM (queues the
principal serves or supervises), ALL (the tenant). What is not in the matrix is denied.
"""

from dataclasses import dataclass, field, replace
from enum import IntEnum, StrEnum

from hub.domain.errors import Forbidden
from hub.domain.ids import QueueId, TenantId, UserId


class Role(StrEnum):
    """What a principal is. A user may have several roles; the others are never users."""

    VISITOR = "visitor"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    MANAGER = "manager"
    ADMIN = "admin"
    DPO = "dpo"
    SERVICE = "service"
    SYSTEM = "system"


USER_ROLES = frozenset({Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ADMIN, Role.DPO})


class Permission(StrEnum):
    """One thing somebody may do. Every route and socket command names exactly one."""

    CHAT_AS_VISITOR = "chat_as_visitor"
    SEE_SELF = "see_self"
    OPEN_CONSOLE = "open_console"
    SET_OWN_STATE = "set_own_state"
    ANSWER_OFFER = "answer_offer"
    READ_INTERACTION = "read_interaction"
    REPLY = "reply"
    WRITE_NOTE = "write_note"
    CLOSE_INTERACTION = "close_interaction"
    TRANSFER = "transfer"
    READ_PERSON = "read_person"
    FIND_PERSON = "find_person"
    READ_QUEUES = "read_queues"
    READ_AGENTS = "read_agents"
    READ_WALLBOARD = "read_wallboard"
    READ_REPORTS = "read_reports"
    READ_AUDIT = "read_audit"
    MANAGE_USERS = "manage_users"
    CONFIGURE = "configure"
    SECURE_SELF = "secure_self"
    EDIT_PERSON = "edit_person"
    START_INTERACTION = "start_interaction"
    WORK_TASKS = "work_tasks"
    READ_KNOWLEDGE = "read_knowledge"
    WRITE_KNOWLEDGE = "write_knowledge"
    SUPERVISE = "supervise"
    READ_LOG = "read_log"
    EXPORT = "export"
    MANAGE_KEYS = "manage_keys"
    LISTEN_RECORDING = "listen_recording"
    ERASE_RECORDING = "erase_recording"
    IMPORT_PERSONS = "import_persons"
    EXPORT_PERSONS = "export_persons"


class Scope(IntEnum):
    """How far a permission reaches; a wider one contains the narrower."""

    NONE = 0
    OWN = 1
    TEAM = 2
    ALL = 3


_P, _S = Permission, Scope
MATRIX: dict[Role, dict[Permission, Scope]] = {
    Role.VISITOR: {_P.CHAT_AS_VISITOR: _S.OWN},
    Role.AGENT: {
        _P.SEE_SELF: _S.OWN,
        _P.OPEN_CONSOLE: _S.OWN,
        _P.SET_OWN_STATE: _S.OWN,
        _P.ANSWER_OFFER: _S.OWN,
        _P.READ_INTERACTION: _S.OWN,
        _P.REPLY: _S.OWN,
        _P.WRITE_NOTE: _S.OWN,
        _P.CLOSE_INTERACTION: _S.OWN,
        _P.TRANSFER: _S.OWN,
        _P.READ_PERSON: _S.TEAM,
        _P.FIND_PERSON: _S.TEAM,
        _P.READ_QUEUES: _S.TEAM,
        _P.READ_AGENTS: _S.TEAM,
        _P.SECURE_SELF: _S.OWN,
        _P.EDIT_PERSON: _S.OWN,
        _P.START_INTERACTION: _S.TEAM,
        _P.WORK_TASKS: _S.OWN,
        _P.READ_KNOWLEDGE: _S.TEAM,
        _P.READ_LOG: _S.OWN,
        _P.LISTEN_RECORDING: _S.OWN,
    },
    Role.SUPERVISOR: {
        _P.SEE_SELF: _S.OWN,
        _P.OPEN_CONSOLE: _S.OWN,
        _P.READ_INTERACTION: _S.TEAM,
        _P.REPLY: _S.TEAM,
        _P.WRITE_NOTE: _S.TEAM,
        _P.CLOSE_INTERACTION: _S.TEAM,
        _P.TRANSFER: _S.TEAM,
        _P.READ_PERSON: _S.TEAM,
        _P.FIND_PERSON: _S.TEAM,
        _P.READ_QUEUES: _S.TEAM,
        _P.READ_AGENTS: _S.TEAM,
        _P.READ_WALLBOARD: _S.TEAM,
        _P.READ_REPORTS: _S.TEAM,
        _P.SECURE_SELF: _S.OWN,
        _P.EDIT_PERSON: _S.TEAM,
        _P.START_INTERACTION: _S.TEAM,
        _P.WORK_TASKS: _S.TEAM,
        _P.READ_KNOWLEDGE: _S.TEAM,
        _P.WRITE_KNOWLEDGE: _S.TEAM,
        _P.SUPERVISE: _S.TEAM,
        _P.READ_LOG: _S.TEAM,
        _P.EXPORT: _S.TEAM,
        _P.LISTEN_RECORDING: _S.TEAM,
    },
    Role.MANAGER: {
        _P.SEE_SELF: _S.OWN,
        _P.OPEN_CONSOLE: _S.OWN,
        _P.READ_INTERACTION: _S.ALL,
        _P.READ_PERSON: _S.ALL,
        _P.FIND_PERSON: _S.ALL,
        _P.READ_QUEUES: _S.ALL,
        _P.READ_AGENTS: _S.ALL,
        _P.READ_WALLBOARD: _S.ALL,
        _P.READ_REPORTS: _S.ALL,
        _P.SECURE_SELF: _S.OWN,
        _P.EDIT_PERSON: _S.ALL,
        _P.WORK_TASKS: _S.ALL,
        _P.READ_KNOWLEDGE: _S.ALL,
        _P.WRITE_KNOWLEDGE: _S.ALL,
        _P.READ_LOG: _S.ALL,
        _P.EXPORT: _S.ALL,
        _P.LISTEN_RECORDING: _S.ALL,
        _P.IMPORT_PERSONS: _S.ALL,
        _P.EXPORT_PERSONS: _S.ALL,
    },
    Role.ADMIN: {
        _P.SEE_SELF: _S.OWN,
        _P.OPEN_CONSOLE: _S.OWN,
        _P.READ_QUEUES: _S.ALL,
        _P.READ_AGENTS: _S.ALL,
        _P.READ_AUDIT: _S.ALL,
        _P.MANAGE_USERS: _S.ALL,
        _P.CONFIGURE: _S.ALL,
        _P.SECURE_SELF: _S.OWN,
        _P.READ_KNOWLEDGE: _S.ALL,
        _P.WRITE_KNOWLEDGE: _S.ALL,
        _P.MANAGE_KEYS: _S.ALL,
    },
    Role.DPO: {
        _P.SEE_SELF: _S.OWN,
        _P.OPEN_CONSOLE: _S.OWN,
        _P.READ_INTERACTION: _S.ALL,
        _P.READ_PERSON: _S.ALL,
        _P.FIND_PERSON: _S.ALL,
        _P.READ_AUDIT: _S.ALL,
        _P.SECURE_SELF: _S.OWN,
        _P.READ_LOG: _S.ALL,
        _P.LISTEN_RECORDING: _S.ALL,
        _P.ERASE_RECORDING: _S.ALL,
    },
    Role.SERVICE: {},
    Role.SYSTEM: dict.fromkeys(Permission, Scope.ALL),
}


NOT_FOR_KEYS = frozenset(
    {
        Permission.CHAT_AS_VISITOR,
        Permission.SEE_SELF,
        Permission.OPEN_CONSOLE,
        Permission.SET_OWN_STATE,
        Permission.ANSWER_OFFER,
        Permission.START_INTERACTION,
        Permission.MANAGE_USERS,
        Permission.SECURE_SELF,
        Permission.MANAGE_KEYS,
        Permission.ERASE_RECORDING,
    }
)
"""What no API key may have: what only a person has, and what would let a key make more of itself."""

BEFORE_ALL_ELSE = frozenset({Permission.SEE_SELF, Permission.SECURE_SELF})
"""What is left to somebody who must first choose a password or set up the second factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """On whose behalf something is done.

    `queues` are those a user serves or supervises. Where their roles are for different queues, `assignments`
    says which for which, and `acting` gives the principal whose `queues` are right for one permission.
    `grants` is what an API key (the role SERVICE) was given. While `must_first` names what has to be done
    (a stable code), nothing is allowed but that.
    """

    tenant_id: TenantId
    user_id: UserId | None = None
    name: str = ""
    login: str = ""
    roles: frozenset[Role] = frozenset()
    queues: frozenset[QueueId] = field(default_factory=frozenset)
    assignments: frozenset[tuple[Role, QueueId]] = frozenset()
    grants: frozenset[tuple[Permission, Scope]] = frozenset()
    must_first: str = ""
    session_key: str = ""
    address: str = ""

    def scope(self, permission: Permission) -> Scope:
        """How far this principal's roles, or grants, reach together."""
        if self.must_first and permission not in BEFORE_ALL_ELSE:
            return Scope.NONE
        granted = (scope for given, scope in self.grants if given is permission)
        of_roles = (MATRIX[role].get(permission, Scope.NONE) for role in self.roles)
        return max((*granted, *of_roles), default=Scope.NONE)

    def may(self, permission: Permission) -> bool:
        """Whether any role allows it at all."""
        return self.scope(permission) is not Scope.NONE

    def require(self, permission: Permission) -> Scope:
        """The reach of `permission`. Raises Forbidden when no role has it."""
        reach = self.scope(permission)
        if reach is Scope.NONE:
            if self.must_first:
                raise Forbidden("something has to be done first", code=self.must_first)
            raise Forbidden("your role does not allow this")
        return reach

    def acting(self, permission: Permission) -> "Principal":
        """The same principal with the queues that this permission reaches: those of the roles that have it
        for a team. Without a team in it, nothing changes."""
        if not self.assignments:
            return self
        teams = {role for role in self.roles if MATRIX[role].get(permission) is Scope.TEAM}
        if not teams:
            return self
        return replace(self, queues=frozenset(queue for role, queue in self.assignments if role in teams))


CLIENT_LOOKUPS = frozenset({Permission.FIND_PERSON, Permission.READ_PERSON})
"""Permissions whose reach for agents is the house's choice; MATRIX holds the default of it."""


def client_scope(principal: Principal, permission: Permission, agents: Scope) -> Scope:
    """How far `principal` reaches among clients, where `agents` is the house's choice for agents' look-ups.

    Raises Forbidden when no role allows it at all.
    """
    reach = principal.require(permission)
    if permission not in CLIENT_LOOKUPS or Role.AGENT not in principal.roles:
        return reach
    others = (MATRIX[role].get(permission, Scope.NONE) for role in principal.roles - {Role.AGENT})
    return max(agents, *others, Scope.NONE)


def system_principal(tenant_id: TenantId) -> Principal:
    """The hub itself, acting for a tenant."""
    return Principal(tenant_id=tenant_id, name="system", roles=frozenset({Role.SYSTEM}))
