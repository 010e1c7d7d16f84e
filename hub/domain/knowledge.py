"""What the house knows: canned replies, macros and articles, whose they are, and who sees them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, TypeVar

from hub.domain.access import Permission, Principal, Scope
from hub.domain.ids import QueueId, TenantId, UserId

SnippetId = NewType("SnippetId", str)
ArticleId = NewType("ArticleId", str)

CODE_SHAPE = re.compile(r"[^\W_][\w.-]{0,39}")
LANGUAGE_SHAPE = re.compile(r"[a-z]{2,3}")

T = TypeVar("T")


class Reach(StrEnum):
    """For whom a reply or a macro is: everybody, those who serve some queues, or whoever wrote it."""

    HOUSE = "house"
    QUEUES = "queues"
    PERSONAL = "personal"


class SnippetKind(StrEnum):
    """A text to insert, or steps to take."""

    REPLY = "reply"
    MACRO = "macro"


class StepKind(StrEnum):
    """What one step of a macro does."""

    INSERT = "insert"
    REPLY = "reply"
    NOTE = "note"
    TAG = "tag"
    LANGUAGE = "language"
    TIER = "tier"
    SNOOZE = "snooze"
    TRANSFER = "transfer"
    CLOSE = "close"


TEXT_STEPS = frozenset({StepKind.INSERT, StepKind.REPLY, StepKind.NOTE})
CARD_STEPS = frozenset({StepKind.TAG, StepKind.LANGUAGE, StepKind.TIER})
"""What the card of the client says from then on."""
LAST_STEPS = frozenset({StepKind.SNOOZE, StepKind.TRANSFER, StepKind.CLOSE})
"""After one of these the conversation is out of the agent's hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `texts` by language for insert, reply and note; `value` is a tag, a language, a tier, a queue's id,
    an outcome's code, or minutes; `note` goes with transfer and close."""

    kind: StepKind
    texts: dict[str, str] = field(default_factory=dict)
    value: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A canned reply (`texts` by language) or a macro (`steps`), found by `code` and title."""

    id: SnippetId
    tenant_id: TenantId
    kind: SnippetKind
    code: str
    title: str
    texts: dict[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    reach: Reach
    owner_id: UserId | None = None
    queues: frozenset[QueueId] = frozenset()
    version: int = 1
    updated_at: datetime
    updated_by: str = ""


class ArticleState(StrEnum):
    """Only a published article is shown to clients and suggested to agents."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """An article in one language; `body` is in the small Markdown of docs/knowledge.md."""

    title: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article. `slug` is its name in the public address and stays; no `queues` means the whole house."""

    id: ArticleId
    tenant_id: TenantId
    slug: str
    category: str = ""
    tags: tuple[str, ...] = ()
    queues: frozenset[QueueId] = frozenset()
    state: ArticleState = ArticleState.DRAFT
    is_public: bool = False
    texts: dict[str, ArticleText]
    version: int = 1
    created_at: datetime
    updated_at: datetime
    updated_by: str = ""
    helpful_yes: int = 0
    helpful_no: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """How an article was after one change. `reason` is `added`, `changed` or `restored`."""

    number: int
    at: datetime
    by: str
    reason: str
    article: Article


def languages_in_order(wanted: str, of_queue: Sequence[str], there: Iterable[str]) -> list[str]:
    """The languages of a text, the best for a client first: their own, the queue's, then any."""
    known = list(there)
    ordered = [tag for tag in (wanted, *of_queue) if tag in known]
    return list(dict.fromkeys([*ordered, *sorted(known)]))


def best_text(texts: Mapping[str, T], wanted: str, of_queue: Sequence[str]) -> tuple[str, T] | None:
    """The text for a client and its language, or None when there is none at all."""
    order = languages_in_order(wanted, of_queue, texts)
    return (order[0], texts[order[0]]) if order else None


def sees_snippet(principal: Principal, snippet: Snippet) -> bool:
    """Whether it is one of those the principal may use: the house's, those of their queues, their own."""
    if snippet.tenant_id != principal.tenant_id:
        return False
    match snippet.reach:
        case Reach.PERSONAL:
            return principal.user_id is not None and snippet.owner_id == principal.user_id
        case Reach.HOUSE:
            return True
        case Reach.QUEUES:
            reads_all = principal.scope(Permission.READ_KNOWLEDGE) is Scope.ALL
            return reads_all or bool(snippet.queues & principal.queues)


def sees_article(principal: Principal, article: Article) -> bool:
    """Whether the article is for the house, or for a queue of the principal's."""
    if article.tenant_id != principal.tenant_id:
        return False
    reads_all = principal.scope(Permission.READ_KNOWLEDGE) is Scope.ALL
    return reads_all or not article.queues or bool(article.queues & principal.queues)


def may_change(principal: Principal, queues: frozenset[QueueId], *, is_house: bool) -> bool:
    """Whether the principal may change what belongs to the house, or to these queues."""
    reach = principal.scope(Permission.WRITE_KNOWLEDGE)
    if reach is Scope.ALL:
        return True
    return reach is Scope.TEAM and not is_house and bool(queues) and queues <= principal.queues
