"""What bots ask of clients when a conversation is over."""

from collections.abc import Sequence

from hub.channels.telegram.bots import Bots
from hub.domain.telegram import in_language


class AsksOnTelegram:
    """`AsksRatings` of hub/intake/rating.py."""

    def __init__(self, bots: Bots) -> None:
        self._bots = bots

    def accounts(self) -> Sequence[str]:
        """Of bots that are on and have a text."""
        return [
            one.bot.account
            for one in self._bots.all()
            if one.bot.enabled and any(text.strip() for text in one.bot.setup.rating.values())
        ]

    def question(self, account: str, raw: bytes) -> str:
        """In the client's language, else in the bot's."""
        # loaded with the first question
        from hub.channels.telegram.parse import language_of

        opened = self._bots.named(account)
        if opened is None:
            return ""
        setup = opened.bot.setup
        return in_language(setup.rating, language_of(raw), setup.language)
