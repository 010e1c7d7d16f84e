"""Letters as the hub keeps them: as they came, what a touch says of its own, and what joins letters into a thread."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.ids import InteractionId, LetterId, MailAccountId, PersonId, TenantId, TouchId, UserId
from hub.domain.letter import Authentication, LetterKind, MailAddress

RECIPIENTS_LIMIT = 50
SUBJECT_CHARS = 400


class LetterWay(StrEnum):
    """How a letter came."""

    IMAP = "imap"
    SMTP = "smtp"
    LMTP = "lmtp"


class LetterState(StrEnum):
    """`kept` as it came; `stored` as a touch; `unreadable`: stored as a touch that shows a safe excerpt; `ours`: a
    copy of what we sent, which is no touch; `before`: it lay in the mailbox when that was first read."""

    KEPT = "kept"
    STORED = "stored"
    UNREADABLE = "unreadable"
    OURS = "ours"
    BEFORE = "before"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLetter:
    """A letter as it came over the wire. `content_hash` is the same for one letter that comes by several ways. `uid` is
    its number in the mailbox, None when it came by SMTP; `envelope_from` None means unknown, empty the null sender.
    The bytes are in `raw`, or, of a large one, among the attachments under `raw_sha256`."""

    id: LetterId
    way: LetterWay
    content_hash: str
    size_bytes: int
    raw: bytes | None = field(default=None, repr=False)
    raw_sha256: str | None = None
    received_at: datetime
    uid: int | None = None
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()
    state: LetterState = LetterState.KEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCursor:
    """How far a mailbox was read: everything up to `last_uid` is kept (RFC 3501 section 2.3.1.1). Letters up to
    `before_uid` lay there when it was first read."""

    folder: str
    uidvalidity: int
    last_uid: int
    before_uid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLetter:
    """A letter to be read. `tries` counts this one too."""

    id: LetterId
    tenant_id: TenantId
    account_id: MailAccountId
    way: LetterWay
    content_hash: str
    received_at: datetime
    envelope_from: str | None
    envelope_to: tuple[str, ...]
    size_bytes: int
    raw: bytes | None = field(repr=False)
    raw_sha256: str | None
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterHead:
    """What a touch says of its letter: who and about what, and how far it can be trusted.

    `references` are the ids it answers, those of In-Reply-To among them, the nearest last.
    `kind`, `authentication`, `defects`, `unreadable` are of letters that came; `bcc`, `auto` of those we send.
    `quoted_chars` and `signature_chars` count what is folded (until there was the second, of letters we sent the first
    counted both), `remote_images` what is not loaded until asked for. `may_belong_to` names interactions that the
    letter points at without proof.
    """

    subject: str = ""
    sender: MailAddress | None = None
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    bcc: tuple[MailAddress, ...] = ()
    message_id: str = ""
    references: tuple[str, ...] = ()
    kind: LetterKind = LetterKind.PERSONAL
    authentication: Authentication = field(default_factory=Authentication)
    has_html: bool = False
    quoted_chars: int = 0
    signature_chars: int = 0
    remote_images: int = 0
    unreadable: bool = False
    defects: tuple[str, ...] = ()
    may_belong_to: tuple[InteractionId, ...] = ()
    auto: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchLetter:
    """What a touch brings along from its letter, kept in the same commit. `letter_id` None: we write it."""

    letter_id: LetterId | None = None
    thread: str
    head: LetterHead
    html: str = field(default="", repr=False)
    quoted: str = field(default="", repr=False)
    participants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSeen:
    """A thread that a message id belongs to. `seen`: the letter of that id is ours to see, not only a reference to it.
    `takes_part`: it is seen, and the address asked about is among the participants of the thread."""

    account: str
    thread: str
    interaction_id: InteractionId
    person_id: PersonId
    seen: bool
    takes_part: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterOut:
    """A letter of ours that a server may have: when it was written, and whom it went to. `participants` is everybody
    who takes part in its thread: they have its Message-ID, from the letter itself or from later ones that name it."""

    at: datetime
    recipients: frozenset[str]
    participants: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterBody:
    """What of a letter is shown on demand."""

    touch_id: TouchId
    html: str = field(repr=False)
    quoted: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """Somebody was done with a letter that could not be read: when, who, and what they say came of it."""

    at: datetime
    by: UserId | None
    name: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedLetter:
    """A letter that could not be read, for the list of the administrator; `interaction_id` is where it is shown.

    `subject` is on one line, as far as it could be told without reading the letter; else empty. `handled` is None
    while it waits for somebody to look at it.
    """

    id: LetterId
    account: str
    received_at: datetime
    size_bytes: int
    envelope_from: str | None
    defects: tuple[str, ...]
    touch_id: TouchId | None
    interaction_id: InteractionId | None = None
    subject: str = ""
    handled: Handled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """A page of letters that could not be read, the newest first, and how many there are that nobody was done with."""

    letters: Sequence[QuarantinedLetter]
    to_handle: int


_TOKEN = re.compile(r"tl\.([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,64})\.([0-9a-f]{32})")


def message_token(key: bytes, account: str, thread: str, touch_id: str) -> str:
    """What a Message-ID of ours begins with: `tl.THREAD.TOUCH.MAC`. It proves that we wrote to this thread of this
    account; the same touch has the same one at every attempt."""
    return f"tl.{thread}.{touch_id}.{_mac(key, account, thread, touch_id)}"


def thread_of_token(key: bytes, account: str, text: str) -> str | None:
    """The thread that a genuine token of this account in `text` names; None when there is none."""
    for found in _TOKEN.finditer(text):
        thread, touch_id, mac = found.groups()
        if hmac.compare_digest(mac, _mac(key, account, thread, touch_id)):
            return thread
    return None


def touch_of_token(key: bytes, account: str, text: str) -> TouchId | None:
    """The touch that a genuine token of this account in `text` names: which of our letters came back."""
    for found in _TOKEN.finditer(text):
        thread, touch_id, mac = found.groups()
        if hmac.compare_digest(mac, _mac(key, account, thread, touch_id)):
            return TouchId(touch_id)
    return None


def envelope_token(key: bytes, account: str, thread: str, touch_id: str) -> str:
    """The id of the envelope of this letter (RFC 3461 section 4.4, `ENVID`): `tl.TOUCH.MAC`. It travels from server to
    server beside the letter and comes back in a report; nobody who reads the letter sees it, and no Message-ID of ours
    says what it is."""
    said = f"envelope\0{account}\0{thread}\0{touch_id}".encode()
    return f"tl.{touch_id}.{hmac.new(key, said, hashlib.sha256).hexdigest()[:32]}"


def is_envelope_of(key: bytes, account: str, thread: str, touch_id: str, text: str) -> bool:
    """Whether `text` is the id of the envelope of this letter."""
    known = envelope_token(key, account, thread, touch_id)
    return hmac.compare_digest(known.encode(), text.strip().encode("utf-8", "replace"))


def _mac(key: bytes, account: str, thread: str, touch_id: str) -> str:
    said = f"{account}\0{thread}\0{touch_id}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()[:32]
