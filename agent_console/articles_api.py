"""Articles: reading, writing, their versions, and which of them fit a conversation."""

from typing import Annotated

from msgspec import Meta

from agent_console.bodies import Done, Id
from agent_console.knowledge_bodies import (
    ArticleBody,
    ArticleLines,
    ArticleVersions,
    ArticleView,
    CategoryPage,
    CategoryView,
    Restore,
    Suggestions,
)
from agent_console.knowledge_shown import Shown, article_draft
from agent_console.operations import Call, Operation, Operations
from hub.crm.articles import Articles
from hub.desk.ready import Occasions
from hub.domain.access import Permission
from hub.domain.ids import InteractionId
from hub.domain.knowledge import Article, ArticleId, ArticleState
from hub.ports.knowledge import ArticleFilter, SnippetStore, Uses

Cursor = Annotated[str, Meta(max_length=100)]
Filter = Annotated[str, Meta(max_length=100)]
Query = Annotated[str, Meta(max_length=200)]
Limit = Annotated[int, Meta(ge=1, le=100)]
Changed = Annotated[int, Meta(ge=1, le=2_000_000_000)]

BODY_LIMIT_BYTES = 1024 * 1024
MOST_SUGGESTED = 5
MESSAGES_READ = 4


def operations(
    *, articles: Articles, store: SnippetStore, occasions: Occasions, shown: Shown
) -> list[Operation]:
    """The operations of articles."""
    made = Operations("articles")

    async def uses_of(call: Call) -> dict[str, Uses]:
        return await store.uses(call.principal.tenant_id, call.principal.user_id)

    async def view(call: Call, article: Article) -> ArticleView:
        uses = (await uses_of(call)).get(article.id, Uses())
        return shown.article(call.principal, article, uses)

    @made.op(
        "GET", "/api/v1/articles", Permission.READ_KNOWLEDGE, "Articles, newest first, or found by words"
    )
    async def list_articles(
        call: Call,
        q: Query = "",
        language: Filter = "",
        category: Filter = "",
        tag: Filter = "",
        state: ArticleState | None = None,
        after: Cursor = "",
        limit: Limit = 50,
    ) -> ArticleLines:
        """`q` finds words of titles, tags and texts, best first and on one page; `language` says in which to show
        them. Who may not write sees what is published."""
        wanted = ArticleFilter(state=state, category=category, tag=tag.lower())
        uses = await uses_of(call)
        if q.strip():
            hits = await articles.found(call.principal, q, wanted, limit)
            return ArticleLines(
                items=tuple(
                    shown.line(h.article, [language, h.language], uses.get(h.article.id, Uses()))
                    for h in hits
                ),
                next=None,
            )
        found = await articles.page(call.principal, wanted, after=after, limit=limit + 1)
        page = found[:limit]
        return ArticleLines(
            items=tuple(shown.line(a, [language], uses.get(a.id, Uses())) for a in page),
            next=page[-1].id if len(found) > limit else None,
        )

    @made.op("GET", "/api/v1/article-categories", Permission.READ_KNOWLEDGE, "Categories in use")
    async def list_categories(call: Call) -> CategoryPage:
        """Of the articles in reach."""
        found = await articles.categories(call.principal)
        return CategoryPage(items=tuple(CategoryView(name=n, articles=c) for n, c in found if n), next=None)

    @made.op("GET", "/api/v1/articles/{article_id}", Permission.READ_KNOWLEDGE, "One article")
    async def show_article(call: Call, article_id: Id) -> ArticleView:
        """In all its languages. Not there and not yours are the same 404."""
        return await view(call, await articles.one(call.principal, ArticleId(article_id)))

    @made.op(
        "POST",
        "/api/v1/articles",
        Permission.WRITE_KNOWLEDGE,
        "Write an article",
        status=201,
        idempotent=True,
        body_limit_bytes=BODY_LIMIT_BYTES,
    )
    async def add_article(call: Call, body: ArticleBody) -> ArticleView:
        """For the house, or for queues of one's own."""
        return await view(call, await articles.add(call.principal, article_draft(body)))

    @made.op(
        "PUT",
        "/api/v1/articles/{article_id}",
        Permission.WRITE_KNOWLEDGE,
        "Change an article",
        body_limit_bytes=BODY_LIMIT_BYTES,
    )
    async def save_article(call: Call, article_id: Id, body: ArticleBody) -> ArticleView:
        """409 `changed_meanwhile` when `version` is not the newest."""
        saved = await articles.save(call.principal, ArticleId(article_id), body.version, article_draft(body))
        return await view(call, saved)

    @made.op("DELETE", "/api/v1/articles/{article_id}", Permission.WRITE_KNOWLEDGE, "Remove an article")
    async def remove_article(call: Call, article_id: Id, version: Changed) -> Done:
        """With its versions; 409 `changed_meanwhile` when `version` is not the newest."""
        await articles.remove(call.principal, ArticleId(article_id), version)
        return Done()

    @made.op(
        "GET",
        "/api/v1/articles/{article_id}/versions",
        Permission.WRITE_KNOWLEDGE,
        "How an article was, newest first",
    )
    async def list_versions(
        call: Call,
        article_id: Id,
        after: Annotated[int, Meta(ge=1, le=2_000_000_000)] | None = None,
        limit: Annotated[int, Meta(ge=1, le=20)] = 10,
    ) -> ArticleVersions:
        """`after` is the number of the last one seen."""
        found = await articles.versions(call.principal, ArticleId(article_id), before=after, limit=limit + 1)
        page = found[:limit]
        return ArticleVersions(
            items=tuple(map(shown.version, page)),
            next=str(page[-1].number) if len(found) > limit else None,
        )

    @made.op(
        "POST",
        "/api/v1/articles/{article_id}/restore",
        Permission.WRITE_KNOWLEDGE,
        "Bring an earlier version back",
        idempotent=True,
    )
    async def restore_article(call: Call, article_id: Id, body: Restore) -> ArticleView:
        """Texts, category and tags; it is a new version, and the one it replaces stays."""
        restored = await articles.restore(call.principal, ArticleId(article_id), body.version, body.number)
        return await view(call, restored)

    @made.op(
        "GET",
        "/api/v1/interactions/{interaction_id}/articles",
        Permission.READ_INTERACTION,
        "Articles that fit what the client wrote last",
    )
    async def suggest_articles(call: Call, interaction_id: Id) -> Suggestions:
        """By the words of the client's last messages, rarer ones first; the queue's own go before others."""
        occasion = await occasions.of(call.principal, InteractionId(interaction_id))
        said = await occasions.said_last(call.principal, occasion, MESSAGES_READ)
        hits = await articles.suggested(
            call.principal, said, occasion.interaction.queue.id, occasion.languages, MOST_SUGGESTED
        )
        uses = await uses_of(call) if hits else {}
        return Suggestions(
            items=tuple(
                shown.line(h.article, occasion.languages, uses.get(h.article.id, Uses())) for h in hits
            )
        )

    return list(made)
