"""The life of a sign-in: begun with a password, found by its secret, ended by rule or by will."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from agent_console.backoff import Backoff
from agent_console.passwords import Passwords
from agent_console.second_factor import TwoFactor
from hub.domain.access import Principal
from hub.domain.audit import AuditAction, AuditDraft, AuditResult
from hub.domain.errors import HubError, Invalid, NotSignedIn
from hub.domain.ids import TenantId
from hub.domain.users import SignInId, SignInSession, User, normalised_login, principal_of
from hub.ids import new_id
from hub.ports.access import AccessStore
from hub.ports.clock import Clock

IDLE_LIMIT = timedelta(minutes=30)
"""A sign-in ends when nobody did anything, and no agent socket was open, for this long."""

LONGEST = timedelta(hours=12)
"""A sign-in ends after this long, whatever is done."""

NOTED_EVERY = timedelta(minutes=1)
"""A sign of life is written at most this often, so that reading a page writes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignIn:
    """A sign-in that has just begun. `token` is told once, to the browser; nobody else ever has it."""

    token: str = field(repr=False)
    session: SignInSession
    principal: Principal


class SignIns:
    """Begins, finds and ends the sign-ins of one tenant. `new_token` makes 256 random bits, as text."""

    def __init__(
        self,
        *,
        store: AccessStore,
        passwords: Passwords,
        backoff: Backoff,
        clock: Clock,
        tenant_id: TenantId,
        two_factor: TwoFactor,
        idle_limit: timedelta = IDLE_LIMIT,
        longest: timedelta = LONGEST,
        new_token: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._backoff = backoff
        self._clock = clock
        self._tenant_id = tenant_id
        self._two_factor = two_factor
        self._new_token = new_token
        self._idle_limit = idle_limit
        self.longest = longest
        self._renewed: dict[str, float] = {}

    async def begin(
        self, login: str, password: str, address: str, *, code: str = "", browser: str = ""
    ) -> NewSignIn:
        """A new sign-in. `code` is of the authenticator, or a recovery code.

        Raises NotSignedIn: `wrong_login_or_password` for every wrong pair alike, `second_factor_needed` for a
        right one without the code it needs, `wrong_code`. TooMany after many failures (a wrong code is one) or
        when too many sign in at once.
        """
        account = _account(login)
        self._backoff.begin(account, address)
        try:
            user, is_outdated = await self._proved(account, password, code, address)
        except NotSignedIn as refused:
            if refused.stable_code == "second_factor_needed":
                self._backoff.not_tried(account, address)
            raise
        except HubError:
            self._backoff.not_tried(account, address)
            raise
        self._backoff.succeeded(account, address)
        if is_outdated:
            renewed = await self._passwords.hashed(password)
            await self._store.rehash_password(user.id, old_hash=user.password_hash, new_hash=renewed)
        return await self.begin_for(user, address, browser=browser)

    async def _proved(self, account: str, password: str, code: str, address: str) -> tuple[User, bool]:
        """The user who has proved to be there, and whether their password's hash is of yesterday."""
        user = await self._store.find_user_by_login(self._tenant_id, account) if account else None
        match = await self._passwords.matched(None if user is None else user.password_hash, password)
        if user is None or not match.right or self._is_shut(user):
            await self._store.append_audit(self._failure(user, _wrong(user, match.right), address))
            raise NotSignedIn("wrong login or password", code="wrong_login_or_password")
        if user.second_factor:
            await self._second_step(user, code, address)
        return user, match.outdated

    def _is_shut(self, user: User) -> bool:
        """Disabled, or invited too long ago."""
        until = user.password_until
        return user.disabled or (until is not None and self._clock.now() >= until)

    async def _second_step(self, user: User, code: str, address: str) -> None:
        if not code.strip():
            raise NotSignedIn("the code of your authenticator is needed too", code="second_factor_needed")
        if not await self._two_factor.accepts(user, code):
            await self._store.append_audit(self._failure(user, "wrong_code", address))
            raise NotSignedIn("this is not the code of now, or it was used", code="wrong_code")

    async def begin_for(self, user: User, address: str, *, browser: str = "") -> NewSignIn:
        """A new sign-in of somebody who has proved who they are."""
        now = self._clock.now()
        token = self._new_token()
        session = SignInSession(
            id=SignInId(new_id()),
            tenant_id=user.tenant_id,
            user_id=user.id,
            token_hash=token_hash(token),
            started_at=now,
            seen_at=now,
            ends_at=now + self.longest,
            address=address,
            browser=_visible(browser),
        )
        principal = await self._principal(user, session, address)
        await self._store.add_session(session, self._draft(principal, AuditAction.SIGN_IN))
        return NewSignIn(token=token, session=session, principal=principal)

    async def _principal(self, user: User, session: SignInSession, address: str) -> Principal:
        required = await self._two_factor.required_roles(user.tenant_id)
        return principal_of(user, session, address, required)

    async def found(self, token: str, address: str) -> Principal:
        """On whose behalf the bearer of `token` acts; notes the sign of life. Raises NotSignedIn."""
        held = await self._store.find_session(token_hash(token))
        if held is None:
            raise NotSignedIn("please sign in")
        session, user = held
        now = self._clock.now()
        if user.disabled or now >= session.ends_at or now - session.seen_at > self._idle_limit:
            await self._store.revoke_session(session.id, None)
            raise NotSignedIn("your sign-in has ended; please sign in again", code="sign_in_ended")
        if now - session.seen_at >= NOTED_EVERY:
            await self._store.touch_session(session.id, now)
        return await self._principal(user, session, address)

    async def renew(self, principal: Principal) -> None:
        """An open agent socket is a sign of life: call this with every ping; it is written once a minute.

        Raises NotSignedIn when the sign-in is gone or its day is over; then close the socket. Unavailable,
        from the store, says nothing about the sign-in. The idle limit does not count here, so that a leap of
        the clock signs nobody out who is there.
        """
        key, now_s = principal.session_key, self._clock.monotonic()
        if self._renewed.get(key, float("-inf")) > now_s - NOTED_EVERY.total_seconds():
            return
        self._renewed.pop(key, None)
        self._renewed[key] = now_s
        try:
            is_there = await self._store.touch_session(SignInId(key), self._clock.now())
        except HubError:
            self._renewed.pop(key, None)
            raise
        if not is_there:
            self._renewed.pop(key, None)
            raise NotSignedIn("your sign-in has ended; please sign in again", code="sign_in_ended")
        self._forget_closed_sockets(now_s)

    async def end(self, principal: Principal) -> None:
        """Sign out; a sign-in that is over already is no error."""
        self._renewed.pop(principal.session_key, None)
        await self._store.revoke_session(
            SignInId(principal.session_key), self._draft(principal, AuditAction.SIGN_OUT)
        )

    def _forget_closed_sockets(self, now_s: float) -> None:
        # the dict is in the order of renewal: what was not renewed for two periods stands first
        while self._renewed:
            key, at_s = next(iter(self._renewed.items()))
            if at_s > now_s - 2 * NOTED_EVERY.total_seconds():
                return
            del self._renewed[key]

    def _draft(self, principal: Principal, action: AuditAction) -> AuditDraft:
        return AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=action,
            object=principal.session_key,
            address=principal.address,
        )

    def _failure(self, user: User | None, reason: str, address: str) -> AuditDraft:
        return AuditDraft(
            tenant_id=self._tenant_id,
            at=self._clock.now(),
            action=AuditAction.SIGN_IN,
            object="" if user is None else user.id,
            result=AuditResult.FAILED,
            reason=reason,
            address=address,
        )


def _wrong(user: User | None, is_right: bool) -> str:
    if user is None:
        return "unknown_login"
    if not is_right:
        return "wrong_password"
    return "disabled" if user.disabled else "invitation_over"


def _visible(browser: str) -> str:
    """What a browser calls itself, as far as it can be shown."""
    return "".join(c for c in browser if c.isprintable())[:300]


def token_hash(token: str) -> bytes:
    """What the store keeps of a secret: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(_bytes(token)).digest()


def csrf_of(token: str) -> str:
    """The token every write must carry: random with each sign-in, from which the secret cannot be found."""
    return hmac.new(_bytes(token), b"touchline csrf", hashlib.sha256).hexdigest()


def _bytes(token: str) -> bytes:
    # a cookie is whatever somebody sent: half a surrogate must not be an error of ours
    return token.encode(errors="backslashreplace")


def _account(login: str) -> str:
    """The login in normal form; empty for what cannot be one, which fails like any other wrong login."""
    try:
        return normalised_login(login)
    except Invalid:
        return ""
