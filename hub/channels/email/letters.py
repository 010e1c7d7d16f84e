"""Bytes in, a Letter out: every field by itself, so that one that cannot be read costs no other."""

import email.utils
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from hub.channels.email import limits
from hub.channels.email.addresses import Addressees, read_address, read_addresses
from hub.channels.email.authentication import BadResults, authentication
from hub.channels.email.charsets import header_id, header_text
from hub.channels.email.content import content_sha256
from hub.channels.email.excerpt import unreadable_letter
from hub.channels.email.html import SafeHtml, safe_html, without_tags
from hub.channels.email.language import language_of
from hub.channels.email.loops import bounce_of, kind_of
from hub.channels.email.mime import UNREADABLE, Inside, opened
from hub.channels.email.ours import Ours
from hub.channels.email.plain import text_of_html, unflowed
from hub.channels.email.prescan import broken_limit
from hub.channels.email.quotes import Split, split
from hub.domain.letter import (
    Authentication,
    Defect,
    Letter,
    LetterKind,
    LetterPart,
    MailAddress,
    Unreadable,
    Verdict,
)
from hub.domain.texts import one_line, without_controls

_T = TypeVar("_T")
_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f-\x9f]{1,500})>")
_OLDEST, _NEWEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_ONCE = (
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
)
_DELIVERED_TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


def read_letter(raw: bytes, ours: Ours) -> Letter:
    """The letter `raw`, or an unreadable one that says why. Raises MemoryError and nothing else.

    It may take seconds and hundreds of MiB: it belongs into a process of its own (`reading.LetterReaders`).
    """
    limit = broken_limit(raw)
    if limit is not None:
        return unreadable_letter(raw, limit)
    try:
        return _Reading(raw, ours).letter()
    except UNREADABLE:
        return unreadable_letter(raw, Unreadable.BROKEN)


class _Reading:
    def __init__(self, raw: bytes, ours: Ours) -> None:
        self._raw = raw
        self._ours = ours
        self._inside: Inside = opened(raw)

    def letter(self) -> Letter:
        inside = self._inside
        for name in _ONCE:
            if len(inside.headers.get(name, ())) > 1:
                inside.defect(Defect.REPEATED_HEADER)
        sender, from_ = self._one("sender", Defect.BAD_SENDER), self._from()
        reply_to = self._addressees("reply-to", Defect.BAD_REPLY_TO).found
        if from_ and reply_to and from_.address not in {one.address for one in reply_to}:
            inside.defect(Defect.REPLY_TO_DIFFERS)
        subject = self._subject()
        safe, whole = self._texts()
        piles = self._each(lambda: split(whole), Split(text=whole))
        address = from_.address if from_ else ""
        own = frozenset(self._ours.addresses)
        kind, why = self._each(
            lambda: kind_of(inside, from_=address, subject=subject, own=own), (LetterKind.PERSONAL, "")
        )
        bounce = bounce_of(inside) if kind is LetterKind.BOUNCE else None
        if not whole.strip() and not safe.html and not inside.parts:
            inside.defect(Defect.NO_TEXT)
        return Letter(
            content_sha256=content_sha256(self._raw),
            size_bytes=len(self._raw),
            message_id=self._message_id(),
            in_reply_to=self._ids("in-reply-to"),
            references=self._ids("references"),
            from_=from_,
            sender=sender,
            reply_to=reply_to,
            to=self._addressees("to", Defect.BAD_TO).found,
            cc=self._addressees("cc", Defect.BAD_CC).found,
            envelope_sender=self._envelope_sender(),
            delivered_to=self._delivered_to(),
            subject=subject,
            date=self._date(),
            language=language_of(piles.text or subject),
            text=piles.text,
            signature=piles.signature,
            quoted=piles.quoted,
            whole=whole,
            html=safe.html,
            remote_images=safe.remote_images,
            parts=self._parts(safe),
            contents=inside.contents,
            kind=kind,
            kind_why=why,
            bounce=bounce,
            authentication=self._authentication(address),
            defects=tuple(inside.defects),
        )

    def _each(self, read: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return read()
        except UNREADABLE:
            self._inside.defect(Defect.BAD_STRUCTURE)
            return otherwise

    # --- who ---

    def _addressees(self, name: str, defect: Defect) -> Addressees:
        values = self._inside.headers.get(name, [])
        if not values:
            return Addressees()
        # a second header of the name goes on where the first ended: some programs split long lists
        read = read_addresses(", ".join(values)[: limits.HEADER_BYTES], self._inside.charset)
        if not read.whole:
            self._inside.defect(defect)
        return read

    def _one(self, name: str, defect: Defect) -> MailAddress | None:
        found = self._addressees(name, defect).found
        return found[0] if found else None

    def _envelope_sender(self) -> str | None:
        value = self._inside.header("return-path").strip()
        return value.strip("<> ")[: limits.ID_CHARS].encode("ascii", "replace").decode() if value else None

    def _from(self) -> MailAddress | None:
        values = self._inside.headers.get("from", [])
        if not any(value.strip() for value in values):
            self._inside.defect(Defect.NO_FROM)
            return None
        read = read_addresses(values[0], self._inside.charset)
        if not read.whole:
            self._inside.defect(Defect.BAD_FROM)
        if read.misleading:
            self._inside.defect(Defect.MISLEADING_NAME)
        if len(read.found) > 1 or len(values) > 1:
            self._inside.defect(Defect.SEVERAL_FROM)
        return read.found[0] if read.found else None

    def _delivered_to(self) -> tuple[str, ...]:
        values = [value for name in _DELIVERED_TO for value in self._inside.headers.get(name, [])]
        found = [read_address(header_text(value)[0].strip().strip("<>")) for value in values[:20]]
        return tuple(dict.fromkeys(address for address in found if address))

    def _authentication(self, from_: str) -> Authentication:
        headers = self._inside.headers.get("authentication-results", [])
        domain = from_.rpartition("@")[2]
        try:
            found = authentication(headers, trusted_host=self._ours.trusted_host, from_domain=domain)
        except BadResults:
            self._inside.defect(Defect.BAD_AUTHENTICATION)
            return Authentication()
        # of which of several senders it speaks nobody can tell
        ambiguous = not from_ or Defect.SEVERAL_FROM in self._inside.defects
        return replace(found, dmarc=Verdict.UNKNOWN) if ambiguous else found

    # --- which ---

    def _message_id(self) -> str:
        value = self._inside.header("message-id").strip()
        if not value:
            self._inside.defect(Defect.NO_MESSAGE_ID)
            return ""
        found = _ID.search(value) or _ID.search(header_text(value)[0])
        if found is None:
            self._inside.defect(Defect.BAD_MESSAGE_ID)
            return header_id(value).strip("<>")
        return header_id(found[1])

    def _ids(self, name: str) -> tuple[str, ...]:
        values = " ".join(self._inside.headers.get(name, []))
        if _ID.search(values) is None and "=?" in values:
            # RFC 2047 section 5 allows no encoded words here, but Python's own mail package writes long ids so
            values = header_text(values)[0]
        found = list(dict.fromkeys(filter(None, map(header_id, _ID.findall(values)))))
        if len(found) > limits.REFERENCES:
            self._inside.defect(Defect.REFERENCES_CUT)
            # the first is the whole thread's, the last the nearest
            found = [found[0], *found[1 - limits.REFERENCES :]]
        return tuple(found)

    def _subject(self) -> str:
        text, whole = header_text(self._inside.header("subject"), self._inside.charset)
        if not whole:
            self._inside.defect(Defect.BAD_SUBJECT)
        if len(text) > limits.SUBJECT_CHARS:
            self._inside.defect(Defect.SUBJECT_CUT)
        return one_line(text, limits.SUBJECT_CHARS)

    def _date(self) -> datetime | None:
        value = self._inside.header("date").strip()
        if not value:
            self._inside.defect(Defect.NO_DATE)
            return None
        try:
            read = email.utils.parsedate_to_datetime(value[:200])
            at = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        except UNREADABLE:
            at = _OLDEST
        if not _OLDEST < at < _NEWEST:
            self._inside.defect(Defect.BAD_DATE)
            return None
        return at

    # --- what ---

    def _texts(self) -> tuple[SafeHtml, str]:
        """The sanitised HTML, and the whole text: the plain part where there is one, else that of the HTML."""
        inside = self._inside
        source = "\n<hr>\n".join(inside.html)
        safe = SafeHtml()
        if source.strip():
            try:
                safe = safe_html(source, [part.content_id for part in inside.parts])
            except UNREADABLE:
                safe = SafeHtml(defect=Defect.HTML_UNREADABLE)
            inside.defect(safe.defect)
        pieces = [
            self._each(partial(unflowed, text, delete_space=inside.flowed[at]), text)
            if at in inside.flowed
            else text
            for at, text in enumerate(inside.plain)
        ]
        whole = without_controls("\n\n".join(piece.strip("\n") for piece in pieces))
        if not whole.strip() and source.strip():
            read = self._each(lambda: text_of_html(safe.html), "") if safe.html else without_tags(source)
            whole = without_controls(read)
        if len(whole) > limits.TEXT_CHARS:
            inside.defect(Defect.TEXT_CUT)
        return safe, whole[: limits.TEXT_CHARS].strip("\n")

    def _parts(self, safe: SafeHtml) -> tuple[LetterPart, ...]:
        return tuple(
            replace(part, inline=True) if place in safe.shown_parts else part
            for place, part in enumerate(self._inside.parts)
        )
