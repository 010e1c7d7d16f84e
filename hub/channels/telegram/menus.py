"""What a message has to do with the menu of its bot: it is asked, it is answered in other words, or it waits there."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hub.channels.telegram.bots import Opened
from hub.domain.ids import TouchId
from hub.domain.question import AskedQuestion, AtMenu, Choice, Question, QuestionKind
from hub.domain.telegram import BotSetup, in_language
from hub.ports.clock import Clock
from hub.ports.questions import Questions

if TYPE_CHECKING:
    from hub.channels.telegram.parse import Said

_UNDER_WAY = timedelta(seconds=3)
"""What was written until so long after the menu was asked was begun before its writer saw it."""
_FRESH = timedelta(days=1)
"""So long a menu stands for whoever only opened the chat; then it is asked again."""


class Menus:
    """Of private chats with a bot, of those of a business account, and of groups, where a question is one client's."""

    def __init__(self, questions: Questions, clock: Clock) -> None:
        self._questions = questions
        self._clock = clock

    async def of(self, opened: Opened, read: "Said") -> AtMenu | None:
        """What this message, which is no button, has to do with a menu. Raises Unavailable."""
        bot = opened.bot
        if not bot.setup.menu.buttons or read.word == "edited":
            return None
        now = self._clock.now()
        standing = await self._questions.standing_menu(bot.tenant_id, bot.account, read.thread)
        if standing is not None:
            is_fresh = now - standing.asked_at < _FRESH
            is_theirs = standing.address == str(read.who.number)
            if standing.question.until is not None:
                if read.is_start:
                    return None
                return _in_its_place(standing, read.at) if is_theirs else AtMenu(waits=True)
            if is_fresh and is_theirs and not read.is_start:
                return AtMenu(answers=standing.touch_id)
        before = None if standing is None else standing.touch_id
        return _asked(bot.setup, read, now, before)


def _in_its_place(standing: AskedQuestion, at: datetime | None) -> AtMenu:
    """Something else than a press, in a conversation that is at its menu."""
    if at is not None and at <= standing.asked_at + _UNDER_WAY:
        return AtMenu(waits=True)
    return AtMenu(answers=standing.touch_id)


def _asked(setup: BotSetup, read: "Said", now: datetime, before: TouchId | None) -> AtMenu:
    menu, own, language = setup.menu, setup.language, read.who.language
    welcome = in_language(setup.welcome, language, own)
    text = in_language(menu.text, language, own)
    return AtMenu(
        asks=Question(
            kind=QuestionKind.MENU,
            choices=tuple(
                Choice(
                    label=in_language(button.labels, language, own),
                    queue_id=button.queue_id,
                    skills=button.skills,
                )
                for button in menu.buttons
            ),
            # who only opened the chat wants nothing yet: they are put into no line
            until=None if read.is_start else now + timedelta(seconds=menu.wait_s),
        ),
        text="\n\n".join(part for part in (welcome, text) if part),
        answers=before,
    )
