"""Steps of work that routing, the desk and the telephone take inside their units of work."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.agent import Agent
from hub.domain.events import AgentChanged, InteractionClosed, ReservationEnded, WorkStepped
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.reservation import Reservation, ReservationState
from hub.domain.work import WorkItem, WorkState
from hub.ports.store import UnitOfWork


async def as_it_is_now(unit: UnitOfWork, seen: WorkItem) -> WorkItem | None:
    """The item that was seen outside this unit, locked; None when it is gone.

    Its interaction is locked first, in the order of the desk: nobody waits in a ring.
    """
    await unit.interactions([seen.interaction_id])
    return (await unit.work_items([seen.id])).get(seen.id)


async def end_offer(
    unit: UnitOfWork, offer: Reservation, to: ReservationState, now: datetime, *, reason: str
) -> bool:
    """End an offer as declined, expired or withdrawn; the item returns to its old place in the line.

    False when the offer was over already: then nothing is done.
    """
    over = offer.stepped(to, now, reason=reason)
    item = (await unit.work_items([offer.work_item_id])).get(offer.work_item_id)
    if item is None or not await unit.settle(over):
        return False
    if item.state is WorkState.OFFERED and item.epoch == offer.epoch:
        waiting = item.stepped(WorkState.QUEUED, now)
        unit.save_item(item, waiting)
        item = waiting
    unit.emit(ReservationEnded(tenant_id=offer.tenant_id, reservation=over, item=item))
    return True


async def begin_wrap_up(
    unit: UnitOfWork, interaction: Interaction, item: WorkItem, now: datetime, *, reason: str
) -> tuple[WorkItem, Interaction]:
    """The agent has done with the client; what is left to write ends by itself after the time of the queue.

    Raises Conflict (`work_moved_on`) when nobody has the item in hand.
    """
    ends_at = now + timedelta(seconds=(await unit.queues())[item.queue_id].wrap_up_s)
    after = item.stepped(WorkState.WRAP_UP, now, deadline_at=ends_at)
    unit.save_item(item, after)
    stepped = WorkStepped(tenant_id=item.tenant_id, item=after, reason=reason)
    return after, unit.note_fact(stepped, interaction)


async def finish_wrap_up(unit: UnitOfWork, item: WorkItem, now: datetime, *, reason: str) -> None:
    """End a wrap-up: the work is complete, and its agent has the room back and is idle from now.

    A call may be in wrap-up without an outcome: then none was given, and the engagement is over with it.
    Raises Conflict (`work_moved_on`) when the item is not wrapping up.
    """
    done = item.stepped(WorkState.COMPLETED, now)
    unit.save_item(item, done)
    for held in await unit.open_reservations(item.id):
        unit.release(held, now)
    interaction = (await unit.interactions([item.interaction_id]))[item.interaction_id]
    interaction = unit.note_fact(WorkStepped(tenant_id=item.tenant_id, item=done, reason=reason), interaction)
    if interaction.state is InteractionState.OPEN:
        await close_by_itself(unit, interaction, now)
    if item.agent_id is None:
        return
    agent = (await unit.agents([item.agent_id])).get(item.agent_id)
    if agent is not None:
        change_agent(unit, replace(agent, idle_since=now), now, reason="work_done")


async def close_by_itself(unit: UnitOfWork, interaction: Interaction, now: datetime) -> Interaction:
    """The engagement is over without anybody's word about it."""
    for session in await unit.open_sessions(interaction.id):
        unit.end_session(session.id, now)
    closed = replace(
        interaction, state=InteractionState.CLOSED, closed_at=now, version=interaction.version + 1
    )
    return unit.note_fact(InteractionClosed(tenant_id=closed.tenant_id, interaction=closed), closed)


def change_agent(unit: UnitOfWork, agent: Agent, now: datetime, *, reason: str) -> Agent:
    """Save an agent as it is now and tell everybody; the agent with its next version."""
    changed = replace(agent, version=agent.version + 1)
    unit.save_agent(changed, reason)
    unit.emit(AgentChanged(tenant_id=agent.tenant_id, agent=changed, at=now, reason=reason))
    return changed
