"""From the bytes of one message to its value (RFC 3261, 7, 18.3 and 25), with limits and without I/O.

A datagram, or one message of a WebSocket, goes through `message_of`; what comes in a stream through
`hub.channels.sip.stream`. What is not understood is kept; what cannot be acted upon is `Refused`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from hub.channels.sip.grammar import BLANKS, NAME_CHARS, number
from hub.channels.sip.headers import date_of
from hub.channels.sip.message import VERSION, Message, Request, Response
from hub.channels.sip.names import METHODS, canonical
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.uri import SipUri, uri_of

LINE_END = b"\r\n"
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one message may be. `message_bytes` counts head and body, `field_chars` one field unfolded."""

    message_bytes: int = 65_536
    fields: int = 200
    field_chars: int = 8_192


LIMITS = Limits()

CHECKED: dict[str, Callable[[Message], object]] = {
    "contact": lambda message: message.contacts,
    "route": lambda message: message.routes,
    "record-route": lambda message: message.record_routes,
    "max-forwards": lambda message: message.max_forwards,
    "expires": lambda message: message.expires_s,
    "content-type": lambda message: message.content_type,
    "require": lambda message: message.require,
    "date": lambda message: date_of(message.one("date") or ""),
}
"""Fields that must be sound where they stand, beside the five that must be there: Via, From, To, Call-ID, CSeq."""

_START_OF_FOLD = re.compile(r"\r\n[ \t]++")
_FIELD = re.compile(rf"([{NAME_CHARS}]++)[ \t]*+:[ \t]*+(.*+)", re.DOTALL)
_LINE = re.compile(rf"\r\n([{NAME_CHARS}]++)[ \t]*+:[ \t]*+([^\r\n]*+)")
_VERSION = re.compile(r"SIP/[0-9]++\.[0-9]++", re.IGNORECASE)
_STATUS_LINE = re.compile(r"(SIP/[0-9]++\.[0-9]++) ([0-9]{3})(?: (.*+))?+", re.IGNORECASE | re.DOTALL)
_REQUEST_LINE = re.compile(rf"([{NAME_CHARS}]++) ([^ ]++) ([^ ]++)")


@dataclass(frozen=True, slots=True)
class Head:
    """The start line and the header fields, Content-Length apart; None when it says nothing."""

    start_line: str
    fields: tuple[Field, ...]
    body_bytes: int | None
    by_name: dict[str, tuple[str, ...]] | None = None
    """The texts of the fields by their names, where they were sorted already."""

    @property
    def is_response(self) -> bool:
        """Whether it begins as a response does, sound or not."""
        return self.start_line[:4].upper() == "SIP/"

    def refused(self, status: int, reason: str, *, ends_stream: bool = False) -> Refused:
        """The refusal of this message: of a response, an ACK, or without a Via, nobody is told."""
        told = (
            not self.is_response
            and not self.start_line.startswith("ACK ")
            and _VERSION.fullmatch(self.start_line.rstrip(" ").rpartition(" ")[2]) is not None
            and any(canonical(field.name) == "via" for field in self.fields)
        )
        return Refused(status if told else None, reason, fields=self.fields, ends_stream=ends_stream)


def message_of(datagram: bytes, limits: Limits = LIMITS) -> Message:
    """The message that the datagram is. Bytes behind the body are left out (18.3).

    Raises Refused: 400, 501, 505, 513, or with no status for what nobody may be answered.
    """
    raw = datagram.lstrip(LINE_END)
    if not raw.strip(b"\0"):
        raise Refused(None, "it is empty, as keep-alives are")
    too_large = len(raw) > limits.message_bytes
    end = raw.find(HEAD_END, 0, limits.message_bytes)
    head = head_of(raw[:end] if end >= 0 else raw[: limits.message_bytes], limits)
    if too_large:
        raise head.refused(513, "the message is too large")
    if end < 0:
        raise head.refused(400, "the head does not end")
    body = raw[end + len(HEAD_END) :]
    if head.body_bytes is not None:
        if head.body_bytes > len(body):
            raise head.refused(400, "the body is shorter than Content-Length says")
        body = body[: head.body_bytes]
    return whole(head, body)


def head_of(raw: bytes, limits: Limits = LIMITS) -> Head:
    """The head whose bytes end before the empty line.

    Raises Refused, with `ends_stream`, as nobody can tell where such a message ends.
    """
    # what is no UTF-8 becomes surrogates: a field that nobody reads goes out again byte for byte
    text = raw.decode("utf-8", "surrogateescape")
    return _plain_head(text, limits) or _any_head(text, limits)


def _plain_head(text: str, limits: Limits) -> Head | None:
    """The head as nearly everybody writes it; None for what has to be looked at line by line: folds, stray line
    breaks, blanks at an end, what is no field, a Content-Length that is none, more than may be."""
    lines = text.count("\r\n")
    found = _LINE.findall(text)
    if (
        not lines == len(found) == text.count("\r") == text.count("\n")
        or lines > limits.fields
        or len(text) > limits.field_chars
        or " \r" in text
        or "\t\r" in text
        or text[-1:] in BLANKS
    ):
        return None
    by_name: dict[str, tuple[str, ...]] = {}
    for name, value in found:
        key = canonical(name)
        by_name[key] = (*by_name[key], value) if key in by_name else (value,)
    body_bytes = None
    if (lengths := by_name.pop("content-length", None)) is not None:
        if len(lengths) > 1 or len(lengths[0]) > 9 or not lengths[0].isdigit() or not lengths[0].isascii():
            return None
        body_bytes = int(lengths[0])
        found = [pair for pair in found if canonical(pair[0]) != "content-length"]
    fields = tuple([tuple.__new__(Field, pair) for pair in found])
    return Head(text.partition("\r\n")[0], fields, body_bytes, by_name)


def _any_head(text: str, limits: Limits) -> Head:
    """Raises Refused."""
    unfolded = _START_OF_FOLD.sub(" ", text)
    start_line, *lines = unfolded.split("\r\n")
    has_strays = not len(lines) == unfolded.count("\r") == unfolded.count("\n")
    if "\r" in start_line or "\n" in start_line:
        raise Refused(None, "it does not begin as SIP does", ends_stream=True)
    fields: list[Field] = []
    lengths: list[str] = []
    wrong = "there are too many header fields" if len(lines) > limits.fields else ""
    for line in lines[: limits.fields]:
        found = _FIELD.fullmatch(line)
        if found is None or (has_strays and ("\n" in line or "\r" in line)):
            wrong = wrong or "a header field has a name, a colon and no line break of its own"
            continue
        if len(line) > limits.field_chars:
            wrong = wrong or "a header field is too long"
            continue
        name, value = found[1], found[2].rstrip(BLANKS)
        if canonical(name) == "content-length":
            lengths.append(value)
        else:
            fields.append(Field(name, value))
    head = Head(start_line, tuple(fields), None)
    if wrong:
        raise head.refused(400, wrong, ends_stream=True)
    if not lengths:
        return head
    if len(lengths) > 1:
        raise head.refused(400, "Content-Length stands more than once", ends_stream=True)
    try:
        return Head(start_line, head.fields, number(lengths[0], 10**9))
    except Malformed as exc:
        raise head.refused(400, "Content-Length is no number, or too large", ends_stream=True) from exc


def whole(head: Head, body: bytes) -> Message:
    """The message of a head and its body, checked. Raises Refused."""
    message = _response(head, body) if head.is_response else _request(head, body)
    if head.by_name is not None:
        message.sorted_already(head.by_name)
    try:
        # reading them is the check; each stays read
        _ = (message.vias, message.from_, message.to, message.call_id, message.cseq)
        for name in message.names:
            if (check := CHECKED.get(name)) is not None:
                check(message)
        for via in message.vias:
            if via.protocol != VERSION:
                raise Malformed("a Via is of another version")  # noqa: TRY301
    except Malformed as exc:
        raise head.refused(400, str(exc)) from exc
    if isinstance(message, Request) and message.cseq.method != message.method:
        # to an unknown method, that it is unknown says more (RFC 4475, 3.1.2.18)
        status = 400 if message.method in METHODS else 501
        raise head.refused(status, "CSeq names another method than the request")
    return message


def _response(head: Head, body: bytes) -> Response:
    found = _STATUS_LINE.fullmatch(head.start_line)
    if found is None or found[1].upper() != VERSION or not "1" <= found[2][0] <= "6":
        raise Refused(None, "a status line is the version, three digits and a reason")
    return Response(status=int(found[2]), reason=found[3] or "", fields=head.fields, body=body)


def _request(head: Head, body: bytes) -> Request:
    found = _REQUEST_LINE.fullmatch(head.start_line)
    if found is None:
        raise head.refused(
            400, "a request line is a method, an address and the version, each after one blank"
        )
    if found[3].upper() != VERSION:
        raise head.refused(505, "only SIP/2.0 is spoken here")
    try:
        uri = uri_of(found[2])
    except Malformed as exc:
        raise head.refused(400, str(exc)) from exc
    if isinstance(uri, SipUri) and (uri.headers or uri.param("method") is not None):
        raise head.refused(400, "a Request-URI asks for no header fields and no method")
    return Request(method=found[1], uri=uri, fields=head.fields, body=body)
