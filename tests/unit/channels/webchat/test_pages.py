"""The script a web site embeds, and the demo shop."""

from pathlib import Path

import aiohttp
import pytest
from multidict import CIMultiDict

from hub.channels.webchat.pages import Pages
from tests.fakes.webchat import ChatServer


@pytest.fixture
def built(tmp_path: Path) -> Pages:
    script, demo = tmp_path / "static" / "widget.js", tmp_path / "demo"
    script.parent.mkdir()
    demo.mkdir()
    script.write_text("void 0;")
    for language in ("en", "ru", "tr"):
        (demo / f"shop.{language}.html").write_text(f'<html lang={language}><script data-site="demo">')
    (demo / "shop.css").write_text("a{}")
    (demo / "boots.svg").write_text("<svg/>")
    (tmp_path / "secret.css").write_text("not yours")
    return Pages(script, demo)


async def get(server: ChatServer, path: str, **headers: str) -> tuple[int, str, CIMultiDict[str]]:
    async with (
        aiohttp.ClientSession() as browser,
        browser.get(server.url(path), headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text(), CIMultiDict(answer.headers)


async def test_the_script_has_its_type_and_may_be_kept_for_five_minutes(built: Pages) -> None:
    async with ChatServer(pages=built) as server:
        status, text, headers = await get(server, "/widget.js", Origin="https://anywhere.example")
        assert (status, text) == (200, "void 0;")
        assert headers["Content-Type"] == "text/javascript; charset=utf-8"
        assert headers["Cache-Control"] == "public, max-age=300"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert (await get(server, "/widget.js", **{"If-None-Match": headers["ETag"]}))[:2] == (304, "")


async def test_a_script_built_anew_has_another_tag(built: Pages, tmp_path: Path) -> None:
    async with ChatServer(pages=built) as server:
        tag = (await get(server, "/widget.js"))[2]["ETag"]
        (tmp_path / "static" / "widget.js").write_text("void 1; // longer")
        status, text, _ = await get(server, "/widget.js", **{"If-None-Match": tag})
        assert (status, text) == (200, "void 1; // longer")


async def test_the_shop_has_the_chat_of_the_site_asked_for(built: Pages) -> None:
    async with ChatServer(pages=built) as server:
        status, text, headers = await get(server, "/chat/demo?lang=ru&site=demo-sales")
        assert (status, text) == (200, '<html lang=ru><script data-site="demo-sales">')
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        for no_key in ('x"><script>', "", "a" * 65, "%00"):
            assert (await get(server, f"/chat/demo?site={no_key}"))[0] == 404


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "en"),
        ("?lang=ru", "tr", "ru"),
        ("?lang=tr", "", "tr"),
        ("", "tr-TR,tr;q=0.9", "tr"),
        ("?lang=de", "ru", "en"),
        ("?lang=../../secret", "", "en"),
        ("", "zz", "en"),
    ],
)
async def test_the_shop_speaks_the_language_asked_for(
    built: Pages, query: str, accept: str, language: str
) -> None:
    async with ChatServer(pages=built) as server:
        status, text, headers = await get(server, f"/chat/demo{query}", **{"Accept-Language": accept})
        assert (status, text) == (200, f'<html lang={language}><script data-site="demo">')
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    ("name", "kind"), [("shop.css", "text/css; charset=utf-8"), ("boots.svg", "image/svg+xml")]
)
async def test_what_lies_beside_the_page_is_served_with_its_type(built: Pages, name: str, kind: str) -> None:
    async with ChatServer(pages=built) as server:
        status, _, headers = await get(server, f"/chat/demo/{name}")
        assert (status, headers["Content-Type"]) == (200, kind)
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "name",
    [
        "nothing.css",
        "shop.en.html",
        "..%2Fsecret.css",
        "%2e%2e%2Fsecret.css",
        "x%00.css",
        "pages.py",
        ".css",
        "a%5Cb.css",
    ],
)
async def test_nothing_else_is_served(built: Pages, name: str) -> None:
    async with ChatServer(pages=built) as server:
        assert (await get(server, f"/chat/demo/{name}"))[0] == 404


@pytest.mark.parametrize("path", ["/widget.js", "/chat/demo"])
async def test_before_the_widget_is_built_the_answer_says_what_to_do(tmp_path: Path, path: str) -> None:
    async with ChatServer(pages=Pages(tmp_path / "widget.js", tmp_path)) as server:
        status, text, headers = await get(server, path)
        assert status == 404
        assert "make widget" in text
        assert headers["Cache-Control"] == "no-store"
