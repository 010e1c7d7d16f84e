"""Steps of a call that one of us begins: whom it reaches, whether they may be called, and the work it is."""

from dataclasses import replace
from datetime import datetime

from hub.domain.agent import FULL, Agent, Media, Wish
from hub.domain.call import SIP, Call
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import InteractionOpened, WorkStepped
from hub.domain.ids import IdentityId, InteractionId, PersonId, QueueId, ReservationId, WorkItemId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.person import TIER_PRIORITY, Confidence, Identity, IdentityKind, Person
from hub.domain.presence import is_present
from hub.domain.queue import Queue
from hub.domain.reach import WayClosed
from hub.domain.reservation import Reservation, ReservationState, Why
from hub.domain.touch import Direction
from hub.domain.work import begun
from hub.ids import new_id
from hub.ports.call_store import CallUnit
from hub.promises import begin_call


async def client_behind(unit: CallUnit, number: str, agent: Agent, now: datetime) -> Person:
    """Who is known by this number; nobody, or more than one, is a new client without a name: whoever calls finds out.

    A short code is nobody's. Raises nothing.
    """
    holders = await unit.holders_of(number)
    if len(holders) == 1 and holders[0].confidence is Confidence.KNOWN:
        return holders[0].person
    person = Person(id=PersonId(new_id()), tenant_id=agent.tenant_id, created_at=now)
    unit.add_person(person, [])
    if not holders and number.startswith("+"):
        unit.add_identity(
            Identity(
                id=IdentityId(new_id()),
                tenant_id=agent.tenant_id,
                person_id=person.id,
                kind=IdentityKind.PHONE,
                value=number,
                confidence=Confidence.KNOWN,
                created_at=now,
            )
        )
    return person


async def require_callable(unit: CallUnit, agent: Agent, person_id: PersonId) -> None:
    """Raises Conflict: `client_refused` (they said that nobody shall call), `on_a_call`, `phone_not_ready`."""
    if IdentityKind.PHONE in await unit.refused(person_id):
        raise Conflict("this client does not want to be called", code=WayClosed.CLIENT_REFUSED.value)
    if await unit.call_with(agent.id) is not None:
        raise Conflict("you are on a call", code="on_a_call")
    if not agent.phone_ready:
        raise Conflict("your phone cannot be reached", code="phone_not_ready")


def require_there(agent: Agent | None, now: datetime) -> Agent:
    """Raises Conflict (`be_there_first`) for somebody whose console is closed, or who is offline."""
    if agent is None or agent.wish is Wish.OFFLINE or not is_present(agent, now):
        raise Conflict("you are not there", code="be_there_first")
    return agent


async def line_of(unit: CallUnit, agent: Agent, queue_id: QueueId | None) -> Queue:
    """The line that a call of this agent counts in: the one they name, or their first.

    Raises Invalid (`no_such_queue`).
    """
    queues = await unit.queues()
    mine = [q for i in agent.queues if (q := queues.get(i)) is not None and not q.rules.retired]
    found = [q for q in mine if queue_id in {None, q.id}]
    if not found:
        raise Invalid("there is no such queue of yours", field="queue_id", code="no_such_queue")
    return min(found, key=lambda q: q.name)


async def call_begun(
    unit: CallUnit,
    agent: Agent,
    person: Person,
    queue: Queue,
    number: str,
    now: datetime,
    *,
    node: str,
    request: str | None = None,
) -> Call:
    """An engagement that begins with our call: in the agent's hand from its first moment.

    Raises Conflict (`at_capacity`): a call takes the whole agent.
    """
    weight = agent.capacity.weight(Media.VOICE)
    item_id = WorkItemId(new_id())
    if await unit.agent_units(agent.id, besides=item_id) + weight > FULL:
        raise Conflict("you have no room for this work", code="at_capacity")
    interaction = Interaction(
        id=InteractionId(new_id()),
        tenant_id=agent.tenant_id,
        person_id=person.id,
        channel=SIP,
        queue_id=queue.id,
        language=person.language,
        state=InteractionState.OPEN,
        opened_at=now,
        last_agent_id=agent.id,
    )
    unit.add_interaction(interaction)
    interaction = unit.note_fact(
        InteractionOpened(tenant_id=agent.tenant_id, interaction=interaction), interaction
    )
    item = begun(
        id=item_id,
        interaction_id=interaction.id,
        person_id=person.id,
        tenant_id=agent.tenant_id,
        queue_id=queue.id,
        channel=SIP,
        media=Media.VOICE,
        language=interaction.language,
        skills=queue.required_skills(interaction.language),
        priority=queue.priority + TIER_PRIORITY[person.tier],
        agent_id=agent.id,
        weight=weight,
        at=now,
    )
    assert item.direction is Direction.OUTBOUND
    unit.add_item(item)
    unit.add_reservation(
        Reservation(
            id=ReservationId(new_id()),
            tenant_id=item.tenant_id,
            work_item_id=item.id,
            interaction_id=interaction.id,
            queue_id=queue.id,
            agent_id=agent.id,
            state=ReservationState.ACCEPTED,
            epoch=item.epoch,
            offered_at=now,
            expires_at=now,
            answered_at=now,
            reason="started",
            why=Why(
                reason="started",
                chosen=agent.name,
                idle_s=0.0,
                considered=1,
                could=1,
                text=f"{agent.name} called this client.",
                by=agent.name,
            ),
        )
    )
    unit.note_served(person.id, agent.id)
    interaction = unit.note_fact(
        WorkStepped(tenant_id=item.tenant_id, item=item, reason="started"),
        replace(interaction, last_agent_id=agent.id),
    )
    call, _ = begin_call(
        unit, interaction, item, agent.id, number, now, node=node, request=request, author=agent.name
    )
    return call
