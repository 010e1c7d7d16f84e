"""Who we serve: persons, their organizations, and the addresses they reach us from."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import ConsentId, IdentityId, MergeId, OrganizationId, PersonId, TenantId, UserId


class IdentityKind(StrEnum):
    """The kind of channel an address belongs to."""

    PHONE = "phone"
    EMAIL = "email"
    TELEGRAM = "telegram"
    WEBCHAT = "webchat"
    SITE = "site"
    """A user of a web site of the house, as the site itself vouches for them: `site:user`. Nothing is sent there."""


WRITTEN_TO = frozenset(IdentityKind) - {IdentityKind.SITE}
"""Kinds of which an address leads to somebody; the others only say who somebody is."""


class Confidence(StrEnum):
    """How sure we are that an address is this person's."""

    KNOWN = "known"
    MAYBE = "maybe"


class Tier(StrEnum):
    """The worth of a client to the house; feeds the urgency of their work."""

    STANDARD = "standard"
    SILVER = "silver"
    GOLD = "gold"


TIER_PRIORITY = {Tier.STANDARD: 0, Tier.SILVER: 1, Tier.GOLD: 2}
"""How many steps of priority a tier adds to a work item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """A company that persons belong to."""

    id: OrganizationId
    tenant_id: TenantId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A human being we serve: one record, whatever the channel.

    `name` is empty while nobody told us; `language` is a BCP 47 primary tag or empty;
    `last_agent_id` is who served them last, on any channel.
    """

    id: PersonId
    tenant_id: TenantId
    name: str = ""
    language: str = ""
    tier: Tier = Tier.STANDARD
    organization_id: OrganizationId | None = None
    last_agent_id: UserId | None = None
    created_at: datetime
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One address of one person on one kind of channel, in normal form (`normalised`)."""

    id: IdentityId
    tenant_id: TenantId
    person_id: PersonId
    kind: IdentityKind
    value: str
    display: str = ""
    confidence: Confidence = Confidence.KNOWN
    created_at: datetime


class Purpose(StrEnum):
    """What a client may agree to be written or called for."""

    SERVICE = "service"
    MARKETING = "marketing"
    SURVEY = "survey"
    RECORDING = "recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the client said about one purpose on one kind of channel, when, and who wrote it down.

    Never changed: the newest of a purpose and a channel counts.
    """

    id: ConsentId
    tenant_id: TenantId
    person_id: PersonId
    channel: IdentityKind
    purpose: Purpose
    given: bool
    at: datetime
    by_id: UserId | None
    by: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two records are one person: what `merged_id` had points at `kept_id` until `undone_at`."""

    id: MergeId
    tenant_id: TenantId
    kept_id: PersonId
    merged_id: PersonId
    at: datetime
    by: str
    undone_at: datetime | None = None


_MAIL_SHAPE = re.compile(r"[^@\s]+@[^@\s]+")
_SITE_SHAPE = re.compile(r"[^:\s]+:\S(.*\S)?")


def normalised(kind: IdentityKind, value: str) -> str:
    """The normal form of an address, by which two spellings of it are equal.

    Phones are expected in E.164 already (the channel knows its region); only blanks and dashes go.
    Raises ValueError when the text cannot be an address of that kind.
    """
    text = unicodedata.normalize("NFC", value).strip()
    if kind is IdentityKind.PHONE:
        text = re.sub(r"[\s\-().]", "", text)
    elif kind is IdentityKind.EMAIL:
        text = text.lower()
        # a character that nobody sees makes another address, and a zero byte is none that a database keeps
        if not (_MAIL_SHAPE.fullmatch(text) and text.isprintable()):
            raise ValueError("not a mail address")
    elif kind is IdentityKind.SITE and not (_SITE_SHAPE.fullmatch(text) and text.isprintable()):
        raise ValueError("not a site and a user of it")
    if not text or len(text) > 320:
        raise ValueError("an address has 1 to 320 characters")
    return text
