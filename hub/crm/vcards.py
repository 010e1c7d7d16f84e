"""vCards 2.1 (versit), 3.0 (RFC 2426) and 4.0 (RFC 6350) as rows of a sheet: a card is a row, several values are lines.

Of a card are read FN, N, TEL, EMAIL, IMPP, ORG, NOTE, CATEGORIES, LANG, UID and what `written_cards` adds of ours:
consents, users of a site, what they are worth, the domain of their organization, and fields of the house by their
labels. All else is left out.
"""

import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from hub.crm.sheets import LONGEST_CELL, RawRow, Shape, encoding_of

COLUMNS: Final = (
    "name",
    "phone",
    "email",
    "telegram",
    "organization",
    "tags",
    "language",
    "note",
    "client_id",
    "consents",
    "tier",
    "organization_domain",
    "site_user",
)
"""Further ones come last: files that were brought before have fewer."""
CONSENT: Final = "X-TOUCHLINE-CONSENT"
OWN_FIELD: Final = "X-TOUCHLINE-FIELD"
TIER: Final = "X-TOUCHLINE-TIER"
ORGANIZATION_DOMAIN: Final = "X-TOUCHLINE-ORG-DOMAIN"
SITE_USER: Final = "X-TOUCHLINE-SITE-USER"
MOST_FIELDS: Final = 150

_LONGEST_CARD_BYTES = 4 * 1024 * 1024
"""With its picture."""
_LONGEST_LINE_BYTES = _LONGEST_CARD_BYTES + 1
"""Unfolded: one of so many is more than a card has."""
_NAME_BYTES = 2_000
"""Of a line, its name and parameters."""

_READ = frozenset(
    {
        "FN",
        "N",
        "TEL",
        "EMAIL",
        "IMPP",
        "ORG",
        "NOTE",
        "CATEGORIES",
        "LANG",
        "UID",
        CONSENT,
        OWN_FIELD,
        TIER,
        ORGANIZATION_DOMAIN,
        SITE_USER,
        "BEGIN",
        "END",
    }
)
_COLUMN_OF = {
    "TEL": "phone",
    "EMAIL": "email",
    "NOTE": "note",
    "LANG": "language",
    CONSENT: "consents",
    TIER: "tier",
    ORGANIZATION_DOMAIN: "organization_domain",
    SITE_USER: "site_user",
}
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(slots=True)
class _Card:
    values: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    formal: str = ""
    size_bytes: int = 0
    problem: str = ""

    def add(self, column: str, text: str) -> None:
        if text.strip():
            self.values.setdefault(column, []).append(text.strip())

    def row(self, number: int, columns: Sequence[str]) -> RawRow:
        if "name" not in self.values and self.formal:
            self.add("name", self.formal)
        known = sum(one == other for one, other in zip(columns, COLUMNS, strict=False))
        cells = ["\n".join(dict.fromkeys(self.values.get(column, ()))) for column in columns[:known]]
        cells += [self.own.get(label, "") for label in columns[known:]]
        problem = self.problem or ("empty_row" if not any(cells) else "")
        if any("\ufffd" in cell for cell in cells):
            problem = problem or "bad_encoding"
        if any("\0" in cell for cell in cells):
            problem = problem or "zero_byte"
        kept = tuple(cell[:LONGEST_CELL].replace("\0", "") for cell in cells)
        return RawRow(number=number, cells=kept, problem=problem)


def is_vcard(file: BinaryIO) -> bool:
    """Whether the file begins as a card does."""
    file.seek(0)
    head = file.read(200).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    return head.upper().startswith(b"BEGIN:VCARD")


def vcard_shape(file: BinaryIO) -> Shape:
    """How to read it: a column for each label of a field of the house that is met."""
    encoding, labels = encoding_of(file), dict[str, None]()
    for line in _unfolded(file, encoding):
        name, parameters, raw = _property(line)
        if name == OWN_FIELD and len(labels) < MOST_FIELDS:
            label, _ = _own_field(_text(raw, parameters, encoding))
            labels |= {label: None} if label else {}
    return Shape(encoding=encoding, delimiter="", columns=(*COLUMNS, *labels))


def vcard_rows(file: BinaryIO, shape: Shape) -> Iterator[RawRow]:
    """A row for each card; one that does not end is a row too, with a problem."""
    number = 0
    card: _Card | None = None
    for line in _unfolded(file, shape.encoding):
        name, parameters, raw = _property(line)
        if name not in _READ:
            if card is not None:
                card.size_bytes += len(line)
            continue
        if name == "BEGIN":
            if card is not None:
                number += 1
                card.problem = "card_without_end"
                yield card.row(number, shape.columns)
            card = _Card()
        elif card is not None and name == "END":
            number += 1
            yield card.row(number, shape.columns)
            card = None
        elif card is not None:
            card.size_bytes += len(line)
            if card.size_bytes > _LONGEST_CARD_BYTES:
                card.problem = "card_too_large"
            else:
                _take(card, name, parameters, _text(raw, parameters, shape.encoding))
    if card is not None:
        card.problem = "card_without_end"
        yield card.row(number + 1, shape.columns)


def _take(card: _Card, name: str, parameters: dict[str, str], value: str) -> None:
    match name:
        case "FN":
            card.values.pop("name", None)
            card.add("name", _plain(value))
        case "N":
            family, given, more = [*(_plain(p).strip() for p in _parts(value, ";")), "", "", ""][:3]
            card.formal = " ".join(part for part in (given, more, family) if part)
        case "ORG":
            if "organization" not in card.values:
                card.add("organization", _plain(_parts(value, ";")[0]))
        case "CATEGORIES":
            for tag in _parts(value, ",;"):
                card.add("tags", _plain(tag))
        case "X-TOUCHLINE-FIELD":
            label, said = _own_field(value)
            card.own.setdefault(label, said)
        case "UID":
            card.values["client_id"] = [value.strip().lower().removeprefix("urn:uuid:")]
        case "IMPP":
            if value.lower().startswith(("telegram:", "tg:")):
                card.add("telegram", value.partition(":")[2])
        case "TEL":
            if "fax" not in parameters.get("TYPE", "").lower().split(","):
                card.add("phone", re.sub(r"^tel:", "", _plain(value), flags=re.IGNORECASE).partition(";")[0])
        case _:
            card.add(_COLUMN_OF[name], _plain(value))


def _parts(value: str, separators: str) -> list[str]:
    """The value at its separators, still escaped; what stands behind a backslash is none."""
    if "\\" not in value:
        return re.split(f"[{separators}]", value)
    parts, begin, place = [], 0, 0
    while place < len(value):
        if value[place] == "\\":
            place += 1
        elif value[place] in separators:
            parts.append(value[begin:place])
            begin = place + 1
        place += 1
    return [*parts, value[begin:]]


def _own_field(value: str) -> tuple[str, str]:
    """Its label and what it says."""
    label, *said = (_plain(part).strip() for part in _parts(value, ";"))
    return " ".join(label.split())[:200], ";".join(said)


def _unfolded(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    """Logical lines: a blank at the front goes on with the line before, so does what follows `=` where it is quoted.
    What of one is beyond the largest card is left out; the card says so, as all of it counts."""
    kept = bytearray()
    for line in _lines(file, encoding):
        if kept and line[:1] in {b" ", b"\t"}:
            more = line[1:]
        elif kept.endswith(b"=") and b"QUOTED-PRINTABLE" in kept[:_NAME_BYTES].partition(b":")[0].upper():
            more = b"\n" + line
        else:
            if kept:
                yield bytes(kept)
            kept = bytearray(line)
            continue
        # appended in place: a new copy for each of many short lines would take the square of their time
        kept += more[: max(0, _LONGEST_LINE_BYTES - len(kept))]
    if kept:
        yield bytes(kept)


def _lines(file: BinaryIO, encoding: str) -> Iterator[bytes]:
    file.seek(0)
    if encoding.startswith("utf-16"):
        text = file.read().decode(encoding, "replace").removeprefix("\ufeff")
        yield from (line.encode() for line in re.split(r"\r\n|\r|\n", text))
        return
    first = True
    while line := file.readline(_LONGEST_CARD_BYTES):
        yield (line.removeprefix(b"\xef\xbb\xbf") if first else line).rstrip(b"\r\n")
        first = False


def _property(line: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, value = line.partition(b":")
    name, *given = head.decode("ascii", "replace").split(";")
    parameters: dict[str, str] = {}
    for one in given:
        key, has_value, said = one.partition("=")
        if not has_value:  # 2.1 leaves out the names
            bare = key.upper()
            key, said = ("ENCODING", bare) if bare in {"QUOTED-PRINTABLE", "BASE64"} else ("TYPE", key)
        key = key.upper()
        parameters[key] = f"{parameters[key]},{said}" if key in parameters else said
    return name.rpartition(".")[2].upper().strip(), parameters, value


def _text(raw: bytes, parameters: dict[str, str], encoding: str) -> str:
    if parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        try:
            raw = quopri.decodestring(raw)
        except (binascii.Error, ValueError):
            return "\ufffd"
    charset = parameters.get("CHARSET", "").strip('"') or (
        "utf-8" if encoding.startswith("utf-16") else encoding
    )
    try:
        return raw.decode(charset, "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)
