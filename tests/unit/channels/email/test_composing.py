"""A letter of ours has exactly our headers, whatever anybody wrote, and comes back to its thread."""

import email
from dataclasses import replace
from datetime import UTC, datetime
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.email.composing import Composed, composed
from hub.channels.email.headers_out import names_in
from hub.domain.errors import ChannelRefused
from hub.domain.ids import InteractionId, MailAccountId, QueueId, TenantId, TouchId
from hub.domain.letter import MailAddress
from hub.domain.mail import LetterHead, thread_of_token, touch_of_token
from hub.domain.mail_account import MailAccount, MailSetup
from hub.domain.subaddresses import thread_of_subaddress
from hub.domain.touch import Attachment, OutboundMessage

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEY = b"k" * 32
ACCOUNT = MailAccount(
    id=MailAccountId("a1"),
    tenant_id=TenantId("t1"),
    name="support",
    address="support@hub.test",
    queue_id=QueueId("q1"),
    setup=MailSetup(display_name="Destek / Поддержка"),
)
CLIENT = MailAddress(address="client@example.test", name="Клиент")
ANSWERED = LetterHead(
    subject="Где мой заказ?", sender=CLIENT, message_id="m2@client", references=("m0@client", "m1@client")
)
PLAIN = ["date", "from", "to", "subject", "message-id", "in-reply-to", "references"]
MIME = ["content-type", "content-transfer-encoding", "mime-version"]


def message(**more: Any) -> OutboundMessage:
    values: dict[str, Any] = {
        "touch_id": TouchId("touch-1"),
        "tenant_id": ACCOUNT.tenant_id,
        "interaction_id": InteractionId("i1"),
        "account": ACCOUNT.account,
        "thread": "thread-1",
        "address": CLIENT.address,
        "seq": 3,
        "text": "Merhaba, здравствуйте!",
        "at": NOW,
        "attempt": 1,
    }
    return OutboundMessage(**(values | more))


def made(one: OutboundMessage | None = None, account: MailAccount = ACCOUNT, **more: Any) -> Composed:
    values: dict[str, Any] = {"answered": ANSWERED, "html": "", "quoted": "", "files": (), "now": NOW}
    return composed(one or message(), account, KEY, **(values | more))


def headers(letter: Composed) -> list[str]:
    return names_in(letter.raw.partition(b"\r\n\r\n")[0])


def read(letter: Composed) -> Any:
    return email.message_from_bytes(letter.raw, policy=default)


# --- what is in it ---


def test_a_reply_answers_the_clients_newest_letter() -> None:
    letter = made()
    said = read(letter)

    assert sorted(headers(letter)) == sorted([*PLAIN, *MIME])
    assert said["Subject"] == "Re: Где мой заказ?"
    assert said["From"].addresses[0].display_name == "Destek / Поддержка"
    assert said["To"] == "client@example.test"
    assert said["In-Reply-To"] == "<m2@client>"
    assert said["References"].split() == ["<m0@client>", "<m1@client>", "<m2@client>"]
    assert said.get_content().strip() == "Merhaba, здравствуйте!"
    assert (letter.envelope_from, letter.recipients) == ("support@hub.test", ("client@example.test",))


def test_every_attempt_has_the_same_message_id_and_it_leads_back() -> None:
    first, second = made(), made(message(attempt=2), now=NOW.replace(hour=10))
    assert first.message_id == second.message_id
    assert thread_of_token(KEY, ACCOUNT.account, first.message_id) == "thread-1"
    assert touch_of_token(KEY, ACCOUNT.account, first.message_id) == "touch-1"
    assert read(first)["Message-ID"] == f"<{first.message_id}>"


def test_what_the_reply_says_itself_counts() -> None:
    head = LetterHead(
        subject="About your order",
        to=(CLIENT, MailAddress(address="second@example.test")),
        cc=(MailAddress(address="boss@example.test", name='The "Boss"'),),
        bcc=(MailAddress(address="hidden@example.test"),),
        references=("x@client",),
    )
    letter = made(message(letter=head))
    said = read(letter)

    assert said["Subject"] == "About your order"
    assert [a.addr_spec for a in said["To"].addresses] == ["client@example.test", "second@example.test"]
    assert said["Cc"].addresses[0].display_name == 'The "Boss"'
    assert said["References"] == "<x@client>"
    assert b"hidden" not in letter.raw
    assert letter.recipients[-1] == "hidden@example.test"


def test_html_and_files_come_along() -> None:
    files = [
        (Attachment(sha256="0", name="счёт №1.pdf", media_type="application/pdf", size_bytes=3), b"pdf"),
        (
            Attachment(sha256="1", name="x.bin", media_type="message/rfc822", size_bytes=3),
            b"Bcc: a@b.test\r\n",
        ),
    ]
    said = read(made(html="<p>Merhaba</p>", quoted="> before", files=files))

    assert (
        said.get_body(("plain",)).get_content().replace("\r\n", "\n").strip()
        == "Merhaba, здравствуйте!\n\n> before"
    )
    assert said.get_body(("html",)).get_content().strip() == "<p>Merhaba</p>"
    assert [part.get_filename() for part in said.iter_attachments()] == ["счёт №1.pdf", "x.bin"]
    assert [part.get_content_type() for part in said.iter_attachments()] == [
        "application/pdf",
        "application/octet-stream",
    ]


def test_what_the_hub_sends_by_itself_says_so_and_is_not_answered() -> None:
    letter = made(message(by_machine=True))
    assert read(letter)["Auto-Submitted"] == "auto-replied"
    assert (letter.envelope_from, letter.envelope_id) == ("", "")


def test_the_id_of_the_envelope_is_nowhere_in_the_letter() -> None:
    letter, other = made(message()), made(message(touch_id=TouchId("another")))
    mac = letter.envelope_id.rpartition(".")[2]
    assert (len(mac), letter.envelope_id.isascii()) == (32, True)
    assert len(letter.envelope_id) <= 100  # RFC 3461 section 4.4
    assert mac.encode() not in letter.raw
    assert other.envelope_id != letter.envelope_id


def test_an_account_may_have_replies_come_to_an_address_with_a_token() -> None:
    account = replace(ACCOUNT, setup=replace(ACCOUNT.setup, subaddress=True))
    thread = "0123456789" * 4
    to = read(made(message(thread=thread), account=account))["Reply-To"].addresses[0].addr_spec
    assert to.startswith("support+")
    assert len(to.partition("@")[0]) <= 64
    assert thread_of_subaddress(KEY, ACCOUNT.account, to) == thread
    long = replace(account, address="everybody.who.sells@hub.test")
    assert read(made(message(thread=thread), account=long))["Reply-To"] is None


def test_large_files_arrive_whole_beside_small_ones() -> None:
    sizes = [3, 64 * 1024 + 1, 57 * 512 * 4, 300_001, 10]
    files = [
        (
            Attachment(sha256=f"{n}", name=f"f{n}.txt", media_type="text/plain", size_bytes=size),
            bytes((n + place * 7) % 256 for place in range(size)),
        )
        for n, size in enumerate(sizes)
    ]
    letter = made(files=files)
    parts = list(read(letter).iter_attachments())
    assert [part.get_filename() for part in parts] == [file.name for file, _ in files]
    assert [part.get_payload(decode=True) for part in parts] == [content for _, content in files]
    assert max(map(len, letter.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in letter.raw.replace(b"\r\n", b"")


# --- what cannot be sent ---


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"address": ""}, "no_recipient"),
        ({"address": "nobody"}, "bad_recipient"),
        ({"address": "a@b.test\r\nBcc: c@d.test"}, "bad_recipient"),
        ({"address": "a@b.test,c@d.test"}, "bad_recipient"),
        ({"letter": LetterHead(cc=(MailAddress(address="x y@z.test"),))}, "bad_recipient"),
        (
            {"letter": LetterHead(to=tuple(MailAddress(address=f"a{n}@b.test") for n in range(60)))},
            "too_many_recipients",
        ),
    ],
)
def test_nobody_is_sent_what_has_no_good_recipient(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(ChannelRefused) as refused:
        made(message(**changes))
    assert refused.value.stable_code == code


# --- injections ---

INJECTIONS = [
    "\r\nBcc: evil@example.test",
    "\nBcc: evil@example.test",
    "\rBcc: evil@example.test",
    "\r\n\r\nbody",
    "\n\nbody",
    "=?UTF-8?Q?=0A?=Bcc: evil@example.test",
    "A subject=?UTF-8?Q?=0A?=Bcc: injected@example.com",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS50ZXN0?=",
    "=?utf-8?q?=0D=0ABcc:_evil@example.test?=",
    "=?us-ascii?q?=0aBcc:?= evil",
    "=?utf-8?b?Cg==?=Bcc: e",
    "\u2028Bcc: evil@example.test",
    "\u2029Bcc: evil@example.test",
    "\x85Bcc: evil@example.test",
    "\x0bBcc: evil@example.test",
    "\x0cBcc: evil@example.test",
    "\x1cBcc: e",
    "\x1dBcc: e",
    "\x1eBcc: e",
    "\x00Bcc: e",
    "\x1b[31mBcc: e",
    "\x7fBcc: e",
    "嘊嘍Bcc: e",
    "%0d%0aBcc: e",
    "\\r\\nBcc: e",
    "&#13;&#10;Bcc: e",
    " \r\n Bcc: e",
    "\t\r\n\tBcc: e",
    "x" * 998 + "\r\nBcc: e",
    "x" * 3000,
    "ё" * 3000,
    "\ud800Bcc: e",
    '"\r\nBcc: e',
    '"; boundary="x',
    "a@b.test>\r\nBcc: <e@f.test",
    "<script>",
    "(comment\r\n) Bcc: e",
    "Subject: x",
    ":",
    "\u202eBcc: e",
]


def test_there_are_forty() -> None:
    assert len(INJECTIONS) == 40


@pytest.mark.parametrize("text", INJECTIONS)
def test_nothing_that_is_written_becomes_a_header(text: str) -> None:
    head = LetterHead(
        subject=f"Hello {text}",
        to=(MailAddress(address=CLIENT.address, name=f"N {text}"),),
        cc=(MailAddress(address="b@example.test", name=text),),
        bcc=(MailAddress(address="hidden@example.test", name=text),),
        references=(text, f"m1@client{text}", "m1@client"),
    )
    account = replace(ACCOUNT, setup=replace(ACCOUNT.setup, display_name=f"D {text}"))
    file = Attachment(sha256="0", name=f"{text}.txt", media_type=f"text/plain{text}", size_bytes=1)
    body = text.replace("\ud800", "")
    letter = made(
        message(letter=head, text=body), account, answered=None, html=body, quoted=body, files=[(file, b"x")]
    )

    assert sorted(headers(letter)) == sorted([*PLAIN, "cc", "content-type", "mime-version"])
    for part in read(letter).walk():
        assert {name.lower() for name in part.keys()} <= {*PLAIN, "cc", *MIME, "content-disposition"}  # noqa: SIM118
    block = letter.raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 998 for line in block.split(b"\r\n"))
    assert block.isascii()
    assert read(letter)["Bcc"] is None
    assert b"hidden@example.test" not in letter.raw
    assert letter.recipients == ("client@example.test", "b@example.test", "hidden@example.test")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300), st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_written_the_headers_are_ours(subject: str, name: str, file: str) -> None:
    head = LetterHead(subject=subject, to=(MailAddress(address=CLIENT.address, name=name),))
    attached = Attachment(sha256="0", name=file, media_type="text/plain", size_bytes=1)
    letter = made(message(letter=head, text="x"), answered=None, files=[(attached, b"x")])

    expected = [h for h in PLAIN if h not in {"in-reply-to", "references"}]
    assert sorted(headers(letter)) == sorted([*expected, "content-type", "mime-version"])
