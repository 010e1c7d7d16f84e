"""Addresses: sip, sips (RFC 3261, 19.1) and tel (RFC 3966); others are kept and told apart by their scheme.

A value holds the text as it stands on the wire, escapes included, so that a remote target goes back to its
owner as it came. What it says is read from `username`, `param` and `header`.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import Literal
from urllib.parse import unquote_to_bytes

from hub.channels.sip.grammar import remembered
from hub.channels.sip.refusal import Malformed

HOST_CHARS = 253

_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = r"A-Za-z0-9\-_.!~*'()"
_USER_CHARS = rf"{_UNRESERVED}&=+$,;?/"
_PASSWORD_CHARS = rf"{_UNRESERVED}&=+$,"
_PARAM_CHARS = rf"{_UNRESERVED}\[\]/:&+$"
_HEADER_CHARS = rf"{_UNRESERVED}\[\]/?:+$"
HOST = r"\[[0-9A-Fa-f:.]++\]|[A-Za-z0-9_\-.]++"


def _some(chars: str) -> str:
    return rf"(?:[{chars}]|%[0-9A-Fa-f]{{2}})"


_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*+):")
# phones dial *21# as it is; by the grammar the number sign would be escaped, and ours is
_USERINFO = re.compile(rf"({_some(_USER_CHARS + '#')}++)(?::({_some(_PASSWORD_CHARS)}*+))?+@")
_HOST = re.compile(HOST)
_HOST_PORT = re.compile(rf"({HOST})(?::([0-9]++))?+")
_URI_PARAM = re.compile(rf";({_some(_PARAM_CHARS)}++)(?:=({_some(_PARAM_CHARS)}++))?+")
_URI_HEADER = re.compile(rf"[?&]({_some(_HEADER_CHARS)}++)=({_some(_HEADER_CHARS)}*+)")
_TEL_NUMBER = re.compile(r"(?=[+\-.()]*+[0-9A-Fa-f*#])\+?+[0-9A-Fa-f*#\-.()]++")
_VISUAL_SEPARATORS = re.compile(r"[\-.()]")
_OPAQUE = re.compile(r"[!#-;=?-~]++")
_IS_UNRESERVED = re.compile(rf"[{_UNRESERVED}]")
_NOT_IN_USER = re.compile(rf"[^{_USER_CHARS}]")
_NOT_IN_PARAM = re.compile(rf"[^{_PARAM_CHARS}]")
_NOT_IN_HEADER = re.compile(rf"[^{_HEADER_CHARS}]")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_LABEL_EDGE = re.compile(r"(?:^|\.)[.\-]|-\.|-$")

_NEVER_IGNORED = ("transport", "user", "ttl", "method", "maddr")

Pairs = tuple[tuple[str, str | None], ...]
"""Names and values, escaped; None for a name that stands alone."""


@dataclass(frozen=True, slots=True)
class SipUri:
    """`user`, `password`, `params` and `headers` are escaped as on the wire; an IPv6 host has its brackets."""

    host: str
    user: str | None = None
    password: str | None = None
    port: int | None = None
    params: Pairs = ()
    headers: tuple[tuple[str, str], ...] = ()
    scheme: Literal["sip", "sips"] = "sip"

    @property
    def username(self) -> str | None:
        """The user part, unescaped."""
        return None if self.user is None else unescaped(self.user)

    def param(self, name: str) -> str | None:
        """A parameter unescaped, `""` when it has no value, None when it is absent; `name` in small letters."""
        return _found(self.params, name)

    def header(self, name: str) -> str | None:
        """A header field that the address asks for, unescaped; `name` in small letters."""
        return _found(self.headers, name)

    @property
    def is_loose_route(self) -> bool:
        """Whether it has the `lr` parameter: it leaves the Request-URI alone (RFC 3261, 16.12)."""
        return self.param("lr") is not None

    def __str__(self) -> str:
        user = "" if self.user is None else self.user
        password = "" if self.password is None else f":{self.password}"
        at = "" if self.user is None else "@"
        port = "" if self.port is None else f":{self.port}"
        headers = "&".join(f"{name}={value}" for name, value in self.headers)
        return (
            f"{self.scheme}:{user}{password}{at}{self.host}{port}{_joined(self.params)}"
            f"{'?' if headers else ''}{headers}"
        )


@dataclass(frozen=True, slots=True)
class TelUri:
    """A telephone number as it was written, with its visual separators."""

    number: str
    params: Pairs = ()

    @property
    def digits(self) -> str:
        """The number without visual separators."""
        return _VISUAL_SEPARATORS.sub("", self.number)

    def param(self, name: str) -> str | None:
        """As `SipUri.param`."""
        return _found(self.params, name)

    def __str__(self) -> str:
        return f"tel:{self.number}{_joined(self.params)}"


@dataclass(frozen=True, slots=True)
class OtherUri:
    """An address of a scheme that this stack does not follow; the scheme in small letters."""

    scheme: str
    rest: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.rest}"


Uri = SipUri | TelUri | OtherUri


# every message of a call has the same few addresses
@remembered(4_096)
def uri_of(text: str) -> Uri:
    """The address that `text` is, as a whole. Raises Malformed for blanks, brackets around it and bad escapes."""
    found = _SCHEME.match(text)
    if found is None:
        raise Malformed("an address begins with its scheme")
    scheme = found[1].lower()
    if scheme == "sip":
        return _sip_uri("sip", text, found.end())
    if scheme == "sips":
        return _sip_uri("sips", text, found.end())
    if scheme == "tel":
        return _tel_uri(text, found.end())
    if _OPAQUE.fullmatch(text, found.end()) is None:
        raise Malformed("an address has no blanks, quotes or brackets, and only ASCII")
    return OtherUri(scheme, text[found.end() :])


def _sip_uri(scheme: Literal["sip", "sips"], text: str, at: int) -> SipUri:
    user = password = None
    if (userinfo := _USERINFO.match(text, at)) is not None:
        user, password = userinfo[1], userinfo[2]
        at = userinfo.end()
    place = _HOST_PORT.match(text, at)
    if place is None:
        raise Malformed("an address has a host")
    at = place.end()
    params: Pairs = ()
    headers: tuple[tuple[str, str], ...] = ()
    if at < len(text):
        params, at = _params(text, at)
        headers, at = _headers(text, at)
    if at < len(text):
        raise Malformed("an address has characters that stand in none")
    return SipUri(host_of(place[1]), user, password, port_of(place[2]), params, headers, scheme)


def _tel_uri(text: str, at: int) -> TelUri:
    found = _TEL_NUMBER.match(text, at)
    if found is None:
        raise Malformed("a telephone number has digits")
    params, at = _params(text, found.end())
    if at < len(text):
        raise Malformed("a telephone number has characters that stand in none")
    return TelUri(found[0], params)


def _params(text: str, at: int) -> tuple[Pairs, int]:
    items: list[tuple[str, str | None]] = []
    while (found := _URI_PARAM.match(text, at)) is not None:
        items.append((found[1], found[2]))
        at = found.end()
    if len(items) > 1 and len({unescaped(name).lower() for name, _ in items}) < len(items):
        raise Malformed("a parameter of an address is named twice")
    return tuple(items), at


def _headers(text: str, at: int) -> tuple[tuple[tuple[str, str], ...], int]:
    items: list[tuple[str, str]] = []
    while at < len(text) and text[at] == ("&" if items else "?"):
        found = _URI_HEADER.match(text, at)
        if found is None:
            raise Malformed("a header field in an address has a name and an equals sign")
        items.append((found[1], found[2]))
        at = found.end()
    return tuple(items), at


def host_of(text: str) -> str:
    """`text`, if it is a host name, an IPv4 address or an IPv6 address in brackets. Raises Malformed."""
    if text.startswith("["):
        try:
            IPv6Address(text[1:-1])
        except AddressValueError as exc:
            raise Malformed("an IPv6 address is not one") from exc
    elif text[-1:].isdigit() and text.replace(".", "").isdigit():
        # as ipaddress.IPv4Address reads it, at a tenth of the time: most hosts of a call are such
        if _IPV4.fullmatch(text) is None:
            raise Malformed("an IPv4 address is not one")
    elif len(text) > HOST_CHARS or _LABEL_EDGE.search(text):
        raise Malformed("a host name is not one")
    return text


def port_of(text: str | None) -> int | None:
    """The port of 1 to 65,535 in digits, None for None. Raises Malformed."""
    if text is None:
        return None
    if len(text) > 5 or not 0 < int(text) < 65_536:
        raise Malformed("a port is between 1 and 65535")
    return int(text)


def sip_uri(
    user: str | None,
    host: str,
    port: int | None = None,
    *,
    secure: bool = False,
    params: Pairs = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> SipUri:
    """An address from plain texts: what may not stand in a user, parameter or header is escaped.

    An IPv6 host may come without brackets. Raises Malformed for a host or a port that is none, and for an
    empty user or name.
    """
    if user == "" or "" in [name for name, _ in (*params, *headers)]:
        raise Malformed("a user and a name have at least one character")
    place = f"[{host}]" if ":" in host and not host.startswith("[") else host
    if _HOST.fullmatch(place) is None:
        raise Malformed("a host name is not one")
    return SipUri(
        host_of(place),
        None if user is None else _escaped(user, _NOT_IN_USER),
        None,
        port_of(None if port is None else str(port)),
        tuple(
            (_escaped(name, _NOT_IN_PARAM), _escaped(value, _NOT_IN_PARAM) if value else None)
            for name, value in params
        ),
        tuple((_escaped(name, _NOT_IN_HEADER), _escaped(value, _NOT_IN_HEADER)) for name, value in headers),
        "sips" if secure else "sip",
    )


def unescaped(text: str) -> str:
    """What an escaped text says; bytes that are no UTF-8 become surrogates, so that nothing is lost."""
    if "%" not in text:
        return text
    return unquote_to_bytes(text).decode("utf-8", "surrogateescape")


def _escaped(text: str, unfit: re.Pattern[str]) -> str:
    def of(found: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape"))

    return unfit.sub(of, text)


def equivalent(one: Uri, other: Uri) -> bool:
    """Whether both are the same address (RFC 3261, 19.1.4; RFC 3966, 4). It is not transitive.

    The default port and transport, written out, differ from none: the address may be looked up elsewhere.
    """
    match one, other:
        case SipUri(), SipUri():
            return (
                one.scheme == other.scheme
                and _settled(one.user) == _settled(other.user)
                and _settled(one.password) == _settled(other.password)
                and _host_key(one.host) == _host_key(other.host)
                and one.port == other.port
                and _params_agree(one.params, other.params, _NEVER_IGNORED)
                and _header_keys(one) == _header_keys(other)
            )
        case TelUri(), TelUri():
            return one.digits.lower() == other.digits.lower() and _param_keys(one.params) == _param_keys(
                other.params
            )
        case _:
            return one == other


def _params_agree(
    some: Pairs,
    others: Pairs,
    never_ignored: tuple[str, ...],
) -> bool:
    mine, theirs = _param_keys(some), _param_keys(others)
    if any((name in mine) != (name in theirs) for name in never_ignored):
        return False
    return all(value == theirs[name] for name, value in mine.items() if name in theirs)


def _param_keys(params: Pairs) -> dict[str, str | None]:
    keys = {unescaped(name).lower(): value for name, value in params}
    return {
        name: value if value is None else _settled(value) if name == "method" else _settled(value).lower()
        for name, value in keys.items()
    }


def _header_keys(uri: SipUri) -> list[tuple[str, str]]:
    return sorted((unescaped(name).lower(), unescaped(value)) for name, value in uri.headers)


def _settled(text: str | None) -> str:
    """One spelling for all that are equal: only unreserved characters equal their escapes. No text for None."""
    if text is None:
        return "\0"

    def of(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if _IS_UNRESERVED.fullmatch(char) else found[0].upper()

    return _ESCAPED.sub(of, text).replace("#", "%23")


def _host_key(host: str) -> str:
    return str(IPv6Address(host[1:-1])) if host.startswith("[") else host.lower().removesuffix(".")


def _found(items: Pairs | tuple[tuple[str, str], ...], name: str) -> str | None:
    for key, value in items:
        if unescaped(key).lower() == name:
            return unescaped(value) if value else ""
    return None


def _joined(params: Pairs) -> str:
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in params)
