"""Which limit a letter breaks, found by going over its bytes once: nothing is decoded, parsed or kept.

The standard library's parser takes 20 s for 20,000 addresses and ends in RecursionError for 5,000 parentheses, so it
only sees letters that passed here. The walk follows its reading of structure (RFC 2045, 2046): header blocks end at
the first line that is no header, parts are lines that begin with an open boundary, embedded messages open at once.
"""

import re
from dataclasses import dataclass, field

from hub.channels.email import limits
from hub.domain.letter import Unreadable

_HEADER = re.compile(rb"From |[\x21-\x39\x3b-\x7e]*:|[\t ]")
_BOUNDARY = re.compile(rb'boundary\*?[ \t]*=[ \t]*(?:"([^"]{1,1000})"|([^\s;"]{1,1000}))', re.IGNORECASE)
_ADDRESSES = frozenset(
    {b"from", b"to", b"cc", b"bcc", b"reply-to", b"sender", b"resent-from", b"resent-to", b"resent-cc"}
)
_PARAMETERS = frozenset({b"content-type", b"content-disposition"})
_NESTED = _ADDRESSES | _PARAMETERS | {b"date", b"message-id", b"authentication-results", b"mime-version"}
_NOTHING = re.compile(rb"(?!)")


def broken_limit(raw: bytes) -> Unreadable | None:
    """The first limit `raw` breaks, or None. Takes time in proportion to its length, and a copy of it."""
    if len(raw) > limits.RAW_BYTES:
        return Unreadable.TOO_LONG
    if not raw or raw.isspace():
        return Unreadable.EMPTY
    # the line feed put before the first line makes it one like the others
    lines = b"\n" + raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if lines.count(b"\n") > limits.LINES:
        return Unreadable.TOO_COSTLY
    try:
        _Walk(lines).walk()
    except _Broken as broken:
        return broken.limit
    return None


class _Broken(Exception):
    def __init__(self, limit: Unreadable) -> None:
        self.limit = limit


def _at_most(count: int, bound: int, limit: Unreadable) -> None:
    if count > bound:
        raise _Broken(limit)


@dataclass(slots=True)
class _Open:
    """A multipart that is not over: its boundary, how deep its parts are, what a part is that does not say."""

    boundary: bytes
    depth: int
    default: bytes


@dataclass(slots=True)
class _Walk:
    lines: bytes
    parts: int = 0
    header_bytes: int = 0
    encoded_words: int = 0
    opened: list[_Open] = field(default_factory=list)
    places: dict[bytes, int] = field(default_factory=dict)
    delimiter: re.Pattern[bytes] = _NOTHING

    def walk(self) -> None:
        """From header block to header block, in the order of the bytes."""
        at, depth, default = 1, 1, b"text/plain"
        while True:
            _at_most(depth, limits.DEPTH, Unreadable.TOO_DEEP)
            self.parts += 1
            _at_most(self.parts, limits.PARTS, Unreadable.TOO_MANY_PARTS)
            at, content_type = self._block(at)
            kind = content_type.partition(b";")[0].strip().lower() or default
            if kind.startswith(b"message/") and kind != b"message/delivery-status":
                depth, default = depth + 1, b"text/plain"
                continue
            if kind.startswith(b"multipart/") and (named := _BOUNDARY.search(content_type)):
                inner = b"message/rfc822" if kind == b"multipart/digest" else b"text/plain"
                self._open(_Open((named[1] or named[2]).rstrip(), depth + 1, inner))
            begins = at
            at, over = self._next_part(at)
            if kind == b"message/delivery-status":
                self._blocks_of_a_report(begins, at)
            if over:
                return
            depth, default = self.opened[-1].depth, self.opened[-1].default

    def _block(self, at: int) -> tuple[int, bytes]:
        """Where the header block that begins at `at` ends, and its Content-Type."""
        content_type = name = value = b""
        count = size = 0
        while at < len(self.lines):
            end = self.lines.find(b"\n", at, at + limits.HEADER_BYTES + 1)
            if end < 0:
                if len(self.lines) - at > limits.HEADER_BYTES and _HEADER.match(self.lines, at):
                    raise _Broken(Unreadable.HEADER_TOO_LONG)
                end = len(self.lines)
            line = self.lines[at:end]
            if not _HEADER.match(line):
                at = end + 1 if not line else at
                break
            at = end + 1
            count += 1
            self.header_bytes += len(line) + 1
            _at_most(count, limits.HEADER_LINES, Unreadable.TOO_MANY_HEADERS)
            _at_most(self.header_bytes, limits.HEADERS_BYTES, Unreadable.HEADERS_TOO_LONG)
            if line[:1] in {b" ", b"\t"}:
                value += line
                size += len(line)
            else:
                self._field(name, value)
                name, _, value = line.partition(b":")
                name = name.lower()
                size = len(line)
            _at_most(size, limits.HEADER_BYTES, Unreadable.HEADER_TOO_LONG)
            if name == b"content-type":
                content_type = value
        self._field(name, value)
        return min(at, len(self.lines)), content_type

    def _field(self, name: bytes, value: bytes) -> None:
        words = value.count(b"=?")
        self.encoded_words += words
        _at_most(words, limits.ENCODED_WORDS, Unreadable.TOO_MANY_ENCODED_WORDS)
        _at_most(self.encoded_words, limits.ALL_ENCODED_WORDS, Unreadable.TOO_MANY_ENCODED_WORDS)
        if name in _ADDRESSES:
            # a comma may stand in a quoted name, once in each
            found = max(value.count(b"@"), (value.count(b",") + value.count(b";")) // 2)
            _at_most(found, limits.ADDRESSES, Unreadable.TOO_MANY_ADDRESSES)
        if name in _PARAMETERS:
            _at_most(value.count(b";"), limits.PARAMETERS, Unreadable.TOO_MANY_PARAMETERS)
        if name in _NESTED:
            _at_most(value.count(b"("), limits.COMMENTS, Unreadable.TOO_MANY_COMMENTS)

    def _open(self, one: _Open) -> None:
        self.opened.append(one)
        _at_most(len(self.opened), limits.DEPTH, Unreadable.TOO_DEEP)
        self._look_for_opened()

    def _close_from(self, place: int) -> None:
        if place < len(self.opened):
            del self.opened[place:]
            self._look_for_opened()

    def _look_for_opened(self) -> None:
        """One pattern for the boundaries that are open, the innermost first: lines of others cost nothing."""
        self.places = {one.boundary: at for at, one in enumerate(self.opened)}
        names = b"|".join(re.escape(one.boundary) for one in reversed(self.opened))
        self.delimiter = re.compile(rb"\n--(" + names + rb")(--)?[ \t]*(?=\n|\Z)")

    def _next_part(self, at: int) -> tuple[int, bool]:
        """Where the next part's headers begin; True when there is none any more."""
        search = at - 1  # the line feed before `at` is the beginning of its line
        while self.opened and (found := self.delimiter.search(self.lines, search)):
            place = self.places[found[1]]
            if not found[2]:
                self._close_from(place + 1)
                return min(found.end() + 1, len(self.lines)), False
            self._close_from(place)
            search = found.end()
        return len(self.lines), True

    def _blocks_of_a_report(self, begins: int, ends: int) -> None:
        """A delivery report is blocks of headers; each becomes a message of its own."""
        self.parts += self.lines.count(b"\n\n", begins, ends)
        _at_most(self.parts, limits.PARTS, Unreadable.TOO_MANY_PARTS)
