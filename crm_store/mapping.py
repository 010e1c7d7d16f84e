"""Rows to domain values and back, by position: the touch path pays for no ORM.

`columns(table)` gives the names in the order of the table, and every `*_row` / `*_of` here keeps that order.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Table

from crm_store.instants import from_us, to_us
from hub.domain.agent import Media
from hub.domain.interaction import Disposition, Interaction, InteractionState, Session
from hub.domain.mail import LetterHead
from hub.domain.person import Identity, Person, Tier
from hub.domain.reservation import Reservation, ReservationState, Why
from hub.domain.segment import Segment, SegmentKind
from hub.domain.touch import Attachment, Delivery, Direction, Touch, TouchKind
from hub.domain.work import WorkItem, WorkState
from hub.ports.store import NewTouch

Row = Sequence[Any]

_encode = msgspec.json.Encoder().encode
_skills = msgspec.json.Decoder(dict[str, int]).decode
_attachments = msgspec.json.Decoder(tuple[Attachment, ...]).decode
letter_head = msgspec.json.Decoder(LetterHead).decode
"""What a touch says of its letter, from `touches.letter`."""
_why = msgspec.json.Decoder(Why).decode

TOUCHES_OF_SESSION = (
    "sessions s JOIN touches t ON t.interaction_id = s.interaction_id AND t.session_id = s.id"
)
"""For a FROM. Touches have an index by their conversation, none by their session."""


def columns(table: Table, prefix: str = "") -> str:
    """The columns of `table` in order, for a SELECT."""
    return ", ".join(f"{prefix}{c.name}" for c in table.columns)


def us(at: datetime | None) -> int | None:
    """Microseconds since the epoch, or None."""
    return None if at is None else to_us(at)


def at(value: int | None) -> datetime | None:
    """The instant, or None."""
    return None if value is None else from_us(value)


def text(value: object) -> str:
    """JSON text of a small value."""
    return "{}" if value == {} else "[]" if value in ((), []) else _encode(value).decode()


def person_row(p: Person) -> Row:
    """A row of `persons`."""
    return (
        p.id,
        p.tenant_id,
        p.name,
        p.language,
        p.tier.value,
        p.organization_id,
        p.last_agent_id,
        to_us(p.created_at),
        p.version,
    )


def person_of(r: Row) -> Person:
    """The person of a row of `persons`."""
    return Person(
        id=r[0],
        tenant_id=r[1],
        name=r[2],
        language=r[3],
        tier=Tier(r[4]),
        organization_id=r[5],
        last_agent_id=r[6],
        created_at=from_us(r[7]),
        version=r[8],
    )


def identity_row(i: Identity) -> Row:
    """A row of `identities`."""
    return (
        i.id,
        i.tenant_id,
        i.person_id,
        i.kind.value,
        i.value,
        i.display,
        i.confidence.value,
        to_us(i.created_at),
    )


def interaction_row(i: Interaction) -> Row:
    """A row of `interactions`."""
    return (
        i.id,
        i.tenant_id,
        i.person_id,
        i.channel,
        i.queue_id,
        i.language,
        i.state.value,
        to_us(i.opened_at),
        us(i.closed_at),
        i.closed_by,
        i.disposition.code if i.disposition else None,
        i.disposition.note if i.disposition else None,
        i.last_agent_id,
        i.last_seq,
        i.version,
    )


def interaction_of(r: Row) -> Interaction:
    """The interaction of a row of `interactions`."""
    return Interaction(
        id=r[0],
        tenant_id=r[1],
        person_id=r[2],
        channel=r[3],
        queue_id=r[4],
        language=r[5],
        state=InteractionState(r[6]),
        opened_at=from_us(r[7]),
        closed_at=at(r[8]),
        closed_by=r[9],
        disposition=None if r[10] is None else Disposition(code=r[10], note=r[11] or ""),
        last_agent_id=r[12],
        last_seq=r[13],
        version=r[14],
    )


def session_row(s: Session) -> Row:
    """A row of `sessions`."""
    return (
        s.id,
        s.tenant_id,
        s.interaction_id,
        s.channel,
        s.account,
        s.thread,
        s.address,
        to_us(s.started_at),
        us(s.ended_at),
    )


def session_of(r: Row) -> Session:
    """The session of a row of `sessions`."""
    return Session(
        id=r[0],
        tenant_id=r[1],
        interaction_id=r[2],
        channel=r[3],
        account=r[4],
        thread=r[5],
        address=r[6],
        started_at=from_us(r[7]),
        ended_at=at(r[8]),
    )


def touch_row(new: NewTouch) -> Row:
    """A row of `touches`."""
    t = new.touch
    return (
        t.id,
        t.tenant_id,
        t.interaction_id,
        t.session_id,
        t.person_id,
        t.seq,
        t.channel,
        t.account,
        new.external_id,
        t.direction.value,
        t.kind.value,
        to_us(t.at),
        us(t.source_at),
        t.text,
        text(t.attachments),
        t.author_id,
        t.delivery.value,
        t.delivery_detail,
        0,
        None,
        None,
        None,
        new.body_sha256,
        new.raw or None,
        None if t.letter is None else text(t.letter),
    )


TOUCH_COLUMNS = (
    "id, tenant_id, interaction_id, session_id, person_id, seq, channel, account, direction, kind, at, source_at, "
    "text, attachments, author_id, delivery, delivery_detail, letter"
)
"""What a Touch is read from; the raw bytes stay where they are."""

AUTHOR = "COALESCE(a.name, (SELECT u.name FROM users u WHERE u.id = t.author_id), '')"
"""Who wrote touch `t`, beside its agent `a`: a supervisor writes too, and is no agent."""


def touch_of(r: Row) -> Touch:
    """The touch of a row of TOUCH_COLUMNS."""
    return Touch(
        id=r[0],
        tenant_id=r[1],
        interaction_id=r[2],
        session_id=r[3],
        person_id=r[4],
        seq=r[5],
        channel=r[6],
        account=r[7],
        direction=Direction(r[8]),
        kind=TouchKind(r[9]),
        at=from_us(r[10]),
        source_at=at(r[11]),
        text=r[12],
        attachments=() if r[13] == "[]" else _attachments(r[13]),
        author_id=r[14],
        delivery=Delivery(r[15]),
        delivery_detail=r[16],
        letter=None if r[17] is None else letter_head(r[17]),
    )


def item_row(w: WorkItem) -> Row:
    """A row of `work_items`."""
    return (
        w.id,
        w.tenant_id,
        w.interaction_id,
        w.person_id,
        w.queue_id,
        w.channel,
        w.media.value,
        w.language,
        text(w.skills),
        w.priority,
        w.state.value,
        to_us(w.first_queued_at),
        to_us(w.queued_at),
        to_us(w.urgent_at),
        to_us(w.state_at),
        to_us(w.received_at),
        us(w.deadline_at),
        us(w.assigned_at),
        us(w.answered_at),
        us(w.ended_at),
        w.agent_id,
        w.preferred_agent_id,
        w.weight,
        w.epoch,
        w.version,
        w.direction.value,
        0,
        w.held,
    )


def item_of(r: Row) -> WorkItem:
    """The work item of a row of `work_items`."""
    return WorkItem(
        id=r[0],
        tenant_id=r[1],
        interaction_id=r[2],
        person_id=r[3],
        queue_id=r[4],
        channel=r[5],
        media=Media(r[6]),
        language=r[7],
        skills=_skills(r[8]),
        priority=r[9],
        state=WorkState(r[10]),
        first_queued_at=from_us(r[11]),
        queued_at=from_us(r[12]),
        urgent_at=from_us(r[13]),
        state_at=from_us(r[14]),
        received_at=from_us(r[15]),
        deadline_at=at(r[16]),
        assigned_at=at(r[17]),
        answered_at=at(r[18]),
        ended_at=at(r[19]),
        agent_id=r[20],
        preferred_agent_id=r[21],
        weight=r[22],
        epoch=r[23],
        version=r[24],
        direction=Direction(r[25]),
        held=bool(r[27]),
    )


def reservation_row(r: Reservation) -> Row:
    """A row of `reservations`."""
    return (
        r.id,
        r.tenant_id,
        r.work_item_id,
        r.interaction_id,
        r.queue_id,
        r.agent_id,
        r.state.value,
        r.epoch,
        to_us(r.offered_at),
        to_us(r.expires_at),
        us(r.answered_at),
        us(r.ended_at),
        r.reason,
        text(r.why),
    )


def reservation_of(r: Row) -> Reservation:
    """The reservation of a row of `reservations`."""
    return Reservation(
        id=r[0],
        tenant_id=r[1],
        work_item_id=r[2],
        interaction_id=r[3],
        queue_id=r[4],
        agent_id=r[5],
        state=ReservationState(r[6]),
        epoch=r[7],
        offered_at=from_us(r[8]),
        expires_at=from_us(r[9]),
        answered_at=at(r[10]),
        ended_at=at(r[11]),
        reason=r[12],
        why=_why(r[13]),
    )


def segment_row(s: Segment) -> Row:
    """A row of `segments`."""
    return (
        s.tenant_id,
        s.interaction_id,
        s.work_item_id,
        s.queue_id,
        s.agent_id,
        s.kind.value,
        to_us(s.started_at),
        to_us(s.ended_at),
    )


def segment_of(r: Row) -> Segment:
    """The segment of a row of `segments`."""
    return Segment(
        tenant_id=r[0],
        interaction_id=r[1],
        work_item_id=r[2],
        queue_id=r[3],
        agent_id=r[4],
        kind=SegmentKind(r[5]),
        started_at=from_us(r[6]),
        ended_at=from_us(r[7]),
    )
