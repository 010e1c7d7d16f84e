"""The history of a client's card: what was changed, by whom."""

from collections.abc import Iterable
from datetime import datetime

from crm_store.driver import Row, Wire
from crm_store.instants import to_us
from hub.crm.changes import Change
from hub.domain.access import Principal
from hub.domain.ids import PersonId

_FACT = (
    "INSERT INTO person_facts (tenant_id, person_id, at, actor_id, actor, kind, what, was, now)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
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
