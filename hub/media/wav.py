"""WAV files of 8 kHz and one channel: read as 16-bit samples, whether they are linear, A-law or µ-law; written."""

import struct
from collections.abc import Iterator
from pathlib import Path

from hub.media.g711 import Law, pcm_of
from hub.ports.media import RATE_HZ

BYTES_LIMIT = 64 << 20
"""More than an hour of 16-bit sound: no announcement is longer."""

_LINEAR, _A_LAW, _MU_LAW = 1, 6, 7
_FORMAT = struct.Struct("<HHIIHH")


class NotPlayable(ValueError):
    """The file is no WAV that can be played as it is. The text says why, without the file's name."""


def pcm_in(path: Path) -> bytes:
    """Its sound as 16-bit little-endian samples. Raises NotPlayable, or OSError where it cannot be read."""
    if path.stat().st_size > BYTES_LIMIT:
        raise NotPlayable("the file is too large")
    return pcm_of_wav(path.read_bytes())


def pcm_of_wav(raw: bytes) -> bytes:
    """The sound of the file with these bytes as 16-bit little-endian samples. Raises NotPlayable."""
    if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise NotPlayable("the file is no WAV")
    kind, bits = 0, 0
    for name, chunk in _chunks(raw):
        if name == b"fmt ":
            if len(chunk) < _FORMAT.size:
                raise NotPlayable("the format of the file is cut off")
            kind, channels, rate_hz, _, _, bits = _FORMAT.unpack_from(chunk)
            if channels != 1 or rate_hz != RATE_HZ:
                raise NotPlayable("the file has more than one channel, or another rate than 8 kHz")
        elif name == b"data":
            match kind, bits:
                case (1, 16):
                    return chunk[: len(chunk) // 2 * 2]
                case (1, 8):
                    return b"".join(struct.pack("<h", (sample - 128) << 8) for sample in chunk)
                case (6, 8):
                    return pcm_of(chunk, Law.A)
                case (7, 8):
                    return pcm_of(chunk, Law.MU)
                case _:
                    raise NotPlayable("the file is neither linear nor A-law nor µ-law")
    raise NotPlayable("the file has no sound")


def wav_of(sound: bytes, law: Law | None = None) -> bytes:
    """The file of these 16-bit samples, or of these codes where there is a law."""
    kind, width = (_LINEAR, 2) if law is None else (_MU_LAW if law is Law.MU else _A_LAW, 1)
    form = _FORMAT.pack(kind, 1, RATE_HZ, RATE_HZ * width, width, 8 * width)
    body = b"WAVE" + _chunk(b"fmt ", form) + _chunk(b"data", sound)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\x00" * (len(content) % 2)


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(raw):
        (size,) = struct.unpack_from("<I", raw, at + 4)
        yield raw[at : at + 4], raw[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
