"""G.711 by tables is G.711 by the formula, and frames are added, translated and measured as samples are."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media.g711 import (
    DECODED,
    SAMPLES,
    SILENCE,
    SILENT_PCM,
    Law,
    as_law,
    frame_of,
    mean_square,
    mixed,
    mixed_pcm,
    pcm_of,
    quieter,
)
from tests.contracts.telephone import decoded, encoded

LAWS = pytest.mark.parametrize("law", Law)
KINDS = {Law.MU: 0, Law.A: 8}
SAMPLE = st.integers(-32_768, 32_767)


def pcm(*samples: int) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


def samples(raw: bytes) -> list[int]:
    return [one for (one,) in struct.iter_unpack("<h", raw)]


@LAWS
def test_every_code_is_decoded_as_the_recommendation_says(law: Law) -> None:
    codes = bytes(range(256))
    assert samples(pcm_of(codes, law)) == [decoded(code, KINDS[law]) for code in codes]


@LAWS
def test_every_sample_is_encoded_as_the_recommendation_says(law: Law) -> None:
    every = range(-32_768, 32_768)
    assert frame_of(pcm(*every), law) == bytes(encoded(sample, KINDS[law]) for sample in every)


@LAWS
def test_a_code_means_itself(law: Law) -> None:
    for code in range(256):
        again = frame_of(pcm(DECODED[law][code]), law)[0]
        assert DECODED[law][again] == DECODED[law][code]


@given(SAMPLE)
def test_the_other_law_is_as_near_as_encoding_anew(sample: int) -> None:
    for law in Law:
        other = Law(1 - law)
        frame = frame_of(pcm(sample), law)
        assert as_law(frame, law, other) == frame_of(pcm_of(frame, law), other)
        assert as_law(frame, law, law) is frame


@given(st.lists(st.lists(SAMPLE, min_size=5, max_size=5), min_size=2, max_size=9))
def test_what_is_mixed_is_the_sum_and_saturates(speakers: list[list[int]]) -> None:
    sums = [max(-32_768, min(32_767, sum(each))) for each in zip(*speakers, strict=True)]
    if len(speakers) <= 4:
        assert samples(mixed_pcm([pcm(*one) for one in speakers])) == sums
        for law in Law:
            assert mixed([pcm(*one) for one in speakers], law) == frame_of(pcm(*sums), law)
    else:  # the first ones are put together and saturated before
        assert all(abs(one) <= 32_768 for one in samples(mixed_pcm([pcm(*one) for one in speakers])))


def test_many_who_speak_softly_are_added_exactly() -> None:
    speakers = [pcm(*range(number, number + 160)) for number in range(12)]
    wanted = [sum(range(at, at + 12)) for at in range(160)]
    assert samples(mixed_pcm(speakers)) == wanted


def test_nobody_is_silence_and_one_is_himself() -> None:
    assert mixed_pcm([]) == SILENT_PCM
    assert mixed_pcm([pcm(5, -7)]) == pcm(5, -7)


@LAWS
def test_silence_is_silent(law: Law) -> None:
    assert len(SILENCE[law]) == SAMPLES
    assert max(map(abs, samples(pcm_of(SILENCE[law], law)))) <= 8
    assert mean_square(b"", law) == 0


@LAWS
def test_quieter_is_half_as_much(law: Law) -> None:
    frame = frame_of(pcm(*(round(9000 * math.sin(at / 5)) for at in range(SAMPLES))), law)
    assert mean_square(quieter(frame, law), law) == pytest.approx(mean_square(frame, law) / 4, rel=0.05)
