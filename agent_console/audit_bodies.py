"""Bodies of the audit log: its rows, and the check of its chain."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body
from agent_console.export_bodies import ExportHeading
from hub.insight.chain_check import CheckState
from hub.insight.exports import ExportForm


class AuditRow(Answer, frozen=True, kw_only=True):
    """One line of the audit log. `object_name` is empty for what has no name, or is gone."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    object_name: str
    result: str
    reason: str
    address: str


class AuditPage(Answer, frozen=True, kw_only=True):
    """A page, newest first. `chain_ok` says whether every hash from the first row on fits, as found at
    `chain_checked_at`; both are null while a long chain was not checked yet."""

    items: tuple[AuditRow, ...]
    next: str | None
    chain_ok: bool | None
    chain_checked_at: datetime | None


class AuditCheckView(Answer, frozen=True, kw_only=True):
    """A walk along the chain: `rows_done` of `rows_total` fit so far.

    `first_bad` is the number of the first row that was changed, is missing, or is one too many; `bad_row` what
    stands under that number now, null where nothing does. `problem` is one stable word when it failed.
    """

    state: CheckState
    rows_done: int
    rows_total: int
    first_bad: int | None
    bad_row: AuditRow | None
    problem: str
    asked_by: str
    started_at: datetime | None
    ended_at: datetime | None


class StartAuditExport(Body, frozen=True, kw_only=True):
    """The rows of the audit log that the filter finds, in a file of that form. Columns are `number`, `at`,
    `actor`, `action`, `object`, `object_name`, `result`, `reason`, `address`; without headings, all of them."""

    form: ExportForm
    headings: Annotated[tuple[ExportHeading, ...], Meta(max_length=20)] = ()
    actor: Annotated[str, Meta(max_length=200)] = ""
    action: Annotated[str, Meta(max_length=40)] = ""
    object: Annotated[str, Meta(max_length=100)] = ""
    result: Annotated[str, Meta(max_length=20)] = ""
    since: Annotated[datetime, Meta(tz=True)] | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
