"""How a call ends: whoever waited is abandoned and called back, whoever was talked to is wrapped up, once."""

from datetime import datetime

from hub.calls.asking import asked_no_more
from hub.calls.changing import add_touch, news_of
from hub.domain.agent import Media
from hub.domain.call import Call, CallEnd, CallStage, RecordingState
from hub.domain.ids import TaskId
from hub.domain.interaction import Interaction, InteractionState
from hub.domain.touch import Direction, TouchKind
from hub.domain.values import changed
from hub.domain.work import WAITING_STATES, WorkItem, WorkState
from hub.ids import new_id
from hub.ports.call_store import CallBackTask, CallUnit
from hub.reached import tell_of_tasks
from hub.steps import begin_wrap_up, close_by_itself, end_pass

NOBODYS_FAULT = frozenset({CallEnd.CLOSED})
"""Ends of waiting calls that the client did not choose: we took them out of the line."""


async def end_call(
    unit: CallUnit, call: Call, interaction: Interaction, end: CallEnd, now: datetime
) -> tuple[Call, Interaction]:
    """End a call that is not over, and whatever hangs on it. Its interaction is locked.

    Waiting work leaves the line, offers of it are withdrawn, and the engagement is over; work in hand begins its
    wrap-up. A client whom nobody talked to has a missed call in the history, and somebody is to call back.
    """
    await asked_no_more(unit, interaction.id, now, "done")
    item = await unit.open_item(interaction.id)
    was_waiting = item is None or item.state in WAITING_STATES
    if item is not None and item.media is Media.VOICE:
        if was_waiting:
            interaction = await _left(unit, interaction, item, end, now)
        elif item.state is WorkState.ASSIGNED:
            item, interaction = await begin_wrap_up(unit, interaction, item, now, reason=end.value)
    over, interaction = _over(unit, call, interaction, end, now)
    is_theirs = call.direction is Direction.INBOUND and (item is None or item.media is Media.VOICE)
    if interaction.state is InteractionState.OPEN:
        if is_theirs and (was_waiting or call.answered_at is None):
            interaction = await _missed(unit, call, interaction, item, now)
        await _end_session(unit, call, now)
        if was_waiting and (item is None or item.media is Media.VOICE):
            interaction = await close_by_itself(unit, interaction, now)
    return over, interaction


async def end_in_favour(
    unit: CallUnit, call: Call, interaction: Interaction, end: CallEnd, now: datetime
) -> Interaction:
    """The call is over, and its work is not: the client left a message, or will be called."""
    _, interaction = _over(unit, call, interaction, end, now)
    await _end_session(unit, call, now)
    return interaction


def _over(
    unit: CallUnit, call: Call, interaction: Interaction, end: CallEnd, now: datetime
) -> tuple[Call, Interaction]:
    over = changed(
        call,
        stage=CallStage.ENDED,
        end=end,
        ended_at=now,
        held_since=None,
        third="",
        third_stage=None,
        recording=RecordingState.OFF,
        version=call.version + 1,
    )
    unit.save_call(over)
    return over, unit.note_fact(news_of(call, over), interaction)


async def _left(
    unit: CallUnit, interaction: Interaction, item: WorkItem, end: CallEnd, now: datetime
) -> Interaction:
    way_out = WorkState.CANCELLED if end in NOBODYS_FAULT else WorkState.ABANDONED
    told = "client_left" if way_out is WorkState.ABANDONED else end.value
    ended = await end_pass(unit, interaction, item, way_out, now, reason=end.value, withdrawn=told)
    return ended[1]


async def _end_session(unit: CallUnit, call: Call, now: datetime) -> None:
    for session in await unit.open_sessions(call.interaction_id):
        if (session.account, session.thread) == (call.account, call.thread):
            unit.end_session(session.id, now)


async def _missed(
    unit: CallUnit, call: Call, interaction: Interaction, item: WorkItem | None, now: datetime
) -> Interaction:
    accepted_by = item.agent_id if item is not None and item.state is WorkState.WRAP_UP else None
    interaction = await add_touch(
        unit, call, interaction, now, kind=TouchKind.MISSED_CALL, name="missed", holder=accepted_by
    )
    if call.number:  # whom nobody can call nobody is told to call
        await _call_back(unit, call, interaction, accepted_by or interaction.queue_id, now)
    return interaction


async def _call_back(unit: CallUnit, call: Call, interaction: Interaction, owner: str, now: datetime) -> None:
    task = CallBackTask(
        id=TaskId(new_id()),
        number=call.number,
        owner_id=owner,
        person_id=interaction.person_id,
        interaction_id=interaction.id,
        at=now,
        request=f"call:{call.id}",
    )
    whose = await unit.add_call_back(task)
    if whose is not None:
        await tell_of_tasks(unit, interaction, [whose])
