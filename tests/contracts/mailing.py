"""A house with an account of mail, for the contract tests of letters."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from crm_store.letter_views import LetterViews
from crm_store.letters import Letters
from crm_store.mail_accounts import SqlMailAccounts
from hub.cluster.codec import encode
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import LetterId, MailAccountId, TenantId
from hub.domain.letter import MailAddress
from hub.domain.mail import LetterHead, LetterWay, NewLetter, TouchLetter
from hub.domain.mail_account import MailAccount
from hub.domain.person import IdentityKind
from hub.domain.touch import InboundTouch, Sender
from hub.ids import new_id
from hub.sealing import Seal
from tests.stores import House

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SEAL = Seal(b"k" * 32)
CLIENT = "client@example.test"


def accounts(house: House, seal: Seal = SEAL) -> SqlMailAccounts:
    return SqlMailAccounts(house.store, encode=encode, seal=seal)


def draft(tenant_id: TenantId) -> AuditDraft:
    return AuditDraft(tenant_id=tenant_id, at=NOW, action=AuditAction.CHANGE_MAIL_ACCOUNT)


def letter(text: str = "one", **more: Any) -> NewLetter:
    raw = text.encode()
    values: dict[str, Any] = {
        "id": LetterId(new_id()),
        "way": LetterWay.SMTP,
        "content_hash": f"hash of {text}",
        "size_bytes": len(raw),
        "raw": raw,
        "received_at": NOW,
    }
    return NewLetter(**(values | more))


class MailHouse:
    """An account, and the store of its letters."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.letters = Letters(house.store, encode=encode)
        self.views = LetterViews(house.store)
        self.accounts = accounts(house)
        self.account = MailAccount(
            id=MailAccountId(new_id()),
            tenant_id=house.tenant_id,
            name="support",
            address="support@hub.test",
            queue_id=house.queue.id,
        )

    async def furnished(self) -> "MailHouse":
        self.account = await self.accounts.put_mail_account(
            self.account, seen_version=0, secrets=None, audit=draft(self.house.tenant_id)
        )
        await self.house.events()
        return self

    def touch(
        self,
        text: str = "Hello",
        *,
        kept: NewLetter | None = None,
        head: LetterHead | None = None,
        thread: str = "t1",
        participants: tuple[str, ...] = (CLIENT,),
        **more: Any,
    ) -> InboundTouch:
        """What is read of a letter, as it is handed in."""
        said = head or LetterHead(subject="Help", sender=MailAddress(address=CLIENT), message_id="m1@client")
        brought = TouchLetter(
            letter_id=kept.id if kept else None,
            thread=thread,
            head=said,
            html="<p>Hello</p>",
            quoted="> before",
            participants=participants,
        )
        message = self.house.message(text)
        return replace(
            message,
            channel="email",
            account=self.account.account,
            external_id=more.pop("external_id", new_id()),
            thread=thread,
            sender=Sender(kind=IdentityKind.EMAIL, value=CLIENT, name="A client"),
            letter=brought,
            **more,
        )
