"""Tries a trunk: does its name lead anywhere, does somebody answer, is our password right. Changes nothing there."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter

from hub.channels.sip.asking import Asks, Unanswered
from hub.channels.sip.digest_client import answering
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field
from hub.channels.sip.trunk import Trunk


class Outcome(StrEnum):
    """What became of the try."""

    GOOD = "good"
    NO_NAME = "no_name"
    """The name leads to no address."""
    SILENT = "silent"
    """Nobody answers there."""
    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    """It does not take our user or our password."""
    REFUSED = "refused"
    """It answers, and will not have us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`status` is the last answer (0: none came), `took_ms` how long the first one took."""

    outcome: Outcome
    status: int = 0
    took_ms: float = 0.0


async def tried(trunk: Trunk, asks: Asks, token: Callable[[], str]) -> Tried:
    """Ask how it is and, where we register, which bindings we have: REGISTER without a Contact (RFC 3261, 10.2.3)
    proves the password and leaves everything as it is."""
    if not await asks.places(trunk.hop):
        return Tried(outcome=Outcome.NO_NAME)
    method = "REGISTER" if trunk.settings.registers else "OPTIONS"
    begun_s = perf_counter()
    try:
        call_id, tag = token(), token()
        response = await asks.ask(_request(trunk, method, 1, call_id, tag), trunk.hop)
        took_ms = round((perf_counter() - begun_s) * 1000, 1)
        if method == "REGISTER" and response.status in (401, 407):
            response = await _signed_in(trunk, asks, response, call_id, tag, token)
    except Unanswered:
        return Tried(outcome=Outcome.SILENT)
    return Tried(outcome=_outcome(trunk, response), status=response.status, took_ms=took_ms)


async def _signed_in(
    trunk: Trunk, asks: Asks, challenge: Response, call_id: str, tag: str, token: Callable[[], str]
) -> Response:
    answer = answering(challenge, trunk.account)
    if answer is None:
        return challenge
    request = _request(trunk, "REGISTER", 2, call_id, tag)
    _, credentials = answer.next(request, trunk.account, token())
    return await asks.ask(request.adding(credentials.name, credentials.value), trunk.hop)


def _request(trunk: Trunk, method: str, number: int, call_id: str, tag: str) -> Request:
    to = str(trunk.address) if method == "REGISTER" else f"<{trunk.registrar}>"
    request = Request(
        method=method,
        uri=trunk.registrar,
        fields=(
            Field("Max-Forwards", "70"),
            Field("From", str(trunk.address.tagged(tag))),
            Field("To", to),
            Field("Call-ID", call_id),
            Field("CSeq", f"{number} {method}"),
        ),
    )
    return request if trunk.proxy is None else request.adding_first("Route", f"<{trunk.proxy}>")


def _outcome(trunk: Trunk, response: Response) -> Outcome:
    if not trunk.settings.registers or response.is_success:
        # whoever answers an OPTIONS at all is there
        return Outcome.GOOD
    return Outcome.PASSWORD if response.status in (401, 403, 404, 407) else Outcome.REFUSED
