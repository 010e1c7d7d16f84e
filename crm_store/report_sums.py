"""Passes added up in SQL, by what a report is made of. The conditions are those of the log."""

from collections.abc import Mapping
from datetime import datetime

from crm_store.driver import Row
from crm_store.log_query import HANDLED, IN_TIME, OUTCOMES, RATED, SHORT, WAIT_US, question_of
from crm_store.store import Store
from hub.domain.access import Permission, Principal
from hub.domain.service_level import Counts, Outcome
from hub.insight.grouped import SLOT_US, GroupBy, Sums
from hub.insight.log import LogFilter

_KEYS = {
    GroupBy.QUEUE: "w.queue_id",
    GroupBy.AGENT: "COALESCE(w.agent_id, '')",
    GroupBy.CHANNEL: "w.channel",
}
_SLOT = f"w.first_queued_at / {SLOT_US}"


def _number(condition: str) -> str:
    return f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"


_ANSWERED, _ABANDONED, _CALLBACK = (
    OUTCOMES[outcome] for outcome in (Outcome.ANSWERED, Outcome.ABANDONED, Outcome.CALLBACK)
)
_HANDLE_US = (
    "(SELECT SUM(s.ended_at - s.started_at) FROM segments s"
    " WHERE s.work_item_id = w.id AND s.kind IN ('talk', 'hold', 'text', 'wrap_up'))"
)
_SUMS = ", ".join(
    (
        "COUNT(*)",
        _number(_ANSWERED),
        _number(f"{_ANSWERED} AND {IN_TIME}"),
        _number(_ABANDONED),
        _number(f"{_ABANDONED} AND {IN_TIME}"),
        _number(SHORT),
        _number(OUTCOMES[Outcome.FLOWED_OUT]),
        _number(_CALLBACK),
        _number(f"{_CALLBACK} AND {IN_TIME}"),
        _number(OUTCOMES[Outcome.STILL_WAITING]),
        f"SUM(CASE WHEN {_ANSWERED} AND {WAIT_US} > 0 THEN {WAIT_US} ELSE 0 END)",
        _number(HANDLED),
        f"SUM(CASE WHEN {HANDLED} THEN COALESCE({_HANDLE_US}, 0) ELSE 0 END)",
        _number(RATED),
        _number(f"{RATED} AND r.score >= 4"),
        f"SUM(CASE WHEN {RATED} THEN r.score ELSE 0 END)",
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
        async with self._database.snapshot() as wire:
            rows = await wire.fetch(
                f"SELECT {key}, {_SUMS} {asked.source('q', 'r')} GROUP BY 1", *asked.params
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
    )
