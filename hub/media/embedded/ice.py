"""ICE from its light side (RFC 8445, 2.5): the browser checks and decides, we answer (STUN, RFC 8489).

Whoever knows the password of the description is the browser, so where its checks come from is where it is; a check
of anybody else is not even answered.
"""

import binascii
import hmac
import struct
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random
from string import ascii_letters, digits

_COOKIE = 0x2112A442
_HEAD = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_REQUEST, _SUCCESS, _FAILURE = 0x0001, 0x0101, 0x0111
_USERNAME, _INTEGRITY, _ERROR, _MAPPED = 0x0006, 0x0008, 0x0009, 0x0020
_USE_CANDIDATE, _FINGERPRINT, _CONTROLLED = 0x0025, 0x8028, 0x8029
_INTEGRITY_BYTES = 24
_SEALED = 0x5354554E
_ROLE_CONFLICT = struct.pack("!HBB", 0, 4, 87) + b"Role Conflict"
_LETTERS = ascii_letters + digits


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check comes to."""

    reply: bytes
    is_good: bool
    """Whether the browser can be sent to where it came from."""
    is_nominated: bool
    """Whether it wants to be sent to there from now on."""


class IceLite:
    """Our name and password, and what we answer."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.restart()

    def restart(self) -> None:
        """Another name and password: checks by the old ones are strangers' from now on."""
        self.name = "".join(self._chance.choices(_LETTERS, k=8))
        self.password = "".join(self._chance.choices(_LETTERS, k=32))

    def checked(self, raw: bytes, host: str, port: int) -> Checked | None:
        """What to answer to these bytes from there; None for nothing."""
        found = _attributes(raw)
        if found is None:
            return None
        attributes, integrity_at = found
        names = attributes.get(_USERNAME, b"").partition(b":")
        if names[0] != self.name.encode() or integrity_at is None:
            return None
        seal = self._integrity(raw[:integrity_at])
        if not hmac.compare_digest(seal, attributes[_INTEGRITY]):
            return None
        transaction = raw[8:20]
        if _CONTROLLED in attributes:  # both would wait for the other's decision
            return Checked(self._message(_FAILURE, transaction, _ERROR, _ROLE_CONFLICT), False, False)
        mapped = _mapped(host, port, transaction)
        return Checked(
            self._message(_SUCCESS, transaction, _MAPPED, mapped), True, _USE_CANDIDATE in attributes
        )

    def _message(self, kind: int, transaction: bytes, attribute: int, value: bytes) -> bytes:
        body = _attribute(attribute, value)
        message = _HEAD.pack(kind, len(body), _COOKIE, transaction) + body
        message += _attribute(_INTEGRITY, self._integrity(message))
        seal = binascii.crc32(_with_length(message, 8)) ^ _SEALED
        return _with_length(message, 8) + _attribute(_FINGERPRINT, struct.pack("!I", seal))

    def _integrity(self, message: bytes) -> bytes:
        """Over what stands before it, with the length as if it stood there already (RFC 8489, 14.5)."""
        return hmac.digest(self.password.encode(), _with_length(message, _INTEGRITY_BYTES), "sha1")


def is_stun(raw: bytes) -> bool:
    """Whether a datagram on a browser's port is STUN (RFC 7983)."""
    return len(raw) >= 20 and raw[0] < 4


def _attributes(raw: bytes) -> tuple[dict[int, bytes], int | None] | None:
    """Of a binding request, with the place of its integrity; None for anything else."""
    if len(raw) < 20:
        return None
    kind, length, cookie, _ = _HEAD.unpack_from(raw)
    if kind != _REQUEST or cookie != _COOKIE or length != len(raw) - 20 or length % 4:
        return None
    attributes: dict[int, bytes] = {}
    integrity_at, at = None, 20
    while at + 4 <= len(raw):
        number, size = _ATTRIBUTE.unpack_from(raw, at)
        if at + 4 + size > len(raw):
            return None
        if integrity_at is None:  # nothing behind it is sealed
            attributes.setdefault(number, raw[at + 4 : at + 4 + size])
            if number == _INTEGRITY:
                integrity_at = at
        at += 4 + size + -size % 4
    return attributes, integrity_at


def _attribute(number: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(number, len(value)) + value + bytes(-len(value) % 4)


def _with_length(message: bytes, more: int) -> bytes:
    return message[:2] + struct.pack("!H", len(message) - 20 + more) + message[4:]


def _mapped(host: str, port: int, transaction: bytes) -> bytes:
    address = ip_address(host)
    pad = struct.pack("!I", _COOKIE) + transaction
    hidden = bytes(one ^ other for one, other in zip(address.packed, pad, strict=False))
    return struct.pack("!BBH", 0, 1 if address.version == 4 else 2, port ^ _COOKIE >> 16) + hidden
