"""Which persons a principal reaches, and which record stands for a person that was merged."""

from collections.abc import Collection, Mapping, Sequence

from crm_store.driver import Row, Wire
from hub.domain.access import CLIENT_LOOKUPS, Permission, Principal, Scope, client_scope
from hub.domain.errors import Conflict, NotFound
from hub.domain.ids import PersonId, TenantId

# UNION leaves a merge out that is there already: even a ring comes to an end
_ONWARD = """
WITH RECURSIVE onward (merged_id, kept_id) AS (
  SELECT merged_id, kept_id FROM merges
  WHERE /*+*/tenant_id = $1 AND merged_id = ANY($2) AND undone_at IS NULL
  UNION SELECT m.merged_id, m.kept_id FROM onward o JOIN merges m ON m.merged_id = o.kept_id
  WHERE /*+*/m.tenant_id = $1 AND m.undone_at IS NULL)
SELECT merged_id, kept_id FROM onward
"""
_HOLD = "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR KEY SHARE"
_LOCK = "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id FOR NO KEY UPDATE"


async def roots_of(wire: Wire, tenant_id: TenantId, ids: Collection[PersonId]) -> dict[PersonId, PersonId]:
    """Those of `ids` that are part of another record now, with that record, however many merges lie between."""
    return _ends(await wire.fetch(_ONWARD, tenant_id, sorted(set(ids))), ids)


def _ends(rows: Sequence[Row], ids: Collection[PersonId]) -> dict[PersonId, PersonId]:
    onward = {PersonId(row[0]): PersonId(row[1]) for row in rows}
    return {one: root for one in ids if (root := _end(onward, one)) != one}


def _end(onward: Mapping[PersonId, PersonId], start: PersonId) -> PersonId:
    """Where it leads to; in a ring, which no merge makes, one of it that is the same from everywhere."""
    way = [start]
    while (further := onward.get(way[-1])) is not None:
        if further in way:
            return min(way[way.index(further) :])
        way.append(further)
    return way[-1]


async def hold_standing(
    wire: Wire, tenant_id: TenantId, meant: Mapping[PersonId, PersonId], *, alone: bool = False
) -> None:
    """Until the commit, each record of `meant` (who was asked for: what stood for them) is what stands for them.

    Whoever hangs something on a person calls this first, after the interactions it locks: a merge or its undoing
    waits, or is seen. `alone`: others who write on the card wait too. Raises Conflict (`raced`) when one of them
    is part of another record by now: ask again who stands for them, in another transaction (`repeated`).
    """
    if not meant:
        return
    ids = sorted({*meant, *meant.values()})
    # two questions: whoever waited sees only in the second one what was committed meanwhile
    _, onward = await wire.fetch_each(
        (_LOCK if alone else _HOLD, (tenant_id, sorted(set(meant.values())))), (_ONWARD, (tenant_id, ids))
    )
    roots = _ends(onward, ids)
    if any(roots.get(asked, asked) != root or root in roots for asked, root in meant.items()):
        raise Conflict("this record became part of another one, or came apart, just now", code="raced")


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


async def of_no_team(wire: Wire, principal: Principal, ids: Sequence[PersonId]) -> set[PersonId]:
    """Of these persons, those with whom nobody has had anything to do yet, as who came by an import; a record that is
    part of another is none of them."""
    rows = await wire.fetch(
        "SELECT p.id FROM persons p WHERE /*+*/p.tenant_id = $1 AND p.id = ANY($2)"
        " AND NOT EXISTS (SELECT 1 FROM interactions i WHERE i.person_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM merges m WHERE m.merged_id = p.id AND m.undone_at IS NULL)",
        principal.tenant_id,
        list(ids),
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
        while root not in await self._within(wire, principal, permission, reach, [root]):
            # a merge between the two questions took what they reach to another record
            before, root = root, await self._root(wire, principal, person_id)
            if root == before:
                raise NotFound("there is no such person")
        return root

    async def standing(
        self,
        wire: Wire,
        principal: Principal,
        permission: Permission,
        person_id: PersonId,
        *,
        alone: bool = False,
    ) -> PersonId:
        """As `require`, and the record goes on standing for this person until the commit: see `hold_standing`."""
        root = await self.require(wire, principal, permission, person_id)
        await hold_standing(wire, principal.tenant_id, {person_id: root}, alone=alone)
        return root

    async def _root(self, wire: Wire, principal: Principal, person_id: PersonId) -> PersonId:
        return (await roots_of(wire, principal.tenant_id, [person_id])).get(person_id, person_id)

    async def may(
        self, wire: Wire, principal: Principal, permission: Permission, ids: Sequence[PersonId]
    ) -> set[PersonId]:
        """Those of `ids` that are within reach; none when no role allows it at all."""
        if not ids or not principal.may(permission):
            return set()
        return await self._within(wire, principal, permission, self.scope(principal, permission), ids)

    async def _within(
        self,
        wire: Wire,
        principal: Principal,
        permission: Permission,
        reach: Scope,
        ids: Sequence[PersonId],
    ) -> set[PersonId]:
        mine = await reached(wire, principal, reach, ids)
        others = [one for one in ids if one not in mine]
        if not others or reach is not Scope.TEAM or permission not in CLIENT_LOOKUPS:
            return mine
        # who is in no team's queue yet is there for every team to find, else they would be made a second time
        return mine | await of_no_team(wire, principal, others)
