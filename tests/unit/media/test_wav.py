"""WAV files: read whatever a telephone sound may be, and refused in words otherwise."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media.g711 import Law, frame_of, pcm_of
from hub.media.wav import NotPlayable, pcm_in, pcm_of_wav, wav_of

PCM = struct.pack("<200h", *range(-10_000, 10_000, 100))


def test_linear_samples_come_back() -> None:
    assert pcm_of_wav(wav_of(PCM)) == PCM


@pytest.mark.parametrize("law", Law)
def test_codes_come_back_as_samples(law: Law) -> None:
    codes = frame_of(PCM, law)
    assert pcm_of_wav(wav_of(codes, law)) == pcm_of(codes, law)


def test_samples_of_eight_bits_are_read() -> None:
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + head + b"data" + struct.pack("<I", 3) + bytes([0, 128, 255]) + b"\x00"
    assert pcm_of_wav(b"RIFF" + struct.pack("<I", len(body)) + body) == struct.pack("<3h", -32_768, 0, 32_512)


def test_other_chunks_are_passed_over(tmp_path: Path) -> None:
    raw = wav_of(PCM)
    path = tmp_path / "listed.wav"
    path.write_bytes(raw[:12] + b"LIST" + struct.pack("<I", 3) + b"abc\x00" + raw[12:])
    assert pcm_in(path) == PCM


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda raw: b"RIFX" + raw[4:], "no WAV"),
        (lambda raw: raw[:22] + b"\x02" + raw[23:], "more than one channel"),
        (lambda raw: raw[:24] + struct.pack("<I", 44_100) + raw[28:], "another rate"),
        (lambda raw: raw[:20] + b"\x03" + raw[21:], "neither linear"),
        (lambda raw: raw[:36], "no sound"),
        (lambda raw: raw[:16] + struct.pack("<I", 4) + raw[20:24], "cut off"),
    ],
)
def test_what_cannot_be_played_is_refused_in_words(change, why: str) -> None:
    with pytest.raises(NotPlayable, match=why):
        pcm_of_wav(change(wav_of(PCM)))


@given(st.binary(max_size=80), st.integers(0, 60))
def test_no_file_does_harm(noise: bytes, at: int) -> None:
    raw = wav_of(PCM[:40])
    for one in (noise, raw[:at], raw[:at] + noise + raw[at:]):
        with suppress(NotPlayable):
            assert len(pcm_of_wav(one)) % 2 == 0
