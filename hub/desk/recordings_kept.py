"""How long recordings are kept: what was kept long enough is erased, and what was erased leaves the disk."""

import structlog

from hub.domain.access import system_principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict
from hub.domain.ids import QueueId, TenantId
from hub.domain.recording import Erased, due_before
from hub.ports.clock import Clock
from hub.ports.recordings import RecordingRows, RecordingVault

log = structlog.get_logger(__name__)

_AT_ONCE = 100
"""Of one rule and step: the others come with the next."""


class KeepingTime:
    """Erases by the rule of the house (`keep_days`, 0: never), and by those of queues that have their own."""

    def __init__(self, rows: RecordingRows, vault: RecordingVault, clock: Clock, *, keep_days: int) -> None:
        self._rows = rows
        self._vault = vault
        self._clock = clock
        self._keep_days = keep_days

    async def step(self) -> int:
        """Erase what is due; how many. Raises Unavailable."""
        erased = 0
        for tenant_id in await self._rows.tenants():
            own = await self._rows.queues_of_their_own(tenant_id)
            erased += await self._erased(tenant_id, self._keep_days, list(own), within=False)
            for days in sorted(set(own.values())):
                queues = [queue_id for queue_id, kept in own.items() if kept == days]
                erased += await self._erased(tenant_id, days, queues, within=True)
        await self._clear()
        return erased

    async def _erased(self, tenant_id: TenantId, days: int, queues: list[QueueId], *, within: bool) -> int:
        now = self._clock.now()
        if (before := due_before(now, days)) is None:
            return 0
        due = await self._rows.due(tenant_id, before, queues=queues, within=within, limit=_AT_ONCE)
        erased = 0
        by = system_principal(tenant_id)
        for recording in due:
            draft = AuditDraft(
                tenant_id=tenant_id,
                at=now,
                actor=by.name,
                action=AuditAction.ERASE_RECORDING,
                object=recording.id,
                reason=Erased.KEPT_LONG_ENOUGH,
            )
            try:
                await self._rows.erase(recording.erased_now(now, Erased.KEPT_LONG_ENOUGH, by.name), draft)
            except Conflict:
                continue  # a person was faster
            erased += 1
        if erased:
            log.info("recordings_erased", tenant=tenant_id, count=erased)
        return erased

    async def _clear(self) -> None:
        """Files of erased recordings: nobody can read them, and nobody needs them."""
        for recording in await self._rows.leftovers(_AT_ONCE):
            await self._vault.remove(recording)
            await self._rows.file_gone(recording.id)
