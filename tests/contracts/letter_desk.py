"""An agent who has a letter in hand, and everything they write with: for the contract tests of written letters."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from crm_store.letter_desktops import SqlLetterDesktops
from crm_store.person_scope import ClientReach
from crm_store.starting import Starts
from crm_store.talk import Talk
from hub.channels.email.channel import SPEC as EMAIL
from hub.desk.drafting import Drafting
from hub.desk.later import Later
from hub.desk.letters import LetterDesk
from hub.desk.starting import FirstWords, Started, Starting
from hub.desk.work import Work
from hub.domain.agent import Agent, Media
from hub.domain.ids import InteractionId, QueueId, TenantId, TouchId
from hub.domain.letter import MailAddress
from hub.domain.mail import LetterHead
from hub.domain.mail_account import MailServer
from hub.domain.person import IdentityKind
from hub.domain.reach import Way
from hub.domain.written_letter import WrittenLetter
from hub.ids import new_id
from tests.contracts.mailing import CLIENT, MailHouse
from tests.fakes.mail_out import FakeMailOut

BOSS = MailAddress(address="boss@example.test", name="Boss")
LIMITS = {EMAIL.name: EMAIL.limits}
FULL = WrittenLetter(
    subject="About it",
    to=(MailAddress(address=CLIENT, name="A client"),),
    cc=(BOSS,),
    bcc=(MailAddress(address="quiet@example.test"),),
    html="<p>It <b>comes</b></p>",
)


class FakeWays:
    """One way by the account to each address, in a thread of its own, for those who serve `queues`."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.queues: frozenset[QueueId] | None = None

    async def ways(self, tenant_id: TenantId, addresses: Any) -> list[Way]:
        return [
            Way(
                kind=IdentityKind.EMAIL,
                channel=EMAIL.name,
                media=Media.MAIL,
                account=self.account,
                thread=new_id(),
                address=address,
                label=address,
                language="",
                queue_id=None,
                usual_language="tr",
                for_queues=self.queues,
            )
            for address in addresses
        ]


class Desk:
    """An agent who has a letter in hand, and everything they write with."""

    def __init__(self, mail: MailHouse) -> None:
        self.mail, self.house = mail, mail.house
        setup = replace(mail.account.setup, outgoing=MailServer(host="mx.hub.test", port=587))
        self.out = FakeMailOut(replace(mail.account, setup=setup))
        self.letters = LetterDesk(self.out, ZoneInfo("Europe/Istanbul"), "Shop")
        self.talk = Talk(self.house.store)
        self.work = Work(self.house.store, self.house.clock, LIMITS, letters=self.letters)
        self.later = Later(self.talk, self.house.clock, LIMITS, letters=self.letters)
        self.drafting = Drafting(self.talk, self.talk, self.house.clock)
        self.desktops = SqlLetterDesktops(self.house.store)
        self.ways = FakeWays(mail.account.account)
        self.starting = Starting(
            Starts(self.house.store, ClientReach()),
            self.house.clock,
            {IdentityKind.EMAIL: self.ways},
            LIMITS,
            lease_s=15.0,
            letters=self.letters,
        )

    async def furnished(self) -> "Desk":
        self.anna = await self.house.hire("Anna Avci")
        self.interaction_id, self.touch_id = await self.has("Where is it?\nI wait.")
        return self

    async def has(self, text: str, **more: Any) -> tuple[InteractionId, TouchId]:
        """Anna has a letter in hand: its interaction, and its touch."""
        (received,) = await self.house.receive(self.mail.touch(text, **more))
        item = await self.house.open_item(received.interaction_id)
        assert item is not None
        (offer,) = await self.house.offer(item, self.anna)
        await self.house.work.accept(self.house.as_(self.anna), offer.id)
        return received.interaction_id, received.touch_id

    async def reply(self, letter: WrittenLetter | None = None, text: str = "") -> TouchId:
        touch = await self.work.reply(
            self.house.as_(self.anna), self.interaction_id, channel="email", text=text, letter=letter
        )
        return touch.id

    async def plan(self, letter: WrittenLetter | None = None, text: str = "") -> Any:
        return await self.later.plan(
            self.house.as_(self.anna),
            self.interaction_id,
            channel="email",
            text=text,
            files=(),
            hold_s=5.0,
            send_at=None,
            unless_client_writes=False,
            key=None,
            letter=letter,
        )

    async def shown(self, touch_id: TouchId) -> tuple[str, str, LetterHead, str]:
        """What is kept of a letter of ours: text, what stands beneath, its head, its HTML."""
        async with self.house.store.unit(self.house.tenant_id) as unit:
            seen = await unit.letter_seen(self.interaction_id, touch_id)
        assert seen is not None
        body = await self.mail.letters.letter_body(self.house.tenant_id, touch_id)
        return seen.text, body.quoted if body else "", seen.head, body.html if body else ""

    async def participants(self) -> set[str]:
        rows = await self.house.rows(
            "SELECT address FROM mail_participants WHERE tenant_id = $1", self.house.tenant_id
        )
        return {row[0] for row in rows}

    async def start(self, who: Agent, address: str, key: str | None = None, **words: Any) -> Started:
        values: dict[str, Any] = {
            "queue_id": self.house.queue.id,
            "text": "Hello",
            "letter": WrittenLetter(subject="First"),
        }
        return await self.starting.write_to(
            self.house.as_(who), address, "Nina", FirstWords(**(values | words)), key=key
        )
