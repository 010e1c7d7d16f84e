"""Operations that change a client's card: its own fields, consents, addresses, and merges of two records."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import CardAnswer, Id
from agent_console.client_bodies import AddAddress, EditPerson, MarkAddress, MergeWith, RecordConsent
from agent_console.operations import Call, Operation, Operations
from hub.desk.client_stores import CardStore, MergeStore
from hub.desk.client_views import AddressOwner
from hub.desk.reading import Lookups
from hub.domain.access import Permission
from hub.domain.card import CardEdit
from hub.domain.ids import IdentityId, MergeId, PersonId
from hub.domain.person import IdentityKind


def operations(*, edits: CardStore, merging: MergeStore, clients: Lookups) -> list[Operation]:
    """What people write on a card; each answers with the card as it is then."""
    made = Operations("clients")

    async def card_of(call: Call, person_id: PersonId) -> CardAnswer:
        card = await clients.client(call.principal, person_id)
        return CardAnswer(card=card, may_edit=await clients.may_edit(call.principal, card.person_id))

    @made.op("PATCH", "/api/v1/persons/{person_id}", Permission.EDIT_PERSON, "Edit a client's card")
    async def edit_person(call: Call, person_id: Id, body: EditPerson) -> CardAnswer:
        """409 `changed_meanwhile` when the card has another version by now: look, then save again."""
        edit = CardEdit(
            version=body.version,
            name=body.name,
            language=body.language,
            tier=body.tier,
            organization_id=body.organization_id,
            tags=body.tags,
            fields=body.fields,
        )
        return await card_of(call, await edits.edit(call.principal, PersonId(person_id), edit))

    @made.op(
        "POST",
        "/api/v1/persons/{person_id}/consents",
        Permission.EDIT_PERSON,
        "Record what the client agreed to, or not any more",
        status=201,
        idempotent=True,
    )
    async def record_consent(call: Call, person_id: Id, body: RecordConsent) -> CardAnswer:
        """The newest word about a purpose and a channel counts; the earlier ones stay in the history."""
        root = await edits.record_consent(
            call.principal,
            PersonId(person_id),
            channel=body.channel,
            purpose=body.purpose,
            given=body.given,
            source=body.source,
        )
        return await card_of(call, root)

    @made.op(
        "POST",
        "/api/v1/persons/{person_id}/addresses",
        Permission.EDIT_PERSON,
        "Add an address",
        status=201,
        idempotent=True,
    )
    async def add_address(call: Call, person_id: Id, body: AddAddress) -> CardAnswer:
        """In normal form. 409 `address_taken` when somebody else has it: it is never taken from them."""
        root = await edits.add_address(
            call.principal,
            PersonId(person_id),
            kind=body.kind,
            typed=body.value,
            confidence=body.confidence,
        )
        return await card_of(call, root)

    @made.op(
        "DELETE",
        "/api/v1/persons/{person_id}/addresses/{identity_id}",
        Permission.EDIT_PERSON,
        "Remove an address",
    )
    async def remove_address(call: Call, person_id: Id, identity_id: Id) -> CardAnswer:
        """It is nobody's from now on; who writes from it next is a new client."""
        root = await edits.remove_address(call.principal, PersonId(person_id), IdentityId(identity_id))
        return await card_of(call, root)

    @made.op(
        "PATCH",
        "/api/v1/persons/{person_id}/addresses/{identity_id}",
        Permission.EDIT_PERSON,
        "Mark an address as known or perhaps theirs",
    )
    async def mark_address(call: Call, person_id: Id, identity_id: Id, body: MarkAddress) -> CardAnswer:
        """Marking it as it is marked changes nothing."""
        root = await edits.mark_address(
            call.principal, PersonId(person_id), IdentityId(identity_id), body.confidence
        )
        return await card_of(call, root)

    @made.op("GET", "/api/v1/address-owner", Permission.FIND_PERSON, "Who has an address")
    async def show_address_owner(
        call: Call, kind: IdentityKind, value: Annotated[str, Meta(min_length=1, max_length=320)]
    ) -> AddressOwner:
        """`person` is null for nobody, and for somebody out of one's reach."""
        return await edits.owner_of(call.principal, kind, value)

    @made.op(
        "POST",
        "/api/v1/persons/{person_id}/merges",
        Permission.EDIT_PERSON,
        "These two records are one person",
        status=201,
        idempotent=True,
    )
    async def merge_persons(call: Call, person_id: Id, body: MergeWith) -> CardAnswer:
        """All that the other record had is this one's from now on. Nothing is deleted, and it can be undone."""
        root = await merging.merge(call.principal, PersonId(person_id), PersonId(body.other_id))
        return await card_of(call, root)

    @made.op(
        "POST",
        "/api/v1/merges/{merge_id}/undo",
        Permission.EDIT_PERSON,
        "They are two persons after all",
        idempotent=True,
    )
    async def undo_merge(call: Call, merge_id: Id) -> CardAnswer:
        """What was moved goes back; what came since by an address goes with the address. Twice is success."""
        return await card_of(call, await merging.undo(call.principal, MergeId(merge_id)))

    return list(made)
