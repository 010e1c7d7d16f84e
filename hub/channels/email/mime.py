"""The inside of a letter (RFC 2045 to 2049): its headers as text, what is to be read, and what hangs on it.

The standard library reads the structure; `prescan` has said before that it can. It still raises where nobody expects
it (1.4 % of mutated letters), so every step stands alone: what cannot be read is a defect, and the rest is read.
"""

import email.parser
import email.policy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING, Any

from hub.channels.email.charsets import decoded, header_text
from hub.channels.email.runs import Shortened
from hub.domain.errors import Invalid
from hub.domain.letter import Defect, LetterPart
from hub.domain.texts import one_line
from hub.file_types import HEAD_BYTES, clean_name, type_of

if TYPE_CHECKING:
    Part = Message[Any, Any]
else:  # not generic at run time
    Part = Message


class _AsItCame(email.policy.Compat32):
    """Headers as they are in the letter: bytes that are no ASCII stay surrogates, for `charsets` to read.

    Not `policy.default`: it reads every header by a grammar whenever it is asked for, which takes ten times as long
    (40 times for some bad letters) and raises in ways of its own; addresses and encoded words are read by us.
    """

    def header_fetch_parse(self, name: str, value: str) -> str:  # noqa: ARG002 - the signature is the library's
        return value


_AS_IT_CAME = _AsItCame(max_line_length=None)
_UNKNOWN_TYPE = "application/octet-stream"
_ENDINGS = {
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "message/delivery-status": ".txt",
}
# anything a message can raise while it is asked: LookupError of charsets, IndexError and AttributeError of the header
# parser, ValueError of NUL, OverflowError of dates, RecursionError of deep parts, AssertionError, TypeError of None
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(slots=True)
class Inside:
    """What is in a letter. `plain` and `html` are in their order; `flowed` names the places in `plain` that are
    `format=flowed` (RFC 3676), by how they are put together (True: DelSp)."""

    message: Part
    headers: dict[str, list[str]] = field(default_factory=dict)
    plain: list[str] = field(default_factory=list)
    flowed: dict[int, bool] = field(default_factory=dict)
    html: list[str] = field(default_factory=list)
    parts: list[LetterPart] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    charset: str = ""
    defects: list[Defect] = field(default_factory=list)

    def header(self, name: str) -> str:
        """The first header of that name, unfolded, as it came; empty when there is none."""
        values = self.headers.get(name.lower())
        return values[0] if values else ""

    def defect(self, one: Defect | None) -> None:
        """Remember `one`, once."""
        if one is not None and one not in self.defects:
            self.defects.append(one)


def opened(raw: bytes) -> Inside:
    """The letter `raw`, which `prescan.broken_limit` has let pass, taken apart. Never raises one of UNREADABLE."""
    try:
        shortened = Shortened(raw)
        message: Part = email.parser.BytesParser(policy=_AS_IT_CAME).parsebytes(shortened.raw)
        shortened.restore(message)
        inside = Inside(message)
    except UNREADABLE:
        inside = Inside(Part(policy=_AS_IT_CAME))
        inside.defect(Defect.BAD_STRUCTURE)
        inside.plain.append(decoded(raw, "")[0])
        return inside
    for name, value in message.raw_items():
        inside.headers.setdefault(name.lower(), []).append(str(value).replace("\r", "").replace("\n", ""))
    if message.defects:
        inside.defect(Defect.BAD_STRUCTURE)
    _walk(inside)
    return inside


def _walk(inside: Inside) -> None:
    """Leaf after leaf, in their order. Embedded letters are files: they are not this letter's words."""
    waiting: list[tuple[Part, bool]] = [(inside.message, False)]
    while waiting:
        part, alternative = waiting.pop()
        kind = _asked(part.get_content_type, "text/plain")
        if kind.startswith("multipart/") and part.is_multipart():
            inner = [one for one in _asked(part.get_payload, []) if isinstance(one, Message)]
            either = alternative or kind == "multipart/alternative"
            waiting.extend((one, either) for one in reversed(inner))
            continue
        try:
            _leaf(inside, part, kind, alternative=alternative)
        except UNREADABLE:
            inside.defect(Defect.BAD_PART)


def _leaf(inside: Inside, part: Part, kind: str, *, alternative: bool) -> None:
    name = _file_name(part)
    apart = _asked(part.get_content_disposition, None) == "attachment" or bool(name)
    # a multipart that is none (its boundary is missing) is the text it looks like
    as_text = kind == "text/plain" or (kind.startswith("multipart/") and not part.is_multipart())
    if as_text and not apart:
        text = _text(inside, part)
        if not inside.charset:
            inside.charset = _asked(part.get_content_charset, None) or ""
        if str(_asked(lambda: part.get_param("format"), "")).lower() == "flowed":
            inside.flowed[len(inside.plain)] = (
                str(_asked(lambda: part.get_param("delsp"), "")).lower() == "yes"
            )
        inside.plain.append(text)
    elif kind == "text/html" and not apart:
        inside.html.append(_text(inside, part))
    elif kind == "text/x-amp-html" and alternative:
        pass  # the same letter once more, for a program that runs it
    else:
        _file(inside, part, kind, name)


def _text(inside: Inside, part: Part) -> str:
    text, defect = decoded(_payload(part), _asked(part.get_content_charset, None) or "")
    inside.defect(defect)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _file(inside: Inside, part: Part, kind: str, name: str) -> None:
    content = _embedded(part) if part.is_multipart() else _payload(part)
    # an attached letter without its first header is no reason to lose it
    digest = hashlib.sha256(content).hexdigest()
    try:
        found = kind if kind == "message/rfc822" else type_of(content[:HEAD_BYTES], name)
    except Invalid:
        found = _UNKNOWN_TYPE
    label = name or f"part-{len(inside.parts) + 1}{_ENDINGS.get(kind, '')}"
    inside.contents.setdefault(digest, content)
    inside.parts.append(
        LetterPart(
            name=clean_name(label, found),
            media_type=found,
            declared_type=one_line(header_text(kind)[0], 100),
            size_bytes=len(content),
            sha256=digest,
            content_id=_content_id(part),
        )
    )


def _payload(part: Part) -> bytes:
    """The decoded content; what cannot be decoded, as it is."""
    payload: object = _asked(lambda: part.get_payload(decode=True), None)
    if payload is None:
        payload = _asked(part.get_payload, "")
    if isinstance(payload, bytes):
        return payload
    return str(payload).encode("utf-8", "surrogateescape")


def _embedded(part: Part) -> bytes:
    inner = part.get_payload()
    messages = inner if isinstance(inner, list) else [inner]
    return b"\n".join(one.as_bytes() for one in messages if isinstance(one, Message))


def _file_name(part: Part) -> str:
    name = _asked(part.get_filename, None)
    return header_text(str(name))[0].strip() if name else ""


def _content_id(part: Part) -> str:
    for name, value in part.raw_items():
        if name.lower() == "content-id":
            return one_line(header_text(str(value))[0], 250).strip("<>")
    return ""


def _asked(question: Callable[[], Any], otherwise: Any) -> Any:
    try:
        return question()
    except UNREADABLE:
        return otherwise
