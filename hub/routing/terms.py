"""What a waiting item asks of an agent at a moment, by the rules of its queue: skills that relax, an owner first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.ids import UserId
from hub.domain.queue import Queue
from hub.domain.work import WorkItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`only` is whom the item is kept for, `change_at` when any of this changes by itself."""

    skills: dict[str, int]
    only: UserId | None = None
    change_at: datetime | None = None


def changes_with_time(queue: Queue) -> bool:
    """Whether the rules of the queue ask for different things at different times."""
    return bool(queue.rules.relaxations) or queue.rules.owner_first_s > 0


def terms_of(item: WorkItem, queue: Queue, now: datetime, *, owner_is_there: bool) -> Terms:
    """The terms at `now`. The time in this queue counts; whoever was kept for an owner who left is kept no more."""
    rules = queue.rules
    waited_s = (now - item.queued_at).total_seconds()
    steps = [step.after_s for step in rules.relaxations if step.after_s > waited_s]
    only = None
    if item.preferred_agent_id is not None and owner_is_there and waited_s < rules.owner_first_s:
        only = item.preferred_agent_id
        steps.append(rules.owner_first_s)
    return Terms(
        skills=rules.relaxed(item.skills, waited_s),
        only=only,
        change_at=item.queued_at + timedelta(seconds=min(steps)) if steps else None,
    )
