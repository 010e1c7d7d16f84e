"""The figures of a running hub for Prometheus: built once, passed to whoever counts, rendered as text."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from hub.ports.clock import Clock

CONTENT_TYPE = CONTENT_TYPE_LATEST

_PREFIX = "touchline"
_POP_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
_COMMIT_BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
_LAG_BUCKETS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
_BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """One field a figure; the help texts in `new_metrics` say what each counts."""

    registry: CollectorRegistry
    touches: Counter
    duplicates: Counter
    bad_input: Counter
    site_users: Counter
    letters: Counter
    telegram_updates: Counter
    commit_seconds: Histogram
    batch_size: Histogram
    offers: Counter
    pop_seconds: Histogram
    queue_waiting: Gauge
    agents: Gauge
    replies: Counter
    replies_lapsed: Counter
    clock_faults: Counter
    outbox_unsent: Gauge
    relay_rows: Counter
    relay_failures: Counter
    bus_handler_errors: Counter
    bus_skipped: Counter
    bus_listeners_cut: Counter
    sockets: Gauge
    slow_readers_closed: Counter
    loop_lag_seconds: Histogram


def new_metrics() -> Metrics:
    """All figures at nothing, in a registry of their own: two hubs in one process do not share any."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)

    def counter(name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace=_PREFIX, registry=registry)

    def gauge(name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, namespace=_PREFIX, registry=registry)

    def histogram(name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(name, text, namespace=_PREFIX, registry=registry, buckets=buckets)

    return Metrics(
        registry=registry,
        touches=counter("touches", "Touches committed", "channel", "direction"),
        duplicates=counter("duplicates", "Touches that were there already", "channel"),
        bad_input=counter("bad_input", "Input that was refused", "channel", "code"),
        site_users=counter("site_users", "Visitors who came with a good word of their web site"),
        letters=counter("letters", "Letters that came, by what came of them", "outcome"),
        telegram_updates=counter("telegram_updates", "Updates of Telegram, by what came of them", "outcome"),
        commit_seconds=histogram("commit_seconds", "Commit of a batch of touches", _COMMIT_BUCKETS_S),
        batch_size=histogram("batch_size", "Touches in one commit", _BATCH_BUCKETS),
        offers=counter("offers", "Offers by how they went", "outcome"),
        pop_seconds=histogram("pop_seconds", "From a touch received to its card sent", _POP_BUCKETS_S),
        queue_waiting=gauge("queue_waiting", "Work items waiting", "queue"),
        agents=gauge("agents", "Agents by state", "state"),
        replies=counter("replies", "Attempts to send a reply by outcome", "channel", "outcome"),
        replies_lapsed=counter("replies_lapsed", "Attempts whose sender died"),
        clock_faults=counter("clock_faults", "Conversations whose clocks could not be read, at each try"),
        outbox_unsent=gauge("outbox_unsent", "Committed rows that the bus does not have yet"),
        relay_rows=counter("relay_rows", "Outbox rows handed to the bus"),
        relay_failures=counter("relay_failures", "Rounds of the relay that failed"),
        bus_handler_errors=counter("bus_handler_errors", "Batches whose reader raised", "reader"),
        bus_skipped=counter("bus_skipped", "Events this release cannot read", "kind"),
        bus_listeners_cut=counter("bus_listeners_cut", "Listeners that lagged too far", "listener"),
        sockets=gauge("sockets", "Open sockets", "kind"),
        slow_readers_closed=counter("slow_readers_closed", "Sockets closed for reading too slowly", "kind"),
        loop_lag_seconds=histogram("loop_lag_seconds", "How late the event loop wakes", _LAG_BUCKETS_S),
    )


def metrics_text(metrics: Metrics) -> bytes:
    """The figures in Prometheus' text format, to be sent as CONTENT_TYPE."""
    return generate_latest(metrics.registry)


async def measure_loop_lag(
    metrics: Metrics,
    clock: Clock,
    *,
    period_s: float = 0.25,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    also: Callable[[float], None] | None = None,
) -> None:
    """Until cancelled, note how much later than asked the event loop wakes a sleeper; `also` is told."""
    while True:
        asleep_s = clock.monotonic()
        await sleep(period_s)
        lag_s = max(0.0, clock.monotonic() - asleep_s - period_s)
        metrics.loop_lag_seconds.observe(lag_s)
        if also is not None:
            also(lag_s)
