"""Facts about the clocks of conversations."""

from dataclasses import dataclass
from typing import ClassVar

from hub.domain.ids import InteractionId, QueueId, TenantId, WorkItemId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClocksChanged:
    """What is due in a conversation, or the time its agent has left, is different now: read it again.

    `work_item_id` is the pass under way, if there is one.
    """

    kind: ClassVar[str] = "clocks_changed"
    tenant_id: TenantId
    interaction_id: InteractionId
    queue_id: QueueId
    work_item_id: WorkItemId | None
