"""The figures of a running hub."""

import asyncio
import re
from contextlib import suppress

from hub.metrics import Metrics, measure_loop_lag, metrics_text, new_metrics
from tests.fakes.clock import FakeClock


def lines(metrics: Metrics) -> list[str]:
    return metrics_text(metrics).decode().splitlines()


def test_every_figure_says_what_it_is_under_the_name_of_the_hub() -> None:
    helped = [line for line in lines(new_metrics()) if line.startswith("# HELP")]

    ours = [line for line in helped if "process_" not in line]
    assert len(ours) >= 20
    assert [line for line in ours if not re.match(r"# HELP touchline_[a-z_]+ \w", line)] == []


def test_the_names_that_dashboards_rely_on() -> None:
    metrics = new_metrics()
    metrics.touches.labels("webchat", "inbound").inc()
    metrics.duplicates.labels("webchat").inc()
    metrics.offers.labels("accepted").inc()
    metrics.queue_waiting.labels("sales").set(3)
    metrics.agents.labels("available").set(2)
    metrics.outbox_unsent.set(5)
    metrics.replies.labels("webchat", "sent").inc()
    metrics.slow_readers_closed.labels("agent").inc()
    metrics.bad_input.labels("webchat", "too_long").inc()
    metrics.pop_seconds.observe(0.004)

    text = lines(metrics)

    for expected in (
        'touchline_touches_total{channel="webchat",direction="inbound"} 1.0',
        'touchline_duplicates_total{channel="webchat"} 1.0',
        'touchline_offers_total{outcome="accepted"} 1.0',
        'touchline_queue_waiting{queue="sales"} 3.0',
        'touchline_agents{state="available"} 2.0',
        "touchline_outbox_unsent 5.0",
        'touchline_replies_total{channel="webchat",outcome="sent"} 1.0',
        'touchline_slow_readers_closed_total{kind="agent"} 1.0',
        'touchline_bad_input_total{channel="webchat",code="too_long"} 1.0',
        'touchline_pop_seconds_bucket{le="0.005"} 1.0',
        'touchline_pop_seconds_bucket{le="0.002"} 0.0',
    ):
        assert expected in text


def test_a_pop_is_measured_from_1_ms_to_10_s() -> None:
    bounds = re.findall(r'pop_seconds_bucket\{le="([^"]+)"', metrics_text(new_metrics()).decode())

    assert bounds[0] == "0.001"
    assert bounds[-2:] == ["10.0", "+Inf"]


def test_two_hubs_in_one_process_count_apart() -> None:
    one, other = new_metrics(), new_metrics()

    one.outbox_unsent.set(7)

    assert "touchline_outbox_unsent 7.0" in lines(one)
    assert "touchline_outbox_unsent 0.0" in lines(other)


async def test_the_lag_of_the_loop_is_what_a_sleeper_waited_too_long() -> None:
    metrics, clock = new_metrics(), FakeClock()
    late = iter([0.0, 0.03, 0.3])

    async def sleep(seconds: float) -> None:
        extra = next(late, None)
        if extra is None:
            await asyncio.Event().wait()
        clock.advance(seconds + (extra or 0.0))

    with suppress(TimeoutError):
        async with asyncio.timeout(0.01):
            await measure_loop_lag(metrics, clock, period_s=0.25, sleep=sleep)

    text = lines(metrics)
    assert 'touchline_loop_lag_seconds_bucket{le="0.001"} 1.0' in text
    assert 'touchline_loop_lag_seconds_bucket{le="0.05"} 2.0' in text
    assert "touchline_loop_lag_seconds_count 3.0" in text
