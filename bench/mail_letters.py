"""The letters of the benchmark: a usual mix of ten, in three languages, one of them with a file of 200 kB."""

import random
from email.message import EmailMessage

from bench.feed import Fed

_FROM, _ID, _SAYS = "sender@placeholder.example", "id@placeholder.example", "WHAT-THE-CLIENT-SAYS"
OUR_ADDRESS = "support@bench.example"
_FILE_BYTES, _PICTURE_BYTES = 200_000, 20_000

_ENGLISH = (
    "I ordered it on the second of the month, and the shop wrote that it had been sent the day after. Since then"
    " I have heard nothing. The neighbours have nothing for me either. Could you please find out where the parcel is"
    " now, and write to me when I can expect it? I am at home in the afternoons.\n\n"
    "Thank you and kind regards,\nIngrid Sandberg\n"
)
_RUSSIAN = (
    "Заказ я оплатил ещё второго числа, и в письме магазина было сказано, что посылку отправили на следующий день."
    " С тех пор никаких известий. Соседи тоже ничего не получали. Пожалуйста, узнайте, где сейчас посылка, и напишите,"
    " когда её ждать. После обеда я всегда дома.\n\nС уважением,\nПавел Астахов\n"
)
_TURKISH = (
    "Siparişimi ayın ikisinde verdim, mağaza ertesi gün gönderildiğini yazdı. O günden beri hiçbir haber alamadım."
    " Komşularımda da yok. Paketin şimdi nerede olduğunu öğrenip ne zaman geleceğini bana yazar mısınız? Öğleden"
    " sonraları evdeyim.\n\nTeşekkürler, saygılarımla,\nAyşe Yıldırım\n"
)
_QUOTE = {
    "en": "On Mon, 2 Mar 2026 at 10:12, Kettle & Co. <support@bench.example> wrote:\n",
    "ru": "пн, 2 мар. 2026 г. в 10:12, Kettle & Co. <support@bench.example>:\n",
    "tr": "2 Mar 2026 Pzt, 10:12 tarihinde Kettle & Co. <support@bench.example> şunu yazdı:\n",
}


def letter_of(fed: Fed, sender: str) -> bytes:
    """The letter that this client writes; it says what `fed` does."""
    head, text, rest = _TEMPLATES[_MIX[fed.number % len(_MIX)]]
    own_id = f"{fed.number}.{sender}".encode()
    head = head.replace(_FROM.encode(), sender.encode()).replace(_ID.encode(), own_id)
    return b"".join((head, text.replace(_SAYS.encode(), fed.text.encode()), rest))


def _letter(subject: str) -> EmailMessage:
    made = EmailMessage()
    made["Return-Path"] = f"<{_FROM}>"
    made["Received"] = (
        "from mx.clients.example by mx.bench.example with ESMTPS id 4Xk1; Mon, 02 Mar 2026 09:12:01 +0000"
    )
    made["From"] = f"Client <{_FROM}>"
    made["To"] = f"Kettle & Co. <{OUR_ADDRESS}>"
    made["Subject"] = subject
    made["Date"] = "Mon, 02 Mar 2026 10:12:00 +0100"
    made["Message-ID"] = f"<{_ID}>"
    made["User-Agent"] = "Mozilla Thunderbird"
    return made


def _plain(subject: str, text: str) -> EmailMessage:
    made = _letter(subject)
    made.set_content(f"{_SAYS}\n\n{text}", cte="8bit")
    return made


def _with_picture() -> EmailMessage:
    made = _letter("My kettle")
    made.set_content(f"{_SAYS}\n\n{_ENGLISH}", cte="8bit")
    paragraphs = "".join(f'<p style="color:#333;margin:4px">{one}</p>' for one in _ENGLISH.split(". "))
    made.add_alternative(
        f"<html><head><style>p {{ color: red }}</style></head><body><p>{_SAYS}</p>{paragraphs}"
        '<p>See <a href="https://shop.example/kettles/7">the page</a>: <img src="cid:kettle" width="300"></p>'
        '<img src="https://track.example/pixel.gif" width="1" height="1"></body></html>',
        subtype="html",
        cte="8bit",
    )
    html = made.get_payload()[1]  # type: ignore[index]
    assert isinstance(html, EmailMessage)
    picture = b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(_PICTURE_BYTES)
    html.add_related(picture, "image", "png", cid="<kettle>", filename="kettle.png")
    return made


def _with_file() -> EmailMessage:
    made = _plain("The invoice", _ENGLISH)
    content = b"%PDF-1.7\n" + random.Random(1).randbytes(_FILE_BYTES)
    made.add_attachment(content, "application", "pdf", filename="Rechnung März 2026.pdf")
    return made


def _reply(language: str, text: str) -> EmailMessage:
    quoted = "".join(f"> {line}\n" for line in (text * 2).splitlines())
    made = _plain("Re: Kettle & Co.", f"{text}\n{_QUOTE[language]}{quoted}")
    made["In-Reply-To"] = "<CAF3.unknown@mail.bench.example>"
    made["References"] = "<CAF1.unknown@mail.bench.example> <CAF3.unknown@mail.bench.example>"
    return made


def _split(made: EmailMessage) -> tuple[bytes, bytes, bytes]:
    raw = made.as_bytes().replace(b"\n", b"\r\n")
    head, blank, body = raw.partition(b"\r\n\r\n")
    at = body.rfind(_SAYS.encode()) + len(_SAYS)
    return head + blank, body[:at], body[at:]


_TEMPLATES = {
    "plain_en": _split(_plain("Where is my order?", _ENGLISH)),
    "plain_ru": _split(_plain("Где мой заказ?", _RUSSIAN)),
    "plain_tr": _split(_plain("Siparişim nerede?", _TURKISH)),
    "picture": _split(_with_picture()),
    "file": _split(_with_file()),
    "reply_en": _split(_reply("en", _ENGLISH)),
    "reply_ru": _split(_reply("ru", _RUSSIAN)),
    "reply_tr": _split(_reply("tr", _TURKISH)),
}
_MIX = (
    "plain_en",
    "picture",
    "plain_ru",
    "reply_en",
    "plain_tr",
    "file",
    "reply_ru",
    "plain_en",
    "reply_tr",
    "picture",
)
MEAN_BYTES = sum(sum(map(len, _TEMPLATES[one])) for one in _MIX) // len(_MIX)
