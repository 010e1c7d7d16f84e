"""What staff write into an interaction: replies to the client, and notes among ourselves."""

from dataclasses import replace
from datetime import datetime

from hub.desk.scope import HELD
from hub.domain.access import Principal
from hub.domain.errors import Conflict, Invalid
from hub.domain.events import TouchStored
from hub.domain.ids import TouchId
from hub.domain.interaction import Interaction, Session
from hub.domain.mail import TouchLetter
from hub.domain.reply_way import require_window, window_end
from hub.domain.texts import written_text
from hub.domain.touch import Attachment, Delivery, Direction, Touch, TouchKind
from hub.domain.work import WorkItem
from hub.ids import new_id
from hub.ports.channel import ChannelLimits
from hub.ports.clock import Clock
from hub.ports.store import NewTouch, UnitOfWork


def readable(text: str, *, files: bool = False) -> str:
    """`text` as it is kept. Raises Invalid (`empty`) when there is nothing to be seen in it, and no `files` either."""
    kept = written_text(text)
    if not kept and not files:
        raise Invalid("there is nothing in it", field="text", code="empty")
    return kept


def keyed(principal: Principal, key: str | None) -> str:
    """The external id of what is written under that key: the same key again is the same writing."""
    # no channel names what we write; the prefix keeps it apart from what clients name theirs
    return f"desk:{principal.user_id}:{key or new_id()}"


async def closed_for(
    unit: UnitOfWork, limits: ChannelLimits | None, interaction: Interaction, channel: str, now: datetime
) -> str:
    """Why a reply for later is not taken by its channel any more, as a code (`require_taken`); empty when it is."""
    sessions = await unit.open_sessions(interaction.id)
    session = next((s for s in sessions if s.channel == channel), None)
    try:
        if session is not None and limits is not None:
            await require_taken(unit, limits, interaction, session, now)
    except Conflict as error:
        return error.stable_code
    return ""


async def require_taken(
    unit: UnitOfWork, limits: ChannelLimits, interaction: Interaction, session: Session, now: datetime
) -> None:
    """Raises Conflict: a code of `WayClosed` where no reply goes there now, `reply_window_over` where the channel takes
    them only for a while after the client wrote."""
    closed = (await unit.closed_places(interaction)).get(session.id)
    if closed is not None:
        raise Conflict("the client cannot be answered there now", code=closed.value)
    window_s = limits.window_of(session.thread)
    if window_s is not None:
        heard_at = await unit.heard_at(session.account, session.thread)
        require_window(window_end(window_s, heard_at), now)


def written(
    unit: UnitOfWork,
    principal: Principal,
    interaction: Interaction,
    item: WorkItem | None,
    text: str,
    clock: Clock,
    *,
    session: Session | None = None,
    external_id: str = "",
    attachments: tuple[Attachment, ...] = (),
    letter: TouchLetter | None = None,
) -> tuple[Touch, Interaction]:
    """Append `text` to the history: a reply on `session` that waits to be sent, or without one a note.

    Returns the touch, and the interaction with the number it took. Whoever has the work `item` hears of it,
    whoever wrote it. `external_id` is what makes the same writing the same touch; none makes it a new one.
    `letter` is what goes with an e-mail.
    """
    numbered = replace(interaction, last_seq=interaction.last_seq + 1)
    unit.save_interaction(numbered)
    touch = Touch(
        id=TouchId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        session_id=session.id if session else None,
        person_id=interaction.person_id,
        seq=numbered.last_seq,
        channel=session.channel if session else interaction.channel,
        account=session.account if session else "note",
        direction=Direction.OUTBOUND if session else Direction.INTERNAL,
        kind=TouchKind.MESSAGE if session else TouchKind.NOTE,
        at=clock.now(),
        text=text,
        attachments=attachments,
        author_id=principal.user_id,
        delivery=Delivery.QUEUED if session else Delivery.RECEIVED,
        letter=letter.head if letter else None,
    )
    unit.add_touch(NewTouch(touch=touch, external_id=external_id or touch.id, letter=letter))
    holder = item.agent_id if item is not None and item.state in HELD else None
    unit.emit(TouchStored(tenant_id=touch.tenant_id, touch=touch, agent_id=holder, author=principal.name))
    return touch, numbered
