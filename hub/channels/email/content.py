"""By what one letter is known again, however often and by whatever way it comes.

Message-ID alone is no key: senders leave it out and repeat it. Hashed are the headers the sender writes, with blanks
made equal, and the body with line ends made equal and without empty lines at its end. Everything that hosts on the
way add is left out (Received, Return-Path, Delivered-To, Authentication-Results, ARC, spam figures, list headers…).
"""

import hashlib
import re

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
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:((?:[^\n]|\n[ \t])*)\n?")
_BLANKS = re.compile(rb"[ \t\n]+")


def content_sha256(raw: bytes) -> str:
    """The hash of a letter's content, in hexadecimal digits. Never raises; 25 MiB take some 0.1 s."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    head, body = header_block(lines)
    fields: dict[bytes, list[bytes]] = {name: [] for name in SENDERS_OWN}
    for found in _FIELD.finditer(head):
        name = found[1].lower()
        if name in fields:
            fields[name].append(_BLANKS.sub(b" ", found[2]).strip())
    digest = hashlib.sha256()
    for name, values in fields.items():
        for value in values:
            digest.update(b"%s:%d:%s\n" % (name, len(value), value))
    digest.update(b"\n")
    digest.update(body.rstrip(b"\n"))
    return digest.hexdigest()


def header_block(lines: bytes) -> tuple[bytes, bytes]:
    """(headers, body) of a letter whose lines end in line feeds; what is longer than its limit is body."""
    end = 0 if lines.startswith(b"\n") else lines.find(b"\n\n", 0, limits.HEADERS_BYTES)
    if end < 0:
        return (lines, b"") if len(lines) <= limits.HEADERS_BYTES else (b"", lines)
    return lines[: end + 1], lines[end + 1 :].lstrip(b"\n")
