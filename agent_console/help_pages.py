"""The public help at `/help`: a list, a search, articles. No cookie, no script, nothing of the console."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from agent_console.help_words import LANGUAGES, WORDS, preferred
from agent_console.knowledge_shown import excerpt
from agent_console.middleware import address_of
from agent_console.small_markdown import html_of
from hub.domain.ids import TenantId
from hub.domain.knowledge import Article, ArticleState, best_text
from hub.ports.clock import Clock
from hub.ports.knowledge import ArticleFilter, ArticleStore

_HERE: Final = Path(__file__).with_name("help_page")
_CSP: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
_ROBOTS: Final = "User-agent: *\nAllow: /help\nDisallow: /\n"
MOST_LISTED: Final = 500
MOST_FOUND: Final = 30
LONGEST_QUERY: Final = 200

SEARCHES, EVERY_S = 20, 2.0
"""An address may search so often at once, and then once in so many seconds."""

MOST_ADDRESSES: Final = 10_000


class _Buckets:
    """Tokens by key: `size` at most, one more every `every_s`. Keys that were not used for long are forgotten."""

    def __init__(self, clock: Clock, size: int, every_s: float) -> None:
        self._clock = clock
        self._size = size
        self._every_s = every_s
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def take(self, key: str) -> bool:
        now = self._clock.monotonic()
        full_at = max(self._full_at.get(key, now), now) + self._every_s
        if full_at - now > self._size * self._every_s:
            return False
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        while len(self._full_at) > MOST_ADDRESSES:
            self._full_at.popitem(last=False)
        return True


class HelpPages:
    """Published public articles of one tenant. `house` is what the pages call it, `origin` its public address."""

    def __init__(
        self, store: ArticleStore, clock: Clock, tenant_id: TenantId, *, house: str, origin: str
    ) -> None:
        self._store = store
        self._tenant_id = tenant_id
        self._house = house
        self._origin = origin
        self._searches = _Buckets(clock, SEARCHES, EVERY_S)
        self._opinions = _Buckets(clock, 1, 3600.0)
        self._templates = Environment(
            loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._style = (_HERE / "help.css").read_text(encoding="utf-8")

    def add_to(self, app: web.Application) -> None:
        """The routes."""
        app.router.add_get("/help", self._begin)
        app.router.add_get("/help/help.css", self._css)
        app.router.add_get("/help/{language:[a-z]{2}}", self._list)
        app.router.add_get("/help/{language:[a-z]{2}}/{slug}", self._article)
        app.router.add_post("/help/{language:[a-z]{2}}/{slug}", self._opinion)
        app.router.add_get("/help/{rest:.*}", self._missing)
        app.router.add_get("/robots.txt", self._robots)

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        language = preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        return web.Response(
            status=302, headers={hdrs.LOCATION: f"/help/{language}", hdrs.VARY: "Accept-Language"}
        )

    async def _css(self, _: web.Request) -> web.StreamResponse:
        return web.Response(
            text=self._style, content_type="text/css", headers={hdrs.CACHE_CONTROL: "public, max-age=300"}
        )

    async def _robots(self, _: web.Request) -> web.StreamResponse:
        return web.Response(text=_ROBOTS, headers={hdrs.CACHE_CONTROL: "public, max-age=86400"})

    async def _list(self, request: web.Request) -> web.StreamResponse:
        language = request.match_info["language"]
        if language not in LANGUAGES:
            return await self._missing(request)
        query = " ".join(request.query.get("q", "")[:LONGEST_QUERY].split())
        if query:
            return await self._search(request, language, query)
        articles = await self._store.articles(
            self._tenant_id, ArticleFilter(queues=frozenset(), public_only=True), after="", limit=MOST_LISTED
        )
        groups: dict[str, list[dict[str, str]]] = {}
        for article in articles:
            groups.setdefault(article.category, []).append(_line(article, language, ""))
        words = WORDS[language]
        return self._page(
            "list.html",
            language,
            title=words["title"],
            lead="" if articles else words["none"],
            groups=_sorted(groups, words["other"]),
            path="",
        )

    async def _search(self, request: web.Request, language: str, query: str) -> web.StreamResponse:
        words = WORDS[language]
        if not self._searches.take(address_of(request)):
            answer = self._page(
                "list.html", language, title=words["too_fast"], lead=words["too_fast_lead"], groups=[],
                query=query, status=429, path="",
            )  # fmt: skip
            answer.headers[hdrs.RETRY_AFTER] = str(round(EVERY_S))
            return answer
        public = ArticleFilter(queues=frozenset(), public_only=True)
        hits = await self._store.find_articles(
            self._tenant_id, query, public, every_word=True, limit=MOST_FOUND
        ) or await self._store.find_articles(
            self._tenant_id, query, public, every_word=False, limit=MOST_FOUND
        )
        # the reader's language first; what is only there in another one comes after
        hits.sort(key=lambda hit: language not in hit.article.texts)
        found = words["found"] if hits else words["found_none"]
        return self._page(
            "list.html",
            language,
            title=words["title"],
            lead=found.replace("{n}", str(len(hits))).replace("{q}", query),
            groups=[{"name": "", "lines": [_line(h.article, language, h.language) for h in hits]}],
            query=query,
            path="",
        )

    async def _found(self, request: web.Request) -> Article | None:
        if request.match_info["language"] not in LANGUAGES:
            return None
        slug = request.match_info["slug"]
        article = await self._store.article_of_slug(self._tenant_id, slug[:100])
        is_shown = (
            article is not None
            and article.is_public
            and article.state is ArticleState.PUBLISHED
            and not article.queues
        )
        return article if is_shown else None

    async def _article(self, request: web.Request, *, thanks: bool = False) -> web.StreamResponse:
        article = await self._found(request)
        best = best_text(article.texts, request.match_info["language"], ("en",)) if article else None
        if article is None or best is None:
            return await self._missing(request)
        language = request.match_info["language"]
        text_language, text = best
        return self._page(
            "article.html",
            language,
            title=text.title,
            description=excerpt(text.body),
            text_language=text_language,
            # html_of escapes every character of the text
            body=Markup(html_of(text.body)),  # noqa: S704
            slug=article.slug,
            changed_at=article.updated_at.date().isoformat(),
            changed=format_date(article.updated_at, "long", locale=language),
            thanks=thanks,
            path=f"/{article.slug}",
            languages=[tag for tag in LANGUAGES if tag in article.texts],
            is_listed=text_language == language,
        )

    async def _opinion(self, request: web.Request) -> web.StreamResponse:
        article = await self._found(request)
        if article is None:
            return await self._missing(request)
        if (request.content_length or 0) > 200 or request.content_type != "application/x-www-form-urlencoded":
            raise web.HTTPBadRequest
        said = (await request.post()).get("helpful")
        if said in {"yes", "no"} and self._opinions.take(f"{address_of(request)} {article.id}"):
            await self._store.count_opinion(self._tenant_id, article.id, is_helpful=said == "yes")
        return await self._article(request, thanks=True)

    async def _missing(self, request: web.Request) -> web.StreamResponse:
        language = request.match_info.get("language", "")
        if language not in LANGUAGES:
            language = preferred(request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        words = WORDS[language]
        return self._page(
            "list.html", language, title=words["not_found"], lead=words["not_found_lead"], groups=[],
            status=404, path="",
        )  # fmt: skip

    def _page(
        self,
        template: str,
        language: str,
        *,
        path: str,
        status: int = 200,
        query: str = "",
        description: str = "",
        languages: Sequence[str] = tuple(LANGUAGES),
        is_listed: bool = True,
        **values: object,
    ) -> web.Response:
        base = f"{self._origin}/help"
        suffix = path if not query else ""
        switch: list[Mapping[str, str]] = [
            {"language": tag, "name": name, "path": f"/help/{tag}{path}"} for tag, name in LANGUAGES.items()
        ]
        text = self._templates.get_template(template).render(
            **values,
            language=language,
            words=WORDS[language],
            house=self._house,
            query=query,
            code="" if status < 400 else str(status),
            description=description or str(values.get("title", "")),
            canonical=f"{base}/{language}{suffix}" if status < 400 else "",
            alternates=[{"language": t, "address": f"{base}/{t}{path}"} for t in languages if status < 400],
            switch=switch,
            is_listed=is_listed and status < 400 and not query,
        )
        headers = {
            "Content-Security-Policy": _CSP,
            hdrs.CACHE_CONTROL: "no-store" if status >= 400 or values.get("thanks") else "public, max-age=60",
        }
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _line(article: Article, language: str, found_in: str) -> dict[str, str]:
    best = best_text(article.texts, language, (found_in, "en"))
    if best is None:
        return {"slug": article.slug, "title": article.slug, "excerpt": "", "language": language}
    tag, text = best
    return {"slug": article.slug, "title": text.title, "excerpt": excerpt(text.body), "language": tag}


def _sorted(groups: Mapping[str, list[dict[str, str]]], other: str) -> list[dict[str, object]]:
    """Categories by name, what has none at the end; and their articles by title."""
    ordered = sorted(groups.items(), key=lambda group: (not group[0], group[0]))
    return [
        {
            "name": name or (other if len(groups) > 1 else ""),
            "lines": sorted(lines, key=lambda line: line["title"]),
        }
        for name, lines in ordered
    ]
