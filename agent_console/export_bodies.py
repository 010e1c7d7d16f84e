"""Bodies of exports."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Answer, Body
from hub.insight.exports import ExportForm, ExportView


class ExportHeading(Body, frozen=True, kw_only=True):
    """A column of the file, and what stands above it."""

    column: Annotated[str, Meta(min_length=1, max_length=40)]
    title: Annotated[str, Meta(min_length=1, max_length=80)]


class StartExport(Body, frozen=True, kw_only=True):
    """The rows that a query of the log's address finds, in a file of that form."""

    form: ExportForm
    query: Annotated[str, Meta(max_length=2_000)] = ""
    headings: Annotated[tuple[ExportHeading, ...], Meta(max_length=40)] = ()


Word = Annotated[str, Meta(max_length=200)]


class StartPersonExport(Body, frozen=True, kw_only=True):
    """The clients that answer all of these; an empty one is answered by everybody. `q` is answered by the best 50.

    `organization` is an id. `headings` are titles of columns of one's own; each column is there all the same.
    """

    form: ExportForm
    q: Word = ""
    organization: Word = ""
    tag: Word = ""
    language: Word = ""
    tier: Word = ""
    headings: Annotated[tuple[ExportHeading, ...], Meta(max_length=100)] = ()


class StartOrganizationExport(Body, frozen=True, kw_only=True):
    """All organizations. `headings` are titles of columns of one's own; each column is there all the same."""

    form: ExportForm
    headings: Annotated[tuple[ExportHeading, ...], Meta(max_length=20)] = ()


class ExportPage(Answer, frozen=True, kw_only=True):
    """A page, the newest first. A file has at most `row_limit` rows."""

    items: tuple[ExportView, ...]
    next: str | None
    row_limit: int
