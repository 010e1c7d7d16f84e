"""Letters as mail programs write them, whole and broken: what we make of each."""

import base64
import hashlib
from datetime import UTC, datetime
from email.header import Header
from email.message import EmailMessage

import pytest

from hub.channels.email.letters import read_letter
from hub.channels.email.ours import Ours
from hub.domain.letter import Defect, Letter, MailAddress
from tests.mail_bombs import letter

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def read(raw: bytes | str) -> Letter:
    return read_letter(raw.encode() if isinstance(raw, str) else raw, Ours())


def from_client(text: str, charset: str, *, encoding: str = "8bit", declared: str | None = None) -> bytes:
    """A letter with this text and subject, in a charset and a transfer encoding."""
    raw = text.encode(charset)
    if encoding == "base64":
        raw = base64.encodebytes(raw)
    elif encoding == "quoted-printable":
        written = [b"=%02X" % byte if byte > 126 or byte == 61 else bytes([byte]) for byte in raw]
        raw = b"=\r\n".join(b"".join(written[at : at + 23]) for at in range(0, len(written), 23))
    subject = Header(text[:20], charset).encode()
    named = f"; charset={declared or charset}" if declared != "" else ""
    head = (
        f"From: {Header('Анна' if charset != 'iso-8859-9' else 'Ayşe', charset).encode()} <anna@client.test>\r\n"
        f"To: support@hub.test\r\nSubject: {subject}\r\nMessage-ID: <1@client.test>\r\nMIME-Version: 1.0\r\n"
        f"Date: Mon, 3 Mar 2025 10:00:00 +0300\r\nContent-Type: text/plain{named}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode("ascii") + raw


RUSSIAN = "Здравствуйте! Где мой заказ 12345? Сапоги ещё не пришли."
TURKISH = "Merhaba, siparişim hâlâ gelmedi. Iğdır'dan yazıyorum."


@pytest.mark.parametrize("encoding", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize(
    ("text", "charset", "language"),
    [
        (RUSSIAN, "utf-8", "ru"),
        (RUSSIAN, "windows-1251", "ru"),
        (RUSSIAN, "koi8-r", "ru"),
        (TURKISH, "utf-8", "tr"),
        (TURKISH, "iso-8859-9", "tr"),
    ],
)
def test_a_letter_is_read_in_its_charset_and_encoding(
    text: str, charset: str, language: str, encoding: str
) -> None:
    if charset == "iso-8859-9":
        text = text.replace("â", "a")
    found = read(from_client(text, charset, encoding=encoding))

    assert found.text == text
    assert found.subject == text[:20].strip()
    assert found.language == language
    assert found.from_ is not None
    assert found.from_.name in {"Анна", "Ayşe"}
    assert not found.defects


def test_an_id_that_was_folded_into_encoded_words_is_read() -> None:
    # what email.message.EmailMessage makes of an id longer than a line
    made = EmailMessage()
    made["From"] = "Anna <anna@client.test>"
    made["In-Reply-To"] = made["References"] = f"<{'t' * 90}@hub.test>"
    made.set_content("hello")
    assert b"=?utf-8?q?" in made.as_bytes()

    found = read(made.as_bytes())
    assert found.in_reply_to == found.references == (f"{'t' * 90}@hub.test",)


@pytest.mark.parametrize("declared", ["", "us-ascii", "x-unknown", "utf-8"])
@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r"])
def test_a_charset_that_is_missing_or_wrong_is_found_out(charset: str, declared: str) -> None:
    found = read(from_client(RUSSIAN, charset, declared=declared))

    assert found.text == RUSSIAN
    assert Defect.GUESSED_CHARSET in found.defects


def test_everything_said_of_a_letter_is_in_its_place() -> None:
    found = read(
        "Delivered-To: s+abc@hub.test\r\nFrom: Anna <Anna@Client.test>\r\nSender: robot@client.test\r\n"
        "Reply-To: other@client.test\r\nTo: Support <support@hub.test>, sales@hub.test\r\nCc: olga@client.test\r\n"
        "Subject: Re: order\r\nDate: Mon, 3 Mar 2025 10:00:00 +0300\r\nMessage-ID: <3@client.test>\r\n"
        "In-Reply-To: <2@hub.test>\r\nReferences: <1@client.test>\r\n <2@hub.test> <1@client.test>\r\n\r\nhello\r\n"
    )

    assert found.from_ == MailAddress(address="anna@client.test", name="Anna")
    assert found.sender == MailAddress(address="robot@client.test")
    assert found.reply_to == (MailAddress(address="other@client.test"),)
    assert [one.address for one in found.to] == ["support@hub.test", "sales@hub.test"]
    assert [one.address for one in found.cc] == ["olga@client.test"]
    assert found.delivered_to == ("s+abc@hub.test",)
    assert found.subject == "Re: order"
    assert found.date == datetime(2025, 3, 3, 7, 0, tzinfo=UTC)
    assert found.message_id == "3@client.test"
    assert found.in_reply_to == ("2@hub.test",)
    assert found.references == ("1@client.test", "2@hub.test")
    assert found.text == found.whole == "hello"
    assert found.defects == (Defect.REPLY_TO_DIFFERS,)
    assert not found.unreadable


GMAIL = """\
MIME-Version: 1.0
From: =?UTF-8?B?0JjQstCw0L0g0J/QtdGC0YDQvtCy?= <ivan@client.test>
To: Support <support@hub.test>
Subject: =?UTF-8?B?UmU6INCS0LDRiCDQt9Cw0LrQsNC3?=
Message-ID: <CAF+1@mail.client.test>
Date: Mon, 3 Mar 2025 10:00:00 +0300
Content-Type: multipart/alternative; boundary="000b"

--000b
Content-Type: text/plain; charset="UTF-8"

Ещё не пришёл.

пн, 3 мар. 2025 г. в 09:00, Support <support@hub.test>:

> Заказ отправлен.
>

--000b
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">Ещё не пришёл.</div><br><div class="gmail_quote"><div dir="ltr">пн, 3 мар. 2025 г. в 09:00, Support
&lt;<a href="mailto:support@hub.test">support@hub.test</a>&gt;:<br></div><blockquote class="gmail_quote">Заказ
отправлен.</blockquote></div>

--000b--
"""


@pytest.mark.parametrize("html_only", [False, True])
def test_gmail(html_only: bool) -> None:
    raw = GMAIL.replace("text/plain", "text/x-nothing") if html_only else GMAIL
    found = read(raw)

    assert found.text == "Ещё не пришёл."
    assert found.quoted.startswith("пн, 3 мар. 2025 г.")
    assert found.quoted.endswith("> Заказ отправлен.") or "отправлен." in found.quoted
    assert found.whole == f"{found.text}\n\n{found.quoted}"
    assert found.html.startswith('<div dir="ltr">Ещё не пришёл.</div>')


OUTLOOK = """\
From: =?windows-1254?Q?Ay=FEe_Y=FDlmaz?= <ayse@client.test>
To: "support@hub.test" <support@hub.test>
Subject: =?windows-1254?Q?Sipari=FE?=
Thread-Topic: x
Message-ID: <DB9@outlook.client.test>
Date: Mon, 3 Mar 2025 10:00:00 +0000
Content-Type: multipart/related; boundary="_004_"; type="multipart/alternative"
MIME-Version: 1.0

--_004_
Content-Type: multipart/alternative; boundary="_000_"

--_000_
Content-Type: text/plain; charset="windows-1254"
Content-Transfer-Encoding: quoted-printable

Sipari=FEim nerede?

Sayg=FDlar=FDmla,
Ay=FEe

________________________________
Kimden: Support <support@hub.test>
G=F6nderildi: 3 Mart 2025 Pazartesi 09:00
Kime: Ay=FEe
Konu: Sipari=FE

Yolda.

--_000_
Content-Type: text/html; charset="windows-1254"
Content-Transfer-Encoding: quoted-printable

<html><head><style>p{{margin:0}}</style></head><body><p class=3D"MsoNormal">Sipari=FEim nerede?<o:p></o:p></p>
<img src=3D"cid:image001.png@01DB" width=3D"10"><img src=3D"https://track.test/p.gif"></body></html>

--_000_--

--_004_
Content-Type: image/png; name="image001.png"
Content-Disposition: inline; filename="image001.png"; size=70
Content-ID: <image001.png@01DB>
Content-Transfer-Encoding: base64

{png}

--_004_
Content-Type: application/octet-stream; name="=?UTF-8?B?0KHRh9GR0YIucGRm?="
Content-Disposition: attachment; filename*=UTF-8''%D0%A1%D1%87%D1%91%D1%82.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--_004_--
"""


def test_outlook() -> None:
    found = read(OUTLOOK.format(png=base64.b64encode(PNG).decode()))

    assert found.from_ == MailAddress(address="ayse@client.test", name="Ayşe Yılmaz")
    assert found.text == "Siparişim nerede?"
    assert found.signature == "Saygılarımla,\nAyşe"
    assert found.quoted.startswith("____")
    assert '<img data-part="0" width="10">' in found.html
    assert '<img data-remote-src="https://track.test/p.gif">' in found.html
    assert found.has_remote_images
    picture, bill = found.parts
    assert (picture.name, picture.media_type, picture.inline) == ("image001.png", "image/png", True)
    assert picture.content_id == "image001.png@01DB"
    assert found.contents[picture.sha256] == PNG
    assert (bill.name, bill.media_type, bill.declared_type) == (
        "Счёт.pdf",
        "application/pdf",
        "application/octet-stream",
    )
    assert bill.sha256 == hashlib.sha256(b"%PDF-1.4\n").hexdigest()
    assert (bill.size_bytes, bill.inline) == (9, False)


APPLE = """\
From: Anna <anna@client.test>
To: support@hub.test
Subject: boots
Message-Id: <A1@client.test>
Date: Mon, 3 Mar 2025 10:00:00 +0000
Mime-Version: 1.0 (iPhone Mail)
Content-Type: multipart/mixed; boundary=Apple-Mail-1

--Apple-Mail-1
Content-Type: text/plain; charset=us-ascii

Look:
--Apple-Mail-1
Content-Type: image/jpeg; name=IMG_1.jpg
Content-Disposition: inline; filename=IMG_1.jpg
Content-Transfer-Encoding: base64

/9j/4AAQ
--Apple-Mail-1
Content-Type: text/plain; charset=us-ascii

Is that right?

Sent from my iPhone
--Apple-Mail-1--
"""


def test_apple_mail_with_a_picture_between_the_lines() -> None:
    found = read(APPLE)

    assert found.text == "Look:\n\nIs that right?"
    assert found.signature == "Sent from my iPhone"
    assert [(part.name, part.media_type, part.inline) for part in found.parts] == [
        ("IMG_1.jpg", "image/jpeg", False)
    ]


def test_thunderbird_flowed() -> None:
    found = read(
        letter(
            "Content-Type: text/plain; charset=UTF-8; format=flowed\r\n",
            "On 3/3/25 10:00, Support wrote:\r\n> Your order is \r\n> on its way.\r\n\r\n"
            "It has not \r\ncome yet.\r\n-- \r\nAnna",
        )
    )

    assert found.text == "It has not come yet."
    assert found.quoted == "On 3/3/25 10:00, Support wrote:\n> Your order is on its way."
    assert found.signature == "--\nAnna"


def test_a_forwarded_letter_is_a_file_and_its_words_are_not_the_clients() -> None:
    found = read(
        letter(
            "Content-Type: multipart/mixed; boundary=b\r\n",
            "--b\r\n\r\nsee this\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.test\r\nSubject: old\r\n\r\n"
            "inner\r\n--b--",
        )
    )

    assert found.text == "see this"
    (inner,) = found.parts
    assert inner.media_type == "message/rfc822"
    assert inner.name.endswith(".eml")
    assert b"inner" in found.contents[inner.sha256]


def test_a_second_version_of_the_text_for_other_programs_is_no_file() -> None:
    raw = GMAIL.replace("--000b--", "--000b\nContent-Type: text/x-amp-html\n\n<html amp4email>\n--000b--")

    assert not read(raw).parts


def test_the_same_file_twice_is_kept_once() -> None:
    part = "--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    found = read(letter("Content-Type: multipart/mixed; boundary=b\r\n", part * 2 + "--b--"))

    assert len(found.parts) == 2
    assert len(found.contents) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\\\x\\\\a.txt", "a.txt"),
        (".htaccess", "htaccess.txt"),
        ("a/../b.txt", "b.txt"),
        ("n" * 300 + ".txt", "n" * 116 + ".txt"),
        ("", "part-1.txt"),
        ("=?utf-8?b?0YTQsNC50LsudHh0?=", "файл.txt"),
    ],
)
def test_a_name_of_a_file_leads_nowhere(name: str, kept: str) -> None:
    found = read(
        letter(f'Content-Type: text/plain; name="{name}"\r\nContent-Disposition: attachment\r\n', "hello")
    )

    assert [part.name for part in found.parts] == [kept]


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "\ufeff", "\u00ad", "\u2028"])
def test_a_name_of_a_file_hides_nothing(hidden: str) -> None:
    found = read(
        letter(f'Content-Type: text/plain; name="a{hidden}b.txt"\r\nContent-Disposition: attachment\r\n', "x")
    )

    assert found.parts[0].name == "ab.txt"
