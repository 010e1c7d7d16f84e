"""Steps of beginning: an engagement where a client is reached, and its first pass through a line.

Whoever begins takes them inside their unit of work.
"""

from datetime import datetime
from typing import Protocol

from hub.domain.agent import Media
from hub.domain.events import InteractionOpened, WorkStepped
from hub.domain.ids import InteractionId, PersonId, SessionId, UserId, WorkItemId
from hub.domain.interaction import Interaction, InteractionState, Session
from hub.domain.person import TIER_PRIORITY, Person
from hub.domain.queue import Queue
from hub.domain.work import WorkItem, WorkState, urgent_at
from hub.ids import new_id
from hub.ports.store import UnitOfWork


class Place(Protocol):
    """Where a client is reached: a session that was, or a way that there is."""

    @property
    def channel(self) -> str:
        """The channel's name."""
        ...

    @property
    def account(self) -> str:
        """The channel's name of the address of ours."""
        ...

    @property
    def thread(self) -> str:
        """The channel's name of the conversation there."""
        ...

    @property
    def address(self) -> str:
        """Where a message goes."""
        ...


class NumberedUnit(UnitOfWork, Protocol):
    """A unit of work that knows how far the numbers of a thread have come."""

    async def last_seq(self, account: str, thread: str) -> int:
        """The newest number of that thread, over all its interactions; 0 where there is none."""
        ...


async def engaged(
    unit: NumberedUnit,
    place: Place,
    queue: Queue,
    *,
    person_id: PersonId,
    language: str,
    agent_id: UserId,
    now: datetime,
) -> Interaction:
    """A new engagement in that thread, which is not open. The client is `agent_id`'s: they wrote, or will."""
    interaction = Interaction(
        id=InteractionId(new_id()),
        tenant_id=queue.tenant_id,
        person_id=person_id,
        channel=place.channel,
        queue_id=queue.id,
        language=language,
        state=InteractionState.OPEN,
        opened_at=now,
        last_agent_id=agent_id,
        last_seq=await unit.last_seq(place.account, place.thread),
    )
    unit.add_interaction(interaction)
    unit.add_session(
        Session(
            id=SessionId(new_id()),
            tenant_id=queue.tenant_id,
            interaction_id=interaction.id,
            channel=place.channel,
            account=place.account,
            thread=place.thread,
            address=place.address,
            started_at=now,
        )
    )
    opened = InteractionOpened(
        tenant_id=queue.tenant_id, interaction=interaction, account=place.account, thread=place.thread
    )
    return unit.note_fact(opened, interaction)


def in_line(
    unit: UnitOfWork,
    interaction: Interaction,
    queue: Queue,
    now: datetime,
    *,
    channel: str,
    media: Media,
    reason: str,
    person: Person | None,
    priority: int = 0,
    language: str | None = None,
    skills: dict[str, int] | None = None,
    received_at: datetime | None = None,
) -> tuple[WorkItem, Interaction]:
    """A pass of the interaction in that line from now on; `skills` and `priority` are beside those of the line.

    Of the `person` the tier counts; None: nobody knows who it is. Asked first is whoever had the interaction last, and
    of a new one whoever served the person last.
    The language is the interaction's, and it was received now, unless something else is said.
    """
    language = interaction.language if language is None else language
    steps = queue.priority + priority + (TIER_PRIORITY[person.tier] if person else 0)
    required = queue.required_skills(language)
    item = WorkItem(
        id=WorkItemId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        person_id=interaction.person_id,
        queue_id=queue.id,
        channel=channel,
        media=media,
        language=language,
        skills={**required, **skills} if skills else required,
        priority=steps,
        state=WorkState.QUEUED,
        first_queued_at=now,
        queued_at=now,
        urgent_at=urgent_at(now, steps),
        state_at=now,
        received_at=received_at or now,
        preferred_agent_id=interaction.last_agent_id or (person.last_agent_id if person else None),
    )
    unit.add_item(item)
    stepped = WorkStepped(tenant_id=interaction.tenant_id, item=item, reason=reason)
    return item, unit.note_fact(stepped, interaction)
