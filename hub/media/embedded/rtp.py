"""RTP packets: read within limits, written (RFC 3550, 5.1)."""

import struct
from typing import NamedTuple

HEADER = struct.Struct("!BBHII")
BYTES_LIMIT = 1500

_EXTENSION = struct.Struct("!HH")


class Packet(NamedTuple):
    """One packet without what the hub has no use for."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def packet_of(raw: bytes) -> Packet | None:
    """The packet that these bytes are, None where they are none."""
    size = len(raw)
    if size < 12 or size > BYTES_LIMIT:
        return None
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(raw)
    if first == 0x80:
        return Packet(second & 0x7F, second > 0x7F, sequence, timestamp, ssrc, raw[12:])
    if first & 0xC0 != 0x80:
        return None
    start, end = 12 + 4 * (first & 0x0F), size
    if first & 0x10:
        if start + 4 > size:
            return None
        start += 4 + 4 * _EXTENSION.unpack_from(raw, start)[1]
    if first & 0x20:
        end -= raw[-1]
        if not raw[-1]:
            return None
    if start > end:
        return None
    return Packet(second & 0x7F, second > 0x7F, sequence, timestamp, ssrc, raw[start:end])


def is_rtcp(raw: bytes) -> bool:
    """Whether a packet on a port for both is one of RTCP (RFC 5761, 4)."""
    return len(raw) > 1 and 192 <= raw[1] <= 223
