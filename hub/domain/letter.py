"""A letter as we read it: who wrote to whom, what is new in it, what hangs on it, and how far it may be believed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LetterKind(StrEnum):
    """What sort of letter it is. Only `personal` ones may ever be answered by a program (RFC 3834 §2)."""

    PERSONAL = "personal"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"


class Verdict(StrEnum):
    """What our own mail host said of one proof. `none`: it looked and there was none; `unknown`: it did not say."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NONE = "none"
    UNKNOWN = "unknown"


class Defect(StrEnum):
    """Something about a letter that was not as it should be. It could be read all the same."""

    NO_FROM = "no_from"
    BAD_FROM = "bad_from"
    SEVERAL_FROM = "several_from"
    MISLEADING_NAME = "misleading_name"
    REPLY_TO_DIFFERS = "reply_to_differs"
    BAD_REPLY_TO = "bad_reply_to"
    BAD_SENDER = "bad_sender"
    BAD_TO = "bad_to"
    BAD_CC = "bad_cc"
    NO_MESSAGE_ID = "no_message_id"
    BAD_MESSAGE_ID = "bad_message_id"
    REPEATED_HEADER = "repeated_header"
    REFERENCES_CUT = "references_cut"
    NO_DATE = "no_date"
    BAD_DATE = "bad_date"
    BAD_SUBJECT = "bad_subject"
    SUBJECT_CUT = "subject_cut"
    BAD_STRUCTURE = "bad_structure"
    UNKNOWN_CHARSET = "unknown_charset"
    GUESSED_CHARSET = "guessed_charset"
    BAD_ENCODING = "bad_encoding"
    NO_TEXT = "no_text"
    TEXT_CUT = "text_cut"
    HTML_TOO_LONG = "html_too_long"
    HTML_TOO_MANY_LINKS = "html_too_many_links"
    HTML_TOO_DEEP = "html_too_deep"
    HTML_UNREADABLE = "html_unreadable"
    BAD_PART = "bad_part"
    BAD_BOUNCE = "bad_bounce"
    BAD_AUTHENTICATION = "bad_authentication"


class Unreadable(StrEnum):
    """Why a letter was not read: the limit it breaks, or what it did to its reader."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    HEADERS_TOO_LONG = "headers_too_long"
    HEADER_TOO_LONG = "header_too_long"
    TOO_MANY_HEADERS = "too_many_headers"
    TOO_MANY_ADDRESSES = "too_many_addresses"
    TOO_MANY_PARAMETERS = "too_many_parameters"
    TOO_MANY_ENCODED_WORDS = "too_many_encoded_words"
    TOO_MANY_COMMENTS = "too_many_comments"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_DEEP = "too_deep"
    TOO_COSTLY = "too_costly"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddress:
    """`address` is in normal form (`hub.domain.person.normalised`); `name` is what its owner says, on one line."""

    address: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterPart:
    """A file of a letter. Its bytes are `Letter.contents[sha256]`; the name is only a label.

    `media_type` is what its first bytes show (`application/octet-stream` when they show nothing we know),
    `declared_type` what the sender called it. `content_id` is without its angle brackets. `inline`: the letter's
    HTML shows it in its place.
    """

    name: str
    media_type: str
    declared_type: str
    size_bytes: int
    sha256: str
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRecipient:
    """Somebody whom a letter of ours did not reach. `permanent` false: it may still.

    `status` is the code of RFC 3463 (`5.1.1`) or empty, `reason` what the other side said, on one line.
    """

    address: str
    permanent: bool
    status: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What a delivery report says (RFC 3464, or what older mail hosts write). Anybody can write one.

    `original_message_id` is that of our letter, or empty where the report does not carry it; `envelope_id` is what our
    envelope was called (RFC 3464 section 2.2.1), where it says so.
    """

    recipients: tuple[FailedRecipient, ...] = ()
    original_message_id: str = ""
    envelope_id: str = ""

    @property
    def failed_addresses(self) -> tuple[str, ...]:
        """Whom the letter will not reach any more."""
        return tuple(one.address for one in self.recipients if one.permanent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What the mail host named in the settings found out about the sender (RFC 8601); by nobody else.

    `dkim_domain` and `spf_domain` are the domains that passed, empty otherwise. DMARC alone ties them to From.
    """

    spf: Verdict = Verdict.UNKNOWN
    dkim: Verdict = Verdict.UNKNOWN
    dmarc: Verdict = Verdict.UNKNOWN
    spf_domain: str = ""
    dkim_domain: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter, read. Nothing in it has been checked against what we know: all of it is the sender's word.

    `content_sha256` is the same for one letter however often and by whatever way it was delivered.
    `message_id`, `in_reply_to` and `references` are without angle brackets; `references` has all ids of References,
    oldest first, those of letters we never saw too. `date` is UTC, None when missing or impossible.
    `envelope_sender` is what a mail host wrote down of it (Return-Path): empty for the null sender, None where it is
    not there.
    `delivered_to` are the addresses mail hosts wrote down on the way (Delivered-To, X-Original-To).
    `language` is a code (`en`, `ru`, `tr`) or empty.

    `whole` is the whole text. `text` is what is new in it, `signature` what its writer or their telephone puts under
    everything, `quoted` the rest: earlier letters and what introduces them.
    `html` is sanitised and may be shown in a sandboxed frame, or empty. In it `<img data-part="2">` is `parts[2]`,
    `<img data-remote-src="…">` an image elsewhere that nothing fetches until asked.

    `kind_why` says in a word what made it this kind (`auto_replied`, `list_id`…), empty for personal letters.
    When `unreadable_why` is not None, `text` is a safe excerpt of the source, and of everything else only what
    could be found without reading on is there; `kind` then means nothing.
    """

    content_sha256: str
    size_bytes: int
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_: MailAddress | None = None
    sender: MailAddress | None = None
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    envelope_sender: str | None = None
    delivered_to: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    language: str = ""
    text: str = ""
    signature: str = ""
    quoted: str = ""
    whole: str = ""
    html: str = ""
    remote_images: int = 0
    parts: tuple[LetterPart, ...] = ()
    contents: dict[str, bytes] = field(default_factory=dict, repr=False)
    kind: LetterKind = LetterKind.PERSONAL
    kind_why: str = ""
    bounce: Bounce | None = None
    authentication: Authentication = field(default_factory=Authentication)
    defects: tuple[Defect, ...] = ()
    unreadable_why: Unreadable | None = None

    @property
    def unreadable(self) -> bool:
        """Whether it could not be read; its raw bytes are all there is of it."""
        return self.unreadable_why is not None

    @property
    def has_remote_images(self) -> bool:
        """Whether showing it as its sender meant it would tell somebody that it was opened."""
        return self.remote_images > 0

    @property
    def may_be_answered_by_a_program(self) -> bool:
        """Whether an automatic answer could be right at all (RFC 3834 §2). Rates and addresses are another matter."""
        return self.kind is LetterKind.PERSONAL and not self.unreadable and self.from_ is not None
