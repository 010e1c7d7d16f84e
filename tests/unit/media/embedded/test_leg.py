"""One leg in made-up time: what it says each tick, and what it is sent."""

import struct
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media.embedded.leg import Leg, Terms
from hub.media.g711 import SILENCE, Law, as_law, mean_square
from hub.ports.media import MediaEvent, Silent
from tests.fakes.clock import FakeClock

TERMS = Terms(law=Law.MU, payload_type=0, events_type=101, sends=True, receives=True)
LOUD = bytes([0x90, 0x10]) * 80


class FakeWire:
    port = 4000
    is_up = True

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.reports: list[bytes] = []
        self.is_open = True

    def send(self, packet: bytes) -> bool:
        self.sent.append(packet)
        return True

    def send_report(self, packet: bytes) -> None:
        self.reports.append(packet)

    def close(self) -> None:
        self.is_open = False


class Line:
    def __init__(self, *, silent_after_s: float = 1.0) -> None:
        self.clock, self.told, self.wire = FakeClock(), list[MediaEvent](), FakeWire()
        self.leg = Leg("caller", self.clock, Random(1), self.told.append, silent_after_s=silent_after_s)
        self.leg.wire = self.wire
        self.leg.agree(TERMS)
        self.number = 0

    def comes(self, payload: bytes = LOUD, *, kind: int = 0, ssrc: int = 7) -> None:
        head = struct.pack("!BBHII", 0x80, kind, self.number, 160 * self.number, ssrc)
        self.leg.rtp(head + payload, self.clock.monotonic())
        self.number += 1

    def ticks(self, *, hears: bytes | None = None, skipped: int = 0) -> bytes | None:
        self.clock.advance(0.02 * (skipped + 1))
        self.leg.listen(skipped)
        self.leg.speak(hears, skipped)
        return self.leg.said

    def speaks(self) -> None:
        """Until what came last is said."""
        self.comes()
        while self.ticks() is None:
            self.comes()


def head(packet: bytes) -> tuple[int, int, int, int, int]:
    first, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", packet)
    return first, second, sequence, timestamp, ssrc


def test_two_missing_frames_are_filled_each_quieter_and_then_there_is_silence() -> None:
    line = Line()
    line.speaks()
    said = [line.ticks() for _ in range(4)]
    assert said[0] == LOUD, "one was still on its way"
    loud = mean_square(LOUD, Law.MU)
    assert [round(mean_square(one or b"", Law.MU) / loud, 1) for one in said[1:]] == [0.2, 0.1, 0.0]
    assert said[3] is None


def test_the_other_law_is_understood_and_what_is_unknown_is_counted_only() -> None:
    line = Line()
    for kind in (8, 8, 8, 13, 96, 3):
        line.comes(kind=kind)
    assert [line.ticks() for _ in range(4)] == [None, *[as_law(LOUD, Law.A, Law.MU)] * 3]
    assert line.leg.quality().received == 6
    assert line.leg.quality().lost == 0


def test_who_is_on_hold_is_not_heard_and_who_holds_us_is_not_sent_anything() -> None:
    line = Line()
    line.speaks()
    line.leg.agree(Terms(law=Law.MU, payload_type=0, events_type=101, sends=False, receives=False))
    before = len(line.wire.sent)
    line.comes()
    assert [line.ticks() for _ in range(3)] == [None] * 3
    assert len(line.wire.sent) == before
    line.leg.agree(TERMS)
    line.ticks()
    assert head(line.wire.sent[-1])[1] == 0x80, "after a pause the first packet is marked"


def test_timestamps_go_on_over_what_was_left_out() -> None:
    line = Line()
    line.ticks()
    line.ticks(skipped=10)
    first, second = (head(packet) for packet in line.wire.sent)
    assert (second[3] - first[3]) & 0xFFFFFFFF == 11 * 160
    assert (second[2] - first[2]) & 0xFFFF == 1


def test_nothing_to_hear_is_sent_as_silence() -> None:
    line = Line()
    line.ticks()
    line.ticks(hears=LOUD)
    assert [packet[12:] for packet in line.wire.sent] == [SILENCE[Law.MU], LOUD]


def test_silence_is_told_once_until_something_comes_again() -> None:
    line = Line(silent_after_s=1.0)
    for _ in range(200):
        line.ticks()
    assert line.told == [Silent(leg="caller", for_s=1.0)]
    line.comes()
    for _ in range(60):
        line.ticks()
    assert len(line.told) == 2


def test_another_sender_is_listened_to_at_once() -> None:
    line = Line()
    line.speaks()
    line.number = 40_000
    other = bytes([0x20]) * 160
    for _ in range(3):
        line.comes(other, ssrc=8)
    assert other in [line.ticks() for _ in range(3)]


def test_reports_come_every_few_seconds_and_a_good_bye_at_the_end() -> None:
    line = Line()
    for _ in range(1000):
        line.comes()
        line.ticks(hears=LOUD)
    assert 2 <= len(line.wire.reports) <= 8
    share, lost = struct.unpack_from("!BB", line.wire.reports[-1], 32)
    assert (share, lost) == (0, 0)
    line.leg.close()
    line.leg.close()
    assert not line.wire.is_open
    assert line.wire.reports[-1][-7] == 203


@given(st.lists(st.binary(max_size=60), max_size=20), st.integers())
@pytest.mark.parametrize("prefix", [b"", b"\x80\x00", b"\x80\x65", b"\xbf\x08"])
def test_nothing_that_comes_does_harm(prefix: bytes, packets: list[bytes], seed: int) -> None:
    line = Line()
    chance = Random(seed)
    for packet in packets:
        line.leg.rtp(prefix + packet, line.clock.monotonic())
        line.leg.rtcp(prefix + packet)
        if chance.random() < 0.5:
            said = line.ticks()
            assert said is None or len(said) == 160
    line.leg.quality()
    line.leg.close()
