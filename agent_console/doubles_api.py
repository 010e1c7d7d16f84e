"""Operations on records that may be one person: the list of them, keeping two apart, and taking one record apart."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import CardAnswer, Done, Id
from agent_console.client_bodies import KeepApart, SplitAnswer
from agent_console.operations import Call, Operation, Operations
from hub.desk.client_stores import DoubleStore, SplitStore
from hub.desk.client_views import DoublePage
from hub.desk.reading import Lookups
from hub.domain.access import Permission
from hub.domain.ids import IdentityId, PersonId


def operations(*, doubles: DoubleStore, splits: SplitStore, clients: Lookups) -> list[Operation]:
    """Who may be whom; merging itself is an operation on cards."""
    made = Operations("clients")

    @made.op("GET", "/api/v1/doubles", Permission.EDIT_PERSON, "Records that may be one person")
    async def list_doubles(
        call: Call,
        after: Annotated[str, Meta(max_length=400)] = "",
        limit: Annotated[int, Meta(ge=1, le=100)] = 50,
    ) -> DoublePage:
        """The surest first: numbers, then names with one more thing in common. Pairs that were kept apart are not
        proposed again. A page may be empty and go on all the same."""
        return await doubles.doubles(call.principal, after=after, limit=limit)

    @made.op(
        "PUT",
        "/api/v1/persons/{person_id}/apart",
        Permission.EDIT_PERSON,
        "They are not one person, or may be",
    )
    async def keep_apart(call: Call, person_id: Id, body: KeepApart) -> Done:
        """With `apart` they are not proposed again; without it they may be."""
        await doubles.keep_apart(
            call.principal, PersonId(person_id), PersonId(body.other_id), apart=body.apart
        )
        return Done()

    @made.op(
        "POST",
        "/api/v1/persons/{person_id}/addresses/{identity_id}/split",
        Permission.EDIT_PERSON,
        "This address is somebody else",
        status=201,
        idempotent=True,
    )
    async def split_person(call: Call, person_id: Id, identity_id: Id) -> SplitAnswer:
        """It gets a record of its own with the interactions that came by it alone. Merging that record in puts all
        of it back, also for whoever does not reach it otherwise."""
        apart = await splits.split(call.principal, PersonId(person_id), IdentityId(identity_id))
        card = await clients.client(call.principal, PersonId(person_id))
        may_edit = await clients.may_edit(call.principal, card.person_id)
        return SplitAnswer(card=CardAnswer(card=card, may_edit=may_edit), apart_id=apart)

    return list(made)
