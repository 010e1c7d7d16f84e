"""The figures of telephony for Prometheus, read when they are asked for: who was listened to, and what is carried."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.channels.sip.guard import Counts
from hub.ports.media import Load

_PREFIX = "touchline"


class TelephoneFigures(Collector):
    """A collector: `counts` are the guard's, `load` the media engine's, `calls` those that are carried now."""

    def __init__(self, counts: Counts, load: Callable[[], Load], calls: Callable[[], int]) -> None:
        self._counts = counts
        self._load = load
        self._calls = calls

    def collect(self) -> Iterator[Metric]:
        """Each figure as it is now."""
        counts, load = self._counts, self._load()
        messages = CounterMetricFamily(
            f"{_PREFIX}_sip_messages", "SIP messages by what the guard made of them", labels=["verdict"]
        )
        for verdict in ("admitted", "over_rate", "over_strangers", "from_banned"):
            messages.add_metric([verdict], getattr(counts, verdict))
        yield messages
        yield CounterMetricFamily(f"{_PREFIX}_sip_bans", "Addresses that were banned", value=counts.bans)
        yield CounterMetricFamily(
            f"{_PREFIX}_sip_locks", "Users that were locked for one address", value=counts.locks
        )
        yield _gauge("calls", "Calls that this hub carries", self._calls())
        yield _gauge("media_sessions", "Calls with sound", load.sessions)
        yield _gauge("media_legs", "Legs with sound", load.legs)
        yield _gauge(
            "media_late_seconds",
            "How late the media clock was at worst in the last minute",
            load.late_ms / 1000,
        )
        if "free_legs" in load.details:
            yield _gauge("media_free_legs", "Legs for which there are ports yet", load.details["free_legs"])


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{_PREFIX}_{name}", text, value=value)
