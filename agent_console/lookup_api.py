"""The operations that only read: interactions, touches, persons, history, queues, agents, outcomes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import CardAnswer, DispositionPage, Id
from agent_console.operations import Call, Operation, Operations
from hub.desk.found import (
    AgentPage,
    Explained,
    InteractionPage,
    InteractionView,
    PersonPage,
    PersonView,
    QueuePage,
    TimelinePage,
    TouchPage,
)
from hub.desk.reading import Lookups
from hub.desk.views import DispositionView
from hub.domain.access import Permission
from hub.domain.ids import InteractionId, PersonId, TenantId

Limit = Annotated[int, Meta(ge=1, le=200)]
Filter = Annotated[str, Meta(max_length=100)]
Query = Annotated[str, Meta(max_length=200)]


def operations(
    *, lookups: Lookups, dispositions: Callable[[TenantId], Awaitable[tuple[DispositionView, ...]]]
) -> list[Operation]:
    """What people look up."""
    made = Operations("look-ups")

    @made.op("GET", "/api/v1/interactions", Permission.READ_INTERACTION, "Interactions, newest first")
    async def list_interactions(
        call: Call,
        state: Filter = "",
        queue: Filter = "",
        agent: Filter = "",
        person: Filter = "",
        channel: Filter = "",
        q: Query = "",
        after: Filter = "",
        limit: Limit = 50,
    ) -> InteractionPage:
        """Filters by id; `q` searches the texts. An agent sees own ones, a supervisor the team's."""
        return await lookups.interactions(
            call.principal,
            state=state,
            queue_id=queue,
            agent_id=agent,
            person_id=person,
            channel=channel,
            q=q,
            after=after,
            limit=limit,
        )

    @made.op("GET", "/api/v1/interactions/{interaction_id}", Permission.READ_INTERACTION, "One interaction")
    async def show_interaction(call: Call, interaction_id: Id) -> InteractionView:
        """Not there and not yours are the same 404."""
        return await lookups.interaction(call.principal, InteractionId(interaction_id))

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/touches",
        Permission.READ_INTERACTION,
        "The touches of an interaction, in order",
    )
    async def list_touches(
        call: Call, interaction_id: Id, after: Annotated[int, Meta(ge=0)] = 0, limit: Limit = 100
    ) -> TouchPage:
        """`after` is a seq."""
        return await lookups.touches(call.principal, InteractionId(interaction_id), after=after, limit=limit)

    @made.op(
        "GET", "/api/v1/interactions/{interaction_id}/card", Permission.READ_INTERACTION, "The client's card"
    )
    async def show_card(call: Call, interaction_id: Id) -> CardAnswer:
        """As it is now."""
        card = await lookups.card(call.principal, InteractionId(interaction_id))
        return CardAnswer(card=card, may_edit=await lookups.may_edit(call.principal, card.person_id))

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/why",
        Permission.READ_INTERACTION,
        "What the router did with it",
    )
    async def explain(call: Call, interaction_id: Id) -> Explained:
        """Every offer with its reasons, and the segments."""
        return await lookups.explained(call.principal, InteractionId(interaction_id))

    @made.op("GET", "/api/v1/persons", Permission.FIND_PERSON, "Find persons")
    async def find_persons(
        call: Call, q: Query = "", limit: Annotated[int, Meta(ge=1, le=50)] = 20
    ) -> PersonPage:
        """By name (folded, a typo forgiven), phone or address; best first."""
        return await lookups.persons(call.principal, q, limit)

    @made.op("GET", "/api/v1/persons/{person_id}", Permission.READ_PERSON, "One person")
    async def show_person(call: Call, person_id: Id) -> PersonView:
        """Not there and not yours are the same 404."""
        return await lookups.person(call.principal, PersonId(person_id))

    @made.op("GET", "/api/v1/persons/{person_id}/card", Permission.READ_PERSON, "The card of a person")
    async def show_person_card(call: Call, person_id: Id) -> CardAnswer:
        """As it is now. A record that was merged into another one answers with that one's card."""
        card = await lookups.client(call.principal, PersonId(person_id))
        return CardAnswer(card=card, may_edit=await lookups.may_edit(call.principal, card.person_id))

    @made.op(
        "GET",
        "/api/v1/persons/{person_id}/timeline",
        Permission.READ_PERSON,
        "A person's history over all interactions, newest first",
    )
    async def show_timeline(call: Call, person_id: Id, after: Filter = "", limit: Limit = 50) -> TimelinePage:
        """Touches and facts together."""
        return await lookups.timeline(call.principal, PersonId(person_id), after=after, limit=limit)

    @made.op("GET", "/api/v1/queues", Permission.READ_QUEUES, "Queues")
    async def list_queues(call: Call) -> QueuePage:
        """Those in one's scope."""
        return await lookups.queues(call.principal)

    @made.op("GET", "/api/v1/agents", Permission.READ_AGENTS, "Agents, and what they do now")
    async def list_agents(call: Call) -> AgentPage:
        """Those in one's scope."""
        return await lookups.agents(call.principal)

    @made.op("GET", "/api/v1/dispositions", Permission.OPEN_CONSOLE, "The outcomes an agent may record")
    async def list_dispositions(call: Call) -> DispositionPage:
        """In the order of the house."""
        return DispositionPage(
            items=tuple(o for o in await dispositions(call.principal.tenant_id) if not o.retired), next=None
        )

    return list(made)
