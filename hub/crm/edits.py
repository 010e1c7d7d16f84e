"""An edit of a client's card: what of it is new, and the lines that the history gets."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from hub.crm.changes import Change
from hub.domain.card import CardEdit
from hub.domain.client_fields import ClientField, value_of
from hub.domain.errors import Invalid
from hub.domain.ids import FieldId
from hub.domain.person import Organization, Tier
from hub.domain.texts import one_line

LONGEST_NAME = 200
LONGEST_TAG = 40
MOST_TAGS = 20

_LANGUAGE = re.compile(r"[a-z]{2,3}|")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """What of a card people may edit, as it is. `fields` are the values by the id of the field."""

    name: str
    language: str
    tier: Tier
    organization: Organization | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def edited(
    before: CardState,
    edit: CardEdit,
    *,
    organization: Organization | None,
    fields: Iterable[ClientField],
) -> tuple[CardState, list[Change]]:
    """The card after the edit, and a line for each thing that is different. `organization` is the one meant.

    Raises Invalid naming the field.
    """
    after = before
    if edit.name is not None:
        after = replace(after, name=one_line(edit.name, LONGEST_NAME))
    if edit.language is not None:
        after = replace(after, language=_language(edit.language))
    if edit.tier is not None:
        after = replace(after, tier=edit.tier)
    if edit.organization_id is not None:
        after = replace(after, organization=organization)
    if edit.tags is not None:
        after = replace(after, tags=tags_of(edit.tags))
    known = {f.id: f for f in fields}
    if edit.fields is not None:
        after = replace(after, fields=_fields(before.fields, edit.fields, known))
    return after, _changes(before, after, known)


def _language(text: str) -> str:
    language = text.strip().lower()
    if not _LANGUAGE.fullmatch(language):
        raise Invalid("a language is two or three letters, such as tr", field="language", code="bad_language")
    return language


def tags_of(given: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: on one line, each once whatever its case. Raises Invalid for too many."""
    kept: dict[str, str] = {}
    for tag in given:
        text = one_line(tag, LONGEST_TAG).lstrip("#").strip()
        if text:
            kept.setdefault(text.casefold(), text)
    if len(kept) > MOST_TAGS:
        raise Invalid(f"a card has at most {MOST_TAGS} tags", field="tags", code="too_many_tags")
    return tuple(kept.values())


def _fields(
    before: Mapping[str, str], given: Mapping[str, str], known: Mapping[FieldId, ClientField]
) -> dict[str, str]:
    after = dict(before)
    for field_id, value in given.items():
        defined = known.get(FieldId(field_id))
        if defined is None:
            raise Invalid("there is no such field", field=f"fields.{field_id}", code="no_such_field")
        if kept := value_of(defined, value):
            after[field_id] = kept
        else:
            after.pop(field_id, None)
    return after


def _changes(before: CardState, after: CardState, known: Mapping[FieldId, ClientField]) -> list[Change]:
    rows = [
        ("name", before.name, after.name),
        ("language", before.language, after.language),
        ("tier", before.tier.value, after.tier.value),
        (
            "organization",
            before.organization.name if before.organization else "",
            after.organization.name if after.organization else "",
        ),
        ("tags", ", ".join(before.tags), ", ".join(after.tags)),
    ]
    changes = [Change(kind="card_changed", what=w, was=a, now=b) for w, a, b in rows if a != b]
    for field_id in sorted({*before.fields, *after.fields}):
        was, now = before.fields.get(field_id, ""), after.fields.get(field_id, "")
        if was != now:
            label = known[FieldId(field_id)].label if FieldId(field_id) in known else ""
            changes.append(Change(kind="card_field_changed", what=label, was=was, now=now))
    return changes
