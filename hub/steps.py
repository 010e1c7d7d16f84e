"""Steps of work that routing, the desk and the telephone take inside their units of work."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.agent import Agent
from hub.domain.events import AgentChanged, InteractionClosed, ReservationEnded, WorkStepped
from hub.domain.ids import UserId
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


async def let_go(unit: UnitOfWork, item: WorkItem, now: datetime, *, reason: str) -> None:
    """The item, which is as it is now, is nobody's: who was asked is asked no more, who had it is done with it."""
    for held in await unit.open_reservations(item.id):
        if held.state is ReservationState.OFFERED:
            await _withdraw(unit, held, item, now, reason=reason)
        else:
            unit.release(held, now)


async def withdraw_offers(unit: UnitOfWork, item: WorkItem, taken: Reservation, *, reason: str) -> None:
    """Whoever else was asked to take the item, which is as it is now, is asked no more: `taken` has it."""
    for other in await unit.open_reservations(item.id):
        if other.id != taken.id and other.state is ReservationState.OFFERED:
            await _withdraw(unit, other, item, item.state_at, reason=reason)


async def _withdraw(
    unit: UnitOfWork, offer: Reservation, item: WorkItem, now: datetime, *, reason: str
) -> None:
    over = offer.stepped(ReservationState.WITHDRAWN, now, reason=reason)
    if await unit.settle(over):
        unit.emit(ReservationEnded(tenant_id=item.tenant_id, reservation=over, item=item))


async def end_pass(
    unit: UnitOfWork,
    interaction: Interaction,
    item: WorkItem,
    to: WorkState,
    now: datetime,
    *,
    reason: str,
    withdrawn: str = "",
    from_agent_id: UserId | None = None,
) -> tuple[WorkItem, Interaction]:
    """This pass through the line is over, as `to`: nobody has it or is asked about it any more.

    Whoever was asked is told `withdrawn`, or else the same reason. Raises Conflict (`work_moved_on`) for a pass that
    cannot end so.
    """
    over = item.stepped(to, now)
    unit.save_item(item, over)
    await let_go(unit, over, now, reason=withdrawn or reason)
    fact = WorkStepped(tenant_id=item.tenant_id, item=over, reason=reason, from_agent_id=from_agent_id)
    return over, unit.note_fact(fact, interaction)


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
    """End a wrap-up in which nobody says anything more: as `end_wrap_up`.

    A call may be in wrap-up without an outcome: then none was given, and the engagement is over with it.
    Raises Conflict (`work_moved_on`) when the item is not wrapping up.
    """
    interaction = (await unit.interactions([item.interaction_id]))[item.interaction_id]
    interaction = await end_wrap_up(unit, interaction, item, now, reason=reason)
    if interaction.state is InteractionState.OPEN:
        await close_by_itself(unit, interaction, now)


async def end_wrap_up(
    unit: UnitOfWork, interaction: Interaction, item: WorkItem, now: datetime, *, reason: str
) -> Interaction:
    """The work is complete, and its agent has the room back and is idle from now. The interaction stays as it is.

    Raises Conflict (`work_moved_on`) when the item is not wrapping up.
    """
    _, interaction = await end_pass(unit, interaction, item, WorkState.COMPLETED, now, reason=reason)
    agent = None if item.agent_id is None else (await unit.agents([item.agent_id])).get(item.agent_id)
    if agent is not None:
        change_agent(unit, replace(agent, idle_since=now), now, reason="work_done")
    return interaction


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
