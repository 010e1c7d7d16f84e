"""Rows of calls and of agents' phones to values and back."""

from crm_store.driver import Row
from crm_store.instants import from_us, to_us
from crm_store.mapping import at, us
from hub.domain.call import AgentPhone, Call, CallEnd, CallStage, PhoneKind, RecordingState
from hub.domain.touch import Direction


def call_row(c: Call, request: str | None) -> Row:
    """A row of `calls`."""
    return (
        c.id,
        c.tenant_id,
        c.interaction_id,
        c.person_id,
        c.queue_id,
        c.direction.value,
        c.account,
        c.thread,
        c.number,
        c.dialled,
        c.stage.value,
        to_us(c.started_at),
        to_us(c.heard_at),
        c.node,
        c.work_item_id,
        c.agent_id,
        us(c.answered_at),
        us(c.held_since),
        us(c.ended_at),
        None if c.end is None else c.end.value,
        c.recording.value,
        c.third,
        None if c.third_stage is None else c.third_stage.value,
        c.version,
        request,
    )


def call_of(r: Row) -> Call:
    """The call of a row of `calls`."""
    return Call(
        id=r[0],
        tenant_id=r[1],
        interaction_id=r[2],
        person_id=r[3],
        queue_id=r[4],
        direction=Direction(r[5]),
        account=r[6],
        thread=r[7],
        number=r[8],
        dialled=r[9],
        stage=CallStage(r[10]),
        started_at=from_us(r[11]),
        heard_at=from_us(r[12]),
        node=r[13],
        work_item_id=r[14],
        agent_id=r[15],
        answered_at=at(r[16]),
        held_since=at(r[17]),
        ended_at=at(r[18]),
        end=None if r[19] is None else CallEnd(r[19]),
        recording=RecordingState(r[20]),
        third=r[21],
        third_stage=None if r[22] is None else CallStage(r[22]),
        version=r[23],
    )


# what says that a call lives (`heard_at`) is written beside units of work, so they never write it back
SAVE_CALL = (
    "UPDATE calls SET queue_id = $1, stage = $2, work_item_id = $3, agent_id = $4, answered_at = $5, held_since = $6,"
    " ended_at = $7, ending = $8, recording = $9, third = $10, third_stage = $11, number = $12, dialled = $13,"
    " version = $14 WHERE id = $15"
)


def call_change(c: Call) -> Row:
    """Parameters of SAVE_CALL."""
    return (
        c.queue_id,
        c.stage.value,
        c.work_item_id,
        c.agent_id,
        us(c.answered_at),
        us(c.held_since),
        us(c.ended_at),
        None if c.end is None else c.end.value,
        c.recording.value,
        c.third,
        None if c.third_stage is None else c.third_stage.value,
        c.number,
        c.dialled,
        c.version,
        c.id,
    )


def phone_row(tenant_id: str, p: AgentPhone) -> Row:
    """A row of `agent_phones`."""
    return (p.agent_id, tenant_id, p.kind.value, p.uri, p.account, p.auto_answer)


def phone_of(r: Row) -> AgentPhone:
    """The phone of a row of `agent_phones`."""
    return AgentPhone(agent_id=r[0], kind=PhoneKind(r[2]), uri=r[3], account=r[4], auto_answer=bool(r[5]))
