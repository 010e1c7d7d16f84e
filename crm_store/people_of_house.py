"""Who of the house may own something: users, and agents by their queues."""

from collections.abc import Sequence

from crm_store.driver import Wire
from crm_store.floor_mapping import names_in
from hub.domain.access import Principal
from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, TenantId, UserId


async def require_user(wire: Wire, tenant_id: TenantId, user_id: UserId) -> None:
    """Raises Invalid (`no_such_user`) for somebody who is not of the house, or not any more."""
    rows = await wire.fetch(
        "SELECT id FROM users WHERE tenant_id = $1 AND id = $2 AND NOT disabled"
        " UNION SELECT id FROM agents WHERE tenant_id = $1 AND id = $2"
        " AND NOT EXISTS (SELECT 1 FROM users WHERE tenant_id = $1 AND id = $2 AND disabled)",
        tenant_id,
        user_id,
    )
    if not rows:
        raise Invalid("there is nobody of this id", field="owner_id", code="no_such_user")


async def team_of(wire: Wire, principal: Principal) -> list[UserId]:
    """The principal, and the agents who share a queue with them."""
    rows = await wire.fetch("SELECT id, queues FROM agents WHERE tenant_id = $1", principal.tenant_id)
    team = {UserId(r[0]) for r in rows if principal.queues & set(names_in(r[1]))}
    if principal.user_id is not None:
        team.add(principal.user_id)
    return sorted(team)


async def queues_served(
    wire: Wire, tenant_id: TenantId, ids: Sequence[UserId]
) -> dict[UserId, frozenset[QueueId]]:
    """The queues that these agents serve."""
    rows = await wire.fetch(
        "SELECT id, queues FROM agents WHERE /*+*/tenant_id = $1 AND id = ANY($2)", tenant_id, list(ids)
    )
    return {UserId(r[0]): frozenset(QueueId(q) for q in names_in(r[1])) for r in rows}


async def owners_of(wire: Wire, tenant_id: TenantId, owner_id: UserId) -> set[UserId]:
    """Whose desk shows what belongs to this owner: their own, or of a queue those of its agents."""
    rows = await wire.fetch("SELECT 1 FROM queues WHERE tenant_id = $1 AND id = $2", tenant_id, owner_id)
    if not rows:
        return {owner_id}
    served = await wire.fetch("SELECT id, queues FROM agents WHERE tenant_id = $1", tenant_id)
    return {UserId(r[0]) for r in served if owner_id in names_in(r[1])}
