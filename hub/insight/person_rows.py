"""The rows of exports of clients: a client a row, in words by which an import knows them again."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import parse_qsl, urlencode

from hub.domain.access import Principal
from hub.domain.client_fields import ClientField
from hub.domain.ids import PersonId, TenantId
from hub.insight.exports import Cell, ExportForm, ExportJob

COLUMNS: Final = (
    *(
        "name",
        "phone",
        "email",
        "telegram",
        "organization",
        "organization_domain",
        "language",
        "tier",
        "tags",
    ),
    *("note", "consents", "client_id", "site_user"),
)
"""Beside `field:` and the id of a field of the house. They are what a column of an import may say."""

FIELD: Final = "field:"
_PAGE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFilter:
    """Which clients: those that answer all of it, an empty part is answered by everybody.

    `q` is what one types to find somebody: the best 50 answer it. `organization` is an id, `tag` is of whatever case.
    """

    q: str = ""
    organization: str = ""
    tag: str = ""
    language: str = ""
    tier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A client as their card has them. `addresses` are those known to be theirs, kind and normal form; `fields` are
    values by the id of the field; `consents` what they said last of each way and purpose, a line each."""

    id: PersonId
    name: str
    organization: str
    organization_domain: str
    language: str
    tier: str
    tags: tuple[str, ...]
    fields: dict[str, str]
    addresses: tuple[tuple[str, str], ...]
    note: str = ""
    consents: tuple[str, ...] = ()


class PersonSheet(Protocol):
    """Where the clients are. All ask for `export_persons`."""

    async def count(self, principal: Principal, wanted: PersonFilter) -> int:
        """How many there are."""
        ...

    async def page(
        self, principal: Principal, wanted: PersonFilter, *, after: str, limit: int
    ) -> Sequence[PersonRow]:
        """By their ids, from the one after `after`; records that are part of another are not among them."""
        ...

    async def fields(self, tenant_id: TenantId) -> Sequence[ClientField]:
        """The fields of the house, in their order."""
        ...


class PersonRows:
    """ExportRows of clients: `query` is what `words_of` makes of a filter."""

    def __init__(self, sheet: PersonSheet) -> None:
        self._sheet = sheet

    async def pages(self, job: ExportJob, now: datetime) -> AsyncGenerator[Sequence[Sequence[Cell]]]:
        """See the port. Clients who came meanwhile may be among them."""
        del now
        wanted = filter_of(job.query)
        columns = [heading.column for heading in job.headings]
        between = "\n" if job.form is ExportForm.VCARD else ", "
        after = ""
        while True:
            rows = await self._sheet.page(job.principal, wanted, after=after, limit=_PAGE)
            yield [[cell_of(row, column, between) for column in columns] for row in rows]
            if len(rows) < _PAGE:
                return
            after = rows[-1].id


def cell_of(row: PersonRow, column: str, between: str) -> str:
    """What the column says of the client; several values are parted by `between`."""
    match column:
        case "name" | "organization" | "organization_domain" | "language" | "tier" | "note":
            return str(getattr(row, column))
        case "client_id":
            return row.id
        case "consents":
            return "\n".join(row.consents)
        case "tags":
            return between.join(row.tags)
        case "site_user":
            # the site's own ids may have commas in them
            return "\n".join(value for kind, value in row.addresses if kind == "site")
        case "phone" | "email" | "telegram":
            # an extension or a SIP address is no number that an import would know
            return between.join(
                value
                for kind, value in row.addresses
                if kind == column and (kind != "phone" or value.startswith("+"))
            )
        case _:
            return row.fields.get(column.removeprefix(FIELD), "")


def words_of(wanted: PersonFilter) -> str:
    """The filter as the query of an address."""
    words = {name: getattr(wanted, name) for name in PersonFilter.__slots__}
    return urlencode({name: word for name, word in words.items() if word})


def filter_of(query: str) -> PersonFilter:
    """The filter that `words_of` made this of."""
    return PersonFilter(**dict(parse_qsl(query)))
