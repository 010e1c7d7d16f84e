"""Replies that are not sent at once: held so that they can be undone, or sent at a chosen time."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from hub.crashpoints import crash_at
from hub.desk.files import NamedFile, carried, require_fitting
from hub.desk.letters import WITHOUT_MAIL, LetterDesk, place_of
from hub.desk.scope import require_interaction
from hub.desk.writing import closed_for, keyed, readable, require_taken, written
from hub.domain.access import Permission, Principal
from hub.domain.drafts import DraftKind
from hub.domain.errors import Conflict, Forbidden, HubError, Invalid, NotFound, Refused
from hub.domain.ids import InteractionId, PlannedId, TenantId
from hub.domain.interaction import Interaction, Session
from hub.domain.planned import FURTHEST, LONGEST_HOLD, MOST_WAITING, PlannedReply, PlannedState
from hub.domain.touch import Attachment
from hub.domain.work import WorkItem
from hub.domain.written_letter import PlannedLetter, WrittenLetter
from hub.ids import new_id
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.ports.talk import TalkStore, TalkUnit

log = structlog.get_logger(__name__)

_AT_ONCE = 100
_FIRST_WAIT = timedelta(seconds=1)
_LONGEST_WAIT = timedelta(seconds=60)
_FOR_GOOD = (Invalid, Forbidden, NotFound, Refused)


class TalkUnits(Protocol):
    """Units of work of the conversation."""

    def unit(self, tenant_id: TenantId) -> AbstractAsyncContextManager[TalkUnit]:
        """A unit of work. Raises Unavailable when the store cannot commit now, Conflict (`raced`)."""
        ...


class Later:
    """What staff plan, and the job that sends it when its time has come. Each action is one unit of work."""

    def __init__(
        self,
        store: TalkStore,
        clock: Clock,
        limits: Mapping[str, ChannelLimits],
        *,
        letters: LetterDesk = WITHOUT_MAIL,
    ) -> None:
        self._store = store
        self._clock = clock
        self._limits = limits
        self._letters = letters
        # plans that could not be sent just now, by id and version: until when they rest, and for how long
        self._resting: dict[tuple[PlannedId, int], tuple[datetime, timedelta]] = {}

    async def plan(
        self,
        principal: Principal,
        interaction_id: InteractionId,
        *,
        channel: str,
        text: str,
        files: Sequence[NamedFile],
        hold_s: float | None,
        send_at: datetime | None,
        unless_client_writes: bool,
        key: str | None,
        letter: WrittenLetter | None = None,
    ) -> PlannedReply:
        """Durable when this returns; sent after `hold_s` seconds, or at `send_at`. The draft goes with it.

        The same `key` again is the same plan, whatever became of it. Raises NotFound out of scope, Conflict
        `interaction_closed`, `too_many_planned` or as `require_taken`, Invalid for what no channel would take or a
        time that is no time to come, and as `LetterDesk.read` and `made`.
        """
        text, letter = await self._letters.read(channel, text, letter, files=bool(files))
        async with self._store.unit(principal.tenant_id) as unit:
            interaction = await self._open(unit, principal, interaction_id)
            external_id = keyed(principal, key)
            if key is not None and (before := await unit.planned_as(external_id)) is not None:
                return before
            now = self._clock.now()
            session = await self._session(unit, interaction, channel)
            attachments = await carried(unit, principal, files)
            require_fitting(self._limits[channel], text, attachments)
            await require_taken(unit, self._limits[channel], interaction, session, now)
            if len(await unit.planned_for(interaction.id)) >= MOST_WAITING:
                raise Conflict("so many replies wait here already", code="too_many_planned")
            assert principal.user_id is not None
            planned_letter = await self._letter(
                unit, interaction, session, principal.name, letter, attachments
            )
            plan = PlannedReply(
                id=PlannedId(new_id()),
                tenant_id=principal.tenant_id,
                interaction_id=interaction.id,
                author_id=principal.user_id,
                author=principal.name,
                external_id=external_id,
                channel=channel,
                text=text,
                attachments=attachments,
                send_at=_due(now, hold_s, send_at),
                made_at=now,
                after_seq=interaction.last_seq,
                held=send_at is None,
                unless_client_writes=unless_client_writes and send_at is not None,
                letter=planned_letter,
            )
            await unit.put_planned(plan)
            await unit.drop_draft(principal.user_id, interaction.id, DraftKind.REPLY)
        crash_at("desk.plan_after_commit")
        return plan

    async def change(
        self,
        principal: Principal,
        interaction_id: InteractionId,
        planned_id: PlannedId,
        *,
        version: int,
        send_at: datetime | None,
        text: str | None,
        unless_client_writes: bool | None,
        letter: WrittenLetter | None = None,
    ) -> PlannedReply:
        """Another time, another text, another letter, another rule. What came meanwhile counts as seen.

        Raises NotFound, Conflict `changed_meanwhile`, `already_sent` or `already_cancelled`, Invalid.
        """
        async with self._store.unit(principal.tenant_id) as unit:
            interaction = await self._open(unit, principal, interaction_id)
            plan = await self._found(unit, interaction, planned_id)
            plan.require_waiting()
            if plan.version != version:
                raise Conflict("this reply was changed meanwhile", code="changed_meanwhile")
            now = self._clock.now()
            words, planned_letter = plan.text, plan.letter
            session = await self._session(unit, interaction, plan.channel)
            if letter is not None:
                said = text if text is not None else "" if letter.html else plan.text
                words, letter = await self._letters.read(
                    plan.channel, said, letter, files=bool(plan.attachments)
                )
                planned_letter = await self._letter(
                    unit, interaction, session, plan.author, letter, plan.attachments
                )
            elif text is not None:
                words = readable(text, files=bool(plan.attachments))
                if plan.letter is not None and plan.letter.made.html:
                    raise Invalid(
                        "this letter has formatting: change that", field="letter", code="letter_required"
                    )
            require_fitting(self._limits[plan.channel], words, plan.attachments)
            changed = replace(
                plan,
                text=words,
                send_at=plan.send_at if send_at is None else _due(now, None, send_at),
                held=plan.held and send_at is None,
                unless_client_writes=(
                    plan.unless_client_writes if unless_client_writes is None else unless_client_writes
                ),
                after_seq=interaction.last_seq,
                state=PlannedState.WAITING,
                reason="",
                version=plan.version + 1,
                letter=planned_letter,
            )
            await unit.put_planned(changed)
        return changed

    async def cancel(
        self, principal: Principal, interaction_id: InteractionId, planned_id: PlannedId
    ) -> PlannedReply:
        """Do not send it; as it was, with its text and files. Cancelling twice is a Conflict `already_cancelled`.

        Raises NotFound, Conflict `already_sent`.
        """
        async with self._store.unit(principal.tenant_id) as unit:
            interaction = await self._seen(unit, principal, interaction_id)
            plan = await self._found(unit, interaction, planned_id)
            plan.require_waiting()
            await unit.put_planned(plan.stepped(PlannedState.CANCELLED, reason="undone"))
        return plan

    # — the job ————————————————————————————————————————————————————————————————————————————

    async def send_due(self, tenant_id: TenantId) -> int:
        """Send what is due, and end what the client has made pointless; how many. Each in a unit of its own.

        What is refused for good fails with its reason; what cannot be sent now rests for 1 s, then for twice as long
        each time, up to a minute.
        """
        moved = 0
        now = self._clock.now()
        due = await self._store.due_plans(tenant_id, now, _AT_ONCE)
        self._resting = {key: self._resting[key] for p in due if (key := (p.id, p.version)) in self._resting}
        for seen in due:
            if (rest := self._resting.get((seen.id, seen.version))) is not None and now < rest[0]:
                continue
            try:
                async with self._store.unit(tenant_id) as unit:
                    if (there := await _waiting(unit, seen)) is None:
                        continue
                    await self._settle(unit, *there)
                    moved += 1
                crash_at("desk.plan_sent_after_commit")
            except _FOR_GOOD as error:
                moved += await self._fail(seen, error.stable_code)
            except HubError as error:
                self._rest(seen, error)
        return moved

    async def _fail(self, seen: PlannedReply, reason: str) -> int:
        try:
            return int(await _failed(self._store, seen, reason))
        except HubError as error:
            self._rest(seen, error)
            return 0

    def _rest(self, seen: PlannedReply, error: HubError) -> None:
        key = (seen.id, seen.version)
        _, before = self._resting.get(key, (None, _FIRST_WAIT / 2))
        wait = min(before * 2, _LONGEST_WAIT)
        self._resting[key] = (self._clock.now() + wait, wait)
        log.warning("planned_reply_not_settled", planned_id=seen.id, code=error.stable_code)

    async def _settle(
        self, unit: TalkUnit, interaction: Interaction, item: WorkItem | None, plan: PlannedReply
    ) -> None:
        now = self._clock.now()
        if plan.unless_client_writes and await unit.client_wrote_after(plan.interaction_id, plan.after_seq):
            await unit.put_planned(plan.stepped(PlannedState.CANCELLED, reason="client_wrote"))
            return
        if plan.send_at > now:
            return
        limits = self._limits.get(plan.channel)
        if closed := await closed_for(unit, limits, interaction, plan.channel, now):
            await unit.put_planned(plan.stepped(PlannedState.FAILED, reason=closed))
        else:
            await send_planned(unit, interaction, item, plan, self._clock)

    # — steps ——————————————————————————————————————————————————————————————————————————————

    async def _seen(self, unit: TalkUnit, principal: Principal, interaction_id: InteractionId) -> Interaction:
        principal.require(Permission.REPLY)
        found = (await unit.interactions([interaction_id])).get(interaction_id)
        item = await unit.open_item(interaction_id)
        try:
            return require_interaction(principal, Permission.REPLY, found, item)
        except NotFound:
            # whoever laid it aside, or wraps up, still answers for what they planned there
            if found is not None and principal.user_id and found.last_agent_id == principal.user_id:
                return found
            raise

    async def _open(self, unit: TalkUnit, principal: Principal, interaction_id: InteractionId) -> Interaction:
        interaction = await self._seen(unit, principal, interaction_id)
        interaction.require_open()
        return interaction

    async def _found(self, unit: TalkUnit, interaction: Interaction, planned_id: PlannedId) -> PlannedReply:
        plan = await unit.planned(planned_id)
        if plan is None or plan.interaction_id != interaction.id:
            raise NotFound("there is no such reply")
        return plan

    async def _session(self, unit: TalkUnit, interaction: Interaction, channel: str) -> Session:
        sessions = [s for s in await unit.open_sessions(interaction.id) if s.channel == channel]
        if channel not in self._limits or not sessions:
            raise Invalid("the client cannot be reached there now", field="channel", code="no_such_channel")
        return sessions[0]

    async def _letter(
        self,
        unit: TalkUnit,
        interaction: Interaction,
        session: Session,
        writer: str,
        letter: WrittenLetter | None,
        files: Sequence[Attachment],
    ) -> PlannedLetter | None:
        place = await place_of(unit, interaction, session, writer)
        made = await self._letters.made(unit, place, letter, files)
        return None if made is None else PlannedLetter(written=letter, made=made)


async def send_planned(
    unit: TalkUnit, interaction: Interaction, item: WorkItem | None, plan: PlannedReply, clock: Clock
) -> Interaction:
    """The plan becomes a touch that waits to be sent, or fails; the interaction with the number it took. What was said
    under its key already is not said again."""
    sessions = [s for s in await unit.open_sessions(interaction.id) if s.channel == plan.channel]
    if not sessions:
        await unit.put_planned(plan.stepped(PlannedState.FAILED, reason="no_such_channel"))
        return interaction
    before = await unit.written_before(interaction.id, plan.external_id)
    if before is not None and before.account == sessions[0].account:
        is_same = before.text == plan.text
        await unit.put_planned(
            plan.stepped(PlannedState.SENT, touch_id=before.id)
            if is_same
            else plan.stepped(PlannedState.FAILED, reason="key_used_otherwise")
        )
        return interaction
    author = Principal(tenant_id=plan.tenant_id, user_id=plan.author_id, name=plan.author)
    touch, numbered = written(
        unit,
        author,
        interaction,
        item,
        plan.text,
        clock,
        session=sessions[0],
        external_id=plan.external_id,
        attachments=plan.attachments,
        letter=None if plan.letter is None else replace(plan.letter.made, thread=sessions[0].thread),
    )
    await unit.put_planned(plan.stepped(PlannedState.SENT, touch_id=touch.id))
    return numbered


async def settle_before_close(
    unit: TalkUnit, interaction: Interaction, item: WorkItem | None, clock: Clock
) -> Interaction:
    """Who closes has nothing more to undo: what is held is sent now, what was planned for later is cancelled. One that
    is refused fails, for whoever wrote it to look at, and hinders nobody who closes."""
    for plan in await unit.planned_for(interaction.id):
        if not plan.held:
            await unit.put_planned(plan.stepped(PlannedState.CANCELLED, reason="closed"))
            continue
        try:
            interaction = await send_planned(unit, interaction, item, plan, clock)
        except _FOR_GOOD as error:
            log.warning("planned_reply_refused", planned_id=plan.id, code=error.stable_code)
            await unit.put_planned(plan.stepped(PlannedState.FAILED, reason=error.stable_code))
    return interaction


async def settle_apart(
    store: TalkUnits, tenant_id: TenantId, interaction_id: InteractionId, clock: Clock
) -> int:
    """Send what is held in this conversation, each in a unit of its own, where the store did not take all together;
    how many there were. The one that it does not take by itself either fails. Raises Unavailable."""
    async with store.unit(tenant_id) as unit:
        held = [plan for plan in await unit.planned_for(interaction_id) if plan.held]
    for seen in held:
        for is_last in (False, True):
            try:
                async with store.unit(tenant_id) as unit:
                    if (there := await _waiting(unit, seen)) is not None:
                        await send_planned(unit, *there, clock)
                break
            except (*_FOR_GOOD, Conflict) as error:
                if is_last or error.stable_code != "raced":
                    await _failed(store, seen, error.stable_code)
                    break
    return len(held)


async def _waiting(
    unit: TalkUnit, seen: PlannedReply
) -> tuple[Interaction, WorkItem | None, PlannedReply] | None:
    """Where the plan is to be sent; None when there is nothing to be sent any more. The interaction's room first, as
    everywhere."""
    found = (await unit.interactions([seen.interaction_id])).get(seen.interaction_id)
    item = await unit.open_item(seen.interaction_id)
    plan = await unit.planned(seen.id)
    if found is None or plan is None or plan.state is not PlannedState.WAITING:
        return None
    return found, item, plan


async def _failed(store: TalkUnits, seen: PlannedReply, reason: str) -> bool:
    """The plan fails as it was seen, for whoever wrote it to look at; False when it is another by now."""
    log.warning("planned_reply_refused", planned_id=seen.id, code=reason)
    async with store.unit(seen.tenant_id) as unit:
        there = await _waiting(unit, seen)
        if there is None or there[2].version != seen.version:
            return False
        await unit.put_planned(there[2].stepped(PlannedState.FAILED, reason=reason))
    return True


def _due(now: datetime, hold_s: float | None, send_at: datetime | None) -> datetime:
    if send_at is None:
        return now + min(timedelta(seconds=hold_s or 0.0), LONGEST_HOLD)
    if send_at <= now:
        raise Invalid("this time has passed", field="send_at", code="time_passed")
    if send_at > now + FURTHEST:
        raise Invalid("this is more than a year ahead", field="send_at", code="too_far")
    return send_at
