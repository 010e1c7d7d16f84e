"""Clients whom the demo's house knows by several addresses, and what they want: each begins on the site, goes on with
the bot, then by mail, and calls in the end."""

from dataclasses import dataclass

from hub.simulator.names import mail_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Regular:
    """`phone` is E.164, `telegram` the number that Telegram has for them."""

    name: str
    language: str
    phone: str
    telegram: int

    @property
    def email(self) -> str:
        """Where they write from."""
        return mail_address(self.name)


# numbers that cannot be anybody's, as those of hub/demo/people.py
REGULARS = (
    Regular(name="Nora Castellan", language="en", phone="+447700900901", telegram=7_000_000_001),
    Regular(name="Светлана Орлова", language="ru", phone="+74950000901", telegram=7_000_000_002),
    Regular(name="Selin Kurtuluş", language="tr", phone="+902120000901", telegram=7_000_000_003),
    Regular(name="Theo Ashdown", language="en", phone="+447700900902", telegram=7_000_000_004),
    Regular(name="Фёдор Гончаров", language="ru", phone="+74950000902", telegram=7_000_000_005),
    Regular(name="Tolga Erdem", language="tr", phone="+902120000902", telegram=7_000_000_006),
)
"""In the order in which they come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What somebody writes on each channel. `mended` is what their first words to the bot become when edited."""

    chat: str
    bot: str
    mended: str
    caption: str
    place: tuple[float, float]
    subject: str
    letter: str
    thanks: str


STORIES: dict[str, tuple[Story, ...]] = {
    "en": (
        Story(
            chat="Hello, the lid of my kettle arrived broken, order {order}. I have to leave in a minute.",
            bot="It is me from the chat. I am on the road til six, write to me here.",
            mended="It is me from the chat. I am on the road till six, write to me here.",
            caption="This is what the lid looks like.",
            place=(51.4545, -2.5879),
            subject="Broken lid, order {order}",
            letter="Hello,\n\nas I said in the chat, the lid is broken. The bill is with the parcel.",
            thanks="Thank you!",
        ),
        Story(
            chat="Hi, can you bring order {order} a day later? I am not at home tomorrow.",
            bot="Writing from the train: Thursday wuold be best.",
            mended="Writing from the train: Thursday would be best.",
            caption="The door is this one.",
            place=(53.8008, -1.5491),
            subject="A day later: order {order}",
            letter="Hello,\n\nhere is the new address once more in writing: 4 Mill Lane, second floor.",
            thanks="Perfect, thanks!",
        ),
    ),
    "ru": (
        Story(
            chat="Здравствуйте! В заказе {order} пришла разбитая крышка. Мне через минуту выходить.",
            bot="Это я из чата. Буду в дороге до шести, пешите сюда.",
            mended="Это я из чата. Буду в дороге до шести, пишите сюда.",
            caption="Вот так выглядит крышка.",
            place=(55.7961, 49.1064),
            subject="Разбитая крышка, заказ {order}",
            letter="Здравствуйте!\n\nКак я уже писала в чате, крышка разбита. Чек лежит в посылке.",
            thanks="Спасибо!",
        ),
        Story(
            chat="Добрый день! Можно привезти заказ {order} на день позже? Завтра меня не будет дома.",
            bot="Пишу из поезда: лучше всего в четвер.",
            mended="Пишу из поезда: лучше всего в четверг.",
            caption="Вот эта дверь.",
            place=(56.8587, 35.9176),
            subject="На день позже: заказ {order}",
            letter="Добрый день!\n\nПовторяю новый адрес письмом: Мельничный переулок, 4, второй этаж.",
            thanks="Отлично, спасибо!",
        ),
    ),
    "tr": (
        Story(
            chat="Merhaba, {order} numaralı siparişte çaydanlığın kapağı kırık geldi. Birazdan çıkmam gerekiyor.",
            bot="Sohbetteki benim. Altıya kadar yoldayım, burdan yazın.",
            mended="Sohbetteki benim. Altıya kadar yoldayım, buradan yazın.",
            caption="Kapak bu durumda.",
            place=(38.4237, 27.1428),
            subject="Kırık kapak, sipariş {order}",
            letter="Merhaba,\n\nsohbette yazdığım gibi kapak kırık. Fatura kargonun içinde.",
            thanks="Teşekkürler!",
        ),
        Story(
            chat="İyi günler, {order} numaralı siparişi bir gün sonra getirebilir misiniz? Yarın evde değilim.",
            bot="Trenden yazıyorum: perşenbe en iyisi.",
            mended="Trenden yazıyorum: perşembe en iyisi.",
            caption="Kapı bu.",
            place=(40.1885, 29.0610),
            subject="Bir gün sonra: sipariş {order}",
            letter="İyi günler,\n\nyeni adresi yazılı olarak da bildiriyorum: Değirmen Sokak 4, ikinci kat.",
            thanks="Harika, teşekkürler!",
        ),
    ),
}
"""By language, in turn."""
