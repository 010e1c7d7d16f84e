"""Where a call goes: into a line, into another one, to a colleague, or on as other work."""

from dataclasses import replace
from datetime import datetime

from hub.calls.asking import asked_no_more
from hub.calls.changing import add_touch, change_call
from hub.calls.ending import end_in_favour
from hub.domain.agent import Media, Wish
from hub.domain.call import SIP, Call, CallEnd, CallStage
from hub.domain.callback import Callback
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import QueueId, UserId
from hub.domain.interaction import Interaction
from hub.domain.queue import Queue
from hub.domain.segment import Segment, SegmentKind
from hub.domain.texts import written_text
from hub.domain.touch import TouchKind
from hub.domain.work import WAITING_STATES, WorkItem, WorkState
from hub.engaging import in_line
from hub.handing import give, move_on, require_phone, require_room, require_there
from hub.ids import new_id
from hub.ports.call_store import CallUnit
from hub.promises import left_the_line, next_in_place

_CALL_ME = {"en": "Asks for a call", "ru": "Просит перезвонить", "tr": "Aranmak istiyor"}


async def queued_from_menu(
    unit: CallUnit,
    call: Call,
    interaction: Interaction,
    queue_id: QueueId,
    language: str,
    choice: str,
    now: datetime,
) -> WorkItem:
    """The caller is in the line from now on; the time before it was the menu's. Raises Invalid (`no_such_queue`)."""
    queue = await _queue(unit, queue_id)
    interaction = replace(interaction, queue_id=queue.id, language=language or interaction.language)
    if said := written_text(choice):
        interaction = await add_touch(
            unit, call, interaction, now, kind=TouchKind.FORM, name="menu", text=said
        )
    item, _ = await _first_pass(unit, call, interaction, queue, now, media=Media.VOICE, reason="new")
    change_call(unit, call, work_item_id=item.id, queue_id=queue.id)
    return item


async def moved_to(
    unit: CallUnit,
    call: Call,
    interaction: Interaction,
    queue_id: QueueId,
    agent_id: UserId | None,
    note: str,
    now: datetime,
) -> None:
    """This pass ends, another begins in that line; `agent_id` is asked at once. The client is as urgent there.

    Raises Invalid (`no_such_queue`), NotFound for an agent who does not serve it, Conflict `agent_away`,
    `agent_paused`, `agent_no_phone`, `agent_full`: then the call stays where it is.
    """
    item = await unit.open_item(interaction.id)
    if item is None or item.media is not Media.VOICE or item.state is WorkState.WRAP_UP:
        raise Conflict("nobody has this work", code="not_assigned")
    waits_there = item.state in WAITING_STATES and item.queue_id == queue_id
    if waits_there and (agent_id is None or item.agent_id == agent_id):
        return
    queue = await _queue(unit, queue_id)
    agent, weight = None, 0
    if agent_id is not None:
        agent = (await unit.agents([agent_id])).get(agent_id)
        if agent is None or queue.id not in agent.queues:
            raise NotFound("there is no such agent")
        require_there(agent, now)
        if agent.wish is Wish.PAUSED:
            raise Conflict(f"{agent.name} is paused", code="agent_paused")
        require_phone(agent, item)
        weight = await require_room(unit, agent, item)
    had = item.agent_id if item.state is WorkState.ASSIGNED else None
    if said := written_text(note):
        interaction = await add_touch(
            unit, call, interaction, now, kind=TouchKind.NOTE, name="", text=said, author_id=had, holder=had
        )
    again, _ = await move_on(
        unit,
        interaction,
        item,
        queue,
        now,
        to=None if agent is None else (agent, weight),
        by=await _name_of(unit, had),
    )
    change_call(
        unit,
        call,
        stage=CallStage.WAITING,
        agent_id=None,
        work_item_id=again.id,
        queue_id=queue.id,
        held_since=None,
        third="",
        third_stage=None,
    )


async def handed_to(
    unit: CallUnit, call: Call, interaction: Interaction, agent_id: UserId, now: datetime
) -> None:
    """The colleague who was consulted has the client now, and the work. They are on the line: room is no question.

    Raises Conflict (`not_assigned`) when nobody has the work, NotFound for somebody who serves nobody.
    """
    item = await unit.open_item(interaction.id)
    if item is None or item.state is not WorkState.ASSIGNED:
        raise Conflict("nobody has this work", code="not_assigned")
    colleague = (await unit.agents([agent_id])).get(agent_id)
    if colleague is None:
        raise NotFound("there is no such agent")
    by = await _name_of(unit, item.agent_id)
    await asked_no_more(unit, interaction.id, now, "handed_over")
    weight = colleague.capacity.weight(item.media)
    given, _ = await give(
        unit, interaction, item, colleague, weight=weight, now=now, reason="consulted", by=by
    )
    change_call(
        unit, call, agent_id=agent_id, work_item_id=given.id, held_since=None, third="", third_stage=None
    )


async def voicemail(unit: CallUnit, call: Call, interaction: Interaction, now: datetime) -> None:
    """What the caller said is work of the line that is read and heard; it has the caller's place. Its sound is the
    recording of this call that is a message."""
    interaction = await add_touch(unit, call, interaction, now, kind=TouchKind.VOICEMAIL, name="voicemail")
    interaction = await _goes_on(unit, call, interaction, now, media=Media.MAIL, reason="voicemail")
    await end_in_favour(unit, call, interaction, CallEnd.VOICEMAIL, now)


async def wished_for(
    unit: CallUnit, call: Call, interaction: Interaction, number: str, now: datetime
) -> None:
    """The caller will be called at `number` when it is their turn: the work is a call of ours."""
    if await unit.callback_of(interaction.id) is None:
        item = await unit.open_item(interaction.id)
        words = _CALL_ME.get(interaction.language, _CALL_ME["en"])
        interaction = await add_touch(
            unit, call, interaction, now, kind=TouchKind.FORM, name="callback", text=f"{words}: {number}"
        )
        interaction = await _goes_on(unit, call, interaction, now, media=Media.VOICE, reason="callback")
        await unit.add_callback(
            Callback(
                id=new_id(),
                tenant_id=call.tenant_id,
                interaction_id=interaction.id,
                person_id=interaction.person_id,
                queue_id=interaction.queue_id,
                phone=number,
                reason="",
                due_at=now,
                queued_at=now,
                place_at=now if item is None else item.first_queued_at,
                created_at=now,
            )
        )
    await end_in_favour(unit, call, interaction, CallEnd.CALLBACK, now)


async def _goes_on(
    unit: CallUnit, call: Call, interaction: Interaction, now: datetime, *, media: Media, reason: str
) -> Interaction:
    item = await unit.open_item(interaction.id)
    if item is None:
        queue = await _queue(unit, interaction.queue_id)
        return (await _first_pass(unit, call, interaction, queue, now, media=media, reason=reason))[1]
    interaction = await left_the_line(unit, interaction, item, now, reason=reason)
    return next_in_place(unit, interaction, item, now, media=media, channel=SIP, reason=reason)[1]


async def _first_pass(
    unit: CallUnit,
    call: Call,
    interaction: Interaction,
    queue: Queue,
    now: datetime,
    *,
    media: Media,
    reason: str,
) -> tuple[WorkItem, Interaction]:
    person = await unit.person(interaction.person_id)
    item, interaction = in_line(
        unit, interaction, queue, now, channel=SIP, media=media, reason=reason, person=person
    )
    if call.started_at < now:
        unit.add_segment(
            Segment(
                tenant_id=item.tenant_id,
                interaction_id=item.interaction_id,
                work_item_id=item.id,
                queue_id=queue.id,
                agent_id=None,
                kind=SegmentKind.IVR,
                started_at=call.started_at,
                ended_at=now,
            )
        )
    return item, interaction


async def _queue(unit: CallUnit, queue_id: QueueId) -> Queue:
    queue = (await unit.queues()).get(queue_id)
    if queue is None or queue.rules.retired:
        raise Invalid("there is no such queue", field="queue_id", code="no_such_queue")
    return queue


async def _name_of(unit: CallUnit, agent_id: UserId | None) -> str:
    if agent_id is None:
        return ""
    agent = (await unit.agents([agent_id])).get(agent_id)
    return "" if agent is None else agent.name
