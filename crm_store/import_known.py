"""Whom a row of clients means, and why it is not taken: the same for an import and for its preview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from crm_store.driver import Wire
from crm_store.numbers_of_nobody import IS_THE_OWNER, among_shared_lines
from crm_store.person_scope import roots_of
from hub.crm.imports import RowDraft
from hub.domain.ids import PersonId, TenantId
from hub.domain.person import IdentityKind

_HELD = (
    "SELECT d.kind, d.value, d.person_id, d.confidence, CASE WHEN EXISTS (SELECT 1 FROM shared_numbers n"
    f" WHERE n.tenant_id = d.tenant_id AND n.value = d.value AND NOT {IS_THE_OWNER}"
    " AND d.kind = 'phone') THEN 1 ELSE 0 END"
    " FROM identities d WHERE d.tenant_id = $1 AND d.kind = ANY($2) AND d.value = ANY($3)"
)
Address = tuple[IdentityKind, str]


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose an address is; `is_proved` unless they only say so, or somebody else says so of the number too."""

    person_id: PersonId
    is_proved: bool


async def proved_holders(
    wire: Wire, tenant_id: TenantId, drafts: Iterable[RowDraft]
) -> dict[Address, Holder]:
    """Whose the addresses of these rows are."""
    addresses = sorted({address for draft in drafts for address in draft.addresses})
    if not addresses:
        return {}
    rows = await wire.fetch(
        _HELD,
        tenant_id,
        sorted({kind.value for kind, _ in addresses}),
        sorted({value for _, value in addresses}),
    )
    return {(IdentityKind(r[0]), r[1]): Holder(PersonId(r[2]), r[3] == "known" and not r[4]) for r in rows}


async def without_shared_lines(wire: Wire, tenant_id: TenantId, drafts: Sequence[RowDraft]) -> list[RowDraft]:
    """The rows, each without numbers of nobody in particular: they would make two people one."""
    numbers = sorted({v for draft in drafts for kind, v in draft.addresses if kind is IdentityKind.PHONE})
    lines = {(IdentityKind.PHONE, v) for v in await among_shared_lines(wire, tenant_id, numbers)}
    return [
        replace(draft, addresses=tuple(one for one in draft.addresses if one not in lines))
        for draft in drafts
    ]


async def named_by_id(wire: Wire, tenant_id: TenantId, drafts: Iterable[RowDraft]) -> dict[str, PersonId]:
    """Who these rows name by an id of ours; one that was merged stands for the record it is part of."""
    asked = sorted({PersonId(draft.client_id) for draft in drafts if draft.client_id})
    if not asked:
        return {}
    rows = await wire.fetch(
        "SELECT id FROM persons WHERE /*+*/tenant_id = $1 AND id = ANY($2)", tenant_id, asked
    )
    here = [PersonId(row[0]) for row in rows]
    return {str(one): one for one in here} | {
        str(k): v for k, v in (await roots_of(wire, tenant_id, here)).items()
    }


def meant(draft: RowDraft, holders: Mapping[Address, Holder], named: Mapping[str, PersonId]) -> set[PersonId]:
    """Who is known by an address of the row, or by its id: one at most, else nobody can say whom it means."""
    known = {
        holder.person_id
        for address in draft.addresses
        if (holder := holders.get(address)) is not None and holder.is_proved
    }
    if (by_id := named.get(draft.client_id)) is not None:
        known.add(by_id)
    return known


def objection(draft: RowDraft, known: Sequence[PersonId] | set[PersonId], at: datetime) -> str:
    """Why the row is not taken, whatever is done with who is known; empty: it is."""
    if len(known) > 1:
        return "of_several"
    if any(one.at > at for one in draft.dated):
        return "consent_in_future"  # it would count before all that is said until then
    if not known and not draft.name and not draft.addresses:
        return "nobody"  # the id alone, and it is of another house
    return ""
