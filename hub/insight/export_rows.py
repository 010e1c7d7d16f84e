"""The rows of exports: of the log of interactions, and of the audit log."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from hub.domain.audit import AuditEntry, AuditFilter
from hub.insight.exports import Cell, ExportJob
from hub.insight.log import LogRow, LogStore
from hub.insight.log_words import asked_by
from hub.ports.access import AccessStore

_PAGE: Final = 500


class LogRows:
    """ExportRows of the log of interactions: `query` is that of the log's address."""

    def __init__(self, log: LogStore, zone: ZoneInfo) -> None:
        self._log = log
        self._zone = zone

    async def pages(self, job: ExportJob, now: datetime) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
        """See the port."""
        wanted, order, descending = asked_by(job.query, self._zone)
        columns = [heading.column for heading in job.headings]
        after: str | None = ""
        seen: set[str] = set()
        while after is not None:
            page = await self._log.page(
                job.principal, wanted, order=order, descending=descending, after=after, limit=_PAGE, now=now
            )
            items = page.items
            if wanted.text:  # an interaction with several such messages is found with each of them
                items = tuple(row for row in items if row.id not in seen)
                seen |= {row.id for row in items}
            yield [[cell_of(row, column) for column in columns] for row in items]
            after = page.next


class AuditRows:
    """ExportRows of the audit log: `query` is what `words_of` makes of a filter. The newest first."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    async def pages(self, job: ExportJob, now: datetime) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
        """See the port. Rows that came after `now` are not among them."""
        wanted = filter_of(job.query)
        columns = [heading.column for heading in job.headings]
        before: int | None = None
        while True:
            rows = await self._store.read_audit(job.principal, before=before, limit=_PAGE, wanted=wanted)
            names = await self._store.audited_names(
                job.principal, sorted({row.draft.object for row in rows if row.draft.object})
            )
            yield [
                [_audit_cell(row, column, names) for column in columns] for row in rows if row.draft.at <= now
            ]
            if len(rows) < _PAGE:
                return
            before = rows[-1].number


def words_of(wanted: AuditFilter) -> str:
    """The filter as the query of an address."""
    words = {
        "actor": wanted.actor,
        "action": wanted.action,
        "object": wanted.object,
        "result": wanted.result,
        "since": wanted.since.isoformat() if wanted.since else "",
        "until": wanted.until.isoformat() if wanted.until else "",
    }
    return urlencode({name: word for name, word in words.items() if word})


def filter_of(query: str) -> AuditFilter:
    """The filter that `words_of` made this of."""
    words = dict(parse_qsl(query))
    since, until = words.pop("since", None), words.pop("until", None)
    return AuditFilter(
        **words,
        since=datetime.fromisoformat(since) if since else None,
        until=datetime.fromisoformat(until) if until else None,
    )


def _audit_cell(row: AuditEntry, column: str, names: dict[str, str]) -> Cell:
    match column:
        case "number":
            return row.number
        case "object_name":
            return names.get(row.draft.object, "")
        case _:
            found: Cell = getattr(row.draft, column)
            return found


AUDIT_COLUMNS: Final = (
    "number", "at", "actor", "action", "object", "object_name", "result", "reason", "address",
)  # fmt: skip


def cell_of(row: LogRow, column: str) -> Cell:
    """What the column says of the row; texts and numbers as they are, times as instants."""
    match column:
        case "start":
            return row.first_queued_at
        case "answered":
            return row.answered_at
        case "ended":
            return row.ended_at
        case "person":
            return row.person.name
        case "queue":
            return row.queue.name
        case "agent":
            return row.agent.name if row.agent else None
        case "wait":
            return row.wait_s
        case "handle":
            return row.handle_s
        case "duration":
            return row.duration_s
        case _:
            found: Cell = getattr(row, column)
            return found


COLUMNS = frozenset(
    {
        "start", "answered", "ended", "person", "channel", "direction", "queue", "agent", "outcome", "state", "wait",
        "handle", "duration", "disposition", "score", "comment", "language", "tier", "passes", "last_text", "note",
        "id", "interaction_id",
    }
)  # fmt: skip
