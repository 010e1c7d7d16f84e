"""From "a touch came" to "it is durable and queued": many share a commit, none returns before its own."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import structlog

from hub.crashpoints import crash_at
from hub.domain.errors import Conflict, HubError, Invalid, Unavailable
from hub.domain.events import ClientLeft, InteractionClosed, ReservationEnded, WorkStepped
from hub.domain.ids import TenantId
from hub.domain.interaction import InteractionState
from hub.domain.reservation import ReservationState
from hub.domain.touch import InboundTouch
from hub.domain.work import WAITING_STATES, WorkState
from hub.intake.placing import placed
from hub.intake.threads import thread_of
from hub.ports.clock import Clock
from hub.ports.inbox import Received
from hub.ports.store import IntakeStore, Known, StoredKey, UnitOfWork

log = structlog.get_logger(__name__)

_BATCH = 256
_WAITING_LIMIT = 10_000
_TRIES = 3
_DEADLINE_S = 15.0

Outcome = Received | HubError


@dataclass(slots=True)
class _Waiting:
    touch: InboundTouch
    done: asyncio.Future[Received]


class Inbox:
    """The one way in. `receive` may be called by any channel; one job (`run`) writes.

    There is no linger timer: whatever waits when the writer is free goes into the next commit, so a lone
    touch pays nothing and a crowd shares.
    """

    def __init__(
        self,
        store: IntakeStore,
        clock: Clock,
        *,
        on_batch: Callable[[Sequence[InboundTouch], Sequence[Outcome], float], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._on_batch = on_batch
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()

    async def receive(self, touch: InboundTouch) -> Received:
        """Returns when the touch is durable, or was already (`repeated`).

        Raises Conflict (`other_body`) when the same external id came before with another body, Unavailable
        when nothing was stored: the channel must not acknowledge, and the same touch may come again.
        """
        crash_at("intake.after_receive")
        if len(self._waiting) >= _WAITING_LIMIT:
            raise Unavailable(
                "too many touches are waiting to be stored", code="overloaded", retry_after_s=2.0
            )
        waiting = _Waiting(touch, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._arrived.set()
        return await waiting.done

    async def run(self) -> None:
        """Write what waits, batch after batch, until cancelled."""
        try:
            while True:
                await self._arrived.wait()
                self._arrived.clear()
                while self._waiting:
                    size = min(len(self._waiting), _BATCH)
                    await self._write([self._waiting.popleft() for _ in range(size)])
        finally:
            for waiting in self._waiting:
                _resolve(waiting, Unavailable("the hub is stopping", code="stopping"))
            self._waiting.clear()

    async def _write(self, batch: list[_Waiting]) -> None:
        began = self._clock.monotonic()
        outcomes: list[Outcome] = []
        try:
            if len({w.touch.tenant_id for w in batch}) > 1:
                batch = sorted(
                    batch, key=lambda w: w.touch.tenant_id
                )  # stable: order within a tenant is kept
            for tenant_id, group in groupby(batch, key=lambda w: w.touch.tenant_id):
                outcomes += await self._stored(tenant_id, [w.touch for w in group])
        except BaseException:
            for waiting in batch:
                _resolve(waiting, Unavailable("the hub is stopping", code="stopping"))
            raise
        self._on_batch([w.touch for w in batch], outcomes, self._clock.monotonic() - began)
        for waiting, outcome in zip(batch, outcomes, strict=True):
            _resolve(waiting, outcome)

    async def _stored(self, tenant_id: TenantId, touches: Sequence[InboundTouch]) -> Sequence[Outcome]:
        """One outcome a touch, in order. A batch that cannot be stored whole is tried touch by touch, so that
        one bad touch never takes the others with it."""
        try:
            return await self._committed(tenant_id, touches)
        except Unavailable as error:
            return [error] * len(touches)
        except Exception as error:
            if len(touches) == 1 and isinstance(error, Invalid):
                return [error]
            if len(touches) == 1:
                log.exception("touch_not_stored", channel=touches[0].channel)
                code = "raced" if isinstance(error, Conflict) else "store_fault"
                return [Unavailable("the touch could not be stored", code=code)]
        return [outcome for touch in touches for outcome in await self._stored(tenant_id, [touch])]

    async def _committed(self, tenant_id: TenantId, touches: Sequence[InboundTouch]) -> Sequence[Outcome]:
        for attempt in range(_TRIES):
            try:
                async with asyncio.timeout(_DEADLINE_S), self._store.unit(tenant_id) as unit:
                    outcomes = await self._decided(unit, touches)
                    crash_at("intake.after_insert_before_commit")
            except Conflict as error:
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
                continue
            except TimeoutError as error:
                raise Unavailable("the store did not answer in time", code="store_unavailable") from error
            crash_at("intake.after_commit_before_ack")
            return outcomes
        raise AssertionError("the loop returns or raises")

    async def _decided(self, unit: UnitOfWork, touches: Sequence[InboundTouch]) -> Sequence[Outcome]:
        known = await unit.known(touches)
        outcomes: list[Outcome] = []
        for touch in touches:
            try:
                outcomes.append(self._placed(touch, known, unit))
            except HubError as error:
                outcomes.append(error)
        return outcomes

    def _placed(self, inbound: InboundTouch, known: Known, unit: UnitOfWork) -> Received:
        key = (inbound.account, inbound.external_id)
        if stored := known.stored.get(key):
            if stored.body_sha256 != inbound.body_sha256:
                raise Conflict("another message came under the same id", code="other_body")
            return Received(
                touch_id=stored.touch_id,
                interaction_id=stored.interaction_id,
                seq=stored.seq,
                at=stored.at,
                repeated=True,
            )
        now = self._clock.now()
        thread = thread_of(inbound, known, unit, now, queued=inbound.queued)
        touch, known.threads[inbound.account, inbound.thread] = placed(inbound, thread, unit, now)
        known.stored[key] = StoredKey(
            touch_id=touch.id,
            interaction_id=touch.interaction_id,
            seq=touch.seq,
            at=now,
            body_sha256=inbound.body_sha256,
        )
        return Received(
            touch_id=touch.id, interaction_id=touch.interaction_id, seq=touch.seq, at=now, repeated=False
        )

    async def client_left(self, tenant_id: TenantId, account: str, thread: str) -> None:
        """The client ended the conversation. Waiting work is abandoned and its offers are withdrawn; work
        that an agent has stays with the agent, who is told and closes it."""
        now = self._clock.now()
        async with self._store.unit(tenant_id) as unit:
            found = await unit.open_thread(account, thread)
            before = await unit.open_item(found.interaction.id) if found is not None else None
            if found is None or before is None:
                return
            if before.state not in WAITING_STATES:
                unit.note_fact(
                    ClientLeft(
                        tenant_id=tenant_id,
                        interaction_id=found.interaction.id,
                        person_id=found.interaction.person_id,
                        agent_id=before.agent_id,
                        at=now,
                    ),
                    found.interaction,
                )
                return
            left = before.stepped(WorkState.ABANDONED, now)
            for offer in await unit.open_reservations(before.id):
                over = offer.stepped(ReservationState.WITHDRAWN, now, reason="client_left")
                if await unit.settle(over):
                    unit.emit(ReservationEnded(tenant_id=tenant_id, reservation=over, item=left))
            unit.save_item(before, left)
            unit.end_session(found.session.id, now)
            interaction = unit.note_fact(
                WorkStepped(tenant_id=tenant_id, item=left, reason="client_left"), found.interaction
            )
            closed = replace(
                interaction,
                state=InteractionState.CLOSED,
                closed_at=now,
                version=interaction.version + 1,
            )
            unit.note_fact(InteractionClosed(tenant_id=tenant_id, interaction=closed), closed)


def _resolve(waiting: _Waiting, outcome: Outcome) -> None:
    if waiting.done.done():
        return  # the channel gave up waiting; the touch is stored all the same, and will come as repeated
    if isinstance(outcome, HubError):
        waiting.done.set_exception(outcome)
    else:
        waiting.done.set_result(outcome)
