"""Requests and responses as values, what they say, and their bytes.

A message keeps its header fields in order as they were written, known or not; what a field says is read when it
is asked for, and read once. Content-Length is not among them: the body says it, and the bytes always carry it.
"""

from collections.abc import Iterable, KeysView
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, Self

from hub.channels.sip import headers
from hub.channels.sip.grammar import is_token, listed, number, tokens
from hub.channels.sip.headers import CSeq, NameAddr, RAck, Replaces, SessionExpires, Via, Worded
from hub.channels.sip.names import REASONS, USUAL, canonical
from hub.channels.sip.once import Once
from hub.channels.sip.refusal import Field, Malformed
from hub.channels.sip.uri import Uri

VERSION = "SIP/2.0"


@dataclass(frozen=True, kw_only=True)
class _Message:
    """Every accessor raises Malformed when its field is there and is not what it should be.

    Of a message that `parse.message_of` gave out, the fields of `parse.CHECKED` are known to be sound.
    """

    fields: tuple[Field, ...] = ()
    body: bytes = b""

    @Once
    def _by_name(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.fields:
            key = canonical(name)
            found[key] = (*found[key], value) if key in found else (value,)
        return found

    def sorted_already(self, by_name: dict[str, tuple[str, ...]]) -> None:
        """Whoever read the message has its fields by name."""
        self.__dict__["_by_name"] = by_name

    @property
    def names(self) -> KeysView[str]:
        """Which header fields there are, long, in small letters."""
        return self._by_name.keys()

    def every(self, name: str) -> tuple[str, ...]:
        """The texts of all fields of that name (long, in small letters), in order."""
        return self._by_name.get(name, ())

    def one(self, name: str) -> str | None:
        """The text of a field that may stand once, None where there is none. Raises Malformed for two."""
        values = self._by_name.get(name, ())
        if len(values) > 1:
            raise Malformed(f"{name} stands more than once")
        return values[0] if values else None

    def _needed(self, name: str) -> str:
        value = self.one(name)
        if value is None:
            raise Malformed(f"{name} is missing")
        return value

    @Once
    def vias(self) -> tuple[Via, ...]:
        """All hops, the last sender first; at least one."""
        found = headers.vias_of(self.every("via"))
        if not found:
            raise Malformed("via is missing")
        return found

    @property
    def via(self) -> Via:
        """The hop that sent it."""
        return self.vias[0]

    @Once
    def from_(self) -> NameAddr:
        """Who says to be sending."""
        return headers.name_addr_of(self._needed("from"))

    @Once
    def to(self) -> NameAddr:
        """Who was meant at first; the Request-URI says who is meant now."""
        return headers.name_addr_of(self._needed("to"))

    @Once
    def call_id(self) -> str:
        """The call, or the registrations of one phone."""
        return headers.call_id_of(self._needed("call-id"))

    @Once
    def cseq(self) -> CSeq:
        """The number in the dialog, and the method of the request."""
        return headers.cseq_of(self._needed("cseq"))

    @Once
    def contacts(self) -> tuple[NameAddr, ...] | Literal["*"]:
        """Where the sender is reached; `*` removes all registrations."""
        return headers.contacts_of(self.every("contact"))

    @Once
    def routes(self) -> tuple[NameAddr, ...]:
        """The proxies still to be passed, the next one first."""
        return headers.name_addrs_of(self.every("route"))

    @Once
    def record_routes(self) -> tuple[NameAddr, ...]:
        """The proxies that stay in the path, the last one passed first."""
        return headers.name_addrs_of(self.every("record-route"))

    @Once
    def asserted_identities(self) -> tuple[NameAddr, ...]:
        """Who the caller is by P-Asserted-Identity: to be believed of trusted peers only (RFC 3325)."""
        return headers.name_addrs_of(self.every("p-asserted-identity"))

    @property
    def max_forwards(self) -> int:
        """Hops left; 70 where nothing is said, as before RFC 3261."""
        value = self.one("max-forwards")
        return headers.DEFAULT_MAX_FORWARDS if value is None else headers.max_forwards_of(value)

    @property
    def expires_s(self) -> int | None:
        """The seconds of Expires, None where it is absent."""
        value = self.one("expires")
        return None if value is None else headers.expires_of(value)

    @property
    def allow(self) -> tuple[str, ...]:
        """The methods that the sender understands."""
        return self._tokens("allow")

    @property
    def supported(self) -> tuple[str, ...]:
        """The extensions that the sender understands."""
        return self._tokens("supported")

    @property
    def require(self) -> tuple[str, ...]:
        """The extensions that the receiver must understand."""
        return self._tokens("require")

    def _tokens(self, name: str) -> tuple[str, ...]:
        values = self.every(name)
        return (
            tokens(values[0])
            if len(values) == 1
            else tuple([one for value in values for one in tokens(value)])
        )

    @property
    def accept(self) -> tuple[Worded, ...] | None:
        """The media types that the answer may have; None where nothing is said, () where none may be."""
        values = self.every("accept")
        if not values:
            return None
        return tuple(headers.media_type_of(one) for value in values for one in listed(value))

    @property
    def content_type(self) -> Worded | None:
        """The media type of the body."""
        value = self.one("content-type")
        return None if value is None else headers.media_type_of(value)

    @property
    def event(self) -> Worded | None:
        """The event package of a SUBSCRIBE or NOTIFY, or the subscription of a REFER."""
        value = self.one("event")
        return None if value is None else headers.worded_of(value)

    @property
    def subscription_state(self) -> Worded | None:
        """Active, pending or terminated."""
        value = self.one("subscription-state")
        return None if value is None else headers.worded_of(value)

    @property
    def replaces(self) -> Replaces | None:
        """The dialog whose place an INVITE takes."""
        value = self.one("replaces")
        return None if value is None else headers.replaces_of(value)

    @property
    def refer_to(self) -> NameAddr | None:
        """Where a REFER sends us."""
        value = self.one("refer-to")
        return None if value is None else headers.name_addr_of(value)

    @property
    def referred_by(self) -> NameAddr | None:
        """Who asked for the transfer, by their own word (RFC 3892)."""
        value = self.one("referred-by")
        return None if value is None else headers.name_addr_of(value)

    @property
    def session_expires(self) -> SessionExpires | None:
        """The session timer."""
        value = self.one("session-expires")
        return None if value is None else headers.session_expires_of(value)

    @property
    def min_se_s(self) -> int | None:
        """The shortest session timer that somebody on the way takes, in seconds."""
        value = self.one("min-se")
        return None if value is None else headers.session_expires_of(value).after_s

    @property
    def rack(self) -> RAck | None:
        """The provisional answer that a PRACK acknowledges."""
        value = self.one("rack")
        return None if value is None else headers.rack_of(value)

    @property
    def rseq(self) -> int | None:
        """The number of a provisional answer that is to be acknowledged."""
        value = self.one("rseq")
        return None if value is None else number(value, headers.NUMBER_LIMIT)

    @property
    def retry_after_s(self) -> int | None:
        """How long to wait before the next try, in seconds."""
        value = self.one("retry-after")
        return None if value is None else headers.retry_after_of(value)

    def coming_by(self, via: Via) -> Self:
        """With another first hop: those behind it stay as they were written, also in the same field. What was read
        of the other fields stays read."""
        at = next(n for n, field in enumerate(self.fields) if canonical(field.name) == "via")
        name, value = self.fields[at]
        text = ", ".join([str(via), *listed(value)[1:]])
        seen = object.__new__(type(self))
        seen.__dict__.update(self.__dict__)
        seen.__dict__.update(
            fields=(*self.fields[:at], Field(name, text), *self.fields[at + 1 :]),
            vias=(via, *self.vias[1:]),
            _by_name={**self._by_name, "via": (text, *self.every("via")[1:])},
        )
        return seen

    def adding(self, name: str, *values: object) -> Self:
        """With these fields behind all others."""
        return replace(self, fields=(*self.fields, *(Field(name, str(value)) for value in values)))

    def adding_first(self, name: str, *values: object) -> Self:
        """With these fields before all others, as a Via or a Record-Route is added."""
        return replace(self, fields=(*(Field(name, str(value)) for value in values), *self.fields))

    def without(self, *names: str) -> Self:
        """Without the fields of these names."""
        keys = {canonical(name) for name in names}
        return replace(
            self, fields=tuple(field for field in self.fields if canonical(field.name) not in keys)
        )

    def replacing(self, name: str, *values: object) -> Self:
        """With these fields in the place of the first of that name, or at the end; the others go."""
        key, new = canonical(name), [Field(name, str(value)) for value in values]
        at = next(
            (n for n, field in enumerate(self.fields) if canonical(field.name) == key), len(self.fields)
        )
        kept = [field for field in self.fields[at:] if canonical(field.name) != key]
        return replace(self, fields=(*self.fields[:at], *new, *kept))

    def _bytes_behind(self, start_line: str) -> bytes:
        fields, body = self.fields, self.body
        if not USUAL.issuperset([name for name, _ in fields]) and not all(
            _may_be_sent(name) for name, _ in fields
        ):
            raise Malformed("the name of a header field is a token, and Content-Length is the body's")
        lines = [f"{name}: {value}" if value else f"{name}:" for name, value in fields]
        head = "\r\n".join([start_line, *lines, f"Content-Length: {len(body)}", "", ""])
        ends = len(lines) + 3
        if head.count("\r") != ends or head.count("\n") != ends:
            raise Malformed("no part of a message's head holds a line break")
        return head.encode("utf-8", "surrogateescape") + body


@lru_cache(maxsize=512)
def _may_be_sent(name: str) -> bool:
    return is_token(name) and canonical(name) != "content-length"


@dataclass(frozen=True, kw_only=True)
class Request(_Message):
    """What somebody wants. `method` is case-sensitive."""

    method: str
    uri: Uri

    def __bytes__(self) -> bytes:
        """The bytes for any transport. Raises Malformed rather than let a line break through."""
        address = str(self.uri)
        if not is_token(self.method) or not address.isascii() or not address.isprintable() or " " in address:
            raise Malformed("a request line is a method, an address without blanks and the version")
        return self._bytes_behind(f"{self.method} {address} {VERSION}")


@dataclass(frozen=True, kw_only=True)
class Response(_Message):
    """What became of a request. `status` is 100 to 699; `reason` is for people and may be empty."""

    status: int
    reason: str = ""

    @property
    def is_final(self) -> bool:
        """Whether nothing follows it (but a further 2xx of another branch)."""
        return self.status >= 200

    @property
    def is_success(self) -> bool:
        """Whether it is a 2xx."""
        return 200 <= self.status < 300

    def __bytes__(self) -> bytes:
        """The bytes for any transport. Raises Malformed rather than let a line break through."""
        if not 100 <= self.status < 700:
            raise Malformed("a status is between 100 and 699")
        return self._bytes_behind(f"{VERSION} {self.status} {self.reason}")


Message = Request | Response

_COPIED = ("via", "from", "to", "call-id", "cseq", "timestamp")
_COPIED_AS = {
    name: _COPIED[n]
    for n, names in enumerate(("Via v", "From f", "To t", "Call-ID i", "CSeq", "Timestamp"))
    for name in names.split()
}
"""The same as nearly everybody writes them."""


def response_to(
    fields: Iterable[Field],
    status: int,
    *,
    reason: str | None = None,
    to_tag: str | None = None,
    adding: tuple[Field, ...] = (),
    body: bytes = b"",
) -> Response:
    """The answer to the request that has these fields, which may be those of a `Refused` (RFC 3261, 8.2.6).

    Via, From, To, Call-ID and CSeq are copied as they stand. `to_tag` is put on To where it has none and can be
    read; a 100 needs none.
    """
    copied: list[Field] = []
    for field in fields:
        name = _COPIED_AS.get(field[0]) or canonical(field[0])
        if name not in _COPIED:
            continue
        if name == "to" and to_tag is not None:
            copied.append(_tagged(field, to_tag))
        elif name != "timestamp" or status == 100:
            copied.append(field)
    return Response(
        status=status,
        reason=REASONS.get(status, "") if reason is None else reason,
        fields=(*copied, *adding),
        body=body,
    )


@lru_cache(maxsize=1_024)
def _tagged(field: Field, tag: str) -> Field:
    try:
        to = headers.name_addr_of(field.value)
    except Malformed:
        return field
    return field if to.tag else Field(field.name, str(to.tagged(tag)))
