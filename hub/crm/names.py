"""Names as they are compared: folded to plain letters, by sound, and with a typo.

`Ёлкин`, `Елкин` and `Elkin` fold to the same word, `YILDIRIM` and `Yıldırım` too. `Yolkin` sounds the same as
they do, and `Elkni` shares a typo key with them.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from rapidfuzz.distance import OSA

LONGEST_NAME = 300
LONGEST_TEXT = 20_000
LONGEST_WORD = 40
MOST_WORDS = 8

ONE_TYPO_FROM, TWO_TYPOS_FROM = 4, 8
"""Letters a word needs before one typo, or two, may be forgiven."""

_APOSTROPHES = frozenset("'`´‘’ʼʹ′")
_IDEOGRAPHS = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_NOT_PLAIN = re.compile(r"[^a-z0-9]")
_TOO_LONG = re.compile(rf"(\S{{{LONGEST_WORD}}})\S+")
_REMEMBERED_BELOW = 0x3000  # alphabets; what lies above is too much to keep


class _Alphabet(dict[int, str]):
    """What becomes of each character, worked out when it is met first."""

    def __missing__(self, code: int) -> str:
        plain = _plain(chr(code))
        if code < _REMEMBERED_BELOW:
            self[code] = plain
        return plain


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or character in _APOSTROPHES:
        return ""
    if category[0] not in "LMN":
        return " "
    letters = _NOT_PLAIN.sub("", anyascii(character).lower())
    code = ord(character)
    return f" {letters} " if any(low <= code <= high for low, high in _IDEOGRAPHS) else letters


_ALPHABET: Final = _Alphabet()


def fold(text: str, *, longest: int = LONGEST_TEXT) -> str:
    """The words of `text` in a–z and 0–9, one blank between them; empty when it has none.

    Case, accents, the Turkish dot and the Russian ё make no difference; other scripts are transliterated
    (anyascii). Apostrophes join, everything else that is neither letter nor digit parts. Characters beyond
    `longest`, and letters of a word beyond LONGEST_WORD, are left out.
    """
    composed = unicodedata.normalize("NFKC", text[:longest])[:longest]
    words = " ".join(composed.translate(_ALPHABET).split())
    return _TOO_LONG.sub(r"\1", words) if len(words) > LONGEST_WORD else words


def tokens(text: str) -> list[str]:
    """The different words of a name, folded, in order; the first MOST_WORDS of them."""
    return list(dict.fromkeys(fold(text, longest=LONGEST_NAME).split()))[:MOST_WORDS]


_SOUNDS = {
    "shch": "sc",
    "sch": "sc",
    "sh": "s",
    "ch": "c",
    "kh": "h",
    "zh": "z",
    "gh": "g",
    "ph": "f",
    "th": "t",
    "ck": "k",
    "tz": "c",
    "ts": "c",
    "yo": "e",
    "jo": "e",
    "ye": "e",
    "je": "e",
    "x": "ks",
    "w": "v",
    "q": "k",
    "y": "i",
    "j": "i",
}
_SPELLINGS = re.compile("|".join(_SOUNDS))
_REPEATED = re.compile(r"(.)\1+")


@lru_cache(maxsize=20_000)
def sound(token: str) -> str:
    """The same for the ways in which one name is written in Latin letters: Yuliya, Iuliia, Julia.

    Russian in the passport's, the scholar's and the English way; Turkish letters without their signs.
    """
    spoken = _SPELLINGS.sub(lambda found: _SOUNDS[found.group()], token)
    return _REPEATED.sub(r"\1", spoken)


def typo_keys(token: str) -> set[str]:
    """Keys that two words share if one typo turns one into the other, or one's sound into the other's.

    A typo is a letter too few, too many, another one, or two neighbours swapped (optimal string alignment).
    From ONE_TYPO_FROM letters on; a shorter word has only itself and its sound.
    """
    return _less_one(token) | _less_one(sound(token))


def _less_one(word: str) -> set[str]:
    if len(word) < ONE_TYPO_FROM:
        return {word}
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


def misspelling(typed: str, token: str) -> int | None:
    """How far `typed` is from `token`: 0 the same sound, 1 one typo, 2 two; None when it is another word."""
    spoken, heard = sound(typed), sound(token)
    if spoken == heard:
        return 0
    longer = max(len(typed), len(token))
    allowed = 2 if longer >= TWO_TYPOS_FROM else 1 if longer >= ONE_TYPO_FROM else 0
    distance = min(
        OSA.distance(typed, token, score_cutoff=allowed), OSA.distance(spoken, heard, score_cutoff=allowed)
    )
    return distance if distance <= allowed else None


def phone_tokens(number: str) -> list[str]:
    """What a phone number is found by: from its front (`+90532…`), and from its end (`~7654…`).

    `number` is E.164. The end is what people say who leave out the country.
    """
    digits = re.sub(r"[^0-9]", "", number)[:LONGEST_WORD]
    return [f"+{digits}", f"~{digits[::-1]}"] if digits else []


def mail_token(address: str) -> str:
    """What a mail address is found by, from its front: itself in small letters, without what nobody types."""
    typed = unicodedata.normalize("NFKC", address[:LONGEST_NAME]).lower()[:LONGEST_NAME]
    return "".join(c for c in typed if c.isprintable() and not c.isspace() and not "\ud800" <= c <= "\udfff")
