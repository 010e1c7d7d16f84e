"""A colleague who is asked within a conversation: they see it and write notes, until one of the two ends it."""

from dataclasses import dataclass, replace
from datetime import datetime

from hub.domain.errors import Conflict
from hub.domain.ids import ConsultId, InteractionId, TenantId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """One question to one colleague; on the telephone there is none in writing (`is_spoken`).

    `reason` says how it ended: `done`, `left`, `handed_over` or `closed`.
    """

    id: ConsultId
    tenant_id: TenantId
    interaction_id: InteractionId
    asked_by: UserId
    asked_by_name: str
    colleague_id: UserId
    colleague_name: str
    question: str
    started_at: datetime
    ended_at: datetime | None = None
    reason: str = ""

    @property
    def is_spoken(self) -> bool:
        """Whether they are asked on the telephone: then it ends there, and they get no other work meanwhile."""
        return not self.question

    def ended(self, at: datetime, reason: str) -> "Consult":
        """The consult after its end. Raises Conflict (`consult_over`) when it ended before."""
        if self.ended_at is not None:
            raise Conflict("this consult is over", code="consult_over")
        return replace(self, ended_at=at, reason=reason)
