"""What goes wrong, as a client is told: RFC 9457 problems with a stable `code`."""

import math
import re
from http import HTTPStatus
from typing import Final

import msgspec
from aiohttp import hdrs, web
from aiohttp.http_exceptions import LineTooLong

from agent_console.bodies import Problem
from hub.domain.errors import (
    Conflict,
    Forbidden,
    HubError,
    Invalid,
    NotFound,
    NotSignedIn,
    Refused,
    TooMany,
    Unavailable,
)

PROBLEM_TYPE: Final = "application/problem+json"

STATUSES: Final[dict[type[HubError], HTTPStatus]] = {
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Refused: HTTPStatus.BAD_GATEWAY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""One status a branch of the error tree; a subclass has that of its branch."""

_HTTP_CODES: Final = {
    HTTPStatus.NOT_FOUND: "no_such_path",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "not_json",
}

_PLACE = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_NAMED = re.compile(r"(?:missing required|contains unknown) field `(?P<name>[^`]+)`")
_INDEX = re.compile(r"\[(\d+|\.\.\.)\]")


def problem_of(error: HubError) -> Problem:
    """The problem that tells a client of `error`. Its text was written for people."""
    status = next(
        (status for kind, status in STATUSES.items() if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    return Problem(
        title=status.phrase,
        status=status,
        code=error.stable_code,
        detail=str(error),
        field=error.field if isinstance(error, Invalid) else None,
        retry_after_s=error.retry_after_s if isinstance(error, (TooMany, Unavailable)) else None,
    )


def unexpected() -> Problem:
    """A fault of ours: nothing about it leaves the house; the log has it under the request's id."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return Problem(title=status.phrase, status=status, code="internal")


def invalid_of(error: msgspec.ValidationError) -> Invalid:
    """JSON that is not what the operation takes, with the dotted path of what is wrong."""
    text = str(error)
    place = _PLACE.search(text)
    named = _NAMED.search(text)
    steps = _INDEX.sub(r".\1", place["path"]) if place else ""
    path = f"{steps}.{named['name']}" if named else steps
    return Invalid(_PLACE.sub("", text), field=path.strip(".") or None)


def http_problem(error: web.HTTPException) -> web.Response:
    """What the router or aiohttp refuse, in the same shape; `Allow` of a 405 is kept."""
    status = HTTPStatus(error.status)
    code = _HTTP_CODES.get(status, status.phrase.lower().replace(" ", "_"))
    answer = problem_answer(Problem(title=status.phrase, status=status, code=code))
    if hdrs.ALLOW in error.headers:
        answer.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return answer


def unserved(status: int, error: BaseException | None) -> web.Response:
    """What never became a request, because it is no HTTP or a line of it is too long; or what failed around one.

    Its words are never repeated: a stranger wrote them.
    """
    if status != HTTPStatus.BAD_REQUEST:
        return problem_answer(
            unexpected()
            if status == HTTPStatus.INTERNAL_SERVER_ERROR
            else Problem(title=HTTPStatus(status).phrase, status=status, code="too_slow")
        )
    phrase = HTTPStatus.BAD_REQUEST.phrase
    if isinstance(error, LineTooLong):
        detail = "the address, or a header, is longer than the hub reads"
        return problem_answer(Problem(title=phrase, status=status, code="line_too_long", detail=detail))
    return problem_answer(Problem(title=phrase, status=status, code="not_http"))


def problem_answer(problem: Problem) -> web.Response:
    """The response; `Retry-After` in whole seconds, rounded up."""
    answer = web.Response(body=msgspec.json.encode(problem), status=problem.status, content_type=PROBLEM_TYPE)
    answer.headers[hdrs.CACHE_CONTROL] = "no-store"
    if problem.retry_after_s is not None:
        answer.headers[hdrs.RETRY_AFTER] = str(max(math.ceil(problem.retry_after_s), 1))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        answer.headers[hdrs.WWW_AUTHENTICATE] = 'Session realm="touchline"'
    return answer
