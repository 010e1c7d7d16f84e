"""What web chat asks of the store: sites, visitors, and the conversation a visitor has had."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from hub.domain.callback import Callback
from hub.domain.ids import InteractionId, PersonId, QueueId, TenantId, TouchId, UserId
from hub.domain.site import SiteSetup
from hub.domain.site_identity import SiteSecret
from hub.domain.touch import Attachment, Claim, Delivery, Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A web site that carries the widget. `origins` are exact (`https://shop.example`); the hub's own origin
    is always allowed. `key` is public and names the site in the script tag. `version` is 0 before the first
    time its setup was put."""

    key: str
    tenant_id: TenantId
    queue_id: QueueId
    title: str
    origins: tuple[str, ...]
    language: str = "en"
    setup: SiteSetup = field(default_factory=SiteSetup)
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """One browser of a site. `id` is the thread and the address of their touches; only the SHA-256 of the token
    the browser keeps is stored. `got_seq` is the newest message known to be on their screen. `answers` are
    those to the site's form, by the key of the field: said by them, proved by nothing. `user` is whose it is, as the
    site has proved (`SiteUser.user`); empty while nobody has signed in."""

    id: str
    tenant_id: TenantId
    site_key: str
    token_sha256: str
    language: str
    created_at: datetime
    got_seq: int = 0
    about: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadTouch:
    """One message of the conversation, from either side; `external_id` is the client's id of an inbound one."""

    touch_id: TouchId
    interaction_id: InteractionId
    seq: int
    direction: Direction
    text: str
    at: datetime
    author: str
    delivery: Delivery
    external_id: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadState:
    """How a conversation stands: whether it is open, who has it, whether it waits, its newest interaction.

    `rateable` says that an agent has served that one, and the visitor has said something in it; `rating` is what
    they gave it, if anything; `closed_at` is when it was closed, `callback` the call promised in it.
    """

    open: bool
    agent: str
    waiting: bool
    interaction_id: InteractionId | None = None
    rateable: bool = False
    closed_at: datetime | None = None
    rating: "Rating | None" = None
    callback: Callback | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What a client thought of one interaction: 1 (bad) to 5 (very good). `at` is when they said it first;
    `agent_id` is who served them last, None when nobody did."""

    interaction_id: InteractionId
    person_id: PersonId
    agent_id: UserId | None
    queue_id: QueueId
    score: int
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineHours:
    """Whether a line is closed now, when it opens again (None: not known), and what to say meanwhile."""

    closed: bool
    opens_at: datetime | None = None
    away: str = ""


OPEN_HOURS = LineHours(closed=False)

HoursOf = Callable[[QueueId, str], Awaitable[LineHours]]
"""The hours of a line, with their words in a language. May raise Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in line: 1 is next. `ahead` counts those before it."""

    thread: str
    queue_id: QueueId
    place: int


RATING_OPEN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitorFile:
    """A file that a visitor uploaded. `id` is 128 random bits; nobody else may send or see it."""

    id: str
    tenant_id: TenantId
    visitor_id: str
    site_key: str
    file: Attachment
    at: datetime


class SiteSecretStore(Protocol):
    """What visitors' identities are checked with. Off the touch path, but read whenever somebody comes with one."""

    async def secrets(self, site_key: str) -> list[SiteSecret]:
        """Those of the site, the newest first. Raises Unavailable (`wrong_secret_key` too)."""
        ...

    async def secret_ids(self, site_key: str) -> frozenset[str]:
        """The ids of those of the site."""
        ...

    async def note_used(self, secret_id: str, at: datetime) -> None:
        """A token that was signed with it has come."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFile:
    """A file that was uploaded a while ago. `is_held`: something else than uploads as old as it holds the content."""

    file: VisitorFile
    is_held: bool


class VisitorStore(Protocol):
    """Off the touch path, but read at each connection."""

    async def site(self, key: str) -> Site | None:
        """The site of that key."""
        ...

    async def visitor_by_token(self, site_key: str, token_sha256: str) -> Visitor | None:
        """The visitor who holds the token, on that site only."""
        ...

    async def add_visitor(self, visitor: Visitor) -> None:
        """A new browser; of somebody who has signed in, if it has a `user`."""
        ...

    async def visitor_of_user(self, site_key: str, user: str) -> Visitor | None:
        """The visitor in whose conversation that user of the site goes on, whatever browser they come with."""
        ...

    async def add_session(self, visitor: Visitor, token_sha256: str, now: datetime) -> None:
        """A further browser of somebody who has signed in."""
        ...

    async def sign_in(self, visitor: Visitor, user: str, now: datetime) -> bool:
        """The visitor, who was nobody in particular, is that user of the site from now on, and so is their
        conversation; everybody is told by a VisitorSignedIn.

        Only while a conversation is open, so that what somebody else said here before stays theirs; and only while
        nothing proved speaks for another person. False, and nothing changed, otherwise.
        """
        ...

    async def conversation(self, visitor: Visitor, *, after_seq: int, limit: int) -> list[ThreadTouch]:
        """Messages of both sides with seq above `after_seq`, the newest `limit`, in order; notes never.

        Numbers go on over all interactions of the thread."""
        ...

    async def thread_state(self, visitor: Visitor) -> ThreadState:
        """How the newest interaction of the thread stands."""
        ...

    async def note_got(self, visitor: Visitor, seq: int, now: datetime) -> None:
        """Replies up to `seq` are on the screen: they become `delivered`, and the desk is told."""
        ...

    async def places(self, tenant_id: TenantId, queue_ids: Sequence[QueueId], account: str) -> list[Place]:
        """The places in line of all waiting threads of that account, by the router's order."""
        ...

    async def rate(
        self, visitor: Visitor, interaction_id: InteractionId, score: int, comment: str, now: datetime
    ) -> Rating:
        """Keep what the visitor thinks of an interaction of theirs that an agent served; once, and it may be
        changed for RATING_OPEN. Everybody is told by an InteractionRated.

        Raises NotFound for another's interaction, Conflict (`too_early`, `too_late`)."""
        ...

    async def put_answers(
        self, visitor: Visitor, answers: dict[str, str], name: str, claims: Sequence[Claim], now: datetime
    ) -> None:
        """The visitor answered the form. If we know their person, an empty name is filled in, and the addresses
        become identities of theirs that are `maybe`: what belongs to somebody else stays with them."""
        ...

    async def note_about(self, visitor: Visitor, about: dict[str, str]) -> None:
        """Where the visitor is now, and where they came from. While a conversation is open everybody is told by a
        ClientMoved."""
        ...

    async def add_file(self, file: VisitorFile) -> None:
        """The content is kept already; from now on the visitor may send it."""
        ...

    async def files(self, visitor: Visitor, ids: Sequence[str]) -> dict[str, VisitorFile]:
        """Files that this visitor uploaded."""
        ...

    async def uploaded_since(self, visitor: Visitor, since: datetime) -> tuple[int, int]:
        """How many files, and bytes, the visitor uploaded since then."""
        ...

    async def sent_file(self, visitor: Visitor, sha256: str) -> Attachment | None:
        """A file of that content in the visitor's own conversation, from either side; notes never."""
        ...

    async def old_files(self, before: datetime, limit: int, after: VisitorFile | None) -> list[OldFile]:
        """Files uploaded before then, the oldest first; those behind `after`."""
        ...

    async def forget_files(self, ids: Sequence[str]) -> None:
        """Take files off the list of uploads: their contents are gone, or somebody else's."""
        ...
