"""Turns what the parts tell about themselves into figures; the parts know nothing of Prometheus."""

from collections import Counter
from collections.abc import Mapping, Sequence

from hub.domain.errors import HubError
from hub.domain.ids import QueueId
from hub.domain.touch import Delivery, InboundTouch
from hub.metrics import Metrics
from hub.namebook import Namebook
from hub.pop_times import PopTimes
from hub.ports.inbox import Received


class Observer:
    """One a hub."""

    def __init__(self, metrics: Metrics, names: Namebook) -> None:
        self.metrics = metrics
        self.pops = PopTimes(metrics.pop_seconds.observe)
        self._names = names

    def batch(
        self, touches: Sequence[InboundTouch], outcomes: Sequence[Received | HubError], seconds: float
    ) -> None:
        """A batch was committed, or refused."""
        self.metrics.commit_seconds.observe(seconds)
        self.metrics.batch_size.observe(len(touches))
        counts: Counter[tuple[str, str]] = Counter()
        for touch, outcome in zip(touches, outcomes, strict=True):
            if isinstance(outcome, HubError):
                counts[touch.channel, outcome.stable_code] += 1
            else:
                counts[touch.channel, "repeated" if outcome.repeated else "stored"] += 1
        for (channel, what), count in counts.items():
            if what == "stored":
                self.metrics.touches.labels(channel, "inbound").inc(count)
            elif what == "repeated":
                self.metrics.duplicates.labels(channel).inc(count)
            else:
                self.metrics.bad_input.labels(channel, what).inc(count)

    def offers(self, made: int, lost: int) -> None:
        """Offers were committed, and some found their work gone."""
        self.metrics.offers.labels("made").inc(made)
        self.metrics.offers.labels("lost").inc(lost)

    def bad_input(self, channel: str, code: str) -> None:
        """Something was refused."""
        self.metrics.bad_input.labels(channel, code).inc()

    def site_user(self) -> None:
        """A visitor came whom their web site vouches for."""
        self.metrics.site_users.inc()

    def letter(self, outcome: str) -> None:
        """A letter was kept, read, or refused."""
        self.metrics.letters.labels(outcome).inc()

    def update(self, outcome: str) -> None:
        """An update of Telegram was kept, read, or refused."""
        self.metrics.telegram_updates.labels(outcome).inc()

    def too_slow(self, kind: str) -> None:
        """A socket was closed for reading too slowly."""
        self.metrics.slow_readers_closed.labels(kind).inc()

    def queues(self, waiting: Mapping[QueueId, int]) -> None:
        """How many wait in each queue."""
        for queue_id, count in waiting.items():
            self.metrics.queue_waiting.labels(self._names.queue(queue_id) or queue_id).set(count)

    def reply(self, channel: str, outcome: Delivery) -> None:
        """An attempt to send a reply ended."""
        self.metrics.replies.labels(channel, outcome.value).inc()

    def sockets(self, kind: str, count: int) -> None:
        """Open sockets of this node."""
        self.metrics.sockets.labels(kind).set(count)
