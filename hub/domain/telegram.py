"""Bots of Telegram: an account of ours there, and updates as they came."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import Invalid
from hub.domain.ids import QueueId, TelegramBotId, TenantId, TouchId
from hub.domain.texts import is_clean_text, one_line

TELEGRAM = "telegram"
"""The channel's name."""

BUSINESS = "b:"
"""With this begins the name of a thread in which a bot writes for the owner of a business account."""

MESSAGE_UNITS = 4096
CAPTION_UNITS = 1024
"""The longest message and the longest caption, in UTF-16 code units (Bot API, `sendMessage`, `sendDocument`)."""

OWNERS_LIMIT = 50
TEXT_CHARS = 1_000
MENU_BUTTONS = 10
LABEL_CHARS = 40
MENU_SKILLS = 3
SKILL_CHARS = 60
MENU_WAIT_S = (10, 3_600)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_TOKEN = re.compile(r"([0-9]{1,20}):[A-Za-z0-9_-]{10,100}")


class UpdatesBy(StrEnum):
    """How updates come: the hub asks for them, or Telegram brings them to the hub's public address."""

    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuButton:
    """What a client may choose. `labels` by language; `queue_id` is the line that it leads to, None: the bot's own;
    `skills` with their least levels (1 to 10) are what an agent needs besides those of the line."""

    labels: dict[str, str] = field(default_factory=dict)
    queue_id: QueueId | None = None
    skills: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotMenu:
    """What a client is asked, by language, before they are in a line; nothing where there are no buttons. Whoever has
    not answered after `wait_s` gets into the bot's own line."""

    text: dict[str, str] = field(default_factory=dict)
    buttons: tuple[MenuButton, ...] = ()
    wait_s: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSetup:
    """All that a bot may choose. `groups`: what is written in groups is taken too. `business_owners`: the Telegram ids
    of those whose business chats with clients are taken; of others nothing is. `welcome`: what a client is told when
    they open a conversation, by language; `rating`: what they are asked when one with an agent is over, with buttons
    from 1 to 5. Nothing where there is no text. `menu` is asked first."""

    updates: UpdatesBy = UpdatesBy.POLLING
    language: str = "en"
    groups: bool = False
    business_owners: tuple[int, ...] = ()
    welcome: dict[str, str] = field(default_factory=dict)
    rating: dict[str, str] = field(default_factory=dict)
    menu: BotMenu = field(default_factory=BotMenu)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSecrets:
    """What nobody is shown. `webhook` is what Telegram proves itself by; the hub makes it."""

    token: str = field(default="", repr=False)
    webhook: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramBot:
    """A bot of ours. `version` is 0 before it is first put."""

    id: TelegramBotId
    tenant_id: TenantId
    name: str
    queue_id: QueueId
    enabled: bool = True
    setup: BotSetup = field(default_factory=BotSetup)
    version: int = 0

    @property
    def account(self) -> str:
        """What its touches are kept under."""
        return f"{TELEGRAM}:{self.name}"


class UpdateState(StrEnum):
    """What came of an update. `kept`: it waits to be read. `ignored`: it is nothing for us. `unreadable`: nobody knows
    what it says; it is kept as it came."""

    KEPT = "kept"
    STORED = "stored"
    IGNORED = "ignored"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpdate:
    """An update as it came. `update_id` −1: it says none. `chat`: updates of one chat are read in their order."""

    update_id: int
    chat: str
    sha256: str
    received_at: datetime
    raw: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptUpdate:
    """An update in the store. `tries` counts this claim too."""

    number: int
    bot_id: TelegramBotId
    chat: str
    received_at: datetime
    raw: bytes = field(repr=False)
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledUpdate:
    """What came of an update, and the touch it became. `keep_raw`: it stays as it came; what became a touch is kept
    there."""

    number: int
    state: UpdateState
    touch_id: TouchId | None = None
    keep_raw: bool = False


def thread_of(chat: int, connection_id: str = "") -> str:
    """What a chat is called among threads; `connection_id` is of a business chat."""
    return f"{BUSINESS}{connection_id}:{chat}" if connection_id else str(chat)


def place_of_thread(thread: str) -> tuple[int, str] | None:
    """The chat of a thread, and the connection of a business chat; None: it is no chat of Telegram."""
    connection_id, _, chat = thread.rpartition(":")
    return (int(chat), connection_id.removeprefix(BUSINESS)) if chat.lstrip("-").isdigit() else None


def bot_number(token: str) -> int:
    """The bot's own id, which its token begins with. Raises Invalid."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise Invalid("a token looks like 123456:ABC-DEF, as the BotFather gives it", field="secrets.token")
    return int(found[1])


def checked_bot(bot: TelegramBot) -> TelegramBot:
    """The bot as it is kept. Raises Invalid with the field named."""
    if not _NAME.fullmatch(bot.name):
        raise Invalid("a name has small letters, digits, - and _, at most 40", field="name")
    setup = bot.setup
    if not _LANGUAGE.fullmatch(setup.language):
        raise Invalid("a language is two or three small letters", field="setup.language")
    if len(setup.business_owners) > OWNERS_LIMIT:
        raise Invalid(f"at most {OWNERS_LIMIT} owners", field="setup.business_owners")
    _require_texts(setup.welcome, "setup.welcome")
    _require_texts(setup.rating, "setup.rating")
    _require_menu(setup.menu, setup.language)
    return bot


def _require_menu(menu: BotMenu, own: str) -> None:
    _require_texts(menu.text, "setup.menu.text")
    least, most = MENU_WAIT_S
    if not least <= menu.wait_s <= most:
        raise Invalid(f"between {least} and {most} seconds", field="setup.menu.wait_s")
    if len(menu.buttons) > MENU_BUTTONS:
        raise Invalid(f"at most {MENU_BUTTONS} buttons", field="setup.menu.buttons")
    if not menu.buttons:
        return
    if not menu.text.get(own, "").strip():
        raise Invalid(
            "a menu asks something, in the bot's own language too", field="setup.menu.text", code="empty"
        )
    for place, button in enumerate(menu.buttons):
        name = f"setup.menu.buttons.{place}.labels"
        for language, label in button.labels.items():
            if not _LANGUAGE.fullmatch(language):
                raise Invalid("a language is two or three small letters", field=name)
            if len(label) > LABEL_CHARS or one_line(label, LABEL_CHARS) != label.strip():
                raise Invalid(f"at most {LABEL_CHARS} characters in one line", field=name)
        _require_skills(button.skills, f"setup.menu.buttons.{place}.skills")
        said = in_language(button.labels, own, own)
        if not said:
            raise Invalid("a button says something, in the bot's own language too", field=name, code="empty")
        if said in (in_language(other.labels, own, own) for other in menu.buttons[:place]):
            raise Invalid("another button says the same", field=name, code="label_taken")


def _require_skills(skills: dict[str, int], field_name: str) -> None:
    if len(skills) > MENU_SKILLS:
        raise Invalid(f"at most {MENU_SKILLS} skills", field=field_name)
    for skill, level in skills.items():
        if not skill or one_line(skill, SKILL_CHARS) != skill:
            raise Invalid("a skill has a name of one line", field=field_name)
        if not 1 <= level <= 10:
            raise Invalid("a level is 1 to 10", field=field_name)


def _require_texts(texts: dict[str, str], field_name: str) -> None:
    for language, text in texts.items():
        if not _LANGUAGE.fullmatch(language):
            raise Invalid("a language is two or three small letters", field=field_name)
        if len(text) > TEXT_CHARS:
            raise Invalid(f"at most {TEXT_CHARS} characters", field=field_name)
        if not is_clean_text(text):
            raise Invalid("there are control characters in it", field=field_name, code="control_characters")


def in_language(texts: dict[str, str], language: str, own: str) -> str:
    """The text in the client's language, else in the bot's own; empty where there is none."""
    return (texts.get(language) or texts.get(own) or "").strip()


def units(text: str) -> int:
    """How long Telegram finds a text: in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)
