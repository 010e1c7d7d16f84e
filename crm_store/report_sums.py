"""Passes added up in SQL, by what a report is made of. The conditions are those of the log.

Each pass is first made a narrow row that knows its outcome and its times; then these are grouped. In one step both
databases would carry whole passes into the sort, and ask three times whose a rating is.
"""

from collections.abc import Mapping
from datetime import datetime

from crm_store.driver import Row
from crm_store.instants import to_us
from crm_store.log_query import HANDLED, IN_TIME, OUTCOMES, RATED, SHORT, WAIT_US, late, question_of
from crm_store.person_tags import want_tags
from crm_store.store import Store
from hub.domain.access import Permission, Principal
from hub.domain.service_level import Counts, Outcome
from hub.domain.text_times import ClockKind
from hub.insight.grouped import SLOT_US, GroupBy, Sums
from hub.insight.log import LogFilter

_KEYS = {
    GroupBy.QUEUE: "w.queue_id",
    GroupBy.AGENT: "COALESCE(w.agent_id, '')",
    GroupBy.CHANNEL: "w.channel",
}
_SLOT = f"w.first_queued_at / {SLOT_US}"

# a number says the outcome: no pass has two of them
_NUMBERS = {outcome: number for number, outcome in enumerate(OUTCOMES)}
_OUTCOME = f"CASE {' '.join(f'WHEN {OUTCOMES[outcome]} THEN {n}' for outcome, n in _NUMBERS.items())} END"
_PASS = ", ".join(
    (
        f"{_OUTCOME} AS outcome",
        f"{IN_TIME} AS in_time",
        f"{SHORT} AS short",
        f"{HANDLED} AS handled",
        f"{WAIT_US} AS wait_us",
        "w.handle_us AS handle_us",
        f"CASE WHEN {RATED} THEN r.score END AS score",
    )
)


def _number(condition: str) -> str:
    return f"COUNT(*) FILTER (WHERE {condition})"


def _is(outcome: Outcome) -> str:
    return f"outcome = {_NUMBERS[outcome]}"


_SUMS = ", ".join(
    (
        "COUNT(*)",
        _number(_is(Outcome.ANSWERED)),
        _number(f"{_is(Outcome.ANSWERED)} AND in_time"),
        _number(_is(Outcome.ABANDONED)),
        _number(f"{_is(Outcome.ABANDONED)} AND in_time"),
        _number("short"),
        _number(_is(Outcome.FLOWED_OUT)),
        _number(_is(Outcome.CALLBACK)),
        _number(f"{_is(Outcome.CALLBACK)} AND in_time"),
        _number(_is(Outcome.STILL_WAITING)),
        f"SUM(wait_us) FILTER (WHERE {_is(Outcome.ANSWERED)} AND wait_us > 0)",
        _number("handled"),
        "SUM(handle_us) FILTER (WHERE handled)",
        "COUNT(score)",
        _number("score >= 4"),
        "SUM(score)",
        *(_number(kind.value) for kind in ClockKind),
    )
)


class SqlSums:
    """SumsStore of hub/insight/grouped.py, on either database. `permission` says whose passes are in reach."""

    def __init__(self, store: Store, permission: Permission = Permission.READ_REPORTS) -> None:
        self._database = store.database
        self._permission = permission

    async def sums(
        self, principal: Principal, wanted: LogFilter, by: GroupBy, now: datetime
    ) -> Mapping[str, Sums]:
        """See the port."""
        asked = question_of(principal, self._permission, wanted, now)
        key = _KEYS.get(by, _SLOT)
        mark = asked.mark(to_us(now))
        lates = ", ".join(f"{late(kind, mark)} AS {kind.value}" for kind in ClockKind)
        async with self._database.snapshot() as wire:
            if wanted.tags:
                await want_tags(wire, asked, wanted.tags, walks=True)
            rows = await wire.fetch(
                f"WITH passes AS MATERIALIZED (SELECT {key} AS key, {_PASS}, {lates} {asked.source('q', 'r')})"
                f" SELECT key, {_SUMS} FROM passes GROUP BY key",
                *asked.params,
            )
        return {str(row[0]): _sums(row) for row in rows}


def _sums(row: Row) -> Sums:
    numbers = [int(value or 0) for value in row[1:]]
    return Sums(
        counts=Counts(
            offered=numbers[0],
            answered=numbers[1],
            answered_in_time=numbers[2],
            abandoned=numbers[3],
            abandoned_in_time=numbers[4],
            short_abandoned=numbers[5],
            flowed_out=numbers[6],
            callback=numbers[7],
            callback_in_time=numbers[8],
            still_waiting=numbers[9],
        ),
        wait_us=numbers[10],
        handled=numbers[11],
        handle_us=numbers[12],
        rated=numbers[13],
        satisfied=numbers[14],
        scores=numbers[15],
        late_first=numbers[16],
        late_next=numbers[17],
        late_resolution=numbers[18],
    )
