"""The client's card: what the agent sees the moment work is offered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.case import CaseStatus
from hub.domain.ids import CaseId, IdentityId, InteractionId, MergeId, OrganizationId, PersonId, TaskId
from hub.domain.person import Confidence, IdentityKind, Purpose, Tier
from hub.domain.touch import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class CardIdentity:
    """One address on the card."""

    id: IdentityId | None = None
    kind: IdentityKind
    value: str
    display: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTouch:
    """One line of the person's recent history; `files` are the names of what came with it, `subject` is of a letter."""

    interaction_id: InteractionId
    seq: int
    channel: str
    direction: Direction
    at: datetime
    text: str
    files: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCandidate:
    """Somebody this may be, with the reason and how sure it makes (0 to 1); never chosen silently."""

    person_id: PersonId
    name: str
    reason: str
    sure: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CardConsent:
    """The newest word of the client about a purpose on a kind of channel."""

    channel: IdentityKind
    purpose: Purpose
    given: bool
    at: datetime
    by: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCase:
    """A case that is not closed."""

    id: CaseId
    number: int
    subject: str
    status: CaseStatus
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTask:
    """A task that is not done; `given_by` is empty for what its owner gave themselves. `if_no_answer`: it is done by
    itself when the client writes."""

    id: TaskId
    title: str
    owner: str
    given_by: str = ""
    due_at: datetime | None = None
    if_no_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMerge:
    """Another record that was found to be this person; it can be taken apart again."""

    id: MergeId
    name: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCard:
    """Who (or the candidates), their worth and language, their addresses, what they did last on all channels.

    `interactions` counts all engagements ever, `first_seen_at` is the day we met. `about` is what the channel
    knows of this visit (page, referrer, browser language). `fields` are the house's own, by the id of the field.
    `cases` and `tasks` are the first of those open; `open_cases` and `open_tasks` count all of them.
    """

    person_id: PersonId
    name: str
    organization: str
    tier: Tier
    language: str
    first_seen_at: datetime
    interactions: int
    last_agent: str
    identities: tuple[CardIdentity, ...]
    recent: tuple[CardTouch, ...]
    candidates: tuple[CardCandidate, ...] = ()
    about: dict[str, str]
    version: int = 1
    organization_id: OrganizationId | None = None
    tags: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    consents: tuple[CardConsent, ...] = ()
    cases: tuple[CardCase, ...] = ()
    open_cases: int = 0
    tasks: tuple[CardTask, ...] = ()
    open_tasks: int = 0
    merges: tuple[CardMerge, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEdit:
    """What is wanted of a card of that version; None leaves a thing as it is.

    An empty `organization_id` means none; in `fields` (by the id of the field) an empty text empties it.
    """

    version: int
    name: str | None = None
    language: str | None = None
    tier: Tier | None = None
    organization_id: str | None = None
    tags: tuple[str, ...] | None = None
    fields: Mapping[str, str] | None = None

    @property
    def organization(self) -> OrganizationId | None:
        """Which organization is meant, if one is."""
        return OrganizationId(self.organization_id) if self.organization_id else None
