"""Serves the built console: one page, and files whose names carry their content's hash."""

import asyncio
import re
from pathlib import Path

from aiohttp import hdrs, web

from agent_console.auth import COOKIE_NAMES
from agent_console.middleware import SHOWS_LETTERS

STATIC = Path(__file__).with_name("static")

_ASSET_NAME = re.compile(r"[\w-][\w.-]{0,120}", re.ASCII)
"""What the build calls its files; whatever else is asked for is not there."""

_NOT_BUILT = "The console has not been built. In a checkout run `make console`; a wheel brings it along.\n"


def add_pages(app: web.Application, *, static: Path = STATIC) -> None:
    """`/` and every address that is no file: the page; `/assets/…`: files, kept by browsers for a year.

    A page that was asked for with the cookie of a sign-in says so (`data-session`): without one, the console has
    nothing to ask the hub about, and a refused question would stand in red in the browser's log.
    """

    async def page(request: web.Request) -> web.StreamResponse:
        if "." in request.path.rsplit("/", 1)[-1]:
            raise web.HTTPNotFound
        index = static / "index.html"
        if not index.is_file():
            return web.Response(status=503, text=_NOT_BUILT)
        headers = {hdrs.CACHE_CONTROL: "no-cache", hdrs.VARY: hdrs.COOKIE}
        shown: web.StreamResponse
        if COOKIE_NAMES & request.cookies.keys():
            text = await asyncio.to_thread(index.read_text, encoding="utf-8")
            text = text.replace("<html ", "<html data-session ", 1)
            shown = web.Response(text=text, content_type="text/html", headers=headers)
        else:
            shown = web.FileResponse(index, headers=headers)
        shown[SHOWS_LETTERS] = True  # who signs in stays on the page
        return shown

    async def asset(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if not _ASSET_NAME.fullmatch(name) or not (path := static / "assets" / name).is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable"})

    async def mark(request: web.Request) -> web.StreamResponse:
        path = static / request.path.removeprefix("/")
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={hdrs.CACHE_CONTROL: "public, max-age=86400"})

    app.router.add_get("/assets/{name}", asset)
    for name in ("mark.svg", "mark-called.svg"):
        app.router.add_get(f"/{name}", mark)
    for path in ("/", "/sign-in", "/setup", "/welcome", "/first"):
        app.router.add_get(path, page)
    for desk in ("desk", "floor", "manager", "admin", "account", "organizations", "my-replies", "my-phone"):
        app.router.add_get(f"/{desk}", page)
        app.router.add_get(f"/{desk}/{{rest:.*}}", page)
