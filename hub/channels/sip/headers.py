"""Header fields as values: addresses, Via, CSeq, numbers and the rest that a user agent reads.

`*_of` reads the text of one field, or of one element of a list; `str()` of a value is its text again.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self

from hub.channels.sip.grammar import (
    BLANKS,
    NAME_CHARS,
    NONE,
    QUOTED,
    Params,
    is_token,
    listed,
    number,
    params_of,
    quoted,
    remembered,
    unquoted,
)
from hub.channels.sip.refusal import Malformed
from hub.channels.sip.uri import HOST, Uri, host_of, port_of, uri_of

MAGIC_COOKIE = "z9hG4bK"
DEFAULT_EXPIRES_S = 3_600
NUMBER_LIMIT = 2**32
CSEQ_LIMIT = 2**31
MAX_FORWARDS_LIMIT = 256
DEFAULT_MAX_FORWARDS = 70

# names outside quotes are tokens by the grammar; in the field they are Иван, Ayşe and A&B (Sales) as well. What
# separates anything (comma, semicolon, colon, at, equals) stays forbidden, so that nobody reads it otherwise
_NAME_ADDR = re.compile(
    rf"(?:({QUOTED})[ \t]*+|((?:[{NAME_CHARS}&()/#|]|[^\x00-\x7f]|[ \t])*+))<([^>]*+)>[ \t]*+(.*+)", re.DOTALL
)
_SENDER = re.compile(
    rf"([{NAME_CHARS}]++)[ \t]*+/[ \t]*+([{NAME_CHARS}]++)[ \t]*+/[ \t]*+([{NAME_CHARS}]++)[ \t]++"
    rf"({HOST})(?:[ \t]*+:[ \t]*+([0-9]++))?+[ \t]*+"
)
_CSEQ = re.compile(rf"([0-9]++)[ \t]++([{NAME_CHARS}]++)")
_CALL_ID = re.compile(r"[!-~]++")
_DELTA = re.compile(r"([0-9]++)[ \t]*+(?:\(.*\))?[ \t]*+(;.*+)?+", re.DOTALL)
_MEDIA_TYPE = re.compile(rf"([{NAME_CHARS}]++)[ \t]*+/[ \t]*+([{NAME_CHARS}]++)[ \t]*+(.*+)", re.DOTALL)
_BLANK_RUN = re.compile(r"[ \t]++")


@dataclass(frozen=True, slots=True)
class NameAddr:
    """Who is meant: From, To, Contact, Route, Record-Route, Refer-To and their like.

    `display` is None where none is written, and plain text otherwise. The parameters are the field's, not
    the address's.
    """

    uri: Uri
    display: str | None = None
    params: Params = NONE

    @property
    def tag(self) -> str | None:
        """The dialog's tag; None for none, as before RFC 3261 and in a first request's To."""
        return self.params.get("tag")

    def tagged(self, tag: str) -> Self:
        """With that tag. Raises Malformed for line breaks."""
        return type(self)(self.uri, self.display, self.params.having("tag", tag))

    def __str__(self) -> str:
        display = "" if self.display is None else f"{quoted(self.display)} "
        return f"{display}<{self.uri}>{self.params}"


# From and To are the same in every message of a call
@remembered(4_096)
def name_addr_of(text: str) -> NameAddr:
    """A name and an address in brackets, or an address alone whose parameters are the field's (20.10).

    Raises Malformed, also for an address without brackets that has a question mark or a comma.
    """
    found = _NAME_ADDR.fullmatch(text.strip(BLANKS))
    if found is not None:
        display = unquoted(found[1]) if found[1] else _BLANK_RUN.sub(" ", found[2]).strip() or None
        return NameAddr(uri_of(found[3]), display, params_of(found[4]))
    if "<" in text or '"' in text.partition(";")[0]:
        raise Malformed("a name is in quotes or of tokens, and an address in brackets ends")
    address, semicolon, rest = text.partition(";")
    if "?" in address or "," in address:
        raise Malformed("an address with a question mark or a comma stands in brackets")
    return NameAddr(uri_of(address.strip(BLANKS)), None, params_of(semicolon + rest))


def contacts_of(values: tuple[str, ...]) -> tuple[NameAddr, ...] | Literal["*"]:
    """All Contact fields together: addresses, or `*` for each that is registered. Raises Malformed."""
    if values == ("*",):
        return "*"
    return name_addrs_of(values)


def name_addrs_of(values: tuple[str, ...]) -> tuple[NameAddr, ...]:
    """All elements of fields such as Route. Raises Malformed."""
    return tuple([name_addr_of(one) for value in values for one in listed(value)])


@dataclass(frozen=True, slots=True)
class Via:
    """One hop of a request. `transport` as it was written, such as UDP or WSS."""

    transport: str
    host: str
    port: int | None = None
    params: Params = NONE
    protocol: str = "SIP/2.0"

    @property
    def branch(self) -> str | None:
        """The transaction's id, None from elements older than RFC 3261."""
        return self.params.get("branch")

    @property
    def names_a_transaction(self) -> bool:
        """Whether the branch is unique by RFC 3261: the cookie with something behind it."""
        branch = self.branch or ""
        return branch.startswith(MAGIC_COOKIE) and len(branch) > len(MAGIC_COOKIE)

    def seen_from(self, host: str, port: int) -> Self:
        """With `received` and `rport` as the server fills them in (RFC 3261, 18.2.1; RFC 3581, 4).

        `host` is the source address without brackets, `port` the source port. A `received` that the sender
        wrote is not believed: the answer would go where it says.
        """
        asks = False
        items: list[tuple[str, str | None]] = []
        for item in self.params.items:
            match item[0].lower():
                case "received":
                    pass
                case "rport":
                    asks = True
                    items.append((item[0], str(port)))
                case _:
                    items.append(item)
        params = Params(tuple(items))
        if asks or host != self.host.strip("[]"):
            params = params.having("received", host)
        return type(self)(self.transport, self.host, self.port, params, self.protocol)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"{self.protocol}/{self.transport} {self.host}{port}{self.params}"


def via_of(text: str) -> Via:
    """One element of a Via field. Raises Malformed, also for a branch that is the cookie and nothing else."""
    # no semicolon stands before the parameters, and what does is the same in every request of a neighbour
    sender, semicolon, rest = text.strip(BLANKS).partition(";")
    protocol, transport, host, port = _sender_of(sender)
    via = Via(transport, host, port, params_of(semicolon + rest), protocol)
    if via.branch == MAGIC_COOKIE:
        raise Malformed("the branch of a Via is its cookie only")
    return via


@remembered(4_096)
def _sender_of(text: str) -> tuple[str, str, str, int | None]:
    """Protocol, transport, host and port."""
    found = _SENDER.fullmatch(text)
    if found is None:
        raise Malformed("a Via has a protocol, a transport and the sender's host")
    return f"{found[1]}/{found[2]}".upper(), found[3], host_of(found[4]), port_of(found[5])


def vias_of(values: tuple[str, ...]) -> tuple[Via, ...]:
    """All hops, the last sender first. Raises Malformed."""
    return tuple([via_of(one) for value in values for one in listed(value)])


@dataclass(frozen=True, slots=True)
class CSeq:
    """The place of a request in its dialog, and its method."""

    number: int
    method: str

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


@remembered()
def cseq_of(text: str) -> CSeq:
    """A number below 2**31 and a method (RFC 3261, 8.1.1.5). Raises Malformed."""
    found = _CSEQ.fullmatch(text)
    if found is None:
        raise Malformed("CSeq is a number and a method")
    return CSeq(number(found[1], CSEQ_LIMIT), found[2])


@dataclass(frozen=True, slots=True)
class RAck:
    """What a PRACK acknowledges (RFC 3262, 7.2)."""

    rseq: int
    cseq: CSeq

    def __str__(self) -> str:
        return f"{self.rseq} {self.cseq}"


def rack_of(text: str) -> RAck:
    """Two numbers and a method. Raises Malformed."""
    rseq, _, cseq = text.partition(" ")
    return RAck(number(rseq, NUMBER_LIMIT), cseq_of(cseq))


@dataclass(frozen=True, slots=True)
class Replaces:
    """The dialog that the new one takes the place of, seen from the receiver (RFC 3891, 6.1)."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    def __str__(self) -> str:
        early = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}{early}"


def replaces_of(text: str) -> Replaces:
    """A call's id with both tags. Raises Malformed when one is missing."""
    call_id, semicolon, rest = text.partition(";")
    params = params_of(semicolon + rest)
    to_tag, from_tag = params.get("to-tag"), params.get("from-tag")
    if not to_tag or not from_tag:
        raise Malformed("Replaces names both tags of the dialog")
    return Replaces(call_id_of(call_id.strip(BLANKS)), to_tag, from_tag, "early-only" in params)


@dataclass(frozen=True, slots=True)
class SessionExpires:
    """How long the session lasts unless it is refreshed, and by whom (RFC 4028, 4)."""

    after_s: int
    refresher: Literal["uac", "uas"] | None = None

    def __str__(self) -> str:
        return f"{self.after_s}" if self.refresher is None else f"{self.after_s};refresher={self.refresher}"


def session_expires_of(text: str) -> SessionExpires:
    """Seconds, with the refresher if one is named. Raises Malformed."""
    seconds, semicolon, rest = text.partition(";")
    after_s = number(seconds.strip(BLANKS), NUMBER_LIMIT)
    match (params_of(semicolon + rest).get("refresher") or "").lower():
        case "uac":
            return SessionExpires(after_s, "uac")
        case "uas":
            return SessionExpires(after_s, "uas")
        case "":
            return SessionExpires(after_s)
        case _:
            raise Malformed("the refresher is uac or uas")


@dataclass(frozen=True, slots=True)
class Worded:
    """A word with parameters: Event, Subscription-State, Content-Disposition, Content-Type; in small letters."""

    word: str
    params: Params = NONE

    def __str__(self) -> str:
        return f"{self.word}{self.params}"


def worded_of(text: str) -> Worded:
    """A token with parameters. Raises Malformed."""
    word, semicolon, rest = text.partition(";")
    word = word.strip(BLANKS).lower()
    if not is_token(word):
        raise Malformed("the value begins with a token")
    return Worded(word, params_of(semicolon + rest))


@remembered()
def media_type_of(text: str) -> Worded:
    """A type and a subtype with parameters. Raises Malformed."""
    found = _MEDIA_TYPE.fullmatch(text.strip(BLANKS))
    if found is None:
        raise Malformed("a media type has a type and a subtype")
    return Worded(f"{found[1]}/{found[2]}".lower(), params_of(found[3]))


def call_id_of(text: str) -> str:
    """`text`, if it is visible ASCII: its characters have no meaning of their own (25.1). Raises Malformed."""
    if _CALL_ID.fullmatch(text) is None:
        raise Malformed("Call-ID is one word of visible ASCII")
    return text


def max_forwards_of(text: str) -> int:
    """0 to 255. A number beyond counts as absent, which is 70 (RFC 4475, 3.1.2.4). Raises Malformed."""
    if not text.isascii() or not text.isdigit():
        raise Malformed("Max-Forwards is a number")
    try:
        return number(text, MAX_FORWARDS_LIMIT)
    except Malformed:
        return DEFAULT_MAX_FORWARDS


def expires_of(text: str) -> int:
    """Seconds. What is no number below 2**32 counts as 3,600 (RFC 3261, 20.10 and 10.3; RFC 4475, 3.1.2.4)."""
    try:
        return number(text, NUMBER_LIMIT)
    except Malformed:
        return DEFAULT_EXPIRES_S


def retry_after_of(text: str) -> int:
    """The seconds of Retry-After, its comment and parameters left out. Raises Malformed."""
    found = _DELTA.fullmatch(text.strip(BLANKS))
    if found is None:
        raise Malformed("Retry-After begins with seconds")
    return number(found[1], NUMBER_LIMIT)


def date_of(text: str) -> datetime:
    """A date of RFC 1123 in GMT, the only zone that SIP has (20.17). Raises Malformed."""
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError as exc:
        raise Malformed("a date is written as in RFC 1123, in GMT") from exc
