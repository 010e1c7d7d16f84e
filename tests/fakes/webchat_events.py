"""Events as a hub tells them of one visitor's conversation, and a visitor who has one."""

from datetime import UTC, datetime
from typing import Any

from hub.domain.agent import Media
from hub.domain.events import InteractionClosed, WorkStepped
from hub.domain.ids import DEFAULT_TENANT, InteractionId, PersonId, QueueId, UserId, WorkItemId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.work import WorkItem, WorkState
from hub.ports.visitors import Place
from tests.fakes.webchat import ChatServer, Page

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST = InteractionId("interaction-1")
THREAD = ("webchat:demo", "visitor-1")


def work(state: WorkState, version: int = 1, **changes: Any) -> WorkItem:
    return WorkItem(
        **{
            "id": WorkItemId("item-1"),
            "tenant_id": DEFAULT_TENANT,
            "interaction_id": FIRST,
            "person_id": PersonId("person-1"),
            "queue_id": QueueId("support"),
            "channel": "webchat",
            "media": Media.CHAT,
            "language": "en",
            "skills": {},
            "priority": 0,
            "state": state,
            "first_queued_at": NOW,
            "queued_at": NOW,
            "urgent_at": NOW,
            "state_at": NOW,
            "received_at": NOW,
            "version": version,
            **changes,
        }
    )


def step(state: WorkState, version: int = 1, **changes: Any) -> WorkStepped:
    return WorkStepped(tenant_id=DEFAULT_TENANT, item=work(state, version, **changes), reason=state)


def assigned(version: int, agent: str = "anna", **changes: Any) -> WorkStepped:
    return step(WorkState.ASSIGNED, version, agent_id=UserId(agent), **changes)


def closing(interaction_id: InteractionId = FIRST) -> InteractionClosed:
    return InteractionClosed(
        tenant_id=DEFAULT_TENANT,
        interaction=Interaction(
            id=interaction_id,
            tenant_id=DEFAULT_TENANT,
            person_id=PersonId("person-1"),
            channel="webchat",
            queue_id=QueueId("support"),
            language="en",
            state=InteractionState.CLOSED,
            opened_at=NOW,
            closed_at=NOW,
        ),
    )


async def talking(server: ChatServer) -> Page:
    """A visitor whose first message was taken."""
    page = await server.visitor()
    await page.write("hi", "m1")
    await page.hears("ack")
    return page


def stand(server: ChatServer, place: int, thread: str = "visitor-1", queue: str = "support") -> None:
    server.visitors.line = [Place(thread=thread, queue_id=QueueId(queue), place=place)]
