"""The client's card: what the agent sees the moment work is offered."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.ids import InteractionId, PersonId
from hub.domain.person import Confidence, IdentityKind, Tier
from hub.domain.touch import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class CardIdentity:
    """One address on the card."""

    kind: IdentityKind
    value: str
    display: str
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTouch:
    """One line of the person's recent history."""

    interaction_id: InteractionId
    seq: int
    channel: str
    direction: Direction
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCandidate:
    """Somebody this may be, with the reason; never chosen silently."""

    person_id: PersonId
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCard:
    """Who (or the candidates), their worth and language, their addresses, what they did last on all channels.

    `interactions` counts all engagements ever, `first_seen_at` is the day we met. `about` is what the channel
    knows of this visit (page, referrer, browser language).
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
