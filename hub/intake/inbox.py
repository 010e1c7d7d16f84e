"""From "a touch came" to "it is durable and queued": many share a commit, none returns before its own."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

import structlog

from hub.batch_writer import BatchWriter
from hub.crashpoints import crash_at
from hub.domain.call import SIP
from hub.domain.errors import Conflict, HubError, Invalid, Unavailable
from hub.domain.events import ClientLeft, InteractionClosed, ReservationEnded, WorkStepped
from hub.domain.ids import TenantId
from hub.domain.interaction import InteractionState
from hub.domain.reservation import ReservationState
from hub.domain.touch import InboundTouch
from hub.domain.values import changed
from hub.domain.work import WAITING_STATES, WorkState
from hub.intake.identity import add_proven
from hub.intake.placing import placed
from hub.intake.threads import closed_again, continued_by, thread_of
from hub.ports.clock import Clock
from hub.ports.inbox import Received
from hub.ports.known import Known, OpenThread, StoredKey
from hub.ports.store import IntakeStore, UnitOfWork
from hub.saying import said_by_itself

log = structlog.get_logger(__name__)

_BATCH = 256
_WAITING_LIMIT = 10_000
_TRIES = 3
_DEADLINE_S = 15.0

Outcome = Received | HubError


class Inbox:
    """The one way in. `receive` may be called by any channel; one job (`run`) writes."""

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
        self._writer = BatchWriter(self._write, most=_BATCH, waiting=_WAITING_LIMIT, what="touches")

    async def receive(self, touch: InboundTouch) -> Received:
        """Returns when the touch is durable, or was already (`repeated`).

        Raises Conflict (`other_body`) when the same external id came before with another body, Unavailable
        when nothing was stored: the channel must not acknowledge, and the same touch may come again.
        """
        crash_at("intake.after_receive")
        return await self._writer.written(touch)

    async def run(self) -> None:
        """Write what waits, batch after batch, until cancelled."""
        await self._writer.run()

    async def _write(self, touches: Sequence[InboundTouch]) -> Sequence[Outcome]:
        began = self._clock.monotonic()
        outcomes: dict[int, Outcome] = {}
        # stable: order within a tenant is kept
        places = sorted(range(len(touches)), key=lambda at: touches[at].tenant_id)
        for tenant_id, some in groupby(places, key=lambda at: touches[at].tenant_id):
            group = list(some)
            stored = await self._stored(tenant_id, [touches[at] for at in group])
            outcomes |= dict(zip(group, stored, strict=True))
        in_order = [outcomes[at] for at in range(len(touches))]
        self._on_batch(touches, in_order, self._clock.monotonic() - began)
        return in_order

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
        place = (inbound.account, inbound.thread)
        place_is_new = place not in known.threads
        closing = inbound.only_kept and place_is_new
        continuing = continued_by(inbound, known, now) if place_is_new else None
        menu, asks = inbound.menu, None
        is_first = place_is_new and continuing is None
        if menu is not None and is_first:
            asks = menu.asks
        is_at_menu = asks is not None or (menu is not None and menu.waits and not place_is_new)
        thread = thread_of(
            inbound,
            known,
            unit,
            now,
            queued=inbound.queued and not inbound.only_kept and not is_at_menu,
            continuing=continuing,
        )
        touch, after = placed(inbound, thread, unit, now)
        if inbound.claims:
            add_proven(inbound, touch.person_id, unit, now)
        if menu is not None and menu.answers is not None:
            unit.settle_question(menu.answers, menu.choice, now)
        text = menu.text if menu is not None and asks is not None else inbound.acknowledgement
        if text and is_first and (asks is not None or not inbound.only_kept):
            interaction = said_by_itself(
                unit,
                after.interaction,
                after.session,
                text,
                now,
                external_id=f"ack:{touch.id}",
                question=asks,
            )
            after = changed(after, interaction=interaction)
        known.keep(after)
        if closing:
            closed_again(after, known, unit, now)
        known.stored[key] = StoredKey(
            touch_id=touch.id,
            interaction_id=touch.interaction_id,
            seq=touch.seq,
            at=now,
            body_sha256=inbound.body_sha256,
        )
        return Received(
            touch_id=touch.id,
            interaction_id=touch.interaction_id,
            seq=touch.seq,
            at=now,
            continued=continuing is not None,
        )

    async def client_left(self, tenant_id: TenantId, account: str, thread: str) -> None:
        """The client ended the conversation. Waiting work is abandoned and its offers are withdrawn; work
        that an agent has stays with the agent, who is told and closes it. Whoever is in the same interaction on
        another channel has not left: only this session ends."""
        now = self._clock.now()
        async with self._store.unit(tenant_id) as unit:
            found = await unit.open_thread(account, thread)
            before = await unit.open_item(found.interaction.id) if found is not None else None
            if found is None:
                return
            if await _is_there_too(unit, found):
                unit.end_session(found.session.id, now)
                return
            if before is None:
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


async def _is_there_too(unit: UnitOfWork, left: OpenThread) -> bool:
    """Whether the client can be written to in this interaction after they have left that thread of it."""
    others = [s for s in await unit.open_sessions(left.interaction.id) if s.id != left.session.id]
    return any(session.channel != SIP for session in others)
