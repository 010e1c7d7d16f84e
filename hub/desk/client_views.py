"""What people see of that which hangs on a client: cases, tasks, organizations, fields of the house."""

from datetime import datetime

from hub.desk.found import InteractionView, PersonView
from hub.desk.views import NamedView, TaskView, View
from hub.domain.case import CaseStatus
from hub.domain.client_fields import ClientFieldKind


class CaseView(View, frozen=True, kw_only=True):
    """A case. `owner` is None while nobody has it; `interactions` are those it came up in."""

    id: str
    number: int
    person: NamedView
    subject: str
    status: CaseStatus
    public_status: str
    promised_at: datetime | None
    owner: NamedView | None
    opened_at: datetime
    closed_at: datetime | None
    version: int
    interactions: tuple[str, ...] = ()


class CasePage(View, frozen=True, kw_only=True):
    """A page, newest first."""

    items: tuple[CaseView, ...]
    next: str | None


class CaseFactView(View, frozen=True, kw_only=True):
    """One change of a case: when, by whom, what (`card_case_…`, as in a person's history), what it was and is.

    Of a step (`opened`, `closed`, `pending`, `reopened`) `now` is the subject; instants are RFC 3339.
    """

    at: datetime
    by: str
    kind: str
    was: str
    now: str


class CaseHistory(View, frozen=True, kw_only=True):
    """What was changed of a case, the newest first, at most 200."""

    items: tuple[CaseFactView, ...]
    next: str | None


class TaskPage(View, frozen=True, kw_only=True):
    """A page: what is open by its due time, what is done newest first."""

    items: tuple[TaskView, ...]
    next: str | None


class ClientFieldView(View, frozen=True, kw_only=True):
    """A field of the house on its clients' cards."""

    id: str
    label: str
    kind: ClientFieldKind
    choices: tuple[str, ...]
    required: bool
    position: int
    version: int


class ClientFieldPage(View, frozen=True, kw_only=True):
    """All fields, in their order."""

    items: tuple[ClientFieldView, ...]
    next: str | None


class DoubleView(View, frozen=True, kw_only=True):
    """Two records that may be one person, the older one first. `reasons` are stable words, the strongest first."""

    one: PersonView
    other: PersonView
    reasons: tuple[str, ...]


class DoublePage(View, frozen=True, kw_only=True):
    """A page. It may be empty and go on all the same: so far was looked, and no further."""

    items: tuple[DoubleView, ...]
    next: str | None


class SharedLineView(View, frozen=True, kw_only=True):
    """A number of nobody in particular, and what it is."""

    value: str
    label: str
    by: str
    at: datetime


class SharedLinePage(View, frozen=True, kw_only=True):
    """All shared lines, by their numbers."""

    items: tuple[SharedLineView, ...]
    next: str | None


class OrganizationView(View, frozen=True, kw_only=True):
    """A company; `persons` counts those who belong to it, `may_edit` is told of one that is shown by itself."""

    id: str
    name: str
    note: str
    persons: int
    version: int
    domain: str = ""
    phone: str = ""
    tags: tuple[str, ...] = ()
    may_edit: bool = False


class OrganizationWork(View, frozen=True, kw_only=True):
    """What goes on with a company, as far as its clients are within reach: the newest of each first, tasks by due
    time. Nobody sees tasks who may not work on any."""

    cases: tuple[CaseView, ...]
    tasks: tuple[TaskView, ...]
    interactions: tuple[InteractionView, ...]


class OrganizationPage(View, frozen=True, kw_only=True):
    """Companies found, by name."""

    items: tuple[OrganizationView, ...]
    next: str | None


class AddressOwner(View, frozen=True, kw_only=True):
    """Who has an address: None when nobody has it, or nobody within reach."""

    value: str
    person: NamedView | None
