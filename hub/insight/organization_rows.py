"""The rows of exports of organizations: one a row, in words by which an import knows them again."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from hub.domain.access import Principal
from hub.domain.ids import OrganizationId
from hub.insight.exports import Cell, ExportJob

COLUMNS: Final = ("name", "domain", "phone", "tags", "note", "organization_id")
"""They are what a column of an import may say."""

_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationRow:
    """An organization as it is kept."""

    id: OrganizationId
    name: str
    domain: str
    phone: str
    tags: tuple[str, ...]
    note: str


class OrganizationSheet(Protocol):
    """Where the organizations are. All ask for `export_persons`."""

    async def count(self, principal: Principal) -> int:
        """How many there are."""
        ...

    async def page(self, principal: Principal, *, after: str, limit: int) -> Sequence[OrganizationRow]:
        """By their ids, from the one after `after`."""
        ...


class OrganizationRows:
    """ExportRows of organizations: all of them, the query is empty."""

    def __init__(self, sheet: OrganizationSheet) -> None:
        self._sheet = sheet

    async def pages(self, job: ExportJob, now: datetime) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
        """See the port. Those that were added meanwhile may be among them."""
        del now
        columns = [heading.column for heading in job.headings]
        after = ""
        while True:
            rows = await self._sheet.page(job.principal, after=after, limit=_PAGE)
            yield [[_cell(row, column) for column in columns] for row in rows]
            if len(rows) < _PAGE:
                return
            after = rows[-1].id


def _cell(row: OrganizationRow, column: str) -> str:
    match column:
        case "organization_id":
            return row.id
        case "tags":
            return ", ".join(row.tags)
        case _:
            return str(getattr(row, column))
