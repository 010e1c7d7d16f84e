"""What Telegram asks of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.audit import AuditDraft
from hub.domain.ids import TelegramBotId, TenantId, TouchId
from hub.domain.mail_told import Told
from hub.domain.telegram import BotSecrets, KeptUpdate, NewUpdate, SettledUpdate, TelegramBot


class UpdateStore(Protocol):
    """Updates as they came, and what of a reply was sent. Everything raises Unavailable when the store fails for now:
    then nothing was written."""

    async def keep_updates(self, bot: TelegramBot, updates: Sequence[NewUpdate]) -> Sequence[bool]:
        """Keep these in one commit; whoever brought them may be told so after it. One that is there already (the same
        id with the same content) is not kept again. True for each that is new."""
        ...

    async def claim_updates(
        self, tenant_id: TenantId, now: datetime, *, lease_s: float, chats: int, each: int
    ) -> Sequence[KeptUpdate]:
        """Take updates that wait to be read, of so many chats the oldest `each`, in their order: nobody else takes any
        of these chats until the lease ends. Each claim counts as a try."""
        ...

    async def free_updates(self, tenant_id: TenantId) -> None:
        """Whoever had updates in hand is dead: anybody may take them again, and that try does not count. Only where a
        hub is one process."""
        ...

    async def settle_updates(self, settled: Sequence[SettledUpdate]) -> None:
        """They were read. Of one that is settled already nothing changes."""
        ...

    async def release_updates(self, numbers: Sequence[int], *, count_try: bool) -> None:
        """They could not be taken in now; anybody may take them again."""
        ...

    async def waiting_updates(self, tenant_id: TenantId) -> tuple[int, datetime | None]:
        """How many wait to be read, and since when the oldest."""
        ...

    async def count_unreadable(self, tenant_id: TenantId) -> int:
        """How many nobody could read."""
        ...

    async def text_of(self, tenant_id: TenantId, account: str, external_id: str) -> str | None:
        """What a touch said; None: it is not here."""
        ...

    async def raw_of(self, tenant_id: TenantId, account: str, external_id: str) -> bytes | None:
        """The update that a touch was made of, as it came; None: it is not here."""
        ...

    async def parts_sent(self, touch_id: TouchId) -> Mapping[int, str]:
        """The parts of a reply that were sent, by their place, and Telegram's ids of them."""
        ...

    async def note_part_sent(
        self, tenant_id: TenantId, touch_id: TouchId, part: int, message_id: str
    ) -> None:
        """A part of a reply was sent: it is never sent again."""
        ...


class TelegramBots(Protocol):
    """Bots in the store; their secrets are sealed."""

    async def telegram_bots(self, tenant_id: TenantId) -> Sequence[TelegramBot]:
        """All, by name."""
        ...

    async def deleted_telegram_accounts(self, tenant_id: TenantId) -> frozenset[str]:
        """What the touches of bots that were deleted are kept under, unless it is a bot's again."""
        ...

    async def bot_secrets(self, bot: TelegramBot) -> BotSecrets:
        """What it signs in with. Raises Unavailable (`wrong_secret_key`)."""
        ...

    async def put_telegram_bot(
        self, bot: TelegramBot, *, seen_version: int, secrets: BotSecrets, audit: AuditDraft
    ) -> TelegramBot:
        """Add (`seen_version` 0) or change it; as stored, with its next version. Empty secrets leave those there are.

        Everybody is told (TelegramBotChanged). Raises Conflict (`changed_meanwhile`, `name_taken`, `name_was_used` by
        another bot that was deleted), NotFound, Invalid (also `name_fixed`).
        """
        ...

    async def delete_telegram_bot(
        self, tenant_id: TenantId, bot_id: TelegramBotId, *, leave_unread: bool, audit: AuditDraft
    ) -> None:
        """For good, with its secrets and texts; what was received stays. Updates that are not read yet are Conflict
        (`updates_waiting`), or else `leave_unread`: they stay as they came, and nobody reads them any more.

        Everybody is told (TelegramBotChanged). Raises NotFound.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BotStanding:
    """How a bot is doing: `receiving` and `sending` in a word (`unknown`, `works`, `broken`), since when, and what went
    wrong last; None: nothing. `username` is empty until Telegram said it."""

    bot_id: TelegramBotId
    receiving: str
    sending: str
    since: datetime
    trouble: Told | None = None
    username: str = ""


class BotStandings(Protocol):
    """How the bots are doing."""

    def standings(self) -> Sequence[BotStanding]:
        """Of each bot that is enabled."""
        ...

    async def try_out(self, token: str) -> tuple[bool, Told]:
        """Ask Telegram whose token this is: whether it works, and what was said (the bot's name, without a code)."""
        ...
