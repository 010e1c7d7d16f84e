"""What people see of replies, macros and articles: from the domain's values to the bodies of answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from agent_console.knowledge_bodies import (
    ArticleBody,
    ArticleLine,
    ArticleTextView,
    ArticleVersionView,
    ArticleView,
    ReadySnippet,
    ReadyStep,
    SnippetBody,
    SnippetView,
    StepView,
)
from agent_console.small_markdown import plain_of
from hub.crm.articles import ArticleDraft
from hub.crm.snippets import SnippetDraft
from hub.desk.ready import Occasion
from hub.desk.views import NamedView
from hub.domain.access import Principal
from hub.domain.ids import QueueId
from hub.domain.knowledge import (
    Article,
    ArticleState,
    ArticleText,
    ArticleVersion,
    Reach,
    Snippet,
    Step,
    StepKind,
    best_text,
    may_change,
)
from hub.domain.reply_template import filled
from hub.ports.knowledge import Uses

EXCERPT_CHARS = 160
READ_CHARS = 20 * EXCERPT_CHARS

QueueName = Callable[[QueueId], str]


def snippet_draft(body: SnippetBody) -> SnippetDraft:
    """What a body wants."""
    return SnippetDraft(
        kind=body.kind,
        code=body.code,
        title=body.title,
        texts=body.texts,
        steps=tuple(Step(kind=s.kind, texts=s.texts, value=s.value, note=s.note) for s in body.steps),
        reach=body.reach,
        queues=frozenset(map(QueueId, body.queues)),
    )


def article_draft(body: ArticleBody) -> ArticleDraft:
    """What a body wants."""
    return ArticleDraft(
        texts={tag: ArticleText(title=t.title, body=t.body) for tag, t in body.texts.items()},
        category=body.category,
        tags=body.tags,
        queues=frozenset(map(QueueId, body.queues)),
        state=body.state,
        is_public=body.is_public,
    )


class Shown:
    """Makes views. `outcome_names` by code; `link_of` gives the public address of an article in a language, or
    nothing while there is no public page."""

    def __init__(self, queue_name: QueueName, link_of: Callable[[str, str], str]) -> None:
        self._queue_name = queue_name
        self._link_of = link_of

    def snippet(
        self, principal: Principal, snippet: Snippet, uses: Uses, outcomes: Mapping[str, str]
    ) -> SnippetView:
        """As it is kept."""
        is_own = snippet.reach is Reach.PERSONAL
        return SnippetView(
            id=snippet.id,
            kind=snippet.kind,
            code=snippet.code,
            title=snippet.title,
            texts=snippet.texts,
            steps=tuple(
                StepView(
                    kind=s.kind,
                    texts=s.texts,
                    value=s.value,
                    note=s.note,
                    label=self.label(s.kind, s.value, outcomes),
                )
                for s in snippet.steps
            ),
            reach=snippet.reach,
            queues=self.queues(snippet.queues),
            version=snippet.version,
            updated_at=snippet.updated_at,
            updated_by=snippet.updated_by,
            uses=uses.total,
            may_change=is_own or may_change(principal, snippet.queues, is_house=snippet.reach is Reach.HOUSE),
        )

    def ready(
        self, snippet: Snippet, uses: Uses, occasion: Occasion, outcomes: Mapping[str, str]
    ) -> ReadySnippet:
        """For one conversation."""
        language, text = occasion.text(snippet.texts)
        steps = tuple(self._ready_step(step, occasion, outcomes) for step in snippet.steps)
        missing = dict.fromkeys([*text.missing, *(name for step in steps for name in step.missing)])
        own = occasion.languages[0] if occasion.languages else ""
        # a note is for colleagues: its language is theirs
        written_in = [language, *(step.language for step in steps if step.kind is not StepKind.NOTE)]
        return ReadySnippet(
            id=snippet.id,
            kind=snippet.kind,
            code=snippet.code,
            title=snippet.title,
            text=text.text,
            language=language,
            is_other_language=any(tag not in {"", own} for tag in written_in),
            missing=tuple(missing),
            steps=steps,
            reach=snippet.reach,
            version=snippet.version,
            uses=uses.total,
            own_uses=uses.own,
        )

    def _ready_step(self, step: Step, occasion: Occasion, outcomes: Mapping[str, str]) -> ReadyStep:
        language, text = occasion.text(step.texts)
        note = filled(step.note, occasion.values)
        return ReadyStep(
            kind=step.kind,
            text=text.text,
            language=language,
            value=step.value,
            label=self.label(step.kind, step.value, outcomes),
            note=note.text,
            missing=tuple(dict.fromkeys([*text.missing, *note.missing])),
        )

    def label(self, kind: StepKind, value: str, outcomes: Mapping[str, str]) -> str:
        """What people call the value of a step."""
        if kind is StepKind.TRANSFER:
            return self._queue_name(QueueId(value)) or value
        return outcomes.get(value, value) if kind is StepKind.CLOSE else value

    def line(self, article: Article, languages: Sequence[str], uses: Uses) -> ArticleLine:
        """An article in a list, in the best of these languages."""
        best = best_text(article.texts, languages[0] if languages else "", languages[1:])
        language, text = best or ("", ArticleText(title=""))
        return ArticleLine(
            id=article.id,
            slug=article.slug,
            title=text.title,
            excerpt=excerpt(text.body),
            language=language,
            languages=tuple(sorted(article.texts)),
            category=article.category,
            tags=article.tags,
            queues=self.queues(article.queues),
            state=article.state,
            is_public=article.is_public,
            version=article.version,
            updated_at=article.updated_at,
            updated_by=article.updated_by,
            uses=uses.total,
            helpful_yes=article.helpful_yes,
            helpful_no=article.helpful_no,
            link=self.link(article, language),
        )

    def article(self, principal: Principal, article: Article, uses: Uses) -> ArticleView:
        """The whole of it."""
        return ArticleView(
            id=article.id,
            slug=article.slug,
            texts=_texts(article),
            category=article.category,
            tags=article.tags,
            queues=self.queues(article.queues),
            state=article.state,
            is_public=article.is_public,
            version=article.version,
            created_at=article.created_at,
            updated_at=article.updated_at,
            updated_by=article.updated_by,
            uses=uses.total,
            helpful_yes=article.helpful_yes,
            helpful_no=article.helpful_no,
            link=self.link(article, min(article.texts, default="")),
            may_change=may_change(principal, article.queues, is_house=not article.queues),
        )

    def version(self, version: ArticleVersion) -> ArticleVersionView:
        """One of its versions."""
        return ArticleVersionView(
            number=version.number,
            at=version.at,
            by=version.by,
            reason=version.reason,
            texts=_texts(version.article),
            category=version.article.category,
            tags=version.article.tags,
        )

    def link(self, article: Article, language: str) -> str:
        """Its public address in that language, if it has one."""
        is_there = article.is_public and article.state is ArticleState.PUBLISHED
        return self._link_of(language, article.slug) if is_there else ""

    def queues(self, ids: Iterable[QueueId]) -> tuple[NamedView, ...]:
        """Queues by name."""
        named = (NamedView(id=i, name=self._queue_name(i)) for i in ids)
        return tuple(sorted(named, key=lambda q: (q.name, q.id)))


def excerpt(body: str) -> str:
    """The beginning of an article as plain words; not more of a long one is read than that takes."""
    plain = plain_of(body[:READ_CHARS])
    return plain if len(plain) <= EXCERPT_CHARS else f"{plain[:EXCERPT_CHARS].rsplit(' ', 1)[0]}…"


def _texts(article: Article) -> dict[str, ArticleTextView]:
    return {tag: ArticleTextView(title=t.title, body=t.body) for tag, t in sorted(article.texts.items())}
