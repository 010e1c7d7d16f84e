"""What a supervisor does on the floor: with work of the team, and with its agents. Each is one unit of work.

Every action is audited in the same transaction, and whoever it concerns finds a notice at their desk.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from hub.desk.scope import require_interaction
from hub.domain.access import Permission, Principal, Scope
from hub.domain.agent import Agent, Media, Wish, wish_from
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import InteractionClosed, NoticeRead, NoticeSent, WorkStepped
from hub.domain.ids import InteractionId, NoticeId, QueueId, UserId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.notice import Notice, NoticeKind
from hub.domain.presence import is_present
from hub.domain.texts import one_line, written_text
from hub.domain.work import PRIORITY_STEP, WAITING_STATES, WorkItem, WorkState, prioritised
from hub.handing import (
    back_in_line,
    end_consults,
    give,
    next_pass,
    one_who_holds,
    require_room,
    require_there,
)
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.supervise import SuperviseStore, SuperviseUnit
from hub.steps import change_agent

_REASON_CHARS = 200


class Supervising:
    """The supervisor's actions. Every one checks the role, then the scope, then the state, in that order."""

    def __init__(self, store: SuperviseStore, clock: Clock, *, lease_s: float) -> None:
        self._store = store
        self._clock = clock
        self._lease = timedelta(seconds=lease_s)

    async def reassign(
        self,
        principal: Principal,
        interaction_id: InteractionId,
        agent_id: UserId,
        *,
        override: bool,
        note: str,
    ) -> WorkItem:
        """Give waiting or held work to this agent. To who has it already is success.

        Raises NotFound out of scope, Conflict `agent_away`; and, unless `override`, Conflict `agent_paused`,
        `not_their_queue` and `agent_full`. A call is not moved this way (`call_stays`).
        """
        principal.require(Permission.SUPERVISE)
        async with self._store.unit(principal.tenant_id) as unit:
            interaction, item = await _work(unit, principal, interaction_id)
            agent = await self._agent(unit, principal, agent_id)
            now = self._clock.now()
            if item.state is WorkState.ASSIGNED and item.agent_id == agent.id:
                return item
            if item.media is Media.VOICE:
                raise Conflict("a call is transferred, not reassigned", code="call_stays")
            require_there(agent, now)
            weight = agent.capacity.weight(item.media)
            if not override:
                if agent.wish is Wish.PAUSED:
                    raise Conflict(f"{agent.name} is paused", code="agent_paused")
                if item.queue_id not in agent.queues:
                    raise Conflict(f"{agent.name} does not serve this queue", code="not_their_queue")
                weight = await require_room(unit, agent, item)
            given, _ = await give(
                unit, interaction, item, agent, weight=weight, now=now, reason="reassigned", by=principal.name
            )
            said = one_line(note, _REASON_CHARS)
            if item.state is WorkState.ASSIGNED and item.agent_id is not None:
                self._notify(unit, principal, item.agent_id, NoticeKind.TAKEN, item, said, detail=agent.name)
            self._notify(unit, principal, agent.id, NoticeKind.GIVEN, item, said)
            self._audit(unit, principal, AuditAction.REASSIGN, interaction.id, agent.id)
            return given

    async def prioritise(
        self, principal: Principal, interaction_id: InteractionId, *, priority: int, first: bool, reason: str
    ) -> WorkItem:
        """Set the priority of waiting work, or (`first`) put it before everybody in its line.

        One step is worth 30 s of waiting. Raises NotFound, Conflict `work_moved_on` when it does not wait.
        """
        principal.require(Permission.SUPERVISE)
        async with self._store.unit(principal.tenant_id) as unit:
            interaction, item = await _work(unit, principal, interaction_id)
            if first:
                front = await unit.front_of(item.queue_id) or item.urgent_at
                priority = item.priority + ceil((item.urgent_at - front) / PRIORITY_STEP)
                if front < item.urgent_at:
                    priority += 1
            if priority != item.priority:
                after = prioritised(item, priority)
                unit.save_item(item, after)
                unit.note_fact(
                    WorkStepped(tenant_id=item.tenant_id, item=after, reason="prioritised"), interaction
                )
                self._audit(unit, principal, AuditAction.PRIORITISE, interaction.id, reason)
                return after
            if item.state not in WAITING_STATES:
                raise Conflict("work in hand has no place in line", code="work_moved_on")
            return item

    async def pull_out(
        self, principal: Principal, interaction_id: InteractionId, *, queue_id: QueueId | None, reason: str
    ) -> Interaction:
        """Take waiting work out of its line: into another queue, where it is as urgent, or (None) to its end.

        Without a queue the engagement is closed: a client whom nobody would ever answer is not left waiting.
        Raises NotFound, Invalid for a missing reason, an unknown or a retired queue, Conflict `work_moved_on`;
        a call is not ended this way (`call_stays`).
        """
        principal.require(Permission.SUPERVISE)
        said = one_line(reason, _REASON_CHARS)
        if not said:
            raise Invalid("say why", field="reason", code="reason_required")
        async with self._store.unit(principal.tenant_id) as unit:
            interaction, item = await _work(unit, principal, interaction_id)
            if item.state not in WAITING_STATES:
                raise Conflict("somebody has this work already", code="work_moved_on")
            queue = (await unit.queues()).get(queue_id) if queue_id is not None else None
            if queue_id is not None and (queue is None or queue.id == item.queue_id or queue.rules.retired):
                raise Invalid("there is no such other queue", field="queue_id", code="no_such_queue")
            if queue is None and item.media is Media.VOICE:
                raise Conflict("a caller is on the line: hang up", code="call_stays")
            now = self._clock.now()
            waiting, interaction = await back_in_line(unit, interaction, item, now, reason="pulled_out")
            way_out = WorkState.CANCELLED if queue is None else WorkState.FLOWED_OUT
            out = waiting.stepped(way_out, now)
            unit.save_item(waiting, out)
            interaction = unit.note_fact(
                WorkStepped(tenant_id=item.tenant_id, item=out, reason="pulled_out"), interaction
            )
            self._audit(unit, principal, AuditAction.PULL_OUT, interaction.id, said)
            if queue is not None:
                await end_consults(unit, interaction.id, now, "done")
                again = await next_pass(unit, interaction, item, queue, now)
                unit.add_item(again)
                moved = replace(interaction, queue_id=queue.id)
                return unit.note_fact(
                    WorkStepped(tenant_id=item.tenant_id, item=again, reason="pulled_out"), moved
                )
            for session in await unit.open_sessions(interaction.id):
                unit.end_session(session.id, now)
            closed = replace(
                interaction,
                state=InteractionState.CLOSED,
                closed_at=now,
                closed_by=principal.user_id,
                version=interaction.version + 1,
            )
            return unit.note_fact(InteractionClosed(tenant_id=closed.tenant_id, interaction=closed), closed)

    async def take_over(self, principal: Principal, interaction_id: InteractionId) -> WorkItem:
        """Become the holder of waiting or held work, room or not. Of one's own it is success.

        Whoever serves no queue becomes somebody who can hold work: paused, so that the router asks them nothing;
        should they vanish, the work returns to its place like anybody's. Raises NotFound, Conflict.
        """
        principal.require(Permission.SUPERVISE)
        me = principal.user_id
        if me is None:
            raise NotFound("you are no person")
        async with self._store.unit(principal.tenant_id) as unit:
            interaction, item = await _work(unit, principal, interaction_id)
            if item.state is WorkState.ASSIGNED and item.agent_id == me:
                return item
            if item.media is Media.VOICE:
                raise Conflict("a call is transferred, not taken over", code="call_stays")
            now = self._clock.now()
            agent = await one_who_holds(unit, principal, me, now, self._lease)
            taken, _ = await give(
                unit,
                interaction,
                item,
                agent,
                weight=agent.capacity.weight(item.media),
                now=now,
                reason="taken_over",
                by=principal.name,
            )
            if item.state is WorkState.ASSIGNED and item.agent_id is not None:
                self._notify(unit, principal, item.agent_id, NoticeKind.TAKEN, item, "", detail=agent.name)
            self._audit(unit, principal, AuditAction.TAKE_OVER, interaction.id, item.agent_id or "")
        await self._store.renew_presence(principal.tenant_id, [me], now + self._lease, now)
        return taken

    async def return_to_queue(
        self, principal: Principal, interaction_id: InteractionId, reason: str
    ) -> WorkItem:
        """Put held work back at its old place; its agent is told by whom. Of waiting work it is success.

        Raises NotFound, Conflict (`work_moved_on`, `call_stays`).
        """
        principal.require(Permission.SUPERVISE)
        async with self._store.unit(principal.tenant_id) as unit:
            interaction, item = await _work(unit, principal, interaction_id)
            if item.state in WAITING_STATES:
                return item
            if item.media is Media.VOICE:
                raise Conflict("a call is transferred, not returned", code="call_stays")
            now, had = self._clock.now(), item.agent_id
            waiting, _ = await back_in_line(unit, interaction, item, now, reason="returned")
            if had is not None:
                said = one_line(reason, _REASON_CHARS)
                self._notify(unit, principal, had, NoticeKind.RETURNED, item, said)
            self._audit(unit, principal, AuditAction.RETURN_WORK, interaction.id, had or "")
            return waiting

    async def set_agent_state(self, principal: Principal, agent_id: UserId, state: str, reason: str) -> Agent:
        """Make an agent of the team available, paused (with a reason) or offline; the agent is told who did it.

        The same again changes nothing. Raises NotFound, Invalid, Conflict `agent_away`: whose console is closed
        cannot be made to work.
        """
        principal.require(Permission.SUPERVISE)
        wish, said = wish_from(state), one_line(reason, _REASON_CHARS)
        if wish is Wish.PAUSED and not said:
            raise Invalid("a pause needs a reason", field="reason", code="reason_required")
        async with self._store.unit(principal.tenant_id) as unit:
            agent = await self._agent(unit, principal, agent_id)
            now = self._clock.now()
            if wish is not Wish.OFFLINE and not is_present(agent, now):
                raise Conflict(f"{agent.name} is not there", code="agent_away")
            pause = said if wish is Wish.PAUSED else ""
            if (agent.wish, agent.pause_reason) == (wish, pause):
                return agent
            changed = replace(agent, wish=wish, pause_reason=pause, wish_since=now)
            if wish is Wish.AVAILABLE:
                changed = replace(changed, missed_offers=0, idle_since=now)
            changed = change_agent(unit, changed, now, reason=f"supervisor_{wish}")
            self._notify(unit, principal, agent.id, NoticeKind.STATE_CHANGED, None, said, detail=wish.value)
            self._audit(unit, principal, AuditAction.SET_AGENT_STATE, agent.id, wish.value)
            return changed

    async def message(
        self, principal: Principal, text: str, *, agent_id: UserId | None, queue_id: QueueId | None
    ) -> Sequence[Notice]:
        """Leave a short word at an agent's desk, or at those of all who serve a queue; it stays until read.

        Raises NotFound out of scope, Invalid (`empty`).
        """
        principal.require(Permission.SUPERVISE)
        said = written_text(text)
        if not said:
            raise Invalid("there is nothing in it", field="text", code="empty")
        async with self._store.unit(principal.tenant_id) as unit:
            if agent_id is not None:
                readers = [await self._agent(unit, principal, agent_id)]
            else:
                if (
                    queue_id is None
                    or not _reaches(principal, queue_id)
                    or queue_id not in await unit.queues()
                ):
                    raise NotFound("there is no such queue")
                readers = await unit.agents_of(queue_id)
            sent = [
                self._notify(unit, principal, reader.id, NoticeKind.MESSAGE, None, said) for reader in readers
            ]
            self._audit(unit, principal, AuditAction.MESSAGE, str(agent_id or queue_id), "")
            return sent

    async def notice_read(self, principal: Principal, notice_id: NoticeId) -> None:
        """One's own notice was read; it leaves the desk. Twice is success. Raises NotFound."""
        async with self._store.unit(principal.tenant_id) as unit:
            notice = await unit.notice(notice_id)
            if notice is None or principal.user_id is None or notice.user_id != principal.user_id:
                raise NotFound("there is no such notice")
            if notice.read_at is not None:
                return
            unit.mark_notice_read(notice.id, self._clock.now())
            unit.emit(NoticeRead(tenant_id=notice.tenant_id, user_id=notice.user_id, notice_id=notice.id))

    # — steps shared by the actions ————————————————————————————————————————————————————————

    async def _agent(self, unit: SuperviseUnit, principal: Principal, agent_id: UserId) -> Agent:
        agent = (await unit.agents([agent_id])).get(agent_id)
        if agent is None:
            raise NotFound("there is no such agent")
        if principal.scope(Permission.SUPERVISE) is not Scope.ALL and not agent.queues & principal.queues:
            raise NotFound("there is no such agent")
        return agent

    def _notify(
        self,
        unit: SuperviseUnit,
        principal: Principal,
        to: UserId,
        kind: NoticeKind,
        item: WorkItem | None,
        text: str,
        *,
        detail: str = "",
    ) -> Notice:
        notice = Notice(
            id=NoticeId(new_id()),
            tenant_id=principal.tenant_id,
            user_id=to,
            kind=kind,
            by_id=principal.user_id,
            by=principal.name,
            detail=detail,
            text=text,
            interaction_id=None if item is None else item.interaction_id,
            at=self._clock.now(),
        )
        unit.add_notice(notice)
        unit.emit(NoticeSent(tenant_id=notice.tenant_id, notice=notice))
        return notice

    def _audit(
        self, unit: SuperviseUnit, principal: Principal, action: AuditAction, thing: str, reason: str
    ) -> None:
        unit.audit(
            AuditDraft(
                tenant_id=principal.tenant_id,
                at=self._clock.now(),
                actor_id=principal.user_id,
                actor=principal.name,
                action=action,
                object=thing,
                reason=one_line(reason, _REASON_CHARS),
                address=principal.address,
            )
        )


def _reaches(principal: Principal, queue_id: QueueId) -> bool:
    return principal.scope(Permission.SUPERVISE) is Scope.ALL or queue_id in principal.queues


async def _work(
    unit: SuperviseUnit, principal: Principal, interaction_id: InteractionId
) -> tuple[Interaction, WorkItem]:
    """The interaction and its open pass, locked in the order of the desk. Raises NotFound, Conflict."""
    found = (await unit.interactions([interaction_id])).get(interaction_id)
    item = await unit.open_item(interaction_id)
    interaction = require_interaction(principal, Permission.SUPERVISE, found, item)
    interaction.require_open()
    if item is None:
        raise Conflict("nobody waits here and nobody works on it", code="work_moved_on")
    return interaction, item
