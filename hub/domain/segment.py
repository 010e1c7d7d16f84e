"""Intervals derived from steps of work: every figure is computed from these."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import InteractionId, QueueId, TenantId, UserId, WorkItemId


class SegmentKind(StrEnum):
    """What was going on during the interval."""

    IVR = "ivr"
    QUEUE = "queue"
    ALERT = "alert"
    TALK = "talk"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One interval of one work item; `agent_id` is None while nobody has it."""

    tenant_id: TenantId
    interaction_id: InteractionId
    work_item_id: WorkItemId
    queue_id: QueueId
    agent_id: UserId | None
    kind: SegmentKind
    started_at: datetime
    ended_at: datetime
