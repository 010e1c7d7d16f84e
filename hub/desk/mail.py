"""Accounts of mail as administrators see, try out and change them; letters as those see them who may read the touch."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.desk.administer import draft_of
from hub.domain.access import Permission, Principal
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.errors import Conflict, Invalid, NotFound
from hub.domain.ids import InteractionId, LetterId, MailAccountId, TouchId
from hub.domain.mail import Handled, LetterBody, Quarantine, QuarantinedLetter
from hub.domain.mail_account import MailAccount, MailSecrets, MailSignIn, check_secrets, checked_account
from hub.domain.mail_told import Told
from hub.domain.texts import one_line, written_text
from hub.domain.values import changed
from hub.ids import new_id
from hub.ports.attachments import Attachments
from hub.ports.clock import Clock
from hub.ports.mail import LetterReads, MailAccounts, MailStanding, MailStandings, MailTried

_OTHER_SERVER = Told(
    code="other_server", text="this server is another than the kept password is for: type it again"
)
NOTE_CHARS = 200
"""What somebody says came of a letter that could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAccount:
    """An account, which of its secrets are set, and how it fares (None: it is off)."""

    account: MailAccount
    secrets_set: tuple[str, ...]
    standing: MailStanding | None


class MailSettings:
    """The accounts of the house."""

    def __init__(self, store: MailAccounts, standings: MailStandings, clock: Clock) -> None:
        self._store = store
        self._standings = standings
        self._clock = clock

    async def all(self, principal: Principal) -> list[ShownAccount]:
        """All of them, by name."""
        principal.require(Permission.CONFIGURE)
        standings = {one.account_id: one for one in self._standings.standings()}
        return [
            ShownAccount(
                account=account,
                secrets_set=_set_in(await self._store.mail_secrets(account)),
                standing=standings.get(account.id),
            )
            for account in await self._store.mail_accounts(principal.tenant_id)
        ]

    async def add(
        self, principal: Principal, account: MailAccount, secrets: MailSecrets, *, address: str = ""
    ) -> ShownAccount:
        """A new account. Raises Invalid, Conflict `name_taken`."""
        principal.require(Permission.CONFIGURE)
        fresh = changed(account, id=MailAccountId(new_id()))
        return await self._put(principal, fresh, 0, secrets, "added", address)

    async def change(
        self,
        principal: Principal,
        account: MailAccount,
        seen_version: int,
        secrets: MailSecrets,
        *,
        address: str = "",
    ) -> ShownAccount:
        """Empty secrets leave those there are, for the servers they were kept for.

        Raises NotFound, Invalid (`secret_required`: other servers, and a secret that they would be shown is not named
        again; `name_fixed`: it keeps its name, under which its conversations are kept), Conflict `changed_meanwhile`.
        """
        principal.require(Permission.CONFIGURE)
        kept = await self._mine(principal, account.id)
        if kept.version != seen_version:
            raise Conflict("somebody else changed this meanwhile", code="changed_meanwhile")
        checked_account(changed(account, tenant_id=principal.tenant_id))
        _require_named_again(kept, account, await self._store.mail_secrets(kept), secrets)
        return await self._put(principal, account, seen_version, secrets, "changed", address)

    async def delete(self, principal: Principal, account_id: MailAccountId, *, address: str = "") -> None:
        """What was received stays, and replies to it fail until another account has the name. Raises NotFound."""
        principal.require(Permission.CONFIGURE)
        account = await self._mine(principal, account_id)
        audit = self._audit(principal, account, "deleted", address)
        await self._store.delete_mail_account(principal.tenant_id, account_id, audit=audit)

    async def try_out(
        self, principal: Principal, account: MailAccount, secrets: MailSecrets
    ) -> Sequence[MailTried]:
        """Sign in at the account's servers as it would be, sending nothing. Empty secrets are those that are kept.

        A kept secret is only shown to the servers it was kept for: a half that names another one is not tried before
        it is named again, and no server is shown an empty one instead.
        """
        principal.require(Permission.CONFIGURE)
        mine = changed(account, tenant_id=principal.tenant_id)
        checked_account(mine)
        check_secrets(secrets)
        known = {one.id: one for one in await self._store.mail_accounts(principal.tenant_id)}
        kept = known.get(account.id)
        untried: dict[str, str] = {}
        if kept is not None:
            there = await self._store.mail_secrets(kept)
            untried = _to_name_again(kept, mine, there, secrets)
            secrets = MailSecrets(
                incoming_password=secrets.incoming_password or there.incoming_password,
                outgoing_password=secrets.outgoing_password or there.outgoing_password,
                client_secret=secrets.client_secret or there.client_secret,
                refresh_token=secrets.refresh_token or there.refresh_token,
            )
        setup = changed(
            mine.setup,
            incoming=None if "incoming" in untried else mine.setup.incoming,
            outgoing=None if "outgoing" in untried else mine.setup.outgoing,
        )
        tried = [MailTried(part=half, ok=False, told=_OTHER_SERVER) for half in untried]
        tried += await self._standings.try_out(changed(mine, setup=setup), secrets)
        return sorted(tried, key=lambda one: one.part)  # incoming, outgoing

    async def _mine(self, principal: Principal, account_id: MailAccountId) -> MailAccount:
        for account in await self._store.mail_accounts(principal.tenant_id):
            if account.id == account_id:
                return account
        raise NotFound("there is no such account")

    async def _put(
        self,
        principal: Principal,
        account: MailAccount,
        seen: int,
        secrets: MailSecrets,
        reason: str,
        address: str,
    ) -> ShownAccount:
        check_secrets(secrets)
        audit = self._audit(principal, account, reason, address)
        mine = changed(account, tenant_id=principal.tenant_id)
        put = await self._store.put_mail_account(mine, seen_version=seen, secrets=secrets, audit=audit)
        return ShownAccount(
            account=put, secrets_set=_set_in(await self._store.mail_secrets(put)), standing=None
        )

    def _audit(self, principal: Principal, account: MailAccount, reason: str, address: str) -> AuditDraft:
        return draft_of(
            principal,
            self._clock,
            AuditAction.CHANGE_MAIL_ACCOUNT,
            account.name,
            reason=reason,
            address=address,
        )


class LettersShown:
    """Letters, to whoever may read the interaction; the list of those that could not be read, to administrators."""

    def __init__(self, letters: LetterReads, attachments: Attachments, clock: Clock) -> None:
        self._letters = letters
        self._attachments = attachments
        self._clock = clock

    async def body(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId
    ) -> LetterBody:
        """What is shown on demand. Raises NotFound."""
        return await self._letters.shown_letter(principal, interaction_id, touch_id)

    async def raw(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId, *, address: str = ""
    ) -> tuple[int, AsyncIterator[bytes]]:
        """The letter as it came: its size, and its bytes. That it was looked at is written down. Raises NotFound."""
        audit = draft_of(
            principal, self._clock, AuditAction.READ_RAW_LETTER, touch_id, reason="shown", address=address
        )
        kept = await self._letters.raw_letter(principal, interaction_id, touch_id, audit)
        if kept.raw is not None:
            return len(kept.raw), _once(kept.raw)
        if kept.raw_sha256 is None:
            raise NotFound("there is no such letter")
        size = await self._attachments.size(principal.tenant_id, kept.raw_sha256)
        return size, self._attachments.read(principal.tenant_id, kept.raw_sha256)

    async def unreadable(
        self, principal: Principal, *, before: datetime | None, limit: int, handled: bool = False
    ) -> Quarantine:
        """Letters that could not be read, the newest first: those that wait for somebody to look at them, or those
        that somebody was done with."""
        return await self._letters.quarantined(principal, before=before, limit=limit, handled=handled)

    async def handle(
        self, principal: Principal, letter_id: LetterId, note: str, *, address: str = ""
    ) -> QuarantinedLetter:
        """Somebody looked at a letter that could not be read and is done with it: `note` says what came of it.

        Saying the same again changes nothing. Raises NotFound, Invalid `empty`, Conflict `handled_meanwhile`.
        """
        said = one_line(written_text(note), NOTE_CHARS)
        if not said:
            raise Invalid("say in a few words what came of it", field="note", code="empty")
        done = Handled(at=self._clock.now(), by=principal.user_id, name=principal.name, note=said)
        return await self._set_handled(principal, letter_id, done, address)

    async def put_back(
        self, principal: Principal, letter_id: LetterId, *, address: str = ""
    ) -> QuarantinedLetter:
        """The letter waits for somebody to look at it again; one that does is left so. Raises NotFound."""
        return await self._set_handled(principal, letter_id, None, address)

    async def _set_handled(
        self, principal: Principal, letter_id: LetterId, done: Handled | None, address: str
    ) -> QuarantinedLetter:
        principal.require(Permission.CONFIGURE)
        audit = draft_of(
            principal,
            self._clock,
            AuditAction.HANDLE_LETTER,
            letter_id,
            reason="waits_again" if done is None else "handled",
            address=address,
        )
        return await self._letters.set_handled(principal, letter_id, done, audit)


async def _once(raw: bytes) -> AsyncIterator[bytes]:
    yield raw


def _set_in(secrets: MailSecrets) -> tuple[str, ...]:
    there = {
        "incoming_password": secrets.incoming_password,
        "outgoing_password": secrets.outgoing_password,
        "client_secret": secrets.client_secret,
        "refresh_token": secrets.refresh_token,
    }
    return tuple(name for name, secret in there.items() if secret)


def _require_named_again(kept: MailAccount, new: MailAccount, there: MailSecrets, given: MailSecrets) -> None:
    """A kept secret is only shown to the servers it was kept for. Raises Invalid `secret_required`."""
    for name in _to_name_again(kept, new, there, given).values():
        raise Invalid(
            "the servers are others: name the secret again", field=f"secrets.{name}", code="secret_required"
        )


def _to_name_again(
    kept: MailAccount, new: MailAccount, there: MailSecrets, given: MailSecrets
) -> dict[str, str]:
    """The halves of the account that name another server than before, each with a secret that it needs anew."""
    before, after = kept.setup, new.setup
    own = bool(there.outgoing_password or given.outgoing_password)
    ways = [
        ("incoming", before.incoming, after.incoming, "incoming_password"),
        ("outgoing", before.outgoing, after.outgoing, "outgoing_password" if own else "incoming_password"),
    ]
    other_tokens = after.oauth is not None and after.oauth != before.oauth
    found: dict[str, str] = {}
    for half, old, server, password in ways:
        if server is None or server.sign_in is MailSignIn.NONE:
            continue
        by_token = server.sign_in is MailSignIn.OAUTH
        needed = [] if server == old else ["refresh_token" if by_token else password]
        if by_token and other_tokens:
            needed = ["client_secret", "refresh_token"]
        for name in needed:
            if getattr(there, name) and not getattr(given, name):
                found.setdefault(half, name)
    if other_tokens and not found:
        for name in ("client_secret", "refresh_token"):
            if getattr(there, name) and not getattr(given, name):
                found.setdefault("incoming", name)
    return found
