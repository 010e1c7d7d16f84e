"""Files on their way out: headers under which no browser takes one for a page of ours."""

from typing import Final
from urllib.parse import quote

from aiohttp import hdrs, web

from agent_console.operations import Download

SHOWN: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What a browser may show in its place: pictures made of points, that cannot hold a program."""

UNKNOWN_TYPE: Final = "application/octet-stream"
"""What every other file goes out as, whatever it says it is: a browser saves it."""

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


async def answered_with(request: web.Request, file: Download) -> web.StreamResponse:
    """Send the file. Its first piece is read before anything goes out, so that a missing one is still a 404."""
    content = aiter(file.content)
    first = await anext(content, b"")
    shows = file.shows and file.media_type in SHOWN
    response = web.StreamResponse(
        headers={
            hdrs.CONTENT_TYPE: file.media_type if shows else UNKNOWN_TYPE,
            hdrs.CONTENT_LENGTH: str(file.size_bytes),
            hdrs.CONTENT_DISPOSITION: disposition(file.name, shows=shows),
            hdrs.CACHE_CONTROL: "private, max-age=3600, immutable",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )
    await response.prepare(request)
    await response.write(first)
    async for piece in content:
        await response.write(piece)
    await response.write_eof()
    return response


def disposition(name: str, *, shows: bool) -> str:
    """`Content-Disposition` with the name in both spellings of RFC 6266; nothing of a name can end the header."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name) or "file"
    kind = "inline" if shows else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
