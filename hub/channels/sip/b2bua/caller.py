"""What makes a call the same one when it comes again, and what is kept of what a caller says of themselves.

A message's bytes that are no UTF-8 are surrogates here (`parse.py`), which no store takes.
"""

import hashlib
from dataclasses import replace

from hub.channels.sip.b2bua.surroundings import Line
from hub.channels.sip.grammar import readable
from hub.channels.sip.message import Request

NAME_CHARS = 80


def invite_key(invite: Request) -> tuple[str, str]:
    """The id of a call within its account (G2), and the hash of what makes it the same request when it comes again."""
    tag = invite.from_.tag or ""
    told = f"{invite.uri}\n{invite.from_}\n{invite.to}".encode("utf-8", "surrogateescape")
    said = hashlib.sha256(told + b"\n" + invite.body).hexdigest()
    return _kept(f"{invite.call_id};{tag};{invite.cseq.number}"), said


def thread_of(invite: Request) -> str:
    """What the channel calls this conversation: the call."""
    return _kept(f"{invite.call_id};{invite.from_.tag or ''}")


def as_told(line: Line) -> Line:
    """The line with what the caller wrote as people can read it: one line, no controls, nothing that turns the text
    beside it, U+FFFD for what is no character."""
    return replace(
        line,
        name=_readable(line.name),
        number=_readable(line.number),
        dialled=_readable(line.dialled),
    )


def _readable(text: str) -> str:
    return " ".join(readable(text).split())[:NAME_CHARS].rstrip()


def _kept(text: str) -> str:
    """An id without surrogates, which a tag may have; two that differ stay two."""
    escaped = text.replace("\\", "\\\\")
    return escaped.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
