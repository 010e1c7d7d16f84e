"""Bodies of bots of Telegram."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, field

from agent_console.bodies import Answer, Body, Id
from hub.desk.telegram import ShownBot
from hub.domain.ids import QueueId, TelegramBotId, TenantId
from hub.domain.telegram import BotSetup, TelegramBot, UpdatesBy

BotLanguage = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$")]
BotTexts = Annotated[dict[BotLanguage, Annotated[str, Meta(max_length=1_000)]], Meta(max_length=20)]
Token = Annotated[str, Meta(max_length=140)]


class TelegramMenuButtonBody(Body, frozen=True, kw_only=True):
    """What a client may choose: its label by language, the queue that it leads to (null: the bot's own), and what an
    agent needs besides that queue's skills, with the least levels."""

    labels: Annotated[dict[BotLanguage, Annotated[str, Meta(max_length=40)]], Meta(max_length=20)]
    queue_id: Id | None = None
    skills: Annotated[
        dict[Annotated[str, Meta(min_length=1, max_length=60)], Annotated[int, Meta(ge=1, le=10)]],
        Meta(max_length=3),
    ] = field(default_factory=dict)


class TelegramMenuBody(Body, frozen=True, kw_only=True):
    """What a client is asked before they are in a line; without buttons nothing is. After `wait_s` without an answer
    they get into the bot's own queue."""

    text: BotTexts = field(default_factory=dict)
    buttons: Annotated[tuple[TelegramMenuButtonBody, ...], Meta(max_length=10)] = ()
    wait_s: Annotated[int, Meta(ge=10, le=3_600)] = 120


class TelegramSetupBody(Body, frozen=True, kw_only=True):
    """All that a bot may choose: how updates come, whether groups are taken, whose business chats are (Telegram ids),
    what a client is told when they open a conversation, what they are asked first and when one is over, by language."""

    updates: UpdatesBy = UpdatesBy.POLLING
    language: BotLanguage = "en"
    groups: bool = False
    business_owners: Annotated[
        tuple[Annotated[int, Meta(ge=1, le=9_007_199_254_740_991)], ...], Meta(max_length=50)
    ] = ()
    welcome: BotTexts = field(default_factory=dict)
    rating: BotTexts = field(default_factory=dict)
    menu: TelegramMenuBody = field(default_factory=TelegramMenuBody)


class TelegramBotBody(Body, frozen=True, kw_only=True):
    """A bot of ours. An empty token leaves the one there is; it is never answered."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    queue_id: Id
    enabled: bool = True
    setup: TelegramSetupBody = field(default_factory=TelegramSetupBody)
    token: Token = ""

    def bot(self, bot_id: str) -> TelegramBot:
        """What it says."""
        return TelegramBot(
            id=TelegramBotId(bot_id),
            tenant_id=TenantId(""),
            name=self.name,
            queue_id=QueueId(self.queue_id),
            enabled=self.enabled,
            setup=msgspec.convert(msgspec.to_builtins(self.setup), BotSetup),
        )


class TelegramBotChange(Body, frozen=True, kw_only=True):
    """A bot as it is to be, and the version it is changed from."""

    version: Annotated[int, Meta(ge=1)]
    bot: TelegramBotBody


class TelegramTrial(Body, frozen=True, kw_only=True):
    """A token to be tried out; empty: that of the kept bot."""

    bot_id: Id | None = None
    token: Token = ""
    updates: UpdatesBy = UpdatesBy.POLLING


class TelegramTried(Answer, frozen=True, kw_only=True):
    """Whether Telegram knows it, and the bot's name or what is wrong, in English; `code` names that sentence, and
    `quote` of `values` is in Telegram's own words."""

    ok: bool
    said: str
    code: str = ""
    values: dict[str, str | int] = field(default_factory=dict)


class TelegramBotView(Answer, frozen=True, kw_only=True):
    """A bot. `receiving` and `sending` say how it fares: `off`, `unknown` (not tried yet), `works`, `broken`; `trouble`
    why, in English; `trouble_code` names that sentence, and `quote` of `trouble_values` is in Telegram's own words.
    `username` is empty until Telegram said it."""

    id: str
    version: int
    name: str
    queue_id: str
    enabled: bool
    setup: TelegramSetupBody
    has_token: bool
    username: str
    receiving: str
    sending: str
    since: datetime | None
    trouble: str
    trouble_code: str = ""
    trouble_values: dict[str, str | int] = field(default_factory=dict)


class TelegramBotPage(Answer, frozen=True, kw_only=True):
    """All bots, by name."""

    items: tuple[TelegramBotView, ...]
    next: str | None = None


def bot_view(shown: ShownBot) -> TelegramBotView:
    """A bot as it is answered."""
    bot, standing = shown.bot, shown.standing
    trouble = None if standing is None else standing.trouble
    return TelegramBotView(
        id=bot.id,
        version=bot.version,
        name=bot.name,
        queue_id=bot.queue_id,
        enabled=bot.enabled,
        setup=msgspec.convert(msgspec.to_builtins(bot.setup), TelegramSetupBody),
        has_token=shown.has_token,
        username="" if standing is None else standing.username,
        receiving="off" if standing is None else standing.receiving,
        sending="off" if standing is None else standing.sending,
        since=None if standing is None else standing.since,
        trouble="" if trouble is None else trouble.text,
        trouble_code="" if trouble is None else trouble.code,
        trouble_values={} if trouble is None else dict(trouble.values),
    )
