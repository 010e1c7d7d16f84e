"""The accounts of this house with what they sign in with, kept current; and fresh tokens for those that need them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import structlog

from hub.channels.email.signing_in import SignsIn
from hub.domain.errors import HubError, Unavailable
from hub.domain.ids import MailAccountId, TenantId
from hub.domain.mail_account import MailAccount, MailSecrets
from hub.domain.mail_told import MailUnavailable, Told
from hub.ports.mail import MailAccounts

log = structlog.get_logger(__name__)

_EARLY_S = 60.0
_TOKEN_S = 300.0
"""How long a token counts whose life the server does not tell."""

AsksForToken = Callable[[str, Mapping[str, str]], Awaitable[Mapping[str, object]]]
"""Posts a form to an address; the answer's JSON. Raises Unavailable with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An account and its secrets."""

    account: MailAccount
    secrets: MailSecrets = field(repr=False)


@dataclass(slots=True)
class _Token:
    value: str
    until_s: float


class Accounts:
    """Reads the accounts when told that they changed. `changed` is told when there is something new; `were_read`: at
    least once."""

    def __init__(
        self,
        store: MailAccounts,
        tenant_id: TenantId,
        *,
        ask_for_token: AsksForToken,
        changed: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._tenant_id = tenant_id
        self._ask = ask_for_token
        self._changed = changed
        self._monotonic = monotonic
        self.were_read = False
        self._by_id: dict[MailAccountId, Opened] = {}
        self._deleted: dict[MailAccountId, MailAccount] = {}
        self._tokens: dict[MailAccountId, _Token] = {}
        self._sizes: dict[MailAccountId, int] = {}
        self._asking: dict[MailAccountId, asyncio.Lock] = {}

    async def refresh(self) -> None:
        """Read all of them. One whose secrets cannot be opened has none, and its servers will say so.

        Raises Unavailable when the store cannot now."""
        found: dict[MailAccountId, Opened] = {}
        for account in await self._store.mail_accounts(self._tenant_id):
            try:
                secrets = await self._store.mail_secrets(account)
            except Unavailable as error:
                if error.stable_code != "wrong_secret_key":
                    raise
                log.error("mail_secrets_sealed_with_another_key", account=account.name)
                secrets = MailSecrets()
            found[account.id] = Opened(account=account, secrets=secrets)
        # after the others: one that is deleted meanwhile is at least in one of the two
        self._deleted = {one.id: one for one in await self._store.deleted_mail_accounts(self._tenant_id)}
        for account_id, before in self._by_id.items():
            if found.get(account_id) != before:
                self._tokens.pop(account_id, None)
        self._by_id = found
        self.were_read = True
        self._changed()

    def as_if(self, account: MailAccount, secrets: MailSecrets) -> Opened:
        """An account that is tried out before it is kept."""
        self._tokens.pop(account.id, None)
        return Opened(account=account, secrets=secrets)

    def all(self) -> list[Opened]:
        """Every account."""
        return list(self._by_id.values())

    def of(self, account_id: MailAccountId) -> MailAccount | None:
        """The account of that id; of one that was deleted, what is left of it."""
        opened = self._by_id.get(account_id)
        return self._deleted.get(account_id) if opened is None else opened.account

    def named(self, account: str) -> Opened | None:
        """The account that touches are kept under as `account`."""
        return next((one for one in self._by_id.values() if one.account.account == account), None)

    def is_deleted(self, account: str) -> bool:
        """Whether touches are kept under `account` whose account was deleted, and no other has its name."""
        return self.named(account) is None and any(one.account == account for one in self._deleted.values())

    def at_address(self, address: str) -> MailAccount | None:
        """Whose address this is, of accounts that are enabled; `name+anything@…` is that of `name@…`, unless an
        account has it as it is written."""
        owner = self._owner(address)
        return owner if owner is not None and owner.enabled else None

    def is_ours(self, address: str) -> bool:
        """Whether it is an address of any account of ours, as it is written or as `name+anything@…`."""
        return self._owner(address) is not None

    def is_off_at(self, address: str) -> bool:
        """Whether the address is that of an account that is disabled: its letters may come later."""
        owner = self._owner(address)
        return owner is not None and not owner.enabled

    def _owner(self, address: str) -> MailAccount | None:
        plain = address.lower()
        local, _, domain = plain.rpartition("@")
        for looked_for in (plain, f"{local.partition('+')[0]}@{domain}"):
            found = [o.account for o in self._by_id.values() if looked_for in o.account.own_addresses]
            if found:
                return next((one for one in found if one.enabled), found[0])
        return None

    def note_size(self, account_id: MailAccountId, size_bytes: int) -> None:
        """The account's server said how many bytes of a letter it takes; 0: it did not."""
        self._sizes[account_id] = size_bytes

    def size_of(self, account_id: MailAccountId) -> int:
        """How many bytes of a letter the account's server takes, as it said when it was last sent one; 0: unknown."""
        return self._sizes.get(account_id, 0)

    def signs_in_to_read(self, opened: Opened) -> SignsIn:
        """What the server for incoming mail is shown."""
        return SignsIn(password=opened.secrets.incoming_password, token=lambda: self._token(opened))

    def signs_in_to_send(self, opened: Opened) -> SignsIn:
        """What the server for outgoing mail is shown: the same password, unless there is one of its own."""
        password = opened.secrets.outgoing_password or opened.secrets.incoming_password
        return SignsIn(password=password, token=lambda: self._token(opened))

    def forget_token(self, account_id: MailAccountId) -> None:
        """The server did not take it: the next one is asked for."""
        self._tokens.pop(account_id, None)

    async def _token(self, opened: Opened) -> str:
        """A token that counts for a while yet (RFC 6749 section 6). Raises Unavailable."""
        account_id = opened.account.id
        async with self._asking.setdefault(account_id, asyncio.Lock()):
            kept = self._tokens.get(account_id)
            if kept is not None and kept.until_s > self._monotonic():
                return kept.value
            kept = await self._fresh(opened)
            self._tokens[account_id] = kept
            return kept.value

    async def _fresh(self, opened: Opened) -> _Token:
        setup = opened.account.setup.oauth
        if setup is None:
            raise MailUnavailable(
                Told(code="no_oauth", text="this account has no OAuth settings"), code="no_oauth"
            )
        form = {
            "grant_type": "refresh_token",
            "refresh_token": opened.secrets.refresh_token,
            "client_id": setup.client_id,
            "client_secret": opened.secrets.client_secret,
            "scope": setup.scope,
        }
        answer = await self._ask(setup.token_url, {name: value for name, value in form.items() if value})
        token, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token:
            told = Told(code="token_not_given", text="the token server gave no token")
            raise MailUnavailable(told, code="no_token")
        seconds = float(life) if isinstance(life, (int, float)) and life > 0 else _TOKEN_S
        return _Token(token, self._monotonic() + max(seconds - _EARLY_S, seconds / 2))


async def kept_current(accounts: Accounts, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
    """Read the accounts, however long the store takes to answer."""
    while True:
        try:
            await accounts.refresh()
        except HubError as error:
            log.warning("mail_accounts_not_read", why=str(error))
            await pause(2.0)
        else:
            return
