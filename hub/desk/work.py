"""What an agent does with work: accept, decline, reply, note, close, finish. Each is one unit of work."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Protocol

from hub.crashpoints import crash_at
from hub.desk.files import NamedFile, carried, require_fitting
from hub.desk.later import settle_apart, settle_before_close
from hub.desk.letters import WITHOUT_MAIL, LetterDesk, place_of
from hub.desk.mentioning import mentioned
from hub.desk.scope import require_interaction
from hub.desk.writing import keyed, readable, require_taken, written
from hub.domain.access import Permission, Principal
from hub.domain.agent import Media
from hub.domain.call import SIP, Call
from hub.domain.drafts import DraftKind
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import InteractionClosed
from hub.domain.ids import InteractionId, ReservationId, TenantId, UserId, WorkItemId
from hub.domain.interaction import Disposition, Interaction, InteractionState
from hub.domain.outcome import Outcome, answered
from hub.domain.reservation import Reservation, ReservationState
from hub.domain.texts import one_line, written_text
from hub.domain.touch import Touch
from hub.domain.work import WorkItem, WorkState
from hub.domain.written_letter import WrittenLetter
from hub.handing import end_consults, require_not_over, take_offer
from hub.ports.call_store import CallUnit, Reached
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.ports.store import UnitOfWork
from hub.ports.talk import TalkUnit
from hub.promises import Dialling, promised_call
from hub.reached import client_reached
from hub.steps import begin_wrap_up, end_offer, end_wrap_up, finish_wrap_up


class DeskUnit(CallUnit, Protocol):
    """One transaction of the desk: writing, who is asked within a conversation, and calls."""


class DeskStore(Protocol):
    """What the desk asks of the store to change things."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[DeskUnit]:
        """A unit of work."""
        ...

    async def outcome(self, tenant_id: TenantId, code: str) -> Outcome | None:
        """The outcome of that code, a retired one too."""
        ...


class Work:
    """The agent's actions. Every one checks the role, then the scope, then the state, in that order.

    `dialling` makes the call of somebody who was promised one, as soon as it is accepted; without a telephone nobody
    can, and it is work like any other.
    """

    def __init__(
        self,
        store: DeskStore,
        clock: Clock,
        limits: Mapping[str, ChannelLimits],
        *,
        dialling: Dialling | None = None,
        letters: LetterDesk = WITHOUT_MAIL,
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._dialling = dialling
        self._letters = letters

    async def accept(self, principal: Principal, reservation_id: ReservationId) -> WorkItem:
        """Take offered work. Accepting twice is success.

        Raises NotFound for somebody else's offer, Conflict `offer_over` when it ended or somebody was faster,
        Conflict `at_capacity` when accepted work already takes the room.
        """
        principal.require(Permission.ANSWER_OFFER)
        async with self._store.unit(principal.tenant_id) as unit:
            offer = await self._own_offer(unit, principal, reservation_id)
            require_not_over(offer)
            # the interaction is locked before its work, as everywhere at the desk: nobody waits in a ring
            interaction = (await unit.interactions([offer.interaction_id])).get(offer.interaction_id)
            item = (await unit.work_items([offer.work_item_id])).get(offer.work_item_id)
            if interaction is None or item is None:
                raise NotFound("there is no such offer")
            assigned, interaction = await take_offer(unit, interaction, item, offer, self._clock.now())
            call = await self._promised(unit, interaction, assigned)
        crash_at("router.after_accept_commit_before_push")
        if call is not None and self._dialling is not None:
            self._dialling.wanted(call)
        return assigned

    async def decline(self, principal: Principal, reservation_id: ReservationId, reason: str) -> None:
        """Do not take it: the work returns to its old place. Declining twice is success.

        Raises NotFound for somebody else's offer, Conflict `offer_over` when it ended otherwise.
        """
        principal.require(Permission.ANSWER_OFFER)
        async with self._store.unit(principal.tenant_id) as unit:
            offer = await self._own_offer(unit, principal, reservation_id)
            if offer.state is ReservationState.DECLINED:
                return
            now = self._clock.now()
            if not await end_offer(
                unit, offer, ReservationState.DECLINED, now, reason=one_line(reason, 200) or "declined"
            ):
                raise Conflict("this offer is over", code="offer_over")

    async def reply(
        self,
        principal: Principal,
        interaction_id: InteractionId,
        *,
        channel: str,
        text: str,
        files: Sequence[NamedFile] = (),
        letter: WrittenLetter | None = None,
        key: str | None = None,
    ) -> Touch:
        """Answer the client on `channel`. Durable and `queued` when this returns; the outbox sends it.

        The same `key` again is the same reply, whatever happened in between: it is committed with the touch.
        Raises NotFound out of scope, Conflict `interaction_closed` or as `require_taken`, Invalid for a channel the
        client is not on, a text or files that the channel does not take, a key that was used for another text, or as
        `LetterDesk.read` and `made`.
        """
        text, letter = await self._letters.read(channel, text, letter, files=bool(files))
        async with self._store.unit(principal.tenant_id) as unit:
            found, item = await self._seen(unit, interaction_id)
            interaction = require_interaction(
                principal, _reading_if_closed(principal, found, Permission.REPLY), found, item
            )
            external_id = keyed(principal, key)
            if key is not None and (before := await _said_before(unit, interaction, external_id, text)):
                return before
            principal.require(Permission.REPLY)
            interaction.require_open()
            sessions = [s for s in await unit.open_sessions(interaction.id) if s.channel == channel]
            if not sessions or channel not in self._limits:
                raise Invalid(
                    "the client cannot be reached there now", field="channel", code="no_such_channel"
                )
            attachments = await carried(unit, principal, files)
            require_fitting(self._limits[channel], text, attachments)
            await require_taken(unit, self._limits[channel], interaction, sessions[0], self._clock.now())
            place = await place_of(unit, interaction, sessions[0], principal.name)
            made = await self._letters.made(unit, place, letter, attachments)
            stored, _ = written(
                unit,
                principal,
                interaction,
                item,
                text,
                self._clock,
                session=sessions[0],
                external_id=external_id,
                attachments=attachments,
                letter=made,
            )
            await _draft_sent(unit, principal, interaction, DraftKind.REPLY)
        crash_at("desk.reply_after_commit")
        return stored

    async def note(
        self,
        principal: Principal,
        interaction_id: InteractionId,
        text: str,
        *,
        files: Sequence[NamedFile] = (),
        mentions: Sequence[UserId] = (),
        key: str | None = None,
    ) -> Touch:
        """Write a note among ourselves; no channel ever sees it. Also possible after the close.

        Whoever it `mentions` is told, and may read this interaction from then on. The same `key` again is the
        same note. Raises NotFound out of scope, Invalid for somebody or a file out of reach.
        """
        text = readable(text, files=bool(files))
        async with self._store.unit(principal.tenant_id) as unit:
            found, item = await self._seen(unit, interaction_id)
            principal.require(Permission.WRITE_NOTE)
            # whoever may read it may add to it: also the agent whose wrap-up has just ended, and who is named in it
            interaction = await _readable(unit, principal, found, item)
            external_id = keyed(principal, key)
            if key is not None and (before := await _said_before(unit, interaction, external_id, text)):
                return before
            named = await mentioned(unit, principal, mentions)
            attachments = await carried(unit, principal, files)
            note, _ = written(
                unit,
                principal,
                interaction,
                item,
                text,
                self._clock,
                external_id=external_id,
                attachments=attachments,
            )
            if named:
                await unit.add_mentions(note, named)
            await _draft_sent(unit, principal, interaction, DraftKind.NOTE)
            return note

    async def close(
        self, principal: Principal, interaction_id: InteractionId, disposition: Disposition
    ) -> Interaction:
        """Record the outcome and end the engagement; the agent wraps up as long as the queue says.

        A call that is over is in wrap-up already: the outcome is what is left of its work, and ends it.

        Raises Invalid for an outcome that the queue does not offer, a missing note, or answers that do not fit
        its form; Conflict `interaction_closed`, NotFound.
        """
        disposition = replace(disposition, note=written_text(disposition.note))
        outcome = await self._store.outcome(principal.tenant_id, disposition.code)
        if outcome is None:
            raise Invalid("there is no such outcome", field="disposition", code="no_such_disposition")
        if outcome.note_required and not disposition.note:
            raise Invalid("this outcome needs a note", field="note", code="note_required")
        for is_last in (False, True):
            is_decided = False
            try:
                async with self._store.unit(principal.tenant_id) as unit:
                    closed = await self._closed(unit, principal, interaction_id, disposition, outcome)
                    is_decided = True
            except (Invalid, Conflict):
                # decided, and not taken by the store: one of the replies that are held may be why
                if is_last or not is_decided:
                    raise
                if not await settle_apart(self._store, principal.tenant_id, interaction_id, self._clock):
                    raise
            else:
                return closed
        raise AssertionError("the loop returns or raises")

    async def complete(self, principal: Principal, item_id: WorkItemId) -> None:
        """End one's own wrap-up before its time. Completing twice is success. Raises NotFound, Conflict."""
        principal.require(Permission.ANSWER_OFFER)
        async with self._store.unit(principal.tenant_id) as unit:
            item = (await unit.work_items([item_id])).get(item_id)
            if item is None or item.agent_id is None or item.agent_id != principal.user_id:
                raise NotFound("there is no such work")
            if item.state is WorkState.COMPLETED:
                return
            if item.state is not WorkState.WRAP_UP:
                raise Conflict("close the interaction first", code="not_wrapping_up")
            await finish_wrap_up(unit, item, self._clock.now(), reason="done")

    async def _promised(self, unit: DeskUnit, interaction: Interaction, item: WorkItem) -> Call | None:
        """The call that the agent owes the client from now on, if this work is one that was promised."""
        if self._dialling is None or item.media is not Media.VOICE or item.state is not WorkState.ASSIGNED:
            return None
        return await promised_call(unit, interaction, item, self._clock.now(), node=self._dialling.node)

    async def _closed(
        self,
        unit: DeskUnit,
        principal: Principal,
        interaction_id: InteractionId,
        disposition: Disposition,
        outcome: Outcome,
    ) -> Interaction:
        interaction, item = await self._open(unit, principal, Permission.CLOSE_INTERACTION, interaction_id)
        answers = answered(outcome, interaction.queue_id, disposition.fields)
        disposition = replace(disposition, fields=answers)
        if answers:
            unit.note_answers(interaction.id, answers)
        if await unit.call_going_on(interaction.id) is not None:
            raise Conflict("the client is on the line: hang up first", code="on_the_line")
        now = self._clock.now()
        interaction = await settle_before_close(unit, interaction, item, self._clock)
        for session in await unit.open_sessions(interaction.id):
            unit.end_session(session.id, now)
        if item is not None and item.channel != SIP:
            # a call or a message may have reached nobody; calls that did have said so
            await client_reached(unit, interaction, now, Reached.WROTE, by=principal.name)
        if item is not None:
            interaction = await self._wrapped_up(unit, interaction, item)
        await end_consults(unit, interaction.id, now, "closed")
        closed = replace(
            interaction,
            state=InteractionState.CLOSED,
            closed_at=now,
            closed_by=principal.user_id,
            disposition=disposition,
            version=interaction.version + 1,
        )
        return unit.note_fact(InteractionClosed(tenant_id=closed.tenant_id, interaction=closed), closed)

    # — steps shared by the actions ————————————————————————————————————————————————————————

    async def _own_offer(
        self, unit: UnitOfWork, principal: Principal, reservation_id: ReservationId
    ) -> Reservation:
        offer = (await unit.reservations([reservation_id])).get(reservation_id)
        if offer is None or principal.user_id is None or offer.agent_id != principal.user_id:
            raise NotFound("there is no such offer")
        return offer

    async def _seen(
        self, unit: UnitOfWork, interaction_id: InteractionId
    ) -> tuple[Interaction | None, WorkItem | None]:
        found = (await unit.interactions([interaction_id])).get(interaction_id)
        return found, await unit.open_item(interaction_id)

    async def _open(
        self, unit: UnitOfWork, principal: Principal, permission: Permission, interaction_id: InteractionId
    ) -> tuple[Interaction, WorkItem | None]:
        principal.require(permission)
        found, item = await self._seen(unit, interaction_id)
        needed = _reading_if_closed(principal, found, permission)
        interaction = require_interaction(principal, needed, found, item)
        interaction.require_open()
        return interaction, item

    async def _wrapped_up(self, unit: DeskUnit, interaction: Interaction, item: WorkItem) -> Interaction:
        if item.state is WorkState.WRAP_UP:
            return await end_wrap_up(unit, interaction, item, self._clock.now(), reason="done")
        if item.state is not WorkState.ASSIGNED:
            raise Conflict("nobody has this work yet", code="not_assigned")
        _, interaction = await begin_wrap_up(unit, interaction, item, self._clock.now(), reason="closed")
        return interaction


def _reading_if_closed(
    principal: Principal, interaction: Interaction | None, permission: Permission
) -> Permission:
    # a closed one is readable to who served it, so that the answer can be "closed" and not "not there"; whoever
    # may read none (an API key that only writes) is not to learn which ones there are
    closed = interaction is not None and interaction.state is InteractionState.CLOSED
    is_reader = principal.may(Permission.READ_INTERACTION)
    return Permission.READ_INTERACTION if closed and is_reader else permission


async def _readable(
    unit: DeskUnit, principal: Principal, found: Interaction | None, item: WorkItem | None
) -> Interaction:
    try:
        return require_interaction(principal, Permission.READ_INTERACTION, found, item)
    except NotFound:
        me = principal.user_id
        if found is None or me is None:
            raise
        asked = {consult.colleague_id for consult in await unit.open_consults(found.id)}
        if me not in asked and not await unit.is_mentioned(me, found.id):
            raise
        return found


async def _draft_sent(
    unit: TalkUnit, principal: Principal, interaction: Interaction, kind: DraftKind
) -> None:
    if principal.user_id is not None:
        await unit.drop_draft(principal.user_id, interaction.id, kind)


async def _said_before(
    unit: UnitOfWork, interaction: Interaction, external_id: str, text: str
) -> Touch | None:
    before = await unit.written_before(interaction.id, external_id)
    if before is not None and before.text != text:
        raise Invalid(
            "this key was used for another text", field="Idempotency-Key", code="key_used_otherwise"
        )
    return before
