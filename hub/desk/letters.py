"""Letters that staff write: checked, addressed, signed and quoted, as they will be sent."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time

from hub.desk.writing import readable
from hub.domain.access import Principal
from hub.domain.errors import Conflict, Invalid
from hub.domain.ids import InteractionId, TouchId
from hub.domain.interaction import Interaction, Session
from hub.domain.letter import MailAddress
from hub.domain.mail import LetterHead, TouchLetter
from hub.domain.mail_account import EMAIL, MailAccount
from hub.domain.queue import Queue
from hub.domain.signature import Signature, as_html, signature_for, signed
from hub.domain.texts import without_controls
from hub.domain.touch import Attachment
from hub.domain.written_letter import (
    WORDS_QUOTED,
    Proposal,
    SeenLetter,
    WrittenLetter,
    checked_letter,
    participants_of,
    proposal,
)
from hub.ports.mail_out import LetterDesktops, LetterThread, MailOut
from hub.ports.store import UnitOfWork

_INTRODUCTIONS = {
    "en": "On {date} at {time}, {who} wrote:",
    "ru": "{date}, {time}, {who} пишет:",
    "tr": "{date} {time} tarihinde {who} şunları yazdı:",
}
_LANGUAGES = ("en", "ru", "tr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a letter is written: the session of e-mail, the interaction, its queue and language, and who writes."""

    account: str
    thread: str
    address: str
    interaction_id: InteractionId
    queue: Queue | None
    language: str
    writer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The words of an earlier letter beneath a new one, in both forms."""

    text: str = ""
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """What a composer begins with. `closed` says in a word why nothing can be sent: `no_session`, `no_account`,
    `account_off`, `no_outgoing_server`; it is empty when it can. `quoted` are the words of the letter `quote`;
    `quotes`: an answer quotes unless its writer says otherwise."""

    closed: str
    sender: MailAddress
    proposed: Proposal
    language: str
    signature: Signature
    quotes: bool
    quote: TouchId | None
    quoted: Quote
    files_bytes: int = 0


class LetterDesk:
    """`mail` is None in a house without e-mail. `zone` is the house's time, `house` its name."""

    def __init__(self, mail: MailOut | None, zone: ZoneInfo, house: str) -> None:
        self._mail = mail
        self._zone = zone
        self._house = house

    def is_ours(self, address: str) -> bool:
        """Whether letters to this address come to ourselves."""
        return self._mail is not None and self._mail.is_ours(address)

    async def read(
        self, channel: str, text: str, letter: WrittenLetter | None, *, files: bool
    ) -> tuple[str, WrittenLetter | None]:
        """The text and the letter as they are kept; the text is that of the HTML where none is given.

        Raises Invalid: `empty`, `no_letter_here` on another channel, and what `checked_letter` and
        `MailOut.safe_html` raise.
        """
        if letter is None:
            return readable(text, files=files), None
        if channel != EMAIL or self._mail is None:
            raise Invalid("only e-mail has this", field="letter", code="no_letter_here")
        letter = checked_letter(letter)
        html = ""
        if letter.html.strip():
            html = await asyncio.to_thread(self._mail.safe_html, without_controls(letter.html))
        if html and not text.strip():
            text = await asyncio.to_thread(self._mail.text_of, html)
        kept = WrittenLetter(
            subject=letter.subject,
            to=letter.to,
            cc=letter.cc,
            bcc=letter.bcc,
            html=html,
            quote=letter.quote,
            signed=letter.signed,
        )
        return readable(text, files=files), kept

    async def made(
        self,
        unit: LetterThread,
        place: Place,
        written: WrittenLetter | None,
        files: Sequence[Attachment] = (),
    ) -> TouchLetter | None:
        """What will be sent, beside the text and the files. None where the account is not known and nobody asked for
        more than a text.

        Raises Invalid `no_recipient`, `subject_required` (a letter that answers none), `no_such_letter` for a quote,
        `files_too_large`; Conflict `no_account`.
        """
        account = None if self._mail is None else self._mail.account(place.account)
        if self._mail is None or account is None:
            if written is not None:
                raise Conflict("this mail account is not there", code="no_account")
            return None
        room, brought = self._mail.files_bytes(account), sum(file.size_bytes for file in files)
        if brought > room:
            raise Invalid(
                f"the files have {brought} bytes, a letter by this account takes {room}",
                field="attachments",
                code="files_too_large",
            )
        letters = await unit.letters_of_thread(place.account, place.thread)
        proposed = proposal(letters, otherwise=place.address, is_ours=self._mail.is_ours)
        if written is None:
            quote = proposed.answers.touch_id if account.setup.quotes and proposed.answers else None
            written = WrittenLetter(quote=quote)
        to = written.to or proposed.to
        if not to:
            raise Invalid("there is nobody to send it to", field="letter.to", code="no_recipient")
        subject = written.subject or proposed.subject
        if not subject:
            raise Invalid("give the letter a subject", field="letter.subject", code="subject_required")
        quoted = Quote()
        if written.quote is not None:
            seen = await unit.letter_seen(place.interaction_id, written.quote)
            if seen is None:
                raise Invalid(
                    "this is no letter of this conversation", field="letter.quote", code="no_such_letter"
                )
            quoted = self._quote(seen, place.language, account)
        signature = await self._signature(place, account) if written.signed else Signature()
        beneath = "\n\n".join(
            part for part in (f"-- \n{signature.text}" if signature.text else "", quoted.text) if part
        )
        head = LetterHead(
            subject=subject,
            sender=_sender(account),
            to=to,
            cc=written.cc,
            bcc=written.bcc,
            references=proposed.references,
            has_html=bool(written.html),
            quoted_chars=len(quoted.text),
            signature_chars=len(signature.text),
        )
        return TouchLetter(
            thread=place.thread,
            head=head,
            html=_whole(written.html, signature.html, quoted.html) if written.html else "",
            quoted=beneath,
            participants=participants_of(head, self._mail.is_ours),
        )

    async def paper(
        self,
        desktops: LetterDesktops,
        principal: Principal,
        interaction_id: InteractionId,
        quote: TouchId | None,
    ) -> Paper:
        """What a composer in this conversation begins with. Raises NotFound; Invalid `no_such_letter`."""
        desktop = await desktops.letter_desktop(principal, interaction_id, quote)
        if quote is not None and desktop.quoted is None:
            raise Invalid("this is no letter of this conversation", field="quote", code="no_such_letter")
        if desktop.session is None or self._mail is None:
            return _nothing("no_session", desktop.language)
        name, thread, address = desktop.session
        account = self._mail.account(name)
        if account is None:
            return _nothing("no_account", desktop.language)
        proposed = proposal(desktop.letters, otherwise=address, is_ours=self._mail.is_ours)
        seen = desktop.quoted or proposed.answers
        place = Place(
            account=name,
            thread=thread,
            address=address,
            interaction_id=interaction_id,
            queue=desktop.queue,
            language=desktop.language,
            writer=principal.name,
        )
        return Paper(
            closed=closed_because(account),
            sender=_sender(account),
            proposed=proposed,
            language=desktop.language,
            signature=await self._signature(place, account),
            quotes=account.setup.quotes,
            quote=seen.touch_id if seen else None,
            quoted=self._quote(seen, desktop.language, account) if seen else Quote(),
            files_bytes=self._mail.files_bytes(account),
        )

    async def _signature(self, place: Place, account: MailAccount) -> Signature:
        assert self._mail is not None
        of_account = {tag: Signature(text=text) for tag, text in account.setup.signatures.items()}
        of_queue = place.queue.rules.signatures if place.queue else {}
        language = place.language or account.setup.language
        found = signature_for(of_queue, language) or signature_for(of_account, language)
        if found is None:
            return Signature()
        filled = signed(found, self._values(place))
        try:
            html = await asyncio.to_thread(self._mail.safe_html, filled.html) if filled.html else ""
        except Invalid:  # no letter waits for an administrator who wrote it
            html = as_html(filled.text)
        return Signature(text=filled.text, html=html)

    def _values(self, place: Place) -> Mapping[str, str]:
        return {
            "agent.name": place.writer,
            "agent.first_name": next(iter(place.writer.split()), ""),
            "queue.name": place.queue.name if place.queue else "",
            "house.name": self._house,
        }

    def _quote(self, seen: SeenLetter, language: str, account: MailAccount) -> Quote:
        intro = self._introduction(seen, language or account.setup.language)
        words = seen.text[:WORDS_QUOTED].strip("\n")
        lines = "\n".join(f"> {line}".rstrip() for line in words.split("\n"))
        html = f"<p>{as_html(intro)}</p><blockquote>{as_html(words)}</blockquote>"
        return Quote(text=f"{intro}\n{lines}", html=html)

    def _introduction(self, seen: SeenLetter, language: str) -> str:
        known = language if language in _LANGUAGES else "en"
        locale, at = Locale(known), seen.at.astimezone(self._zone)
        name, address = seen.wrote.name, seen.wrote.address
        who = f"{name} <{address}>" if name and name != address else address or name or "?"
        return _INTRODUCTIONS[known].format(date=_date(at, locale), time=_time(at, locale), who=who)


async def place_of(unit: UnitOfWork, interaction: Interaction, session: Session, writer: str) -> Place:
    """Where somebody writes in this interaction."""
    return Place(
        account=session.account,
        thread=session.thread,
        address=session.address,
        interaction_id=interaction.id,
        queue=(await unit.queues()).get(interaction.queue_id),
        language=interaction.language,
        writer=writer,
    )


WITHOUT_MAIL = LetterDesk(None, ZoneInfo("UTC"), "")
"""Where no letters are written."""


def closed_because(account: MailAccount) -> str:
    """Why nothing can be sent by this account, in a word; empty when it can."""
    if not account.enabled:
        return "account_off"
    return "no_outgoing_server" if account.setup.outgoing is None else ""


def _sender(account: MailAccount) -> MailAddress:
    return MailAddress(address=account.address, name=account.setup.display_name)


def _nothing(closed: str, language: str) -> Paper:
    return Paper(
        closed=closed,
        sender=MailAddress(address=""),
        proposed=Proposal(),
        language=language,
        signature=Signature(),
        quotes=False,
        quote=None,
        quoted=Quote(),
    )


def _whole(html: str, signature: str, quoted: str) -> str:
    beneath = f"<p>-- <br>{signature}</p>" if signature else ""
    return f"<div>{html}</div>{beneath}{quoted}"


def _date(at: datetime, locale: Locale) -> str:
    return format_date(at, "long", locale=locale)


def _time(at: datetime, locale: Locale) -> str:
    return format_time(at, "short", locale=locale, tzinfo=at.tzinfo)
