"""What people see of a touch, and of the letter it came in."""

from datetime import datetime

from hub.desk.views import View
from hub.domain.letter import MailAddress, Verdict
from hub.domain.mail import LetterHead
from hub.domain.touch import Attachment, Delivery, Direction, Touch, TouchKind


class LetterHeadView(View, frozen=True, kw_only=True, omit_defaults=True):
    """What a touch says of its letter. `proof` is what our mail host found of the sender: `pass`, `fail`, or `unknown`;
    `kind` is `personal`, `auto_reply`, `bounce` or `list`; `quoted` and `signature` say what is folded away,
    `has_html`, `remote_images` what a look at the whole letter would show; `may_belong_to` are interactions it
    points at."""

    subject: str = ""
    sender: MailAddress | None = None
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    bcc: tuple[MailAddress, ...] = ()
    kind: str = "personal"
    proof: str = "unknown"
    has_html: bool = False
    quoted: bool = False
    signature: bool = False
    remote_images: int = 0
    unreadable: bool = False
    defects: tuple[str, ...] = ()
    may_belong_to: tuple[str, ...] = ()


class TouchView(View, frozen=True, kw_only=True):
    """One touch. `author` is the agent who wrote it, or empty for the client's own. `letter` is of e-mail only."""

    id: str
    interaction_id: str
    seq: int
    channel: str
    direction: Direction
    kind: TouchKind
    at: datetime
    text: str
    attachments: tuple[Attachment, ...] = ()
    author: str = ""
    delivery: Delivery
    delivery_detail: str = ""
    letter: LetterHeadView | None = None


def letter_view(head: LetterHead | None) -> LetterHeadView | None:
    """What people see of a letter's head. Only DMARC ties what was proved to the sender that is shown."""
    if head is None:
        return None
    proof = head.authentication.dmarc
    return LetterHeadView(
        subject=head.subject,
        sender=head.sender,
        reply_to=head.reply_to,
        to=head.to,
        cc=head.cc,
        bcc=head.bcc,
        kind=head.kind.value,
        proof=proof.value if proof in {Verdict.PASS, Verdict.FAIL} else Verdict.UNKNOWN.value,
        has_html=head.has_html,
        quoted=head.quoted_chars > 0,
        signature=head.signature_chars > 0,
        remote_images=head.remote_images,
        unreadable=head.unreadable,
        defects=head.defects,
        may_belong_to=head.may_belong_to,
    )


def touch_view(touch: Touch, author: str) -> TouchView:
    """What people see of a touch; `author` is the name of whoever of us wrote it."""
    return TouchView(
        id=touch.id,
        interaction_id=touch.interaction_id,
        seq=touch.seq,
        channel=touch.channel,
        direction=touch.direction,
        kind=touch.kind,
        at=touch.at,
        text=touch.text,
        attachments=touch.attachments,
        author=author,
        delivery=touch.delivery,
        delivery_detail=touch.delivery_detail,
        letter=letter_view(touch.letter),
    )
