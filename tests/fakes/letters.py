"""A store of letters in memory, as far as tests of e-mail need it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.domain.ids import InteractionId, LetterId, PersonId, TenantId, TouchId
from hub.domain.mail import (
    KeptLetter,
    LetterBody,
    LetterHead,
    LetterOut,
    LetterState,
    MailCursor,
    NewLetter,
    ThreadSeen,
)
from hub.domain.mail_account import MailAccount
from hub.ports.mail import DOUBTFUL_TRIES, DOUBTFUL_WAIT_S


class FakeLetters:
    """`LetterStore`. `fails` is raised by the next calls that write, one each."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], NewLetter] = {}
        self.cursors: dict[tuple[str, str], MailCursor] = {}
        self.commits: list[list[str]] = []
        self.states: dict[LetterId, LetterState] = {}
        self.tries: dict[LetterId, int] = {}
        self.leases: dict[LetterId, datetime] = {}
        self.participants: set[tuple[str, str, str]] = set()
        self.ids: dict[str, list[tuple[str, str, bool]]] = {}
        self.out: dict[TouchId, LetterOut] = {}
        self.bounced: list[tuple[TouchId, str]] = []
        self.fails: list[Exception] = []
        self._accounts: dict[LetterId, MailAccount] = {}

    async def keep_letters(
        self, account: MailAccount, letters: Sequence[NewLetter], cursor: MailCursor | None
    ) -> Sequence[bool]:
        if self.fails:
            raise self.fails.pop(0)
        new = []
        for letter in letters:
            key = (account.id, letter.content_hash)
            new.append(key not in self.kept)
            if new[-1]:
                self.kept[key] = letter
                self.states[letter.id] = letter.state
                self._accounts[letter.id] = account
        if cursor is not None:
            self.cursors[account.id, cursor.folder] = cursor
        self.commits.append([letter.content_hash for letter in letters])
        return new

    async def cursor(self, account: MailAccount, folder: str) -> MailCursor | None:
        return self.cursors.get((account.id, folder))

    async def hashes_known(self, account: MailAccount, hashes: Sequence[str]) -> set[str]:
        return {one for one in hashes if (account.id, one) in self.kept}

    async def claim_letters(
        self, tenant_id: TenantId, now: datetime, *, lease_s: float, limit: int, doubtful: bool = True
    ) -> Sequence[KeptLetter]:
        free = [
            letter
            for letter in self.kept.values()
            if self.states[letter.id] is LetterState.KEPT and self.leases.get(letter.id, now) <= now
        ]
        doubted = [letter for letter in free if self.tries.get(letter.id, 0) >= DOUBTFUL_TRIES]
        fresh = [letter for letter in free if letter not in doubted]
        taken = []
        for letter in [*doubted[: int(doubtful)], *fresh][:limit]:
            self.leases[letter.id] = now + timedelta(seconds=lease_s)
            self.tries[letter.id] = self.tries.get(letter.id, 0) + 1
            account = self._accounts[letter.id]
            taken.append(
                KeptLetter(
                    id=letter.id,
                    tenant_id=account.tenant_id,
                    account_id=account.id,
                    way=letter.way,
                    content_hash=letter.content_hash,
                    received_at=letter.received_at,
                    envelope_from=letter.envelope_from,
                    envelope_to=letter.envelope_to,
                    size_bytes=letter.size_bytes,
                    raw=letter.raw,
                    raw_sha256=letter.raw_sha256,
                    tries=self.tries[letter.id],
                )
            )
        return taken

    async def free_letters(self, tenant_id: TenantId, now: datetime) -> None:
        doubts = {one: self.tries.get(one, 0) - DOUBTFUL_TRIES + 1 for one in self.leases}
        self.leases = {
            one: now + timedelta(seconds=DOUBTFUL_WAIT_S * doubt**2)
            for one, doubt in doubts.items()
            if doubt > 0
        }

    async def settle_letter(
        self, letter_id: LetterId, state: LetterState, *, touch_id: TouchId | None, defects: Sequence[str]
    ) -> None:
        self.states[letter_id] = state

    async def release_letter(self, letter_id: LetterId, until: datetime, *, counts: bool) -> None:
        self.leases[letter_id] = until
        self.tries[letter_id] -= 0 if counts else 1

    async def letter_out(self, tenant_id: TenantId, touch_id: TouchId) -> LetterOut | None:
        return self.out.get(touch_id)

    async def note_bounced(
        self, tenant_id: TenantId, touch_id: TouchId, addresses: Sequence[str], reason: str
    ) -> None:
        self.bounced.append((touch_id, reason))

    async def last_head(self, tenant_id: TenantId, account: str, thread: str) -> LetterHead | None:
        return None

    async def letter_body(self, tenant_id: TenantId, touch_id: TouchId) -> LetterBody | None:
        return None

    async def threads_of(
        self, tenant_id: TenantId, message_ids: Sequence[str], address: str
    ) -> Sequence[ThreadSeen]:
        return [
            ThreadSeen(
                account=account,
                thread=thread,
                interaction_id=InteractionId(f"interaction of {thread}"),
                person_id=PersonId("p1"),
                seen=seen,
                takes_part=(account, thread, address) in self.participants,
            )
            for message_id in reversed(message_ids)
            for account, thread, seen in self.ids.get(message_id, [])
        ]

    async def takes_part(self, tenant_id: TenantId, account: str, thread: str, address: str) -> bool:
        return (account, thread, address) in self.participants

    async def allow_auto_letter(
        self, tenant_id: TenantId, touch_id: TouchId, account: str, thread: str, address: str, now: datetime
    ) -> bool:
        return True

    async def waiting_letters(self, tenant_id: TenantId) -> tuple[int, datetime | None]:
        waiting = [n for n in self.kept.values() if self.states[n.id] is LetterState.KEPT]
        return len(waiting), min((n.received_at for n in waiting), default=None)
