"""Rows of the conversation's own tables to domain values and back, by position."""

import msgspec

from crm_store.driver import Row
from crm_store.instants import from_us
from crm_store.mapping import text, us
from hub.domain.drafts import Draft, DraftKind
from hub.domain.ids import InteractionId, PlannedId, TenantId, TouchId, UserId, WorkItemId
from hub.domain.planned import PlannedReply, PlannedState
from hub.domain.snooze import Snooze
from hub.domain.touch import Attachment
from hub.domain.written_letter import PlannedLetter, WrittenLetter

files_of = msgspec.json.Decoder(tuple[Attachment, ...]).decode
_ids = msgspec.json.Decoder(tuple[str, ...]).decode
_written = msgspec.json.Decoder(WrittenLetter).decode
_planned_letter = msgspec.json.Decoder(PlannedLetter).decode


def draft_row(d: Draft) -> Row:
    """A row of `drafts`."""
    return (
        d.tenant_id,
        d.user_id,
        d.interaction_id,
        d.kind.value,
        d.channel,
        d.text,
        text(d.attachments),
        text(d.mentions),
        d.window,
        d.version,
        us(d.changed_at),
        None if d.letter is None else text(d.letter),
    )


def draft_of(r: Row) -> Draft:
    """The draft of a row of `drafts`."""
    return Draft(
        tenant_id=TenantId(r[0]),
        user_id=UserId(r[1]),
        interaction_id=InteractionId(r[2]),
        kind=DraftKind(r[3]),
        channel=r[4],
        text=r[5],
        attachments=files_of(r[6]),
        mentions=tuple(UserId(i) for i in _ids(r[7])),
        window=r[8],
        version=r[9],
        changed_at=from_us(r[10]),
        letter=None if r[11] is None else _written(r[11]),
    )


def planned_row(p: PlannedReply) -> Row:
    """A row of `planned_replies`."""
    return (
        p.id,
        p.tenant_id,
        p.interaction_id,
        p.author_id,
        p.author,
        p.external_id,
        p.channel,
        p.text,
        text(p.attachments),
        us(p.send_at),
        us(p.made_at),
        p.after_seq,
        p.held,
        p.unless_client_writes,
        p.state.value,
        p.reason,
        p.touch_id,
        p.version,
        None if p.letter is None else text(p.letter),
    )


def planned_of(r: Row) -> PlannedReply:
    """The plan of a row of `planned_replies`."""
    return PlannedReply(
        id=PlannedId(r[0]),
        tenant_id=TenantId(r[1]),
        interaction_id=InteractionId(r[2]),
        author_id=UserId(r[3]),
        author=r[4],
        external_id=r[5],
        channel=r[6],
        text=r[7],
        attachments=files_of(r[8]),
        send_at=from_us(r[9]),
        made_at=from_us(r[10]),
        after_seq=r[11],
        held=bool(r[12]),
        unless_client_writes=bool(r[13]),
        state=PlannedState(r[14]),
        reason=r[15],
        touch_id=None if r[16] is None else TouchId(r[16]),
        version=r[17],
        letter=None if r[18] is None else _planned_letter(r[18]),
    )


def snooze_of(r: Row) -> Snooze:
    """The snooze of a row of `snoozes`."""
    return Snooze(
        interaction_id=InteractionId(r[0]),
        tenant_id=TenantId(r[1]),
        work_item_id=WorkItemId(r[2]),
        agent_id=UserId(r[3]),
        until=from_us(r[4]),
        reason=r[5],
        made_at=from_us(r[6]),
    )
