"""From an update to what it says; without I/O. Loaded with the first update, as python-telegram-bot takes a second."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, Message, Update, User

from hub.domain.telegram import thread_of
from hub.domain.texts import one_line, written_text

_TEXT_CHARS = 8_000
_NAME_CHARS = 120
_READ_KINDS = (
    "message",
    "edited_message",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "callback_query",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileThere:
    """A file at Telegram. `size_bytes` 0: nobody said."""

    file_id: str
    unique_id: str
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who did it."""

    number: int
    name: str
    username: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a client did. `word` names the line of words.py that `text` is put into, if any; `key` tells it from all
    else that ever happened in this bot's chats; `phone` is the client's own number, as Telegram knows it. `pressed` is
    what the button brings, `message_id` the message that it is under, 0 where that is gone."""

    key: str
    chat: int
    who: Who
    at: datetime | None = None
    text: str = ""
    word: str = ""
    file: FileThere | None = None
    phone: str = ""
    in_group: bool = False
    connection_id: str = ""
    query_id: str = ""
    pressed: str = ""
    message_id: int = 0
    is_start: bool = False

    @property
    def thread(self) -> str:
        """What the chat is called among threads."""
        return thread_of(self.chat, self.connection_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """Messages of a business chat were deleted. `keys` are those of the messages."""

    chat: int
    who: Who
    connection_id: str
    keys: tuple[str, ...]

    @property
    def thread(self) -> str:
        """What the chat is called among threads."""
        return thread_of(self.chat, self.connection_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """An update that is nothing for us, and why in a word. `query_id`: a button was pressed all the same."""

    why: str
    query_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Illegible:
    """An update that nobody can read."""

    why: str


Read = Said | Removed | Nothing | Illegible


def read_update(raw: bytes) -> Read:
    """What the update says. Never raises for what is in it."""
    try:
        data = json.loads(raw)
        if not isinstance(data, dict):
            return Illegible(why="no_object")
        if b"\\ud" in raw.lower():  # half a pair cannot be kept as text
            data = json.loads(json.dumps(data, ensure_ascii=False).encode(errors="replace"))
        update = Update.de_json(data, None)
        return _read(update, data)
    # an incomplete update fails in many ways: whatever is in it, it is kept as it came and the next one is read
    except Exception as error:  # noqa: BLE001
        return Illegible(why=type(error).__name__)


def of_account(read: Said | Removed, owner: int) -> Said | Removed:
    """What was read in a business chat, of its owner's account. Each numbers its messages by itself: one client has the
    same numbers with two of them and with the bot."""
    if isinstance(read, Removed):
        return replace(read, keys=tuple(f"of:{owner}:{key}" for key in read.keys))
    return replace(read, key=f"of:{owner}:{read.key}")


def is_same(raw: bytes, other: bytes) -> bool:
    """Whether two updates, whatever their form, say the same."""
    one, two = read_update(raw), read_update(other)
    if not isinstance(one, Said) or not isinstance(two, Said):
        return isinstance(one, Removed) and isinstance(two, Removed) and one.keys == two.keys
    files = [said.file.unique_id if said.file else "" for said in (one, two)]
    return (one.text, one.word, one.phone, files[0]) == (two.text, two.word, two.phone, files[1])


def _read(update: Update, data: Mapping[str, Any]) -> Read:
    if sum(data.get(kind) is not None for kind in _READ_KINDS) > 1:
        return Illegible(why="several_kinds")  # Telegram sends none, and half of it would be lost
    if update.callback_query is not None:
        return _pressed(update.callback_query)
    if (removed := update.deleted_business_messages) is not None:
        chat = removed.chat
        return Removed(
            chat=chat.id,
            who=Who(number=chat.id, name=_name_of(chat), username=chat.username or "", language=""),
            connection_id=removed.business_connection_id,
            keys=tuple(_key(chat.id, number) for number in removed.message_ids[:100]),
        )
    edited = update.edited_message or update.edited_business_message
    message = update.message or update.business_message or edited
    if message is None:
        if len(data) > 1:
            return Nothing(why="other_kind")
        return Illegible(why="empty")
    if message.from_user is None or message.from_user.is_bot:
        return Nothing(why="by_nobody")
    return _written(message, message.from_user, is_edit=edited is not None)


def _written(message: Message, user: User, *, is_edit: bool) -> Read:
    found = _content(message, user)
    if found is None:
        return Nothing(why="service")
    text, word, file, phone = found
    key = _key(message.chat.id, message.message_id)
    at = message.date
    if is_edit:
        at = message.edit_date or message.date
        digest = hashlib.sha256(f"{text}\n{file.unique_id if file else ''}".encode()).hexdigest()[:12]
        key, word = f"{key}:edit:{int(at.timestamp())}:{digest}", "edited"
    return Said(
        key=key,
        chat=message.chat.id,
        who=_who(user),
        at=at,
        text=text,
        word=word,
        file=file,
        phone=phone,
        in_group=message.chat.type != Chat.PRIVATE,
        connection_id=message.business_connection_id or "",
        is_start=text == "/start" and not is_edit,
    )


def _content(message: Message, user: User) -> tuple[str, str, FileThere | None, str] | None:
    """Text, the word it is put into, the file, and the client's own number; None for what is no content."""
    text = written_text((message.text or message.caption or "")[:_TEXT_CHARS])
    if (contact := message.contact) is not None:
        name = one_line(f"{contact.first_name} {contact.last_name or ''}", _NAME_CHARS)
        is_own = contact.user_id == user.id
        shown = one_line(contact.phone_number, 40)
        return (
            (shown, "own_number", None, contact.phone_number)
            if is_own
            else (f"{name} {shown}", "contact", None, "")
        )
    if (place := message.venue) is not None:
        where = place.location
        line = one_line(f"{place.title}, {place.address}", 300)
        return f"{line}\ngeo:{where.latitude},{where.longitude}", "", None, ""
    if (where_now := message.location) is not None:
        return f"geo:{where_now.latitude},{where_now.longitude}", "", None, ""
    if (sticker := message.sticker) is not None:
        ends = ("webm", "video/webm") if sticker.is_video else ("tgs", "application/gzip")
        end, media_type = ends if sticker.is_video or sticker.is_animated else ("webp", "image/webp")
        return sticker.emoji or "", "", _file(sticker, f"sticker.{end}", media_type), ""
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return text, "", _file(largest, "photo.jpg", "image/jpeg"), ""
    for attached, name, media_type in (
        (message.animation, "animation.mp4", "video/mp4"),
        (message.document, "file", "application/octet-stream"),
        (message.voice, "voice.ogg", "audio/ogg"),
        (message.audio, "audio.mp3", "audio/mpeg"),
        (message.video, "video.mp4", "video/mp4"),
        (message.video_note, "video.mp4", "video/mp4"),
    ):
        if attached is not None:
            return text, "", _file(attached, name, media_type), ""
    if text:
        return text, "", None, ""
    if (dice := message.dice) is not None:
        return f"{dice.emoji} {dice.value}", "", None, ""
    for kind in ("poll", "story", "game", "paid_media", "checklist", "invoice"):
        if getattr(message, kind, None) is not None:
            return kind.replace("_", " "), "other", None, ""
    return None


def _file(attached: Any, name: str, media_type: str) -> FileThere:
    """What is said of a file; its name and its type are only labels."""
    return FileThere(
        file_id=attached.file_id,
        unique_id=attached.file_unique_id,
        name=one_line(getattr(attached, "file_name", None) or name, _NAME_CHARS) or name,
        media_type=one_line(getattr(attached, "mime_type", None) or media_type, 100),
        size_bytes=attached.file_size or 0,
    )


def _pressed(query: CallbackQuery) -> Read:
    message = query.message
    if message is None:
        return Nothing(why="button_elsewhere", query_id=query.id)
    label = query.data or ""
    keyboard = (
        message.reply_markup.inline_keyboard if isinstance(message, Message) and message.reply_markup else ()
    )
    for row in keyboard:
        for button in row:
            if button.callback_data == query.data:
                label = button.text
    return Said(
        key=f"press:{query.id}",
        chat=message.chat.id,
        who=_who(query.from_user),
        text=one_line(label, 200),
        word="pressed",
        in_group=message.chat.type != Chat.PRIVATE,
        connection_id=(message.business_connection_id or "") if isinstance(message, Message) else "",
        query_id=query.id,
        pressed=query.data or "",
        message_id=message.message_id if isinstance(message, Message) else 0,
    )


def _key(chat: int, number: int) -> str:
    if type(chat) is not int or type(number) is not int:
        raise TypeError("ids are whole numbers")
    return f"{chat}:{number}"


def _who(user: User) -> Who:
    return Who(
        number=user.id,
        name=one_line(f"{user.first_name} {user.last_name or ''}", _NAME_CHARS),
        username=one_line(user.username or "", 40),
        language=one_line(user.language_code or "", 8).partition("-")[0],
    )


def _name_of(chat: Chat) -> str:
    return one_line(chat.full_name or chat.title or "", _NAME_CHARS)


def language_of(raw: bytes) -> str:
    """The language of whoever wrote the message of this update, as their app says; empty: unknown."""
    try:
        update = json.loads(raw)
        message = update["message"] if "message" in update else update["business_message"]
        return one_line(str(message["from"]["language_code"]), 8).partition("-")[0]
    except (ValueError, RecursionError, KeyError, TypeError):
        return ""


def window_began(raw: bytes) -> int | None:
    """When the client wrote this message of a business chat, in seconds; None: it is of none, or does not say."""
    try:
        date = json.loads(raw)["business_message"]["date"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return None
    return date if isinstance(date, int) else None


def place_of(raw: bytes) -> tuple[int, str, bytes]:
    """The update's id and its chat, as far as they can be told without reading the rest (−1 and "" where they cannot),
    and the update in a form that is the same whichever way it came."""
    try:
        data = json.loads(raw)
        canonical = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return -1, "", raw
    if not isinstance(data, dict):
        return -1, "", canonical
    update_id = data.get("update_id")
    number = update_id if isinstance(update_id, int) and 0 <= update_id < 1 << 62 else -1
    for what in data.values():
        if not isinstance(what, dict):
            continue
        inner = what["message"] if isinstance(what.get("message"), dict) else what
        chat = inner.get("chat")
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            connection = inner.get("business_connection_id", "")
            return (
                number,
                one_line(f"{connection!s:.64}:{chat['id']}".encode(errors="replace").decode(), 100),
                canonical,
            )
    return number, "", canonical
