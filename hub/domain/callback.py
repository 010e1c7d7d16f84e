"""A call that a client was promised: an agent dials by hand, now or at the promised time."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackWish:
    """What the client asks for; `due_at` None: as soon as somebody can."""

    phone: str
    reason: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A promised call. `queued_at` is when it became work in the line, None while its time has not come;
    `place_at` since when the client has waited, which is the place in line they keep."""

    id: str
    tenant_id: TenantId
    interaction_id: InteractionId
    person_id: PersonId
    queue_id: QueueId
    phone: str
    reason: str
    due_at: datetime
    queued_at: datetime | None
    place_at: datetime
    created_at: datetime

    @property
    def is_timed(self) -> bool:
        """Whether a time was promised, rather than "as soon as possible"."""
        return self.due_at > self.created_at
