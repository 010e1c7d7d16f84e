"""The day of a queue in quarter hours, kept pass by pass: what was offered, answered, abandoned, and how fast."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hub.domain.queue import ServiceLevelTarget
from hub.domain.service_level import Outcome, WorkRow, is_in_time, is_short_abandon, ratio

QUARTER = timedelta(minutes=15)

_EVER = datetime.max.replace(tzinfo=UTC)
"""A pass counts by what became of it, whenever that was."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Sums over passes. `waited_s` is of answered ones; `waiting` how many waited at the end of the interval."""

    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    waited_s: float = 0.0
    handled: int = 0
    handled_s: float = 0.0
    waiting: int = 0

    def count(self, row: WorkRow, target: ServiceLevelTarget, sign: int) -> None:
        """Add the pass as it is (1), or take out what it was (−1)."""
        outcome = row.outcome(_EVER)
        self.offered += sign
        if outcome is Outcome.ANSWERED:
            self.answered += sign
            self.answered_in_time += sign * is_in_time(row, target, _EVER)
            self.waited_s += sign * row.wait_s(_EVER)
            if row.was_handled(_EVER):
                self.handled += sign
                self.handled_s += sign * row.handle_s
        elif outcome is Outcome.ABANDONED:
            self.abandoned += sign
            self.short_abandoned += sign * is_short_abandon(row, target, _EVER)

    @property
    def service_level(self) -> float | None:
        """The strict one: answered within T / (offered − short abandons)."""
        return ratio(self.answered_in_time, self.offered - self.short_abandoned)


@dataclass(slots=True)
class QueueDay:
    """One queue's day from `from_at`, quarter by quarter, and in sum."""

    from_at: datetime
    target: ServiceLevelTarget
    total: Tally = field(default_factory=Tally)
    quarters: dict[int, Tally] = field(default_factory=dict)

    def number(self, at: datetime) -> int:
        """Which quarter of the day `at` is in; below 0 before the day."""
        return (at - self.from_at) // QUARTER

    def quarter_at(self, number: int) -> datetime:
        """When that quarter begins."""
        return self.from_at + number * QUARTER

    def count(self, row: WorkRow, sign: int = 1) -> int | None:
        """Count a pass in or out; the number of its quarter, None when it began before the day."""
        number = self.number(row.first_queued_at)
        if number < 0:
            return None
        self.total.count(row, self.target, sign)
        self.quarters.setdefault(number, Tally()).count(row, self.target, sign)
        return number

    def waited_through(self, rows: Iterable[WorkRow], now: datetime) -> None:
        """Find how many waited at the end of each quarter that is over."""
        over = self.number(now)
        for row in rows:
            left = row.answered_at or row.ended_at or now
            for number in range(max(0, self.number(row.first_queued_at)), min(over, self.number(left))):
                self.quarters.setdefault(number, Tally()).waiting += 1
