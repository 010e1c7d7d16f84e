"""Agents and work made up for the tests of routing: everything usual, unless the test says otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hub.domain.agent import Agent, Capacity, Media, Wish
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, UserId, WorkItemId
from hub.domain.queue import Queue
from hub.domain.work import WorkItem, WorkState, urgent_at

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SUPPORT, SALES = QueueId("support"), QueueId("sales")
ANNA, BORIS, CEM = UserId("anna"), UserId("boris"), UserId("cem")


def at(seconds: float) -> datetime:
    """So many seconds after the beginning."""
    return NOW + timedelta(seconds=seconds)


def queue(queue_id: QueueId = SUPPORT) -> Queue:
    """A queue named like its id."""
    return Queue(id=queue_id, tenant_id=DEFAULT_TENANT, name=queue_id.capitalize())


def agent(
    agent_id: UserId,
    *,
    skills: dict[str, int] | None = None,
    queues: tuple[QueueId, ...] = (SUPPORT,),
    capacity: Capacity | None = None,
    wish: Wish = Wish.AVAILABLE,
    idle_s: float = 0,
    present_s: float | None = 3600,
    version: int = 1,
    phone_ready: bool = True,
) -> Agent:
    """An agent who is there and available; idle for `idle_s` at the beginning, present until `present_s`."""
    return Agent(
        id=agent_id,
        tenant_id=DEFAULT_TENANT,
        name=agent_id.capitalize(),
        skills=skills or {},
        capacity=capacity or Capacity(),
        queues=frozenset(queues),
        wish=wish,
        wish_since=NOW,
        presence_until=None if present_s is None else at(present_s),
        idle_since=at(-idle_s),
        version=version,
        phone_ready=phone_ready,
    )


def chat(
    item_id: str,
    *,
    queue_id: QueueId = SUPPORT,
    media: Media = Media.CHAT,
    skills: dict[str, int] | None = None,
    priority: int = 0,
    queued_s: float = 0,
    preferred: UserId | None = None,
) -> WorkItem:
    """A chat that has waited since `queued_s`."""
    since = at(queued_s)
    return WorkItem(
        id=WorkItemId(item_id),
        tenant_id=DEFAULT_TENANT,
        interaction_id=InteractionId(item_id),
        person_id=PersonId(item_id),
        queue_id=queue_id,
        channel="webchat",
        media=media,
        language="en",
        skills=skills or {},
        priority=priority,
        state=WorkState.QUEUED,
        first_queued_at=since,
        queued_at=since,
        urgent_at=urgent_at(since, priority),
        state_at=since,
        received_at=since,
        preferred_agent_id=preferred,
    )


def call(item_id: str, *, queue_id: QueueId = SUPPORT, queued_s: float = 0) -> WorkItem:
    """A call."""
    return replace(chat(item_id, queue_id=queue_id, queued_s=queued_s), media=Media.VOICE, channel="sip")


def offered(item: WorkItem, agent_id: UserId, weight: int = 20) -> WorkItem:
    """The item after it was offered."""
    return item.stepped(WorkState.OFFERED, item.state_at, agent_id=agent_id, weight=weight)


def assigned(item: WorkItem, agent_id: UserId, weight: int = 20) -> WorkItem:
    """The item after the agent took it."""
    return offered(item, agent_id, weight).stepped(WorkState.ASSIGNED, item.state_at)
