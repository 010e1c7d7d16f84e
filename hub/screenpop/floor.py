"""The live wallboard of every window that watches the floor: computed once, encoded once for each scope.

A window says `watch_floor` and gets a `floor_snapshot`; then `floor_changed` frames with only what changed, at most
two a second. These frames belong to the window, not to the numbered line: a window that comes back asks again.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from hub.domain.access import Permission, Principal, Scope, system_principal
from hub.domain.alarm import Alarm
from hub.domain.errors import HubError
from hub.domain.events import (
    AgentChanged,
    AlarmChanged,
    CallChanged,
    Event,
    QueueChanged,
    ReservationEnded,
    ReservationOffered,
    WorkStepped,
)
from hub.domain.ids import DEFAULT_TENANT, QueueId, TenantId
from hub.domain.setting_events import AlarmRulesChanged
from hub.insight.alarms import Alarms
from hub.insight.floor_view import AlarmView, FloorQueue, FloorView, PopView, alarm_view
from hub.insight.picture import Changes, Picture, Wait
from hub.insight.wallboard import day_of, pop_latency
from hub.ports.clock import Clock
from hub.ports.insight import InsightStore
from hub.ports.supervise import AlarmStore
from hub.screenpop.frames import FloorChanged, FloorSnapshot
from hub.screenpop.sessions import encode

log = structlog.get_logger(__name__)

_EVERY_S = 0.5
_REBUILT_EVERY_S = 900.0
_ESTIMATES_EVERY_S = 5.0
_AGAIN_AFTER_S = 2.0
_KEPT_S = 60.0
_ROWS_AT_A_TIME = 1_000

Watched = frozenset[QueueId] | None
"""The queues a window sees; None is the house."""


class FloorWindow(Protocol):
    """A window that watches."""

    def show(self, frame: bytes) -> None:
        """Write a frame encoded with seq 0 under the window's newest number; never waits."""
        ...


class _Scope:
    """Windows that see the same queues: one line of revisions, one encoding."""

    def __init__(self, queues: Watched) -> None:
        self.queues = queues
        self.windows: set[FloorWindow] = set()
        self.revision = 0
        self.alarms: tuple[AlarmView, ...] = ()

    def sees(self, queue_id: str) -> bool:
        """Whether a queue is in it."""
        return self.queues is None or queue_id in self.queues

    def sees_any(self, queues: Iterable[str]) -> bool:
        """Whether somebody with these queues is in it."""
        return self.queues is None or any(q in self.queues for q in queues)


class FloorFeed:
    """The floor of one tenant on this node."""

    def __init__(
        self,
        store: InsightStore,
        alarms: AlarmStore,
        clock: Clock,
        zone: ZoneInfo,
        *,
        wait: Wait,
        pop_ms: Callable[[], Iterable[float]],
        tenant_id: TenantId = DEFAULT_TENANT,
    ) -> None:
        self._store = store
        self._alarms = Alarms(alarms, tenant_id)
        self._clock = clock
        self._tenant = tenant_id
        self._zone = zone
        self._wait = wait
        self._pop_ms = pop_ms
        self._picture: Picture | None = None
        self._day = (clock.now(), clock.now())
        self._unheard: list[Event] | None = None
        self._scopes: dict[Watched, _Scope] = {}
        self._pop = PopView(p50_ms=None, p95_ms=None, p99_ms=None)
        self._built_at_s = 0.0
        self._estimated_at_s = 0.0
        self._rules_changed = False
        self._woken = asyncio.Event()

    # --- windows ---

    def watch(self, window: FloorWindow, principal: Principal) -> bool:
        """The window sees the floor from now on: all of it now, changes later. False: not with this role."""
        reach = principal.scope(Permission.READ_WALLBOARD)
        if reach is Scope.NONE or principal.tenant_id != self._tenant:
            return False
        self.unwatch(window)
        queues = None if reach is Scope.ALL else principal.queues
        scope = self._scopes.get(queues)
        if scope is None:
            scope = self._scopes[queues] = _Scope(queues)
            scope.alarms = self._alarms_of(scope)
        scope.windows.add(window)
        if self._picture is not None:
            window.show(self._snapshot(scope))
        self._woken.set()
        return True

    def unwatch(self, window: FloorWindow) -> None:
        """The window is gone, or looks elsewhere."""
        for queues, scope in list(self._scopes.items()):
            scope.windows.discard(window)
            if not scope.windows:
                del self._scopes[queues]

    # --- news ---

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler: puts what concerns the floor on the picture; the frames come by themselves."""
        for event in events:
            if event.tenant_id == self._tenant:
                if self._picture is not None:
                    self._apply(self._picture, event)
                elif self._unheard is not None:
                    self._unheard.append(event)
                elif isinstance(event, AlarmRulesChanged):
                    self._rules_changed = True
                    self._woken.set()

    def forget(self) -> None:
        """Something was missed: build the picture anew."""
        self._picture = None
        self._woken.set()

    def _apply(self, picture: Picture, event: Event) -> None:
        match event:
            case WorkStepped() | ReservationOffered() | ReservationEnded():
                picture.put_item(event.item)
            case AgentChanged():
                picture.put_agent(event.agent, self._clock.now())
            case CallChanged():
                picture.put_call(event.call)
            case QueueChanged():
                self.forget()
            case AlarmChanged():
                self._alarms.heard(event.alarm)
            case AlarmRulesChanged():
                self._rules_changed = True
                self._woken.set()
            case _:
                pass

    # --- frames ---

    async def run(self) -> None:
        """Keep the picture, look for alarms and tell the windows; until cancelled.

        Where a round takes long it comes less often: it may cost a tenth of the time. While nobody watches and
        nothing can raise an alarm there is nothing to do.
        """
        self._rules_changed = True
        while True:
            began_s = self._clock.monotonic()
            try:
                if self._rules_changed:
                    await self._alarms.load()
                    self._rules_changed = False
                if not self._scopes and not self._alarms.watched:
                    await self._idle()
                    continue
                await self._round()
            except HubError as error:
                log.warning("floor_not_read", error=str(error))
                await asyncio.sleep(_AGAIN_AFTER_S)
            took_s = self._clock.monotonic() - began_s
            await asyncio.sleep(max(_EVERY_S, 9 * took_s))

    async def _idle(self) -> None:
        """Until somebody watches; a picture nobody has looked at for a while is let go."""
        self._woken.clear()
        try:
            async with asyncio.timeout(_KEPT_S):
                await self._woken.wait()
        except TimeoutError:
            self._picture = None
            await self._woken.wait()

    async def _round(self) -> None:
        now = self._clock.now()
        is_old = self._clock.monotonic() - self._built_at_s >= _REBUILT_EVERY_S
        if self._picture is None or not self._day[0] <= now < self._day[1] or is_old:
            await self._build(now)
        picture = self._picture
        if picture is None:
            return
        if self._clock.monotonic() - self._estimated_at_s >= _ESTIMATES_EVERY_S:
            self._estimated_at_s = self._clock.monotonic()
            picture.stale_lines()
        changes = picture.refreshed(now, self._wait)
        if self._alarms.watched:
            await self._alarms.look({q: picture.standing(q, now) for q in picture.queues}, now)
        self._tell(changes, now)

    async def _build(self, now: datetime) -> None:
        """Listens before it reads: what comes meanwhile is put on the new picture, older news is ignored."""
        self._picture = None
        waiting: list[Event] = []
        self._unheard = waiting
        day = day_of(now, self._zone)
        house = system_principal(self._tenant)
        rows = await self._store.work_rows(house, None, *day)
        floor = await self._store.floor(house)
        await self._alarms.load()
        picture = Picture(floor, day[0])
        for first in range(0, len(rows), _ROWS_AT_A_TIME):
            picture.add_past(rows[first : first + _ROWS_AT_A_TIME], now)
            await asyncio.sleep(0)  # a long day does not hold up the cards
        picture.begin(floor, now)
        self._unheard = None
        self._day, self._built_at_s = day, self._clock.monotonic()
        self._picture = picture
        for event in waiting:
            self._apply(picture, event)
        if self._picture is not None:  # a queue may have changed meanwhile
            picture.refreshed(now, self._wait)
            for scope in self._scopes.values():
                scope.alarms = self._alarms_of(scope)
                self._show(scope, self._snapshot(scope))

    def _tell(self, changes: Changes, now: datetime) -> None:
        if not self._scopes:
            return
        latency = pop_latency(self._pop_ms())
        pop = PopView(p50_ms=latency.p50_ms, p95_ms=latency.p95_ms, p99_ms=latency.p99_ms)
        is_news, self._pop = pop != self._pop, pop
        for scope in self._scopes.values():
            queues = tuple(q for q in changes.queues.values() if scope.sees(q.id))
            agents = tuple(a for a in changes.agents.values() if scope.sees_any(a.queues))
            quarters = tuple(q for q in changes.quarters.values() if scope.sees(q.queue_id))
            alarms = self._alarms_of(scope)
            if not (queues or agents or quarters or is_news or alarms != scope.alarms):
                continue
            scope.revision += 1
            frame = FloorChanged(
                seq=0,
                revision=scope.revision,
                queues=queues,
                agents=agents,
                quarters=quarters,
                alarms=None if alarms == scope.alarms else alarms,
                pop=pop if is_news else None,
                at=now,
            )
            scope.alarms = alarms
            self._show(scope, encode(frame))

    def _show(self, scope: _Scope, frame: bytes) -> None:
        for window in tuple(scope.windows):
            window.show(frame)

    def _snapshot(self, scope: _Scope) -> bytes:
        picture = self._picture
        assert picture is not None
        floor = FloorView(
            queues=tuple(q for q in self._in_order() if scope.sees(q.id)),
            agents=tuple(a for a in picture.agents.values() if scope.sees_any(a.queues)),
            quarters=tuple(picture.quarters[key] for key in sorted(picture.quarters) if scope.sees(key[0])),
            alarms=scope.alarms,
            pop=self._pop,
            from_at=self._day[0],
            to_at=self._day[1],
            at=self._clock.now(),
        )
        return encode(FloorSnapshot(seq=0, revision=scope.revision, floor=floor))

    def _in_order(self) -> list[FloorQueue]:
        assert self._picture is not None
        return sorted(self._picture.queues.values(), key=lambda q: (q.name, q.id))

    def _alarms_of(self, scope: _Scope) -> tuple[AlarmView, ...]:
        found = (a for a in self._alarms.open.values() if scope.sees(a.queue_id))
        return tuple(self._alarm_view(a) for a in sorted(found, key=lambda a: (a.raised_at, a.id)))

    def _alarm_view(self, alarm: Alarm) -> AlarmView:
        row = None if self._picture is None else self._picture.queues.get(alarm.queue_id)
        return alarm_view(alarm, "" if row is None else row.name)
