"""What people see of the clocks of a conversation: columns and joins for rows of work."""

from crm_store.driver import Row
from crm_store.mapping import at
from hub.domain.clocks import ClocksNow
from hub.domain.text_times import ClockKind

NOW = "cr.kind, cr.due_at, cs.due_at, rt.warned_at, rt.return_at"
"""Columns of `clocks_now`. A response clock and a resolution clock run at most, and one reply timer."""


def running(of: str) -> str:
    """Joins to the clocks that run in the conversation of the work item `of` (the alias of its table)."""
    return (
        f" LEFT JOIN clocks cr ON cr.interaction_id = {of}.interaction_id AND cr.ended_at IS NULL"
        " AND cr.kind <> 'resolution'"
        f" LEFT JOIN clocks cs ON cs.interaction_id = {of}.interaction_id AND cs.ended_at IS NULL"
        " AND cs.kind = 'resolution'"
        f" LEFT JOIN reply_timers rt ON rt.interaction_id = {of}.interaction_id AND rt.agent_id = {of}.agent_id"
    )


def clocks_now(r: Row) -> ClocksNow | None:
    """What the columns NOW say; None when nothing is due."""
    kind, response_at, resolution_at, warned_at, returns_at = r
    if (response_at, resolution_at, returns_at) == (None, None, None):
        return None
    return ClocksNow(
        response=None if response_at is None else ClockKind(kind),
        response_due_at=at(response_at),
        resolution_due_at=at(resolution_at),
        warned_at=at(warned_at),
        returns_at=at(returns_at),
    )
