"""Operations on organizations, and on the fields that the house adds to its clients' cards."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Done, Id
from agent_console.client_bodies import EditClientField, EditOrganization, NewClientField, NewOrganization
from agent_console.operations import Call, Operation, Operations
from hub.desk.client_stores import FieldStore, OrganizationStore
from hub.desk.client_views import (
    ClientFieldPage,
    ClientFieldView,
    OrganizationPage,
    OrganizationView,
    OrganizationWork,
)
from hub.desk.found import PersonPage
from hub.domain.access import Permission
from hub.domain.ids import FieldId, OrganizationId
from hub.domain.organization import OrganizationEdit
from hub.domain.texts import one_line

Query = Annotated[str, Meta(max_length=200)]
After = Annotated[str, Meta(max_length=100)]


def operations(*, organizations: OrganizationStore, client_fields: FieldStore) -> list[Operation]:
    """Companies, and fields of the house."""
    made = Operations("clients")

    @made.op("GET", "/api/v1/organizations", Permission.FIND_PERSON, "Find organizations")
    async def find_organizations(
        call: Call, q: Query = "", limit: Annotated[int, Meta(ge=1, le=50)] = 20
    ) -> OrganizationPage:
        """By the words of their names. Whoever may look up clients sees the names of all organizations."""
        return await organizations.organizations(call.principal, q, limit)

    @made.op(
        "POST",
        "/api/v1/organizations",
        Permission.EDIT_PERSON,
        "Add an organization",
        status=201,
        idempotent=True,
    )
    async def add_organization(call: Call, body: NewOrganization) -> OrganizationView:
        """One of that very name is answered, not made again."""
        return await organizations.add_organization(call.principal, body.name)

    @made.op("GET", "/api/v1/organizations/{organization_id}", Permission.READ_PERSON, "One organization")
    async def show_organization(call: Call, organization_id: Id) -> OrganizationView:
        """If one of its clients is within one's reach, or it has none yet."""
        return await organizations.organization(call.principal, OrganizationId(organization_id))

    @made.op(
        "PATCH", "/api/v1/organizations/{organization_id}", Permission.EDIT_PERSON, "Change an organization"
    )
    async def change_organization(
        call: Call, organization_id: Id, body: EditOrganization
    ) -> OrganizationView:
        """Its name, its domain (of a site or of an address), its phone, tags, and a note about it."""
        return await organizations.change_organization(
            call.principal,
            OrganizationId(organization_id),
            version=body.version,
            edit=OrganizationEdit(
                name=body.name, note=body.note, domain=body.domain, phone=body.phone, tags=body.tags
            ),
        )

    @made.op(
        "GET",
        "/api/v1/organizations/{organization_id}/persons",
        Permission.READ_PERSON,
        "The clients of an organization",
    )
    async def list_members(
        call: Call, organization_id: Id, after: After = "", limit: Annotated[int, Meta(ge=1, le=200)] = 50
    ) -> PersonPage:
        """Those within one's reach; a page may be short and still have a next one."""
        return await organizations.members(
            call.principal, OrganizationId(organization_id), after=after, limit=limit
        )

    @made.op(
        "GET",
        "/api/v1/organizations/{organization_id}/work",
        Permission.READ_PERSON,
        "What goes on with an organization",
    )
    async def show_organization_work(call: Call, organization_id: Id) -> OrganizationWork:
        """Open cases and tasks and the last interactions of those of its clients who are within one's reach."""
        return await organizations.work(call.principal, OrganizationId(organization_id))

    @made.op("GET", "/api/v1/client-fields", Permission.OPEN_CONSOLE, "The fields of the house")
    async def list_client_fields(call: Call) -> ClientFieldPage:
        """In their order."""
        return await client_fields.fields(call.principal)

    @made.op(
        "POST",
        "/api/v1/client-fields",
        Permission.CONFIGURE,
        "Add a field to all clients' cards",
        status=201,
        idempotent=True,
    )
    async def add_client_field(call: Call, body: NewClientField) -> ClientFieldView:
        """At the end of the list."""
        return await client_fields.add_field(
            call.principal,
            label=one_line(body.label, 60),
            kind=body.kind,
            choices=_choices(body.choices),
            required=body.required,
        )

    @made.op("PUT", "/api/v1/client-fields/{field_id}", Permission.CONFIGURE, "Change a field")
    async def change_client_field(call: Call, field_id: Id, body: EditClientField) -> ClientFieldView:
        """A choice that is taken away stays on the cards that have it, until they are edited."""
        return await client_fields.change_field(
            call.principal,
            FieldId(field_id),
            version=body.version,
            label=one_line(body.label, 60),
            choices=_choices(body.choices),
            required=body.required,
            position=body.position,
        )

    @made.op("DELETE", "/api/v1/client-fields/{field_id}", Permission.CONFIGURE, "Remove a field")
    async def remove_client_field(call: Call, field_id: Id) -> Done:
        """Cards show it no more; what they hold of it stays in the history."""
        await client_fields.remove_field(call.principal, FieldId(field_id))
        return Done()

    return list(made)


def _choices(given: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for choice in given if (text := one_line(choice, 200)))
