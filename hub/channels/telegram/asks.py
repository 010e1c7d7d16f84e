"""What bots ask of clients when a conversation is over."""

from collections.abc import Sequence

from hub.channels.telegram.bots import Bots
from hub.channels.telegram.channel import SPEC
from hub.domain.telegram import in_language
from hub.ports.clock import Clock


class AsksOnTelegram:
    """`AsksRatings` of hub/intake/rating.py."""

    def __init__(self, bots: Bots, clock: Clock) -> None:
        self._bots = bots
        self._clock = clock

    def accounts(self) -> Sequence[str]:
        """Of bots that are on and have a text."""
        return [
            one.bot.account
            for one in self._bots.all()
            if one.bot.enabled and any(text.strip() for text in one.bot.setup.rating.values())
        ]

    def question(self, account: str, raw: bytes) -> str:
        """In the client's language, else in the bot's; nothing once a business chat takes no replies any more."""
        # loaded with the first question
        from hub.channels.telegram.parse import language_of, window_began

        opened = self._bots.named(account)
        if opened is None:
            return ""
        began = window_began(raw)
        if began is not None and self._clock.now().timestamp() - began > (SPEC.limits.reply_window_s or 0):
            return ""
        setup = opened.bot.setup
        return in_language(setup.rating, language_of(raw), setup.language)
