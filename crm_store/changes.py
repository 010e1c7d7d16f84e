"""How a changed value is written: the statement and its parameters, for each kind of value a unit saves."""

from collections.abc import Iterable
from datetime import datetime

from crm_store.driver import Row
from crm_store.instants import to_us
from crm_store.mapping import text, us
from hub.domain.agent import Agent
from hub.domain.events import (
    CallChanged,
    ClientLeft,
    ConsultChanged,
    Event,
    InteractionClosed,
    InteractionOpened,
    InteractionRated,
    ReservationEnded,
    WorkStepped,
)
from hub.domain.interaction import Interaction
from hub.domain.segment import Segment
from hub.domain.work import WorkItem
from hub.insight.segments import HANDLING

SAVE_INTERACTION = (
    "UPDATE interactions SET state = $1, closed_at = $2, closed_by = $3, disposition = $4, disposition_note = $5,"
    " last_agent_id = $6, last_seq = $7, version = $8, queue_id = $9, person_id = $10, language = $11 WHERE id = $12"
)


def interaction_change(i: Interaction) -> Row:
    """Parameters of SAVE_INTERACTION."""
    return (
        i.state.value,
        us(i.closed_at),
        i.closed_by,
        i.disposition.code if i.disposition else None,
        i.disposition.note if i.disposition else None,
        i.last_agent_id,
        i.last_seq,
        i.version,
        i.queue_id,
        i.person_id,
        i.language,
        i.id,
    )


SAVE_ITEM = (
    "UPDATE work_items SET state = $1, queued_at = $2, urgent_at = $3, state_at = $4, deadline_at = $5,"
    " assigned_at = $6, answered_at = $7, ended_at = $8, agent_id = $9, weight = $10, epoch = $11, version = $12,"
    " priority = $13, held = $14, preferred_agent_id = $15 WHERE id = $16"
)


def item_change(w: WorkItem) -> Row:
    """Parameters of SAVE_ITEM."""
    return (
        w.state.value,
        us(w.queued_at),
        us(w.urgent_at),
        us(w.state_at),
        us(w.deadline_at),
        us(w.assigned_at),
        us(w.answered_at),
        us(w.ended_at),
        w.agent_id,
        w.weight,
        w.epoch,
        w.version,
        w.priority,
        w.held,
        w.preferred_agent_id,
        w.id,
    )


ADD_HANDLE = "UPDATE work_items SET handle_us = handle_us + $1 WHERE id = $2"


def handle_changes(segments: Iterable[Segment]) -> list[Row]:
    """Parameters of ADD_HANDLE: what these segments add to the work of their passes."""
    worked: dict[str, int] = {}
    for s in segments:
        if s.kind in HANDLING:
            worked[s.work_item_id] = worked.get(s.work_item_id, 0) + to_us(s.ended_at) - to_us(s.started_at)
    return [(us, item_id) for item_id, us in worked.items()]


# the lease of the console is renewed beside units of work, so they never write it back
SAVE_AGENT = (
    "UPDATE agents SET wish = $1, pause_reason = $2, wish_since = $3, idle_since = $4, missed_offers = $5,"
    " version = $6, skills = $7, queues = $8, name = $9, phone_ready = $10 WHERE id = $11"
)


def agent_change(a: Agent) -> Row:
    """Parameters of SAVE_AGENT."""
    return (
        a.wish.value,
        a.pause_reason,
        us(a.wish_since),
        us(a.idle_since),
        a.missed_offers,
        a.version,
        text(a.skills),
        text(sorted(a.queues)),
        a.name,
        a.phone_ready,
        a.id,
    )


def fact_row(event: Event, interaction: Interaction, seq: int, at: datetime) -> Row:
    """A row of `facts`. Raises TypeError for an event that is no fact of an interaction's history."""
    head = (interaction.id, seq, interaction.tenant_id, interaction.person_id, us(at), event.kind)
    if isinstance(event, WorkStepped):
        item = event.item
        who = item.agent_id or event.from_agent_id
        return (*head, item.id, item.queue_id, who, item.state.value, event.reason)
    if isinstance(event, ReservationEnded):
        item, reason = event.item, event.reservation.state.value
        return (*head, item.id, item.queue_id, item.agent_id, item.state.value, reason)
    if isinstance(event, CallChanged):
        call = event.call
        return (
            *head,
            call.work_item_id,
            call.queue_id,
            call.agent_id,
            call.stage.value,
            "" if call.end is None else call.end.value,
        )
    if isinstance(event, ConsultChanged):
        consult = event.consult
        return (
            *head,
            None,
            interaction.queue_id,
            consult.asked_by,
            "ended" if consult.ended_at else "asked",
            consult.colleague_name,
        )
    if isinstance(event, ClientLeft):
        return (*head, None, interaction.queue_id, event.agent_id, "left", "")
    if isinstance(event, InteractionRated):
        return (*head, None, event.queue_id, event.agent_id, "rated", str(event.score))
    if isinstance(event, InteractionOpened):
        return (*head, None, interaction.queue_id, None, "open", interaction.channel)
    if isinstance(event, InteractionClosed):
        code = interaction.disposition.code if interaction.disposition else ""
        return (*head, None, interaction.queue_id, interaction.closed_by, "closed", code)
    raise TypeError(f"{event.kind} is no fact of an interaction's history")
