"""The small grammar that header fields share: tokens, quoted strings, lists, parameters (RFC 3261, 25.1).

Every pattern is possessive: what was read is never read again, so that no text costs more than its length.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Self, TypeVar

from hub.channels.sip.refusal import Malformed

T = TypeVar("T")

BLANKS = " \t"
NAME_CHARS = r"A-Za-z0-9\-.!%*_+`'~"
QUOTED = r'"(?:[^"\\\r\n]++|\\[^\r\n])*+"'

_TOKEN = re.compile(rf"[{NAME_CHARS}]++")
_QUOTED = re.compile(QUOTED)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
_MUST_BE_ESCAPED = re.compile(r'[\\"\x00-\x08\x0a-\x1f\x7f]')
_LIST_PIECE = re.compile(rf'[^",<]++|{QUOTED}|<[^>]*+>|,')

# a value may also be a host; real tags and instance ids use more of ASCII than `token` has
_PARAM = re.compile(
    rf"[ \t]*+;[ \t]*+([{NAME_CHARS}]++)(?:[ \t]*+=[ \t]*+({QUOTED}|[^\s;,\"<>\\\x00-\x1f\x7f]++))?+"
)
# as `_PARAM` where there are no blanks and no quotes: nearly always, and at a third of the time
_PLAIN_PARAMS = re.compile(rf"(?:;[{NAME_CHARS}]++(?:=[^\s;,\"<>\\\x00-\x1f\x7f]++)?+)++")
_PLAIN_VALUE = re.compile(rf"[{NAME_CHARS}\[\]:]++")
_NUMBER = re.compile(r"0*+([0-9]{0,10})")


def is_token(text: str) -> bool:
    """Whether it may be a method, the name of a header field or of a parameter."""
    return _TOKEN.fullmatch(text) is not None


def number(text: str, limit: int) -> int:
    """The decimal digits of `text`, leading zeros allowed, as a number below `limit` (at most 10**10).

    Raises Malformed for anything else, signs and blanks included.
    """
    if len(text) < 10 and text.isdigit() and text.isascii():
        value = int(text)
    else:
        found = _NUMBER.fullmatch(text)
        if found is None or not text:
            raise Malformed("it is no number, or too large a one")
        value = int(found[1] or 0)
    if value >= limit:
        raise Malformed("the number is too large")
    return value


def quoted(text: str) -> str:
    """`text` as a quoted string. Raises Malformed when it holds a line break, which none can."""
    if "\r" in text or "\n" in text:
        raise Malformed("a quoted string holds no line break")
    return '"' + _MUST_BE_ESCAPED.sub(r"\\\g<0>", text) + '"'


def unquoted(text: str) -> str:
    """What a quoted string says; any other text as it is."""
    if _QUOTED.fullmatch(text) is None:
        return text
    return _QUOTED_PAIR.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]


def readable(text: str) -> str:
    """`text` for people and for the store: bytes that were no UTF-8 become U+FFFD, control characters go."""
    clean = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c for c in clean if c.isprintable()).strip()


def listed(value: str) -> list[str]:
    """The elements of a comma-separated field, without the blanks around them; of an empty one, none.

    Commas within quotes and angle brackets separate nothing. Raises Malformed for an empty element, and for
    a quote or bracket that is never closed.
    """
    if "," not in value:
        only = value.strip(BLANKS)
        return [only] if only else []
    elements, start, at = [], 0, 0
    while at < len(value):
        piece = _LIST_PIECE.match(value, at)
        if piece is None:
            raise Malformed("a quote or an angle bracket is not closed")
        if value[at] == ",":
            elements.append(value[start:at].strip(BLANKS))
            start = at + 1
        at = piece.end()
    elements.append(value[start:].strip(BLANKS))
    if "" in elements:
        raise Malformed("the list has an empty element")
    return elements


REMEMBERED_CHARS = 256
"""Longer texts are read anew each time, so that what is remembered stays small."""


def remembered(maxsize: int = 1_024) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Keeps what was read of short texts: the fields of a neighbour's messages are the same time and again."""

    def of(read: Callable[[str], T]) -> Callable[[str], T]:
        known = lru_cache(maxsize=maxsize)(read)

        @wraps(read)
        def either(text: str) -> T:
            return known(text) if len(text) <= REMEMBERED_CHARS else read(text)

        return either

    return of


@remembered()
def tokens(value: str) -> tuple[str, ...]:
    """The elements of a list of tokens, such as Allow. Raises Malformed when one is none."""
    found = tuple(listed(value))
    if not all(is_token(one) for one in found):
        raise Malformed("an element of the list is no token")
    return found


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters behind a header field's value, in order, with values as they stand on the wire."""

    items: tuple[tuple[str, str | None], ...] = ()

    def get(self, name: str) -> str | None:
        """The value without quotes, `""` of one without value, None where there is none; `name` in small letters."""
        for key, value in self.items:
            if key == name or key.lower() == name:
                return (unquoted(value) if value[0] == '"' else value) if value else ""
        return None

    def __contains__(self, name: str) -> bool:
        return name in [key.lower() for key, _ in self.items]

    def having(self, name: str, value: str | None) -> Self:
        """With that parameter in its old place or at the end; quoted where it must be, None for a flag.

        Raises Malformed for a name that is no token and for line breaks.
        """
        if not is_token(name):
            raise Malformed("the name of a parameter is a token")
        key = name.lower()
        written = value if value is None or _PLAIN_VALUE.fullmatch(value) else quoted(value)
        if key not in self:
            return type(self)((*self.items, (name, written)))
        return type(self)(tuple((k, written) if k.lower() == key else (k, v) for k, v in self.items))

    def without(self, name: str) -> Self:
        """Without that parameter, if it is there."""
        return type(self)(tuple((k, v) for k, v in self.items if k.lower() != name.lower()))

    def __str__(self) -> str:
        return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in self.items)


NONE = Params()


def params_of(text: str) -> Params:
    """The parameters of `text`, which is empty or begins with a semicolon.

    Raises Malformed for anything else, and when one is named twice (RFC 3261, 7.3.1).
    """
    if not text:
        return NONE
    if _PLAIN_PARAMS.fullmatch(text) is not None:
        parts = [one.partition("=") for one in text[1:].split(";")]
        return _params([(name, value if equals else None) for name, equals, value in parts])
    items: list[tuple[str, str | None]] = []
    at, end = 0, len(text.rstrip(BLANKS))
    while at < end:
        found = _PARAM.match(text, at, end)
        if found is None:
            raise Malformed("a parameter has no name, or a value that cannot be one")
        items.append((found[1], found[2]))
        at = found.end()
    return _params(items)


def _params(items: list[tuple[str, str | None]]) -> Params:
    if len(items) > 1 and len({name.lower() for name, _ in items}) < len(items):
        raise Malformed("a parameter is named twice")
    return Params(tuple(items)) if items else NONE
