"""The public help: what everybody may read, in three languages, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, DummyCookieJar

from crm_store.articles import SqlArticles
from crm_store.store import Store
from hub.app import serve
from hub.clock import SystemClock
from hub.demo.floor import demo_queues
from hub.demo.knowledge import put_knowledge
from hub.domain.access import system_principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import DEFAULT_TENANT
from hub.domain.knowledge import Article, ArticleId, ArticleState, ArticleText
from hub.ids import new_id
from hub.settings import ChannelSettings, HelpSettings, HttpSettings, Settings
from hub.started import Started

pytestmark = pytest.mark.timeout(60)

HOSTILE = "<script>alert(1)</script> [x](javascript:alert) <img src=x onerror=alert(1)>"


class Help:
    """A hub with the demo's articles, and somebody who reads."""

    def __init__(self, url: str, client: ClientSession, store: Store) -> None:
        self.url = url
        self.client = client
        self.store = store

    async def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        async with self.client.get(self.url + path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(), dict(answer.headers)


async def _prepared(store: Store) -> None:
    clock = SystemClock()
    by = system_principal(DEFAULT_TENANT)
    await put_knowledge(store.database, clock, by, demo_queues())
    now = clock.now()
    for slug, state in (("hostile", ArticleState.PUBLISHED), ("a-draft", ArticleState.DRAFT)):
        article = Article(
            id=ArticleId(new_id()),
            tenant_id=DEFAULT_TENANT,
            slug=slug,
            category="<b>category</b>",
            state=state,
            is_public=True,
            texts={"en": ArticleText(title="Hostile <script>", body=HOSTILE)},
            created_at=now,
            updated_at=now,
        )
        draft = AuditDraft(tenant_id=DEFAULT_TENANT, at=now, action=AuditAction.CHANGE_KNOWLEDGE)
        await SqlArticles(store.database).add_article(article, draft)


async def _running(folder: Path, *, enabled: bool = True) -> AsyncIterator[Help]:
    settings = Settings(
        data_dir=folder,
        http=HttpSettings(port=0),
        help=HelpSettings(title="Kettle & Co.", enabled=enabled),
        channels=ChannelSettings.model_validate({"sip": {"port": 0}}),
    )
    stores: list[Store] = []

    async def prepare(store: Store) -> None:
        stores.append(store)
        await _prepared(store)

    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    hub = asyncio.create_task(serve(settings, on_ready=ready.set_result, stop=stop, prepare=prepare))
    await asyncio.wait({hub, ready}, return_when=asyncio.FIRST_COMPLETED)
    if hub.done():
        hub.result()
    started: Started = ready.result()
    try:
        async with ClientSession(cookie_jar=DummyCookieJar()) as client:
            yield Help(started.url, client, stores[0])
    finally:
        stop.set()
        await hub


@pytest.fixture(scope="module")
async def help_(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Help]:
    async for running in _running(tmp_path_factory.mktemp("help")):
        yield running


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("tr-TR,tr;q=0.9,en;q=0.8", "tr"),
        ("de, ru;q=0.4, en;q=0.2", "ru"),
        ("", "en"),
        ("x;q=z,,;", "en"),
        ("ru;q=0", "en"),
    ],
)
async def test_the_first_page_speaks_the_readers_language(help_: Help, accept: str, language: str) -> None:
    status, _, headers = await help_.get("/help", **{"Accept-Language": accept})
    assert (status, headers["Location"], headers["Vary"]) == (302, f"/help/{language}", "Accept-Language")


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Returning something"), ("ru", "Как вернуть покупку"), ("tr", "İade")]
)
async def test_an_article_is_there_in_three_languages(help_: Help, language: str, title: str) -> None:
    status, text, _ = await help_.get(f"/help/{language}/returns")
    assert status == 200
    assert f"<h1>{title}</h1>" in text
    assert f'<link rel="canonical" href="{help_.url}/help/{language}/returns">' in text
    assert "<ol><li>" in text


@pytest.mark.parametrize(
    ("language", "query", "title"),
    [
        ("en", "kettle scale", "Removing scale from a kettle"),
        ("ru", "НАКИПЬ", "Как убрать накипь"),
        ("ru", "счёт", "Счёт для организации"),
        ("ru", "счет", "Счёт для организации"),
        ("tr", "KİREÇ", "Çaydanlıktaki kireci temizlemek"),
        ("tr", "kirec", "Çaydanlıktaki kireci temizlemek"),
    ],
)
async def test_articles_are_found(help_: Help, language: str, query: str, title: str) -> None:
    async with help_.client.get(f"{help_.url}/help/{language}", params={"q": query}) as answer:
        text = await answer.text()
    assert text.index(title) == text.index("<strong>") + len("<strong>")
    assert 'name="robots" content="noindex"' in text


async def test_nobody_reads_a_draft_an_internal_article_or_what_is_not_there(help_: Help) -> None:
    for slug in ("a-draft", "refund-rules", "nothing", "x" * 3000, "%2e%2e%2fhelp.css"):
        status, text, _ = await help_.get(f"/help/en/{slug}")
        assert status == 404, slug
        assert "This page is not there" in text
    _, listed, _ = await help_.get("/help/en")
    async with help_.client.get(f"{help_.url}/help/en", params={"q": "refund compensation"}) as answer:
        found = await answer.text()
    for text in (listed, found):
        assert "refund-rules" not in text
        assert "a-draft" not in text


async def test_nothing_that_was_written_runs(help_: Help) -> None:
    for path in (
        "/help/en/hostile",
        "/help/en",
        "/help/en?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/help/en?q=hostile",
    ):
        status, text, headers = await help_.get(path)
        assert status == 200
        assert "<script" not in text
        assert "<img" not in text
        assert "<b>" not in text
        assert 'href="javascript' not in text
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "Set-Cookie" not in headers


async def test_an_opinion_counts_once_an_hour_from_one_address(help_: Help) -> None:
    for said in ("yes", "yes", "no", "maybe"):
        async with help_.client.post(f"{help_.url}/help/en/brewing", data={"helpful": said}) as answer:
            assert answer.status == 200
            assert "Thank you for telling us" in await answer.text()
    article = await SqlArticles(help_.store.database).article_of_slug(DEFAULT_TENANT, "brewing")
    assert article is not None
    assert (article.helpful_yes, article.helpful_no) == (1, 0)
    async with help_.client.post(f"{help_.url}/help/en/nothing", data={"helpful": "yes"}) as answer:
        assert answer.status == 404


async def test_who_searches_without_end_is_told_to_wait(help_: Help) -> None:
    statuses = []
    for _ in range(40):
        status, text, headers = await help_.get("/help/tr?q=kargo")
        statuses.append(status)
        if status == 429:
            assert "Çok fazla arama" in text
            assert int(headers["Retry-After"]) > 0
            break
    assert statuses[-1] == 429
    assert (await help_.get("/help/tr/returns"))[0] == 200


async def test_robots_may_read_the_help_and_nothing_else(help_: Help) -> None:
    _, text, _ = await help_.get("/robots.txt")
    assert text == "User-agent: *\nAllow: /help\nDisallow: /\n"


async def test_it_can_be_switched_off(tmp_path: Path) -> None:
    async for running in _running(tmp_path, enabled=False):
        for path in ("/help", "/help/en", "/help/en/returns", "/robots.txt"):
            assert (await running.get(path))[0] == 404
