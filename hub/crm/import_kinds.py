"""What differs between imports of clients and of organizations before the store: what columns may say, and a row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hub.crm.import_mapping import PERSONS, RowReader, Targets, guessed
from hub.crm.imports import BadRow, Draft, ImportForm, ImportKind
from hub.crm.organization_mapping import ORGANIZATIONS, OrganizationReader
from hub.crm.sheets import RawRow
from hub.crm.vcards import COLUMNS
from hub.domain.client_fields import ClientField
from hub.domain.errors import Invalid

TARGETS: Final = {ImportKind.PERSONS: PERSONS, ImportKind.ORGANIZATIONS: ORGANIZATIONS}


_FIELDS_ALONE: Final = Targets(all=(), naming=frozenset(), repeated=frozenset(), by_heading={})


class Reader(Protocol):
    """Reads rows of one file by one mapping."""

    def read(self, row: RawRow) -> Draft | BadRow:
        """The row, or why it cannot be taken."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of import in a house with these `fields`, which are of clients only."""

    kind: ImportKind
    fields: Sequence[ClientField]

    @property
    def targets(self) -> Targets:
        """What a column may say."""
        return TARGETS[self.kind]

    def proposed(self, form: ImportForm, columns: Sequence[str]) -> tuple[str, ...]:
        """A target for each column, as the hub guesses it: those of cards name themselves, and fields of the house."""
        if form is ImportForm.VCARD:
            return (*COLUMNS, *guessed(columns[len(COLUMNS) :], self.fields, _FIELDS_ALONE))
        return guessed(columns, self.fields, self.targets)

    def reader(self, columns: Sequence[str], mapping: Sequence[str], *, region: str) -> Reader:
        """Of rows in this mapping, which is taken as checked."""
        if self.kind is ImportKind.ORGANIZATIONS:
            return OrganizationReader(columns, mapping, region=region)
        return RowReader(columns, mapping, self.fields, region=region)


def kind_of(kind: ImportKind, fields: Iterable[ClientField]) -> Kind:
    """The kind, with the fields that its rows may have."""
    return Kind(kind=kind, fields=tuple(fields) if kind is ImportKind.PERSONS else ())


def require_form(kind: ImportKind, form: ImportForm) -> None:
    """Raises Invalid (`cards_are_clients`): a card is of a person."""
    if kind is ImportKind.ORGANIZATIONS and form is ImportForm.VCARD:
        raise Invalid(
            "cards are of clients: bring organizations as CSV", field="file", code="cards_are_clients"
        )
