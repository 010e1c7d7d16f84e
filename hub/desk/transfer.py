"""Handing work on: this pass ends, another one begins in the other queue, and the client's place is kept."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Protocol

from hub.desk.scope import require_interaction
from hub.desk.writing import written
from hub.domain.access import Permission, Principal
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import WorkStepped
from hub.domain.ids import InteractionId, QueueId, TenantId, WorkItemId
from hub.domain.interaction import Interaction
from hub.domain.texts import written_text
from hub.domain.work import WorkItem, WorkState, urgent_at
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.store import UnitOfWork


class TransferStore(Protocol):
    """What handing on asks of the store."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work."""
        ...


class Transfers:
    """Transfers to a queue."""

    def __init__(self, store: TransferStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def to_queue(
        self, principal: Principal, interaction_id: InteractionId, queue_id: QueueId, note: str
    ) -> Interaction:
        """End this pass (no wrap-up) and begin another in `queue_id`; the client is as urgent as before.

        Raises NotFound out of scope, Invalid for an unknown queue, Conflict when nobody has the work or the
        interaction is closed.
        """
        async with self._store.unit(principal.tenant_id) as unit:
            found = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            interaction = require_interaction(principal, Permission.TRANSFER, found, item)
            interaction.require_open()
            if item is None or item.state is not WorkState.ASSIGNED:
                raise Conflict("nobody has this work", code="not_assigned")
            queue = (await unit.queues()).get(queue_id)
            if queue is None:
                raise Invalid("there is no such queue", field="queue_id", code="no_such_queue")
            now = self._clock.now()
            if said := written_text(note):
                _, interaction = written(unit, principal, interaction, item, said, self._clock)
            done = item.stepped(WorkState.COMPLETED, now)
            unit.save_item(item, done)
            for held in await unit.open_reservations(item.id):
                unit.release(held, now)
            interaction = unit.note_fact(
                WorkStepped(tenant_id=item.tenant_id, item=done, reason="transferred"),
                replace(interaction, queue_id=queue.id),
            )
            priority = queue.priority + (item.priority - (await unit.queues())[item.queue_id].priority)
            again = WorkItem(
                id=WorkItemId(new_id()),
                tenant_id=item.tenant_id,
                interaction_id=item.interaction_id,
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
            unit.add_item(again)
            return unit.note_fact(
                WorkStepped(tenant_id=item.tenant_id, item=again, reason="transferred"), interaction
            )
