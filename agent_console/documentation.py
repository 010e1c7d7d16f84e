"""The API's own description: the OpenAPI document, and a page on which a person reads it and tries it out."""

import asyncio
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
    app.router.add_get("/api/openapi.json", _described(tuple(operations), version))
    for path, name, kind in _FILES:
        app.router.add_get(path, _fixed((_PAGE / name).read_bytes(), kind))


def _described(operations: tuple[Operation, ...], version: str) -> Handler:
    made: list[bytes] = []
    turn = asyncio.Lock()

    async def served(_: web.Request) -> web.StreamResponse:
        # a quarter of a second of work: not at every start, as few read it, and not on the loop
        async with turn:
            if not made:
                made.append(await asyncio.to_thread(document, operations, version=version))
        return _answer(made[0], "application/json", None)

    return served


def _fixed(content: bytes, kind: str) -> Handler:
    async def served(_: web.Request) -> web.StreamResponse:
        return _answer(content, kind, "utf-8")

    return served


def _answer(content: bytes, kind: str, charset: str | None) -> web.Response:
    answer = web.Response(body=content, content_type=kind, charset=charset)
    answer.headers[hdrs.CACHE_CONTROL] = "no-cache"
    return answer
