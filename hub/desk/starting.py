"""Beginning a conversation with a client: by which ways it can be done now, and doing it in one unit of work."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.crashpoints import crash_at
from hub.desk.files import require_fitting
from hub.desk.writing import keyed, readable
from hub.domain.access import Permission, Principal
from hub.domain.agent import FULL, Agent, Media, Wish
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.events import InteractionOpened, WorkStepped
from hub.domain.ids import (
    InteractionId,
    PersonId,
    PlannedId,
    QueueId,
    ReservationId,
    SessionId,
    UserId,
    WorkItemId,
)
from hub.domain.interaction import Interaction, InteractionState, Session
from hub.domain.person import TIER_PRIORITY, IdentityKind
from hub.domain.planned import LONGEST_HOLD, PlannedReply
from hub.domain.presence import is_present
from hub.domain.queue import Queue
from hub.domain.reach import Client, Judged, UnderWay, Way, WayClosed, judged, waits
from hub.domain.reservation import Reservation, ReservationState, Why
from hub.domain.work import WorkItem, begun
from hub.handing import give, one_who_holds
from hub.ids import new_id
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.ports.starting import StartStore, StartUnit, Ways

_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What was begun. `continued`: the conversation was open already, and the text went into it."""

    interaction: Interaction
    plan: PlannedReply
    continued: bool


class Starting:
    """Whoever serves a queue may begin. `ways` has one entry for each kind of channel that can."""

    def __init__(
        self,
        store: StartStore,
        clock: Clock,
        ways: Mapping[IdentityKind, Ways],
        limits: Mapping[str, ChannelLimits],
        *,
        lease_s: float,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ways = ways
        self._limits = limits
        self._lease = timedelta(seconds=lease_s)

    async def ways(self, principal: Principal, person_id: PersonId) -> list[Judged]:
        """Every kind of channel: the ways there are, closed ones with their reason. Raises NotFound, Forbidden."""
        principal.require(Permission.START_INTERACTION)
        client = await self._store.client(principal, person_id)
        found = await self._found(principal, client)
        there = await self._store.under_way(principal.tenant_id, [(w.account, w.thread) for w in found])
        return [
            judged(
                way, client.refused, there.get((way.account, way.thread)), principal.user_id, principal.queues
            )
            for way in found
        ]

    async def start(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        queue_id: QueueId,
        channel: str,
        address: str,
        text: str,
        hold_s: float,
        key: str | None,
    ) -> Started:
        """Write to the client first. The work is the principal's at once; the text goes out after `hold_s`.

        Where that conversation is open already, the text goes into it, in the queue it has. The same `key` again
        is the same beginning. Raises NotFound for a client out of reach, Invalid for a text, a queue or a way
        that is none, Conflict with the code of `WayClosed`, `be_there_first` or `at_capacity`.
        """
        principal.require(Permission.START_INTERACTION)
        me = principal.user_id
        if me is None:
            raise NotFound("you are no person")
        text = readable(text)
        for attempt in range(_TRIES):
            client = await self._store.client(principal, person_id)
            found = await self._found(principal, client)
            way = next((w for w in found if (w.channel, w.address) == (channel, address)), None)
            try:
                async with self._store.unit(principal.tenant_id) as unit:
                    started = await self._started(
                        unit, principal, me, client, way, queue_id, text, hold_s, key
                    )
            except Conflict as error:
                # the client wrote, or another request of ours began it, at the same moment: look again
                if error.stable_code != "raced" or attempt == _TRIES - 1:
                    raise
                continue
            crash_at("desk.plan_after_commit")
            if principal.may(Permission.SUPERVISE):
                now = self._clock.now()
                await self._store.renew_presence(principal.tenant_id, [me], now + self._lease, now)
            return started
        raise AssertionError("the loop returns or raises")

    async def _found(self, principal: Principal, client: Client) -> list[Way]:
        found: list[Way] = []
        for kind in IdentityKind:
            addresses = client.addresses.get(kind, ())
            channel = self._ways.get(kind)
            known = await channel.ways(principal.tenant_id, addresses) if channel and addresses else []
            closed = WayClosed.NO_ADDRESS if channel else WayClosed.NOT_CONNECTED
            found += known or [_no_way(kind, address, closed) for address in addresses or ("",)]
        return found

    async def _started(
        self,
        unit: StartUnit,
        principal: Principal,
        me: UserId,
        client: Client,
        way: Way | None,
        queue_id: QueueId,
        text: str,
        hold_s: float,
        key: str | None,
    ) -> Started:
        external_id = keyed(principal, key)
        if key is not None and (before := await unit.planned_as(external_id)) is not None:
            return await _again(unit, before, client, text)
        if way is None or way.channel not in self._limits:
            raise Invalid("there is no such way to this client", field="address", code="no_such_way")
        require_fitting(self._limits[way.channel], text, ())
        thread = await unit.open_thread(way.account, way.thread)
        under_way = None
        if thread is not None:
            item = thread.item
            under_way = UnderWay(
                interaction_id=thread.interaction.id,
                queue_id=thread.interaction.queue_id,
                state=item.state if item else None,
                agent_id=item.agent_id if item else None,
            )
        closed = judged(way, await unit.refused(client.person_id), under_way, me, principal.queues).closed
        if closed is not None:
            raise Conflict("this client cannot be written to there now", code=closed.value)
        now = self._clock.now()
        agent = await self._holder(unit, principal, me, now)
        if thread is None:
            queue = await _queue(unit, principal, queue_id)
            interaction = await _opened(unit, client, way, queue, me, now)
        else:
            queue = await _queue(unit, principal, thread.interaction.queue_id)
            interaction = thread.interaction
        if thread is not None and thread.item is not None and under_way is not None and waits(under_way):
            weight = await _room(unit, agent, thread.item)
            _, interaction = await give(
                unit, interaction, thread.item, agent, weight=weight, now=now, reason="started", by=agent.name
            )
        elif thread is None or thread.item is None:
            interaction = await _taken(unit, interaction, client, way, queue, agent, now)
        plan = PlannedReply(
            id=PlannedId(new_id()),
            tenant_id=principal.tenant_id,
            interaction_id=interaction.id,
            author_id=me,
            author=principal.name,
            external_id=external_id,
            channel=way.channel,
            text=text,
            attachments=(),
            send_at=now + min(timedelta(seconds=hold_s), LONGEST_HOLD),
            made_at=now,
            after_seq=interaction.last_seq,
            held=True,
            unless_client_writes=False,
        )
        unit.add_planned(plan)
        unit.audit(
            AuditDraft(
                tenant_id=principal.tenant_id,
                at=now,
                actor_id=me,
                actor=principal.name,
                action=AuditAction.START_INTERACTION,
                object=interaction.id,
                reason=way.channel,
                address=principal.address,
            )
        )
        return Started(interaction=interaction, plan=plan, continued=thread is not None)

    async def _holder(self, unit: StartUnit, principal: Principal, me: UserId, now: datetime) -> Agent:
        if principal.may(Permission.SUPERVISE):
            return await one_who_holds(unit, principal, me, now, self._lease)
        agent = (await unit.agents([me])).get(me)
        if agent is None or agent.wish is Wish.OFFLINE or not is_present(agent, now):
            raise Conflict("you are not there", code="be_there_first")
        return agent


async def _again(unit: StartUnit, before: PlannedReply, client: Client, text: str) -> Started:
    interaction = (await unit.interactions([before.interaction_id]))[before.interaction_id]
    # what is over keeps no text
    if interaction.person_id != client.person_id or before.text not in {text, ""}:
        raise Invalid("this key was used otherwise", field="Idempotency-Key", code="key_used_otherwise")
    return Started(interaction=interaction, plan=before, continued=interaction.opened_at != before.made_at)


async def _queue(unit: StartUnit, principal: Principal, queue_id: QueueId) -> Queue:
    queue = (await unit.queues()).get(queue_id)
    if queue is None or queue.id not in principal.queues or queue.rules.retired:
        raise Invalid("there is no such queue of yours", field="queue_id", code="no_such_queue")
    return queue


async def _opened(
    unit: StartUnit, client: Client, way: Way, queue: Queue, me: UserId, now: datetime
) -> Interaction:
    interaction = Interaction(
        id=InteractionId(new_id()),
        tenant_id=queue.tenant_id,
        person_id=client.person_id,
        channel=way.channel,
        queue_id=queue.id,
        language=way.language,
        state=InteractionState.OPEN,
        opened_at=now,
        last_agent_id=me,
        last_seq=await unit.last_seq(way.account, way.thread),
    )
    unit.add_interaction(interaction)
    unit.add_session(
        Session(
            id=SessionId(new_id()),
            tenant_id=queue.tenant_id,
            interaction_id=interaction.id,
            channel=way.channel,
            account=way.account,
            thread=way.thread,
            address=way.address,
            started_at=now,
        )
    )
    opened = InteractionOpened(
        tenant_id=queue.tenant_id, interaction=interaction, account=way.account, thread=way.thread
    )
    return unit.note_fact(opened, interaction)


async def _taken(
    unit: StartUnit,
    interaction: Interaction,
    client: Client,
    way: Way,
    queue: Queue,
    agent: Agent,
    now: datetime,
) -> Interaction:
    """A pass that is the agent's from its first moment."""
    item = begun(
        id=WorkItemId(new_id()),
        interaction_id=interaction.id,
        person_id=client.person_id,
        tenant_id=queue.tenant_id,
        queue_id=queue.id,
        channel=way.channel,
        media=way.media,
        language=interaction.language,
        skills=queue.required_skills(interaction.language),
        priority=queue.priority + TIER_PRIORITY[client.tier],
        agent_id=agent.id,
        weight=agent.capacity.weight(way.media),
        at=now,
    )
    await _room(unit, agent, item)
    unit.add_item(item)
    unit.add_reservation(
        Reservation(
            id=ReservationId(new_id()),
            tenant_id=item.tenant_id,
            work_item_id=item.id,
            interaction_id=interaction.id,
            queue_id=queue.id,
            agent_id=agent.id,
            state=ReservationState.ACCEPTED,
            epoch=item.epoch,
            offered_at=now,
            expires_at=now,
            answered_at=now,
            reason="started",
            why=Why(
                reason="started",
                chosen=agent.name,
                idle_s=0.0,
                considered=1,
                could=1,
                text=f"{agent.name} wrote to this client first.",
                by=agent.name,
            ),
        )
    )
    unit.note_served(client.person_id, agent.id)
    return unit.note_fact(
        WorkStepped(tenant_id=item.tenant_id, item=item, reason="started"),
        replace(interaction, last_agent_id=agent.id),
    )


async def _room(unit: StartUnit, agent: Agent, item: WorkItem) -> int:
    weight = agent.capacity.weight(item.media)
    if await unit.agent_units(agent.id, besides=item.id) + weight > FULL:
        raise Conflict("you have no room for this work", code="at_capacity")
    return weight


def _no_way(kind: IdentityKind, address: str, closed: WayClosed) -> Way:
    return Way(
        kind=kind,
        channel=kind.value,
        media=Media.VOICE if kind is IdentityKind.PHONE else Media.CHAT,
        account="",
        thread="",
        address=address,
        label="" if kind is IdentityKind.WEBCHAT else address,
        language="",
        queue_id=None,
        closed=closed,
    )
