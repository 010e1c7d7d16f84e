"""Whether the audit log's chain of hashes is whole: looked at in passing while it is short, and walked when asked."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

import structlog

from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, HubError
from hub.domain.ids import TenantId
from hub.ports.access import AccessStore
from hub.ports.clock import Clock

log = structlog.get_logger(__name__)

FRESH_S: Final = 60.0
"""In passing, a chain is walked at most this often: turning pages costs a page."""

SHORT_ROWS: Final = 5_000
"""A longer chain is never walked in passing."""

LONGEST_S: Final = 900.0
"""A walk that takes longer is ended: some million rows, or a store that hangs."""


class CheckState(StrEnum):
    """`running → whole | broken | cancelled | failed`; `never` before the first one of this process."""

    NEVER = "never"
    RUNNING = "running"
    WHOLE = "whole"
    BROKEN = "broken"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A walk along the chain. `first_bad` is set when it is broken, `problem` (a stable word) when it failed."""

    state: CheckState = CheckState.NEVER
    rows_done: int = 0
    rows_total: int = 0
    first_bad: int | None = None
    problem: str = ""
    asked_by: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known of a chain: None while nobody walked it to its end."""

    is_whole: bool | None = None
    at: datetime | None = None


class ChainCheck:
    """Walks one chain at a time, in a job of its own."""

    def __init__(self, store: AccessStore, clock: Clock, *, longest_s: float = LONGEST_S) -> None:
        self._store = store
        self._clock = clock
        self._longest_s = longest_s
        self._checks: dict[TenantId, Check] = {}
        self._verdicts: dict[TenantId, tuple[float, Verdict]] = {}
        self._waiting: Principal | None = None
        self._woken = asyncio.Event()
        self._is_unwanted = False

    def latest(self, principal: Principal) -> Check:
        """The walk that is under way, or the last one of this process."""
        principal.require(Permission.READ_AUDIT)
        return self._checks.get(principal.tenant_id, Check())

    async def start(self, principal: Principal) -> Check:
        """Walk the chain from its first row. Raises Conflict (`audit_check_running`) while one is walked."""
        principal.require(Permission.READ_AUDIT)
        if self._waiting is not None:
            raise Conflict("a check is under way: wait for its end, or cancel it", code="audit_check_running")
        self._waiting, self._is_unwanted = principal, False
        now = self._clock.now()
        self._checks[principal.tenant_id] = check = Check(
            state=CheckState.RUNNING, asked_by=principal.name, started_at=now
        )
        try:
            await self._store.append_audit(self._draft(principal, now))
        except BaseException:
            self._waiting = None
            self._end(principal, CheckState.FAILED, problem="store_unavailable")
            raise
        self._woken.set()
        return check

    def cancel(self, principal: Principal) -> Check:
        """End the walk soon. Raises Conflict (`audit_check_over`) when there is none."""
        check = self.latest(principal)
        if check.state is not CheckState.RUNNING:
            raise Conflict("no check is under way", code="audit_check_over")
        self._is_unwanted = True
        return check

    async def in_passing(self, principal: Principal) -> Verdict:
        """What is known, found out anew when that is long ago and the chain short."""
        at, verdict = self._verdicts.get(principal.tenant_id, (float("-inf"), Verdict()))
        if self._clock.monotonic() - at < FRESH_S or self._waiting is not None:
            return verdict
        async with aclosing(self._store.verify_audit(principal)) as walk:
            async for progress in walk:
                if progress.total > SHORT_ROWS:
                    return verdict
        return self._judged(principal.tenant_id, is_whole=progress.first_bad is None)

    async def run(self) -> None:
        """Walk what is asked for, until cancelled."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            if (principal := self._waiting) is None:
                continue
            try:
                await self._walked(principal)
            except TimeoutError:
                self._end(principal, CheckState.FAILED, problem="too_long")
            except HubError as error:
                log.warning("audit_check_failed", code=error.stable_code)
                self._end(principal, CheckState.FAILED, problem=error.stable_code)
            except Exception:  # a row that nothing can read is not to end the hub
                log.exception("audit_check_failed")
                self._end(principal, CheckState.FAILED, problem="internal")
            finally:
                self._waiting = None

    async def _walked(self, principal: Principal) -> None:
        tenant_id = principal.tenant_id
        async with asyncio.timeout(self._longest_s), aclosing(self._store.verify_audit(principal)) as walk:
            async for progress in walk:
                self._checks[tenant_id] = replace(
                    self._checks[tenant_id],
                    rows_done=progress.done,
                    rows_total=progress.total,
                    first_bad=progress.first_bad,
                )
                if progress.first_bad is not None:
                    break
                if self._is_unwanted:
                    self._end(principal, CheckState.CANCELLED)
                    return
        is_whole = self._checks[tenant_id].first_bad is None
        self._judged(tenant_id, is_whole=is_whole)
        self._end(principal, CheckState.WHOLE if is_whole else CheckState.BROKEN)

    def _end(self, principal: Principal, state: CheckState, *, problem: str = "") -> None:
        self._checks[principal.tenant_id] = replace(
            self._checks[principal.tenant_id], state=state, problem=problem, ended_at=self._clock.now()
        )

    def _judged(self, tenant_id: TenantId, *, is_whole: bool) -> Verdict:
        verdict = Verdict(is_whole=is_whole, at=self._clock.now())
        self._verdicts[tenant_id] = (self._clock.monotonic(), verdict)
        return verdict

    @staticmethod
    def _draft(principal: Principal, at: datetime) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=at,
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.VERIFY_AUDIT,
            address=principal.address,
        )
