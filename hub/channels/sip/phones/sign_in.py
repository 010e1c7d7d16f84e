"""Who a request is from, proved by Digest: everybody is asked the same, whether there is such an account or not."""

import hmac
import os
from collections.abc import Callable
from typing import Protocol

from hub.channels.sip.digest import Algorithm, Credentials, Secrets, credentials_of
from hub.channels.sip.digest_server import Door, Nonces, UsedCounts, Verdict
from hub.channels.sip.message import Request
from hub.channels.sip.phones.book import Accounts
from hub.channels.sip.refusal import Field, Malformed, Refused
from hub.channels.sip.transport.flow import Flow, is_reliable
from hub.domain.phone import PhoneAccount
from hub.ports.clock import Clock


class Watch(Protocol):
    """Who keeps count of guesses: `guard.Guard`. Times are those of the monotonic clock."""

    def tried(self, address: str, user: str, now_s: float, *, surely: bool = True) -> None:
        """Somebody named this user and proved nothing. `surely`: from there, and not just in its name."""
        ...

    def wrong(self, address: str, user: str, now_s: float) -> None:
        """The password was wrong, or there is no such user."""
        ...

    def proved(self, address: str, user: str, now_s: float) -> None:
        """Somebody signed in from there."""
        ...

    def is_locked(self, address: str, user: str, now_s: float) -> bool:
        """Whether a password of this user from there is not even looked at."""
        ...


class SignIn:
    """The house's realm. `trust` is told by which flow somebody signed in. `key` makes the nonces; each is good for the
    address that it was given to only."""

    def __init__(
        self,
        accounts: Accounts,
        clock: Clock,
        *,
        realm: str,
        watch: Watch | None = None,
        trust: Callable[[Flow], None] = lambda _: None,
        key: bytes = b"",
        salt: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.realm = realm
        self._accounts = accounts
        self._clock = clock
        self._watch = watch
        self._trust = trust
        self._key = key or os.urandom(32)
        self._salt = salt
        self._used = UsedCounts()

    def who(self, request: Request, flow: Flow, user: str) -> PhoneAccount:
        """The account that the request proves. `user` is whom it names. Raises Refused: 401 with a challenge, 400."""
        now_s = self._clock.now().timestamp()
        door = self._door(flow)
        credentials = self._credentials(request)
        if credentials is None:
            self._note_tried(flow, user)
            raise self._challenge(door, now_s)
        name = credentials.username
        if door.nonces.age_s(credentials.nonce, now_s) is None:
            # ours of before a restart, or of another address of the same phone: no guess, but no proof either
            self._note_tried(flow, name)
            raise self._challenge(door, now_s, stale=True)
        # from here on the sender has read what was sent to that address
        if self._is_locked(flow, name):
            self._note_wrong(flow, name)
            raise self._challenge(door, now_s)
        account = self._accounts.named(name)
        secrets = None if account is None else _secrets(account)
        match door.verdict(credentials, request, secrets, now_s):
            case Verdict.GOOD if account is not None:
                self._note_proved(flow, name)
                self._trust(flow)
                return account
            case Verdict.STALE:
                raise self._challenge(door, now_s, stale=True)
            case Verdict.OTHER_REQUEST:
                raise Refused(400, "the credentials are for another address")
            case _:
                self._note_wrong(flow, name)
                raise self._challenge(door, now_s)

    def _door(self, flow: Flow) -> Door:
        """Nonces are sealed with a key for each address: one that was overheard is of no use elsewhere."""
        key = hmac.digest(self._key, flow.host.encode(), "sha256")
        return Door(realm=self.realm, nonces=Nonces(key=key), used=self._used)

    def _credentials(self, request: Request) -> Credentials | None:
        for value in request.every("authorization"):
            try:
                found = credentials_of(value)
            except Malformed as exc:
                raise Refused(400, str(exc)) from exc
            if found is not None and found.realm == self.realm:
                return found
        return None

    def _challenge(self, door: Door, now_s: float, *, stale: bool = False) -> Refused:
        telling = tuple(
            Field("WWW-Authenticate", str(one)) for one in door.challenges(now_s, self._salt, stale=stale)
        )
        return Refused(401, "who are you", telling=telling)

    def _is_locked(self, flow: Flow, user: str) -> bool:
        return self._watch is not None and self._watch.is_locked(flow.host, user, self._clock.monotonic())

    def _note_tried(self, flow: Flow, user: str) -> None:
        if self._watch is not None:
            self._watch.tried(flow.host, user, self._clock.monotonic(), surely=is_reliable(flow))

    def _note_wrong(self, flow: Flow, user: str) -> None:
        if self._watch is not None:
            self._watch.wrong(flow.host, user, self._clock.monotonic())

    def _note_proved(self, flow: Flow, user: str) -> None:
        if self._watch is not None:
            self._watch.proved(flow.host, user, self._clock.monotonic())


def _secrets(account: PhoneAccount) -> Secrets:
    return {Algorithm(name): value for name, value in account.secrets.items() if name in list(Algorithm)}
