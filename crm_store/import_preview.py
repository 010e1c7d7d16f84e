"""What would become of rows of an import, found as the import finds it. Nothing is written."""

from collections.abc import Sequence
from datetime import datetime

from crm_store.driver import Wire
from crm_store.employers import Employers
from crm_store.import_known import (
    Address,
    Holder,
    meant,
    named_by_id,
    objection,
    proved_holders,
    without_shared_lines,
)
from crm_store.organization_batch import ours_of
from crm_store.person_edits import state_of
from hub.crm.imports import Foreseen, OnKnown, OrganizationDraft, RowDraft, Several
from hub.domain.ids import PersonId, TenantId


async def foreseen_organizations(
    wire: Wire, tenant_id: TenantId, drafts: Sequence[OrganizationDraft]
) -> dict[int, Foreseen]:
    """Of rows of organizations, by their numbers."""
    ours = await ours_of(wire, tenant_id, drafts)
    found = {draft.number: ours.meant_by(draft) for draft in drafts}
    return {number: Foreseen(known=one.known, reason=one.problem) for number, one in found.items()}


async def foreseen_persons(
    wire: Wire, tenant_id: TenantId, drafts: Sequence[RowDraft], on_known: OnKnown, at: datetime
) -> dict[int, Foreseen]:
    """Of rows of clients, by their numbers, in the order of the file: a row may mean who came by one before it."""
    rows = await without_shared_lines(wire, tenant_id, drafts)
    holders = await proved_holders(wire, tenant_id, rows)
    named = await named_by_id(wire, tenant_id, rows)
    employers = Employers(wire, tenant_id)
    await employers.find([row for row in rows if not objection(row, meant(row, holders, named), at)])
    found: dict[int, Foreseen] = {}
    made: dict[PersonId, int] = {}
    for row in rows:
        known = meant(row, holders, named)
        if reason := objection(row, known, at):
            found[row.number] = Foreseen(reason=reason, several=await _named(wire, tenant_id, known, made))
            continue
        one = next(iter(known), None)
        takes = one is None or on_known is OnKnown.UPDATE
        if takes:
            present = None if one is None or one in made else await state_of(wire, tenant_id, one)
            if reason := employers.problem(row, None if present is None else present.organization):
                found[row.number] = Foreseen(reason=reason)
                continue
        if one is None:
            one = PersonId(f"row {row.number}")
            made[one] = row.number
            found[row.number] = Foreseen()
        else:
            found[row.number] = Foreseen(known=None if one in made else one, known_row=made.get(one))
        if takes:
            holders |= _taken(row.addresses, holders, one)
    return found


def _taken(
    addresses: Sequence[Address], holders: dict[Address, Holder], one: PersonId
) -> dict[Address, Holder]:
    return {address: Holder(one, is_proved=True) for address in addresses if address not in holders}


async def _named(
    wire: Wire, tenant_id: TenantId, known: set[PersonId], made: dict[PersonId, int]
) -> tuple[Several, ...]:
    if len(known) < 2:
        return ()
    ours = sorted(known - made.keys())
    rows = await wire.fetch(
        "SELECT id, name FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2) ORDER BY id", tenant_id, ours
    )
    return tuple(Several(id=PersonId(row[0]), name=row[1]) for row in rows)
