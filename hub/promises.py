"""Steps of calls that were promised: the place in line that the client keeps, and the call that is owed to them."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from hub.domain.agent import Media
from hub.domain.call import SIP, Call, CallStage
from hub.domain.events import TouchStored, WorkStepped
from hub.domain.ids import CallId, SessionId, TouchId, UserId, WorkItemId
from hub.domain.interaction import Interaction, Session
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from hub.domain.values import changed
from hub.domain.work import WorkItem, WorkState
from hub.ids import new_id
from hub.ports.call_store import CallUnit
from hub.ports.store import NewTouch, UnitOfWork
from hub.steps import end_pass


async def left_the_line(
    unit: UnitOfWork, interaction: Interaction, item: WorkItem, now: datetime, *, reason: str
) -> Interaction:
    """The waiting pass ends as one whose client will be heard later; whoever was asked is asked no more."""
    return (await end_pass(unit, interaction, item, WorkState.CALLBACK, now, reason=reason))[1]


def next_in_place(
    unit: UnitOfWork,
    interaction: Interaction,
    item: WorkItem,
    now: datetime,
    *,
    media: Media,
    channel: str,
    reason: str,
) -> tuple[WorkItem, Interaction]:
    """Another pass that has the place in line of `item`, which has left it."""
    again = replace(
        item,
        id=WorkItemId(new_id()),
        state=WorkState.QUEUED,
        channel=channel,
        media=media,
        queued_at=now,
        state_at=now,
        received_at=now,
        deadline_at=None,
        assigned_at=None,
        answered_at=None,
        ended_at=None,
        agent_id=None,
        weight=0,
        epoch=0,
        version=1,
    )
    unit.add_item(again)
    return again, unit.note_fact(
        WorkStepped(tenant_id=item.tenant_id, item=again, reason=reason), interaction
    )


class Dialling(Protocol):
    """Who makes calls of ours: `node` carries them."""

    @property
    def node(self) -> str:
        """The hub that makes them."""
        ...

    def wanted(self, call: Call) -> None:
        """A call of ours is committed: make it, soon."""
        ...


async def promised_call(
    unit: CallUnit, interaction: Interaction, item: WorkItem, now: datetime, *, node: str
) -> Call | None:
    """The call that whoever took `item` owes the client from now on, if it was promised and does not go on yet."""
    promised = await unit.callback_of(interaction.id)
    if promised is None or promised.queued_at is None or item.agent_id is None:
        return None
    if await unit.call_going_on(interaction.id) is not None:
        return None
    call, _ = begin_call(unit, interaction, item, item.agent_id, promised.phone, now, node=node)
    return call


def begin_call(
    unit: CallUnit,
    interaction: Interaction,
    item: WorkItem,
    agent_id: UserId,
    number: str,
    now: datetime,
    *,
    node: str,
    external_id: str = "",
    author: str = "",
    request: str | None = None,
) -> tuple[Call, Interaction]:
    """A call of ours in an interaction whose work the agent has: its row, its session, its touch."""
    call = Call(
        id=CallId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        person_id=interaction.person_id,
        queue_id=item.queue_id,
        direction=Direction.OUTBOUND,
        account=SIP,
        thread="",
        number=number,
        dialled="",
        stage=CallStage.WAITING,
        started_at=now,
        heard_at=now,
        node=node,
        work_item_id=item.id,
        agent_id=agent_id,
    )
    call = replace(call, thread=call.id)
    session = Session(
        id=SessionId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        channel=SIP,
        account=call.account,
        thread=call.thread,
        address=number,
        started_at=now,
    )
    numbered = changed(interaction, last_seq=interaction.last_seq + 1)
    unit.save_interaction(numbered)
    touch = Touch(
        id=TouchId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        session_id=session.id,
        person_id=interaction.person_id,
        seq=numbered.last_seq,
        channel=SIP,
        account=call.account,
        direction=Direction.OUTBOUND,
        kind=TouchKind.CALL,
        at=now,
        text="",
        author_id=agent_id,
        delivery=Delivery.SENT,
    )
    unit.add_session(session)
    unit.add_touch(NewTouch(touch=touch, external_id=external_id or f"call:{call.id}"))
    unit.emit(TouchStored(tenant_id=touch.tenant_id, touch=touch, agent_id=agent_id, author=author))
    unit.add_call(call, request=request)
    return call, numbered
