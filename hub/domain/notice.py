"""A word to an agent that stays at their desk until it is read: from a supervisor, or about what one did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import InteractionId, NoticeId, TenantId, UserId


class NoticeKind(StrEnum):
    """What it is about. `given`, `taken` and `returned` are about work; `task` is a task that one was given, its
    title the text; `message` is words only; `reply_overdue`: one did not answer in time, and the work went back;
    `reply_failed` and `reply_uncertain`: a reply of one's own did not arrive, or may not have (`detail` is `work_again`
    where its conversation was over, and is work again)."""

    MESSAGE = "message"
    STATE_CHANGED = "state_changed"
    GIVEN = "given"
    TAKEN = "taken"
    RETURNED = "returned"
    TASK = "task"
    REPLY_OVERDUE = "reply_overdue"
    REPLY_FAILED = "reply_failed"
    REPLY_UNCERTAIN = "reply_uncertain"


ABOUT_A_CONVERSATION = (
    NoticeKind.GIVEN,
    NoticeKind.TAKEN,
    NoticeKind.RETURNED,
    NoticeKind.REPLY_OVERDUE,
    NoticeKind.REPLY_FAILED,
    NoticeKind.REPLY_UNCERTAIN,
)
"""They say which client they are about."""

WORK_AGAIN = "work_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """To `user_id`, from `by`. `detail` is a stable word (the new state), `text` is what the sender wrote."""

    id: NoticeId
    tenant_id: TenantId
    user_id: UserId
    kind: NoticeKind
    by_id: UserId | None
    by: str
    detail: str = ""
    text: str = ""
    interaction_id: InteractionId | None = None
    at: datetime
    read_at: datetime | None = None
