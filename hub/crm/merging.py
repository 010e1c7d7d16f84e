"""What a merge fills in on the card that stays, and what an undone merge takes out again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from hub.crm.edits import MOST_TAGS, CardState
from hub.domain.ids import OrganizationId


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What the card that stays did not have and got from the other: empty texts were not filled."""

    name: str = ""
    language: str = ""
    organization_id: OrganizationId | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


def filled(kept: CardState, other: CardState) -> tuple[CardState, Filled]:
    """The card that stays, with what it lacked; nothing it says is overwritten. The tier stays what it is."""
    known = {tag.casefold() for tag in kept.tags}
    room = max(0, MOST_TAGS - len(kept.tags))
    got = Filled(
        name="" if kept.name else other.name,
        language="" if kept.language else other.language,
        organization_id=other.organization.id if other.organization and not kept.organization else None,
        tags=tuple(tag for tag in other.tags if tag.casefold() not in known)[:room],
        fields={key: value for key, value in other.fields.items() if key not in kept.fields},
    )
    return (
        replace(
            kept,
            name=kept.name or got.name,
            language=kept.language or got.language,
            organization=kept.organization or other.organization,
            tags=(*kept.tags, *got.tags),
            fields={**kept.fields, **got.fields},
        ),
        got,
    )


def emptied(now: CardState, got: Filled) -> CardState:
    """The card without what the merge filled in, as far as it still says so: what people wrote since stays."""
    is_theirs = now.organization is not None and now.organization.id == got.organization_id
    taken = {tag.casefold() for tag in got.tags}
    return replace(
        now,
        name="" if got.name and now.name == got.name else now.name,
        language="" if got.language and now.language == got.language else now.language,
        organization=None if is_theirs else now.organization,
        tags=tuple(tag for tag in now.tags if tag.casefold() not in taken),
        fields={key: value for key, value in now.fields.items() if got.fields.get(key) != value},
    )


def handed_on(got: Filled, onward: Filled) -> tuple[Filled, Filled]:
    """A card that a merge filled became part of another one, which got some of it from there.

    `got`: what goes out of the first card; `onward`: what the second got of it. What of `got` goes out of the second
    card too, and the rest of `onward`, which stays.
    """
    name, language, organization_id = (
        got.name if got.name == onward.name else "",
        got.language if got.language == onward.language else "",
        got.organization_id if got.organization_id == onward.organization_id else None,
    )
    gone = {tag.casefold() for tag in got.tags}
    fields = {key: value for key, value in onward.fields.items() if got.fields.get(key) == value}
    return (
        Filled(
            name=name,
            language=language,
            organization_id=organization_id,
            tags=tuple(tag for tag in onward.tags if tag.casefold() in gone),
            fields=fields,
        ),
        Filled(
            name="" if name else onward.name,
            language="" if language else onward.language,
            organization_id=None if organization_id else onward.organization_id,
            tags=tuple(tag for tag in onward.tags if tag.casefold() not in gone),
            fields={key: value for key, value in onward.fields.items() if key not in fields},
        ),
    )
