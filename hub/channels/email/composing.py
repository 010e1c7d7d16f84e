"""From a reply to the letter that goes out: its headers are ours, exactly, whatever is written in it."""

import base64
import mimetypes
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from hub.channels.email import headers_out
from hub.domain.errors import ChannelRefused
from hub.domain.letter import MailAddress
from hub.domain.mail import RECIPIENTS_LIMIT, SUBJECT_CHARS, LetterHead, envelope_token, message_token
from hub.domain.mail_account import MailAccount
from hub.domain.subaddresses import subaddress
from hub.domain.touch import Attachment, OutboundMessage
from hub.domain.written_letter import answering

_REFERENCES = 20
_FILE_NAME_CHARS = 120
_LARGE_BYTES = 64 * 1024
_PIECE_BYTES = 57 * 512  # whole lines
_PART_HEADERS = frozenset(
    {"content-type", "content-disposition", "content-transfer-encoding", "content-id", "mime-version"}
)
_SAFE_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter ready to be sent. `envelope_from` is empty for the null sender; `envelope_id` is what reports are to
    call it, empty where none are wanted."""

    message_id: str
    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)
    envelope_id: str = field(default="", repr=False)


def message_id_of(message: OutboundMessage, account: MailAccount, key: bytes) -> str:
    """The Message-ID of this touch, the same at every attempt."""
    token = message_token(key, account.account, message.thread, message.touch_id)
    return f"{token}@{account.address.rpartition('@')[2]}"


def composed(
    message: OutboundMessage,
    account: MailAccount,
    key: bytes,
    *,
    answered: LetterHead | None,
    html: str,
    quoted: str,
    files: Sequence[tuple[Attachment, bytes]],
    now: datetime,
) -> Composed:
    """The letter of this reply. Where the reply itself does not say, it answers `answered`, the client's newest.

    Raises ChannelRefused (`bad_recipient`, `no_recipient`, `too_many_recipients`) for what nobody can be sent.
    """
    head = message.letter or LetterHead()
    to = head.to or (MailAddress(address=message.address),)
    recipients = _recipients((*to, *head.cc, *head.bcc))
    subject = head.subject or answering(answered.subject if answered else "")
    chain = head.references or _chain(answered)
    message_id = message_id_of(message, account, key)
    ours = MailAddress(address=account.address, name=account.setup.display_name)
    fields = [
        headers_out.field("Date", [format_datetime(now)]),
        headers_out.field("From", [headers_out.address(ours)], between=","),
        headers_out.field("To", _written(to), between=","),
    ]
    if head.cc:
        fields.append(headers_out.field("Cc", _written(head.cc), between=","))
    if account.setup.subaddress and (
        answers_to := subaddress(key, account.account, message.thread, account.address)
    ):
        fields.append(headers_out.field("Reply-To", [answers_to]))
    fields.append(headers_out.field("Subject", [headers_out.words(headers_out.safe(subject, SUBJECT_CHARS))]))
    fields.append(headers_out.field("Message-ID", [f"<{message_id}>"]))
    if known := headers_out.ids(chain):
        fields.append(headers_out.field("In-Reply-To", known[-1:]))
        fields.append(headers_out.field("References", [*known[:1], *known[1:][-_REFERENCES:]]))
    if message.by_machine:
        fields.append(headers_out.field("Auto-Submitted", ["auto-replied"]))
        fields.append(headers_out.field("X-Auto-Response-Suppress", ["All"]))
    raw = b"".join(fields) + _body(message.text, html, quoted, files)
    _require_exactly_ours(raw, fields)
    return Composed(
        message_id=message_id,
        envelope_from="" if message.by_machine else account.address,
        recipients=recipients,
        raw=raw,
        envelope_id=""
        if message.by_machine
        else envelope_token(key, account.account, message.thread, message.touch_id),
    )


def _recipients(everybody: Sequence[MailAddress]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(one.address for one in everybody if one.address))
    if not found:
        raise ChannelRefused("there is nobody to send it to", code="no_recipient")
    if len(found) > RECIPIENTS_LIMIT:
        raise ChannelRefused(f"at most {RECIPIENTS_LIMIT} recipients", code="too_many_recipients")
    _written(everybody)
    return found


def _written(addresses: Sequence[MailAddress]) -> list[str]:
    try:
        return [headers_out.address(one) for one in addresses if one.address]
    except ValueError as error:
        raise ChannelRefused("one of the recipients is no mail address", code="bad_recipient") from error


def _chain(answered: LetterHead | None) -> tuple[str, ...]:
    if answered is None:
        return ()
    return tuple(dict.fromkeys((*answered.references, answered.message_id)))


def _body(text: str, html: str, quoted: str, files: Sequence[tuple[Attachment, bytes]]) -> bytes:
    """The rest of the letter: MIME headers, an empty line, and the parts."""
    made = EmailMessage(policy=SMTP)
    plain = f"{text}\n\n{quoted}" if quoted else text
    plain = headers_out.encodable(plain).replace("\r\n", "\n").replace("\r", "\n")
    made.set_content(plain, cte="base64")
    if html:
        made.add_alternative(headers_out.encodable(html), subtype="html", cte="base64")
    large: list[tuple[bytes, bytes]] = []
    for file, content in files:
        main, _, sub = _media_type(file).partition("/")
        stands_for = content
        if len(content) > _LARGE_BYTES:
            # the standard library takes seconds for a long part; it makes the letter around a line that stands for it
            stands_for = secrets.token_bytes(42)
            large.append((base64.b64encode(stands_for) + b"\r\n", content))
        made.add_attachment(stands_for, maintype=main, subtype=sub, filename=_file_name(file.name))
    rest, pieces = bytes(made), []
    for line, content in large:
        before, _, rest = rest.partition(line)
        pieces += [before, *_base64_lines(content)]
    return b"".join((*pieces, rest))


def _base64_lines(content: bytes) -> Iterator[bytes]:
    """The content in lines of 76 characters (RFC 2045 section 6.8), some hundred at a time."""
    for begin in range(0, len(content), _PIECE_BYTES):
        yield base64.encodebytes(content[begin : begin + _PIECE_BYTES]).replace(b"\n", b"\r\n")


def _media_type(file: Attachment) -> str:
    declared = file.media_type.lower()
    if _SAFE_TYPE.fullmatch(declared) and not declared.startswith(("multipart/", "message/")):
        return declared
    return mimetypes.guess_type(_file_name(file.name))[0] or "application/octet-stream"


def _file_name(name: str) -> str:
    # no encoded word, no quote and no path may be read into it
    kept = headers_out.safe(name, _FILE_NAME_CHARS).replace("=?", "= ?")
    return re.sub(r'[\\/"]', "_", kept) or "file"


def _require_exactly_ours(raw: bytes, fields: Sequence[bytes]) -> None:
    """The letter has the headers that were written, and its parts have none but MIME's: else it is not sent."""
    block = raw.partition(b"\r\n\r\n")[0]
    meant = [f.partition(b":")[0].decode().lower() for f in fields]
    there = headers_out.names_in(block)
    if there[: len(meant)] != meant or not set(there[len(meant) :]) <= _PART_HEADERS:
        raise ChannelRefused("this letter would have headers that are not ours", code="unsafe_headers")
