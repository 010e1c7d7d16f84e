"""Simulated correspondents: letters in three languages by real SMTP, to the hub's intake or into mailboxes it reads;
and a mail server outside that takes the hub's answers, some of which are answered again, by clients or by machines."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import SMTP as MAIL
from email.utils import parseaddr
from itertools import cycle
from typing import Any

from hub.cancelling import raise_if_cancelled
from hub.simulator import written
from hub.simulator.mailbox import Mailbox
from hub.simulator.names import NAMES, mail_address
from hub.simulator.written import OUTSIDE, Kind

_SEND_WITHIN_S = 20.0
_BACK_AFTER_S = 10.0, 40.0
_LONGEST_MEMORY = 500

KINDS = (
    Kind.PLAIN,
    Kind.PICTURE,
    Kind.PLAIN,
    Kind.FILE,
    Kind.PLAIN,
    Kind.UNREADABLE,
    Kind.PLAIN,
    Kind.PICTURE,
    Kind.PLAIN,
    Kind.PLAIN,
    Kind.PLAIN,
)
"""What letters are like, in turn: an odd number, so that each of two accounts gets each."""

THANKS_BACK, NOTHING_BACK, AUTOMATIC_BACK, BOUNCED_BACK = "thanks", "nothing", "automatic", "bounced"
BACK = (
    THANKS_BACK,
    AUTOMATIC_BACK,
    NOTHING_BACK,
    THANKS_BACK,
    BOUNCED_BACK,
    NOTHING_BACK,
    THANKS_BACK,
    NOTHING_BACK,
)
"""What comes back for the hub's answers, in turn."""

SUBJECTS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Order has not arrived", "Hello,\n\nmy order was due on Monday and it is not here. Where is it?"),
        ("Kettle leaks", "Hi,\n\nthe new kettle leaks at the spout. What can I do?"),
        ("Invoice", "Good day,\n\nplease send me the invoice for my last order once more."),
        ("Gift wrapping", "Hello,\n\ncan you wrap the green set and send it to my mother?"),
    ),
    "ru": (
        ("Заказ не пришёл", "Здравствуйте!\n\nЗаказ обещали в понедельник, а его всё нет. Где он?"),
        ("Чайник протекает", "Добрый день!\n\nНовый чайник протекает у носика. Что делать?"),
        ("Счёт", "Здравствуйте!\n\nПришлите, пожалуйста, счёт за последний заказ ещё раз."),
        ("Подарочная упаковка", "Добрый день!\n\nМожно упаковать зелёный набор и отправить маме?"),
    ),
    "tr": (
        ("Siparişim gelmedi", "Merhaba,\n\nsiparişim pazartesi gelecekti, hâlâ yok. Nerede?"),
        ("Çaydanlık sızdırıyor", "İyi günler,\n\nyeni çaydanlık ağzından sızdırıyor. Ne yapmalıyım?"),
        ("Fatura", "Merhaba,\n\nson siparişimin faturasını bir daha gönderir misiniz?"),
        ("Hediye paketi", "İyi günler,\n\nyeşil takımı paketleyip anneme gönderebilir misiniz?"),
    ),
}
"""What they write about: subject and text, by language."""

THANKS = {"en": "Thank you, that helps!", "ru": "Спасибо, помогло!", "tr": "Teşekkürler, yardımcı oldu!"}


@dataclass(slots=True)
class LetterTally:
    """What became of the letters: `came` were taken; of the others `refusals` has the reasons, by the server's status,
    0 for one that did not answer. `answered` came back from the hub, and `answered_again` went to it for these."""

    came: int = 0
    answered: int = 0
    answered_again: int = 0
    refusals: Counter[int] = field(default_factory=Counter)

    @property
    def refused(self) -> int:
        """How many were not taken, whatever the reason."""
        return self.refusals.total()


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondent:
    """Somebody who writes."""

    name: str
    address: str
    language: str


@dataclass(eq=False)
class Correspondents:
    """Those who write to the hub's intake at `host:port`. Their own mail server listens at `own_port` while `opened`
    lasts; letters to the addresses in `mailboxes` go through it into these, where the hub fetches them."""

    host: str
    port: int
    rng: random.Random
    mailboxes: Mapping[str, Mailbox] = field(default_factory=dict)
    tally: LetterTally = field(default_factory=LetterTally)
    own_port: int = 0
    _known: dict[str, Correspondent] = field(default_factory=dict)
    _answers: "asyncio.Queue[bytes]" = field(default_factory=lambda: asyncio.Queue(maxsize=100))

    def __post_init__(self) -> None:
        self._kinds = cycle(KINDS)
        self._back = cycle(BACK)

    @asynccontextmanager
    async def opened(self, own_port: int = 0) -> AsyncIterator[None]:
        """Listen for answers, with the mailboxes. Raises OSError."""
        from aiosmtpd.smtp import SMTP  # loaded where there is a simulator only

        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, hostname=OUTSIDE, ident="outside", enable_SMTPUTF8=True, loop=loop),
            "127.0.0.1",
            own_port,
        )
        self.own_port = server.sockets[0].getsockname()[1]
        try:
            async with AsyncExitStack() as stack:
                for mailbox in self.mailboxes.values():
                    await stack.enter_async_context(mailbox.opened())
                yield
        finally:
            server.close()

    async def write(self, to: str) -> None:
        """Somebody writes a letter to this address of the hub."""
        language = self.rng.choice(tuple(SUBJECTS))
        name = self.rng.choice(NAMES[language])
        who = Correspondent(name=name, address=mail_address(name), language=language)
        subject, text = self.rng.choice(SUBJECTS[language])
        await self.write_as(who, to, subject, text, kind=next(self._kinds))

    async def write_as(self, who: Correspondent, to: str, subject: str, text: str, *, kind: Kind) -> None:
        """This one writes a letter to this address of the hub."""
        if len(self._known) >= _LONGEST_MEMORY:
            self._known.clear()
        self._known[who.address] = who
        signed = f"{text}\n\n{who.name}"
        letter = written.letter(who.name, who.address, to, subject, signed, kind=kind, rng=self.rng)
        await self._send(bytes(letter), who.address, to)

    async def answer_back(self) -> None:
        """Something comes back for some of what the hub answers, until cancelled."""
        while True:
            raw = await self._answers.get()
            answer = message_from_bytes(raw, policy=MAIL)
            who = self._known.get(parseaddr(str(answer["To"]))[1].lower())
            if who is None or answer["Auto-Submitted"]:
                continue
            back = next(self._back)
            if back == NOTHING_BACK:
                continue
            await asyncio.sleep(self.rng.uniform(*_BACK_AFTER_S))
            subject, ours = str(answer["Subject"]), str(answer["Message-ID"])
            to = parseaddr(str(answer["From"]))[1]
            if back == BOUNCED_BACK:
                await self._send(written.bounce(who.address, to, ours), "", to)
            elif back == AUTOMATIC_BACK:
                letter = written.automatic(who.name, who.address, to, subject, who.language, in_reply_to=ours)
                await self._send(bytes(letter), who.address, to)
            else:
                letter = written.reply(
                    who.name, who.address, to, subject, THANKS[who.language], in_reply_to=ours
                )
                await self._send(bytes(letter), who.address, to)
            self.tally.answered_again += 1

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """A letter arrives at the mail server outside: one of the hub's, or one for a mailbox."""
        del server, session
        raw = bytes(envelope.original_content or b"")
        for recipient in envelope.rcpt_tos:
            if (mailbox := self.mailboxes.get(recipient.lower())) is not None:
                try:
                    await mailbox.put(raw)
                except OSError:
                    return "451 4.3.0 the mailbox is not there now"
                continue
            self.tally.answered += 1
            if self._answers.full():
                self._answers.get_nowait()
            self._answers.put_nowait(raw)
        return "250 2.0.0 taken"

    async def _send(self, raw: bytes, sender: str, to: str) -> None:
        import aiosmtplib  # loaded where there is a simulator only

        is_ours = to.lower() in self.mailboxes
        try:
            async with asyncio.timeout(_SEND_WITHIN_S):
                async with aiosmtplib.SMTP(
                    hostname="127.0.0.1" if is_ours else self.host,
                    port=self.own_port if is_ours else self.port,
                    start_tls=False,
                ) as client:
                    await client.sendmail(sender, [to], raw)
        except aiosmtplib.SMTPRecipientsRefused as error:
            self.tally.refusals[error.recipients[0].code] += 1
        except aiosmtplib.SMTPResponseException as error:
            self.tally.refusals[error.code] += 1
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            self.tally.refusals[0] += 1
        else:
            self.tally.came += 1
        raise_if_cancelled()


async def letters_come(
    writers: Correspondents, addresses: tuple[str, ...], rng: random.Random, *, gap_s: tuple[float, float]
) -> None:
    """Letters come, one after the other, until cancelled."""
    async with asyncio.TaskGroup() as group:
        group.create_task(writers.answer_back())
        for to in cycle(addresses):
            await asyncio.sleep(rng.uniform(*gap_s))
            await writers.write(to)
