"""Operations of the supervisor's desk, of handing work to an agent, and of asking a colleague."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Done, Id
from agent_console.operations import Call, Operation, Operations
from agent_console.supervise_bodies import (
    AgentTransfer,
    AgentWish,
    AlarmPage,
    AlarmRulesBody,
    AlarmRulesPage,
    AlarmRulesView,
    Ask,
    BackToQueue,
    HandingAgent,
    HandingPage,
    Message,
    Prioritise,
    PullOut,
    Reassign,
)
from hub.desk.consult import Consults
from hub.desk.reading import Lookups
from hub.desk.supervise import Supervising
from hub.desk.transfer import Transfers
from hub.domain.access import Permission, Principal, Scope
from hub.domain.agent import AgentState
from hub.domain.alarm import AlarmRules
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import NotFound
from hub.domain.ids import AlarmId, ConsultId, InteractionId, NoticeId, QueueId, UserId
from hub.insight.floor_view import AlarmView, alarm_view
from hub.insight.floor_work import FloorWorkPage, FloorWorkStore
from hub.ports.clock import Clock
from hub.ports.supervise import AlarmStore

Cursor = Annotated[str, Meta(max_length=100)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Filter = Annotated[str, Meta(max_length=100)]

_WORK = "/api/v1/supervise/interactions/{interaction_id}"


def operations(
    *,
    supervising: Supervising,
    transfers: Transfers,
    consults: Consults,
    alarms: AlarmStore,
    work: FloorWorkStore,
    lookups: Lookups,
    clock: Clock,
) -> list[Operation]:
    """What a supervisor does, and what agents do with each other."""
    made = Operations("supervision")
    _work_operations(made, supervising, work)
    _people_operations(made, supervising)
    _alarm_operations(made, alarms, lookups, clock)
    _handing_operations(made, transfers, consults, lookups)
    return list(made)


def _work_operations(made: Operations, supervising: Supervising, work: FloorWorkStore) -> None:
    @made.op("GET", "/api/v1/floor/work", Permission.READ_WALLBOARD, "Open work on the floor")
    async def floor_work(
        call: Call,
        queue: Filter = "",
        agent: Filter = "",
        state: Filter = "",
        after: Cursor = "",
        limit: Limit = 50,
    ) -> FloorWorkPage:
        """Those who wait in the order of their lines, then what is in hand. `state`: `waiting`, `held`, or a stage."""
        return await work.floor_work(
            call.principal, queue_id=queue, agent_id=agent, state=state, after=after, limit=limit
        )

    @made.op("POST", f"{_WORK}/reassign", Permission.SUPERVISE, "Give work to a named agent", idempotent=True)
    async def reassign(call: Call, interaction_id: Id, body: Reassign) -> Done:
        """409 `agent_full`, `agent_paused` and `not_their_queue` are warnings: `override` gives it all the same."""
        await supervising.reassign(
            call.principal,
            InteractionId(interaction_id),
            UserId(body.agent_id),
            override=body.override,
            note=body.note,
        )
        return Done()

    @made.op(
        "POST", f"{_WORK}/prioritise", Permission.SUPERVISE, "Move waiting work in its line", idempotent=True
    )
    async def prioritise(call: Call, interaction_id: Id, body: Prioritise) -> Done:
        """409 `work_moved_on` when it does not wait any more."""
        await supervising.prioritise(
            call.principal,
            InteractionId(interaction_id),
            priority=body.priority,
            first=body.first,
            reason=body.reason,
        )
        return Done()

    @made.op(
        "POST",
        f"{_WORK}/pull-out",
        Permission.SUPERVISE,
        "Take waiting work out of its line",
        idempotent=True,
    )
    async def pull_out(call: Call, interaction_id: Id, body: PullOut) -> Done:
        """Into another queue, as urgent there as here; without one the engagement is closed."""
        queue_id = None if body.queue_id is None else QueueId(body.queue_id)
        await supervising.pull_out(
            call.principal, InteractionId(interaction_id), queue_id=queue_id, reason=body.reason
        )
        return Done()

    @made.op("POST", f"{_WORK}/take-over", Permission.SUPERVISE, "Take work over oneself", idempotent=True)
    async def take_over(call: Call, interaction_id: Id) -> Done:
        """Whoever had it is told; of one's own it is success."""
        await supervising.take_over(call.principal, InteractionId(interaction_id))
        return Done()

    @made.op(
        "POST", f"{_WORK}/return", Permission.SUPERVISE, "Put held work back into its line", idempotent=True
    )
    async def return_work(call: Call, interaction_id: Id, body: BackToQueue = BackToQueue()) -> Done:  # noqa: B008 - frozen
        """At its old place; it goes to somebody else first."""
        await supervising.return_to_queue(call.principal, InteractionId(interaction_id), body.reason)
        return Done()


def _people_operations(made: Operations, supervising: Supervising) -> None:
    @made.op(
        "POST", "/api/v1/supervise/agents/{agent_id}/state", Permission.SUPERVISE, "Change an agent's state"
    )
    async def set_agent_state(call: Call, agent_id: Id, body: AgentWish) -> Done:
        """The agent is told by whom. 409 `agent_away`: whose console is closed cannot be made to work."""
        await supervising.set_agent_state(call.principal, UserId(agent_id), body.state, body.reason)
        return Done()

    @made.op(
        "POST",
        "/api/v1/supervise/agents/{agent_id}/messages",
        Permission.SUPERVISE,
        "Leave a word at an agent's desk",
        status=201,
        idempotent=True,
    )
    async def message_agent(call: Call, agent_id: Id, body: Message) -> Done:
        """It stays until it is read."""
        await supervising.message(call.principal, body.text, agent_id=UserId(agent_id), queue_id=None)
        return Done()

    @made.op(
        "POST",
        "/api/v1/supervise/queues/{queue_id}/messages",
        Permission.SUPERVISE,
        "Leave a word at the desks of all who serve a queue",
        status=201,
        idempotent=True,
    )
    async def message_queue(call: Call, queue_id: Id, body: Message) -> Done:
        """Also for those who are away now."""
        await supervising.message(call.principal, body.text, agent_id=None, queue_id=QueueId(queue_id))
        return Done()

    @made.op("POST", "/api/v1/notices/{notice_id}/read", Permission.SEE_SELF, "One's own notice was read")
    async def read_notice(call: Call, notice_id: Id) -> Done:
        """It leaves the desk, in every window. Twice is success."""
        await supervising.notice_read(call.principal, NoticeId(notice_id))
        return Done()


def _alarm_operations(made: Operations, alarms: AlarmStore, lookups: Lookups, clock: Clock) -> None:
    async def reached(principal: Principal) -> dict[QueueId, str]:
        return {QueueId(q.id): q.name for q in (await lookups.queues(principal)).items}

    @made.op("GET", "/api/v1/floor/alarms", Permission.READ_WALLBOARD, "Alarms, the newest first")
    async def alarm_history(call: Call, after: Cursor = "", limit: Limit = 50) -> AlarmPage:
        """Open and ended ones, with who looked after them."""
        names = await reached(call.principal)
        found, more = await alarms.history(call.principal.tenant_id, sorted(names), after=after, limit=limit)
        return AlarmPage(items=tuple(alarm_view(a, names[a.queue_id]) for a in found), next=more)

    @made.op("POST", "/api/v1/supervise/alarms/{alarm_id}/ack", Permission.SUPERVISE, "Look after an alarm")
    async def acknowledge_alarm(call: Call, alarm_id: Id) -> AlarmView:
        """Everybody sees who does; the second one changes nothing."""
        names = await reached(call.principal)
        assert call.principal.user_id is not None
        alarm = await alarms.acknowledge(
            call.principal.tenant_id,
            frozenset(names),
            AlarmId(alarm_id),
            call.principal.user_id,
            call.principal.name,
        )
        return alarm_view(alarm, names[alarm.queue_id])

    @made.op("GET", "/api/v1/floor/alarm-rules", Permission.READ_WALLBOARD, "The thresholds of every queue")
    async def alarm_rules(call: Call) -> AlarmRulesPage:
        """Queues in reach, also those without any."""
        names = await reached(call.principal)
        rules = await alarms.rules(call.principal.tenant_id)
        tenant_id = call.principal.tenant_id
        return AlarmRulesPage(
            items=tuple(
                _rules_view(rules.get(q) or AlarmRules(tenant_id=tenant_id, queue_id=q), name)
                for q, name in names.items()
            ),
            next=None,
        )

    @made.op(
        "PUT",
        "/api/v1/supervise/queues/{queue_id}/alarm-rules",
        Permission.SUPERVISE,
        "Set a queue's thresholds",
    )
    async def set_alarm_rules(call: Call, queue_id: Id, body: AlarmRulesBody) -> AlarmRulesView:
        """409 `changed_meanwhile` when `version` is not the newest."""
        p = call.principal
        names = await reached(p)
        if (
            p.scope(Permission.SUPERVISE) is not Scope.ALL and queue_id not in p.queues
        ) or queue_id not in names:
            raise NotFound("there is no such queue")
        rules = AlarmRules(
            tenant_id=p.tenant_id,
            queue_id=QueueId(queue_id),
            waiting_over=body.waiting_over,
            oldest_over_s=body.oldest_over_s,
            level_below=body.level_below,
            nobody_available=body.nobody_available,
            version=body.version,
        )
        draft = AuditDraft(
            tenant_id=p.tenant_id,
            at=clock.now(),
            actor_id=p.user_id,
            actor=p.name,
            action=AuditAction.SET_ALARMS,
            object=queue_id,
            address=p.address,
        )
        return _rules_view(await alarms.put_rules(rules, draft), names[QueueId(queue_id)])


def _handing_operations(made: Operations, transfers: Transfers, consults: Consults, lookups: Lookups) -> None:
    @made.op("GET", "/api/v1/handing/agents", Permission.READ_AGENTS, "Who work can be handed to, or asked")
    async def handing_agents(call: Call) -> HandingPage:
        """Those who share a queue with one, the free ones first; not oneself."""
        found = [a for a in (await lookups.agents(call.principal)).items if a.id != call.principal.user_id]
        shown = [
            HandingAgent(
                id=a.id,
                name=a.name,
                state=a.state.value,
                pause_reason=a.pause_reason,
                is_there=a.state is not AgentState.OFFLINE,
                is_free=a.state not in {AgentState.OFFLINE, AgentState.PAUSED} and a.load < a.full,
                queues=a.queues,
            )
            for a in found
        ]
        order = sorted(shown, key=lambda c: (not c.is_free, not c.is_there, c.name))
        return HandingPage(items=tuple(order), next=None)

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/transfer-to-agent",
        Permission.TRANSFER,
        "Hand the work on to an agent",
        idempotent=True,
    )
    async def transfer_to_agent(call: Call, interaction_id: Id, body: AgentTransfer) -> Done:
        """They are asked at once; declined or not answered it waits in the queue. 409 when they are not free."""
        await transfers.to_agent(
            call.principal, InteractionId(interaction_id), UserId(body.agent_id), body.note
        )
        return Done()

    @made.op(
        "POST",
        "/api/v1/interactions/{interaction_id}/consults",
        Permission.TRANSFER,
        "Ask a colleague within a conversation",
        status=201,
        idempotent=True,
    )
    async def ask_colleague(call: Call, interaction_id: Id, body: Ask) -> Done:
        """They see the conversation and write notes until one of the two ends it."""
        await consults.ask(
            call.principal, InteractionId(interaction_id), UserId(body.agent_id), body.question
        )
        return Done()

    @made.op("POST", "/api/v1/consults/{consult_id}/end", Permission.WRITE_NOTE, "End a consult")
    async def end_consult(call: Call, consult_id: Id) -> Done:
        """Either of the two; twice is success."""
        await consults.end(call.principal, ConsultId(consult_id))
        return Done()

    @made.op(
        "POST", "/api/v1/consults/{consult_id}/hand-over", Permission.TRANSFER, "Make the colleague the owner"
    )
    async def hand_over(call: Call, consult_id: Id) -> Done:
        """They have it at once, without being asked again; the consult ends."""
        await consults.hand_over(call.principal, ConsultId(consult_id))
        return Done()


def _rules_view(rules: AlarmRules, queue: str) -> AlarmRulesView:
    return AlarmRulesView(
        queue_id=rules.queue_id,
        queue=queue,
        waiting_over=rules.waiting_over,
        oldest_over_s=rules.oldest_over_s,
        level_below=rules.level_below,
        nobody_available=rules.nobody_available,
        version=rules.version,
    )
