"""Bodies of imports."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body
from hub.crm.imports import ImportView, KeptRow, OnKnown, Several

Target = Annotated[str, Meta(max_length=60)]
Mapping = Annotated[tuple[Target, ...], Meta(max_length=200)]


class TryImport(Body, frozen=True, kw_only=True):
    """A target for each column, empty for one that is left out: `name`, `phone`, …, or, of clients, `field:` and a
    field's id. `on_known` is what would be done with who is known."""

    mapping: Mapping
    on_known: OnKnown = OnKnown.UPDATE


class StartImport(Body, frozen=True, kw_only=True):
    """The mapping, and what is done with a row of somebody who is known by an address in it, of an
    organization that we have."""

    mapping: Mapping
    on_known: OnKnown = OnKnown.UPDATE


class ImportPage(Answer, frozen=True, kw_only=True):
    """A page, the newest first. `targets` are what a column may say of a client, beside the fields of the house;
    `organization_targets` what it may say of an organization."""

    items: tuple[ImportView, ...]
    next: str | None
    targets: tuple[str, ...]
    organization_targets: tuple[str, ...]


class TriedRow(Answer, frozen=True, kw_only=True):
    """A row as it would be taken: `reason` (a stable word) and `column` of a bad one; `known_id` is who has an address
    of it already, or the organization that it means, `known_row` the row before it that would add whom it means.
    `several` are the clients of which a row that is not taken may mean one."""

    number: int
    cells: tuple[str, ...]
    name: str
    addresses: tuple[str, ...]
    reason: str
    column: str
    known_id: str | None
    known_row: int | None
    several: tuple[Several, ...]


class ImportPreview(Answer, frozen=True, kw_only=True):
    """The first rows."""

    items: tuple[TriedRow, ...]


class KeptRowPage(Answer, frozen=True, kw_only=True):
    """Rows to look at, by their numbers."""

    items: tuple[KeptRow, ...]
    next: str | None
