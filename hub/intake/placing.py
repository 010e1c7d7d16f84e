"""Putting a touch into the history of the interaction it belongs to."""

from datetime import datetime

from hub.domain.events import TouchStored
from hub.domain.ids import TouchId
from hub.domain.touch import Delivery, Direction, InboundTouch, Touch
from hub.domain.values import changed
from hub.domain.work import WorkState
from hub.ids import new_id
from hub.ports.known import OpenThread
from hub.ports.store import NewTouch, UnitOfWork


def placed(
    inbound: InboundTouch, thread: OpenThread, unit: UnitOfWork, now: datetime
) -> tuple[Touch, OpenThread]:
    """The stored touch, and the thread with its interaction as it is after it."""
    interaction = changed(thread.interaction, last_seq=thread.interaction.last_seq + 1)
    unit.save_interaction(interaction)
    touch = Touch(
        id=TouchId(new_id()),
        tenant_id=inbound.tenant_id,
        interaction_id=interaction.id,
        session_id=thread.session.id,
        person_id=interaction.person_id,
        seq=interaction.last_seq,
        channel=inbound.channel,
        account=inbound.account,
        direction=Direction.INBOUND,
        kind=inbound.kind,
        at=now,
        source_at=inbound.source_at,
        text=inbound.text,
        attachments=inbound.attachments,
        delivery=Delivery.RECEIVED,
        letter=inbound.letter.head if inbound.letter else None,
    )
    unit.add_touch(
        NewTouch(
            touch=touch,
            external_id=inbound.external_id,
            raw=inbound.raw,
            body_sha256=inbound.body_sha256,
            letter=inbound.letter,
        )
    )
    holder = thread.item.agent_id if thread.item and thread.item.state is WorkState.ASSIGNED else None
    unit.emit(
        TouchStored(
            tenant_id=inbound.tenant_id,
            touch=touch,
            agent_id=holder,
            external_id=inbound.external_id,
        )
    )
    return touch, changed(thread, interaction=interaction)
