"""The jitter buffer, in made-up time: what comes unevenly is played evenly, and nothing that comes does harm."""

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.media.embedded.jitter import JitterBuffer

SILENCE = b"\xff" * 160
FIRST, START = 65_530, 0xFFFFFF00


def sound(number: int) -> bytes:
    """What the n-th packet says: itself."""
    return bytes([number % 256]) * 160


def put(buffer: JitterBuffer, number: int, at_tick: float = 0.0) -> None:
    """The n-th packet of a sender whose count is about to wrap around comes."""
    timestamp = (START + 160 * number) & 0xFFFFFFFF
    newest = buffer.seen((FIRST + number) & 0xFFFF, timestamp, at_tick * 160)
    if newest is not None:
        buffer.put(timestamp, sound(number), newest=newest)


def played(arrivals: Iterable[tuple[float, int]], ticks: int) -> tuple[JitterBuffer, list[int | None]]:
    """What is played at each tick of packets that come at these times (in ticks)."""
    buffer, waiting, frames = JitterBuffer(), sorted(arrivals), []
    for tick in range(ticks):
        while waiting and waiting[0][0] < tick:
            at, number = waiting.pop(0)
            put(buffer, number, at)
        frame = buffer.frame(SILENCE)
        frames.append(None if frame is None else frame[0])
    return buffer, frames


def heard(frames: list[int | None]) -> list[int]:
    return [frame for frame in frames if frame is not None]


def test_what_comes_evenly_is_played_in_order_one_tick_later() -> None:
    buffer, frames = played(((number + 0.5, number) for number in range(200)), 203)
    assert frames == [None, None, *(number % 256 for number in range(200)), None]
    assert (buffer.received, buffer.lost, buffer.late) == (200, 0, 0)
    assert buffer.jitter == pytest.approx(0)


def test_neighbours_that_change_places_are_played_in_their_own() -> None:
    arrivals = [(number + (1.2 if number % 10 == 3 else 0.1), number) for number in range(100)]
    buffer, frames = played(arrivals, 105)
    assert heard(frames) == list(range(100))
    assert (buffer.lost, buffer.late) == (0, 0)


def test_what_comes_after_its_successor_was_played_is_left_out_and_moves_the_lag_up_once() -> None:
    arrivals = [(number + (3.0 if number % 20 == 10 else 0.5), number) for number in range(140)]
    buffer, frames = played(arrivals, 150)
    assert heard(frames) == [number for number in range(140) if number != 10]
    assert buffer.late == 1
    assert frames.count(None) <= 12


def test_a_network_that_pauses_and_gives_all_at_once_is_waited_for() -> None:
    arrivals = [(max(number + 0.5, 23.5 if 20 <= number < 23 else 0), number) for number in range(100)]
    buffer, frames = played(arrivals, 110)
    assert heard(frames) == list(range(100))
    assert buffer.late <= 2


def test_a_lag_that_nothing_needs_is_taken_back() -> None:
    late = [(number + (4.0 if number == 10 else 0.5), number) for number in range(700)]
    _, frames = played(late, 700)
    assert frames[20] == 15, "100 ms after the late one"
    assert frames[690] == 688 % 256, "as at first"
    assert len(heard(frames)) >= 690


@pytest.mark.parametrize("pace", [0.995, 1.005], ids=["fast", "slow"])
def test_a_sender_with_another_clock_is_followed(pace: float) -> None:
    buffer, frames = played(((number * pace + 0.5, number) for number in range(3000)), int(3000 * pace))
    assert len(heard(frames)) > 2950
    lag = 3000 - 1 - (buffer.expected - len(heard(frames)))
    assert lag > 2900
    assert max(run_lengths(frames)) <= 2


def run_lengths(frames: list[int | None]) -> list[int]:
    """How many ticks at a time had nothing, after the beginning."""
    runs, run = [0], 0
    for frame in frames[5:]:
        run = run + 1 if frame is None else 0
        runs.append(run)
    return runs


def test_lost_packets_are_counted_and_missed_in_their_place() -> None:
    buffer, frames = played(
        ((number + 0.5, number) for number in range(100) if number not in (20, 50, 51)), 103
    )
    assert buffer.lost == 3
    assert [frames[22], frames[52], frames[53]] == [None, None, None]
    assert len(heard(frames)) == 97


def test_what_comes_twice_is_played_once_and_makes_up_for_nothing() -> None:
    arrivals = [(number + 0.5 + 0.1 * double, number) for number in range(50) for double in range(3)]
    arrivals = [one for one in arrivals if one[1] != 30]
    buffer, frames = played(arrivals, 55)
    assert (buffer.lost, buffer.late) == (1, 0)
    assert heard(frames) == [number for number in range(50) if number != 30]


def test_after_a_pause_without_packets_it_goes_on() -> None:
    arrivals = [(number + 0.5, number) for number in range(50)]
    arrivals += [(number + 50.5, number) for number in range(50, 100)]
    _, frames = played(arrivals, 155)
    assert heard(frames) == list(range(100))


def test_a_network_that_is_slower_from_now_on_is_followed() -> None:
    arrivals = [(number + (0.5 if number < 50 else 15.5), number) for number in range(150)]
    _, frames = played(arrivals, 170)
    assert heard(frames)[:50] == list(range(50))
    assert heard(frames)[-60:] == list(range(90, 150))


def test_another_sender_begins_anew_and_the_figures_go_on() -> None:
    buffer, _ = played(((number + 0.5, number) for number in range(20) if number != 7), 25)
    buffer.restart()
    assert buffer.lost == 1
    for number in range(5000, 5010):
        put(buffer, number)
    assert (buffer.received, buffer.lost) == (29, 1)
    frames = [buffer.frame(SILENCE) for _ in range(4)]
    assert frames == [None, sound(5000), sound(5001), sound(5002)]


def test_jitter_is_that_of_the_rfc() -> None:
    buffer = JitterBuffer()
    wanted, last = 0.0, None
    chance = Random(3)
    for number in range(100):
        arrived = number + chance.random()
        put(buffer, number, arrived)
        transit = arrived * 160 - ((START + 160 * number) & 0xFFFFFFFF)
        if last is not None and abs(transit - last) < 1e6:  # the count of timestamps wraps around
            wanted += (abs(transit - last) - wanted) / 16
        last = transit
    assert buffer.jitter == pytest.approx(wanted, rel=0.01)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 65_535),
            st.one_of(st.integers(0, 2**32 - 1), st.integers(0, 40).map(lambda frames: 160 * frames)),
            st.sampled_from([0, 1, 79, 80, 120, 160, 200, 240, 320, 480, 1600, 1601]),
            st.booleans(),
        ),
        max_size=60,
    )
)
def test_nothing_that_comes_does_harm(packets: list[tuple[int, int, int, bool]]) -> None:
    buffer = JitterBuffer()
    for sequence, timestamp, size, ticks in packets:
        newest = buffer.seen(sequence, timestamp, 0.0)
        if newest is not None:
            buffer.put(timestamp, bytes(size), newest=newest)
        if ticks:
            frame = buffer.frame(SILENCE)
            assert frame is None or len(frame) == 160
        assert buffer.lost >= 0
        assert len(buffer._frames) <= 60 * 40
