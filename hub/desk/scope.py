"""Whose work a principal may touch: the one place that turns a scope of the role matrix into a yes or a no."""

from hub.domain.access import Permission, Principal, Scope
from hub.domain.errors import NotFound
from hub.domain.interaction import Interaction
from hub.domain.work import WorkItem, WorkState

HELD = frozenset({WorkState.ASSIGNED, WorkState.WRAP_UP})
"""Work in these states is in an agent's hands."""

_AFTERWARDS_TOO = frozenset({Permission.READ_INTERACTION, Permission.LISTEN_RECORDING})
"""What OWN reaches of work that the principal served last."""


def require_interaction(
    principal: Principal, permission: Permission, interaction: Interaction | None, item: WorkItem | None
) -> Interaction:
    """The interaction, if `permission` reaches it. "Not there" and "not yours" are the same NotFound.

    OWN reaches work that the principal holds now, or served last. TEAM reaches the queues of the principal.
    Raises Forbidden when no role of the principal has the permission at all.
    """
    reach = principal.require(permission)
    if interaction is None or interaction.tenant_id != principal.tenant_id:
        raise NotFound("there is no such interaction")
    if reach is Scope.ALL:
        return interaction
    if reach is Scope.TEAM and interaction.queue_id in principal.queues:
        return interaction
    if holds(principal, item):
        return interaction
    served = interaction.last_agent_id is not None and interaction.last_agent_id == principal.user_id
    if permission in _AFTERWARDS_TOO and served:
        return interaction
    raise NotFound("there is no such interaction")


def holds(principal: Principal, item: WorkItem | None) -> bool:
    """Whether the principal has this work now."""
    return (
        item is not None
        and item.state in HELD
        and item.agent_id is not None
        and item.agent_id == principal.user_id
    )
