"""Digest: its algorithms, what both sides compute, and its header fields (RFC 7616, 8760; RFC 3261, 22).

The server's part is `digest_server`, the client's `digest_client`.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from hub.channels.sip.grammar import NAME_CHARS, QUOTED, listed, quoted, unquoted
from hub.channels.sip.refusal import Malformed

Qop = Literal["auth", "auth-int"]

_PARAM = re.compile(
    rf"[ \t]*+([{NAME_CHARS}]++)[ \t]*+=[ \t]*+({QUOTED}|[^\s,\"\x00-\x1f\x7f]*+)[ \t]*+(?:,|$)"
)
_HEX = re.compile(r"[0-9a-f]++")
_NC = re.compile(r"[0-9A-Fa-f]{8}")


class Algorithm(StrEnum):
    """The hash functions, the strongest first."""

    SHA_256 = "SHA-256"
    MD5 = "MD5"

    def hashed(self, *parts: str | bytes) -> str:
        """The hash of the parts joined by colons, in small hexadecimal digits."""
        joined = b":".join(part if isinstance(part, bytes) else _bytes(part) for part in parts)
        if self is Algorithm.MD5:
            # what most phones can; the protocol leaves no choice but to offer it
            return hashlib.md5(joined, usedforsecurity=False).hexdigest()
        return hashlib.sha256(joined).hexdigest()

    @property
    def hex_chars(self) -> int:
        """The length of a hash."""
        return 32 if self is Algorithm.MD5 else 64


Secrets = Mapping[Algorithm, str]
"""One account: the hash of user, realm and password for each algorithm. Whoever has it can sign in."""


def secrets_of(username: str, realm: str, password: str) -> dict[Algorithm, str]:
    """What is kept of a password: its `HA1` by every algorithm (RFC 7616, 3.4.2)."""
    return {algorithm: algorithm.hashed(username, realm, password) for algorithm in Algorithm}


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a server asks: WWW-Authenticate or Proxy-Authenticate."""

    realm: str
    nonce: str
    algorithm: Algorithm = Algorithm.MD5
    session: bool = False
    """Whether it is a `-sess` algorithm, whose key also depends on the first nonces."""
    qop: tuple[Qop, ...] = ()
    opaque: str | None = None
    stale: bool = False

    def __str__(self) -> str:
        parts = [
            f"realm={quoted(self.realm)}",
            f"nonce={quoted(self.nonce)}",
            f"algorithm={self.algorithm}{'-sess' if self.session else ''}",
        ]
        if self.qop:
            parts.append(f'qop="{",".join(self.qop)}"')
        if self.opaque is not None:
            parts.append(f"opaque={quoted(self.opaque)}")
        if self.stale:
            parts.append("stale=true")
        return "Digest " + ", ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a client answers: Authorization or Proxy-Authorization. `nc` counts its uses of the nonce."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: Algorithm = Algorithm.MD5
    session: bool = False
    qop: Qop | None = None
    cnonce: str = ""
    nc: int = 0
    opaque: str | None = None

    def __str__(self) -> str:
        parts = [
            f"username={quoted(self.username)}",
            f"realm={quoted(self.realm)}",
            f"nonce={quoted(self.nonce)}",
            f"uri={quoted(self.uri)}",
            f'response="{self.response}"',
            f"algorithm={self.algorithm}{'-sess' if self.session else ''}",
        ]
        if self.qop is not None:
            parts += [f"cnonce={quoted(self.cnonce)}", f"qop={self.qop}", f"nc={self.nc:08x}"]
        if self.opaque is not None:
            parts.append(f"opaque={quoted(self.opaque)}")
        return "Digest " + ", ".join(parts)


def response_of(secret: str, credentials: Credentials, method: str, body: bytes) -> str:
    """The hash that proves that the sender has the secret (RFC 7616, 3.4.1 to 3.4.3).

    `secret` is that of the credentials' algorithm. Their own `response` is not read.
    """
    of = credentials.algorithm.hashed
    key = of(secret, credentials.nonce, credentials.cnonce) if credentials.session else secret
    signed_body = [of(body)] if credentials.qop == "auth-int" else []
    request = of(method, credentials.uri, *signed_body)
    if credentials.qop is None:
        return of(key, credentials.nonce, request)
    return of(key, credentials.nonce, f"{credentials.nc:08x}", credentials.cnonce, credentials.qop, request)


def challenge_of(value: str) -> Challenge | None:
    """The challenge that a field is; None for another scheme or an algorithm or qop that is not spoken here.

    Raises Malformed for a Digest that is none.
    """
    params = _params(value)
    if params is None or (algorithm := _algorithm(params.get("algorithm"))) is None:
        return None
    offered = [one.lower() for one in listed(params.get("qop", ""))]
    qop: list[Qop] = [one for one in _QOPS if one in offered]
    if offered and not qop:
        return None
    return Challenge(
        realm=_needed(params, "realm"),
        nonce=_needed(params, "nonce"),
        algorithm=algorithm[0],
        session=algorithm[1],
        qop=tuple(qop),
        opaque=params.get("opaque"),
        stale=params.get("stale", "").lower() == "true",
    )


def credentials_of(value: str) -> Credentials | None:
    """The credentials that a field is; None for another scheme or an algorithm or qop that is not spoken here.

    Raises Malformed for a Digest that is none.
    """
    params = _params(value)
    if params is None or (algorithm := _algorithm(params.get("algorithm"))) is None:
        return None
    response = _needed(params, "response").lower()
    if len(response) != algorithm[0].hex_chars or _HEX.fullmatch(response) is None:
        raise Malformed("the response of a Digest is as many hexadecimal digits as its algorithm makes")
    qop = next((one for one in _QOPS if one == params.get("qop", "").lower()), None)
    if "qop" in params and qop is None:
        return None
    nc = params.get("nc", "")
    if qop is not None and (_NC.fullmatch(nc) is None or not params.get("cnonce")):
        raise Malformed("with a qop there are a cnonce and a count of eight hexadecimal digits")
    return Credentials(
        username=_needed(params, "username"),
        realm=_needed(params, "realm"),
        nonce=_needed(params, "nonce"),
        uri=_needed(params, "uri"),
        response=response,
        algorithm=algorithm[0],
        session=algorithm[1],
        qop=qop,
        cnonce=params.get("cnonce", ""),
        nc=int(nc, 16) if qop is not None else 0,
        opaque=params.get("opaque"),
    )


_QOPS: Sequence[Qop] = ("auth", "auth-int")


def _params(value: str) -> dict[str, str] | None:
    """The parameters, unquoted, by names in small letters; None for another scheme. Raises Malformed."""
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    params: dict[str, str] = {}
    at, rest = 0, rest.strip()
    while at < len(rest):
        found = _PARAM.match(rest, at)
        if found is None or (name := found[1].lower()) in params:
            raise Malformed("a Digest is a list of parameters, each named once")
        params[name] = unquoted(found[2])
        at = found.end()
    return params


def _needed(params: Mapping[str, str], name: str) -> str:
    if name not in params:
        raise Malformed(f"a Digest has a {name}")
    return params[name]


def _algorithm(name: str | None) -> tuple[Algorithm, bool] | None:
    """The algorithm with whether it is a `-sess`; MD5 where none is named, None for one not spoken here."""
    written = (name or Algorithm.MD5).upper()
    plain = written.removesuffix("-SESS")
    return (Algorithm(plain), plain != written) if plain in list(Algorithm) else None


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
