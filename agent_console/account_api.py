"""One's own account: password, sign-ins, second factor, preferences."""

import msgspec
import segno

from agent_console.access_bodies import (
    CodeGiven,
    NewSecondFactor,
    OwnPassword,
    PasswordGiven,
    Preferences,
    PreferencesView,
    RecoveryCodes,
    SecondFactorView,
    SignInPage,
    SignInView,
)
from agent_console.accounts import Accounts
from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.second_factor import TwoFactor
from hub.domain.access import Permission
from hub.domain.errors import NotFound
from hub.domain.users import SignInId
from hub.ports.second_factor import SecondFactors

_MINE = Permission.SECURE_SELF


def operations(*, accounts: Accounts, two_factor: TwoFactor, factors: SecondFactors) -> list[Operation]:
    """The operations on oneself."""
    made = Operations("own account")

    @made.op("POST", "/api/v1/me/password", _MINE, "Choose another password")
    async def set_own_password(call: Call, body: OwnPassword) -> None:
        """The other sign-ins end; this one stays."""
        await accounts.change_own_password(call.principal, old=body.old, new=body.password)

    @made.op("GET", "/api/v1/me/sign-ins", _MINE, "One's own sign-ins")
    async def list_own_sign_ins(call: Call) -> SignInPage:
        """With address and browser of each, the one used last first."""
        items = tuple(
            SignInView(
                id=session.id,
                since=session.started_at,
                seen_at=session.seen_at,
                ends_at=session.ends_at,
                address=session.address,
                browser=session.browser,
                here=session.id == call.principal.session_key,
            )
            for session in await accounts.own_sign_ins(call.principal)
        )
        return SignInPage(items=items, next=None)

    @made.op("DELETE", "/api/v1/me/sign-ins/{sign_in_id}", _MINE, "End one of one's own sign-ins")
    async def end_own_sign_in(call: Call, sign_in_id: Id) -> None:
        """Its sockets are closed within about a second."""
        if not await accounts.end_own(call.principal, SignInId(sign_in_id)):
            raise NotFound("there is no such sign-in")

    @made.op("GET", "/api/v1/me/second-factor", _MINE, "One's own second factor")
    async def show_own_second_factor(call: Call) -> SecondFactorView:
        """Whether it is on, whether the house demands it, and how many recovery codes are left."""
        assert call.principal.user_id is not None
        factor = await factors.find_factor(call.principal.tenant_id, call.principal.user_id)
        required = await two_factor.required_roles(call.principal.tenant_id)
        return SecondFactorView(
            on=factor is not None and factor.confirmed_at is not None,
            required=not call.principal.roles.isdisjoint(required),
            recovery_codes_left=await two_factor.codes_left(call.principal),
        )

    @made.op("POST", "/api/v1/me/second-factor", _MINE, "Begin to set up one's second factor", status=201)
    async def begin_own_second_factor(call: Call, body: PasswordGiven) -> NewSecondFactor:
        """It counts once a code of the authenticator has confirmed it."""
        await accounts.prove(call.principal, body.password)
        new = await two_factor.begin(call.principal)
        code = segno.make(new.uri, error="m", micro=False)
        rows = tuple("".join("1" if dark else "0" for dark in row) for row in code.matrix)
        return NewSecondFactor(secret=new.secret, uri=new.uri, matrix=rows)

    @made.op("PUT", "/api/v1/me/second-factor", _MINE, "Confirm one's second factor")
    async def confirm_own_second_factor(call: Call, body: CodeGiven) -> RecoveryCodes:
        """The recovery codes are shown here and nowhere else."""
        return RecoveryCodes(codes=await two_factor.confirm(call.principal, body.code))

    @made.op("POST", "/api/v1/me/recovery-codes", _MINE, "New recovery codes")
    async def renew_own_recovery_codes(call: Call, body: PasswordGiven) -> RecoveryCodes:
        """The old ones are worth nothing from now on."""
        await accounts.prove(call.principal, body.password)
        return RecoveryCodes(codes=await two_factor.renew_codes(call.principal))

    @made.op("POST", "/api/v1/me/second-factor/off", _MINE, "Take one's second factor away")
    async def drop_own_second_factor(call: Call, body: PasswordGiven) -> None:
        """Refused where the house demands one."""
        await accounts.prove(call.principal, body.password)
        await two_factor.drop_own(call.principal)

    @made.op("GET", "/api/v1/me/preferences", _MINE, "What one chose for oneself")
    async def show_preferences(call: Call) -> PreferencesView:
        """Language, theme, alerts and columns of the console, on whatever machine."""
        kept = msgspec.json.decode(await factors.preferences(call.principal), type=Preferences)
        return _shown(kept)

    @made.op("PUT", "/api/v1/me/preferences", _MINE, "Choose for oneself")
    async def set_preferences(call: Call, body: Preferences) -> PreferencesView:
        """What is left out is not chosen."""
        await factors.put_preferences(call.principal, msgspec.json.encode(body).decode())
        return _shown(body)

    return list(made)


def _shown(chosen: Preferences) -> PreferencesView:
    return PreferencesView(**msgspec.structs.asdict(chosen))
