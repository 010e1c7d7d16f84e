"""What writing letters asks of e-mail and of the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hub.domain.access import Principal
from hub.domain.ids import InteractionId, TouchId
from hub.domain.mail_account import MailAccount
from hub.domain.queue import Queue
from hub.domain.written_letter import SeenLetter


class MailOut(Protocol):
    """The accounts that letters go out by, and how HTML is made safe to send."""

    def account(self, account: str) -> MailAccount | None:
        """The account that touches are kept under as `account`."""
        ...

    def accounts(self) -> Sequence[MailAccount]:
        """All of them, by name."""
        ...

    def is_ours(self, address: str) -> bool:
        """Whether letters to this address come to one of our accounts."""
        ...

    def files_bytes(self, account: MailAccount) -> int:
        """How many bytes the files of one letter by this account may have together."""
        ...

    def safe_html(self, source: str) -> str:
        """What of it may be sent: text, its formatting, lists, links and quotes; empty where nothing is left.

        Takes a while: for a thread. Raises Invalid `html_too_complex`, `html_too_long`.
        """
        ...

    def text_of(self, clean: str) -> str:
        """The text of HTML that `safe_html` made."""
        ...


class LetterThread(Protocol):
    """What a unit of work knows of the letters of a thread."""

    async def letters_of_thread(self, account: str, thread: str) -> list[SeenLetter]:
        """The newest letters of this thread, the newest first."""
        ...

    async def letter_seen(self, interaction_id: InteractionId, touch_id: TouchId) -> SeenLetter | None:
        """A letter of this interaction, in or out; None for anything else."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterDesktop:
    """What there is to write a letter with in a conversation. `session` is (account, thread, address) of its open
    session of e-mail, None without one; `quoted` is the letter that was asked for."""

    language: str
    queue: Queue | None
    session: tuple[str, str, str] | None
    letters: tuple[SeenLetter, ...]
    quoted: SeenLetter | None


class LetterDesktops(Protocol):
    """What a composer is told about a conversation, behind the scope of its interaction."""

    async def letter_desktop(
        self, principal: Principal, interaction_id: InteractionId, quote: TouchId | None
    ) -> LetterDesktop:
        """Raises NotFound for an interaction that is not theirs to read."""
        ...
