"""The accounts that letters go out by, as a test says; the HTML is really made safe."""

from collections.abc import Sequence

from hub.channels.email.paper import FILES_BYTES, written_html
from hub.channels.email.plain import text_of_html
from hub.domain.mail_account import MailAccount


class FakeMailOut:
    """`MailOut` of hub/ports/mail_out.py."""

    def __init__(self, *accounts: MailAccount) -> None:
        self.there = list(accounts)
        self.room = FILES_BYTES

    def account(self, account: str) -> MailAccount | None:
        return next((one for one in self.there if one.account == account), None)

    def accounts(self) -> Sequence[MailAccount]:
        return self.there

    def is_ours(self, address: str) -> bool:
        return any(address in one.own_addresses for one in self.there)

    def files_bytes(self, account: MailAccount) -> int:
        return self.room

    def safe_html(self, source: str) -> str:
        return written_html(source)

    def text_of(self, clean: str) -> str:
        return text_of_html(clean, is_whole=True)
