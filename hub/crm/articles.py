"""Articles: who may read, write, publish and restore them, and which of them fit what a client writes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hub.domain.access import Permission, Principal, Scope
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Forbidden, Invalid, NotFound
from hub.domain.ids import QueueId
from hub.domain.knowledge import (
    LANGUAGE_SHAPE,
    Article,
    ArticleId,
    ArticleState,
    ArticleText,
    ArticleVersion,
    may_change,
    sees_article,
)
from hub.domain.texts import one_line, without_controls
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.knowledge import ArticleFilter, ArticleHit, ArticleStore

LONGEST_BODY = 40_000
MOST_TAGS = 20
MOST_LANGUAGES = 12

OWN_LANGUAGE, OWN_QUEUE = 1.3, 1.25
"""By how much an article in the client's language, or of the conversation's queue, goes before others."""

LEAST_SCORE = 2.0
"""What a suggestion must reach: one rare word in the text, or a commoner one in the title."""

_SUGGESTED_FROM = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """What somebody wants an article to be."""

    texts: Mapping[str, ArticleText]
    category: str = ""
    tags: Sequence[str] = ()
    queues: frozenset[QueueId] = field(default_factory=frozenset)
    state: ArticleState = ArticleState.DRAFT
    is_public: bool = False


class Articles:
    """Every action checks the role, then whether the article is in reach, then what is wanted of it."""

    def __init__(
        self, store: ArticleStore, clock: Clock, *, queue_ids: Callable[[], Collection[QueueId]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._queue_ids = queue_ids

    async def page(
        self, principal: Principal, wanted: ArticleFilter, *, after: str, limit: int
    ) -> list[Article]:
        """Newest first; only those in reach. Who may not write sees what is published."""
        return await self._store.articles(
            principal.tenant_id, _in_reach(principal, wanted), after=after, limit=limit
        )

    async def found(
        self, principal: Principal, query: str, wanted: ArticleFilter, limit: int
    ) -> list[ArticleHit]:
        """Best first: those with every word of the query, else those with some of them."""
        reach = _in_reach(principal, wanted)
        hits = await self._store.find_articles(
            principal.tenant_id, query, reach, every_word=True, limit=limit
        )
        return hits or await self._store.find_articles(
            principal.tenant_id, query, reach, every_word=False, limit=limit
        )

    async def categories(self, principal: Principal) -> list[tuple[str, int]]:
        """In use among the articles in reach."""
        return await self._store.categories(principal.tenant_id, _in_reach(principal, ArticleFilter()))

    async def one(self, principal: Principal, article_id: ArticleId) -> Article:
        """Raises NotFound: not there, not in reach, or a draft to somebody who does not write."""
        principal.require(Permission.READ_KNOWLEDGE)
        return await self._seen(principal, article_id)

    async def suggested(
        self, principal: Principal, text: str, queue_id: str, languages: Sequence[str], limit: int
    ) -> list[ArticleHit]:
        """Published articles that fit `text`, best first; empty when nothing fits, or the role reads none."""
        if not principal.may(Permission.READ_KNOWLEDGE):
            return []
        wanted = _in_reach(principal, ArticleFilter(state=ArticleState.PUBLISHED))
        hits = await self._store.find_articles(
            principal.tenant_id, text, wanted, every_word=False, limit=_SUGGESTED_FROM
        )
        weighed = [replace(hit, score=_weighed(hit, queue_id, languages)) for hit in hits]
        good = [hit for hit in weighed if hit.score >= LEAST_SCORE]
        return sorted(good, key=lambda hit: -hit.score)[:limit]

    async def add(self, principal: Principal, draft: ArticleDraft) -> Article:
        """Raises Forbidden (`beyond_your_queues`), Invalid, Conflict (`too_many_items`)."""
        principal.require(Permission.WRITE_KNOWLEDGE)
        _require_right(principal, draft.queues)
        now = self._clock.now()
        article = self._checked(
            principal,
            draft,
            Article(
                id=ArticleId(new_id()),
                tenant_id=principal.tenant_id,
                slug="",
                texts={},
                created_at=now,
                updated_at=now,
            ),
        )
        return await self._store.add_article(article, self._noted(principal, article, "added"))

    async def save(
        self, principal: Principal, article_id: ArticleId, version: int, draft: ArticleDraft
    ) -> Article:
        """Raises NotFound, Forbidden (`beyond_your_queues`), Invalid, Conflict (`changed_meanwhile`)."""
        before = await self._changeable(principal, article_id, version)
        _require_right(principal, draft.queues)
        after = self._checked(principal, draft, replace(before, version=version + 1))
        await self._store.save_article(after, self._noted(principal, after, "changed"), reason="changed")
        return after

    async def remove(self, principal: Principal, article_id: ArticleId, version: int) -> None:
        """Raises NotFound, Forbidden (`beyond_your_queues`), Conflict (`changed_meanwhile`)."""
        before = await self._changeable(principal, article_id, version)
        await self._store.remove_article(before, self._noted(principal, before, "removed"))

    async def versions(
        self, principal: Principal, article_id: ArticleId, *, before: int | None, limit: int
    ) -> Sequence[ArticleVersion]:
        """How it was, newest first. Raises NotFound."""
        principal.require(Permission.WRITE_KNOWLEDGE)
        await self._seen(principal, article_id)
        return await self._store.versions(principal.tenant_id, article_id, before=before, limit=limit)

    async def restore(
        self, principal: Principal, article_id: ArticleId, version: int, number: int
    ) -> Article:
        """Its texts, category and tags become what they were at `number`; state and reach stay. A new version.

        Raises NotFound, Forbidden (`beyond_your_queues`), Conflict (`changed_meanwhile`).
        """
        before = await self._changeable(principal, article_id, version)
        kept = await self._store.versions(principal.tenant_id, article_id, before=number + 1, limit=1)
        if not kept or kept[0].number != number:
            raise NotFound("there is no such version")
        was = kept[0].article
        after = replace(
            before,
            texts=was.texts,
            category=was.category,
            tags=was.tags,
            version=version + 1,
            updated_at=self._clock.now(),
            updated_by=principal.name,
        )
        await self._store.save_article(after, self._noted(principal, after, "restored"), reason="restored")
        return after

    async def _seen(self, principal: Principal, article_id: ArticleId) -> Article:
        found = await self._store.article(principal.tenant_id, article_id)
        if found is None or not sees_article(principal, found):
            raise NotFound("there is no such article")
        if found.state is ArticleState.DRAFT and not principal.may(Permission.WRITE_KNOWLEDGE):
            raise NotFound("there is no such article")
        return found

    async def _changeable(self, principal: Principal, article_id: ArticleId, version: int) -> Article:
        principal.require(Permission.WRITE_KNOWLEDGE)
        found = await self._seen(principal, article_id)
        _require_right(principal, found.queues)
        if found.version != version:
            raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
        return found

    def _checked(self, principal: Principal, draft: ArticleDraft, before: Article) -> Article:
        if not draft.queues <= set(self._queue_ids()):
            raise Invalid("choose a queue that there is", field="queues", code="no_such_queue")
        texts = {tag: _checked_text(tag, text) for tag, text in draft.texts.items()}
        texts = {tag: text for tag, text in texts.items() if text.title or text.body}
        if not texts:
            raise Invalid("write it in at least one language", field="texts", code="empty")
        if len(texts) > MOST_LANGUAGES:
            raise Invalid(f"{MOST_LANGUAGES} languages at most", field="texts", code="too_many_languages")
        for tag, text in texts.items():
            if not text.title:
                raise Invalid("give it a title", field=f"texts.{tag}.title", code="empty")
            if draft.state is ArticleState.PUBLISHED and not text.body.strip():
                raise Invalid(
                    "there is nothing to publish yet", field=f"texts.{tag}.body", code="nothing_to_publish"
                )
        tags = list(dict.fromkeys(filter(None, (one_line(tag, 40).lower() for tag in draft.tags))))
        return replace(
            before,
            texts=texts,
            category=one_line(draft.category, 80),
            tags=tuple(tags[:MOST_TAGS]),
            queues=draft.queues,
            state=draft.state,
            is_public=draft.is_public,
            updated_at=self._clock.now(),
            updated_by=principal.name,
        )

    def _noted(self, principal: Principal, article: Article, reason: str) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.CHANGE_KNOWLEDGE,
            object=f"article {article.id}",
            reason=reason,
            address=principal.address,
        )


def _in_reach(principal: Principal, wanted: ArticleFilter) -> ArticleFilter:
    reach = principal.require(Permission.READ_KNOWLEDGE)
    if not principal.may(Permission.WRITE_KNOWLEDGE):
        wanted = replace(wanted, state=ArticleState.PUBLISHED)
    return wanted if reach is Scope.ALL else replace(wanted, queues=principal.queues)


def _require_right(principal: Principal, queues: frozenset[QueueId]) -> None:
    if not may_change(principal, queues, is_house=not queues):
        raise Forbidden("you may write for your own queues only", code="beyond_your_queues")


def _checked_text(tag: str, text: ArticleText) -> ArticleText:
    if not LANGUAGE_SHAPE.fullmatch(tag):
        raise Invalid("a language is two or three small letters", field="texts", code="bad_language")
    body = without_controls(text.body).rstrip()
    if len(body) > LONGEST_BODY:
        raise Invalid(f"{LONGEST_BODY} characters at most", field=f"texts.{tag}.body", code="too_long")
    return ArticleText(title=one_line(text.title, 200), body=body)


def _weighed(hit: ArticleHit, queue_id: str, languages: Sequence[str]) -> float:
    score = hit.score
    if hit.language in languages[:1]:
        score *= OWN_LANGUAGE
    return score * OWN_QUEUE if queue_id in hit.article.queues else score
