"""The API's own description: the OpenAPI document, and a page on which a person reads it and tries it out."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from agent_console.openapi import document
from agent_console.operations import Operation

_PAGE: Final = Path(__file__).with_name("docs_page")
_FILES: Final = (
    ("/api/docs", "index.html", "text/html"),
    ("/api/docs/docs.css", "docs.css", "text/css"),
    ("/api/docs/docs.js", "docs.js", "text/javascript"),
)


def add_documentation(app: web.Application, operations: Iterable[Operation], *, version: str) -> None:
    """Serve `/api/openapi.json` and `/api/docs`, to everybody: how to ask is no secret."""
    app.router.add_get("/api/openapi.json", _fixed(document(operations, version=version), "application/json"))
    for path, name, kind in _FILES:
        app.router.add_get(path, _fixed((_PAGE / name).read_bytes(), kind))


def _fixed(content: bytes, kind: str) -> Handler:
    async def served(_: web.Request) -> web.StreamResponse:
        charset = None if kind == "application/json" else "utf-8"
        answer = web.Response(body=content, content_type=kind, charset=charset)
        answer.headers[hdrs.CACHE_CONTROL] = "no-cache"
        return answer

    return served
