"""Buttons of ours that were pressed. Whatever a button brings, only what the store knows counts: a question that was
asked in this chat, of this client, and that stands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from hub.channels.telegram.bots import Bots, Opened
from hub.channels.telegram.buttons import pressed_of
from hub.channels.telegram.words import told
from hub.domain.errors import Conflict, HubError, NotFound
from hub.domain.question import AskedQuestion, AtMenu, Choice, QuestionKind
from hub.ports.clock import Clock
from hub.ports.questions import Questions

if TYPE_CHECKING:
    from hub.channels.telegram.parse import Said

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a client chose of a menu that stands: `place` among its choices."""

    asked: AskedQuestion
    place: int

    @property
    def choice(self) -> Choice:
        """What they chose."""
        return self.asked.question.choices[self.place]

    @property
    def at_menu(self) -> AtMenu:
        """What their touch has to do with the menu."""
        return AtMenu(answers=self.asked.touch_id, choice=self.place, queue_id=self.choice.queue_id)


class Presses:
    """Takes them."""

    def __init__(self, bots: Bots, questions: Questions, clock: Clock) -> None:
        self._bots = bots
        self._questions = questions
        self._clock = clock

    async def taken(self, opened: Opened, read: "Said") -> "str | Chosen":
        """Take the press of a button of ours, and answer it; what came of it in a word: `rated`, `stale_press`. What
        was chosen of a menu is to be kept first, and then told (`chosen`, `refused`).

        The same press again changes nothing. Raises Unavailable: nothing was taken, and it comes again.
        """
        asked, choice = await self._asked(opened, read)
        languages = _languages(opened, read)
        if asked is None:
            await self.answer(opened, read.query_id, told("not_valid", languages))
            return "stale_press"
        if asked.address != str(read.who.number):
            # in a group, and in the chat of a business account, others see the buttons too
            await self.answer(opened, read.query_id, told("not_yours", languages), alert=True)
            return "stale_press"
        if asked.question.kind is QuestionKind.MENU:
            return await self._of_menu(opened, read, Chosen(asked=asked, place=choice))
        try:
            score = await self._questions.rate(asked, choice, self._clock.now())
        except (Conflict, NotFound) as error:
            log.info("telegram_press_not_counted", bot=opened.bot.name, why=error.stable_code)
            await self.answer(opened, read.query_id, told("too_late", languages))
            await self._end_buttons(opened, read, asked.text)
            return "stale_press"
        stars = "★" * score + "☆" * (len(asked.question.choices) - score)
        said = told("rated", languages, stars)
        await self.answer(opened, read.query_id, said)
        await self._end_buttons(opened, read, f"{asked.text}\n\n{said}")
        return "rated"

    async def chosen(self, opened: Opened, read: "Said", chosen: "Chosen") -> None:
        """It was kept: the client sees what they chose."""
        await self.answer(opened, read.query_id)
        await self._end_buttons(opened, read, f"{chosen.asked.text}\n\n✓ {chosen.choice.label}")

    async def refused(self, opened: Opened, read: "Said") -> None:
        """Another choice was faster."""
        await self.answer(opened, read.query_id, told("not_valid", _languages(opened, read)))

    async def _of_menu(self, opened: Opened, read: "Said", chosen: "Chosen") -> "str | Chosen":
        asked = chosen.asked
        if asked.settled_at is None:
            return chosen
        if asked.answer == chosen.place:  # it was taken, and perhaps not told
            await self.chosen(opened, read, chosen)
            return "stale_press"
        await self.refused(opened, read)
        label = "" if asked.answer is None else f"\n\n✓ {asked.question.choices[asked.answer].label}"
        await self._end_buttons(opened, read, asked.text + label)
        return "stale_press"

    async def answer(self, opened: Opened, query_id: str, text: str = "", *, alert: bool = False) -> None:
        """The client's app waits to be told that the press was taken. Never fails for it."""
        try:
            await self._bots.api(opened).answer_press(query_id, text, alert=alert)
        except HubError as error:
            # the client's app stops waiting by itself; the press is taken all the same
            log.info("telegram_press_not_answered", bot=opened.bot.name, why=error.stable_code)

    async def _asked(self, opened: Opened, read: "Said") -> tuple[AskedQuestion | None, int]:
        touch_id, choice = pressed_of(read.pressed) or (None, 0)
        if touch_id is None:
            return None, 0
        asked = await self._questions.question(opened.bot.tenant_id, touch_id)
        if asked is None:
            return None, choice
        is_here = (asked.account, asked.thread) == (opened.bot.account, read.thread)
        return (asked if is_here and choice < len(asked.question.choices) else None), choice

    async def _end_buttons(self, opened: Opened, read: "Said", text: str) -> None:
        # loaded with the first press
        from hub.channels.telegram.api import Place

        if not read.message_id:
            return
        try:
            place = Place(chat_id=read.chat, connection_id=read.connection_id)
            await self._bots.api(opened).end_buttons(place, read.message_id, text)
        except HubError as error:
            # one that was pressed before says so already; whoever presses it again is told again
            log.info("telegram_buttons_not_ended", bot=opened.bot.name, why=error.stable_code)


def _languages(opened: Opened, read: "Said") -> tuple[str, str]:
    return read.who.language, opened.bot.setup.language
