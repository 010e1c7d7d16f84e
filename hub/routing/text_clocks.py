"""Keeps the clocks of conversations in writing, and takes work back from agents who do not answer it.

What is due is a column, computed from the history and the rules of the queue: whoever dies in between, the next
reading finds the same. News only says where to look; now and then everything that could have moved is looked at.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from hub.crashpoints import crash_at
from hub.domain.clock_events import ClocksChanged
from hub.domain.clocks import REPLY_OVERDUE, Kept, Reading, ReplyTimer, Run, read_on, reply_timer, with_due
from hub.domain.errors import Conflict, HubError, Unavailable
from hub.domain.events import (
    CallChanged,
    ClientLeft,
    DeliveryChanged,
    Event,
    HouseChanged,
    InteractionClosed,
    NoticeSent,
    PlannedChanged,
    QueueChanged,
    ReservationEnded,
    TouchStored,
    WorkStepped,
)
from hub.domain.ids import InteractionId, NoticeId, TenantId
from hub.domain.notice import Notice, NoticeKind
from hub.domain.reservation import ReservationState
from hub.domain.text_times import TextTimes
from hub.domain.touch import Delivery
from hub.domain.values import changed
from hub.handing import back_in_line
from hub.ids import new_id
from hub.opening import OpeningHours
from hub.ports.clock import Clock
from hub.ports.clocks import ClockInput, ClockStore, ClockUnit
from hub.routing.set_aside import SetAside

log = structlog.get_logger(__name__)

_BATCH = 64
_AT_ONCE = 100
_FAILS_WITHIN = timedelta(days=30)
"""How long after it was written a reply may yet be found to have failed, if nobody heard of it."""
_LOOK_AGAIN = timedelta(seconds=30)
"""How often everything that could have moved is looked at, whatever was heard."""


class TextClocks:
    """The clocks of one tenant. `heard` is told of every event; `step` reads on, warns and takes back.

    A conversation that cannot be read is set aside and holds up no other; `on_fault` hears of each such failure.
    """

    def __init__(
        self,
        store: ClockStore,
        clock: Clock,
        tenant_id: TenantId,
        opening: OpeningHours,
        *,
        on_fault: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._tenant = tenant_id
        self._opening = opening
        self._dirty: dict[InteractionId, None] = {}
        self._aside: SetAside[InteractionId] = SetAside(on_fault)
        self._look_at = clock.now()
        self._turn = asyncio.Lock()

    async def heard(self, events: Sequence[Event]) -> None:
        """The bus's handler."""
        for event in events:
            if event.tenant_id == self._tenant:
                self._note(event)

    def _note(self, event: Event) -> None:
        match event:
            case TouchStored(touch=touch):
                self._dirty[touch.interaction_id] = None
            case WorkStepped(item=item):
                self._dirty[item.interaction_id] = None
            case ReservationEnded(reservation=offer, item=item) if offer.state is ReservationState.ACCEPTED:
                self._dirty[item.interaction_id] = None
            case InteractionClosed(interaction=closed):
                self._dirty[closed.id] = None
            case ClientLeft():
                self._dirty[event.interaction_id] = None
            case DeliveryChanged(delivery=Delivery.FAILED):
                self._dirty[event.interaction_id] = None
            case PlannedChanged(planned=planned):
                self._dirty[planned.interaction_id] = None
            case CallChanged(call=call):
                self._dirty[call.interaction_id] = None
            case QueueChanged() | HouseChanged():
                self._look_at = self._clock.now()
            case _:
                pass

    async def step(self) -> None:
        """Read on where something happened, then warn and take back what is due."""
        async with self._turn:
            await self._read()
            most = _AT_ONCE + len(self._aside)
            due = await self._store.due_replies(self._tenant, self._clock.now(), most)
            for interaction_id in self._aside.others(due):
                try:
                    await self._settle(interaction_id)
                except HubError as error:
                    log.warning(
                        "reply_timer_not_settled", interaction_id=interaction_id, code=error.stable_code
                    )
                except Exception:
                    log.exception("reply_timer_broke", interaction_id=interaction_id)
                    self._aside.failed(interaction_id, self._clock.now())

    async def _read(self) -> None:
        now = self._clock.now()
        queues = await self._opening.refresh()
        timed = {q.id for q in queues.values() if q.rules.times.is_any}
        dirty, self._dirty = self._dirty, {}
        if not timed:
            dirty = {}
        if now >= self._look_at:
            self._look_at = now + _LOOK_AGAIN
            dirty |= dict.fromkeys(await self._store.clocks_to_read(self._tenant, timed, now - _FAILS_WITHIN))
        ids = self._aside.others(dirty)
        batches = [ids[begin : begin + _BATCH] for begin in range(0, len(ids), _BATCH)]
        batches += [[doubted] for doubted in self._aside.to_try(now)]  # alone: what failed may fail again
        for number, batch in enumerate(batches):
            try:
                await self._read_batch(batch)
            except BaseException:
                left = [one for later in batches[number:] for one in later]
                self._dirty = dict.fromkeys(left) | self._dirty  # what was not written is read again
                raise
        crash_at("clocks.after_reading")

    async def _read_batch(self, batch: Sequence[InteractionId]) -> None:
        """Read on in these, in one transaction; where that fails, each in its own, so that one fault is of one."""
        try:
            async with self._store.unit(self._tenant) as unit:
                for seen in (await unit.clock_inputs(batch)).values():
                    await self._keep(unit, seen, *self._read_on(seen))
        except (Unavailable, Conflict):
            raise  # nothing is wrong with any of them: all are read again soon
        except Exception:
            log.exception("clocks_not_read", conversations=len(batch), interaction_id=batch[0])
            if len(batch) == 1:
                self._aside.failed(batch[0], self._clock.now())
                return
            for interaction_id in batch:
                await self._read_batch([interaction_id])
        else:
            for interaction_id in batch:
                self._aside.mended(interaction_id)

    async def _settle(self, interaction_id: InteractionId) -> None:
        """Warn the agent of this conversation, or take it back from them, if that is still due."""
        async with self._store.unit(self._tenant) as unit:
            # the interaction is locked before its work and its clocks, as at the desk: an answer comes before or after
            interaction = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            seen = (await unit.clock_inputs([interaction_id])).get(interaction_id)
            if interaction is None or seen is None:
                return
            now = self._clock.now()
            kept, ended = self._read_on(seen)
            timer = kept.timer
            if timer is None or item is None or not timer.is_of(item) or now < timer.warn_at:
                await self._keep(unit, seen, kept, ended)
                return
            if now < timer.return_at:
                if timer.warned_at is None:
                    kept = replace(kept, timer=replace(timer, warned_at=now))
                await self._keep(unit, seen, kept, ended)
                return
            # whoever was silent is not the one it is kept for any more
            freed = (
                item if item.preferred_agent_id != timer.agent_id else replace(item, preferred_agent_id=None)
            )
            await back_in_line(unit, interaction, freed, now, reason=REPLY_OVERDUE)
            unit_notice = _overdue(timer, now)
            unit.add_notice(unit_notice)
            unit.emit(NoticeSent(tenant_id=self._tenant, notice=unit_notice))
            await self._keep(unit, seen, replace(kept, timer=None), ended)
            crash_at("clocks.before_return_commit")
        log.info(
            "work_returned", interaction_id=interaction_id, agent_id=timer.agent_id, reason=REPLY_OVERDUE
        )

    def _read_on(self, seen: ClockInput) -> tuple[Kept, tuple[Run, ...]]:
        """What is to be kept of the conversation now, and the runs that ended. The queues are as last read."""
        queue = self._opening.queues.get(seen.queue_id)
        times = TextTimes() if queue is None else queue.rules.times
        hours = None if queue is None else self._opening.hours(queue)
        if not times.is_any and not seen.kept.reading.runs and not seen.is_anew:
            return replace(seen.kept, timer=None), ()
        # a reply that failed never was: whoever reads the history again comes to what would be without it
        before = Reading() if seen.is_anew else seen.kept.reading
        after, ended = read_on(before, seen.marks, seen.last_seq, seen.unsaid)
        due = {(run.kind, run.seq): run.due_at for run in (*seen.kept.reading.runs, *seen.over)}
        reading = replace(after, runs=tuple(with_due(run, times, hours) for run in after.runs))
        over = tuple(
            changed(run, due_at=due[run.kind, run.seq])
            if (run.kind, run.seq) in due
            else with_due(run, times, hours)
            for run in ended
        )
        timer = reply_timer(
            reading, seen.item, times, hours, is_planned=seen.is_planned, before=seen.kept.timer
        )
        return Kept(reading=reading, timer=timer), over

    async def _keep(self, unit: ClockUnit, seen: ClockInput, kept: Kept, ended: Sequence[Run]) -> None:
        if kept == seen.kept and not ended:
            return
        await unit.put_clocks(seen, kept, ended)
        if kept.timer != seen.kept.timer or kept.reading.runs != seen.kept.reading.runs:
            unit.emit(
                ClocksChanged(
                    tenant_id=self._tenant,
                    interaction_id=seen.interaction_id,
                    queue_id=seen.queue_id,
                    work_item_id=None if seen.item is None else seen.item.id,
                )
            )


def _overdue(timer: ReplyTimer, now: datetime) -> Notice:
    return Notice(
        id=NoticeId(new_id()),
        tenant_id=timer.tenant_id,
        user_id=timer.agent_id,
        kind=NoticeKind.REPLY_OVERDUE,
        by_id=None,
        by="",
        interaction_id=timer.interaction_id,
        at=now,
    )
