"""Bodies of what people write about clients: edits of a card, consents, addresses, merges, cases, tasks, fields."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from agent_console.bodies import Answer, Body, CardAnswer, Id, Short
from hub.domain.case import CaseStatus
from hub.domain.client_fields import LONGEST_VALUE, ClientFieldKind
from hub.domain.person import Confidence, IdentityKind, Purpose, Tier

Version = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Name = Annotated[str, Meta(max_length=200)]
Line = Annotated[str, Meta(max_length=200)]
Tags = Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=100)]
Values = Annotated[
    dict[Annotated[str, Meta(max_length=100)], Annotated[str, Meta(max_length=LONGEST_VALUE)]],
    Meta(max_length=100),
]
Choices = Annotated[tuple[Short, ...], Meta(max_length=50)]


class EditPerson(Body, frozen=True, kw_only=True):
    """What is to be different on the card; what is left out stays. `version` is the card's one was looking at.

    An empty `organization_id` means none; in `fields` (by the id of the field) an empty text empties it.
    """

    version: Version
    name: Name | None = None
    language: Annotated[str, Meta(max_length=10)] | None = None
    tier: Tier | None = None
    organization_id: Annotated[str, Meta(max_length=36)] | None = None
    tags: Tags | None = None
    fields: Values | None = None


class RecordConsent(Body, frozen=True, kw_only=True):
    """What the client said about a purpose on a kind of channel; `source` says how they said it."""

    channel: IdentityKind
    purpose: Purpose
    given: bool
    source: Line = ""


class AddAddress(Body, frozen=True, kw_only=True):
    """An address as somebody typed it."""

    kind: IdentityKind
    value: Annotated[str, Meta(min_length=1, max_length=320)]
    confidence: Confidence = Confidence.KNOWN


class MarkAddress(Body, frozen=True, kw_only=True):
    """Whether it is proved that the address is theirs."""

    confidence: Confidence


class MergeWith(Body, frozen=True, kw_only=True):
    """The other record of the same person."""

    other_id: Id


class SplitAnswer(Answer, frozen=True, kw_only=True):
    """The card as it is now, and the record that the address has. Merging that one in puts all of it back."""

    card: CardAnswer
    apart_id: str


class KeepApart(Body, frozen=True, kw_only=True):
    """The other record, and whether they are two people."""

    other_id: Id
    apart: bool = True


class NewSharedLine(Body, frozen=True, kw_only=True):
    """A number as one types it, and what it is."""

    value: Annotated[str, Meta(min_length=1, max_length=40)]
    label: Annotated[str, Meta(max_length=80)] = ""


class NewCase(Body, frozen=True, kw_only=True):
    """A matter of this client; without `owner_id` it belongs to whoever opens it."""

    subject: Short
    promised_at: datetime | None = None
    owner_id: Id | None = None
    interaction_id: Id | None = None


class EditCase(Body, frozen=True, kw_only=True):
    """What is to be different; what is left out stays. `interaction_id` is one more that belongs to it."""

    version: Version
    subject: Short | None = None
    status: CaseStatus | None = None
    public_status: Line | None = None
    promised_at: datetime | UnsetType | None = UNSET
    owner_id: Id | UnsetType | None = UNSET
    interaction_id: Id | None = None


class NewTaskBody(Body, frozen=True, kw_only=True):
    """Something to do; without `owner_id` for oneself. `for_team`: for whoever serves the queue of the conversation;
    `if_no_answer`: by `due_at`, unless the client writes before: then it is done by itself."""

    title: Short
    owner_id: Id | None = None
    due_at: datetime | None = None
    person_id: Id | None = None
    case_id: Id | None = None
    interaction_id: Id | None = None
    for_team: bool = False
    if_no_answer: bool = False


class EditTask(Body, frozen=True, kw_only=True):
    """What is to be different; what is left out stays."""

    version: Version
    title: Short | None = None
    owner_id: Id | None = None
    due_at: datetime | UnsetType | None = UNSET
    done: bool | None = None


class NewOrganization(Body, frozen=True, kw_only=True):
    """A company by its name."""

    name: Short


class EditOrganization(Body, frozen=True, kw_only=True):
    """What is to be different; what is left out stays."""

    version: Version
    name: Short | None = None
    note: Annotated[str, Meta(max_length=4_000)] | None = None
    domain: Annotated[str, Meta(max_length=400)] | None = None
    phone: Annotated[str, Meta(max_length=60)] | None = None
    tags: Annotated[tuple[Annotated[str, Meta(max_length=60)], ...], Meta(max_length=50)] | None = None


class NewClientField(Body, frozen=True, kw_only=True):
    """A field of the house on its clients' cards; a choice has `choices`."""

    label: Annotated[str, Meta(min_length=1, max_length=60)]
    kind: ClientFieldKind
    choices: Choices = ()
    required: bool = False


class EditClientField(Body, frozen=True, kw_only=True):
    """The field as it shall be; its kind stays."""

    version: Version
    label: Annotated[str, Meta(min_length=1, max_length=60)]
    choices: Choices = ()
    required: bool = False
    position: Annotated[int, Meta(ge=0, le=1_000)] = 0
