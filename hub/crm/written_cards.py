"""A client as a vCard 4.0 (RFC 6350), which `vcards` reads again as it was."""

from collections.abc import Iterator, Mapping
from typing import Final

from hub.crm.import_mapping import FIELD
from hub.crm.vcards import CONSENT, ORGANIZATION_DOMAIN, OWN_FIELD, SITE_USER, TIER

_FOLD_BYTES: Final = 75
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n", "\r": None})
_PROPERTIES: Final = (
    ("phone", "TEL"),
    ("email", "EMAIL"),
    ("telegram", "IMPP"),
    ("site_user", SITE_USER),
    ("language", "LANG"),
)


def card_of(cells: Mapping[str, str]) -> str:
    """The card with its line ends; a cell holds several values as lines. Each card has an FN, be it empty.

    What is called `field:` and a label is a field of the house.
    """
    return "".join(f"{line}\r\n" for text in _lines(cells) for line in _folded(text))


def _lines(cells: Mapping[str, str]) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield "VERSION:4.0"
    if client_id := cells.get("client_id", ""):
        yield f"UID:urn:uuid:{client_id}"
    yield f"FN:{_escaped(cells.get('name', ''))}"
    for column, name in _PROPERTIES:
        for value in _values(cells, column):
            yield f"{name}:{'telegram:' if column == 'telegram' else ''}{_escaped(value)}"
    if organization := cells.get("organization", ""):
        yield f"ORG:{_escaped(organization)}"
    for name, column in ((TIER, "tier"), (ORGANIZATION_DOMAIN, "organization_domain")):
        if value := cells.get(column, ""):
            yield f"{name}:{_escaped(value)}"
    if note := cells.get("note", ""):
        yield f"NOTE:{_escaped(note)}"
    for line in _values(cells, "consents"):
        yield f"{CONSENT}:{_escaped(line)}"
    for column, value in cells.items():
        if column.startswith(FIELD) and value:
            yield f"{OWN_FIELD}:{_escaped(column.removeprefix(FIELD))};{_escaped(value)}"
    if tags := [_escaped(tag) for tag in _values(cells, "tags")]:
        yield f"CATEGORIES:{','.join(tags)}"
    yield "END:VCARD"


def _values(cells: Mapping[str, str], column: str) -> list[str]:
    return [value for value in cells.get(column, "").split("\n") if value]


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 bytes, parted between characters; a further one begins with a blank."""
    raw, first = line.encode("utf-8", "replace"), True
    while raw:
        end = min(_FOLD_BYTES if first else _FOLD_BYTES - 1, len(raw))
        while end < len(raw) and raw[end] & 0xC0 == 0x80:
            end -= 1
        yield ("" if first else " ") + raw[:end].decode()
        raw, first = raw[end:], False
