"""How a call changes inside a unit of work: one door, its version grows, and everybody is told."""

from datetime import datetime
from typing import Any

from hub.domain.call import Call
from hub.domain.events import CallChanged, TouchStored
from hub.domain.ids import TouchId, UserId
from hub.domain.interaction import Interaction
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from hub.domain.values import changed
from hub.ids import new_id
from hub.ports.call_store import CallUnit
from hub.ports.store import NewTouch


def change_call(unit: CallUnit, call: Call, **changes: Any) -> Call:
    """The call with these fields changed, saved and told; the same call when nothing is different."""
    if all(getattr(call, name) == value for name, value in changes.items()):
        return call
    after = changed(call, **changes, version=call.version + 1)
    unit.save_call(after)
    unit.emit(news_of(call, after))
    return after


def news_of(before: Call, after: Call) -> CallChanged:
    """What is told of the change, also to whom it was taken from."""
    left = before.agent_id if before.agent_id != after.agent_id else None
    return CallChanged(tenant_id=after.tenant_id, call=after, from_agent_id=left)


async def add_touch(
    unit: CallUnit,
    call: Call,
    interaction: Interaction,
    now: datetime,
    *,
    kind: TouchKind,
    name: str,
    text: str = "",
    author_id: UserId | None = None,
    holder: UserId | None = None,
) -> Interaction:
    """A line of the call in the history, once under its `name`: the client's, or (`kind` note) one of ours."""
    external_id = f"{name}:{call.id}"
    if name and await unit.written_before(interaction.id, external_id) is not None:
        return interaction
    session = next(
        (
            s
            for s in await unit.open_sessions(interaction.id)
            if (s.account, s.thread) == (call.account, call.thread)
        ),
        None,
    )
    numbered = changed(interaction, last_seq=interaction.last_seq + 1)
    unit.save_interaction(numbered)
    is_note = kind is TouchKind.NOTE
    touch = Touch(
        id=TouchId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        session_id=None if is_note or session is None else session.id,
        person_id=interaction.person_id,
        seq=numbered.last_seq,
        channel=interaction.channel,
        account="note" if is_note else call.account,
        direction=Direction.INTERNAL if is_note else Direction.INBOUND,
        kind=kind,
        at=now,
        text=text,
        author_id=author_id,
        delivery=Delivery.RECEIVED,
    )
    unit.add_touch(NewTouch(touch=touch, external_id=external_id if name else touch.id))
    unit.emit(TouchStored(tenant_id=touch.tenant_id, touch=touch, agent_id=holder))
    return numbered
