"""Letters that staff write: what they say beside the text, what the hub proposes, and what is sent of it in the end."""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.domain.errors import Invalid
from hub.domain.ids import TouchId
from hub.domain.letter import LetterKind, MailAddress, Verdict
from hub.domain.mail import RECIPIENTS_LIMIT, SUBJECT_CHARS, LetterHead, TouchLetter
from hub.domain.mail_account import is_address
from hub.domain.texts import one_line
from hub.domain.touch import Delivery

HTML_CHARS = 100_000
"""The longest HTML that somebody may write."""
WORDS_QUOTED = 50_000
"""Characters of a letter that are quoted beneath an answer."""
REFUSED = "recipients_refused: "
"""What the detail of a letter that was sent begins with when not everybody has it."""
_NAME_CHARS = 200
_REFERENCES = 50
_RE = re.compile(r"\s*(?:re|aw|sv|ynt|yan|cevap|отв|ответ|на)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)
_WRITTEN_BY_PEOPLE = frozenset({LetterKind.PERSONAL, LetterKind.LIST, LetterKind.OWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenLetter:
    """What its writer says of a letter beside text and files. An empty `subject` or `to` is as the hub proposes it.

    `html` is the text with formatting, or empty for a plain letter. `quote` is the letter whose words stand beneath;
    `signed`: with the signature of the queue.
    """

    subject: str = ""
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    bcc: tuple[MailAddress, ...] = ()
    html: str = field(default="", repr=False)
    quote: TouchId | None = None
    signed: bool = True

    @property
    def says_something(self) -> bool:
        """Whether somebody wrote or chose anything that would be missed."""
        return bool(self.subject.strip() or self.to or self.cc or self.bcc or self.html.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLetter:
    """A letter that waits to be sent: what its writer said (None: nothing), and what will be sent of it."""

    written: WrittenLetter | None
    made: TouchLetter


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLetter:
    """A letter of a conversation: who `wrote` it, when, and the words that are new in it. `ours`: we wrote it."""

    touch_id: TouchId
    at: datetime
    ours: bool
    wrote: MailAddress
    text: str = field(repr=False)
    head: LetterHead


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """How the hub would address an answer. `everybody` are those who would be in Cc of an answer to all, the client of
    the conversation among them; `reply_to` is where the sender asks for answers, where that is not whom we answer.
    `answers` is the letter that is answered, None where there is none."""

    to: tuple[MailAddress, ...] = ()
    everybody: tuple[MailAddress, ...] = ()
    reply_to: tuple[MailAddress, ...] = ()
    subject: str = ""
    references: tuple[str, ...] = ()
    answers: SeenLetter | None = None


def answering(subject: str) -> str:
    """The subject of an answer: `Re:` once, whatever the programs on the way made of it."""
    bare = subject
    while found := _RE.match(bare):
        bare = bare[found.end() :]
    bare = one_line(bare, SUBJECT_CHARS - 4)
    return f"Re: {bare}" if bare else "Re:"


def checked_letter(letter: WrittenLetter) -> WrittenLetter:
    """As it is kept: addresses in small letters, each once, names and subject on one line.

    Raises Invalid that names the address and its field (`bad_address`), `too_many_recipients`, `html_too_long`.
    """
    if len(letter.html) > HTML_CHARS:
        raise Invalid(f"at most {HTML_CHARS} characters", field="letter.html", code="html_too_long")
    seen: set[str] = set()
    to, cc, bcc = (
        _checked(found, name, seen)
        for name, found in (("to", letter.to), ("cc", letter.cc), ("bcc", letter.bcc))
    )
    if len(seen) > RECIPIENTS_LIMIT:
        raise Invalid(
            f"a letter goes to at most {RECIPIENTS_LIMIT} addresses",
            field="letter.to",
            code="too_many_recipients",
        )
    return replace(letter, subject=one_line(letter.subject, SUBJECT_CHARS), to=to, cc=cc, bcc=bcc)


def _checked(found: Iterable[MailAddress], name: str, seen: set[str]) -> tuple[MailAddress, ...]:
    kept = []
    for n, one in enumerate(found):
        address = one.address.strip().lower()
        if not is_address(address) or not address.isascii():
            raise Invalid(
                f"{one_line(one.address, 80) or 'nothing'} is no mail address",
                field=f"letter.{name}.{n}",
                code="bad_address",
            )
        if address not in seen:
            seen.add(address)
            kept.append(MailAddress(address=address, name=one_line(one.name, _NAME_CHARS)))
    return tuple(kept)


def proposal(letters: Sequence[SeenLetter], *, otherwise: str, is_ours: Callable[[str], bool]) -> Proposal:
    """How to answer in a thread whose letters are `letters`, the newest first; `otherwise` is the address that its
    conversation began with. An answer goes to whoever wrote last; where nobody has, to whom we wrote last.

    A Reply-To elsewhere is followed only where the sender is proved, or is one of us (a form of our web site):
    else anybody could have answers to a client sent to themselves. The same domain is no proof, as strangers share
    those of public providers.

    A letter of somebody else to us alone leaves nobody out: an answer to all goes to the client, and to whoever takes
    part by their letters and ours. Whom the client leaves out is left out; who was in Bcc is never named.
    """
    first = (MailAddress(address=otherwise),) if is_address(otherwise) else ()
    answers = next((one for one in letters if _may_be_answered(one)), None)
    if answers is None:
        last = next((one.head for one in letters if one.ours), letters[0].head if letters else None)
        if last is None:
            return Proposal(to=first)
        return Proposal(to=last.to or first, everybody=last.cc, subject=answering(last.subject))
    head, wrote = answers.head, answers.wrote
    asked = tuple(one for one in head.reply_to if one.address and not is_ours(one.address))
    elsewhere = tuple(one for one in asked if one.address != wrote.address)
    follows = bool(asked) and (
        not elsewhere or is_ours(wrote.address) or head.authentication.dmarc is Verdict.PASS
    )
    to = asked if follows else first if is_ours(wrote.address) else (wrote,)
    written_to = {one.address for one in to}
    others = _others((wrote, *head.to, *head.cc), written_to, is_ours)
    if wrote.address != otherwise and not is_ours(wrote.address):
        beside = () if others else _taking_part(letters)
        named = {one.address: one for one in _taking_part(letters)}.get(otherwise)
        client = (named,) if named else first
        others = _others((*client, *others, *beside), written_to, is_ours)
    return Proposal(
        to=to,
        everybody=others[: RECIPIENTS_LIMIT - len(to)],
        reply_to=() if follows else elsewhere,
        subject=answering(head.subject),
        references=tuple(dict.fromkeys((*head.references, head.message_id)))[-_REFERENCES:]
        if head.message_id
        else head.references[-_REFERENCES:],
        answers=answers,
    )


def _others(
    found: Iterable[MailAddress], written_to: Container[str], is_ours: Callable[[str], bool]
) -> tuple[MailAddress, ...]:
    kept: dict[str, MailAddress] = {}
    for one in found:
        if one.address and one.address not in written_to and not is_ours(one.address):
            kept.setdefault(one.address, one)
    return tuple(kept.values())


def _taking_part(letters: Iterable[SeenLetter]) -> tuple[MailAddress, ...]:
    """Who wrote or was written to in sight of everybody, by letters of people and by ours."""
    return tuple(
        one
        for letter in letters
        if letter.ours or _may_be_answered(letter)
        for one in (letter.wrote, *letter.head.to, *letter.head.cc)
    )


def participants_of(head: LetterHead, is_ours: Callable[[str], bool]) -> tuple[str, ...]:
    """Who takes part in the thread from this letter of ours on: everybody it goes to."""
    everybody = (*head.to, *head.cc, *head.bcc)
    return tuple(dict.fromkeys(one.address for one in everybody if not is_ours(one.address)))


def after_bounce(
    to: frozenset[str], before: str, addresses: Sequence[str], reason: str
) -> tuple[Delivery, str] | None:
    """What became of a letter that was sent to these addresses, and what is said of it, after a report that it did not
    reach `addresses`; `before` is what was said until now. While others have it, it was sent, and who has not is named.
    None: the report names nobody it went to, and says nothing of it (its reader may have passed it on)."""
    if not any(one in to for one in addresses):
        return None
    known = before.removeprefix(REFUSED).split(", ") if before.startswith(REFUSED) else []
    missed = dict.fromkeys(one for one in (*known, *addresses) if one in to)
    if set(missed) != to:
        return Delivery.SENT, f"{REFUSED}{', '.join(missed)}"
    return Delivery.FAILED, f"bounced: {reason}" if reason else "bounced"


def _may_be_answered(one: SeenLetter) -> bool:
    head = one.head
    return (
        not one.ours and bool(one.wrote.address) and head.kind in _WRITTEN_BY_PEOPLE and not head.unreadable
    )
