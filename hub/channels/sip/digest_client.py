"""How this side signs in at others by Digest: at trunks and PBXs (RFC 3261, 22.2 and 22.3; RFC 8760, 2.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from hub.channels.sip.digest import Algorithm, Challenge, Credentials, challenge_of, response_of
from hub.channels.sip.message import Request, Response
from hub.channels.sip.refusal import Field, Malformed

_ASKED_IN = {401: "www-authenticate", 407: "proxy-authenticate"}
_ANSWERED_IN = {401: "Authorization", 407: "Proxy-Authorization"}
_STRENGTH = list(Algorithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are to one realm, or to any when `realm` is None."""

    username: str
    password: str = field(repr=False)
    realm: str | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """A challenge that is being answered, and how often it was. Keep the newest: the count goes on."""

    challenge: Challenge
    status: int
    uses: int = 0

    def next(self, request: Request, account: Account, cnonce: str) -> tuple[Self, Field]:
        """The field for this request, and what to keep for the one after it. `cnonce` is random text."""
        used = replace(self, uses=self.uses + 1)
        challenge = self.challenge
        qop = "auth" if "auth" in challenge.qop else challenge.qop[0] if challenge.qop else None
        unsigned = Credentials(
            username=account.username,
            realm=challenge.realm,
            nonce=challenge.nonce,
            uri=str(request.uri),
            response="",
            algorithm=challenge.algorithm,
            session=challenge.session,
            qop=qop,
            cnonce=cnonce,
            nc=used.uses,
            opaque=challenge.opaque,
        )
        secret = challenge.algorithm.hashed(account.username, challenge.realm, account.password)
        signed = replace(unsigned, response=response_of(secret, unsigned, request.method, request.body))
        return used, Field(_ANSWERED_IN[self.status], str(signed))


def answering(response: Response, account: Account, before: Answering | None = None) -> Answering | None:
    """What to answer a 401 or 407 with: the strongest algorithm that it offers for our realm.

    `before` is what the refused request was signed with. None when there is nothing to be tried: no challenge
    that we can answer, or the password was refused (a second challenge that is not stale).
    """
    challenges = _challenges(response.every(_ASKED_IN[response.status]))
    ours = [one for one in challenges if account.realm in (None, one.realm)]
    if not ours:
        return None
    best = min(ours, key=lambda one: _STRENGTH.index(one.algorithm))
    if before is not None and before.status == response.status and before.challenge.realm == best.realm:
        was_refused = not best.stale or best.nonce == before.challenge.nonce
        if was_refused:
            return None
    return Answering(best, response.status)


def _challenges(values: Sequence[str]) -> list[Challenge]:
    found = []
    for value in values:
        try:
            challenge = challenge_of(value)
        except Malformed:
            continue
        if challenge is not None:
            found.append(challenge)
    return found
