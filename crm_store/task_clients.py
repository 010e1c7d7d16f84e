"""Whose task it is among the clients, and that it stays so until the commit."""

from collections.abc import Sequence

from crm_store.driver import Wire
from crm_store.person_scope import ClientReach, hold_standing
from hub.desk.client_stores import NewTask
from hub.domain.access import Permission, Principal
from hub.domain.errors import Conflict, Invalid
from hub.domain.ids import PersonId, TaskId, TenantId


async def client_of(wire: Wire, reach: ClientReach, principal: Principal, new: NewTask) -> PersonId | None:
    """The record that stands for whom it belongs to. Raises NotFound out of reach, Invalid, Conflict (`raced`)."""
    whose = await _whose(wire, principal.tenant_id, new)
    asked = new.person_id if new.person_id is not None else next(iter(whose.values()), None)
    if asked is None:
        return None
    root = await reach.standing(wire, principal, Permission.READ_PERSON, asked)
    # anew: a merge, or its undoing, pointed them at somebody else before that
    for field, person_id in (await _whose(wire, principal.tenant_id, new)).items():
        if person_id != root:
            if person_id != whose[field]:
                raise Conflict("it went to another record just now", code="raced")
            raise _not_theirs(field)
    return root


async def _whose(wire: Wire, tenant_id: TenantId, new: NewTask) -> dict[str, PersonId]:
    """Whose the case and the conversation of the task are, by the fields that name them. Raises Invalid."""
    found: dict[str, PersonId] = {}
    for table, given in (("cases", new.case_id), ("interactions", new.interaction_id)):
        if given is not None:
            rows = await wire.fetch(
                f"SELECT person_id FROM {table} WHERE /*+*/tenant_id = $1 AND id = $2", tenant_id, given
            )
            if not rows:
                raise _not_theirs(f"{table[:-1]}_id")
            found[f"{table[:-1]}_id"] = PersonId(rows[0][0])
    return found


def _not_theirs(field: str) -> Invalid:
    return Invalid("this does not belong to this client", field=field, code="not_of_this_client")


async def hold_clients(wire: Wire, tenant_id: TenantId, tasks: Sequence[TaskId]) -> None:
    """Until the commit these tasks are whose they are now: their history gets a line. Raises Conflict (`raced`)."""
    if not tasks:
        return
    asked = "SELECT DISTINCT person_id FROM tasks WHERE /*+*/tenant_id = $1 AND id = ANY($2) AND person_id IS NOT NULL"
    theirs = [PersonId(row[0]) for row in await wire.fetch(asked, tenant_id, list(tasks))]
    await hold_standing(wire, tenant_id, {one: one for one in theirs})
    if {row[0] for row in await wire.fetch(asked, tenant_id, list(tasks))} != set(theirs):
        raise Conflict("a task went to another record just now", code="raced")
