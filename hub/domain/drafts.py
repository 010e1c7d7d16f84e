"""What an agent has begun to write and not sent: one text a person, an interaction and a kind."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import InteractionId, TenantId, UserId
from hub.domain.touch import Attachment


class DraftKind(StrEnum):
    """To the client, or among ourselves."""

    REPLY = "reply"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The newest text wins; `version` grows with each, `window` is the window it was written in.

    An empty one (`is_empty`) stands for a draft that is gone.
    """

    tenant_id: TenantId
    user_id: UserId
    interaction_id: InteractionId
    kind: DraftKind
    channel: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[UserId, ...] = ()
    window: str = ""
    version: int = 1
    changed_at: datetime

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        return not self.text.strip() and not self.attachments
