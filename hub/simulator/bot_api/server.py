"""Telegram as bots see it: a server that speaks the Bot API (core.telegram.org/bots/api) on loopback, and the people
who write to its bots.

Updates wait until they are confirmed by `getUpdates` with a higher offset, or are delivered to a webhook again and
again until it answers 2xx, one after the other. It can be told to misbehave before or after the deed.
"""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Self

import aiohttp
from aiohttp import web

from hub.clock import SystemClock
from hub.ports.clock import Clock
from hub.simulator.bot_api.bot import Fault, LookBot, Refused, Sent, utf16
from hub.simulator.bot_api.buttons import acted, answered, edited, keyboard_changed, keyboard_of
from hub.simulator.bot_api.people import Person

DOWNLOAD_BYTES = 20 * 1000 * 1000
"""Larger files cannot be fetched by a bot."""
UPLOAD_BYTES = 50 * 1000 * 1000
"""The largest file that a bot may send."""
MESSAGE_CHARS = 4096
"""The longest text of a message, in UTF-16 code units."""
CAPTION_CHARS = 1024
"""The longest text beside a file."""

_FILES = {
    "sendPhoto": "photo",
    "sendDocument": "document",
    "sendVoice": "voice",
    "sendVideo": "video",
    "sendSticker": "sticker",
}
_SENDS = {"sendMessage", "sendLocation", *_FILES}


class BotApiLookAlike:
    """Used as `async with`. `fault_of` is asked at each request (bot, method), `told` of each message that is sent. The
    time is that of `clock`."""

    def __init__(self, port: int = 0, *, clock: Clock | None = None) -> None:
        self.bots: dict[str, LookBot] = {}
        self.people: dict[int, Person] = {}
        self.fault_of: Callable[[LookBot, str], Fault | None] = lambda _bot, _method: None
        self.told: Callable[[LookBot, Sent], None] = lambda _bot, _sent: None
        self.port = port
        self._clock = clock or SystemClock()
        self._open = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None
        self._delivering: asyncio.TaskGroup | None = None
        self._jobs: list[asyncio.Task[None]] = []

    @property
    def url(self) -> str:
        """What stands for https://api.telegram.org."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=UPLOAD_BYTES + 1_000_000)
        app.router.add_route("*", "/bot{token}/{method}", self._asked)
        app.router.add_get("/file/bot{token}/{path:.+}", self._file)
        runner = web.AppRunner(app, handle_signals=False, handler_cancellation=True, shutdown_timeout=0.1)
        async with AsyncExitStack() as stack:
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            self.port = runner.addresses[0][1]
            self._session = await stack.enter_async_context(
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))
            )
            self._delivering = await stack.enter_async_context(asyncio.TaskGroup())
            for bot in self.bots.values():
                self._deliver(bot)
            self._open = stack.pop_all()
        return self

    async def __aexit__(self, *exc: object) -> None:
        for job in self._jobs:
            job.cancel()
        self._jobs.clear()
        self._delivering = None
        await self._open.aclose()

    def bot(
        self,
        token: str = "4001:look-alike_token-of-tests_0123456789",  # noqa: S107 - nobody else knows this bot
        name: str = "shop_bot",
        *,
        first_message: int = 1,
    ) -> LookBot:
        """A new bot, as the BotFather makes one. Messages are numbered from `first_message` on."""
        made = self.bots[token] = LookBot(token, name, first_message=first_message, clock=self._clock)
        if self._delivering is not None:
            self._deliver(made)
        return made

    def person(self, number: int = 7001, name: str = "Ivan", **more: str) -> Person:
        """Somebody with Telegram."""
        return self.people.setdefault(number, Person(number, name, more))

    def _deliver(self, bot: LookBot) -> None:
        assert self._session is not None
        assert self._delivering is not None
        self._jobs.append(self._delivering.create_task(bot.deliver(self._session)))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        bot = self.bots.get(request.match_info["token"])
        name = request.match_info["path"].rpartition("/")[2]
        if bot is None or name not in bot.files:
            return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)
        bot.calls["download"] += 1
        fault = self.fault_of(bot, "download")
        if fault is not None:
            await asyncio.sleep(fault.delay_s)
            return web.Response(status=fault.code or 502)
        return web.Response(body=bot.files[name][0], content_type="application/octet-stream")

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        bot = self.bots.get(request.match_info["token"])
        if bot is None:
            return _failed(Refused(401, "Unauthorized"))
        bot.calls[method] += 1
        given: dict[str, Any] = {**request.query, **(await request.post())}
        fault = self.fault_of(bot, method)
        bot.stirred()
        try:
            if fault is not None and not fault.done:
                return await self._misbehaved(request, fault)
            result = await self._result(bot, method, given)
        except Refused as refused:
            return _failed(refused)
        finally:
            bot.stirred()
        if fault is not None:
            return await self._misbehaved(request, fault)
        return web.json_response({"ok": True, "result": result})

    async def _misbehaved(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await asyncio.sleep(fault.delay_s)
        if not fault.code:
            assert request.transport is not None
            request.transport.abort()
            await asyncio.sleep(60)  # the connection is gone: this handler is cancelled
        said = fault.said or {
            429: "Too Many Requests: retry later",
            403: "Forbidden: bot was blocked by the user",
        }.get(fault.code, "Internal Server Error")
        more = {"retry_after": fault.retry_after_s} if fault.retry_after_s else {}
        return _failed(Refused(fault.code, said, **more))

    async def _result(self, bot: LookBot, method: str, given: dict[str, Any]) -> Any:
        if method in _SENDS:
            result = _sent(self.people, bot, method, given)
            self.told(bot, bot.sent[-1])
            return result
        match method:
            case "getMe":
                return {
                    "id": bot.id,
                    "is_bot": True,
                    "first_name": bot.username,
                    "username": bot.username,
                    "can_connect_to_business": True,
                }
            case "getUpdates":
                limit = min(int(given.get("limit", 100)), 100)
                return await bot.updates(int(given.get("offset", 0)), limit, float(given.get("timeout", 0)))
            case "setWebhook":
                bot.webhook = {"url": given["url"], "secret_token": given.get("secret_token", "")}
                bot.arrived.set()
                return True
            case "deleteWebhook":
                bot.webhook = {}
                if given.get("drop_pending_updates") in {"true", "True"}:
                    bot.pending.clear()
                return True
            case "getWebhookInfo":
                return {
                    "url": bot.webhook.get("url", ""),
                    "has_custom_certificate": False,
                    "pending_update_count": len(bot.pending),
                }
            case "getFile":
                _, size = _found(bot.files, given["file_id"], "Bad Request: invalid file_id")
                if size > DOWNLOAD_BYTES:
                    raise Refused(400, "Bad Request: file is too big")
                name = given["file_id"]
                return {
                    "file_id": name,
                    "file_unique_id": f"u-{name}",
                    "file_size": size,
                    "file_path": f"documents/{name}",
                }
            case "answerCallbackQuery":
                return answered(bot, given)
            case "deleteMessage":
                bot.deleted.append((int(given["chat_id"]), int(given["message_id"])))
                return True
            case "editMessageText":
                return edited(bot, given)
            case "editMessageReplyMarkup":
                return keyboard_changed(bot, given)
            case "sendChatAction":
                _require_chat(self.people, bot, given)
                return acted(bot, given)
            case "getBusinessConnection":
                return _found(
                    bot.connections,
                    given["business_connection_id"],
                    "Bad Request: business connection not found",
                )
            case _:
                raise Refused(404, "Not Found")


def _sent(people: dict[int, Person], bot: LookBot, method: str, given: dict[str, Any]) -> dict[str, Any]:
    connection, chat_id = _require_chat(people, bot, given)
    text = given.get("text", given.get("caption", ""))
    if method == "sendMessage" and not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if utf16(text) > (MESSAGE_CHARS if method == "sendMessage" else CAPTION_CHARS):
        raise Refused(400, "Bad Request: message is too long")
    content, name = b"", ""
    if method in _FILES:
        given_file = next((one for one in given.values() if isinstance(one, web.FileField)), None)
        if given_file is None:
            raise Refused(400, "Bad Request: there is no file in the request")
        content, name = given_file.file.read(), given_file.filename
        if not content:
            raise Refused(400, "Bad Request: file must be non-empty")
    if method == "sendLocation":
        text = f"{given['latitude']},{given['longitude']}"
    done = Sent(
        method=method,
        chat_id=chat_id,
        message_id=bot.message_id(),
        text=text,
        content=content,
        file_name=name,
        connection_id=connection,
        keyboard=keyboard_of(given),
        fields={key: value for key, value in given.items() if isinstance(value, str)},
    )
    bot.sent.append(done)
    return {
        "message_id": done.message_id,
        "date": bot.now_s(),
        "chat": {"id": chat_id, "type": "private" if chat_id > 0 else "group"},
        "from": {"id": bot.id, "is_bot": True, "first_name": bot.username},
        **({"text": text} if method == "sendMessage" else {}),
        **({"reply_markup": done.keyboard} if done.keyboard else {}),
    }


def _require_chat(people: dict[int, Person], bot: LookBot, given: dict[str, Any]) -> tuple[str, int]:
    """The business connection, or none, and the chat."""
    connection = given.get("business_connection_id", "")
    chat_id = int(given["chat_id"]) if str(given.get("chat_id", "")).lstrip("-").isdigit() else 0
    if chat_id not in people and chat_id >= 0:
        raise Refused(400, "Bad Request: chat not found")
    if chat_id in bot.blocked_by:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    if connection and connection not in bot.connections:
        raise Refused(400, "Bad Request: business connection not found")
    return connection, chat_id


def _found(there: dict[str, Any], key: str, said: str) -> Any:
    if key not in there:
        raise Refused(400, said)
    return there[key]


def _failed(refused: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": str(refused)}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)
