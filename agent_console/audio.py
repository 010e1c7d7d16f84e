"""Sound on its way out, whole or in parts: a player asks for the place that it plays."""

import re
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from agent_console.bodies import Problem
from agent_console.errors import problem_answer
from agent_console.files import disposition
from agent_console.operations import Audio

AUDIO_TYPE: Final = "audio/wav"

_POLICY: Final = "default-src 'none'; sandbox"
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


async def answered_with(request: web.Request, audio: Audio) -> web.StreamResponse:
    """Send it, or the one part that is asked for; several parts at once are answered with the whole.

    The first piece is read before anything goes out, so that a damaged one is still an error with its reason.
    """
    headers = {
        hdrs.CONTENT_TYPE: AUDIO_TYPE,
        hdrs.ACCEPT_RANGES: "bytes",
        hdrs.CONTENT_DISPOSITION: disposition(audio.name, shows=True),
        hdrs.CACHE_CONTROL: "no-store",
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    size = audio.size_bytes
    asked = part_of(request.headers.get(hdrs.RANGE, ""), size)
    if asked is None:
        status = HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE
        answer = problem_answer(Problem(title=status.phrase, status=status, code="no_such_part"))
        answer.headers[hdrs.CONTENT_RANGE] = f"bytes */{size}"
        return answer
    start, stop, is_part = asked
    content = audio.content(start, stop)
    first = await anext(content, b"")
    headers[hdrs.CONTENT_LENGTH] = str(stop - start)
    if is_part:
        headers[hdrs.CONTENT_RANGE] = f"bytes {start}-{stop - 1}/{size}"
    response = web.StreamResponse(
        status=HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK, headers=headers
    )
    await response.prepare(request)
    await response.write(first)
    async for piece in content:
        await response.write(piece)
    await response.write_eof()
    return response


def part_of(header: str, size: int) -> tuple[int, int, bool] | None:
    """From where up to before where, and whether that is a part; None when there is nothing there (416).

    What is no range of bytes, or several, is ignored (RFC 9110 §14.2).
    """
    found = _RANGE.fullmatch(header.strip())
    if found is None or not any(found.groups()):
        return 0, size, False
    first, last = found.groups()
    if not first:
        start, stop = max(size - int(last), 0), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < start:
            return 0, size, False
    return (start, stop, True) if start < stop else None
