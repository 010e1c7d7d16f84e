"""Steps of handing work over: taking an offer, giving it to a named agent or offering it to one, another line.

The desk and the telephone both take them inside their units of work.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.crashpoints import crash_at
from hub.domain.access import Principal
from hub.domain.agent import FULL, Agent, Media, Wish
from hub.domain.errors import Conflict, NotFound
from hub.domain.events import AgentChanged, ConsultChanged, ReservationEnded, ReservationOffered, WorkStepped
from hub.domain.ids import InteractionId, ReservationId, UserId, WorkItemId
from hub.domain.interaction import Interaction
from hub.domain.person import TIER_PRIORITY, Tier
from hub.domain.presence import is_present
from hub.domain.queue import Queue
from hub.domain.reservation import Reservation, ReservationState, Why
from hub.domain.work import WorkItem, WorkState, begun, urgent_at
from hub.ids import new_id
from hub.ports.store import UnitOfWork
from hub.ports.supervise import SuperviseUnit
from hub.steps import change_agent, end_pass, let_go, withdraw_offers

_HELD = frozenset({WorkState.ASSIGNED, WorkState.WRAP_UP})
_MAY_BE_ACCEPTED = frozenset({ReservationState.OFFERED, ReservationState.ACCEPTED})

SUPERVISING = "supervising"
"""The pause reason of somebody who serves no queue and has taken work over."""


async def take_offer(
    unit: UnitOfWork, interaction: Interaction, item: WorkItem, offer: Reservation, now: datetime
) -> tuple[WorkItem, Interaction]:
    """The agent of the offer has the work: the item after it, and the interaction. Taken before, it is success.

    The interaction and the item are locked already. Raises Conflict `offer_over` when the offer ended or somebody
    was faster, `at_capacity` when accepted work already takes the room, NotFound for an agent who is gone.
    """
    agent_id = offer.agent_id
    if item.epoch == offer.epoch and item.state in _HELD and item.agent_id == agent_id:
        return item, interaction
    if item.state is not WorkState.OFFERED or item.epoch != offer.epoch or offer.expires_at <= now:
        raise Conflict("this offer is over", code="offer_over")
    agent = (await unit.agents([agent_id])).get(agent_id)
    if agent is None:
        raise NotFound("there is no such agent")
    weight = await require_own_room(unit, agent, item.media, besides=item.id)
    accepted = offer.stepped(ReservationState.ACCEPTED, now)
    if not await unit.settle(accepted):
        raise Conflict("this offer is over", code="offer_over")
    assigned = item.stepped(WorkState.ASSIGNED, now, agent_id=agent_id, weight=weight)
    unit.save_item(item, assigned)
    await withdraw_offers(unit, assigned, accepted, reason="taken")
    unit.note_served(item.person_id, agent_id)
    interaction = unit.note_fact(
        ReservationEnded(tenant_id=item.tenant_id, reservation=accepted, item=assigned),
        replace(interaction, last_agent_id=agent_id),
    )
    if agent.missed_offers:
        change_agent(unit, replace(agent, missed_offers=0), now, reason="answered")
    crash_at("router.after_accept_before_commit")
    return assigned, interaction


def require_not_over(offer: Reservation) -> None:
    """Raises Conflict (`offer_over`) at once, so that the many who lose wait for no lock."""
    if offer.state not in _MAY_BE_ACCEPTED:
        raise Conflict("this offer is over", code="offer_over")


async def require_room(unit: UnitOfWork, agent: Agent, item: WorkItem) -> int:
    """The units that `item` takes of this agent. Raises Conflict (`agent_full`) when they have no room for it."""
    weight = agent.capacity.weight(item.media)
    if await unit.agent_units(agent.id, besides=item.id) + weight > FULL:
        raise Conflict(f"{agent.name} has no room for this work", code="agent_full")
    return weight


async def require_own_room(unit: UnitOfWork, agent: Agent, media: Media, *, besides: WorkItemId) -> int:
    """The units that one more item of `media` takes of whoever asks for it themselves.

    Raises Conflict (`at_capacity`) when their accepted work leaves no room for it.
    """
    weight = agent.capacity.weight(media)
    if await unit.agent_units(agent.id, besides=besides) + weight > FULL:
        raise _no_room()
    return weight


async def require_own_line(unit: UnitOfWork, agent: Agent, *, besides: WorkItemId) -> int:
    """The units that a call takes of whoever begins it: conversations in writing that they have wait meanwhile, and
    no further work is offered until the call is over.

    Raises Conflict (`at_capacity`) for who has a call in hand or in wrap-up, or takes none.
    """
    weight = agent.capacity.weight(Media.VOICE)
    if await unit.agent_units(agent.id, besides=besides, media=Media.VOICE) + weight > FULL:
        raise _no_room()
    return weight


def _no_room() -> Conflict:
    return Conflict("you have no room for this work", code="at_capacity")


def require_there(agent: Agent, now: datetime) -> None:
    """Raises Conflict (`agent_away`) for an agent whose console is closed, or who is offline."""
    if not is_present(agent, now) or agent.wish is Wish.OFFLINE:
        raise Conflict(f"{agent.name} is not there", code="agent_away")


def require_phone(agent: Agent, item: WorkItem) -> None:
    """Raises Conflict (`agent_no_phone`) for an agent whose phone cannot be rung, when the work is a call."""
    if item.media is Media.VOICE and not agent.phone_ready:
        raise Conflict(f"the phone of {agent.name} cannot be reached", code="agent_no_phone")


async def one_who_holds(
    unit: SuperviseUnit, principal: Principal, me: UserId, now: datetime, lease: timedelta
) -> Agent:
    """The principal as somebody who can hold work: paused, if they serve nobody now, so that the router asks
    them nothing."""
    agent = (await unit.agents([me])).get(me)
    if agent is None:
        agent = Agent(
            id=me,
            tenant_id=principal.tenant_id,
            name=principal.name,
            wish=Wish.PAUSED,
            pause_reason=SUPERVISING,
            wish_since=now,
            presence_until=now + lease,
            idle_since=now,
        )
        unit.add_agent(agent)
        unit.emit(AgentChanged(tenant_id=agent.tenant_id, agent=agent, at=now, reason=SUPERVISING))
    elif agent.wish is Wish.OFFLINE:
        paused = replace(agent, wish=Wish.PAUSED, pause_reason=SUPERVISING, wish_since=now)
        agent = change_agent(unit, paused, now, reason=SUPERVISING)
    return agent


async def give(
    unit: UnitOfWork,
    interaction: Interaction,
    item: WorkItem,
    agent: Agent,
    *,
    weight: int,
    now: datetime,
    reason: str,
    by: str,
) -> tuple[WorkItem, Interaction]:
    """The item becomes the agent's, whoever had it or was asked: through the line and an offer, in one moment.

    Every stage is a step of the item, so that segments, epoch and figures are as for any other assignment.
    Raises Conflict (`work_moved_on`) when the item can go to nobody any more.
    """
    waiting, interaction = await back_in_line(unit, interaction, item, now, reason=reason)
    offered = waiting.stepped(
        WorkState.OFFERED, now, agent_id=agent.id, deadline_at=now, weight=min(weight, FULL)
    )
    assigned = offered.stepped(WorkState.ASSIGNED, now, agent_id=agent.id, weight=min(weight, FULL))
    unit.save_item(waiting, offered)
    unit.save_item(offered, assigned)
    accepted = held_at_once(offered, agent, now, reason=reason, why=_chosen(agent, reason, by))
    unit.add_reservation(accepted)
    unit.note_served(item.person_id, agent.id)
    interaction = unit.note_fact(
        ReservationEnded(tenant_id=item.tenant_id, reservation=accepted, item=assigned),
        replace(interaction, last_agent_id=agent.id),
    )
    return assigned, interaction


async def back_in_line(
    unit: UnitOfWork, interaction: Interaction, item: WorkItem, now: datetime, *, reason: str
) -> tuple[WorkItem, Interaction]:
    """The item waits again at its old place: offers are withdrawn, its agent is done with it.

    Raises Conflict (`work_moved_on`) for work that is over.
    """
    if item.state is WorkState.QUEUED:
        return item, interaction
    waiting = item.stepped(WorkState.QUEUED, now)
    unit.save_item(item, waiting)
    await let_go(unit, waiting, now, reason=reason)
    if item.state is WorkState.ASSIGNED:
        interaction = unit.note_fact(
            WorkStepped(tenant_id=item.tenant_id, item=waiting, reason=reason, from_agent_id=item.agent_id),
            interaction,
        )
    return waiting, interaction


async def next_pass(
    unit: UnitOfWork, interaction: Interaction, item: WorkItem, queue: Queue, now: datetime
) -> WorkItem:
    """A new pass in `queue`, not in the unit yet: the client is as urgent there as here."""
    priority = queue.priority + (item.priority - (await unit.queues())[item.queue_id].priority)
    return WorkItem(
        id=WorkItemId(new_id()),
        tenant_id=item.tenant_id,
        interaction_id=interaction.id,
        person_id=item.person_id,
        queue_id=queue.id,
        channel=item.channel,
        media=item.media,
        language=item.language,
        skills=queue.required_skills(item.language),
        priority=priority,
        state=WorkState.QUEUED,
        first_queued_at=now,
        queued_at=now,
        urgent_at=urgent_at(item.first_queued_at, priority),
        state_at=now,
        received_at=now,
    )


async def move_on(
    unit: SuperviseUnit,
    interaction: Interaction,
    item: WorkItem,
    queue: Queue,
    now: datetime,
    *,
    to: tuple[Agent, int] | None,
    by: str,
) -> tuple[WorkItem, Interaction]:
    """This pass ends without a wrap-up, another begins in `queue`; the agent of `to` is asked at once, and the item
    takes so many of their units. Whoever was consulted is asked no more.
    """
    had = item.agent_id if item.state is WorkState.ASSIGNED else None
    over = WorkState.COMPLETED if had is not None else WorkState.FLOWED_OUT
    moved = replace(interaction, queue_id=queue.id)
    _, interaction = await end_pass(unit, moved, item, over, now, reason="transferred")
    await end_consults(unit, interaction.id, now, "done")
    again = await next_pass(unit, interaction, item, queue, now)
    unit.add_item(again)
    stepped = WorkStepped(tenant_id=item.tenant_id, item=again, reason="transferred", from_agent_id=had)
    interaction = unit.note_fact(stepped, interaction)
    if to is not None:
        agent, weight = to
        offer_to(unit, again, agent, queue, weight=weight, now=now, by=by)
    return again, interaction


def offer_to(
    unit: UnitOfWork, item: WorkItem, agent: Agent, queue: Queue, *, weight: int, now: datetime, by: str
) -> WorkItem:
    """Ask this agent at once; declined or not answered, the item goes on waiting for anybody."""
    expires_at = now + timedelta(seconds=queue.offer_s)
    offered = item.stepped(WorkState.OFFERED, now, agent_id=agent.id, deadline_at=expires_at, weight=weight)
    unit.save_item(item, offered)
    asked = _reservation(offered, agent, now, expires_at, _chosen(agent, "handed_over", by))
    unit.add_reservation(asked)
    unit.emit(ReservationOffered(tenant_id=item.tenant_id, reservation=asked, item=offered))
    return offered


async def end_consults(
    unit: SuperviseUnit, interaction_id: InteractionId, now: datetime, reason: str
) -> None:
    """Whoever was being asked about this is asked no more."""
    for consult in await unit.open_consults(interaction_id):
        over = consult.ended(now, reason)
        unit.end_consult(over)
        unit.emit(ConsultChanged(tenant_id=over.tenant_id, consult=over))


def held_at_once(item: WorkItem, agent: Agent, now: datetime, *, reason: str, why: Why) -> Reservation:
    """The accepted reservation of an item that this agent has without having been asked."""
    return replace(
        _reservation(item, agent, now, now, why),
        state=ReservationState.ACCEPTED,
        answered_at=now,
        reason=reason,
    )


def begin_work(
    unit: UnitOfWork,
    interaction: Interaction,
    agent: Agent,
    queue: Queue,
    *,
    id: WorkItemId,  # noqa: A002 - the item's own field
    channel: str,
    media: Media,
    tier: Tier,
    weight: int,
    now: datetime,
    text: str,
) -> tuple[WorkItem, Interaction]:
    """A pass that the agent begins, and has from its first moment. `text` says so, in an English sentence."""
    item = begun(
        id=id,
        interaction_id=interaction.id,
        person_id=interaction.person_id,
        tenant_id=interaction.tenant_id,
        queue_id=queue.id,
        channel=channel,
        media=media,
        language=interaction.language,
        skills=queue.required_skills(interaction.language),
        priority=queue.priority + TIER_PRIORITY[tier],
        agent_id=agent.id,
        weight=weight,
        at=now,
    )
    unit.add_item(item)
    why = chosen_alone(agent, "started", text, by=agent.name)
    unit.add_reservation(held_at_once(item, agent, now, reason="started", why=why))
    unit.note_served(item.person_id, agent.id)
    stepped = WorkStepped(tenant_id=item.tenant_id, item=item, reason="started")
    return item, unit.note_fact(stepped, replace(interaction, last_agent_id=agent.id))


def _reservation(item: WorkItem, agent: Agent, now: datetime, expires_at: datetime, why: Why) -> Reservation:
    return Reservation(
        id=ReservationId(new_id()),
        tenant_id=item.tenant_id,
        work_item_id=item.id,
        interaction_id=item.interaction_id,
        queue_id=item.queue_id,
        agent_id=UserId(agent.id),
        state=ReservationState.OFFERED,
        epoch=item.epoch,
        offered_at=now,
        expires_at=expires_at,
        why=why,
    )


_WORDS = {
    "handed_over": "{by} hands this over to {name}.",
    "reassigned": "{by} gave this to {name}.",
    "taken_over": "{name} took this over.",
    "started": "{name} wrote to this client and took this out of the line.",
    "consulted": "{by} asked {name} about this and handed it over.",
}
_REASONS = {"reassigned": "given"}


def chosen_alone(agent: Agent, reason: str, text: str, *, by: str = "") -> Why:
    """Why it was this agent: nobody else was considered. `text` says so, in an English sentence."""
    return Why(reason=reason, chosen=agent.name, idle_s=0.0, considered=1, could=1, text=text, by=by)


def _chosen(agent: Agent, reason: str, by: str) -> Why:
    text = _WORDS[reason].format(by=by, name=agent.name)
    return chosen_alone(agent, _REASONS.get(reason, reason), text, by=by)
