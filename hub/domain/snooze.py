"""A conversation laid aside until a time, or until the client writes: between two passes, in nobody's hands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.ids import InteractionId, TenantId, UserId, WorkItemId

LONGEST_SNOOZE = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """`agent_id` laid it aside and is asked first when it comes back; `work_item_id` is the pass that it ended."""

    tenant_id: TenantId
    interaction_id: InteractionId
    work_item_id: WorkItemId
    agent_id: UserId
    until: datetime
    reason: str = ""
    made_at: datetime
