"""Steps of a unit of work about clients who are to be called back: when they are reached, nobody has to any more."""

from collections.abc import Iterable
from datetime import datetime

from hub.domain.events import PersonChanged, TasksChanged
from hub.domain.ids import QueueId, UserId
from hub.domain.interaction import Interaction
from hub.ports.call_store import CallUnit, Reached


async def client_reached(
    unit: CallUnit,
    interaction: Interaction,
    now: datetime,
    because: Reached,
    *,
    number: str = "",
    by: str = "",
) -> None:
    """Somebody talked to the client, or wrote with them: their open tasks of being called back are done. `number` is
    that of a call, `by` the agent's name."""
    owners = await unit.call_backs_done(interaction.person_id, number, now, because, by)
    if owners:
        await tell_of_tasks(unit, interaction, owners)


async def tell_of_tasks(unit: CallUnit, interaction: Interaction, owners: Iterable[str]) -> None:
    """The tasks of these agents, or of whoever serves these queues, are others now, and so is the client's card."""
    told: set[UserId] = set()
    queues = await unit.queues()
    for owner in owners:
        if QueueId(owner) in queues:
            told |= {agent.id for agent in await unit.agents_of(QueueId(owner))}
        else:
            told.add(UserId(owner))
    unit.emit(PersonChanged(tenant_id=interaction.tenant_id, person_id=interaction.person_id))
    unit.emit(TasksChanged(tenant_id=interaction.tenant_id, user_ids=tuple(sorted(told))))
