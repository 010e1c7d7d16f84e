"""Conditions on open work, in the words of the indexes over it.

SQLite walks an index of some rows only where the index's own condition stands in the question word for word: it does
not conclude it from a shorter list of states. Left out, five who wait are looked for among the passes of all time.
"""

from hub.domain.work import OPEN_STATES, WAITING_STATES, WorkState

OPEN = "state IN ('queued', 'offered', 'assigned', 'wrap_up')"
"""As `ix_work_items_open`, `ix_work_items_held` and `uq_work_items_open_pass` say it."""


def open_in(*states: WorkState, of: str = "") -> str:
    """Open work in these states; `of` is the table's alias with its dot."""
    assert OPEN_STATES.issuperset(states)
    named = ", ".join(f"'{state.value}'" for state in states)
    return f"{of}{OPEN} AND {of}state IN ({named})"


WAITING = open_in(*sorted(WAITING_STATES))
HELD = open_in(WorkState.ASSIGNED, WorkState.WRAP_UP)
IN_LINE = open_in(WorkState.QUEUED)
