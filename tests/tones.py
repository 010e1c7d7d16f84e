"""Tones: made to be played, and measured in what is heard."""

import math
import tempfile
import wave
from array import array
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from hub.ports.media import RATE_HZ, Sound

LOUD = 8_000


@cache
def tone_file(hz: float) -> Sound:
    """Half a second of a tone, again and again."""
    samples = array(
        "h", (round(LOUD * math.sin(2 * math.pi * hz * n / RATE_HZ)) for n in range(RATE_HZ // 2))
    )
    path = Path(tempfile.mkdtemp(prefix="tone-")) / f"{hz:g}.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return Sound(files=(path,), loop=True)


def loudness(samples: Sequence[int], hz: float) -> float:
    """The RMS of what is of that pitch (Goertzel), 0 for nothing."""
    if not samples:
        return 0.0
    k = 2 * math.cos(2 * math.pi * hz / RATE_HZ)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + k * last - before
    power = last * last + before * before - k * last * before
    return math.sqrt(max(0.0, power)) * math.sqrt(2) / len(samples)
