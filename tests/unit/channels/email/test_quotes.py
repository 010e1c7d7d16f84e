"""What is new in a letter and what is not: letters as programs and people write them, in three languages and a few."""

import time
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.channels.email.quotes import split


class Case(NamedTuple):
    """A letter by its pieces, put together in the order `layout` says (t, s, q)."""

    name: str
    text: str
    quoted: str = ""
    signature: str = ""
    layout: str = "tsq"


OLD = "> Hello,\n> your order is on its way.\n>\n> Anna"
BARE = "Hello,\nyour order is on its way.\n\nAnna"
RU_OLD = "> Здравствуйте!\n> Заказ отправлен."
TR_OLD = "> Merhaba,\n> siparişiniz yolda."

CASES = [
    Case("nothing quoted", "Where is my order?"),
    Case("two paragraphs", "Where is my order?\n\nIt should be here by now."),
    # English
    Case("Gmail", "Thanks!", f"On Mon, 3 Mar 2025 at 10:00, Support <s@hub.test> wrote:\n\n{OLD}"),
    Case(
        "Gmail, broken line",
        "Thanks!",
        f"On Mon, Mar 3, 2025 at 10:00 AM Support <\ns@hub.test> wrote:\n\n{OLD}",
    ),
    Case("Apple Mail", "Thanks!", f"On 3 Mar 2025, at 10:00, Support <s@hub.test> wrote:\n\n{OLD}"),
    Case("Thunderbird", "Thanks!", f"On 3/3/25 10:00 AM, Support wrote:\n{OLD}"),
    Case("ISO date", "Thanks!", f"On 2025-03-03 10:00, Support wrote:\n{OLD}"),
    Case(
        "three lines",
        "Thanks!",
        f"On Mon, 3 Mar 2025 at 10:00,\nSupport of the House\n<s@hub.test> wrote:\n{OLD}",
    ),
    Case(
        "Yahoo",
        "Thanks!",
        f"On Monday, 3 March 2025 at 10:00:00 GMT+3, Support <s@hub.test> wrote:\n\n{BARE}",
    ),
    Case("no date", "Thanks!", f"Support wrote:\n{OLD}"),
    Case("mutt", "Thanks!", f"* Support <s@hub.test> [2025-03-03 10:00]:\n{OLD}", layout="tsq")._replace(
        text="Thanks!\n\n* Support <s@hub.test> [2025-03-03 10:00]:", quoted=OLD
    ),
    Case("marks alone", "Thanks!", OLD),
    Case(
        "Outlook",
        "Thanks!",
        f"From: Support <s@hub.test>\nSent: Monday, 3 March 2025 10:00\nTo: Anna\nSubject: Order\n\n{BARE}",
    ),
    Case(
        "Outlook, bold",
        "Thanks!",
        f"*From:* Support <s@hub.test>\n*Sent:* Monday\n*To:* Anna\n*Subject:* Order\n\n{BARE}",
    ),
    Case(
        "Outlook, ruled",
        "Thanks!",
        f"________________________________\nFrom: Support\nSent: Monday\nTo: Anna\nCc: Ali\nSubject: Order\n\n{BARE}",
    ),
    Case(
        "Outlook, long To",
        "Thanks!",
        f"From: Support\nSent: Monday\nTo: Anna; Ali;\n  Olga; Ivan\nSubject: Order\n\n{BARE}",
    ),
    Case(
        "Outlook 2003",
        "Thanks!",
        f"-----Original Message-----\nFrom: Support\nSent: Monday\nTo: Anna\nSubject: Order\n\n{BARE}",
    ),
    Case("original, lower case", "Thanks!", f"----- original message -----\n{BARE}"),
    Case(
        "forward with a word",
        "Please see below.",
        f"---------- Forwarded message ---------\nFrom: Shop <s@x.test>\nDate: Mon\nSubject: Order\nTo: Anna\n\n{BARE}",
    ),
    Case(
        "Apple forward with a word",
        "Please see below.",
        f"Begin forwarded message:\n\nFrom: Shop <s@x.test>\nSubject: Order\nDate: 3 March 2025\nTo: Anna\n\n{BARE}",
    ),
    Case(
        "forward without a word", f"---------- Forwarded message ---------\nFrom: Shop <s@x.test>\n\n{BARE}"
    ),
    Case("only a quote", OLD),
    # Russian
    Case("Gmail ru", "Спасибо!", f"пн, 3 мар. 2025 г. в 10:00, Support <s@hub.test>:\n\n{RU_OLD}"),
    Case(
        "Gmail ru, broken",
        "Спасибо!",
        f"пн, 3 мар. 2025 г. в 10:00, Support Support Support <\ns@hub.test>:\n\n{RU_OLD}",
    ),
    Case(
        "Gmail ru, older",
        "Спасибо!",
        f"3 марта 2025 г., 10:00 пользователь Support <s@hub.test> написал:\n\n{RU_OLD}",
    ),
    Case("Thunderbird ru", "Спасибо!", f"03.03.2025 10:00, Support пишет:\n{RU_OLD}"),
    Case("The Bat", "Спасибо!", f"Вы писали 3 марта 2025 г., 10:00:\n\n{RU_OLD}")._replace(
        text="Спасибо!\n\nВы писали 3 марта 2025 г., 10:00:", quoted=RU_OLD
    ),
    Case("Yandex", "Спасибо!", f'03.03.2025, 10:00, "Support" <s@hub.test>:\n\n{RU_OLD}'),
    Case(
        "Yandex, without marks",
        "Спасибо!",
        '03.03.2025, 10:00, "Support" <s@hub.test>:\nЗдравствуйте!\nЗаказ отправлен.',
    ),
    Case(
        "Mail.ru", "Спасибо!", f"Понедельник, 3 марта 2025, 10:00 +03:00 от Support <s@hub.test>:\n{RU_OLD}"
    ),
    Case("Apple ru", "Спасибо!", f"3 марта 2025 г., в 10:00, Support <s@hub.test> написал(а):\n\n{RU_OLD}"),
    Case("she wrote", "Спасибо!", f"Анна Петрова написала:\n{RU_OLD}"),
    Case(
        "Outlook ru",
        "Спасибо!",
        "От: Support <s@hub.test>\nОтправлено: 3 марта 2025 г. 10:00\nКому: Анна\nТема: Заказ\n\nЗаказ отправлен.",
    ),
    Case(
        "Outlook ru, all labels",
        "Спасибо!",
        "________________________________\nОт: Support\nДата: 3 марта\nКому: Анна\nКопия: Олег\nТема: Заказ",
    ),
    Case("Outlook 2003 ru", "Спасибо!", "-----Исходное сообщение-----\nОт: Support\nЗаказ отправлен."),
    Case(
        "forward ru",
        "Смотрите ниже.",
        "-------- Пересылаемое сообщение --------\n03.03.2025, 10:00, Shop:\nЗаказ отправлен.",
    ),
    Case(
        "Apple forward ru", "Смотрите ниже.", "Начало переадресованного сообщения:\n\nОт: Shop\nТема: Заказ"
    ),
    # Turkish
    Case(
        "Gmail tr",
        "Teşekkürler!",
        f"Support <s@hub.test>, 3 Mar 2025 Pzt, 10:00 tarihinde şunu yazdı:\n\n{TR_OLD}",
    ),
    Case(
        "Gmail tr, broken",
        "Teşekkürler!",
        f"Support <s@hub.test>, 3 Mar 2025 Pzt, 10:00 tarihinde\nşunu yazdı:\n\n{TR_OLD}",
    ),
    Case("Apple tr", "Teşekkürler!", f"Support <s@hub.test> şunları yazdı (3 Mar 2025 10:00):\n\n{TR_OLD}"),
    Case("Thunderbird tr", "Teşekkürler!", f"3.03.2025 10:00 tarihinde Support yazdı:\n{TR_OLD}"),
    Case(
        "Yahoo tr",
        "Teşekkürler!",
        "3 Mart 2025 Pazartesi 10:00 tarihinde Support <s@hub.test> yazmış:\n\nsiparişiniz yolda.",
    ),
    Case("no date tr", "Teşekkürler!", f"Destek şunu yazdı:\n{TR_OLD}"),
    Case(
        "Outlook tr",
        "Teşekkürler!",
        "Kimden: Support <s@hub.test>\nGönderildi: 3 Mart 2025 Pazartesi 10:00\nKime: Ayşe\nKonu: Sipariş\n\nyolda.",
    ),
    Case(
        "Outlook tr, others",
        "Teşekkürler!",
        "Gönderen: Support\nTarih: 3 Mart\nKime: Ayşe\nBilgi: Ali\nKonu: Sipariş\n\nsiparişiniz yolda.",
    ),
    Case(
        "Outlook tr, long label",
        "Teşekkürler!",
        "Kimden: Support\nGönderilme tarihi: 3 Mart\nKime: Ayşe\nKonu: Sipariş\n\nyolda.",
    ),
    Case("Outlook 2003 tr", "Teşekkürler!", "-----Özgün İleti-----\nKimden: Support\nsiparişiniz yolda."),
    Case(
        "forward tr",
        "Aşağıya bakınız.",
        "---------- Yönlendirilen ileti ---------\nKimden: Shop\nsiparişiniz yolda.",
    ),
    # others people write in
    Case("German", "Danke!", f"Am Mo., 3. März 2025 um 10:00 Uhr schrieb Support <s@hub.test>:\n\n{OLD}"),
    Case("French", "Merci !", f"Le lun. 3 mars 2025 à 10:00, Support <s@hub.test> a écrit :\n\n{OLD}"),
    Case("Spanish", "Gracias", f"El lun, 3 mar 2025 a las 10:00, Support (<s@hub.test>) escribió:\n\n{OLD}"),
    # where the answer stands
    Case(
        "below the quote",
        "It is not.",
        f"On Mon, 3 Mar 2025 at 10:00, Support <s@hub.test> wrote:\n{OLD}",
        layout="qt",
    ),
    Case("below, ru", "Нет.", f"03.03.2025 10:00, Support пишет:\n{RU_OLD}", layout="qt"),
    Case("between the lines", "> When?\nOn Monday.\n> Where?\nAt home."),
    Case(
        "between the lines, then the rest",
        "On 2025-03-03 10:00, Support wrote:\n> When?\n\nOn Monday.\n\n> Where?\n\nAt home.",
        "> Anna\n> Support",
    ),
    Case(
        "quotes in quotes",
        "Thanks!",
        "On 2025-03-03 10:00, Support wrote:\n> On 2025-03-02 09:00, Anna wrote:\n>> first\n> second",
    ),
    # signatures
    Case("dashes", "Where is it?", signature="-- \nAnna Kaya\n+90 532 123 45 67"),
    Case("dashes without the blank", "Where is it?", signature="--\nAnna Kaya"),
    Case("iPhone", "Where is it?", signature="Sent from my iPhone"),
    Case(
        "iPhone and quote",
        "Where is it?",
        f"On 3 Mar 2025, at 10:00, Support <s@hub.test> wrote:\n\n{OLD}",
        "Sent from my iPhone",
    ),
    Case(
        "phone below the quote",
        "Where is it?",
        f"On 3 Mar 2025, at 10:00, Support <s@hub.test> wrote:\n\n{OLD}",
        "Sent from my iPhone",
        "tqs",
    ),
    Case("Outlook for a phone", "Where is it?", signature="Get Outlook for Android"),
    Case("iPhone ru", "Где он?", signature="Отправлено с iPhone"),
    Case("Yandex phone", "Где он?", signature="Отправлено из мобильной Яндекс Почты"),
    Case("Mail.ru phone", "Где он?", signature="Отправлено из Mail.ru для Android"),
    Case("iPhone tr", "Nerede?", signature="iPhone'umdan gönderildi"),
    Case("Outlook tr phone", "Nerede?", signature="Android için Outlook uygulamasını edinin"),
    Case("Samsung tr", "Nerede?", signature="Samsung cihazımdan gönderildi"),
    Case("closing en", "Where is it?", signature="Kind regards,\nAnna Kaya\nAcme Ltd."),
    Case("closing ru", "Где он?", signature="С уважением,\nИван Петров\nтел. 8 (916) 123-45-67"),
    Case("closing tr", "Nerede?", signature="Saygılarımla,\nAyşe Yılmaz"),
    Case("closing and quote", "Где он?", f"03.03.2025 10:00, Support пишет:\n{RU_OLD}", "С уважением,\nИван"),
    # what only looks like one
    Case("a sentence that ends so", "On Monday your colleague wrote:\nit will come on Tuesday."),
    Case("a sentence that ends so, ru", "Ваш коллега написал:\nзаказ будет во вторник."),
    Case("from and to in a sentence", "From: Berlin\nTo: Ankara\nPlease send it there."),
    Case("a list of labels", "Subject: my order\nDate: yesterday\nIt has not come."),
    Case("thanks in the middle", "Thanks\n\nOrder 12345 has not come. When will it?"),
    Case("a closing with a postscript", "Where is it?\n\nBest,\nAnna\n\nP.S. The number is 12345."),
    Case("dashes as a line", "First:\n--\n" + "\n".join(f"line {at}" for at in range(20))),
    Case("a rule", "Above\n__________\nBelow"),
    Case("an arrow", "-> this one, please"),
    Case("an address and a time", "Your colleague promised it for 03.03.2025 10:00:\n1. boots\n2. gloves"),
]


def whole_of(case: Case) -> str:
    pieces = {"t": case.text, "s": case.signature, "q": case.quoted}
    return "\n\n".join(pieces[one] for one in case.layout if pieces[one])


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_letter_is_split_as_a_person_would(case: Case) -> None:
    piles = split(whole_of(case))

    assert piles.text == case.text
    assert piles.quoted == case.quoted
    assert piles.signature == case.signature.replace("-- ", "--")  # blanks at the ends of lines go


PIECES = st.sampled_from([
    "> old", ">", ">> older", "", "new line", "On 3 Mar 2025 at 10:00, A <a@b.test> wrote:", "Иван пишет:", "From: A",
    "Sent: today", "To: B", "Subject: c", "-- ", "Sent from my iPhone", "Best,", "Anna", "-----Original Message-----",
    "_______", "Support", "yazdı:", "\u00a0", "a" * 1500, ":", "P.S. x",
])  # fmt: skip


@given(st.lists(PIECES, max_size=25))
@settings(deadline=None)
def test_no_line_is_lost_and_none_is_doubled(lines: list[str]) -> None:
    piles = split("\n".join(lines))

    kept = f"{piles.text}\n{piles.signature}\n{piles.quoted}".split("\n")
    assert Counter(line.rstrip() for line in kept if line.strip()) == Counter(
        line.rstrip() for line in lines if line.strip()
    )
    assert piles.text.strip() or not "".join(lines).strip()


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_split(text: str) -> None:
    split(text)


@pytest.mark.parametrize(
    "line",
    [
        "> a", ">" * 900, "wrote:", "On 3 Mar 2025 10:00 a@b.test wrote:", "From: a", "-- ", "Best,", "a" * 900,
        "Sent from my iPhone", "x: " * 300, "@" * 900, "2025 " * 190 + ":", "From: a\nSent: b", "> a\nwrote:",
    ],
)  # fmt: skip
def test_twice_the_lines_take_no_more_than_twice_the_time(line: str) -> None:
    """Quadratic work would take sixteen times for four times the lines; the bound leaves room for a busy machine."""

    def seconds(count: int) -> float:
        text = "\n".join([line] * count)
        begun = time.process_time()
        split(text)
        return time.process_time() - begun

    count = 400_000 // len(line) // 4
    short = min(seconds(count) for _ in range(2))
    assert seconds(count * 4) < max(10 * short, 0.05)
