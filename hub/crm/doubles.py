"""Which two records may be one person, and why: a number that is the same but for how it was typed, or a name and one
more thing. Nothing here joins anybody: a pair is shown with its reasons, and people decide."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations
from typing import Final

from hub.crm.matching import alike

TAIL_DIGITS: Final = 10
"""Of a number, what says whose it is within its country; fewer are an extension or a short code."""

_MOST_IN_A_FACT: Final = 12
"""Of those who have a name and a fact in common, so many are paired: each with each would be a square."""

_SHORTEST_MAIL_NAME: Final = 4
# fmt: off
_OF_NOBODY: Final = frozenset({
    "info", "mail", "office", "sales", "support", "admin", "contact", "hello", "team",
    "order", "orders", "post", "email", "help", "service", "billing", "bilgi", "iletisim",
    "destek", "satis", "zakaz", "noreply", "no-reply", "postmaster", "webmaster", "accounting",
})
# fmt: on
"""Mail names that many companies have: they are of a desk, not of somebody."""

_TRUNK: Final = {"8": "7"}
"""What is dialled in front within the country, and its code: 8 916 … is +7 916 …; a 0 in front is left out anyway."""


class DoubleReason(StrEnum):
    """Why two records may be one person."""

    SHARED_NUMBER = "shared_number"
    SAME_NUMBER = "same_number"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    PART_OF_NAME = "part_of_name"
    SAME_ORGANIZATION = "same_organization"
    SAME_MAIL_NAME = "same_mail_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record as far as it says who it is. `numbers` and `mails` are as they are kept; empty organization: none."""

    id: str
    name: str = ""
    organization_id: str = ""
    numbers: tuple[str, ...] = ()
    mails: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two records, the older one first, and why they may be one."""

    one_id: str
    other_id: str
    reasons: tuple[DoubleReason, ...]


def same_number(one: str, other: str) -> bool:
    """Whether two different texts are one number, typed with its country, without it, or with a 0 or 8 in front.

    Two countries are two numbers, whatever follows.
    """
    mine, theirs = _digits(one), _digits(other)
    if min(len(mine), len(theirs)) < TAIL_DIGITS or mine[-TAIL_DIGITS:] != theirs[-TAIL_DIGITS:]:
        return False
    heads = {_country(mine[:-TAIL_DIGITS]), _country(theirs[:-TAIL_DIGITS])}
    return len(heads) == 1 or "" in heads


def _digits(number: str) -> str:
    return re.sub(r"[^0-9]", "", number)


def _country(head: str) -> str:
    """The code of the country before the number; empty when it is not said."""
    code = head.strip("0")
    return _TRUNK.get(code, code)


def of_one_name(records: Sequence[Record]) -> Iterator[Pair]:
    """The pairs among records whose names share a key: those who have one more thing in common.

    The work grows with the records, not with their square: who has a thing in common with very many is paired with the
    nearest of them.
    """
    by_fact: dict[tuple[str, str], list[Record]] = {}
    for record in sorted(records, key=lambda one: one.id):
        for fact in _facts(record):
            by_fact.setdefault(fact, []).append(record)
    seen: set[tuple[str, str]] = set()
    for among in by_fact.values():
        for one, other in combinations(among[:_MOST_IN_A_FACT], 2):
            if (one.id, other.id) not in seen:
                seen.add((one.id, other.id))
                if reasons := why(one, other):
                    yield Pair(one_id=one.id, other_id=other.id, reasons=reasons)


def why(one: Record, other: Record) -> tuple[DoubleReason, ...]:
    """The reasons, a number first; none when there are too few: a name alone is shared by too many."""
    reasons: list[DoubleReason] = []
    if any(same_number(mine, theirs) for mine in one.numbers for theirs in other.numbers):
        reasons.append(DoubleReason.SAME_NUMBER)
    named = alike(one.name, other.name)
    if named is not None:
        reasons.append(DoubleReason(named.reason.value))
    shared = _facts(one) & _facts(other)
    if any(kind == "organization" for kind, _ in shared):
        reasons.append(DoubleReason.SAME_ORGANIZATION)
    if any(kind == "mail" for kind, _ in shared):
        reasons.append(DoubleReason.SAME_MAIL_NAME)
    is_enough = DoubleReason.SAME_NUMBER in reasons or (named is not None and len(reasons) > 1)
    return tuple(reasons) if is_enough else ()


def _facts(record: Record) -> set[tuple[str, str]]:
    found = {("mail", name) for name in _mail_names(record.mails)}
    found |= {
        ("number", digits[-TAIL_DIGITS:]) for n in record.numbers if len(digits := _digits(n)) >= TAIL_DIGITS
    }
    if record.organization_id:
        found.add(("organization", record.organization_id))
    return found


def _mail_names(mails: Iterable[str]) -> Iterator[str]:
    for mail in mails:
        name = mail.partition("@")[0].partition("+")[0].lower()
        if len(name) >= _SHORTEST_MAIL_NAME and name not in _OF_NOBODY:
            yield name
