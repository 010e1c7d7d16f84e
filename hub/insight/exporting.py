"""The one who writes exports: takes the next, walks its rows by pages, writes, tells how far it came."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from hub.domain.errors import HubError
from hub.domain.ids import TenantId
from hub.insight.exports import (
    ROW_LIMIT,
    ExportFiles,
    ExportJob,
    ExportRows,
    ExportState,
    ExportStore,
    ExportSubject,
    SheetWriter,
)
from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

_LOOK_S = 30.0
"""Expired files are looked for this often, and what another process asked for."""


class Exporter:
    """Writes one export after the other. What it was writing when the process ended begins anew."""

    def __init__(
        self,
        store: ExportStore,
        rows: Mapping[ExportSubject, ExportRows],
        files: ExportFiles,
        clock: Clock,
        zone: ZoneInfo,
        tenant_id: TenantId,
    ) -> None:
        self._store = store
        self._rows = rows
        self._files = files
        self._clock = clock
        self._zone = zone
        self._tenant_id = tenant_id
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled."""
        begun = False
        while True:
            self._woken.clear()
            try:
                if not begun:
                    await self._store.begin_anew(self._tenant_id)
                    begun = True
                await self._expire()
                while (job := await self._store.take(self._tenant_id, self._clock.now())) is not None:
                    await self._write(job)
            except HubError as error:
                log.warning("exports_wait", code=error.stable_code)  # the store is away: looked again later
            try:
                async with asyncio.timeout(_LOOK_S):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _expire(self) -> None:
        for export_id in await self._store.expire(self._tenant_id, self._clock.now()):
            await asyncio.to_thread(self._files.remove, export_id)

    async def _write(self, job: ExportJob) -> None:
        try:
            rows, size_bytes, is_cut = await self._written(job)
        except HubError as error:
            await self._failed(job, error.stable_code)
        except OSError:
            log.exception("export_not_written", export=job.id)
            await self._failed(job, "disk")
        except Exception:  # one bad export is not to end the hub, and not to come again at each start
            log.exception("export_failed", export=job.id)
            await self._failed(job, "internal")
        else:
            done = size_bytes is not None and await self._store.end(
                job,
                ExportState.DONE,
                self._clock.now(),
                rows=rows,
                size_bytes=size_bytes,
                problem="row_limit" if is_cut else "",
            )
            if not done:
                await asyncio.to_thread(self._files.remove, job.id)

    async def _failed(self, job: ExportJob, problem: str) -> None:
        await asyncio.to_thread(self._files.remove, job.id)
        await self._store.end(
            job, ExportState.FAILED, self._clock.now(), rows=0, size_bytes=0, problem=problem
        )

    async def _written(self, job: ExportJob) -> tuple[int, int | None, bool]:
        """(rows, bytes, whether more would have matched); no bytes when it was cancelled."""
        titles = [heading.title for heading in job.headings]
        writer = await asyncio.to_thread(self._files.writer, job.id, job.form, titles, self._zone)
        try:
            rows, is_cut, is_cancelled = await self._walked(job, writer, self._clock.now())
            if is_cancelled:
                await asyncio.to_thread(writer.drop)
                return rows, None, False
            return rows, await asyncio.to_thread(writer.close), is_cut
        except BaseException:
            await asyncio.shield(asyncio.to_thread(writer.drop))
            raise

    async def _walked(self, job: ExportJob, writer: SheetWriter, now: datetime) -> tuple[int, bool, bool]:
        """(rows, whether more would have matched, whether it was cancelled meanwhile)."""
        count = 0
        async with aclosing(self._rows[job.subject].pages(job, now)) as pages:
            async for rows in pages:
                fits = rows[: ROW_LIMIT - count]
                await asyncio.to_thread(writer.add, fits)
                count += len(fits)
                if not await self._store.progress(job, count):
                    return count, False, True
                if len(fits) < len(rows):
                    return count, True, False
        return count, False, False
