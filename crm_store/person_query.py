"""What somebody typed to find a person, taken apart, and how well a person's words answer it."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from hub.crm.names import LONGEST_WORD, MOST_WORDS, fold, mail_token, misspelling

LONGEST_QUERY = 320  # as long as an address may be

_NUMBER = re.compile(r"[0-9\s+().\-/]+")
_LEAST_DIGITS = 3
_INSIDE_ADDRESS = re.compile(r"^[^@]*[._+\-][^@]*$")

SAME, BEGINS, SOUNDS = 0, 1, 2
"""How well a token answers a word; a typo comes after the same sound, two after one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of a query: what a token may be or begin with, and the name it may be a misspelling of."""

    beginnings: tuple[str, ...]
    name: str = ""

    def answered_by(self, token: str) -> int | None:
        """SAME, BEGINS, SOUNDS or more for typos, None when it does not answer."""
        if token in self.beginnings:
            return SAME
        if token.startswith(self.beginnings):
            return BEGINS
        if not self.name:
            return None
        typos = misspelling(self.name, token)
        return None if typos is None else SOUNDS + typos


Wording = tuple[Word, ...]
"""Words that a person must answer, each of them."""


def readings(query: str) -> list[Wording]:
    """The ways to read `query`, the likelier first; none when there is nothing to look for.

    Names in any order and any script, parts of them, a mail address from its front, a phone number from its
    front, in its national form, or its last digits. Anything may be in `query`; only its first LONGEST_QUERY
    characters and MOST_WORDS words are read.
    """
    typed = unicodedata.normalize("NFKC", query[:LONGEST_QUERY])[:LONGEST_QUERY].strip()
    if _NUMBER.fullmatch(typed):
        digits = re.sub(r"[^0-9]", "", typed)
        if len(digits) >= _LEAST_DIGITS:
            return [(_number(digits),)]
    chunks = typed.split()
    words = tuple(word for chunk in chunks for word in _words(chunk))[:MOST_WORDS]
    found = [tuple(dict.fromkeys(words))] if words else []
    if words and len(chunks) == 1 and _INSIDE_ADDRESS.search(typed) and typed[0].isalnum():
        # `ivan.petrov` may be two names, or how a mail address begins
        found.append((Word(beginnings=(mail_token(typed),)),))
    return found


def fit(wording: Wording, tokens: Collection[str]) -> int | None:
    """How well a person with `tokens` answers all words: 0 is best; None when a word has no answer."""
    total = 0
    for word in wording:
        best = min((rank for t in tokens if (rank := word.answered_by(t)) is not None), default=None)
        if best is None:
            return None
        total += best
    return total


def _words(chunk: str) -> Sequence[Word]:
    if "@" in chunk:
        address = mail_token(chunk.strip("<>()[],;:\"'"))
        return [Word(beginnings=(address,))] if len(address) > 1 else []
    names = fold(chunk).split()
    if len(names) == 1 and names[0].isdigit() and len(names[0]) >= _LEAST_DIGITS:
        return [_number(names[0])]
    return [Word(beginnings=(name,), name=name) for name in names]


def _number(digits: str) -> Word:
    digits = digits[:LONGEST_WORD]
    ends = [digits]
    if digits.startswith("0"):
        ends.append(digits.lstrip("0"))  # a trunk 0, or 00 before the country
    elif digits.startswith("8") and len(digits) == 11:
        ends.append(digits[1:])  # the Russian trunk 8
    fronts = [f"+{number}" for number in ends if number]
    return Word(beginnings=(digits, *fronts, *(f"~{number[::-1]}" for number in ends if number)))
