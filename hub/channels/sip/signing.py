"""How a request of ours is signed, and what a 401 or 407 makes of the next one (RFC 3261, 22; RFC 7616)."""

from collections.abc import Callable

from hub.channels.sip.digest_client import Account, Answering, answering
from hub.channels.sip.message import Request, Response

_MOST_CHALLENGES = 4


class Signer:
    """Whoever is called may ask who we are, and so may a proxy on the way. Without an account nobody is told."""

    def __init__(self, account: Account | None, token: Callable[[], str]) -> None:
        self._account = account
        self._token = token
        self._answering: dict[int, Answering] = {}
        self._proved = False
        self._challenges = 0

    def signed(self, request: Request) -> Request:
        """The request with credentials for whoever has asked for some."""
        account = self._account
        if account is None:
            return request
        for status, one in list(self._answering.items()):
            self._answering[status], field = one.next(request, account, self._token())
            request = request.adding(field.name, field.value)
        return request

    def challenged(self, response: Response) -> bool:
        """Whether a 401 or 407 can be answered: send the request again, signed, with its next number."""
        account, status = self._account, response.status
        self._challenges += 1
        if account is None or self._challenges > _MOST_CHALLENGES:
            return False
        # a password that was right is tried once more: nonces are forgotten without a `stale`
        before = None if self._proved else self._answering.get(status)
        found = answering(response, account, before)
        self._proved = False
        if found is None:
            return False
        self._answering[status] = found
        return True

    def accepted(self) -> None:
        """A signed request was taken."""
        self._proved = bool(self._answering)
        self._challenges = 0
