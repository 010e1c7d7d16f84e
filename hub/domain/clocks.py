"""The clocks of a conversation in writing: first response, next response, resolution; and the reply timer.

A clock is one run: it begins with the client's words, is due at a moment that the rules of the queue name, and ends
once. The response clock runs only while it is our turn; the resolution clock from the client's first words until the
conversation is closed, without a pause (terms.md names none). What a program says answers nobody.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from hub.domain.agent import Media
from hub.domain.ids import InteractionId, TenantId, UserId, WorkItemId
from hub.domain.text_times import ClockKind, TextTimes
from hub.domain.values import changed
from hub.domain.work import WorkItem, WorkState

REPLY_OVERDUE = "reply_overdue"
"""The reason of work that went back to its line because its agent did not answer."""


class Turn(StrEnum):
    """What a line of the history means to the clocks."""

    ASKED = "asked"
    ANSWERED = "answered"
    LEFT = "left"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A line of the history, by its number in the conversation."""

    seq: int
    at: datetime
    turn: Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a clock. `seq` is the line it began with; `ended_by` is empty while it goes on."""

    kind: ClockKind
    seq: int
    started_at: datetime
    due_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""

    def is_late(self, now: datetime) -> bool:
        """Whether what was due did not come in time, as far as is known at `now`."""
        return self.due_at is not None and self.due_at < (self.ended_at or now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of the clocks of one conversation: the history was read up to `seq`; `runs` go on.

    `was_spoken`: a gap was seen already or one of us wrote, so that the next gap is not the first. `unsaid` are the
    lines of replies that failed, in order: they answered nobody and were left out.
    """

    seq: int = 0
    was_spoken: bool = False
    runs: tuple[Run, ...] = ()
    unsaid: tuple[int, ...] = ()

    def must_begin_anew(self, unsaid: Collection[int]) -> bool:
        """Whether a line that was read counts differently since, now that the replies of `unsaid` are those that
        failed. Then the history is read again from its first line."""
        return any(seq <= self.seq for seq in set(unsaid) ^ set(self.unsaid))


def read_on(
    before: Reading, marks: Iterable[Mark], last_seq: int, unsaid: Collection[int] = ()
) -> tuple[Reading, tuple[Run, ...]]:
    """The reading after `marks`, and the runs that ended in them. Lines that were read before are passed over.

    `marks` are in the order of their numbers, those of `unsaid` are no answer; `last_seq` is how far the history was
    read. Where a line that was read is unsaid since, `before` must be empty and `marks` the whole history.
    """
    failed = set(unsaid)
    running = {run.kind is ClockKind.RESOLUTION: run for run in before.runs}
    spoken, ended = before.was_spoken, []

    def end(is_resolution: bool, mark: Mark) -> None:
        run = running.pop(is_resolution, None)
        if run is not None:
            at = max(mark.at, run.started_at)
            ended.append(changed(run, ended_at=at, ended_by=mark.turn.value))

    for mark in marks:
        if mark.seq <= before.seq:
            continue
        last_seq = max(last_seq, mark.seq)
        if mark.turn is Turn.ANSWERED and mark.seq in failed:
            continue
        match mark.turn:
            case Turn.ASKED:
                kind = ClockKind.NEXT if spoken else ClockKind.FIRST
                running.setdefault(False, Run(kind=kind, seq=mark.seq, started_at=mark.at))
                running.setdefault(True, Run(kind=ClockKind.RESOLUTION, seq=mark.seq, started_at=mark.at))
                spoken = True
            case Turn.ANSWERED:
                spoken = True
                end(False, mark)
            case Turn.LEFT:
                end(False, mark)
            case Turn.CLOSED:
                end(False, mark)
                end(True, mark)
    after = Reading(
        seq=max(before.seq, last_seq),
        was_spoken=spoken,
        runs=tuple(sorted(running.values(), key=_by_kind)),
        unsaid=tuple(sorted(failed)),
    )
    return after, tuple(ended)


def _by_kind(run: Run) -> str:
    return run.kind.value


class OpenHours(Protocol):
    """The business hours of a queue."""

    def after_open_seconds(self, at: datetime, open_s: float) -> datetime | None:
        """When it has been open for so long since `at`; None when that never comes."""
        ...


def due(hours: OpenHours | None, at: datetime, open_s: float | None) -> datetime | None:
    """When `open_s` seconds of the hours are over; `hours` None: always open. None: it is never due."""
    if open_s is None:
        return None
    return at + timedelta(seconds=open_s) if hours is None else hours.after_open_seconds(at, open_s)


def with_due(run: Run, times: TextTimes, hours: OpenHours | None) -> Run:
    """The run with the moment that the rules of its queue name now."""
    return changed(run, due_at=due(hours, run.started_at, times.target_s(run.kind)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyTimer:
    """The time an agent has to answer the words they have: warned at `warn_at`, without the work at `return_at`.

    It is of one assignment (`epoch` of the item) and of the words from line `asked_seq` on: another assignment or
    other words have another timer.
    """

    tenant_id: TenantId
    interaction_id: InteractionId
    work_item_id: WorkItemId
    agent_id: UserId
    epoch: int
    asked_seq: int
    started_at: datetime
    warn_at: datetime
    return_at: datetime
    warned_at: datetime | None = None

    def is_of(self, item: WorkItem) -> bool:
        """Whether it speaks of the item as it is now."""
        return (
            item.state is WorkState.ASSIGNED
            and item.id == self.work_item_id
            and item.epoch == self.epoch
            and item.agent_id == self.agent_id
        )


def reply_timer(
    reading: Reading,
    item: WorkItem | None,
    times: TextTimes,
    hours: OpenHours | None,
    *,
    is_planned: bool,
    before: ReplyTimer | None = None,
) -> ReplyTimer | None:
    """The timer that runs now, or None: nobody has the work, the client is not waiting, a reply is on its way
    (`is_planned`), or the queue has no such rule. A warning that was given (`before`) is given once."""
    asked = asked_run(reading.runs)
    if asked is None or item is None or is_planned or times.reply_within_s is None:
        return None
    if item.state is not WorkState.ASSIGNED or item.media is Media.VOICE or item.agent_id is None:
        return None
    started_at = max(asked.started_at, item.assigned_at or asked.started_at)
    warn_at = due(hours, started_at, times.warn_after_s)
    return_at = due(hours, started_at, times.reply_within_s)
    if warn_at is None or return_at is None:
        return None
    timer = ReplyTimer(
        tenant_id=item.tenant_id,
        interaction_id=item.interaction_id,
        work_item_id=item.id,
        agent_id=item.agent_id,
        epoch=item.epoch,
        asked_seq=asked.seq,
        started_at=started_at,
        warn_at=warn_at,
        return_at=return_at,
    )
    if before is not None and changed(before, warned_at=None) == timer:
        return before
    return timer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksNow:
    """What is due in a conversation, as people see it. `response` says which response clock runs; `returns_at` is when
    the work leaves its agent unless they answer, `warned_at` when they were told so."""

    response: ClockKind | None = None
    response_due_at: datetime | None = None
    resolution_due_at: datetime | None = None
    warned_at: datetime | None = None
    returns_at: datetime | None = None


def asked_run(runs: Sequence[Run]) -> Run | None:
    """The response clock that runs, if the client waits for words."""
    return next((run for run in runs if run.kind is not ClockKind.RESOLUTION), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the store keeps of the clocks of one conversation, and what was told of it."""

    reading: Reading = field(default_factory=Reading)
    timer: ReplyTimer | None = None
