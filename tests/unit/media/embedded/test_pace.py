"""The media clock: 20 ms, no drift, no bursts."""

import pytest

from hub.media.embedded.pace import TICK_S, Lateness, Pace


def test_ticks_do_not_drift_however_late_each_one_is() -> None:
    pace, now_s = Pace(100.0), 100.0
    for _ in range(500):
        now_s += pace.wait_s(now_s) + 0.003
        assert pace.ticked(now_s).skipped == 0
    assert now_s == pytest.approx(100.0 + 500 * TICK_S + 0.003)


def test_what_was_missed_is_caught_up_with_pauses_between() -> None:
    pace = Pace(0.0)
    pace.ticked(TICK_S + 0.1)
    now_s, waits = TICK_S + 0.1, []
    for _ in range(8):
        waits.append(pace.wait_s(now_s))
        now_s += waits[-1]
        assert pace.ticked(now_s).skipped == 0
    assert waits[:6] == pytest.approx([0.005] * 6)
    assert waits[-1] == pytest.approx(TICK_S, abs=0.006)


def test_after_a_long_absence_what_was_missed_is_left_out() -> None:
    pace = Pace(0.0)
    due = pace.ticked(TICK_S + 3.0)
    assert due.skipped == 150
    assert due.late_s == pytest.approx(3.0)
    assert 0 < pace.wait_s(TICK_S + 3.0) < 1.01 * TICK_S


def test_lateness_is_told_by_share() -> None:
    lateness = Lateness()
    assert lateness.at_most_ms() == 0
    for number in range(200):
        lateness.add(number / 1000)
    assert lateness.at_most_ms() == pytest.approx(199)
    assert lateness.at_most_ms(50) == pytest.approx(100)
