"""The question behind a filter of the log: conditions on passes, with the joins they need and no other.

Reports ask with the same conditions, so that a figure and its rows cannot differ.
"""

from dataclasses import dataclass, field
from datetime import datetime

from crm_store.instants import to_us
from hub.domain.access import Permission, Principal, Scope
from hub.domain.service_level import Outcome
from hub.domain.text_times import ClockKind
from hub.insight.log import LogFilter, LogOrder, ShortAbandons

OUTCOMES = {
    Outcome.ANSWERED: "(w.answered_at IS NOT NULL OR w.state = 'completed')",
    Outcome.ABANDONED: "(w.answered_at IS NULL AND w.state = 'abandoned')",
    Outcome.FLOWED_OUT: "(w.answered_at IS NULL AND w.state IN ('flowed_out', 'cancelled'))",
    Outcome.CALLBACK: "(w.answered_at IS NULL AND w.state = 'callback')",
    Outcome.STILL_WAITING: (
        "(w.answered_at IS NULL AND w.state IN ('queued', 'offered', 'assigned', 'wrap_up'))"
    ),
}
"""`WorkRow.outcome` in SQL, as of now."""

WAIT_US = "(COALESCE(w.answered_at, w.ended_at) - w.first_queued_at)"
DURATION_US = "(w.ended_at - w.first_queued_at)"
HANDLED = "(w.answered_at IS NOT NULL AND w.ended_at IS NOT NULL)"
IN_TIME = f"({WAIT_US} <= q.sl_threshold_s * 1000000)"
SHORT = f"({OUTCOMES[Outcome.ABANDONED]} AND {WAIT_US} < q.sl_short_abandon_s * 1000000)"

RATED = (
    "(r.score IS NOT NULL AND w.id = (SELECT o.id FROM work_items o WHERE o.interaction_id = w.interaction_id"
    " AND o.queue_id = r.queue_id AND o.agent_id = r.agent_id ORDER BY o.first_queued_at DESC, o.id DESC LIMIT 1))"
)

# by the conversation's own index: a pass has few touches. What the hub keeps back by itself is no trouble, and nobody's
_FAILED = (
    "EXISTS (SELECT 1 FROM touches f WHERE f.interaction_id = w.interaction_id AND f.tenant_id = $1"
    " AND f.direction = 'outbound' AND f.author_id IS NOT NULL AND f.delivery IN ('failed', 'uncertain'))"
)


def late(kind: ClockKind, now: str) -> str:
    """Whether that clock of the conversation was not kept in the queue of the pass; `now` is the parameter's place."""
    return (
        "(w.interaction_id, w.queue_id) IN (SELECT k.interaction_id, k.queue_id FROM clocks k WHERE k.tenant_id = $1"
        f" AND k.kind = '{kind.value}' AND k.due_at < COALESCE(k.ended_at, {now}))"
    )


KEYS = {LogOrder.START: "w.first_queued_at", LogOrder.WAIT: WAIT_US, LogOrder.DURATION: DURATION_US}

# SQLite keeps the order of a CROSS JOIN: passes first, whatever is smaller
_JOINS = {
    "q": (" CROSS JOIN queues q", "q.id = w.queue_id"),
    "i": (" CROSS JOIN interactions i", "i.id = w.interaction_id"),
    "p": (" CROSS JOIN persons p", "p.id = w.person_id"),
    # a rating is of an interaction: it belongs to the last pass in the queue and with the agent it names
    "r": (
        (
            " LEFT JOIN ratings r ON r.tenant_id = w.tenant_id AND r.interaction_id = w.interaction_id"
            " AND r.queue_id = w.queue_id AND r.agent_id = w.agent_id"
        ),
        "",
    ),
}


@dataclass(slots=True)
class Question:
    """Conditions on `work_items w` with their parameters; `$1` is the tenant."""

    params: list[object]
    conditions: list[str] = field(default_factory=lambda: ["w.tenant_id = $1"])
    joined: dict[str, None] = field(default_factory=dict)

    def mark(self, value: object) -> str:
        """The parameter's place."""
        self.params.append(value)
        return f"${len(self.params)}"

    def want(self, condition: str, *joins: str) -> None:
        """One more condition; `joins` are the tables it speaks of."""
        self.conditions.append(condition)
        self.joined |= dict.fromkeys(joins)

    def source(self, *joins: str, also: str = "") -> str:
        """`FROM … WHERE …`, with further tables if they are needed for what is selected."""
        tables = {**self.joined, **dict.fromkeys(joins)}
        told = [_JOINS[table] for table in tables]
        where = [*(on for _, on in told if on), *self.conditions, *([also] if also else [])]
        return f"FROM work_items w{''.join(table for table, _ in told)} WHERE {' AND '.join(where)}"


def reach_of(principal: Principal, permission: Permission) -> tuple[str, tuple[str, ...] | None]:
    """Whose passes: a column with its values, or no values for all. Raises Forbidden."""
    match principal.require(permission):
        case Scope.ALL:
            return "", None
        case Scope.TEAM:
            return "queue_id", tuple(sorted(principal.queues))
        case _:
            return "agent_id", (principal.user_id or "",)


def question_of(
    principal: Principal, permission: Permission, wanted: LogFilter, now: datetime, *, without: str = ""
) -> Question:
    """The conditions of `wanted`, within the principal's reach.

    `without` names a column (`queue_id`, `agent_id`) whose values the caller asks for one by one.
    """
    asked = Question([principal.tenant_id])
    column, values = reach_of(principal, permission)
    for name, chosen in (
        ("queue_id", wanted.queues),
        ("agent_id", wanted.agents),
        ("channel", wanted.channels),
        ("direction", tuple(direction.value for direction in wanted.directions)),
        ("state", tuple(state.value for state in wanted.states)),
        ("language", wanted.languages),
        ("person_id", wanted.persons),
    ):
        if name == without:
            continue
        allowed = chosen
        if name == column and values is not None:
            allowed = tuple(value for value in values if not chosen or value in chosen)
        if allowed or (name == column and values is not None):
            asked.want(f"/*+*/w.{name} = ANY({asked.mark(list(allowed))})")
    if wanted.outcomes:
        asked.want(f"({' OR '.join(OUTCOMES[outcome] for outcome in wanted.outcomes)})")
    if wanted.dispositions:
        asked.want(f"i.disposition = ANY({asked.mark(list(wanted.dispositions))})", "i")
    if wanted.tiers:
        asked.want(f"p.tier = ANY({asked.mark(list(wanted.tiers))})", "p")
    if wanted.from_at is not None:
        asked.want(f"w.first_queued_at >= {asked.mark(to_us(wanted.from_at))}")
    if wanted.to_at is not None:
        asked.want(f"w.first_queued_at < {asked.mark(to_us(wanted.to_at))}")
    _want_waits(asked, wanted, now)
    if wanted.late:
        mark = asked.mark(to_us(now))
        asked.want(f"({' OR '.join(late(kind, mark) for kind in wanted.late)})")
    if wanted.handled is not None:
        asked.want(HANDLED if wanted.handled else f"NOT {HANDLED}")
    if wanted.rated is not None:
        asked.want(RATED if wanted.rated else f"NOT {RATED}", "r")
    if wanted.failed is not None:
        asked.want(_FAILED if wanted.failed else f"NOT {_FAILED}")
    if wanted.scores:
        asked.want(f"{RATED} AND r.score = ANY({asked.mark(list(wanted.scores))})", "r")
    return asked


def _want_waits(asked: Question, wanted: LogFilter, now: datetime) -> None:
    until = ""
    if wanted.waited_from_s is not None or wanted.waited_below_s is not None:
        until = f"(COALESCE(w.answered_at, w.ended_at, {asked.mark(to_us(now))}) - w.first_queued_at)"
    if wanted.waited_from_s is not None:
        asked.want(f"{until} >= {asked.mark(round(wanted.waited_from_s * 1_000_000))}")
    if wanted.waited_below_s is not None:
        asked.want(f"{until} < {asked.mark(round(wanted.waited_below_s * 1_000_000))}")
    if wanted.in_time is not None:
        asked.want(IN_TIME if wanted.in_time else f"NOT {IN_TIME}", "q")
    if wanted.short is not ShortAbandons.WITH:
        asked.want(SHORT if wanted.short is ShortAbandons.ONLY else f"NOT COALESCE({SHORT}, FALSE)", "q")
