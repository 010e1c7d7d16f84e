"""What e-mail asks of the store, and what others may ask of e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.audit import AuditDraft
from hub.domain.ids import InteractionId, LetterId, MailAccountId, TenantId, TouchId
from hub.domain.mail import (
    Handled,
    KeptLetter,
    LetterBody,
    LetterHead,
    LetterOut,
    LetterState,
    MailCursor,
    NewLetter,
    Quarantine,
    QuarantinedLetter,
    ThreadSeen,
)
from hub.domain.mail_account import MailAccount, MailSecrets
from hub.domain.mail_told import Told

DOUBTFUL_TRIES = 2
"""So many tries without an end, and a letter may be what breaks hubs."""
DOUBTFUL_WAIT_S = 10.0


class LetterStore(Protocol):
    """Letters as they came, and the threads they belong to. Everything raises Unavailable when the store fails for
    now: then nothing was written."""

    async def keep_letters(
        self, account: MailAccount, letters: Sequence[NewLetter], cursor: MailCursor | None
    ) -> Sequence[bool]:
        """Keep these, and move the cursor, in one commit; whoever brought them may be told so after it.

        One that is there already (the same content hash in this account, or the same place in the mailbox) is not
        kept again; its new place is noted. True for each that is new.
        """
        ...

    async def cursor(self, account: MailAccount, folder: str) -> MailCursor | None:
        """How far that mailbox was read; None: never."""
        ...

    async def hashes_known(self, account: MailAccount, hashes: Sequence[str]) -> set[str]:
        """Which of these content hashes are kept."""
        ...

    async def claim_letters(
        self, tenant_id: TenantId, now: datetime, *, lease_s: float, limit: int, doubtful: bool = True
    ) -> Sequence[KeptLetter]:
        """Take letters that wait to be read, the oldest first: nobody else does until the lease ends. Each claim
        counts as a try. Of those that were tried DOUBTFUL_TRIES times already at most one is among them, and none
        unless `doubtful`: whichever of them breaks a hub is to break it alone."""
        ...

    async def free_letters(self, tenant_id: TenantId, now: datetime) -> None:
        """Whoever had letters in hand is dead: anybody may take them again, the doubtful ones after DOUBTFUL_WAIT_S
        times the square of their further tries: by then a hub that dies of something else has died.
        Only where a hub is one process."""
        ...

    async def settle_letter(
        self, letter_id: LetterId, state: LetterState, *, touch_id: TouchId | None, defects: Sequence[str]
    ) -> None:
        """The letter was read. Of a letter that is settled already nothing changes."""
        ...

    async def release_letter(self, letter_id: LetterId, until: datetime, *, counts: bool) -> None:
        """It could not be made a touch now; anybody may take it again from `until` on. The try counts or does not."""
        ...

    async def threads_of(
        self, tenant_id: TenantId, message_ids: Sequence[str], address: str
    ) -> Sequence[ThreadSeen]:
        """Threads that these message ids belong to, the id named last first, and whether `address` takes part in one of
        which the letter is seen. Of others the newest few of each of the nearest ids."""
        ...

    async def letter_out(self, tenant_id: TenantId, touch_id: TouchId) -> LetterOut | None:
        """That letter of ours; None for one that nobody has tried to send."""
        ...

    async def note_bounced(
        self, tenant_id: TenantId, touch_id: TouchId, addresses: Sequence[str], reason: str
    ) -> None:
        """A letter of ours that was sent did not reach these: it failed if nobody else has it, else who has not is
        named; whoever has the conversation is told. One whose fate was not known yet, or of which nobody knew it, is
        decided by it, also one that waits for another attempt. A report that names nobody it went to, and saying it
        again, change nothing."""
        ...

    async def last_head(self, tenant_id: TenantId, account: str, thread: str) -> LetterHead | None:
        """What the newest letter that came in this thread says of itself: what an answer answers."""
        ...

    async def letter_body(self, tenant_id: TenantId, touch_id: TouchId) -> LetterBody | None:
        """The HTML and the quote of a letter that is to be sent; None for one without."""
        ...

    async def takes_part(self, tenant_id: TenantId, account: str, thread: str, address: str) -> bool:
        """Whether this address is a participant of that thread."""
        ...

    async def allow_auto_letter(
        self, tenant_id: TenantId, touch_id: TouchId, account: str, thread: str, address: str, now: datetime
    ) -> bool:
        """Whether the hub may send that touch to the address by itself now, and if so, that it does: one a day an
        address (`name+anything@…` is `name@…`), and only while no twenty an hour were sent in the thread, by whomever.
        The same touch may again."""
        ...

    async def waiting_letters(self, tenant_id: TenantId) -> tuple[int, datetime | None]:
        """How many letters wait to be read, and since when the oldest."""
        ...


class LetterReads(Protocol):
    """What the console shows of letters, each behind the scope of its interaction."""

    async def shown_letter(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId
    ) -> LetterBody:
        """The parts shown on demand. Raises NotFound for a touch that is no letter, or not theirs to read."""
        ...

    async def raw_letter(
        self, principal: Principal, interaction_id: InteractionId, touch_id: TouchId, audit: AuditDraft
    ) -> KeptLetter:
        """The letter as it came, of an inbound touch; that it was looked at is written down. Raises NotFound."""
        ...

    async def quarantined(
        self, principal: Principal, *, before: datetime | None, limit: int, handled: bool = False
    ) -> Quarantine:
        """Letters that could not be read, the newest first, for administrators: those that wait for somebody to look
        at them, or those that somebody was done with."""
        ...

    async def set_handled(
        self, principal: Principal, letter_id: LetterId, handled: Handled | None, audit: AuditDraft
    ) -> QuarantinedLetter:
        """Somebody is done with a letter that could not be read; None: it waits again. As it is then.

        What is so already is neither changed nor written down again. Raises NotFound for any other letter, Conflict
        `handled_meanwhile` when somebody else was done with it, or the same one with another note.
        """
        ...


class MailAccounts(Protocol):
    """Accounts of mail in the store; their secrets are sealed."""

    async def mail_accounts(self, tenant_id: TenantId) -> Sequence[MailAccount]:
        """All, by name."""
        ...

    async def deleted_mail_accounts(self, tenant_id: TenantId) -> Sequence[MailAccount]:
        """Those that were deleted, without servers and secrets: letters they took before are read by their rules."""
        ...

    async def mail_secrets(self, account: MailAccount) -> MailSecrets:
        """What it signs in with. Raises Unavailable (`wrong_secret_key`)."""
        ...

    async def put_mail_account(
        self, account: MailAccount, *, seen_version: int, secrets: MailSecrets | None, audit: AuditDraft
    ) -> MailAccount:
        """Add (`seen_version` 0) or change it; as stored, with its next version. `secrets` None leaves those there are;
        of given ones an empty one leaves what there is.

        Everybody is told (MailAccountChanged). Raises Conflict (`changed_meanwhile`, `name_taken`), NotFound, Invalid
        (also `name_fixed`, `account_address_taken`; `no_such_queue` for a queue that takes no work, of the account or
        of a rule, unless neither is changed).
        """
        ...

    async def delete_mail_account(
        self, tenant_id: TenantId, account_id: MailAccountId, *, audit: AuditDraft
    ) -> None:
        """Its secrets, its servers and how far its mailbox was read are gone; what was received stays. Its name and
        address are free for another, which then answers the conversations of that name.

        Everybody is told (MailAccountChanged). Raises NotFound.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MailStanding:
    """How an account is doing: what it does now, in a word, since when, and what went wrong last; None: nothing."""

    account_id: MailAccountId
    receiving: str
    sending: str
    since: datetime
    trouble: Told | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTried:
    """What came of signing in at one server of an account: `part` is `incoming` or `outgoing`."""

    part: str
    ok: bool
    told: Told


class MailStandings(Protocol):
    """How the accounts are doing."""

    def standings(self) -> Sequence[MailStanding]:
        """Of each account that is enabled."""
        ...

    async def try_out(self, account: MailAccount, secrets: MailSecrets) -> Sequence[MailTried]:
        """Sign in at its servers now, in and out, sending nothing."""
        ...
