"""What outlives a conversation: cases the client can ask about, and tasks that somebody must not forget."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import Conflict
from hub.domain.ids import CaseId, InteractionId, PersonId, TaskId, TenantId, UserId


class CaseStatus(StrEnum):
    """`pending` waits for somebody outside: the client, a supplier."""

    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"


STEPS: dict[CaseStatus, frozenset[CaseStatus]] = {
    CaseStatus.OPEN: frozenset({CaseStatus.PENDING, CaseStatus.CLOSED}),
    CaseStatus.PENDING: frozenset({CaseStatus.OPEN, CaseStatus.CLOSED}),
    CaseStatus.CLOSED: frozenset({CaseStatus.OPEN}),
}
"""Allowed steps; a closed case is opened again before anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A matter of one person. `number` counts from 1 within the tenant; `public_status` is what the client is
    told; `promised_at` is when we said it will be done."""

    id: CaseId
    tenant_id: TenantId
    number: int
    person_id: PersonId
    subject: str
    status: CaseStatus = CaseStatus.OPEN
    public_status: str = ""
    promised_at: datetime | None = None
    owner_id: UserId | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    version: int = 1

    def stepped(self, to: CaseStatus, at: datetime) -> "Case":
        """The case with another status; the same status again changes nothing.

        Raises Conflict (`case_closed`) when a closed case would become anything but open.
        """
        if to is self.status:
            return self
        if to not in STEPS[self.status]:
            raise Conflict("open the case again first", code="case_closed")
        return replace(self, status=to, closed_at=at if to is CaseStatus.CLOSED else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something to do for `owner_id`, by `due_at` if there is one; it may belong to a person, a case, an
    interaction."""

    id: TaskId
    tenant_id: TenantId
    title: str
    owner_id: UserId
    created_by: UserId | None
    created_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None
    person_id: PersonId | None = None
    case_id: CaseId | None = None
    interaction_id: InteractionId | None = None
    version: int = 1
