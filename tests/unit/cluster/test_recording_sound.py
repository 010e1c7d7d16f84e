"""The sound of recordings: µ-law in, 16 bit out, and nothing that a telephone brings is lost between."""

import io
import struct
import wave

from hypothesis import given
from hypothesis import strategies as st

from hub.cluster.embedded.recording_sound import HEADER_BYTES, Picture, expanded, header, packed, wav_bytes
from hub.domain.recording import PEAKS_AT_MOST

EVERY_BYTE = bytes(range(256))
MINUS_ZERO, ZERO = 0x7F, 0xFF
samples = st.lists(st.integers(-32_768, 32_767), max_size=400)


def words(values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}h", *values)


def test_every_byte_of_a_telephone_comes_through_unchanged_but_the_second_zero() -> None:
    came_through = packed(expanded(EVERY_BYTE), b"")[::2]
    assert came_through == EVERY_BYTE.replace(bytes([MINUS_ZERO]), bytes([ZERO]))


def test_known_values_of_g711_are_those() -> None:
    known = {0x00: -32_124, 0x80: 32_124, 0xFF: 0, 0x0F: -16_764, 0xBF: 1_980, 0xFE: 8}
    assert {byte: struct.unpack("<h", expanded(bytes([byte])))[0] for byte in known} == known


@given(samples)
def test_no_sample_is_further_off_than_its_step(values: list[int]) -> None:
    back = struct.unpack(f"<{len(values)}h", expanded(packed(words(values), words(values))[::2]))
    for value, heard in zip(values, back, strict=True):
        kept = min(max(value, -32_635), 32_635)
        # half a step: a step of G.711 is at most a sixteenth of the value with its bias of 132
        assert abs(kept - heard) <= (abs(kept) + 132) // 32


@given(samples, samples)
def test_both_sides_stand_in_turn_and_the_shorter_is_silent_at_its_end(
    left: list[int], right: list[int]
) -> None:
    woven = packed(words(left), words(right))
    longer = max(len(left), len(right))
    assert len(woven) == 2 * longer
    assert woven[::2] == packed(words(left), b"")[::2].ljust(longer, b"\xff")
    assert woven[1::2] == packed(words(right), b"")[::2].ljust(longer, b"\xff")


def test_the_header_is_one_that_others_read() -> None:
    woven = packed(words([1000] * 8000), words([-1000] * 8000))
    content = header(len(woven)) + expanded(woven)
    with wave.open(io.BytesIO(content)) as file:
        assert file.getparams()[:4] == (2, 2, 8000, 8000)
    assert (len(content), len(header(len(woven)))) == (wav_bytes(len(woven)), HEADER_BYTES)


def test_a_long_picture_has_at_most_so_many_values_and_misses_no_shout() -> None:
    picture = Picture()
    second = packed(bytes(16_000), bytes(16_000))
    shout = packed(bytes(15_998) + words([32_000]), bytes(16_000))
    for n in range(300):
        picture.add(shout if n == 123 else second)
    left, right = picture.drawn()

    assert (len(left), len(right)) == (PEAKS_AT_MOST, PEAKS_AT_MOST)
    assert [n for n, peak in enumerate(left) if peak > 200] == [(124 * 20 - 1) * PEAKS_AT_MOST // 6000]
    assert set(right) == {0}


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=20))
def test_the_picture_does_not_depend_on_the_pieces_it_came_in(cuts: list[int]) -> None:
    woven = packed(
        words([(n * 37) % 20_000 for n in range(4000)]), words([(n * 91) % 9_000 for n in range(4000)])
    )
    whole, pieces = Picture(), Picture()
    whole.add(woven)
    at = 0
    for cut in cuts:
        pieces.add(woven[at : at + cut])
        at += cut
    pieces.add(woven[at:])
    assert pieces.drawn() == whole.drawn()
