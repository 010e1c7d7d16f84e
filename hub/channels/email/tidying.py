"""HTML that somebody wrote, brought down to the tags that may go out before a parser of HTML sees it.

A parser repairs: it opens every formatting element that is still open again in every paragraph, so that 86 KB become
gigabytes. What comes out of here has no attribute that makes two of them differ, and what the repairs would make is
counted first. Tags are found by a strict grammar; a `<` that begins none of them stands for itself from here on, so a
parser sees the same tags as were counted.
"""

import re
from collections.abc import Set as AbstractSet
from html import unescape

from hub.domain.errors import Invalid

_FORMATTING = frozenset(["a", "b", "code", "em", "i", "s", "strong", "u"])
"""Of the tags that may go out, those that a parser opens again."""
_REPEATED = 3
"""How often a parser opens formatting again that is the same (HTML, "Noah's Ark clause")."""
_LEFT_TO_ITSELF = frozenset(["br", "hr", "li", "p"])
"""These have no end, or end where the next begins."""
_TOO_DEEP = 100
_TOO_MUCH_REPAIR = 20_000
"""Elements that the parser would add at most."""
_VALUE_CHARS = 2_000
_COST_CHARS = 20
"""This much of an address that is repeated costs as much as an element."""
_TOKEN = re.compile(
    r"""<!--.*?(?:-->|\Z)
    | <[!?][^>]*(?:>|\Z)
    | <(?P<end>/?)(?P<name>[a-zA-Z][^\s<>/="'`]*)
      (?P<rest>(?:[\s/]+|[^\s<>/="'`]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s<>"'][^\s<>]*))?)*+)>
    | <""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s<>/="'`]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s<>"'][^\s<>]*)))?""")


def tidied(
    source: str, *, tags: AbstractSet[str], attributes: dict[str, set[str]], dropped_whole: AbstractSet[str]
) -> str:
    """`source` with `tags` and `attributes` only; what is within `dropped_whole` is gone.

    Raises Invalid `html_too_complex`.
    """
    out: list[str] = []
    repair = _Repair()
    at = 0
    while token := _TOKEN.search(source, at):
        out.append(source[at : token.start()])
        at = token.end()
        name = (token["name"] or "").lower()
        if token[0] == "<":
            out.append("&lt;")
        elif name in dropped_whole and not token["end"]:
            at = _end_of(name, source, at)
        elif name in tags:
            kept = "" if token["end"] else _kept(token["rest"], attributes.get(name, set()))
            repair.tag(name, closing=bool(token["end"]), chars=len(kept))
            out.append(f"<{token['end']}{name}{kept}>")
    out.append(source[at:])
    return "".join(out)


class _Repair:
    """Counts what a parser would have to add."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}
        self._chars = 0
        self._cost = 0

    def tag(self, name: str, *, closing: bool, chars: int) -> None:
        """One more. Raises Invalid."""
        if name == "a":
            self._chars = max(self._chars, chars)
        if name not in _LEFT_TO_ITSELF:
            self._open[name] = max(0, self._open.get(name, 0) + (-1 if closing else 1))
            if sum(self._open.values()) > _TOO_DEEP:
                raise _too_complex()
        if name not in _FORMATTING:
            again = sum(min(count, _REPEATED) for each, count in self._open.items() if each in _FORMATTING)
            if self._open.get("a"):
                again += self._chars // _COST_CHARS
            self._cost += again
            if self._cost > _TOO_MUCH_REPAIR:
                raise _too_complex()


def _kept(rest: str, names: AbstractSet[str]) -> str:
    if not names:
        return ""
    kept: dict[str, str] = {}
    for one in _ATTRIBUTE.finditer(rest):
        name, value = one[1].lower(), unescape(one[2] or one[3] or one[4] or "")
        if name in names and len(value) <= _VALUE_CHARS:
            kept.setdefault(name, value)
    return "".join(f' {name}="{_escaped(value)}"' for name, value in kept.items())


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _end_of(name: str, source: str, at: int) -> int:
    end = re.compile(rf"</{re.escape(name)}[^>]*(?:>|\Z)", re.IGNORECASE).search(source, at)
    return len(source) if end is None else end.end()


def _too_complex() -> Invalid:
    return Invalid("the formatting is too complex", field="letter.html", code="html_too_complex")
