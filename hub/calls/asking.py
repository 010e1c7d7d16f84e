"""A colleague who is asked about a caller: they see whose matter it is, and are offered nothing meanwhile."""

from datetime import datetime

from hub.domain.call import Call, CallStage
from hub.domain.consult import Consult
from hub.domain.events import ConsultChanged
from hub.domain.ids import ConsultId, InteractionId, UserId
from hub.domain.interaction import Interaction
from hub.ids import new_id
from hub.ports.call_store import CallUnit

_AGENT = "agent:"


async def asked_on_the_telephone(
    unit: CallUnit, call: Call, interaction: Interaction, who: str, stage: CallStage | None, now: datetime
) -> Interaction:
    """`who` is called by the agent of the call, or talks to them (None: they do not any more). For a colleague of this
    house (`agent:<id>`) it is a consult without a question in writing, and a line of the history. Told twice it is the
    same one. Somebody outside sees nothing of the house."""
    colleague_id = UserId(who.removeprefix(_AGENT)) if stage is not None and who.startswith(_AGENT) else None
    going_on = [c for c in await unit.open_consults(interaction.id) if c.is_spoken]
    if colleague_id is not None and any(c.colleague_id == colleague_id for c in going_on):
        return interaction
    for consult in going_on:
        _end(unit, consult, now, "done")
    if colleague_id is None or call.agent_id is None:
        return interaction
    known = await unit.agents([call.agent_id, colleague_id])
    if call.agent_id not in known or colleague_id not in known:
        return interaction
    consult = Consult(
        id=ConsultId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        asked_by=call.agent_id,
        asked_by_name=known[call.agent_id].name,
        colleague_id=colleague_id,
        colleague_name=known[colleague_id].name,
        question="",
        started_at=now,
    )
    unit.add_consult(consult)
    return unit.note_fact(ConsultChanged(tenant_id=consult.tenant_id, consult=consult), interaction)


async def asked_no_more(unit: CallUnit, interaction_id: InteractionId, now: datetime, reason: str) -> None:
    """Nobody is asked about it on the telephone any more; what is asked in writing goes on."""
    for consult in await unit.open_consults(interaction_id):
        if consult.is_spoken:
            _end(unit, consult, now, reason)


def _end(unit: CallUnit, consult: Consult, now: datetime, reason: str) -> None:
    over = consult.ended(now, reason)
    unit.end_consult(over)
    unit.emit(ConsultChanged(tenant_id=over.tenant_id, consult=over))
