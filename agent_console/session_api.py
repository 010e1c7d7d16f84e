"""Signing in and out, and the set-up of a new hub."""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs

from agent_console.auth import Gate
from agent_console.bodies import SetUp, SetUpState, SignedIn, SignIn
from agent_console.operations import Call, Operation, Operations
from agent_console.set_up import FirstAdministrator
from agent_console.sign_ins import NewSignIn, SignIns, csrf_of
from hub.desk.views import MeView
from hub.domain.access import Permission, Principal

Me = Callable[[Principal], Awaitable[MeView]]
"""What somebody sees of themselves."""


def operations(
    *, sign_ins: SignIns, first_administrator: FirstAdministrator, gate: Gate, me: Me
) -> list[Operation]:
    """The operations of the session and the set-up."""
    made = Operations("session")

    async def signed_in(call: Call, new: NewSignIn) -> SignedIn:
        call.answer_headers[hdrs.SET_COOKIE] = gate.cookie(new.token)
        return SignedIn(
            user=await me(new.principal), csrf=csrf_of(new.token), must_first=new.principal.must_first
        )

    @made.op("POST", "/api/v1/session", None, "Sign in", public=True)
    async def sign_in(call: Call, body: SignIn) -> SignedIn:
        """A wrong login and a wrong password are the same 401; after too many of them comes a 429.

        With a second factor the answer to login and password alone is a 401 `second_factor_needed`: send them
        again with `code`.
        """
        new = await sign_ins.begin(
            body.login, body.password, call.address, code=body.code, browser=call.browser
        )
        return await signed_in(call, new)

    @made.op("GET", "/api/v1/session", Permission.SEE_SELF, "Who is signed in")
    async def show_session(call: Call) -> SignedIn:
        """For a page that was loaded anew: the user, and the CSRF token of this sign-in."""
        return SignedIn(user=await me(call.principal), csrf=call.csrf, must_first=call.principal.must_first)

    @made.op("DELETE", "/api/v1/session", Permission.SEE_SELF, "Sign out")
    async def sign_out(call: Call) -> None:
        """Ends this sign-in and closes its sockets."""
        await sign_ins.end(call.principal)
        call.answer_headers[hdrs.SET_COOKIE] = gate.no_cookie()

    @made.op("GET", "/api/v1/setup", None, "Whether the hub waits for its first administrator", public=True)
    async def show_set_up(call: Call) -> SetUpState:  # noqa: ARG001 - every operation takes its call
        """True until the first administrator is made, and never again."""
        return SetUpState(needed=await first_administrator.is_needed())

    @made.op("POST", "/api/v1/setup", None, "Make the first administrator", public=True)
    async def set_up(call: Call, body: SetUp) -> SignedIn:
        """Uses up the token that the hub printed on its own terminal, and signs the administrator in."""
        first = await first_administrator.make(
            token=body.token,
            login=body.login,
            name=body.name,
            password=body.password,
            address=call.address,
        )
        return await signed_in(call, await sign_ins.begin_for(first, call.address, browser=call.browser))

    return list(made)
