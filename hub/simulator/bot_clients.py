"""Simulated clients who write to a bot: they choose in its menu, send words, pictures, files, voices, places and
stickers, mend what they wrote, wait for an answer, and rate it. They are people of a Bot API of our own."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import cycle

from hub.simulator import carried
from hub.simulator.bot_api.bot import LookBot, Sent
from hub.simulator.bot_api.people import Person
from hub.simulator.bot_api.server import BotApiLookAlike
from hub.simulator.names import NAMES
from hub.simulator.pictures import picture

_FIRST_NUMBER = 7_100_000_000
"""Of those who come to the bot only. The same name has the same number, so that they come again as whom they were."""
_PLACES = ((51.4545, -2.5879), (55.7961, 49.1064), (38.4237, 27.1428))


class Deed(StrEnum):
    """What somebody sends beside words, or does with them."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"
    LOCATION = "location"
    STICKER = "sticker"
    EDIT = "edit"


DEEDS = tuple(Deed)
"""In turn, one a client."""

WORDS: dict[str, tuple[str, ...]] = {
    "en": (
        "Hello! Is the green kettle in stock?",
        "My parcel {order} has stopped in Bristol. What now?",
        "Can I still change my order {order}?",
        "Do you send gifts wrapped?",
    ),
    "ru": (
        "Здравствуйте! Зелёный чайник есть в наличии?",
        "Посылка {order} застряла в Твери. Что делать?",
        "Можно ещё изменить заказ {order}?",
        "Вы упаковываете подарки?",
    ),
    "tr": (
        "Merhaba! Yeşil çaydanlık stokta var mı?",
        "{order} numaralı kargom Bursa'da kaldı. Ne yapmalıyım?",
        "{order} numaralı siparişi hâlâ değiştirebilir miyim?",
        "Hediye paketi yapıyor musunuz?",
    ),
}
"""What they want, by language."""

AFTERTHOUGHT = {
    "en": "(sorry, wrong number)",
    "ru": "(простите, ошибся номером)",
    "tr": "(pardon, numara yanlıştı)",
}
THANKS = {"en": "Thank you!", "ru": "Спасибо!", "tr": "Teşekkürler!"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast people are: `think_s` before each thing they do; `menu_s` they wait for a menu, `patience_s` for an
    answer, `rating_s` for the question how it was."""

    think_s: tuple[float, float] = (2.0, 6.0)
    menu_s: float = 10.0
    patience_s: float = 240.0
    rating_s: float = 900.0


@dataclass(slots=True)
class BotTally:
    """What clients of the bot did. `answered`: they got an answer by somebody of ours."""

    came: int = 0
    answered: int = 0
    chosen: int = 0
    rated: int = 0
    deeds: list[Deed] = field(default_factory=list)


@dataclass(eq=False)
class BotChat:
    """One person's side of their chat with the bot, from now on."""

    bot: LookBot
    person: Person

    def __post_init__(self) -> None:
        self._from = len(self.bot.sent)

    def read(self) -> None:
        """What came so far is nothing new any more."""
        self._from = len(self.bot.sent)

    def heard(self, wanted: Callable[[Sent], bool]) -> Sent | None:
        """The first message of that sort since."""
        mine = (one for one in self.bot.sent[self._from :] if one.chat_id == self.person.id)
        return next((one for one in mine if wanted(one)), None)

    async def wait_for(self, wanted: Callable[[Sent], bool], within_s: float) -> Sent | None:
        """The same, waited for; None when none came."""
        with suppress(TimeoutError):
            await self.bot.until(lambda: self.heard(wanted) is not None, within_s)
        return self.heard(wanted)

    def presses_one(self, asked: Sent, rng: random.Random) -> None:
        """Press one of its buttons."""
        labels = [button["text"] for row in asked.keyboard["inline_keyboard"] for button in row]
        self.person.taps(self.bot, asked, rng.choice(labels))


def asks(sent: Sent) -> bool:
    """Whether it is a question with buttons: the hub's own."""
    return bool(sent.keyboard)


def asks_how_it_was(sent: Sent) -> bool:
    """Whether its buttons are stars."""
    return any("★" in button["text"] for row in sent.keyboard.get("inline_keyboard", ()) for button in row)


def answers(sent: Sent) -> bool:
    """Whether it is what somebody of ours wrote: the demo's bot says nothing else without buttons."""
    return not sent.keyboard


@dataclass(eq=False)
class BotClients:
    """Those who come to `bot`. `at_most_waiting` of them wait for an answer at a time; then nobody else comes."""

    api: BotApiLookAlike
    bot: LookBot
    rng: random.Random
    pace: Pace = field(default_factory=Pace)
    at_most_waiting: int = 3
    tally: BotTally = field(default_factory=BotTally)

    def __post_init__(self) -> None:
        self._deeds = cycle(DEEDS)
        self._presses = cycle((True, True, False))
        self._waiting: dict[int, BotChat] = {}

    @property
    def waiting(self) -> int:
        """How many have written and nobody of ours has answered, whether they are still looking or not."""
        for number in [n for n, chat in self._waiting.items() if chat.heard(answers)]:
            del self._waiting[number]
        return len(self._waiting)

    def somebody(self) -> tuple[Person, str]:
        """Whoever comes, and their language; nobody who waits already."""
        language = self.rng.choice(tuple(NAMES))
        languages, names = list(NAMES), NAMES[language]
        place = self.rng.randrange(len(names))
        number = _FIRST_NUMBER + 100 * languages.index(language) + place
        first, _, last = names[place].partition(" ")
        return self.api.person(number, first, last_name=last, language_code=language), language

    async def come(self, gap_s: tuple[float, float]) -> None:
        """One after the other, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await asyncio.sleep(self.rng.uniform(*gap_s))
                person, language = self.somebody()
                if self.waiting < self.at_most_waiting and person.id not in self._waiting:
                    group.create_task(self.play(person, language), name="client of the bot")

    async def play(self, person: Person, language: str) -> None:
        """One chat from beginning to end."""
        chat = BotChat(self.bot, person)
        self.tally.came += 1
        self._waiting[person.id] = chat
        person.writes(self.bot, "/start")
        menu = await chat.wait_for(asks, self.pace.menu_s)
        await self.think()
        if menu is not None and next(self._presses):
            chat.presses_one(menu, self.rng)
            self.tally.chosen += 1
            await self.think()
        words = self.rng.choice(WORDS[language]).format(order=self.rng.randint(40_000, 99_999))
        written = person.writes(self.bot, words)
        await self.think()
        await self.do(next(self._deeds), person, language, written)
        if await chat.wait_for(answers, self.pace.patience_s) is None:
            return
        self.tally.answered += 1
        chat.read()
        await self.think()
        person.writes(self.bot, THANKS[language])
        await self.rate(chat)

    async def rate(self, chat: BotChat) -> None:
        """Answer the question how it was, if it comes."""
        asked = await chat.wait_for(asks_how_it_was, self.pace.rating_s)
        if asked is not None:
            await self.think()
            chat.presses_one(asked, self.rng)
            self.tally.rated += 1

    async def do(self, deed: Deed, person: Person, language: str, written: dict[str, object]) -> None:
        """Send one of these, or mend what was `written`."""
        self.tally.deeds.append(deed)
        bot = self.bot
        match deed:
            case Deed.PHOTO:
                person.sends_photo(bot, picture(self.rng))
            case Deed.DOCUMENT:
                order = str(self.rng.randint(40_000, 99_999))
                person.sends_document(bot, carried.bill(order), name=f"bill-{order}.pdf")
            case Deed.VOICE:
                person.sends_voice(bot, await asyncio.to_thread(carried.spoken, language))
            case Deed.LOCATION:
                person.sends_location(
                    bot, *self.rng.choice(((51.4545, -2.5879), (55.7961, 49.1064), (38.4237, 27.1428)))
                )
            case Deed.STICKER:
                person.sends_sticker(bot, await asyncio.to_thread(carried.sticker, self.rng))
            case Deed.EDIT:
                message = written["message"]
                assert isinstance(message, dict)
                person.edits(bot, written, f"{message['text']} {AFTERTHOUGHT[language]}")

    async def think(self) -> None:
        """As long as people do."""
        await asyncio.sleep(self.rng.uniform(*self.pace.think_s))
