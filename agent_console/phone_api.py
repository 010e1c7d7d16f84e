"""Secrets of phones: of the browser's own, and of desk phones."""

from agent_console.bodies import Id
from agent_console.operations import Call, Operation, Operations
from agent_console.phone_bodies import DeskAccountView, PhoneAccountView, PhoneCredentialsView
from hub.domain.access import Permission
from hub.domain.errors import Forbidden
from hub.domain.ids import UserId
from hub.ports.phones import PhoneCounter


def operations(*, counter: PhoneCounter) -> list[Operation]:
    """The operations on the secrets of phones."""
    made = Operations("phones")

    @made.op(
        "POST",
        "/api/v1/agents/me/phone/credentials",
        Permission.SET_OWN_STATE,
        "A fresh password for the browser's phone",
    )
    async def phone_credentials(call: Call) -> PhoneCredentialsView:
        """The one before is void from now on. Ask anew before it expires: the phone registers with the new one."""
        found = await counter.browser_credentials(call.principal)
        assert found.expires_at is not None
        return PhoneCredentialsView(
            username=found.username,
            password=found.password,
            realm=found.realm,
            ws_path=found.ws_path,
            uri=found.uri,
            expires_at=found.expires_at,
        )

    @made.op(
        "GET",
        "/api/v1/agents/me/phone-account",
        Permission.SET_OWN_STATE,
        "How one's own desk phone signs in",
    )
    async def get_own_phone_account(call: Call) -> DeskAccountView:
        """All but its password, which is told once, by who makes the account."""
        found = await counter.desk_account(call.principal)
        return DeskAccountView(
            username=found.username,
            realm=found.realm,
            uri=found.uri,
            server=found.server,
            made_at=found.made_at,
        )

    @made.op(
        "POST",
        "/api/v1/agents/me/phone-account",
        Permission.SET_OWN_STATE,
        "A fresh password for one's own desk phone",
    )
    async def own_phone_account(call: Call) -> PhoneAccountView:
        """Shown once. The phone must be told, and register with it."""
        if call.principal.user_id is None:
            raise Forbidden("only people have phones")
        return await _renewed(call, call.principal.user_id)

    @made.op(
        "POST",
        "/api/v1/agents/{agent_id}/phone-account",
        Permission.MANAGE_USERS,
        "A fresh password for an agent's desk phone",
    )
    async def phone_account(call: Call, agent_id: Id) -> PhoneAccountView:
        """Shown once. The phone must be told, and register with it."""
        return await _renewed(call, UserId(agent_id))

    async def _renewed(call: Call, agent_id: UserId) -> PhoneAccountView:
        found = await counter.desk_credentials(call.principal, agent_id)
        return PhoneAccountView(
            username=found.username,
            password=found.password,
            realm=found.realm,
            uri=found.uri,
            server=found.server,
        )

    return list(made)
