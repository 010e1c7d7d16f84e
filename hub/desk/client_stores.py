"""What the card, cases, tasks, organizations and merges ask of the store. Each answers within the principal's reach.

What is out of reach is NotFound, as if it were not there; Conflict `changed_meanwhile` means that the version given
is not the present one: read again, then decide.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from msgspec import UNSET, UnsetType

from hub.desk.client_views import (
    AddressOwner,
    CaseHistory,
    CasePage,
    CaseView,
    ClientFieldPage,
    ClientFieldView,
    DoublePage,
    OrganizationPage,
    OrganizationView,
    OrganizationWork,
    SharedLinePage,
    TaskPage,
)
from hub.desk.found import PersonPage
from hub.desk.views import TaskView
from hub.domain.access import Principal
from hub.domain.card import CardEdit
from hub.domain.case import CaseStatus
from hub.domain.client_fields import ClientFieldKind
from hub.domain.ids import (
    CaseId,
    FieldId,
    IdentityId,
    InteractionId,
    MergeId,
    OrganizationId,
    PersonId,
    TaskId,
    UserId,
)
from hub.domain.organization import OrganizationEdit
from hub.domain.person import Confidence, IdentityKind, Purpose
from hub.ports.uniting import AlsoDone


class CardStore(Protocol):
    """Editing a card. Each gives the record that stands for the person, which may be another after a merge."""

    async def edit(self, principal: Principal, person_id: PersonId, edit: CardEdit) -> PersonId:
        """Name, language, tier, organization, tags, fields of the house. Raises Invalid, Conflict, NotFound."""
        ...

    async def record_consent(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        channel: IdentityKind,
        purpose: Purpose,
        given: bool,
        source: str,
    ) -> PersonId:
        """What the client said; earlier words stay in the history."""
        ...

    async def add_address(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        kind: IdentityKind,
        typed: str,
        confidence: Confidence,
    ) -> PersonId:
        """An address, in normal form; one they have already changes nothing.

        Raises Conflict (`address_taken`) for one that somebody else has: it is never taken from them.
        """
        ...

    async def remove_address(
        self, principal: Principal, person_id: PersonId, identity_id: IdentityId
    ) -> PersonId:
        """It is nobody's from now on."""
        ...

    async def mark_address(
        self, principal: Principal, person_id: PersonId, identity_id: IdentityId, confidence: Confidence
    ) -> PersonId:
        """Proved to be theirs, or perhaps theirs."""
        ...

    async def owner_of(self, principal: Principal, kind: IdentityKind, typed: str) -> AddressOwner:
        """Who has this address, if they are within reach."""
        ...


class MergeStore(Protocol):
    """Two records of one person."""

    async def merge(
        self, principal: Principal, kept_id: PersonId, other_id: PersonId, *, then: AlsoDone | None = None
    ) -> PersonId:
        """All that `other_id` had is `kept_id`'s from now on; nothing is deleted. `then` is done in the same commit:
        what it raises leaves the records as they were, and after a Conflict (`raced`) both are done anew.

        Needs the right to edit the one and to read the other. Raises Invalid (`same_person`), Conflict, NotFound.
        """
        ...

    async def undo(self, principal: Principal, merge_id: MergeId) -> PersonId:
        """Take them apart: what was moved goes back, and what came since by an address goes with the address.

        Undoing twice is success.
        """
        ...


class DoubleStore(Protocol):
    """Records that may be one person, and what people decided of them."""

    async def doubles(self, principal: Principal, *, after: str, limit: int) -> DoublePage:
        """Pairs that nobody has decided, both within reach to edit; `limit` is about how many groups are looked at.

        Raises Invalid (`after`).
        """
        ...

    async def keep_apart(
        self, principal: Principal, person_id: PersonId, other_id: PersonId, *, apart: bool
    ) -> None:
        """They are not one person: not proposed again; or, with `apart` false, they may be after all.

        Needs the right to edit the one and to read the other. Raises Invalid (`same_person`), NotFound.
        """
        ...


class SplitStore(Protocol):
    """One record of two people."""

    async def split(self, principal: Principal, person_id: PersonId, identity_id: IdentityId) -> PersonId:
        """An address gets a record of its own, with the interactions that came by it alone; whose that is.

        A merge of the two undoes it. Raises NotFound, Invalid (`only_address`).
        """
        ...


class SharedLineStore(Protocol):
    """Numbers of nobody in particular, by which nobody is known."""

    async def shared_lines(self, principal: Principal) -> SharedLinePage:
        """All of them, by their numbers."""
        ...

    async def add_shared_line(self, principal: Principal, typed: str, label: str) -> SharedLinePage:
        """All of them, with this one; one that is there gets the label. Raises Invalid."""
        ...

    async def remove_shared_line(self, principal: Principal, value: str) -> SharedLinePage:
        """All of them, without this one. Whoever has the number is known by it again."""
        ...


class CaseStore(Protocol):
    """Cases, reached through their person."""

    async def cases(self, principal: Principal, person_id: PersonId, *, after: str, limit: int) -> CasePage:
        """All of a person, closed ones too, newest first."""
        ...

    async def case(self, principal: Principal, case_id: CaseId) -> CaseView:
        """One."""
        ...

    async def history(self, principal: Principal, case_id: CaseId) -> CaseHistory:
        """Who changed what of it."""
        ...

    async def open_case(
        self,
        principal: Principal,
        person_id: PersonId,
        *,
        subject: str,
        promised_at: datetime | None,
        owner_id: UserId | None,
        interaction_id: InteractionId | None,
        key: str | None,
    ) -> CaseView:
        """Open one; `owner_id` None is whoever opens it. The same `key` again is the same case."""
        ...

    async def change_case(
        self,
        principal: Principal,
        case_id: CaseId,
        *,
        version: int,
        subject: str | None = None,
        status: CaseStatus | None = None,
        public_status: str | None = None,
        promised_at: datetime | UnsetType | None = UNSET,
        owner_id: UserId | UnsetType | None = UNSET,
        interaction_id: InteractionId | None = None,
    ) -> CaseView:
        """None (or UNSET) leaves a thing as it is; `interaction_id` links one more. Raises Conflict, Invalid."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTask:
    """What is to be done: `owner_id` None is whoever writes it down. `for_team`: whoever serves the queue of the
    conversation. `if_no_answer`: it is done by itself when the client writes."""

    title: str
    owner_id: UserId | None = None
    due_at: datetime | None = None
    person_id: PersonId | None = None
    case_id: CaseId | None = None
    interaction_id: InteractionId | None = None
    for_team: bool = False
    if_no_answer: bool = False


class TaskStore(Protocol):
    """Tasks: one's own, those of the team, those of a client one may read."""

    async def tasks(
        self, principal: Principal, *, owner: str, person: str, done: bool, after: str, limit: int
    ) -> TaskPage:
        """`owner` is an id, `me`, or empty for everybody in reach; `person` an id or empty."""
        ...

    async def task(self, principal: Principal, task_id: TaskId) -> TaskView:
        """One. Raises NotFound."""
        ...

    async def add_task(self, principal: Principal, new: NewTask, *, key: str | None) -> TaskView:
        """Write one down. The same `key` again is the same task. Raises Invalid, NotFound."""
        ...

    async def change_task(
        self,
        principal: Principal,
        task_id: TaskId,
        *,
        version: int,
        title: str | None = None,
        owner_id: UserId | None = None,
        due_at: datetime | UnsetType | None = UNSET,
        done: bool | None = None,
    ) -> TaskView:
        """None (or UNSET) leaves a thing as it is. Raises Conflict, Invalid, NotFound."""
        ...


class OrganizationStore(Protocol):
    """Companies."""

    async def organizations(self, principal: Principal, q: str, limit: int) -> OrganizationPage:
        """Those whose names hold the words of `q`, in any script's case; the best first."""
        ...

    async def organization(self, principal: Principal, organization_id: OrganizationId) -> OrganizationView:
        """One, if a client of it is within reach."""
        ...

    async def work(self, principal: Principal, organization_id: OrganizationId) -> OrganizationWork:
        """Open cases, open tasks and the last interactions of its clients within reach. Raises NotFound."""
        ...

    async def members(
        self, principal: Principal, organization_id: OrganizationId, *, after: str, limit: int
    ) -> PersonPage:
        """Its clients that are within reach."""
        ...

    async def add_organization(self, principal: Principal, name: str) -> OrganizationView:
        """The one of that name, made if need be."""
        ...

    async def change_organization(
        self,
        principal: Principal,
        organization_id: OrganizationId,
        *,
        version: int,
        edit: OrganizationEdit,
    ) -> OrganizationView:
        """Raises Conflict, Invalid, NotFound."""
        ...


class FieldStore(Protocol):
    """Fields of the house."""

    async def fields(self, principal: Principal) -> ClientFieldPage:
        """All of them, in their order."""
        ...

    async def add_field(
        self,
        principal: Principal,
        *,
        label: str,
        kind: ClientFieldKind,
        choices: tuple[str, ...],
        required: bool,
    ) -> ClientFieldView:
        """A new one, at the end. Raises Invalid, Conflict (`name_taken`)."""
        ...

    async def change_field(
        self,
        principal: Principal,
        field_id: FieldId,
        *,
        version: int,
        label: str,
        choices: tuple[str, ...],
        required: bool,
        position: int,
    ) -> ClientFieldView:
        """The kind stays: what cards hold is of that kind. Raises Invalid, Conflict, NotFound."""
        ...

    async def remove_field(self, principal: Principal, field_id: FieldId) -> None:
        """Cards do not show it any more. Raises NotFound."""
        ...
