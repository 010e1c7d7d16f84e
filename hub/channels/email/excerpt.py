"""What is shown of a letter that is not read: a few headers and the first words, found without parsing."""

import re

from hub.channels.email import limits
from hub.channels.email.addresses import read_addresses
from hub.channels.email.charsets import guessed, header_text
from hub.channels.email.content import content_sha256
from hub.domain.letter import Letter, Unreadable
from hub.domain.texts import one_line, plainly, written_text

_LOOKED_AT_BYTES = 64 * 1024
_VALUE_BYTES = 2000
_ID_WITHIN_BYTES = 16 * 1024
_ID = re.compile(rb"<([^<>\s\x00-\x1f\x7f]{1,500})>")


def unreadable_letter(raw: bytes, why: Unreadable, *, content_hash: str = "") -> Letter:
    """The letter `raw` as far as it can be told without reading it. Takes milliseconds, and never raises.

    `content_hash`, when it is known already; hashing 25 MiB takes some 0.1 s.
    """
    head = raw[:_LOOKED_AT_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    end = head.find(b"\n\n")
    body = head[end + 2 :] if end >= 0 else head
    senders = read_addresses(_value(head, b"from"))
    message_id = _ID.search(_value(head, b"message-id").encode("ascii", "replace"))
    return Letter(
        content_sha256=content_hash or content_sha256(raw),
        size_bytes=len(raw),
        message_id=message_id[1].decode("ascii") if message_id else "",
        from_=senders.found[0] if senders.found else None,
        subject=one_line(header_text(_value(head, b"subject"))[0], limits.SUBJECT_CHARS),
        text=written_text(plainly(guessed(body[: 4 * limits.EXCERPT_CHARS])))[: limits.EXCERPT_CHARS],
        unreadable_why=why,
    )


def message_id_in(raw: bytes) -> str:
    """The Message-ID of a letter that was not read yet, if it stands where it usually does; else, as a rule, none."""
    head = b"\n" + raw[:_ID_WITHIN_BYTES]
    at = head.lower().find(b"\nmessage-id:")
    found = _ID.search(head, at, at + _VALUE_BYTES) if at >= 0 else None
    return found[1].decode("ascii", "replace") if found else ""


def _value(head: bytes, name: bytes) -> str:
    """The first header of that name, its first line and what continues it, cut."""
    found = re.search(rb"(?:^|\n)" + name + rb"[ \t]*:", head, re.IGNORECASE)
    if found is None:
        return ""
    cut = head[found.end() : found.end() + _VALUE_BYTES]
    lines = cut.split(b"\n")
    kept = [lines[0]]
    for line in lines[1:]:
        if line[:1] not in {b" ", b"\t"}:
            break
        kept.append(line)
    return b"".join(kept).decode("ascii", "surrogateescape").strip()
