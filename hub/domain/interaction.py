"""One engagement with a client, from its first touch to its closing, and the sessions inside it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import Conflict
from hub.domain.ids import InteractionId, PersonId, QueueId, SessionId, TenantId, UserId
from hub.domain.outcome import Answer


class InteractionState(StrEnum):
    """An interaction is open until somebody closes it; nothing reopens it."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """The outcome recorded at close: a code of the house, a note, and the answers to its form by their codes."""

    code: str
    note: str = ""
    fields: dict[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One engagement. `last_seq` is the number of its newest touch or event."""

    id: InteractionId
    tenant_id: TenantId
    person_id: PersonId
    channel: str
    queue_id: QueueId
    language: str
    state: InteractionState
    opened_at: datetime
    closed_at: datetime | None = None
    closed_by: UserId | None = None
    disposition: Disposition | None = None
    last_agent_id: UserId | None = None
    last_seq: int = 0
    version: int = 1

    def require_open(self) -> None:
        """Raises Conflict when the interaction is closed already."""
        if self.state is not InteractionState.OPEN:
            raise Conflict("this interaction is closed", code="interaction_closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One call, mail thread, bot chat or web chat inside an interaction.

    `thread` is the channel's own name of the conversation, `address` where a reply goes.
    """

    id: SessionId
    tenant_id: TenantId
    interaction_id: InteractionId
    channel: str
    account: str
    thread: str
    address: str
    started_at: datetime
    ended_at: datetime | None = None
