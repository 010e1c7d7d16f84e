"""The demo's bot of Telegram. It lives at a Bot API of the demo's own: no account anywhere, no token of anybody's."""

from crm_store.floor import FloorStore
from crm_store.store import Store
from crm_store.telegram_bots import SqlTelegramBots
from hub.cluster.codec import encode
from hub.domain.audit import AuditAction, AuditDraft
from hub.domain.ids import DEFAULT_TENANT, TelegramBotId
from hub.domain.telegram import BotMenu, BotSecrets, BotSetup, MenuButton, TelegramBot, bot_number
from hub.ids import new_id
from hub.ports.clock import Clock
from hub.ports.telegram import TelegramBots
from hub.sealing import Seal

NAME = "demo"
USER_NAME = "kettle_demo_bot"
TOKEN = "7000000000:demo_token_that_Telegram_does_not_know"  # noqa: S105 - known to the demo's own Bot API alone
QUEUE = "support"

_WELCOME = {
    "en": "Hello, this is Kettle & Co.",
    "ru": "Здравствуйте, это Kettle & Co.",
    "tr": "Merhaba, burası Kettle & Co.",
}
_ASKED = {"en": "What is it about?", "ru": "О чём речь?", "tr": "Konu nedir?"}
_RATING = {
    "en": "How did we do?",
    "ru": "Как мы справились?",
    "tr": "Sizce nasıldık?",
}
_BUTTONS = (
    ("support", {"en": "My order", "ru": "Мой заказ", "tr": "Siparişim"}),
    ("sales", {"en": "I would like to buy something", "ru": "Хочу купить", "tr": "Bir şey almak istiyorum"}),
    ("support", {"en": "Something else", "ru": "Другое", "tr": "Başka bir şey"}),
)
_MENU_WAIT_S = 45


async def is_demos(store: TelegramBots, bot: TelegramBot) -> bool:
    """Whether it is the bot that the demo made: Telegram knows nothing of it. Raises Unavailable, Invalid."""
    return bot.name == NAME and bot_number((await store.bot_secrets(bot)).token) == bot_number(TOKEN)


async def put_demo_bot(store: Store, clock: Clock, seal: Seal) -> None:
    """Make sure that the demo's bot is there; one that people changed stays as they left it."""
    bots = SqlTelegramBots(store, encode=encode, seal=seal)
    queues = {
        queue.name: queue
        for queue in await FloorStore(store, clock, encode=encode).all_queues(DEFAULT_TENANT)
    }
    is_there = any(bot.name == NAME for bot in await bots.telegram_bots(DEFAULT_TENANT))
    if is_there or any(name not in queues for name, _ in _BUTTONS):
        return
    buttons = tuple(MenuButton(labels=labels, queue_id=queues[name].id) for name, labels in _BUTTONS)
    bot = TelegramBot(
        id=TelegramBotId(new_id()),
        tenant_id=DEFAULT_TENANT,
        name=NAME,
        queue_id=queues[QUEUE].id,
        setup=BotSetup(
            welcome=_WELCOME,
            rating=_RATING,
            menu=BotMenu(text=_ASKED, buttons=buttons, wait_s=_MENU_WAIT_S),
        ),
    )
    audit = AuditDraft(
        tenant_id=DEFAULT_TENANT,
        at=clock.now(),
        actor="demo",
        action=AuditAction.CHANGE_TELEGRAM_BOT,
        object=NAME,
    )
    await bots.put_telegram_bot(bot, seen_version=0, secrets=BotSecrets(token=TOKEN), audit=audit)
