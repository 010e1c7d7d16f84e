"""The history of a client's card: what was changed, by whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from crm_store.driver import Row, Wire
from crm_store.instants import to_us
from hub.crm.changes import Change
from hub.domain.access import Principal
from hub.domain.ids import PersonId, TenantId

_FACT = (
    "INSERT INTO person_facts (tenant_id, person_id, at, actor_id, actor, kind, what, was, now)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)
_NOTES = (
    "SELECT person_id, now FROM person_facts WHERE /*+*/tenant_id = $1 AND person_id = ANY($2)"
    " AND kind = 'card_imported' AND now <> '' ORDER BY at, id"
)


async def write_facts(
    wire: Wire, principal: Principal, person_id: PersonId, at: datetime, changes: Iterable[Change]
) -> None:
    """Put these into the history of the card."""
    await write_facts_of_many(wire, principal, at, [(person_id, change) for change in changes])


async def write_facts_of_many(
    wire: Wire, principal: Principal, at: datetime, changes: Iterable[tuple[PersonId, Change]]
) -> None:
    """Put each into the history of its card."""
    rows: list[Row] = [
        (
            *(principal.tenant_id, person_id, to_us(at), principal.user_id, principal.name),
            *(c.kind, c.what, c.was, c.now),
        )
        for person_id, c in changes
    ]
    if rows:
        await wire.many(_FACT, rows)


async def notes_of(wire: Wire, tenant_id: TenantId, ids: Sequence[PersonId]) -> dict[PersonId, list[str]]:
    """What imports have noted of these, the oldest first."""
    found: dict[PersonId, list[str]] = {}
    for person_id, note in await wire.fetch(_NOTES, tenant_id, ids):
        found.setdefault(PersonId(person_id), []).append(note)
    return found
