"""Whether two records are one person: `known` by an equal proved address, `maybe` by what only suggests it.

Nothing here joins anybody. A `maybe` is shown with its reason, and people decide.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from hub.crm.names import misspelling, sound, tokens
from hub.domain.person import Confidence, IdentityKind

FEWEST_WORDS = 2
"""A name of one word is shared by too many to be looked up by, and says little when it is part of another."""

_PARTS_OF_AT_MOST = 4


class Match(StrEnum):
    """What two records are to each other."""

    KNOWN = "known"
    MAYBE = "maybe"
    NONE = "none"


class Reason(StrEnum):
    """Why somebody is a candidate, or known."""

    SAME_PHONE = "same_phone"
    SAME_EMAIL = "same_email"
    SAME_TELEGRAM = "same_telegram"
    SAME_VISITOR = "same_visitor"
    SAME_SITE_USER = "same_site_user"
    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    PART_OF_NAME = "part_of_name"


_OF_ADDRESS: Final = {
    IdentityKind.PHONE: Reason.SAME_PHONE,
    IdentityKind.EMAIL: Reason.SAME_EMAIL,
    IdentityKind.TELEGRAM: Reason.SAME_TELEGRAM,
    IdentityKind.WEBCHAT: Reason.SAME_VISITOR,
    IdentityKind.SITE: Reason.SAME_SITE_USER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address in normal form, and whether it is proved to be theirs."""

    kind: IdentityKind
    value: str
    confidence: Confidence = Confidence.KNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A record as far as it says who it is."""

    name: str = ""
    addresses: frozenset[Address] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One reason, and how sure it makes (0 to 1)."""

    reason: Reason
    sure: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """What two records are to each other, and why; the strongest reason first, none for `none`."""

    match: Match
    because: tuple[Because, ...] = ()


def matched(one: Described, other: Described) -> Matched:
    """`known` only when both have the same address and it is proved for both of them; names never make it so."""
    shared = sorted(_shared(one.addresses, other.addresses), key=lambda found: (not found[1], found[0]))
    because = [Because(reason=reason, sure=1.0 if proved else 0.5) for reason, proved in shared]
    if (named := alike(one.name, other.name)) is not None:
        because.append(named)
    if not because:
        return Matched(match=Match.NONE)
    is_known = any(proved for _, proved in shared)
    because.sort(key=lambda found: -found.sure)
    return Matched(match=Match.KNOWN if is_known else Match.MAYBE, because=tuple(because))


def _shared(one: Iterable[Address], other: Iterable[Address]) -> Iterator[tuple[Reason, bool]]:
    mine, theirs = _proved(one), _proved(other)
    for kind, value in mine.keys() & theirs.keys():
        yield _OF_ADDRESS[kind], mine[kind, value] and theirs[kind, value]


def _proved(addresses: Iterable[Address]) -> dict[tuple[IdentityKind, str], bool]:
    found: dict[tuple[IdentityKind, str], bool] = {}
    for address in addresses:
        if _may_prove(address):
            key = address.kind, address.value
            found[key] = found.get(key, False) or address.confidence is Confidence.KNOWN
    return found


def _may_prove(address: Address) -> bool:
    """A short code, or a number that is not whole, is nobody's own."""
    return address.kind is not IdentityKind.PHONE or address.value.startswith("+")


def alike(name: str, other: str) -> Because | None:
    """Why two names may be those of one person; None when they are not alike.

    The same words in any order, whatever the alphabet; the same but for spelling; or all words of the shorter one,
    which has two or more, in the longer one (a father's name left out). Short forms and initials are not guessed.
    """
    mine, theirs = tokens(name), tokens(other)
    if not mine or not theirs:
        return None
    if sorted(mine) == sorted(theirs):
        return Because(reason=Reason.SAME_NAME, sure=0.6)
    heard, said = sorted(map(sound, mine)), sorted(map(sound, theirs))
    if heard == said:
        return Because(reason=Reason.SIMILAR_NAME, sure=0.5)
    if len(mine) == len(theirs):
        typos = _typos(mine, theirs)
        return None if typos is None else Because(reason=Reason.SIMILAR_NAME, sure=0.3)
    shorter, longer = sorted((set(heard), set(said)), key=len)
    if len(shorter) >= FEWEST_WORDS and shorter < longer:
        return Because(reason=Reason.PART_OF_NAME, sure=0.4)
    return None


def _typos(mine: list[str], theirs: list[str]) -> int | None:
    """Typos when each word of the one has a word of the other, the nearest first; None when one has none."""
    left, total = list(theirs), 0
    pairs = sorted(
        ((typos, a, b) for a in mine for b in theirs if (typos := misspelling(a, b)) is not None),
    )
    paired: set[str] = set()
    for typos, a, b in pairs:
        if a not in paired and b in left:
            paired.add(a)
            left.remove(b)
            total += typos
    return total if not left else None


def name_keys(name: str) -> dict[str, bool]:
    """What namesakes are looked up by, in whatever order and alphabet: a key, and whether it is of the whole name.

    Two persons may be one if they share a key that is the whole name of one of them. Names of three or four words
    have a key for each of their parts with one word less. None for a name of one word.
    """
    words = sorted({sound(token) for token in tokens(name)})
    if len(words) < FEWEST_WORDS:
        return {}
    keys = {" ".join(words): True}
    if FEWEST_WORDS < len(words) <= _PARTS_OF_AT_MOST:
        keys |= {" ".join(part): False for part in combinations(words, len(words) - 1)}
    return keys
