"""Bodies of replies, macros and articles: what comes in, what goes out."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from agent_console.bodies import Answer, Body, Id, Short
from hub.desk.views import NamedView
from hub.domain.knowledge import ArticleState, Reach, SnippetKind, StepKind

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$", max_length=3)]
LongText = Annotated[str, Meta(max_length=8_000)]
Version = Annotated[int, Meta(ge=1, le=2_000_000_000)]
Ids = Annotated[tuple[Id, ...], Meta(max_length=200)]


class StepBody(Body, frozen=True, kw_only=True):
    """One step of a macro. `texts` by language for insert, reply and note; `value` is a tag, a language, a tier, a
    queue's id, an outcome's code or minutes; `note` goes with transfer and close."""

    kind: StepKind
    texts: Annotated[dict[str, LongText], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    value: Annotated[str, Meta(max_length=100)] = ""
    note: LongText = ""


class SnippetBody(Body, frozen=True, kw_only=True):
    """A canned reply (`texts` by language, with variables in braces) or a macro (`steps`). `version` names what it is
    a change of, and is left out for a new one."""

    kind: SnippetKind
    code: Annotated[str, Meta(min_length=1, max_length=40)]
    title: Short
    texts: Annotated[dict[str, LongText], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    steps: Annotated[tuple[StepBody, ...], Meta(max_length=30)] = ()
    reach: Reach = Reach.HOUSE
    queues: Ids = ()
    version: Annotated[int, Meta(ge=0, le=2_000_000_000)] = 0


class StepView(Answer, frozen=True, kw_only=True):
    """A step as it is kept. `label` is the name of a queue or an outcome."""

    kind: StepKind
    texts: dict[str, str]
    value: str
    note: str
    label: str


class SnippetView(Answer, frozen=True, kw_only=True):
    """A reply or a macro as it is kept. `uses` counts everybody's."""

    id: str
    kind: SnippetKind
    code: str
    title: str
    texts: dict[str, str]
    steps: tuple[StepView, ...]
    reach: Reach
    queues: tuple[NamedView, ...]
    version: int
    updated_at: datetime
    updated_by: str
    uses: int
    may_change: bool


class VariableView(Answer, frozen=True, kw_only=True):
    """A variable that a text may hold in braces."""

    name: str
    meaning: str


class SnippetPage(Answer, frozen=True, kw_only=True):
    """A page by code, with what may stand in texts and what steps there are."""

    items: tuple[SnippetView, ...]
    next: str | None
    variables: tuple[VariableView, ...]
    steps: tuple[StepKind, ...]


class ReadyStep(Answer, frozen=True, kw_only=True):
    """A step as it would be taken now: the text in the client's language and filled."""

    kind: StepKind
    text: str
    language: str
    value: str
    label: str
    note: str
    missing: tuple[str, ...]


class ReadySnippet(Answer, frozen=True, kw_only=True):
    """A reply or a macro for one conversation, filled. `missing` names the variables nothing is known for, which
    stand in the text unchanged; `is_other_language`: there is no text in the client's language."""

    id: str
    kind: SnippetKind
    code: str
    title: str
    text: str
    language: str
    is_other_language: bool
    missing: tuple[str, ...]
    steps: tuple[ReadyStep, ...]
    reach: Reach
    version: int
    uses: int
    own_uses: int


class ReadyPage(Answer, frozen=True, kw_only=True):
    """All that may be used in this conversation, most used first."""

    items: tuple[ReadySnippet, ...]
    next: str | None


class RunMacro(Body, frozen=True, kw_only=True):
    """Run the macro as it was at `version`, from step `start_at` on. `values` are for what nothing was known for."""

    version: Version
    values: Annotated[dict[str, Short], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    start_at: Annotated[int, Meta(ge=0, le=30)] = 0
    channel: Annotated[str, Meta(max_length=40)] = ""


class StepResult(Answer, frozen=True, kw_only=True):
    """How one step ended; `code` is empty when it was done. `was` is what the card said before a step that
    changed it, and null of a step that changed no card."""

    kind: StepKind
    code: str
    detail: str
    was: str | None


class MacroResult(Answer, frozen=True, kw_only=True):
    """What was done, in order, up to the first failure. `insert` is what belongs into the field of the reply."""

    steps: tuple[StepResult, ...]
    is_done: bool
    insert: str


class UseBody(Body, frozen=True, kw_only=True):
    """Something was used: a reply or an article was inserted."""

    item_id: Id


class ArticleTextBody(Body, frozen=True, kw_only=True):
    """An article in one language; `body` in the small Markdown of docs/knowledge.md."""

    title: Annotated[str, Meta(max_length=200)] = ""
    body: Annotated[str, Meta(max_length=40_000)] = ""


class ArticleBody(Body, frozen=True, kw_only=True):
    """An article. No `queues`: for the whole house. `version` names what it is a change of; 0 for a new one."""

    texts: Annotated[dict[str, ArticleTextBody], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    category: Annotated[str, Meta(max_length=80)] = ""
    tags: Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=20)] = ()
    queues: Ids = ()
    state: ArticleState = ArticleState.DRAFT
    is_public: bool = False
    version: Annotated[int, Meta(ge=0, le=2_000_000_000)] = 0


class Restore(Body, frozen=True, kw_only=True):
    """Which version comes back, and on which one that was decided."""

    number: Version
    version: Version


class ArticleTextView(Answer, frozen=True, kw_only=True):
    """An article in one language."""

    title: str
    body: str


class ArticleLine(Answer, frozen=True, kw_only=True):
    """An article in a list; title and the beginning in `language`. `languages` are all it is written in."""

    id: str
    slug: str
    title: str
    excerpt: str
    language: str
    languages: tuple[str, ...]
    category: str
    tags: tuple[str, ...]
    queues: tuple[NamedView, ...]
    state: ArticleState
    is_public: bool
    version: int
    updated_at: datetime
    updated_by: str
    uses: int
    helpful_yes: int
    helpful_no: int
    link: str


class ArticleLines(Answer, frozen=True, kw_only=True):
    """A page."""

    items: tuple[ArticleLine, ...]
    next: str | None


class ArticleView(Answer, frozen=True, kw_only=True):
    """A whole article. `link` is its public address, empty while it has none."""

    id: str
    slug: str
    texts: dict[str, ArticleTextView]
    category: str
    tags: tuple[str, ...]
    queues: tuple[NamedView, ...]
    state: ArticleState
    is_public: bool
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: str
    uses: int
    helpful_yes: int
    helpful_no: int
    link: str
    may_change: bool


class ArticleVersionView(Answer, frozen=True, kw_only=True):
    """How an article was after one change."""

    number: int
    at: datetime
    by: str
    reason: str
    texts: dict[str, ArticleTextView]
    category: str
    tags: tuple[str, ...]


class ArticleVersions(Answer, frozen=True, kw_only=True):
    """A page, newest first."""

    items: tuple[ArticleVersionView, ...]
    next: str | None


class CategoryView(Answer, frozen=True, kw_only=True):
    """A category in use."""

    name: str
    articles: int


class CategoryPage(Answer, frozen=True, kw_only=True):
    """All categories."""

    items: tuple[CategoryView, ...]
    next: str | None


class Suggestions(Answer, frozen=True, kw_only=True):
    """Articles that fit what the client wrote last, best first."""

    items: tuple[ArticleLine, ...]
    next: str | None = msgspec.field(default=None)
