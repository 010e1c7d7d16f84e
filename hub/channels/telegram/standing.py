"""How each bot is doing: what it does now, since when, and what went wrong last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.channels.telegram.bots import Bots
from hub.channels.telegram.told import told_by
from hub.domain.errors import HubError
from hub.domain.ids import TelegramBotId
from hub.domain.mail_told import Told
from hub.ports.clock import Clock
from hub.ports.telegram import BotStanding


@dataclass(slots=True)
class _State:
    word: str
    since: datetime
    trouble: Told | None = None


class Standings:
    """`BotStandings` of hub/ports/telegram.py. Receivers and the sender tell it how they fare."""

    def __init__(self, bots: Bots, clock: Clock) -> None:
        self._bots = bots
        self._clock = clock
        self._receiving: dict[TelegramBotId, _State] = {}
        self._sending: dict[TelegramBotId, _State] = {}
        self._usernames: dict[TelegramBotId, str] = {}

    def receiving(self, bot_id: TelegramBotId, trouble: Told | None) -> None:
        """Updates come, or do not because of some trouble."""
        _note(self._receiving, bot_id, trouble, self._clock.now())

    def sent(self, bot_id: TelegramBotId, trouble: Told | None) -> None:
        """Something was sent, or could not be."""
        _note(self._sending, bot_id, trouble, self._clock.now())

    def called(self, bot_id: TelegramBotId, username: str) -> None:
        """Telegram said the bot's name."""
        self._usernames[bot_id] = username

    def standings(self) -> Sequence[BotStanding]:
        """See the port."""
        found = []
        for opened in self._bots.all():
            bot = opened.bot
            if not bot.enabled:
                continue
            receiving, sending = self._receiving.get(bot.id), self._sending.get(bot.id)
            states = [state for state in (receiving, sending) if state is not None]
            found.append(
                BotStanding(
                    bot_id=bot.id,
                    receiving="unknown" if receiving is None else receiving.word,
                    sending="unknown" if sending is None else sending.word,
                    since=max((state.since for state in states), default=self._clock.now()),
                    trouble=next((state.trouble for state in states if state.trouble), None),
                    username=self._usernames.get(bot.id, ""),
                )
            )
        return found

    async def try_out(self, token: str) -> tuple[bool, Told]:
        """See the port."""
        if not token:
            return False, Told(code="no_token", text="there is no token")
        try:
            async with self._bots.connection(token) as api:
                return True, Told(code="", text=f"@{await api.who_am_i()}")
        except HubError as error:
            return False, told_by(error)


def _note(
    states: dict[TelegramBotId, _State], bot_id: TelegramBotId, trouble: Told | None, now: datetime
) -> None:
    word, before = ("broken" if trouble else "works"), states.get(bot_id)
    if before is None or before.word != word:
        states[bot_id] = _State(word, now, trouble)
    else:
        before.trouble = trouble
