"""By what one letter is known again, however often and by whatever way it comes.

Message-ID alone is no key: senders leave it out and repeat it. Hashed are the headers the sender writes, with blanks
made equal, and the body with line ends made equal and without empty lines at its end. Everything that hosts on the
way add is left out (Received, Return-Path, Delivered-To, Authentication-Results, ARC, spam figures, list headers…):
but of a letter without Date and Message-ID the oldest Received counts, which every copy of it has, and all headers
beneath it, which hosts did not add. Headers end at the first line that is none, as readers of letters see it
(`prescan`): what follows is hashed as it is.
"""

import hashlib
import re
from dataclasses import dataclass

from hub.channels.email import limits

SENDERS_OWN = (
    b"from",
    b"sender",
    b"reply-to",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"in-reply-to",
    b"references",
    b"mime-version",
    b"content-type",
    b"content-transfer-encoding",
    b"auto-submitted",
)
# a name is looked for at its beginning alone: from each of its characters the time would grow with its square
_FIELD = re.compile(rb"(?<![\x21-\x39\x3b-\x7e])([\x21-\x39\x3b-\x7e]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)\n?")
_NO_HEADER = re.compile(rb"^(?![\x21-\x39\x3b-\x7e]+[ \t]*:|[ \t])", re.MULTILINE)
_FROM_LINE = re.compile(rb"From [^\n]*\n")
"""What a mailbox file has before each letter."""
_BLANKS = re.compile(rb"[ \t\n]+")


@dataclass(frozen=True, slots=True)
class Content:
    """The hash of a letter's content, in hexadecimal digits. `is_named`: something in it says which letter it is
    (Date, Message-ID or Received); what a device writes without any of them, it may write again in the same words."""

    sha256: str
    is_named: bool


def content_of(raw: bytes) -> Content:
    """By what the letter is known again. Never raises; 25 MiB take some 0.1 s."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    from_line = _FROM_LINE.match(lines)
    head, body = header_block(lines[from_line.end() :] if from_line else lines)
    fields: dict[bytes, list[bytes]] = {name: [] for name in SENDERS_OWN}
    received, own_from = b"", 0
    between, read_to = [], 0
    for found in _FIELD.finditer(head):
        between.append(head[read_to : found.start()])
        read_to = found.end()
        name = found[1].lower()
        if name in fields:
            fields[name].append(_BLANKS.sub(b" ", found[2]).strip())
        elif name == b"received":
            received, own_from = found[2], found.end()
    digest = hashlib.sha256()
    for name, values in fields.items():
        for value in values:
            digest.update(b"%s:%d:%s\n" % (name, len(value), value))
    is_named = bool(fields[b"date"] or fields[b"message-id"])
    if not is_named:
        for own in (received, head[own_from:]):
            value = _BLANKS.sub(b" ", own).strip()
            digest.update(b"own:%d:%s\n" % (len(value), value))
    if odd := _BLANKS.sub(b" ", b"".join((*between, head[read_to:]))).strip():
        digest.update(b"%d:%s\n" % (len(odd), odd))
    digest.update(b"\n")
    digest.update(body.rstrip(b"\n"))
    return Content(digest.hexdigest(), is_named or bool(received))


def content_sha256(raw: bytes) -> str:
    """The hash of `content_of`."""
    return content_of(raw).sha256


def header_block(lines: bytes) -> tuple[bytes, bytes]:
    """(headers, body) of a letter whose lines end in line feeds; what is longer than its limit is body."""
    ends = _NO_HEADER.search(lines, 0, limits.HEADERS_BYTES + 1)
    end = len(lines) if ends is None else ends.start()
    if end > limits.HEADERS_BYTES:
        return b"", lines
    return lines[:end], lines[end:].lstrip(b"\n")
