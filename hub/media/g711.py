"""G.711: 8 bits for a sample, by tables; and frames of it added, made quieter and measured.

A frame is 160 bytes, 20 ms. Decoding is two translations of the frame, from one law to the other is one: nothing
here loops over samples in Python except adding, encoding and measuring.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from enum import IntEnum
from operator import add

SAMPLES = 160
"""Of a frame of 20 ms."""

_REACH = 1 << 17
"""Sums within ±this find their code in one look-up: four speakers at their loudest."""
_BIAS = 132


class Law(IntEnum):
    """Which of the two codes."""

    MU = 0
    A = 1


def _decoded_mu(code: int) -> int:
    inverted = ~code & 0xFF
    magnitude = (((inverted & 0x0F) << 3) + _BIAS << (inverted >> 4 & 7)) - _BIAS
    return -magnitude if inverted & 0x80 else magnitude


def _decoded_a(code: int) -> int:
    inverted = code ^ 0x55
    magnitude, segment = (inverted & 0x0F) << 4, inverted >> 4 & 7
    magnitude = magnitude + 8 if segment == 0 else magnitude + 0x108 << segment - 1
    return magnitude if inverted & 0x80 else -magnitude


def _runs_mu() -> bytes:
    """The codes of 0 to 32767, as if they were positive."""
    runs = []
    for segment in range(8):
        for step in range(16):
            width = 8 << segment
            first = (16 + step) * width - _BIAS
            runs.append(bytes([~(segment << 4 | step) & 0xFF]) * (width + min(0, first)))
    return b"".join(runs).ljust(32_768, b"\x80")


def _runs_a() -> bytes:
    return b"".join(
        bytes([(segment << 4 | step) ^ 0xD5]) * (16 << max(0, segment - 1))
        for segment in range(8)
        for step in range(16)
    )


def _codes(positive: bytes, *, shifted: bool) -> bytes:
    """The code of each sum at its own index; of a negative one at the index that Python counts from the end."""
    negative = positive.translate(bytes(code ^ 0x80 for code in range(256)))
    magnitudes = negative if shifted else negative[1:] + negative[-1:]
    beyond = _REACH - 32_768
    return b"".join((positive, positive[-1:] * beyond, magnitudes[-1:] * beyond, bytes(reversed(magnitudes))))


DECODED = (tuple(map(_decoded_mu, range(256))), tuple(map(_decoded_a, range(256))))
"""By law: the sample of each code."""
CODES = (_codes(_runs_mu(), shifted=False), _codes(_runs_a(), shifted=True))
"""By law: the code of each sample or sum of samples from -131072 to 131071, which saturates."""

_LOW = tuple(bytes(sample & 0xFF for sample in law) for law in DECODED)
_HIGH = tuple(bytes(sample >> 8 & 0xFF for sample in law) for law in DECODED)
_OTHER = tuple(bytes(CODES[1 - law][sample] for sample in DECODED[law]) for law in Law)
_QUIETER = tuple(bytes(CODES[law][int(sample / 2)] for sample in DECODED[law]) for law in Law)
_SQUARES = tuple(tuple(sample * sample for sample in law) for law in DECODED)
_BEYOND = _REACH - 32_768
_LIMITED = array("h", range(32_768)) + array("h", [32_767]) * _BEYOND
_LIMITED += array("h", [-32_768]) * _BEYOND + array("h", range(-32_768, 0))

SILENCE = (b"\xff" * SAMPLES, b"\xd5" * SAMPLES)
"""By law: a frame of nothing."""
SILENT_PCM = bytes(2 * SAMPLES)


def pcm_of(frame: bytes, law: Law) -> bytes:
    """Its samples as 16 bit, little-endian."""
    pcm = bytearray(2 * len(frame))
    pcm[0::2] = frame.translate(_LOW[law])
    pcm[1::2] = frame.translate(_HIGH[law])
    return bytes(pcm)


def frame_of(pcm: bytes, law: Law) -> bytes:
    """The codes of 16-bit little-endian samples."""
    return bytes(map(CODES[law].__getitem__, samples_of(pcm)))


def as_law(frame: bytes, law: Law, wanted: Law) -> bytes:
    """The same sound by the law that is wanted."""
    return frame if law is wanted else frame.translate(_OTHER[law])


def quieter(frame: bytes, law: Law) -> bytes:
    """The same sound, 6 dB quieter."""
    return frame.translate(_QUIETER[law])


def samples_of(pcm: bytes) -> "array[int]":
    """16-bit little-endian samples as numbers."""
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def mixed(pcms: Sequence[bytes], law: Law) -> bytes:
    """The codes of all of them together, saturated. At least two."""
    return bytes(map(CODES[law].__getitem__, _sums(pcms)))


def mixed_pcm(pcms: Sequence[bytes]) -> bytes:
    """All of them together, saturated, as 16-bit little-endian samples; silence of none."""
    if not pcms:
        return SILENT_PCM
    if len(pcms) == 1:
        return pcms[0]
    together = array("h", map(_LIMITED.__getitem__, _sums(pcms)))
    if sys.byteorder == "big":
        together.byteswap()
    return together.tobytes()


def mean_square(frame: bytes, law: Law) -> float:
    """The mean of the squares of its samples."""
    return sum(map(_SQUARES[law].__getitem__, frame)) / len(frame) if frame else 0.0


def _sums(pcms: Sequence[bytes]) -> Iterable[int]:
    if len(pcms) > 4:  # more than the tables reach: the first ones are put together, and saturated, before
        return _sums([mixed_pcm(pcms[:-3]), *pcms[-3:]])
    sums: Iterable[int] = samples_of(pcms[0])
    for pcm in pcms[1:]:
        sums = map(add, sums, samples_of(pcm))
    return sums
