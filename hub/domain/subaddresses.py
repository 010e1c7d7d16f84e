"""Addresses of ours to which answers come: `name+token@…` (RFC 5233). The token names a thread and proves that we gave
it out; it has small letters and digits only, as some servers fold the case, and the whole name at most 64 octets
(RFC 5321 section 4.5.3.1.1)."""

import base64
import binascii
import hashlib
import hmac
import re
from uuid import UUID

NAME_OCTETS = 15
"""The longest name that any token fits behind: 64 octets less the plus and 48 characters."""

_LOCAL_OCTETS = 64
_MAC_BYTES = 10
_THREAD = re.compile(r"[0-9a-f]{40}")
# the bytes of a thread, 16 of a UUID or 20 of a hash, and of the MAC
_TOKEN = re.compile(r"\+([a-z2-7]{42}|[a-z2-7]{48})@")


def subaddress(key: bytes, account: str, thread: str, address: str) -> str | None:
    """The address for answers in this thread of this account; None where the name would be too long, or the thread is
    none of ours."""
    packed = _packed(thread)
    if packed is None:
        return None
    token = base64.b32encode(packed + _mac(key, account, thread)).decode().rstrip("=").lower()
    local, _, domain = address.rpartition("@")
    name = f"{local}+{token}"
    return f"{name}@{domain}" if len(name.encode()) <= _LOCAL_OCTETS else None


def thread_of_subaddress(key: bytes, account: str, address: str) -> str | None:
    """The thread that a genuine token of this account in `address` names; None when there is none."""
    found = _TOKEN.search(address.lower())
    if found is None:
        return None
    text = found[1].upper()
    try:
        read = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
    packed, mac = read[:-_MAC_BYTES], read[-_MAC_BYTES:]
    thread = str(UUID(bytes=packed)) if len(packed) == 16 else packed.hex()
    return thread if hmac.compare_digest(mac, _mac(key, account, thread)) else None


def without_subaddress(address: str) -> str:
    """`name@…` of `name+anything@…`: letters to the one and to the other come to the same."""
    local, at, domain = address.rpartition("@")
    name = local.partition("+")[0]
    return f"{name}{at}{domain}" if name else address


def _packed(thread: str) -> bytes | None:
    if _THREAD.fullmatch(thread):
        return bytes.fromhex(thread)
    try:
        number = UUID(thread)
    except ValueError:
        return None
    return number.bytes if str(number) == thread else None


def _mac(key: bytes, account: str, thread: str) -> bytes:
    # not what is said of a Message-ID: the one is never the other
    said = f"subaddress\0{account}\0{thread}".encode()
    return hmac.new(key, said, hashlib.sha256).digest()[:_MAC_BYTES]
