"""What the hub says to a client by itself, in an interaction: one touch that nobody wrote."""

from datetime import datetime

from hub.domain.events import TouchStored
from hub.domain.ids import TouchId
from hub.domain.interaction import Interaction, Session
from hub.domain.question import AskedQuestion, Question
from hub.domain.touch import Delivery, Direction, Touch, TouchKind
from hub.domain.values import changed
from hub.ids import new_id
from hub.ports.store import NewTouch, UnitOfWork


def said_by_itself(
    unit: UnitOfWork,
    interaction: Interaction,
    session: Session,
    text: str,
    now: datetime,
    *,
    external_id: str,
    question: Question | None = None,
) -> Interaction:
    """Queue `text` for the client on `session`; the interaction with the number it took. `question`: what it asks, with
    buttons. The same `external_id` again is Conflict (`raced`) at the commit: whoever may repeat looks first."""
    numbered = changed(interaction, last_seq=interaction.last_seq + 1)
    unit.save_interaction(numbered)
    touch = Touch(
        id=TouchId(new_id()),
        tenant_id=interaction.tenant_id,
        interaction_id=interaction.id,
        session_id=session.id,
        person_id=interaction.person_id,
        seq=numbered.last_seq,
        channel=session.channel,
        account=session.account,
        direction=Direction.OUTBOUND,
        kind=TouchKind.MESSAGE,
        at=now,
        text=text,
        delivery=Delivery.QUEUED,
    )
    unit.add_touch(NewTouch(touch=touch, external_id=external_id))
    if question is not None:
        unit.add_question(
            AskedQuestion(
                touch_id=touch.id,
                tenant_id=touch.tenant_id,
                interaction_id=touch.interaction_id,
                account=session.account,
                thread=session.thread,
                question=question,
                asked_at=now,
            )
        )
    unit.emit(TouchStored(tenant_id=touch.tenant_id, touch=touch, agent_id=None))
    return numbered
