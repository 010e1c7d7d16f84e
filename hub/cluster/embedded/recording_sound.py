"""The sound of recordings: µ-law (ITU-T G.711) in, WAV (RIFF, 16 bit) out, and its picture.

One byte a sample and side is kept: 57.6 MB an hour. What a telephone brings has no more in it, and what comes out
of it is 16 bit again, which every browser plays.
"""

import struct
import sys
from array import array
from functools import cache
from itertools import pairwise
from operator import itemgetter

from hub.domain.recording import PEAKS_AT_MOST, PEAKS_PER_S

RATE_HZ = 8000
SIDES = 2
HEADER_BYTES = 44
SAMPLE_BYTES = 2

_BIAS = 0x84
_CLIP = 32_635
_SILENCE = b"\xff"
_PER_PEAK = RATE_HZ // PEAKS_PER_S


def packed(left: bytes, right: bytes) -> bytes:
    """Both sides as µ-law, a byte of the left and one of the right in turn. The shorter side is silent at its end."""
    sides = [_compressed(side) for side in (left, right)]
    samples = max(map(len, sides))
    woven = bytearray(SIDES * samples)
    for place, side in enumerate(sides):
        woven[place::SIDES] = side.ljust(samples, _SILENCE)
    return bytes(woven)


def expanded(woven: bytes) -> bytes:
    """16-bit samples, little-endian, of µ-law bytes."""
    low, high = _halves()
    out = bytearray(SAMPLE_BYTES * len(woven))
    out[0::2] = woven.translate(low)
    out[1::2] = woven.translate(high)
    return bytes(out)


def header(packed_bytes: int) -> bytes:
    """The first 44 bytes of the WAV file whose sound has that many µ-law bytes."""
    body = packed_bytes * SAMPLE_BYTES
    frame = SIDES * SAMPLE_BYTES
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, SIDES, RATE_HZ, RATE_HZ * frame, frame, 8 * SAMPLE_BYTES)
    return (
        struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + body, b"WAVE")
        + form
        + struct.pack("<4sI", b"data", body)
    )


def wav_bytes(packed_bytes: int) -> int:
    """The size of that WAV file."""
    return HEADER_BYTES + packed_bytes * SAMPLE_BYTES


def duration_s(packed_bytes: int) -> float:
    """How long it sounds."""
    return packed_bytes / (RATE_HZ * SIDES)


class Picture:
    """The loudest sample of each 50 ms of both sides, made while the sound passes."""

    def __init__(self) -> None:
        self._sides = (bytearray(), bytearray())
        self._rest = b""

    def add(self, woven: bytes) -> None:
        """More sound, as `packed` gives it."""
        woven = self._rest + woven
        whole = len(woven) - len(woven) % (SIDES * _PER_PEAK)
        self._rest = woven[whole:]
        for place, peaks in enumerate(self._sides):
            loud = woven[place:whole:SIDES].translate(_loudness())
            peaks.extend(max(loud[at : at + _PER_PEAK]) for at in range(0, len(loud), _PER_PEAK))

    def drawn(self) -> tuple[bytes, bytes]:
        """At most 800 values a side, 0 to 255, linear; what is too short for 50 ms is in none."""
        left, right = self._sides
        return _fewer(left), _fewer(right)


def _fewer(peaks: bytearray) -> bytes:
    if len(peaks) <= PEAKS_AT_MOST:
        return bytes(peaks)
    edges = [n * len(peaks) // PEAKS_AT_MOST for n in range(PEAKS_AT_MOST + 1)]
    return bytes(max(peaks[a:b]) for a, b in pairwise(edges))


def _compressed(samples: bytes) -> bytes:
    words = array("H", samples[: len(samples) & ~1])
    if sys.byteorder == "big":
        words.byteswap()
    if len(words) < 2:  # of one item itemgetter gives no tuple
        return bytes(_table()[word] for word in words)
    return bytes(
        itemgetter(*words)(_table())
    )  # half the time of a loop, while the interpreter serves nobody else


@cache
def _table() -> bytes:
    """The µ-law byte of every 16-bit sample, by its bits taken as a number without a sign."""
    positive = [_byte_of(sample) for sample in range(32_768)]
    negative = [_byte_of(sample - 65_536) for sample in range(32_768, 65_536)]
    return bytes(positive + negative)


def _byte_of(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), _CLIP) + _BIAS
    exponent = magnitude.bit_length() - 8
    return ~(sign | exponent << 4 | magnitude >> exponent + 3 & 0x0F) & 0xFF


def _sample_of(byte: int) -> int:
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + _BIAS << (byte >> 4 & 7)) - _BIAS
    return -magnitude if byte & 0x80 else magnitude


@cache
def _halves() -> tuple[bytes, bytes]:
    words = [_sample_of(byte) & 0xFFFF for byte in range(256)]
    return bytes(word & 0xFF for word in words), bytes(word >> 8 for word in words)


@cache
def _loudness() -> bytes:
    return bytes(-(-abs(_sample_of(byte)) * 255 // 32_767) for byte in range(256))
