"""The accounts of phones, in memory: who signs in is asked for at every call, and the store is not."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from hub.channels.sip.digest import secrets_of
from hub.channels.sip.phones.whereabouts import Whereabouts
from hub.domain.access import Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.call import PhoneKind
from hub.domain.errors import Forbidden
from hub.domain.ids import TenantId, UserId
from hub.domain.phone import PhoneAccount, phone_username
from hub.ports.clock import Clock
from hub.ports.phones import DeskAccount, PhoneCredentials, PhoneStore

PASSWORD_BYTES = 18
DESK_GROUPS, DESK_CHARS = 4, "abcdefghjkmnpqrstuvwxyz23456789"
"""What people type has no characters that look alike: 4 groups of 5, almost 99 bits."""


class Accounts:
    """Loaded once; a new secret counts from the moment it is kept."""

    def __init__(self, store: PhoneStore, tenant_id: TenantId, clock: Clock) -> None:
        self._store = store
        self._tenant_id = tenant_id
        self._clock = clock
        self._by_name: dict[str, PhoneAccount] = {}
        self._barred: set[UserId] = set()
        """Agents whose user was disabled since."""

    async def load(self) -> None:
        """Raises Unavailable."""
        self._by_name = {one.username: one for one in await self._store.phone_accounts(self._tenant_id)}

    def named(self, username: str) -> PhoneAccount | None:
        """The account, None where there is none that anybody can sign in with."""
        found = self._by_name.get(username)
        if found is None or found.agent_id in self._barred or not found.is_good(self._clock.now()):
            return None
        return found

    def bar(self, agent_id: UserId) -> list[str]:
        """The agent's user was disabled: nobody signs in as them. The names of their accounts."""
        self._barred.add(agent_id)
        return [name for name, account in self._by_name.items() if account.agent_id == agent_id]

    async def let(self, agent_id: UserId) -> None:
        """The agent's user is not disabled, or not any more. Raises Unavailable."""
        self._barred.discard(agent_id)
        if all(account.agent_id != agent_id for account in self._by_name.values()):
            # those of somebody who was disabled when the hub began were not loaded
            for one in await self._store.phone_accounts(self._tenant_id):
                self._by_name.setdefault(one.username, one)

    def is_barred(self, agent_id: UserId) -> bool:
        """Whether the agent's user was disabled."""
        return agent_id in self._barred

    def known(self, username: str) -> PhoneAccount | None:
        """The account, also when its secret is over."""
        return self._by_name.get(username)

    async def put(self, account: PhoneAccount, draft: AuditDraft | None) -> None:
        """Keep a new secret. Raises NotFound, Unavailable."""
        await self._store.put_phone_account(account, draft)
        self._by_name[account.username] = account


class Counter:
    """`PhoneCounter`: gives out secrets. `browser_s` is how long a browser's lasts, in seconds; `server` says where
    phones reach this hub, as soon as it listens."""

    def __init__(
        self,
        accounts: Accounts,
        whereabouts: Whereabouts,
        clock: Clock,
        *,
        realm: str,
        ws_path: str,
        browser_s: float,
        server: Callable[[], str],
        drawn: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        self._accounts = accounts
        self._whereabouts = whereabouts
        self._clock = clock
        self._realm = realm
        self._ws_path = ws_path
        self._browser = timedelta(seconds=browser_s)
        self._server = server
        self._drawn = drawn

    async def browser_credentials(self, principal: Principal) -> PhoneCredentials:
        """See the port."""
        if principal.user_id is None:
            raise Forbidden("only people have phones")
        now = self._clock.now()
        return await self._made(
            principal,
            principal.user_id,
            PhoneKind.BROWSER,
            self._drawn(PASSWORD_BYTES),
            now + self._browser,
            None,
        )

    async def desk_account(self, principal: Principal) -> DeskAccount:
        """See the port."""
        if principal.user_id is None:
            raise Forbidden("only people have phones")
        username = phone_username(principal.user_id, PhoneKind.REGISTERED)
        found = self._accounts.known(username)
        # one of another realm is void: its password was hashed with that
        made_at = found.made_at if found is not None and found.realm == self._realm else None
        return DeskAccount(
            username=username,
            realm=self._realm,
            uri=f"sip:{username}@{self._realm}",
            server=self._server(),
            made_at=made_at,
        )

    async def desk_credentials(self, principal: Principal, agent_id: UserId) -> PhoneCredentials:
        """See the port."""
        draft = AuditDraft(
            tenant_id=principal.tenant_id,
            at=self._clock.now(),
            actor_id=principal.user_id,
            actor=principal.name,
            action=AuditAction.SET_PHONE_ACCOUNT,
            object=agent_id,
        )
        return await self._made(principal, agent_id, PhoneKind.REGISTERED, _typed_password(), None, draft)

    async def _made(
        self,
        principal: Principal,
        agent_id: UserId,
        kind: PhoneKind,
        password: str,
        expires_at: datetime | None,
        draft: AuditDraft | None,
    ) -> PhoneCredentials:
        username = phone_username(agent_id, kind)
        hashes = secrets_of(username, self._realm, password)
        account = PhoneAccount(
            tenant_id=principal.tenant_id,
            agent_id=agent_id,
            kind=kind,
            username=username,
            realm=self._realm,
            secrets={algorithm.value: value for algorithm, value in hashes.items()},
            made_at=self._clock.now(),
            expires_at=expires_at,
        )
        await self._accounts.put(account, draft)
        # whoever registered by the old one is neither called nor believed any more
        await self._whereabouts.forget(username, renews=kind is PhoneKind.BROWSER)
        return PhoneCredentials(
            username=username,
            password=password,
            realm=self._realm,
            uri=f"sip:{username}@{self._realm}",
            server=self._server(),
            ws_path=self._ws_path,
            expires_at=expires_at,
        )


def _typed_password() -> str:
    return "-".join("".join(secrets.choice(DESK_CHARS) for _ in range(5)) for _ in range(DESK_GROUPS))
