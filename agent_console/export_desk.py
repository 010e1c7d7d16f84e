"""What exports of every subject have in common at the API: asked for, listed, cancelled, fetched; each step audited."""

from collections.abc import Callable, Collection, Iterable
from zoneinfo import ZoneInfo

from agent_console.export_bodies import ExportHeading, ExportPage
from agent_console.operations import Call, Download
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Invalid
from hub.ids import new_id
from hub.insight.exports import (
    ROW_LIMIT,
    ExportFiles,
    ExportForm,
    ExportJob,
    ExportStore,
    ExportSubject,
    ExportView,
    Heading,
)
from hub.ports.clock import Clock


class ExportDesk:
    """The exports of one subject."""

    def __init__(
        self,
        exports: ExportStore,
        files: ExportFiles,
        clock: Clock,
        zone: ZoneInfo,
        *,
        subject: ExportSubject,
        wake: Callable[[], None],
    ) -> None:
        self._exports = exports
        self._files = files
        self._clock = clock
        self._zone = zone
        self._subject = subject
        self._wake = wake

    async def ask(
        self, call: Call, form: ExportForm, query: str, headings: tuple[Heading, ...], rows_total: int
    ) -> ExportView:
        """Queue it. Raises Invalid (`too_many_rows`, `unknown_choice`), Conflict (`too_many_exports`)."""
        if form is ExportForm.VCARD and self._subject is not ExportSubject.PERSONS:
            raise Invalid("only clients are written as cards", field="form", code="unknown_choice")
        if rows_total > ROW_LIMIT:
            raise Invalid(
                f"a file has at most {ROW_LIMIT} rows: choose a shorter period",
                field="query",
                code="too_many_rows",
            )
        job = ExportJob(
            id=new_id(),
            subject=self._subject,
            principal=call.principal,
            form=form,
            query=query,
            headings=headings,
        )
        draft = self._draft(call, job.id, "asked")
        asked = await self._exports.ask(call.principal, job, rows_total, self._clock.now(), draft)
        self._wake()
        return asked

    async def page(self, call: Call, after: str, limit: int) -> ExportPage:
        """The newest first."""
        found, following = await self._exports.exports(call.principal, after=after, limit=limit)
        return ExportPage(items=tuple(found), next=following, row_limit=ROW_LIMIT)

    async def cancel(self, call: Call, export_id: str) -> ExportView:
        """Raises NotFound, Conflict (`export_over`)."""
        draft = self._draft(call, export_id, "cancelled")
        return await self._exports.cancel(call.principal, export_id, self._clock.now(), draft)

    async def fetch(self, call: Call, export_id: str) -> Download:
        """Raises NotFound, Conflict (`export_over`)."""
        found = await self._exports.fetch(call.principal, export_id, self._draft(call, export_id, "fetched"))
        day = found.created_at.astimezone(self._zone).strftime("%Y-%m-%d-%H%M")
        return Download(
            name=f"{self._subject}-{day}.{found.form.suffix}",
            media_type=found.form.media_type,
            size_bytes=found.size_bytes,
            content=self._files.read(found.id, found.form),
        )

    def _draft(self, call: Call, export_id: str, reason: str) -> AuditDraft:
        principal = call.principal
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.EXPORT,
            object=export_id,
            reason=reason if self._subject is ExportSubject.LOG else f"{self._subject}_{reason}",
            address=principal.address,
        )


def headings_of(
    asked: Iterable[ExportHeading], known: Collection[str], usual: Iterable[str]
) -> tuple[Heading, ...]:
    """The columns asked for, else the usual ones. Raises Invalid (`unknown_choice`)."""
    headings = tuple(Heading(column=h.column, title=h.title) for h in asked) or tuple(
        Heading(column=name, title=name) for name in usual
    )
    for heading in headings:
        if heading.column not in known:
            raise Invalid(f"there is no column {heading.column}", field="headings", code="unknown_choice")
    return headings
