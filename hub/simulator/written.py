"""Letters as simulated correspondents and their mail server write them: plain, with a picture, with a file, one that
nobody can read, an automatic reply, and a report that a letter did not arrive."""

import random
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from enum import StrEnum
from html import escape

from hub.simulator.pictures import picture

OUTSIDE = "outside.test"
"""The host of their mail server."""

MAIL = SMTP.clone(max_line_length=998)
"""Ids stay whole: folded at 78 characters, long ones become encoded words, which RFC 2047 section 5 forbids."""

_LONG_HEADER_WORDS = 500


class Kind(StrEnum):
    """What a letter is like."""

    PLAIN = "plain"
    PICTURE = "picture"
    FILE = "file"
    UNREADABLE = "unreadable"


AUTOMATIC = {
    "en": ("Automatic reply", "I am out of the office until Monday and read your letter then."),
    "ru": ("Автоответ", "Меня нет в офисе до понедельника, отвечу, когда вернусь."),
    "tr": ("Otomatik yanıt", "Pazartesiye kadar ofiste değilim; mektubunuzu o zaman okuyacağım."),
}


def letter(
    name: str, address: str, to: str, subject: str, text: str, *, kind: Kind, rng: random.Random
) -> EmailMessage:
    """A letter of this client."""
    made = _begun(name, address, to, subject)
    made.set_content(text)
    match kind:
        case Kind.PICTURE:
            paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
            made.add_alternative(
                f'<html><body>{paragraphs}<img src="cid:photo"></body></html>', subtype="html"
            )
            html = made.get_payload(1)
            assert isinstance(html, EmailMessage)
            html.add_related(picture(rng), "image", "png", cid="<photo>", filename="photo.png")
        case Kind.FILE:
            made.add_attachment(picture(rng), "image", "png", filename="order.png")
        case Kind.UNREADABLE:
            made["X-Trace"] = " ".join(
                ["hop-by-hop-by-hop-by-hop-by-hop-by-hop-by-hop-by-hop"] * _LONG_HEADER_WORDS
            )
        case Kind.PLAIN:
            pass
    return made


def reply(name: str, address: str, to: str, subject: str, text: str, *, in_reply_to: str) -> EmailMessage:
    """What a client answers to a letter of the hub."""
    made = _begun(name, address, to, subject)
    made["In-Reply-To"] = made["References"] = in_reply_to
    made.set_content(text)
    return made


def automatic(
    name: str, address: str, to: str, subject: str, language: str, *, in_reply_to: str
) -> EmailMessage:
    """What a client's mail program answers by itself (RFC 3834)."""
    title, text = AUTOMATIC[language]
    made = reply(name, address, to, f"{title}: {subject}", text, in_reply_to=in_reply_to)
    made["Auto-Submitted"] = "auto-replied"
    return made


def bounce(address: str, to: str, message_id: str) -> bytes:
    """The report that this address is not there (RFC 3464); its envelope has no sender."""
    lines = (
        f"From: Mail Delivery System <mailer-daemon@{OUTSIDE}>",
        f"To: {to}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Date: {formatdate()}",
        f"Message-ID: {make_msgid(domain=OUTSIDE)}",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=report"',
        "",
        "--=report",
        "Content-Type: text/plain",
        "",
        "Your letter did not arrive.",
        "",
        f"<{address}>: 550 5.1.1 no such user",
        "",
        "--=report",
        "Content-Type: message/delivery-status",
        "",
        f"Reporting-MTA: dns; {OUTSIDE}",
        "",
        f"Final-Recipient: rfc822; {address}",
        "Action: failed",
        "Status: 5.1.1",
        "Diagnostic-Code: smtp; 550 5.1.1 no such user",
        "",
        "--=report",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {message_id}",
        "",
        "--=report--",
        "",
    )
    return "\r\n".join(lines).encode()


def _begun(name: str, address: str, to: str, subject: str) -> EmailMessage:
    made = EmailMessage(policy=MAIL)
    made["From"] = Address(name, addr_spec=address)
    made["To"] = to
    made["Subject"] = subject
    made["Date"] = formatdate()
    made["Message-ID"] = make_msgid(domain=address.partition("@")[2])
    return made
