"""A reply that is not to be sent at once: held for a moment so that it can be undone, or sent at a chosen time.

It is no touch yet: nothing has passed between the client and us. It becomes one, once, when its time has come.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, PlannedId, TenantId, TouchId, UserId
from hub.domain.touch import Attachment
from hub.domain.written_letter import PlannedLetter

LONGEST_HOLD = timedelta(seconds=60)
"""More than this is no second thought but a plan."""

MOST_WAITING = 50
"""Replies that may wait in one conversation at a time."""

FURTHEST = timedelta(days=366)
"""Nobody plans a reply for longer than a year ahead."""


class PlannedState(StrEnum):
    """`failed`: its time came and it could not be sent; somebody has to look at it."""

    WAITING = "waiting"
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"


OPEN_PLANS = frozenset({PlannedState.WAITING, PlannedState.FAILED})
"""Those that somebody still has to think of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReply:
    """`held`: only for as long as it can be undone. `after_seq` is the newest number of the interaction when it was
    written: what the client wrote later came meanwhile, and with `unless_client_writes` cancels it. `external_id`
    is the one of the touch it becomes, so that it becomes one only once. `reason` says why it failed or was
    cancelled, in one stable word. `letter` is of e-mail only.
    """

    id: PlannedId
    tenant_id: TenantId
    interaction_id: InteractionId
    author_id: UserId
    author: str
    external_id: str
    channel: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    send_at: datetime
    made_at: datetime
    after_seq: int
    held: bool = False
    unless_client_writes: bool = False
    state: PlannedState = PlannedState.WAITING
    reason: str = ""
    touch_id: TouchId | None = None
    version: int = 1
    letter: PlannedLetter | None = None

    def require_waiting(self) -> None:
        """Raises Conflict `already_sent` or `already_cancelled`."""
        if self.state is PlannedState.SENT:
            raise Conflict("this reply has been sent", code="already_sent")
        if self.state is PlannedState.CANCELLED:
            raise Conflict("this reply was cancelled", code="already_cancelled")

    def stepped(
        self, to: PlannedState, *, reason: str = "", touch_id: TouchId | None = None
    ) -> "PlannedReply":
        """After the step; what is over keeps neither text nor files, nor a letter."""
        after = replace(self, state=to, reason=reason, touch_id=touch_id, version=self.version + 1)
        return after if to in OPEN_PLANS else replace(after, text="", attachments=(), letter=None)
