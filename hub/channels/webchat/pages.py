"""Serves the script a web site embeds, and a demo shop that embeds it."""

import asyncio
import re
from http import HTTPStatus
from pathlib import Path

from aiohttp import hdrs, web

from hub.domain.site import is_site_key

_HERE = Path(__file__).parent

_DEMO_LANGUAGES = ("en", "ru", "tr")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_BESIDE_THE_PAGE = frozenset(_TYPES) - {".html"}
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_MORE = re.compile(r"more-[0-9a-f]{8}\.js")
_NO_SHOP = "The demo shop is not part of this installation.\n"
_SITE_OF_SHOP = 'data-site="demo"'
_NOT_BUILT = "The chat widget has not been built yet: run `make widget` (Node 20 or newer), then reload.\n"


class Pages:
    """`/widget.js`, `/chat/demo` and what lies beside it. `script` and `demo` are where the files are."""

    def __init__(self, script: Path = _HERE / "static" / "widget.js", demo: Path = _HERE / "demo") -> None:
        self._script = script
        self._demo = demo

    def routes(self) -> list[web.RouteDef]:
        """All of them are public."""
        return [
            web.get("/widget.js", self.widget),
            web.get("/widget/{name}", self.more),
            web.get("/chat/demo", self.demo_page),
            web.get("/chat/demo/{name}", self.demo_file),
        ]

    async def widget(self, _: web.Request) -> web.StreamResponse:
        """The script; any site may load it, also one that isolates itself."""
        return await _file(self._script, _NOT_BUILT, {"Cross-Origin-Resource-Policy": "cross-origin"})

    async def more(self, request: web.Request) -> web.StreamResponse:
        """The second part of the script, under a name that changes with its content: kept for ever. The first part
        takes it with the content it expects only, which asks for CORS."""
        name = request.match_info["name"]
        if not _MORE.fullmatch(name):
            return _missing("There is no such file.\n")
        response = await _file(
            self._script.parent / name,
            "There is no such file.\n",
            {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"},
        )
        if response.status == HTTPStatus.OK:
            response.headers[hdrs.CACHE_CONTROL] = "public, max-age=31536000, immutable"
        return response

    async def demo_page(self, request: web.Request) -> web.StreamResponse:
        """The shop in `?lang=`, else in the language the browser prefers, with the chat of the site `?site=`."""
        if not await asyncio.to_thread(self._script.is_file):
            return _missing(_NOT_BUILT)
        language = request.query.get("lang") or _preferred(request)
        if language not in _DEMO_LANGUAGES:
            language = "en"
        path = self._demo / f"shop.{language}.html"
        headers = {
            "Content-Security-Policy": _CSP,
            "Referrer-Policy": "same-origin",
            hdrs.VARY: "Accept-Language",
        }
        if (site := request.query.get("site")) is None:
            return await _file(path, _NO_SHOP, headers)
        if not is_site_key(site):
            return _missing("There is no such site.\n")
        if not await asyncio.to_thread(path.is_file):
            return _missing(_NO_SHOP)
        page = await asyncio.to_thread(path.read_text, encoding="utf-8")
        return web.Response(
            text=page.replace(_SITE_OF_SHOP, f'data-site="{site}"'),
            content_type="text/html",
            headers={**headers, "X-Content-Type-Options": "nosniff"},
        )

    async def demo_file(self, request: web.Request) -> web.StreamResponse:
        """A picture or a style of the shop: files of that folder only, of known kinds only."""
        name = request.match_info["name"]
        path = self._demo / name
        if path.name != name or path.suffix not in _BESIDE_THE_PAGE:
            return _missing("There is no such file.\n")
        # a picture opened by itself is a document: it shall run nothing either
        return await _file(path, "There is no such file.\n", {"Content-Security-Policy": _CSP})


async def _file(path: Path, when_missing: str, headers: dict[str, str]) -> web.StreamResponse:
    if not await asyncio.to_thread(path.is_file):
        return _missing(when_missing)
    return web.FileResponse(
        path,
        headers={
            hdrs.CONTENT_TYPE: _TYPES[path.suffix],
            hdrs.CACHE_CONTROL: "public, max-age=300",
            "X-Content-Type-Options": "nosniff",
            **headers,
        },
    )


def _missing(text: str) -> web.Response:
    return web.Response(status=HTTPStatus.NOT_FOUND, text=text, headers={hdrs.CACHE_CONTROL: "no-store"})


def _preferred(request: web.Request) -> str:
    return request.headers.get(hdrs.ACCEPT_LANGUAGE, "").lstrip()[:2].lower()
