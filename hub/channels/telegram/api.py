"""The Bot API through python-telegram-bot: one bot's connection, whose errors say what the hub should do about them.

A bot's token is part of every address it calls, and the library's errors may repeat it: no error of the library leaves
this module, nor is one chained to those that do.
"""

import asyncio
import logging
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

# the library is asked for spans of time as such; else it warns of each pause that Telegram asks for
os.environ.setdefault("PTB_TIMEDELTA", "1")

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from hub.channels.telegram.buttons import Buttons
from hub.domain.errors import (
    ChannelRefused,
    ChannelUnavailable,
    ChannelUncertain,
    HubError,
    NotFound,
    Unavailable,
)
from hub.domain.texts import one_line

for _name in ("httpx", "httpcore", "telegram"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)  # their lines name addresses, and so tokens

_T = TypeVar("_T")

ALLOWED = (
    "message",
    "edited_message",
    "callback_query",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
"""The kinds of update that are asked for."""

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_STATUS = re.compile(r"\(([45][0-9]{2})\)")
_CONNECTIONS = 64
_WRONG_TOKEN_S = 60.0


class OtherPoller(ChannelUnavailable):
    """Somebody else asks for the updates of this bot (409)."""

    code = "other_poller"


class WrongToken(ChannelUnavailable):
    """Telegram does not know this token."""

    code = "wrong_token"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message goes. `connection_id` is of a business chat."""

    chat_id: int
    connection_id: str = ""


class BotApi:
    """Used as `async with`."""

    def __init__(self, token: str, *, base_url: str, answer_s: float, poll_s: float) -> None:
        self._token = token
        self._base = f"{base_url}/bot{token}"
        self._files = f"{base_url}/file/bot{token}"
        self._poll_s = poll_s
        self._answer_s = answer_s
        self._request = HTTPXRequest(
            connection_pool_size=_CONNECTIONS,
            read_timeout=answer_s,
            write_timeout=answer_s,
            connect_timeout=min(5.0, answer_s),
            pool_timeout=answer_s,
            media_write_timeout=answer_s,
        )
        self._polling = HTTPXRequest(connection_pool_size=1, read_timeout=poll_s + answer_s)
        self._download = httpx.AsyncClient(timeout=answer_s)
        self._bot = Bot(
            token,
            base_url=f"{base_url}/bot",
            base_file_url=f"{base_url}/file/bot",
            request=self._request,
            get_updates_request=self._polling,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(
            self._request.shutdown(),
            self._polling.shutdown(),
            self._download.aclose(),
            return_exceptions=True,
        )

    # --- receiving ---

    async def who_am_i(self) -> str:
        """The bot's user name. Raises Unavailable."""
        found = await self._asked(self._bot.get_me)
        return one_line(found.username or "", 40)

    async def updates(self, offset: int, *, wait: bool = True) -> Sequence[Mapping[str, Any]]:
        """What came since: those before `offset` are confirmed by asking, 0 confirms nothing. May wait for the first.
        Raises Unavailable, OtherPoller, WrongToken."""
        asked = {
            "timeout": int(self._poll_s) if wait else 0,
            "limit": 100,
            "allowed_updates": _json_list(ALLOWED),
        }
        if offset:
            asked["offset"] = offset
        # as they are, each by itself: the library's own call reads all of them or none
        found = await self._asked(lambda: self._polling.post(f"{self._base}/getUpdates?{urlencode(asked)}"))
        if not isinstance(found, list):
            raise Unavailable("Telegram's answer is no list of updates", code="bad_answer")
        return found

    async def be_polled(self) -> None:
        """Have no webhook: updates wait to be asked for. Raises Unavailable."""
        await self._asked(lambda: self._bot.delete_webhook(drop_pending_updates=False))

    async def be_called(self, url: str, secret: str) -> None:
        """Have updates brought to `url`, by whoever knows `secret`. Raises Unavailable."""
        await self._asked(
            lambda: self._bot.set_webhook(url, secret_token=secret, allowed_updates=list(ALLOWED))
        )

    async def called_at(self) -> tuple[str, int, str]:
        """The webhook's address, how many updates wait for it, and what went wrong last. Raises Unavailable."""
        info = await self._asked(self._bot.get_webhook_info)
        return info.url, info.pending_update_count, one_line(info.last_error_message or "", 200)

    async def owner_of(self, connection_id: str) -> int:
        """Whose business chats these are. Raises Unavailable, NotFound."""
        try:
            found = await self._asked(lambda: self._bot.get_business_connection(connection_id))
        except ChannelRefused as error:
            raise NotFound("there is no such connection") from error
        return int(found.user.id)

    async def answer_press(self, query_id: str, text: str = "", *, alert: bool = False) -> None:
        """Tell the client's app that the button was pressed, and the client `text`; `alert`: they have to close it.
        Raises Unavailable, ChannelRefused (too late)."""
        await self._asked(
            lambda: self._bot.answer_callback_query(query_id, text=text or None, show_alert=alert or None)
        )

    async def end_buttons(self, place: Place, message_id: int, text: str) -> None:
        """The message says `text` from now on and has no buttons any more. Raises Unavailable, ChannelRefused (it does
        so already, or cannot be changed)."""
        await self._asked(
            lambda: self._bot.edit_message_text(
                text,
                chat_id=place.chat_id,
                message_id=message_id,
                business_connection_id=place.connection_id or None,
            )
        )

    async def take_buttons(self, place: Place, message_id: int) -> None:
        """The message has no buttons any more, and says what it said. Raises Unavailable, ChannelRefused (it has none,
        or cannot be changed)."""
        await self._asked(
            lambda: self._bot.edit_message_reply_markup(
                chat_id=place.chat_id,
                message_id=message_id,
                business_connection_id=place.connection_id or None,
            )
        )

    async def show_typing(self, place: Place) -> None:
        """Show the client for 5 s that somebody writes. Raises Unavailable, ChannelRefused."""
        await self._asked(
            lambda: self._bot.send_chat_action(
                place.chat_id, "typing", business_connection_id=place.connection_id or None
            )
        )

    async def file(self, file_id: str) -> AsyncIterator[bytes]:
        """The content of a file, in chunks. Raises NotFound (it cannot be had), Unavailable."""
        try:
            found = await self._asked(lambda: self._bot.get_file(file_id))
        except ChannelRefused as error:
            raise NotFound(str(error)) from error
        path = (found.file_path or "").removeprefix(f"{self._files}/")
        if not path or path.startswith(("/", "http:", "https:")) or ".." in path:
            raise NotFound("Telegram names no place of this file")
        try:
            async with self._download.stream("GET", f"{self._files}/{path}") as response:
                if response.status_code != 200:
                    raise Unavailable(f"the file was answered with {response.status_code}", code="no_file")
                async for chunk in response.aiter_bytes(64 * 1024):
                    yield chunk
        except httpx.HTTPError as error:
            why = type(error).__name__
            raise Unavailable(f"the file could not be fetched ({why})", code="no_file") from None

    # --- sending ---

    async def send_text(self, place: Place, text: str, buttons: Buttons = ()) -> str:
        """Telegram's id of the message. Raises what Channel.send may."""
        keyboard = [
            [InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in buttons
        ]
        return await self._sent(
            lambda: self._bot.send_message(
                place.chat_id,
                text,
                business_connection_id=place.connection_id or None,
                reply_markup=InlineKeyboardMarkup(keyboard) if keyboard else None,
            )
        )

    async def send_location(self, place: Place, latitude: float, longitude: float) -> str:
        """The same of a place on the map."""
        return await self._sent(
            lambda: self._bot.send_location(
                place.chat_id, latitude, longitude, business_connection_id=place.connection_id or None
            )
        )

    async def send_file(self, place: Place, kind: str, content: bytes, name: str, caption: str) -> str:
        """The same of a file. `kind`: `photo`, `video`, `voice`, `sticker`, or else it is a document."""
        more: dict[str, Any] = {"business_connection_id": place.connection_id or None}
        if kind != "sticker":
            more |= {"caption": caption or None, "filename": name}
        send: dict[str, Callable[..., Awaitable[Any]]] = {
            "photo": self._bot.send_photo,
            "video": self._bot.send_video,
            "voice": self._bot.send_voice,
            "sticker": self._bot.send_sticker,
        }
        return await self._sent(
            lambda: send.get(kind, self._bot.send_document)(place.chat_id, content, **more)
        )

    async def _sent(self, send: Callable[[], Awaitable[Any]]) -> str:
        try:
            return str((await send()).message_id)
        except TelegramError as error:
            told = self._told(error)
        raise told

    async def _asked(self, ask: Callable[[], Awaitable[_T]]) -> _T:
        """Asking twice does no harm: whatever gave no answer may be asked again."""
        try:
            return await ask()
        except TelegramError as error:
            told = self._told(error)
        raise Unavailable(str(told), code=told.stable_code) if isinstance(told, ChannelUncertain) else told

    def _told(self, error: TelegramError) -> HubError:
        """What the hub should do about it."""
        said = one_line(str(error).replace(self._token, "…"), 160)
        match error:
            case RetryAfter():
                pause = error.retry_after
                seconds = pause if isinstance(pause, int) else pause.total_seconds()
                return ChannelUnavailable(
                    "Telegram asks to wait", code="too_many", retry_after_s=float(seconds)
                )
            case Forbidden():
                return ChannelRefused(said, code="unreachable")
            case ChatMigrated():
                return ChannelRefused("the group has become another one", code="group_moved")
            case InvalidToken():
                return WrongToken("Telegram does not know this token", retry_after_s=_WRONG_TOKEN_S)
            case Conflict():
                return OtherPoller("another program asks for the updates of this bot", retry_after_s=5.0)
            case BadRequest():
                is_nobody = "chat not found" in said.lower()
                return ChannelRefused(said, code="unreachable" if is_nobody else "refused")
            case TimedOut() | NetworkError():
                return _network(error, said)
            case _:
                return ChannelUncertain(said or type(error).__name__, code="no_answer")


def _network(error: NetworkError, said: str) -> HubError:
    cause = error.__cause__
    if isinstance(cause, _NEVER_SENT):
        return ChannelUnavailable(
            f"Telegram cannot be reached ({type(cause).__name__})", code="no_connection"
        )
    if isinstance(cause, httpx.HTTPError):
        return ChannelUncertain(f"no answer came ({type(cause).__name__})", code="no_answer")
    status = _STATUS.search(said)
    if status is not None and status[1].startswith("4"):
        return ChannelRefused(said, code="refused")
    return ChannelUncertain(said, code="no_answer")


def _json_list(words: Sequence[str]) -> str:
    return "[" + ",".join(f'"{word}"' for word in words) + "]"
