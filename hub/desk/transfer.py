"""Handing work on: this pass ends, another one begins in a queue or is offered to an agent; the place is kept."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from hub.desk.scope import require_interaction
from hub.desk.writing import written
from hub.domain.access import Permission, Principal
from hub.domain.agent import Agent, Media, Wish
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import InteractionId, QueueId, TenantId, UserId
from hub.domain.interaction import Interaction
from hub.domain.queue import Queue
from hub.domain.texts import written_text
from hub.domain.work import WorkItem, WorkState
from hub.handing import move_on, require_phone, require_room, require_there
from hub.ports.call_store import CallUnit
from hub.ports.clock import Clock
from hub.ports.supervise import SuperviseUnit


class TransferStore(Protocol):
    """What handing on asks of the store."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[CallUnit]:
        """A unit of work."""
        ...


class Transfers:
    """Transfers to a queue, and to an agent."""

    def __init__(self, store: TransferStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def to_queue(
        self, principal: Principal, interaction_id: InteractionId, queue_id: QueueId, note: str
    ) -> Interaction:
        """End this pass (no wrap-up) and begin another in `queue_id`; the client is as urgent as before.

        Raises NotFound out of scope, Invalid for an unknown or retired queue, Conflict when nobody has the work,
        the interaction is closed, or its client is on the line (`call_stays`).
        """
        async with self._store.unit(principal.tenant_id) as unit:
            found = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            interaction = require_interaction(principal, Permission.TRANSFER, found, item)
            interaction.require_open()
            if item is None or item.state is not WorkState.ASSIGNED:
                raise Conflict("nobody has this work", code="not_assigned")
            await _require_movable(unit, item)
            queue = (await unit.queues()).get(queue_id)
            if queue is None or queue.rules.retired:
                raise Invalid("there is no such queue", field="queue_id", code="no_such_queue")
            return await _handed_on(unit, principal, interaction, item, queue, note, self._clock)

    async def to_agent(
        self, principal: Principal, interaction_id: InteractionId, agent_id: UserId, note: str
    ) -> Interaction:
        """End this pass and ask this agent at once; declined or not answered, it waits in the queue for anybody.

        The agent serves a queue of the principal's. The line is the present one if they serve it, else the first
        they share. Raises NotFound out of scope or for an agent beyond it, Conflict `not_assigned`, `agent_away`,
        `agent_paused`, `agent_full`, `agent_no_phone`, `call_stays`: then the work stays where it is.
        """
        async with self._store.unit(principal.tenant_id) as unit:
            found = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            interaction = require_interaction(principal, Permission.TRANSFER, found, item)
            interaction.require_open()
            if item is None or item.state is not WorkState.ASSIGNED:
                raise Conflict("nobody has this work", code="not_assigned")
            await _require_movable(unit, item)
            agent = (await unit.agents([agent_id])).get(agent_id)
            queues = await unit.queues()
            shared = {
                q
                for q in ({} if agent is None else agent.queues & principal.queues)
                if q == item.queue_id or (q in queues and not queues[q].rules.retired)
            }
            if agent is None or not shared:
                raise NotFound("there is no such agent")
            if agent.id == item.agent_id:
                raise Invalid("the agent has this work", field="agent_id", code="has_it_already")
            now = self._clock.now()
            require_there(agent, now)
            if agent.wish is Wish.PAUSED:
                raise Conflict(f"{agent.name} is paused", code="agent_paused")
            require_phone(agent, item)
            weight = await require_room(unit, agent, item)
            line = queues[
                item.queue_id if item.queue_id in shared else min(shared, key=lambda q: queues[q].name)
            ]
            return await _handed_on(
                unit, principal, interaction, item, line, note, self._clock, to=(agent, weight)
            )


async def _require_movable(unit: CallUnit, item: WorkItem) -> None:
    """Raises Conflict (`call_stays`): who is on the line goes on by the telephone, and the work with them."""
    if item.media is Media.VOICE and await unit.call_going_on(item.interaction_id) is not None:
        raise Conflict("a call is handed on by the telephone", code="call_stays")


async def _handed_on(
    unit: SuperviseUnit,
    principal: Principal,
    interaction: Interaction,
    item: WorkItem,
    queue: Queue,
    note: str,
    clock: Clock,
    *,
    to: tuple[Agent, int] | None = None,
) -> Interaction:
    now = clock.now()
    if said := written_text(note):
        _, interaction = written(unit, principal, interaction, item, said, clock)
    return (await move_on(unit, interaction, item, queue, now, to=to, by=principal.name))[1]
