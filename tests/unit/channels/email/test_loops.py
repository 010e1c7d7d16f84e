"""Which letters no program may answer, and what a report of failure says."""

import pytest

from hub.channels.email.letters import read_letter
from hub.channels.email.ours import Ours
from hub.domain.letter import Defect, FailedRecipient, Letter, LetterKind
from tests.mail_bombs import letter

OURS = Ours(addresses=("support@hub.test", "sales@hub.test"))


def read(raw: bytes) -> Letter:
    return read_letter(raw, OURS)


@pytest.mark.parametrize(
    ("headers", "kind", "why"),
    [
        ("", LetterKind.PERSONAL, ""),
        ("Auto-Submitted: no\r\n", LetterKind.PERSONAL, ""),
        ("Precedence: first-class\r\n", LetterKind.PERSONAL, ""),
        ("Return-Path: <anna@client.test>\r\n", LetterKind.PERSONAL, ""),
        ("Auto-Submitted: auto-replied\r\n", LetterKind.AUTO_REPLY, "auto_replied"),
        ("Auto-Submitted: auto-generated; type=x\r\n", LetterKind.AUTO_REPLY, "auto_generated"),
        ("AUTO-SUBMITTED: Auto-Notified (cron)\r\n", LetterKind.AUTO_REPLY, "auto_generated"),
        ("Precedence: auto_reply\r\n", LetterKind.AUTO_REPLY, "precedence"),
        ("Precedence: junk\r\n", LetterKind.AUTO_REPLY, "precedence"),
        ("Precedence: Bulk\r\n", LetterKind.LIST, "precedence"),
        ("Precedence: list\r\n", LetterKind.LIST, "precedence"),
        ("List-Id: <news.x.test>\r\n", LetterKind.LIST, "list_id"),
        ("List-Unsubscribe: <mailto:u@x.test>\r\n", LetterKind.LIST, "list_unsubscribe"),
        ("X-Autoreply: yes\r\n", LetterKind.AUTO_REPLY, "autoreply"),
        ("X-Autorespond: x\r\n", LetterKind.AUTO_REPLY, "autorespond"),
        ("X-Auto-Response-Suppress: All\r\n", LetterKind.AUTO_REPLY, "auto_response_suppress"),
        ("Return-Path: <>\r\n", LetterKind.AUTO_REPLY, "null_sender"),
        ("Subject: Automatic reply: order\r\n", LetterKind.AUTO_REPLY, "subject"),
        ("Subject: Out of Office\r\n", LetterKind.AUTO_REPLY, "subject"),
        ("Subject: Автоответ: заказ\r\n", LetterKind.AUTO_REPLY, "subject"),
        ("Subject: Otomatik yanıt: sipariş\r\n", LetterKind.AUTO_REPLY, "subject"),
        ("Subject: Automatic replyer broken\r\n", LetterKind.PERSONAL, ""),
        ("Content-Type: multipart/report; report-type=disposition-notification\r\n", LetterKind.AUTO_REPLY, "receipt"),
    ],
)  # fmt: skip
def test_a_letter_is_of_the_kind_its_headers_show(headers: str, kind: LetterKind, why: str) -> None:
    found = read(letter(headers))

    assert (found.kind, found.kind_why) == (kind, why)
    assert found.may_be_answered_by_a_program is (kind is LetterKind.PERSONAL)


@pytest.mark.parametrize("sender", ["support@hub.test", '"Us" <SALES@hub.test>'])
def test_a_letter_from_ourselves_is_our_own(sender: str) -> None:
    found = read(letter(head=f"From: {sender}\r\nTo: support@hub.test\r\n"))

    assert (found.kind, found.kind_why) == (LetterKind.OWN, "own_address")


def test_a_letter_from_a_postmaster_without_a_report_is_no_persons() -> None:
    assert read(letter(head="From: postmaster@x.test\r\n")).kind is LetterKind.AUTO_REPLY


REPORT = """\
From: MAILER-DAEMON@mx.test
To: support@hub.test
Subject: Undelivered Mail Returned to Sender
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test
Original-Envelope-Id: tl.42.0123456789abcdef

Final-Recipient: rfc822; anna@client.test
Original-Recipient: rfc822;Anna@Client.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <anna@client.test>:
    user unknown

Final-Recipient: rfc822; olga@client.test
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; ivan@client.test
Action: delivered
Status: 2.0.0

Final-Recipient: rfc822; ali@client.test
Action: failed
Status: 4.2.2
--b
Content-Type: text/rfc822-headers

Message-ID: <our.42@hub.test>
Subject: Your order
--b--
"""


def test_a_delivery_report_names_whom_it_did_not_reach_and_which_letter() -> None:
    found = read(REPORT.encode())

    assert found.kind is LetterKind.BOUNCE
    assert found.bounce is not None
    assert found.bounce.recipients == (
        FailedRecipient(
            address="anna@client.test",
            permanent=True,
            status="5.1.1",
            reason="smtp; 550 5.1.1 <anna@client.test>: user unknown",
        ),
        FailedRecipient(address="olga@client.test", permanent=False, status="4.4.1"),
        FailedRecipient(address="ali@client.test", permanent=True, status="4.2.2"),
    )
    assert found.bounce.failed_addresses == ("anna@client.test", "ali@client.test")
    assert found.bounce.original_message_id == "our.42@hub.test"
    assert found.bounce.envelope_id == "tl.42.0123456789abcdef"
    assert Defect.BAD_BOUNCE not in found.defects


EXPIRED = """\
From: MAILER-DAEMON@mx.test
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Final-Recipient: rfc822; anna@client.test
Action: failed
Status: {status}
Diagnostic-Code: X-Postfix; connect to mx.client.test[192.0.2.1]:25: Connection timed out
--b--
"""


@pytest.mark.parametrize("status", ["4.4.1", "4.4.7", "4.0.0"])
def test_a_letter_that_a_mail_server_gave_up_after_its_time_did_not_arrive(status: str) -> None:
    # what Postfix, Exchange and the first example of RFC 3464 say: tried for days, and never again
    found = read(EXPIRED.format(status=status).encode())

    assert found.bounce is not None
    assert found.bounce.failed_addresses == ("anna@client.test",)


def test_the_whole_letter_may_come_back_too() -> None:
    whole = REPORT.replace("Content-Type: text/rfc822-headers\n\n", "Content-Type: message/rfc822\n\n")

    bounce = read(whole.encode()).bounce
    assert bounce is not None
    assert bounce.original_message_id == "our.42@hub.test"


QMAIL = """\
From: MAILER-DAEMON@mx.test
To: support@hub.test
Subject: failure notice
Return-Path: <>

Hi. This is the qmail-send program at mx.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<anna@client.test>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

Return-Path: <support@hub.test>
Message-ID: <our.43@hub.test>
Subject: Your order

Hello
"""


def test_a_report_in_words_is_one_too() -> None:
    found = read(QMAIL.encode())

    assert (found.kind, found.kind_why) == (LetterKind.BOUNCE, "failure_report")
    assert found.bounce is not None
    assert found.bounce.failed_addresses == ("anna@client.test",)
    assert found.bounce.recipients[0].status == "5.1.1"
    assert found.bounce.original_message_id == "our.43@hub.test"


def test_a_client_who_quotes_a_report_is_a_client() -> None:
    raw = QMAIL.replace("MAILER-DAEMON@mx.test", "anna@client.test").replace("Return-Path: <>\n", "")

    assert read(raw.encode()).kind is LetterKind.PERSONAL


def test_a_report_without_anybody_is_a_bounce_with_a_defect() -> None:
    found = read(
        b"From: x@y.test\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b--"
    )

    assert found.kind is LetterKind.BOUNCE
    assert found.bounce is not None
    assert not found.bounce.recipients
    assert "bad_bounce" in found.defects
