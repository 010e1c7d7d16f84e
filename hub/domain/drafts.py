"""What an agent has begun to write and not sent: one text a person, an interaction and a kind."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import InteractionId, TenantId, UserId
from hub.domain.touch import Attachment
from hub.domain.written_letter import WrittenLetter


class DraftKind(StrEnum):
    """To the client, or among ourselves."""

    REPLY = "reply"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The newest text wins; `version` grows with each, `window` is the window it was written in. `letter` is of e-mail
    only, and as it stands in its fields: an address in it may be half an address.

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
    letter: WrittenLetter | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        says_something = self.letter is not None and self.letter.says_something
        return not self.text.strip() and not self.attachments and not says_something
