"""RTCP: what is written can be read, and noise is read as nothing."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from hub.media.embedded.rtcp import Received, Sent, report, sender_report_in

RECEIVED = Received(ssrc=9, lost_share=0.25, lost=3, highest=70_000, jitter=12, last=0xABCD1234, since_s=1.5)


def test_a_report_of_who_sends_and_receives() -> None:
    raw = report(7, "me", Sent(1_700_000_000.5, 160, 100, 16_000), RECEIVED, goodbye=False)
    first, kind, words, ssrc = struct.unpack_from("!BBHI", raw)
    assert (first, kind, words, ssrc) == (0x81, 200, 12, 7)
    assert struct.unpack_from("!IIIII", raw, 8) == (3_908_988_800, 0x80000000, 160, 100, 16_000)
    assert struct.unpack_from("!IIIIII", raw, 28) == (9, 64 << 24 | 3, 70_000, 12, 0xABCD1234, 98_304)
    assert raw[52:] == struct.pack("!BBHI", 0x81, 202, 3, 7) + b"\x01\x02me\x00\x00\x00\x00"
    found = sender_report_in(raw)
    assert found is not None
    assert (found.ssrc, found.middle) == (7, (3_908_988_800 & 0xFFFF) << 16 | 0x8000)


def test_who_only_receives_says_so_and_a_good_bye_comes_last() -> None:
    raw = report(7, "me", None, None, goodbye=True)
    assert raw[:8] == struct.pack("!BBHI", 0x80, 201, 1, 7)
    assert raw[-8:] == struct.pack("!BBHI", 0x81, 203, 1, 7)
    assert len(raw) % 4 == 0
    assert sender_report_in(raw) is None


@given(st.binary(max_size=100))
def test_noise_is_no_report(noise: bytes) -> None:
    assert sender_report_in(noise) is None or noise[1] == 200 or len(noise) > 36
