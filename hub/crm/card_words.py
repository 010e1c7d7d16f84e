"""A card's consents and notes as words of a file, which an import reads again as they were."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from hub.domain.errors import Invalid
from hub.domain.person import WRITTEN_TO, IdentityKind, Purpose
from hub.domain.texts import one_line

LONGEST_NOTE: Final = 20_000
LONGEST_SOURCE: Final = 200
MOST_CONSENTS: Final = 100

_LINE = re.compile(r"(\w+) (\w+) (yes|no) (\S+)(?: (.*))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedConsent:
    """What a client has said about being reached, when, and where that is written."""

    channel: IdentityKind
    purpose: Purpose
    given: bool
    at: datetime
    source: str = ""

    @property
    def line(self) -> str:
        """In words: `phone marketing yes 2026-11-30T10:00:00Z form on the site`."""
        at = self.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f"{self.channel} {self.purpose} {'yes' if self.given else 'no'} {at} {self.source}".rstrip()


def consents_in(text: str) -> tuple[DatedConsent, ...]:
    """The consents whose lines these are. Raises Invalid (`bad_consent`)."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_CONSENTS:
        raise _bad()
    return tuple(dict.fromkeys(map(_consent, lines)))


def _consent(line: str) -> DatedConsent:
    found = _LINE.fullmatch(line)
    if found is None:
        raise _bad()
    channel, purpose, given, at, source = found.groups()
    try:
        made = DatedConsent(
            channel=IdentityKind(channel),
            purpose=Purpose(purpose),
            given=given == "yes",
            at=datetime.fromisoformat(at),
            source=one_line(source or "", LONGEST_SOURCE),
        )
    except ValueError:
        raise _bad() from None
    if made.channel not in WRITTEN_TO or made.at.tzinfo is None or not 2000 <= made.at.year < 2100:
        raise _bad()
    return made


def _bad() -> Invalid:
    return Invalid(
        "a consent is a channel, a purpose, yes or no, and an instant", field="consents", code="bad_consent"
    )


def joined_notes(notes: Sequence[str]) -> str:
    """One text of these, the oldest first; of too many the newest."""
    kept: list[str] = []
    size = 0
    for note in reversed(notes):
        size += len(note) + 1
        if kept and size > LONGEST_NOTE:
            break
        kept.append(note[:LONGEST_NOTE])
    return "\n".join(reversed(kept))


def is_news(note: str, notes: Iterable[str]) -> bool:
    """Whether a note says what none of these says, nor all of them as a file of ours has them."""
    there = list(notes)
    return bool(note) and note not in there and note != joined_notes(there)
