"""Which persons a principal reaches, and which record stands for a person that was merged."""

from collections.abc import Sequence

from crm_store.driver import Wire
from hub.domain.access import Permission, Principal, Scope, client_scope
from hub.domain.errors import NotFound
from hub.domain.ids import PersonId, TenantId

_MOST_MERGES = 20


async def roots_of(wire: Wire, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, PersonId]:
    """Those of `ids` that are part of another record now, with that record."""
    roots: dict[PersonId, PersonId] = {}
    asked = set(ids)
    for _ in range(_MOST_MERGES):
        rows = await wire.fetch(
            "SELECT merged_id, kept_id FROM merges WHERE /*+*/tenant_id = $1 AND merged_id = ANY($2)"
            " AND undone_at IS NULL",
            tenant_id,
            sorted(asked),
        )
        if not rows:
            break
        step = {PersonId(row[0]): PersonId(row[1]) for row in rows}
        for asked_id in ids:
            at = roots.get(asked_id, asked_id)
            if at in step:
                roots[asked_id] = step[at]
        asked = set(step.values())
    return roots


async def reached(wire: Wire, principal: Principal, reach: Scope, ids: Sequence[PersonId]) -> set[PersonId]:
    """Of these persons, those within reach: who wrote to the principal's queues, or was theirs to serve."""
    if reach is Scope.ALL:
        rows = await wire.fetch(
            "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2)",
            principal.tenant_id,
            list(ids),
        )
        return {row[0] for row in rows}
    rows = await wire.fetch(
        "SELECT DISTINCT i.person_id FROM interactions i LEFT JOIN work_items w ON w.interaction_id = i.id"
        " WHERE /*+*/i.tenant_id = $1 AND i.person_id = ANY($2)"
        " AND (i.queue_id = ANY($3) OR i.last_agent_id = $4 OR w.agent_id = $4)",
        principal.tenant_id,
        list(ids),
        sorted(principal.queues) if reach is Scope.TEAM else [],
        principal.user_id or "",
    )
    return {row[0] for row in rows}


class ClientReach:
    """Who reaches whom, with the house's choice for agents (`access.agents_see_clients`)."""

    def __init__(self, agents: Scope = Scope.TEAM) -> None:
        self._agents = agents

    def scope(self, principal: Principal, permission: Permission) -> Scope:
        """How far. Raises Forbidden."""
        return client_scope(principal, permission, self._agents)

    async def require(
        self, wire: Wire, principal: Principal, permission: Permission, person_id: PersonId
    ) -> PersonId:
        """The record that stands for this person. Raises NotFound when it is out of reach, or not there."""
        reach = self.scope(principal, permission)
        root = await self._root(wire, principal, person_id)
        while root not in await reached(wire, principal, reach, [root]):
            # a merge between the two questions took what they reach to another record
            before, root = root, await self._root(wire, principal, person_id)
            if root == before:
                raise NotFound("there is no such person")
        return root

    async def _root(self, wire: Wire, principal: Principal, person_id: PersonId) -> PersonId:
        return (await roots_of(wire, principal.tenant_id, [person_id])).get(person_id, person_id)

    async def may(
        self, wire: Wire, principal: Principal, permission: Permission, ids: Sequence[PersonId]
    ) -> set[PersonId]:
        """Those of `ids` that are within reach; none when no role allows it at all."""
        if not ids or not principal.may(permission):
            return set()
        return await reached(wire, principal, self.scope(principal, permission), ids)
