"""Articles, their versions and their words in SQL; behind `hub.ports.knowledge`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from crm_store.article_words import WordRow, query_words, ranked, stem, stems_to_look_up, words_of
from crm_store.audit import append
from crm_store.engine import Database
from crm_store.knowledge import forget_uses
from crm_store.rows.knowledge import article_versions, article_words, articles
from hub.crm.names import fold
from hub.domain.audit import AuditDraft
from hub.domain.errors import Conflict
from hub.domain.ids import QueueId, TenantId
from hub.domain.knowledge import Article, ArticleId, ArticleState, ArticleText, ArticleVersion
from hub.ports.knowledge import ArticleFilter, ArticleHit

MOST_ARTICLES = 5_000
MOST_WORD_ROWS = 20_000
LONGEST_SLUG = 60
_AFTER_ALL = "\U0010ffff"

_ids = msgspec.json.Decoder(list[str]).decode
_texts = msgspec.json.Decoder(dict[str, ArticleText]).decode
_article_of = msgspec.json.Decoder(Article).decode


class SqlArticles:
    """`ArticleStore` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def articles(
        self, tenant_id: TenantId, wanted: ArticleFilter, *, after: str, limit: int
    ) -> list[Article]:
        """See the port."""
        asked = select(articles).where(*_matching(tenant_id, wanted)).order_by(articles.c.id.desc())
        if after:
            asked = asked.where(articles.c.id < after)
        async with self._database.reading() as connection:
            return [_article(row) for row in (await connection.execute(asked.limit(limit))).mappings()]

    async def find_articles(
        self, tenant_id: TenantId, query: str, wanted: ArticleFilter, *, every_word: bool, limit: int
    ) -> list[ArticleHit]:
        """See the port."""
        words = query_words(query)
        if not words:
            return []
        exact, begins = stems_to_look_up(words)
        answering: list[ColumnElement[bool]] = [article_words.c.stem.in_(exact)]
        answering += [
            and_(article_words.c.stem >= begin, article_words.c.stem < begin + _AFTER_ALL) for begin in begins
        ]
        async with self._database.reading() as connection:
            count = await connection.scalar(select(func.count()).where(*_matching(tenant_id, wanted)))
            found = await connection.execute(
                select(
                    article_words.c.word,
                    article_words.c.article_id,
                    article_words.c.language,
                    article_words.c.weight,
                )
                .join(articles, articles.c.id == article_words.c.article_id)
                .where(article_words.c.tenant_id == tenant_id, or_(*answering))
                .where(*_matching(tenant_id, wanted))
                .limit(MOST_WORD_ROWS)
            )
            rows = [WordRow(*row) for row in found]
            best: dict[str, tuple[str, float]] = {}
            for article_id, language, score in ranked(words, rows, count or 0, every_word=every_word):
                best.setdefault(article_id, (language, score))
            ids = list(best)[:limit]
            there = await connection.execute(
                select(articles).where(articles.c.tenant_id == tenant_id, articles.c.id.in_(ids))
            )
            by_id = {row[articles.c.id]: _article(row) for row in there.mappings()}
        return [
            ArticleHit(article=by_id[i], language=best[i][0], score=best[i][1]) for i in ids if i in by_id
        ]

    async def article(self, tenant_id: TenantId, article_id: ArticleId) -> Article | None:
        """See the port."""
        return await self._one(tenant_id, articles.c.id == article_id)

    async def article_of_slug(self, tenant_id: TenantId, slug: str) -> Article | None:
        """See the port."""
        return await self._one(tenant_id, articles.c.slug == slug)

    async def _one(self, tenant_id: TenantId, which: ColumnElement[bool]) -> Article | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(articles).where(articles.c.tenant_id == tenant_id, which))
            row = found.mappings().one_or_none()
        return None if row is None else _article(row)

    async def categories(self, tenant_id: TenantId, wanted: ArticleFilter) -> list[tuple[str, int]]:
        """See the port."""
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(articles.c.category, func.count())
                .where(*_matching(tenant_id, wanted))
                .group_by(articles.c.category)
                .order_by(articles.c.category)
            )
            return [(category, int(count)) for category, count in found]

    async def add_article(self, article: Article, draft: AuditDraft) -> Article:
        """See the port."""
        async with self._database.writing() as connection:
            there = await connection.scalar(
                select(func.count()).where(articles.c.tenant_id == article.tenant_id)
            )
            if (there or 0) >= MOST_ARTICLES:
                raise Conflict(f"there are {MOST_ARTICLES} already", code="too_many_items")
            article = replace(article, slug=await _free_slug(connection, article))
            await connection.execute(insert(articles).values(**_columns(article)))
            await _keep_version(connection, article, "added")
            await _index(connection, article)
            await append(connection, draft)
        return article

    async def save_article(self, article: Article, draft: AuditDraft, *, reason: str) -> None:
        """See the port."""
        kept = {k: v for k, v in _columns(article).items() if k not in {"helpful_yes", "helpful_no"}}
        async with self._database.writing() as connection:
            saved = await connection.execute(
                update(articles).where(*_as_read(article, article.version - 1)).values(**kept)
            )
            if saved.rowcount != 1:
                raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
            await _keep_version(connection, article, reason)
            await connection.execute(delete(article_words).where(article_words.c.article_id == article.id))
            await _index(connection, article)
            await append(connection, draft)

    async def remove_article(self, article: Article, draft: AuditDraft) -> None:
        """See the port."""
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(articles).where(*_as_read(article, article.version)))
            if gone.rowcount != 1:
                raise Conflict("somebody else has changed this meanwhile", code="changed_meanwhile")
            for table in (article_words, article_versions):
                await connection.execute(delete(table).where(table.c.article_id == article.id))
            await forget_uses(connection, article.tenant_id, article.id)
            await append(connection, draft)

    async def versions(
        self, tenant_id: TenantId, article_id: ArticleId, *, before: int | None, limit: int
    ) -> Sequence[ArticleVersion]:
        """See the port."""
        of = article_versions.c
        asked = select(article_versions).where(of.tenant_id == tenant_id, of.article_id == article_id)
        if before is not None:
            asked = asked.where(of.number < before)
        async with self._database.reading() as connection:
            found = await connection.execute(asked.order_by(of.number.desc()).limit(limit))
            return [
                ArticleVersion(
                    number=row[of.number],
                    at=row[of.at],
                    by=row[of.by_name],
                    reason=row[of.reason],
                    article=_article_of(row[of.content]),
                )
                for row in found.mappings()
            ]

    async def count_opinion(self, tenant_id: TenantId, article_id: ArticleId, *, is_helpful: bool) -> bool:
        """See the port."""
        column = articles.c.helpful_yes if is_helpful else articles.c.helpful_no
        async with self._database.writing() as connection:
            counted = await connection.execute(
                update(articles)
                .where(articles.c.tenant_id == tenant_id, articles.c.id == article_id)
                .values({column: column + 1})
            )
        return counted.rowcount == 1


def _matching(tenant_id: TenantId, wanted: ArticleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [articles.c.tenant_id == tenant_id]
    if wanted.queues is not None:
        # ids are hexadecimal: none of them can be a pattern
        mine = [articles.c.queues.contains(f'"{queue}"') for queue in sorted(wanted.queues)]
        conditions.append(or_(articles.c.queues == "[]", *mine))
    if wanted.state is not None:
        conditions.append(articles.c.state == wanted.state.value)
    if wanted.public_only:
        conditions += [articles.c.is_public, articles.c.state == ArticleState.PUBLISHED.value]
    if wanted.category:
        conditions.append(articles.c.category == wanted.category)
    if wanted.tag:
        conditions.append(articles.c.tags.contains(msgspec.json.encode(wanted.tag).decode(), autoescape=True))
    return conditions


async def _free_slug(connection: AsyncConnection, article: Article) -> str:
    title = next((article.texts[tag].title for tag in sorted(article.texts)), "")
    wanted = re.sub(r"[^a-z0-9]+", "-", fold(article.slug or title))[:LONGEST_SLUG].strip("-") or "article"
    found = await connection.execute(
        select(articles.c.slug).where(
            articles.c.tenant_id == article.tenant_id, articles.c.slug.startswith(wanted)
        )
    )
    taken = set(found.scalars())
    return next(
        s for n in range(1, MOST_ARTICLES + 2) if (s := wanted if n == 1 else f"{wanted}-{n}") not in taken
    )


async def _keep_version(connection: AsyncConnection, article: Article, reason: str) -> None:
    await connection.execute(
        insert(article_versions).values(
            article_id=article.id,
            number=article.version,
            tenant_id=article.tenant_id,
            at=article.updated_at,
            by_name=article.updated_by,
            reason=reason,
            content=msgspec.json.encode(article).decode(),
        )
    )


async def _index(connection: AsyncConnection, article: Article) -> None:
    rows = [
        {
            "tenant_id": article.tenant_id,
            "stem": stem(word),
            "word": word,
            "article_id": article.id,
            "language": language,
            "weight": weight,
        }
        for language, text in article.texts.items()
        for word, weight in words_of(text.title, [*article.tags, article.category], text.body).items()
    ]
    if rows:
        await connection.execute(insert(article_words), rows)


def _as_read(article: Article, version: int) -> tuple[Any, ...]:
    return (
        articles.c.tenant_id == article.tenant_id,
        articles.c.id == article.id,
        articles.c.version == version,
    )


def _columns(article: Article) -> dict[str, object]:
    return {
        "id": article.id,
        "tenant_id": article.tenant_id,
        "slug": article.slug,
        "category": article.category,
        "tags": msgspec.json.encode(article.tags).decode(),
        "queues": msgspec.json.encode(sorted(article.queues)).decode(),
        "state": article.state.value,
        "is_public": article.is_public,
        "texts": msgspec.json.encode(article.texts).decode(),
        "version": article.version,
        "created_at": article.created_at,
        "updated_at": article.updated_at,
        "updated_by": article.updated_by,
        "helpful_yes": article.helpful_yes,
        "helpful_no": article.helpful_no,
    }


def _article(row: RowMapping) -> Article:
    of = articles.c
    return Article(
        id=ArticleId(row[of.id]),
        tenant_id=TenantId(row[of.tenant_id]),
        slug=row[of.slug],
        category=row[of.category],
        tags=tuple(_ids(row[of.tags])),
        queues=frozenset(QueueId(q) for q in _ids(row[of.queues])),
        state=ArticleState(row[of.state]),
        is_public=row[of.is_public],
        texts=_texts(row[of.texts]),
        version=row[of.version],
        created_at=row[of.created_at],
        updated_at=row[of.updated_at],
        updated_by=row[of.updated_by],
        helpful_yes=row[of.helpful_yes],
        helpful_no=row[of.helpful_no],
    )
