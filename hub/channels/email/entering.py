"""From a letter that was read to a touch: which thread it proves to belong to, which queue it goes to, and whether it
is work at all. Nothing here is stored or sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.channels.email.machines import is_mail_system
from hub.channels.email.report_words import report_words
from hub.channels.email.reports import Belief, belief, is_by_a_mail_system
from hub.domain.agent import Media
from hub.domain.ids import TouchId
from hub.domain.letter import Bounce, Letter, LetterKind, MailAddress, Verdict
from hub.domain.mail import (
    SUBJECT_CHARS,
    KeptLetter,
    LetterHead,
    ThreadSeen,
    TouchLetter,
    thread_of_token,
    touch_of_token,
)
from hub.domain.mail_account import EMAIL, MailAccount, MailRule, RuleField
from hub.domain.person import IdentityKind
from hub.domain.subaddresses import thread_of_subaddress
from hub.domain.texts import one_line
from hub.domain.touch import Attachment, InboundTouch, Sender
from hub.ports.mail import LetterStore

_REFERENCES_KEPT = 50
_HINTS = 3
_PARTICIPANTS_KEPT = 200

ANSWERS = frozenset({"auto_replied", "receipt", "subject", "precedence", "autoreply", "autorespond"})
"""What shows that a machine answers (see `Letter.kind_why`). Letters that a machine begins are work: forms of web
sites, orders of shops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a letter belongs. `thread` is new when `joined` is false; `hints` are interactions it points at without
    proof. `failed` names our letter that a delivery report proves not to have arrived. `unproved`: it is a report that
    may be true; `doubted`: who wrote it is not believed."""

    thread: str
    joined: bool
    hints: tuple[ThreadSeen, ...] = ()
    failed: TouchId | None = None
    unproved: bool = False
    doubted: bool = False


def is_our_own(letter: Letter, account: MailAccount, key: bytes) -> bool:
    """Whether this is a copy of a letter that the hub itself sent for this account."""
    return (
        letter.from_ is not None
        and account.is_own(letter.from_.address)
        and touch_of_token(key, account.account, letter.message_id) is not None
    )


async def place_of(
    letter: Letter, kept: KeptLetter, account: MailAccount, key: bytes, store: LetterStore
) -> Placed:
    """Find the thread of a letter. It joins one only on proof, and without a verdict that its sender is forged:

    * a genuine token of ours, and a sender who takes part in that thread (everybody to whom we wrote has the token,
      so it alone says nothing of who writes); or
    * an id of a letter we have, and a sender who takes part in that thread.

    A delivery report has no sender who takes part: it joins by the token of the letter that it says did not arrive, or
    not yet. Only one that is proved (see `reports.belief`) says anything of that letter.
    """
    sender = "" if letter.from_ is None else letter.from_.address
    if letter.bounce is not None and letter.kind is LetterKind.BOUNCE:
        reported = await _reported(letter, letter.bounce, kept, account, key, store)
        if reported is not None:
            return reported
    named = (*letter.references, *letter.in_reply_to)
    if letter.bounce is not None and letter.bounce.original_message_id:
        named = (letter.bounce.original_message_id,)
    is_forged = letter.authentication.dmarc is Verdict.FAIL
    written_to = dict.fromkeys(
        (*letter.delivered_to, *kept.envelope_to, *(a.address for a in (*letter.to, *letter.cc)))
    )
    proved = (
        *(thread_of_token(key, account.account, text) for text in (*reversed(named), *written_to)),
        *(thread_of_subaddress(key, account.account, address) for address in written_to),
    )
    for thread in () if is_forged else dict.fromkeys(proved):
        if thread and await store.takes_part(account.tenant_id, account.account, thread, sender):
            return Placed(thread=thread, joined=True)
    ids = named[-_REFERENCES_KEPT:]
    seen = await store.threads_of(account.tenant_id, ids, sender) if ids else ()
    if not is_forged:
        for one in seen:
            if one.account == account.account and one.seen and one.takes_part and sender:
                return Placed(thread=one.thread, joined=True)
    return Placed(thread=kept.content_hash[:40], joined=False, hints=_hints(seen))


async def _reported(
    letter: Letter, bounce: Bounce, kept: KeptLetter, account: MailAccount, key: bytes, store: LetterStore
) -> Placed | None:
    """Where a delivery report belongs; None for one that is placed as any letter: of nothing we wrote, or about nobody
    who takes part."""
    original = bounce.original_message_id
    thread = thread_of_token(key, account.account, original)
    touch_id = touch_of_token(key, account.account, original)
    out = await store.letter_out(account.tenant_id, touch_id) if touch_id else None
    believed = Belief.UNPROVED if is_by_a_mail_system(letter, kept) else Belief.DOUBTED
    if thread and touch_id and out is not None:
        believed = belief(letter, kept, account, key, thread=thread, touch_id=touch_id, out=out)
        named = bounce.failed_addresses or tuple(one.address for one in bounce.recipients)
        is_of_it = not (out.recipients | out.participants).isdisjoint(named)
        if believed is not Belief.DOUBTED and is_of_it:
            proved = believed is Belief.PROVED
            failed = touch_id if proved and bounce.failed_addresses else None
            return Placed(thread=thread, joined=True, failed=failed, unproved=not proved)
    if believed is not Belief.DOUBTED:
        return None
    sender = letter.from_.address if letter.from_ else ""
    seen = await store.threads_of(account.tenant_id, (original,), sender) if original else ()
    return Placed(thread=kept.content_hash[:40], joined=False, hints=_hints(seen), doubted=True)


def _hints(seen: Sequence[ThreadSeen]) -> tuple[ThreadSeen, ...]:
    return tuple({one.interaction_id: one for one in seen}.values())[:_HINTS]


def rule_for(letter: Letter, kept: KeptLetter, account: MailAccount) -> MailRule | None:
    """The first rule of the account that fits."""
    to = " ".join((*kept.envelope_to, *letter.delivered_to, *_written(letter.to), *_written(letter.cc)))
    looked_at = {
        RuleField.TO: to.casefold(),
        RuleField.FROM: " ".join(_written((letter.from_,) if letter.from_ else ())).casefold(),
        RuleField.SUBJECT: letter.subject.casefold(),
    }
    for rule in account.setup.rules:
        if rule.contains.strip().casefold() in looked_at[rule.looks_at]:
            return rule
    return None


def _written(addresses: Sequence[MailAddress]) -> list[str]:
    return [f"{a.name} <{a.address}>" for a in addresses]


def is_work(letter: Letter, placed: Placed) -> bool:
    """Whether somebody must look at it. What a machine answers is kept with what it answers; a report that a letter of
    ours did not arrive is work, though nothing proves it: the client may not have the answer. That it is late is none
    yet. Reports of letters we never sent are noise, and so are those whose writer is not believed."""
    if letter.kind is LetterKind.AUTO_REPLY:
        return letter.kind_why not in ANSWERS and not placed.joined
    if letter.kind is LetterKind.BOUNCE:
        missed = placed.unproved and letter.bounce is not None and bool(letter.bounce.failed_addresses)
        return not placed.doubted and (missed or placed.failed is not None or bool(placed.hints))
    return True


def entered(
    letter: Letter,
    kept: KeptLetter,
    account: MailAccount,
    placed: Placed,
    attachments: tuple[Attachment, ...],
) -> InboundTouch:
    """The touch of this letter. `attachments` are its parts, in their order."""
    rule = rule_for(letter, kept, account)
    language = (rule.language if rule else "") or letter.language or account.setup.language
    sender = letter.from_ or MailAddress(address="")
    is_report = letter.kind is LetterKind.BOUNCE
    if is_report or (letter.kind is LetterKind.AUTO_REPLY and is_mail_system(sender.address)):
        sender = MailAddress(address="")  # a mail system is nobody's client, and is not written to
    head = LetterHead(
        subject=one_line(letter.subject, SUBJECT_CHARS),
        sender=letter.from_,
        reply_to=letter.reply_to,
        to=letter.to,
        cc=letter.cc,
        message_id=letter.message_id,
        references=_references(letter),
        # what is not proved does not stand there as a report of a mail server
        kind=LetterKind.AUTO_REPLY if placed.doubted or placed.unproved else letter.kind,
        authentication=letter.authentication,
        has_html=bool(letter.html),
        quoted_chars=len(letter.quoted),
        signature_chars=len(letter.signature),
        remote_images=letter.remote_images,
        unreadable=letter.unreadable,
        defects=(*((letter.unreadable_why,) if letter.unreadable_why else ()), *letter.defects),
        may_belong_to=tuple(one.interaction_id for one in placed.hints),
    )
    folded = "\n\n".join(part for part in (letter.signature, letter.quoted) if part)
    work = is_work(letter, placed)
    return InboundTouch(
        tenant_id=account.tenant_id,
        channel=EMAIL,
        account=account.account,
        external_id=kept.content_hash,
        thread=placed.thread,
        sender=Sender(
            kind=IdentityKind.EMAIL, value=sender.address, display=sender.address, name=sender.name
        ),
        queue_id=(rule.queue_id if rule and rule.queue_id else account.queue_id),
        text=_text(letter, account.setup.language or language),
        raw=b"",
        body_sha256=kept.content_hash,
        received_at=kept.received_at,
        source_at=letter.date,
        language=language,
        media=Media.MAIL,
        attachments=attachments,
        priority=rule.priority if rule else 0,
        skills=dict(rule.skills) if rule else {},
        queued=work,
        only_kept=not work,
        continues=_may_continue(letter, placed),
        of_thread=is_report and placed.joined,
        letter=TouchLetter(
            letter_id=kept.id,
            thread=placed.thread,
            head=head,
            html=letter.html,
            quoted=folded,
            participants=_participants(letter, account) if _may_bring_others(letter) else (),
        ),
    )


def _text(letter: Letter, language: str) -> str:
    """What it says; of a delivery report first whom our letter did not reach, and why."""
    why = report_words(letter.bounce, language) if letter.bounce is not None else ""
    return "\n\n".join(part for part in (why, letter.text or letter.subject) if part)


def _references(letter: Letter) -> tuple[str, ...]:
    ids = dict.fromkeys((*letter.references, *letter.in_reply_to))
    return tuple(ids)[-_REFERENCES_KEPT:]


def _may_bring_others(letter: Letter) -> bool:
    return letter.kind in {LetterKind.PERSONAL, LetterKind.LIST} and not letter.unreadable


def _may_continue(letter: Letter, placed: Placed) -> bool:
    """Whether it may go on with what its sender has open on another channel: a person wrote it, no mail host shows it
    to be forged, and it does not point at another conversation."""
    is_forged = letter.authentication.dmarc is Verdict.FAIL
    return letter.kind is LetterKind.PERSONAL and not (is_forged or letter.unreadable or placed.hints)


def _participants(letter: Letter, account: MailAccount) -> tuple[str, ...]:
    everybody = (letter.from_, *letter.to, *letter.cc, *letter.reply_to)
    found = dict.fromkeys(a.address for a in everybody if a is not None and not account.is_own(a.address))
    return tuple(found)[:_PARTICIPANTS_KEPT]
