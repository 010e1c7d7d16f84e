"""Fields that a house adds to its clients' cards: their kinds, and what a value of each may be."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from hub.domain.errors import Invalid
from hub.domain.ids import FieldId, TenantId
from hub.domain.texts import one_line

LONGEST_VALUE = 500
MOST_CHOICES = 50
MOST_FIELDS = 50


class ClientFieldKind(StrEnum):
    """What is written into a field."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientField:
    """One field of the house. `choices` are those of a CHOICE; a `required` one cannot be emptied."""

    id: FieldId
    tenant_id: TenantId
    label: str
    kind: ClientFieldKind
    choices: tuple[str, ...] = ()
    required: bool = False
    position: int = 0
    version: int = 1


def checked_field(field: ClientField) -> ClientField:
    """The field as it is kept. Raises Invalid for one that nobody could fill in."""
    if not field.label:
        raise Invalid("a field needs a name", field="label", code="empty")
    if field.kind is not ClientFieldKind.CHOICE:
        if field.choices:
            raise Invalid("only a choice has choices", field="choices", code="choices_needed")
        return field
    if len(field.choices) < 2 or len(set(field.choices)) < len(field.choices):
        raise Invalid("give two different choices or more", field="choices", code="choices_needed")
    return field


_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,6})?")


def value_of(field: ClientField, given: str) -> str:
    """`given` as it is kept: `2026-03-31`, `12.5`, `true`, a choice, a line of text; empty when it says nothing.

    Raises Invalid (`bad_field_value`, or `field_required`) with `fields.<id>` as the place.
    """
    place = f"fields.{field.id}"
    text = one_line(given, LONGEST_VALUE)
    if not text:
        if field.required:
            raise Invalid(f"{field.label} must be filled in", field=place, code="field_required")
        return ""
    kept = _kept(field, text)
    if kept is None:
        raise Invalid(f"{field.label}: not a {field.kind}", field=place, code="bad_field_value")
    return kept


def _kept(field: ClientField, text: str) -> str | None:
    match field.kind:
        case ClientFieldKind.TEXT:
            return text
        case ClientFieldKind.NUMBER:
            return _number(text)
        case ClientFieldKind.DATE:
            return _date(text)
        case ClientFieldKind.CHOICE:
            return text if text in field.choices else None
        case ClientFieldKind.YES_NO:
            return text if text in {"true", "false"} else None


def _number(text: str) -> str | None:
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    plain = format(number, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _date(text: str) -> str | None:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None
