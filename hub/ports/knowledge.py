"""Keeping replies, macros and articles. Who may see or change one was decided before; the tenant bounds everything.

Every change carries its line of the audit log; both are committed together or not at all. Changing or removing
names the version it was decided on and raises Conflict (`changed_meanwhile`) when somebody was faster. Everything
raises Unavailable when the store fails for now.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.audit import AuditDraft
from hub.domain.ids import QueueId, TenantId, UserId
from hub.domain.knowledge import Article, ArticleId, ArticleState, ArticleVersion, Snippet, SnippetId


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """How often something was used: by everybody, and by the one who asks."""

    total: int = 0
    own: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFilter:
    """Which articles. `queues` None: all; else those of the house and of these queues."""

    queues: frozenset[QueueId] | None = None
    state: ArticleState | None = None
    public_only: bool = False
    category: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHit:
    """An article found, in the language whose words were found; the greater `score` the better."""

    article: Article
    language: str
    score: float


class SnippetStore(Protocol):
    """Replies and macros."""

    async def snippets(self, tenant_id: TenantId) -> list[Snippet]:
        """All of the tenant, by code."""
        ...

    async def snippet(self, tenant_id: TenantId, snippet_id: SnippetId) -> Snippet | None:
        """The one of that id."""
        ...

    async def add_snippet(self, snippet: Snippet, draft: AuditDraft | None) -> None:
        """Raises Conflict (`code_taken`, `too_many_items`)."""
        ...

    async def save_snippet(self, snippet: Snippet, draft: AuditDraft | None) -> None:
        """Write `snippet`, whose version is one more than the one it was read with. Raises Conflict (`code_taken`)."""
        ...

    async def remove_snippet(self, snippet: Snippet, draft: AuditDraft | None) -> None:
        """It is gone, and its counts."""
        ...

    async def uses(self, tenant_id: TenantId, user_id: UserId | None) -> dict[str, Uses]:
        """By the id of what was used."""
        ...

    async def count_use(self, tenant_id: TenantId, user_id: UserId, item_id: str, at: datetime) -> None:
        """Once more."""
        ...


class ArticleStore(Protocol):
    """Articles, their versions, and what they are found by."""

    async def articles(
        self, tenant_id: TenantId, wanted: ArticleFilter, *, after: str, limit: int
    ) -> list[Article]:
        """Newest first, after the one of id `after`."""
        ...

    async def find_articles(
        self, tenant_id: TenantId, query: str, wanted: ArticleFilter, *, every_word: bool, limit: int
    ) -> list[ArticleHit]:
        """Best first. `every_word`: each word of the query must be answered; else the rarer ones weigh more."""
        ...

    async def article(self, tenant_id: TenantId, article_id: ArticleId) -> Article | None:
        """The one of that id."""
        ...

    async def article_of_slug(self, tenant_id: TenantId, slug: str) -> Article | None:
        """The one of that name in the address."""
        ...

    async def categories(self, tenant_id: TenantId, wanted: ArticleFilter) -> list[tuple[str, int]]:
        """The categories in use, and of how many articles."""
        ...

    async def add_article(self, article: Article, draft: AuditDraft) -> Article:
        """The article with a `slug` that nobody has. Raises Conflict (`too_many_items`)."""
        ...

    async def save_article(self, article: Article, draft: AuditDraft, *, reason: str) -> None:
        """Write `article`, whose version is one more than the one it was read with."""
        ...

    async def remove_article(self, article: Article, draft: AuditDraft) -> None:
        """It is gone, with its versions and counts."""
        ...

    async def versions(
        self, tenant_id: TenantId, article_id: ArticleId, *, before: int | None, limit: int
    ) -> Sequence[ArticleVersion]:
        """How it was, newest first."""
        ...

    async def count_opinion(self, tenant_id: TenantId, article_id: ArticleId, *, is_helpful: bool) -> bool:
        """One more reader said so. False when there is no such article."""
        ...
