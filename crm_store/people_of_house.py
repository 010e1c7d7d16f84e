"""Who of the house may own something: users, and agents by their queues."""

from crm_store.driver import Wire
from crm_store.floor_mapping import names_in
from hub.domain.access import Principal
from hub.domain.errors import Invalid
from hub.domain.ids import TenantId, UserId


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
