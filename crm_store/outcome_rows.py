"""Outcomes and reasons for a pause, as rows: read and written inside whatever transaction there is."""

from collections.abc import Sequence

import msgspec

from crm_store.driver import Wire
from crm_store.mapping import text
from hub.domain.ids import TenantId
from hub.domain.outcome import USUAL_PAUSES, Outcome, OutcomeRules, PauseReason

_rules = msgspec.json.Decoder(OutcomeRules).decode
_pause = msgspec.json.Decoder(PauseReason).decode


async def outcomes_of(wire: Wire, tenant_id: TenantId, code: str | None = None) -> list[Outcome]:
    """The outcomes of the house in their order, retired ones too; only the one of `code` when it is given."""
    rows = await wire.fetch(
        "SELECT d.code, d.name, d.note_required, r.rules FROM dispositions d LEFT JOIN disposition_rules r"
        " ON r.tenant_id = d.tenant_id AND r.code = d.code WHERE d.tenant_id = $1"
        + (" AND d.code = $2" if code is not None else "")
        + " ORDER BY d.position, d.code",
        *((tenant_id,) if code is None else (tenant_id, code)),
    )
    return [
        Outcome(
            code=r[0],
            name=r[1],
            note_required=bool(r[2]),
            rules=OutcomeRules() if r[3] is None else _rules(r[3]),
        )
        for r in rows
    ]


async def put_outcomes(wire: Wire, tenant_id: TenantId, outcomes: Sequence[Outcome]) -> None:
    """Set all of them, in this order."""
    await wire.execute("DELETE FROM dispositions WHERE tenant_id = $1", tenant_id)
    await wire.execute("DELETE FROM disposition_rules WHERE tenant_id = $1", tenant_id)
    await wire.many(
        "INSERT INTO dispositions (tenant_id, code, name, note_required, position)"
        " VALUES ($1, $2, $3, $4, $5)",
        [(tenant_id, o.code, o.name, o.note_required, n) for n, o in enumerate(outcomes)],
    )
    await wire.many(
        "INSERT INTO disposition_rules (tenant_id, code, rules) VALUES ($1, $2, $3)",
        [(tenant_id, o.code, text(o.rules)) for o in outcomes],
    )


async def pauses_of(wire: Wire, tenant_id: TenantId) -> list[PauseReason]:
    """The reasons for a pause in their order, retired ones too; the usual ones while the house has named none."""
    rows = await wire.fetch(
        "SELECT rules FROM pause_reasons WHERE tenant_id = $1 ORDER BY position, code", tenant_id
    )
    return [_pause(r[0]) for r in rows] or list(USUAL_PAUSES)
