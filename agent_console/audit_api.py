"""Reading the audit log."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from agent_console.bodies import AuditPage, AuditRow
from agent_console.operations import Call, Operation, Operations
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditEntry, AuditFilter
from hub.domain.ids import TenantId
from hub.ports.access import AccessStore
from hub.ports.clock import Clock

VERIFIED_FOR_S: Final = 60.0
"""The whole chain is read again at most this often: turning pages costs a page."""


class _ChainCheck:
    """Whether the chain fits, as found not long ago."""

    def __init__(self, store: AccessStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._found: dict[TenantId, tuple[float, bool]] = {}

    async def is_whole(self, principal: Principal) -> bool:
        now = self._clock.monotonic()
        at, fits = self._found.get(principal.tenant_id, (float("-inf"), False))
        if now - at >= VERIFIED_FOR_S:
            fits = await self._store.first_bad_audit_row(principal) is None
            self._found[principal.tenant_id] = (now, fits)
        return fits


def operations(*, store: AccessStore, clock: Clock) -> list[Operation]:
    """The operations of the audit log."""
    made = Operations("audit")
    chain = _ChainCheck(store, clock)

    @made.op("GET", "/api/v1/audit", Permission.READ_AUDIT, "The audit log, newest first")
    async def list_audit(
        call: Call,
        after: Annotated[int, Meta(ge=1, description="`next` of the page before")] | None = None,
        limit: Annotated[int, Meta(ge=1, le=200)] = 50,
        actor: Annotated[str, Meta(max_length=200, description="A part of the name")] = "",
        action: Annotated[str, Meta(max_length=40)] = "",
        object_: Annotated[str, Meta(max_length=100)] = "",
        result: Annotated[str, Meta(max_length=20)] = "",
        since: Annotated[datetime, Meta(tz=True)] | None = None,
        until: Annotated[datetime, Meta(tz=True)] | None = None,
    ) -> AuditPage:
        """`chain_ok` is false as soon as any row since the first was changed, removed or put in."""
        wanted = AuditFilter(
            actor=actor.strip(), action=action, object=object_, result=result, since=since, until=until
        )
        rows = await store.read_audit(call.principal, before=after, limit=limit + 1, wanted=wanted)
        page = rows[:limit]
        names = await store.audited_names(call.principal, sorted({entry.draft.object for entry in page}))
        return AuditPage(
            items=tuple(_row(entry, names.get(entry.draft.object, "")) for entry in page),
            next=str(page[-1].number) if len(rows) > limit else None,
            chain_ok=await chain.is_whole(call.principal),
        )

    return list(made)


def _row(entry: AuditEntry, name: str) -> AuditRow:
    draft = entry.draft
    return AuditRow(
        id=entry.number,
        at=draft.at,
        actor=draft.actor,
        action=draft.action,
        object=draft.object,
        object_name=name,
        result=draft.result,
        reason=draft.reason,
        address=draft.address,
    )
