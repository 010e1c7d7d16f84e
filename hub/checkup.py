"""The hub's parts, tested when somebody asks: one registration a part, one test at a time of each, with a deadline."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from hub.domain.errors import Conflict, HubError, NotFound
from hub.domain.ids import TenantId
from hub.part_checks import fail
from hub.ports.clock import Clock
from hub.ports.status import ChannelState, Examined, Finding, PartStatus

log = structlog.get_logger(__name__)

WITHIN_S: Final = 12.0
"""A part that has not answered by then does not work."""

Check = Callable[[TenantId], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    check: Check
    state: Callable[[], ChannelState] | None


class Checkup:
    """PartChecks of hub/ports/status.py. What was found is kept in memory, a tenant and a part."""

    def __init__(self, clock: Clock, *, within_s: float = WITHIN_S) -> None:
        self._clock = clock
        self._within_s = within_s
        self._parts: dict[str, _Part] = {}
        self._latest: dict[tuple[TenantId, str], Examined] = {}
        self._under_way: set[tuple[TenantId, str]] = set()

    def part(self, name: str, check: Check) -> None:
        """A further part. Raises ValueError for a name that is taken."""
        self._add(name, _Part(check=check, state=None))

    def channel(self, name: str, state: Callable[[], ChannelState], check: Check) -> None:
        """A further channel: it has a state at any time, and a test. All that a new channel has to do here."""
        self._add(name, _Part(check=check, state=state))

    def channel_states(self) -> Mapping[str, ChannelState]:
        """How each channel is now."""
        return {name: part.state() for name, part in self._parts.items() if part.state is not None}

    def parts(self, tenant_id: TenantId) -> list[PartStatus]:
        """See the port."""
        return [
            PartStatus(
                part=name,
                state=None if part.state is None else part.state(),
                latest=self._latest.get((tenant_id, name)),
            )
            for name, part in self._parts.items()
        ]

    async def examine(self, part: str, tenant_id: TenantId) -> Examined:
        """See the port."""
        known = self._parts.get(part)
        if known is None:
            raise NotFound("there is no such part")
        mine = (tenant_id, part)
        if mine in self._under_way:
            raise Conflict("this part is being tested", code="check_running")
        self._under_way.add(mine)
        begun = self._clock.monotonic()
        try:
            findings = await self._found(part, known.check, tenant_id)
        finally:
            self._under_way.discard(mine)
        examined = Examined(
            part=part,
            findings=findings,
            at=self._clock.now(),
            took_ms=round((self._clock.monotonic() - begun) * 1000, 1),
        )
        self._latest[mine] = examined
        return examined

    async def _found(self, part: str, check: Check, tenant_id: TenantId) -> tuple[Finding, ...]:
        try:
            async with asyncio.timeout(self._within_s):
                return tuple(await check(tenant_id))
        except TimeoutError:
            seconds = f"{self._within_s:g}"
            return (
                fail(
                    part,
                    f"no answer within {seconds} s",
                    "see the log of the hub",
                    code="too_long",
                    values={"seconds": seconds},
                ),
            )
        except HubError as error:
            return (fail(part, str(error), "see the log of the hub", code=error.stable_code),)
        except Exception:
            log.exception("part_not_tested", part=part)
            return (fail(part, "the test itself failed", "see the log of the hub", code="test_failed"),)

    def _add(self, name: str, part: _Part) -> None:
        if name in self._parts:
            raise ValueError(f"there is a part {name} already")
        self._parts[name] = part
