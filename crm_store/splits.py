"""One record is two people: an address gets a record of its own, with the interactions that came by it alone.

Nothing is deleted and nothing is copied. A merge of the two puts all of it back, and says so in the history.
"""

from crm_store.audited import audited
from crm_store.card_facts import write_facts
from crm_store.driver import Wire
from crm_store.instants import to_us
from crm_store.mapping import person_row
from crm_store.merges import lock_persons, nothing_moved, point_at
from crm_store.person_change import Changing
from crm_store.person_edits import index_anew
from crm_store.person_scope import hold_standing
from crm_store.repeated import repeated
from crm_store.rows.people import persons
from hub.crm.addresses import shown_address
from hub.crm.changes import Change
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Invalid, NotFound
from hub.domain.events import PersonChanged, TasksChanged
from hub.domain.ids import IdentityId, InteractionId, PersonId, TenantId, UserId
from hub.domain.person import IdentityKind, Person
from hub.ids import new_id

_CAME_BY = """
SELECT i.id FROM interactions i WHERE /*+*/i.tenant_id = $1 AND i.person_id = $2
  AND EXISTS (SELECT 1 FROM sessions s WHERE s.interaction_id = i.id AND s.address = $3)
  AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.interaction_id = i.id AND s.address <> $3 AND s.address <> '')
ORDER BY i.id
"""
"""An interaction that others came by too stays where it is: it cannot be cut."""


class Splits(Changing):
    """SplitStore of hub/desk/client_stores.py."""

    async def split(self, principal: Principal, person_id: PersonId, identity_id: IdentityId) -> PersonId:
        """See the port."""
        return await repeated(lambda: self._split(principal, person_id, identity_id))

    async def _split(self, principal: Principal, person_id: PersonId, identity_id: IdentityId) -> PersonId:
        tenant_id, now = principal.tenant_id, self._clock.now()
        async with self._store.database.transaction() as wire:
            root = await self._reach.require(wire, principal, Permission.EDIT_PERSON, person_id)
            await lock_persons(wire, tenant_id, [root])
            await hold_standing(wire, tenant_id, {person_id: root})
            kind, value = await _address(wire, tenant_id, root, identity_id)
            ((language,),) = await wire.fetch("SELECT language FROM persons WHERE id = $1", root)
            apart = PersonId(new_id())
            person = Person(id=apart, tenant_id=tenant_id, name="", language=language, created_at=now)
            await wire.insert(persons, [person_row(person)])
            moved = nothing_moved()
            moved["identities"] = [identity_id]
            moved["interactions"] = [row[0] for row in await wire.fetch(_CAME_BY, tenant_id, root, value)]
            tasks = await wire.fetch(
                "SELECT id, owner_id, done_at FROM tasks WHERE /*+*/tenant_id = $1 AND person_id = $2"
                " AND interaction_id = ANY($3)",
                tenant_id, root, moved["interactions"],
            )  # fmt: skip
            moved["tasks"] = [row[0] for row in tasks]
            await point_at(wire, tenant_id, moved, apart)
            for one in (root, apart):
                await index_anew(wire, tenant_id, one)
            await wire.execute(
                "INSERT INTO persons_apart (tenant_id, one_id, other_id, at, by_name) VALUES ($1, $2, $3, $4, $5)"
                " ON CONFLICT DO NOTHING",
                tenant_id, *sorted((root, apart)), to_us(now), principal.name,
            )  # fmt: skip
            await wire.execute(
                "UPDATE persons SET version = version + 1 WHERE tenant_id = $1 AND id = $2", tenant_id, root
            )
            shown = shown_address(kind, value)
            gone = Change(kind="card_address_removed", what=kind.value, was=shown)
            come = Change(kind="card_address_added", what=kind.value, now=shown)
            await write_facts(wire, principal, root, now, [gone])
            await write_facts(wire, principal, apart, now, [come])
            interactions = tuple(InteractionId(one) for one in moved["interactions"])
            told: list[PersonChanged | TasksChanged] = [
                PersonChanged(tenant_id=tenant_id, person_id=one, moved=interactions) for one in (root, apart)
            ]
            owners = sorted({row[1] for row in tasks if row[2] is None})
            if owners:
                told.append(TasksChanged(tenant_id=tenant_id, user_ids=tuple(UserId(o) for o in owners)))
            await self._tell(wire, told)
            await audited(
                wire,
                AuditDraft(
                    tenant_id=tenant_id,
                    at=now,
                    actor_id=principal.user_id,
                    actor=principal.name,
                    action=AuditAction.SPLIT_PERSON,
                    object=apart,
                    address=principal.address,
                ),
            )
        self._store.wake()
        return apart


async def _address(
    wire: Wire, tenant_id: TenantId, person_id: PersonId, identity_id: IdentityId
) -> tuple[IdentityKind, str]:
    """What it is. Raises NotFound, Invalid (`only_address`) for the only one of the record."""
    rows = await wire.fetch(
        "SELECT id, kind, value FROM identities WHERE /*+*/tenant_id = $1 AND person_id = $2",
        tenant_id,
        person_id,
    )
    found = next(((IdentityKind(row[1]), row[2]) for row in rows if row[0] == identity_id), None)
    if found is None:
        raise NotFound("there is no such address")
    if len(rows) == 1:
        raise Invalid("this record has no other address", field="identity_id", code="only_address")
    return found
