"""Steps of a call that one of us begins: whom it reaches, whether they may be called, and the work it is."""

from datetime import datetime

from hub.domain.agent import Agent, Media, Wish
from hub.domain.call import SIP, Call
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import InteractionOpened
from hub.domain.ids import IdentityId, InteractionId, PersonId, QueueId, WorkItemId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.person import Confidence, Identity, IdentityKind, Person
from hub.domain.presence import is_present
from hub.domain.queue import Queue
from hub.domain.reach import WayClosed
from hub.handing import begin_work, require_own_line
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

    Raises Conflict (`at_capacity`) while another call is theirs, also in wrap-up: chats and mails wait meanwhile.
    """
    item_id = WorkItemId(new_id())
    weight = await require_own_line(unit, agent, besides=item_id)
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
    item, interaction = begin_work(
        unit,
        interaction,
        agent,
        queue,
        id=item_id,
        channel=SIP,
        media=Media.VOICE,
        tier=person.tier,
        weight=weight,
        now=now,
        text=f"{agent.name} called this client.",
    )
    call, _ = begin_call(
        unit, interaction, item, agent.id, number, now, node=node, request=request, author=agent.name
    )
    return call
