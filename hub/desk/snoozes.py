"""Laying a conversation aside until a time or until the client writes, and its return (docs/adr/0012-snooze.md)."""

from dataclasses import replace
from datetime import datetime

import structlog

from hub.desk.scope import require_interaction
from hub.domain.access import Permission, Principal
from hub.domain.agent import Agent, Media, Wish
from hub.domain.errors import Conflict, HubError, Invalid, NotFound
from hub.domain.events import WorkStepped
from hub.domain.ids import InteractionId, TenantId, WorkItemId
from hub.domain.interaction import Interaction
from hub.domain.presence import is_present
from hub.domain.snooze import LONGEST_SNOOZE, Snooze
from hub.domain.texts import one_line
from hub.domain.work import WorkItem, WorkState, urgent_at
from hub.handing import chosen_alone, held_at_once, require_own_room
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.talk import TalkStore, TalkUnit
from hub.steps import change_agent, end_pass

log = structlog.get_logger(__name__)

_AT_ONCE = 100
_REASON_CHARS = 200


class Snoozes:
    """What agents lay aside, and the job that brings it back."""

    def __init__(self, store: TalkStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def snooze(
        self, principal: Principal, interaction_id: InteractionId, until: datetime, reason: str
    ) -> Snooze:
        """End this pass and come back at `until`, or when the client writes; laid aside already: another time.

        Raises NotFound out of scope, Conflict `not_assigned`, `interaction_closed` or `not_a_text`, Invalid for a
        time that is no time to come.
        """
        async with self._store.unit(principal.tenant_id) as unit:
            found = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            now = self._clock.now()
            before = await unit.snooze(interaction_id)
            interaction = _reached(principal, found, item, before)
            interaction.require_open()
            _require_time_to_come(now, until)
            if before is not None:
                again = replace(before, until=until, reason=one_line(reason, _REASON_CHARS))
                await unit.put_snooze(again)
                return again
            if item is None or item.state is not WorkState.ASSIGNED or item.agent_id is None:
                raise Conflict("nobody has this work", code="not_assigned")
            if item.media is Media.VOICE:
                raise Conflict("a call cannot be laid aside", code="not_a_text")
            snooze = Snooze(
                tenant_id=principal.tenant_id,
                interaction_id=interaction.id,
                work_item_id=item.id,
                agent_id=item.agent_id,
                until=until,
                reason=one_line(reason, _REASON_CHARS),
                made_at=now,
            )
            await end_pass(
                unit,
                interaction,
                item,
                WorkState.COMPLETED,
                now,
                reason="snoozed",
                from_agent_id=item.agent_id,
            )
            agent = (await unit.agents([item.agent_id])).get(item.agent_id)
            if agent is not None:
                change_agent(unit, replace(agent, idle_since=now), now, reason="work_done")
            await unit.put_snooze(snooze)
        return snooze

    async def wake(self, principal: Principal, interaction_id: InteractionId) -> WorkItem:
        """Bring it back now: into the hands of whoever laid it aside and asks for it, else into the line.

        Raises NotFound out of scope or when it is not laid aside, Conflict `interaction_closed`, `at_capacity`.
        """
        async with self._store.unit(principal.tenant_id) as unit:
            found = (await unit.interactions([interaction_id])).get(interaction_id)
            item = await unit.open_item(interaction_id)
            snooze = await unit.snooze(interaction_id)
            interaction = _reached(principal, found, item, snooze)
            interaction.require_open()
            if snooze is None or item is not None:
                raise NotFound("this conversation is not laid aside")
            waiting = await self._next_pass(unit, interaction, snooze)
            me = principal.user_id
            agent = (
                (await unit.agents([snooze.agent_id])).get(snooze.agent_id) if me == snooze.agent_id else None
            )
            if agent is None:
                return _queue(unit, interaction, waiting, "woken")
            return await self._taken(unit, interaction, waiting, agent)

    async def wake_due(self, tenant_id: TenantId) -> int:
        """Bring back what is due; how many. Each in a unit of its own."""
        moved = 0
        for seen in await self._store.due_snoozes(tenant_id, self._clock.now(), _AT_ONCE):
            try:
                async with self._store.unit(tenant_id) as unit:
                    interaction = (await unit.interactions([seen.interaction_id])).get(seen.interaction_id)
                    item = await unit.open_item(seen.interaction_id)
                    snooze = await unit.snooze(seen.interaction_id)
                    if interaction is None or item or snooze is None or snooze.until > self._clock.now():
                        continue
                    _queue(unit, interaction, await self._next_pass(unit, interaction, snooze), "snooze_over")
                    moved += 1
            except HubError as error:
                log.warning("snooze_not_ended", interaction_id=seen.interaction_id, code=error.stable_code)
        return moved

    async def _next_pass(self, unit: TalkUnit, interaction: Interaction, snooze: Snooze) -> WorkItem:
        """As urgent as a client who comes now; whoever had it is asked first."""
        before = (await unit.work_items([snooze.work_item_id]))[snooze.work_item_id]
        now = self._clock.now()
        return WorkItem(
            id=WorkItemId(new_id()),
            tenant_id=before.tenant_id,
            interaction_id=before.interaction_id,
            person_id=interaction.person_id,
            queue_id=interaction.queue_id,
            channel=before.channel,
            media=before.media,
            language=before.language,
            skills=before.skills,
            priority=before.priority,
            state=WorkState.QUEUED,
            first_queued_at=now,
            queued_at=now,
            urgent_at=urgent_at(now, before.priority),
            state_at=now,
            received_at=now,
            preferred_agent_id=snooze.agent_id,
        )

    async def _taken(
        self, unit: TalkUnit, interaction: Interaction, waiting: WorkItem, agent: Agent
    ) -> WorkItem:
        now = self._clock.now()
        weight = await require_own_room(unit, agent, waiting.media, besides=waiting.id)
        if not is_present(agent, now) or agent.wish is Wish.OFFLINE:
            return _queue(unit, interaction, waiting, "woken")
        asked = waiting.stepped(WorkState.OFFERED, now, agent_id=agent.id, weight=weight)
        taken = asked.stepped(WorkState.ASSIGNED, now, agent_id=agent.id, weight=weight)
        unit.add_item(taken)
        why = chosen_alone(agent, "last_agent", f"{agent.name} laid this aside and took it back.")
        unit.add_reservation(held_at_once(taken, agent, now, reason="taken_back", why=why))
        unit.note_fact(
            WorkStepped(tenant_id=taken.tenant_id, item=taken, reason="taken_back"),
            replace(interaction, last_agent_id=agent.id),
        )
        return taken


def _queue(unit: TalkUnit, interaction: Interaction, item: WorkItem, reason: str) -> WorkItem:
    unit.add_item(item)
    unit.note_fact(WorkStepped(tenant_id=item.tenant_id, item=item, reason=reason), interaction)
    return item


def _reached(
    principal: Principal, found: Interaction | None, item: WorkItem | None, snooze: Snooze | None
) -> Interaction:
    """Raises NotFound. Whoever laid it aside has it in reach as if they held it."""
    principal.require(Permission.REPLY)
    if found is not None and snooze is not None and principal.user_id == snooze.agent_id:
        return found
    return require_interaction(principal, Permission.REPLY, found, item)


def _require_time_to_come(now: datetime, until: datetime) -> None:
    if until <= now:
        raise Invalid("this time has passed", field="until", code="time_passed")
    if until > now + LONGEST_SNOOZE:
        raise Invalid("this is more than a year ahead", field="until", code="too_far")
