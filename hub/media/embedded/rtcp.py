"""RTCP: what we report of what we sent and received, and what the other side reports (RFC 3550, 6)."""

import struct
from typing import NamedTuple

SENDER, RECEIVER, DESCRIPTION, GOODBYE = 200, 201, 202, 203

_HEAD = struct.Struct("!BBHI")
_SENT = struct.Struct("!IIIII")
_BLOCK = struct.Struct("!IIIIII")
_EPOCH_S = 2_208_988_800
"""From 1900, where NTP begins, to 1970."""


class Received(NamedTuple):
    """One report block: what we received of a sender."""

    ssrc: int
    lost_share: float
    """Since the report before, 0 to 1."""
    lost: int
    highest: int
    jitter: int
    last: int
    """The middle 32 bits of the NTP time of their last report, 0 before the first."""
    since_s: float
    """Seconds since that came."""


class Sent(NamedTuple):
    """What we sent, for a sender's report."""

    now_s: float
    """Wall time since 1970."""
    timestamp: int
    packets: int
    payload_bytes: int


class Report(NamedTuple):
    """A sender's report that came: the middle of its NTP time."""

    ssrc: int
    middle: int


def report(ssrc: int, name: str, sent: Sent | None, received: Received | None, *, goodbye: bool) -> bytes:
    """A compound packet: a report, who we are, and a good-bye when we leave."""
    blocks = b""
    if received is not None:
        share = min(255, max(0, int(received.lost_share * 256)))
        blocks = _BLOCK.pack(
            received.ssrc,
            share << 24 | min(received.lost, 0x7FFFFF),
            received.highest & 0xFFFFFFFF,
            min(received.jitter, 0xFFFFFFFF),
            received.last,
            min(int(received.since_s * 65_536), 0xFFFFFFFF) if received.last else 0,
        )
    kind, body = RECEIVER, blocks
    if sent is not None:
        kind = SENDER
        body = (
            _SENT.pack(*_ntp(sent.now_s), sent.timestamp, sent.packets, sent.payload_bytes & 0xFFFFFFFF)
            + blocks
        )
    first = _packet(kind, 1 if received is not None else 0, ssrc, body)
    cname = name.encode()[:255]
    items = b"\x01" + bytes([len(cname)]) + cname + b"\x00"
    described = _packet(DESCRIPTION, 1, ssrc, items.ljust(-(-len(items) // 4) * 4, b"\x00"))
    return first + described + (_packet(GOODBYE, 1, ssrc, b"") if goodbye else b"")


def sender_report_in(raw: bytes) -> Report | None:
    """The sender's report in a compound packet, None where there is none or it is no RTCP."""
    at = 0
    while at + 8 <= len(raw):
        first, kind, words, ssrc = _HEAD.unpack_from(raw, at)
        size = 4 * (words + 1)
        if first & 0xC0 != 0x80 or at + size > len(raw):
            return None
        if kind == SENDER and size >= 28:
            high, low = struct.unpack_from("!II", raw, at + 8)
            return Report(ssrc, (high & 0xFFFF) << 16 | low >> 16)
        at += size
    return None


def _packet(kind: int, count: int, ssrc: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, 1 + len(body) // 4, ssrc) + body


def _ntp(now_s: float) -> tuple[int, int]:
    return (int(now_s) + _EPOCH_S) & 0xFFFFFFFF, int(now_s % 1 * 4_294_967_296)
