"""Where Telegram brings updates: `POST /hooks/telegram/<bot>`. Whoever does not know the bot's secret is nobody."""

import hmac
from collections.abc import Callable

from aiohttp import web

from hub.channels.telegram.bots import Bots, Opened
from hub.channels.telegram.keeping import Keeping
from hub.channels.telegram.receiving import HOOK
from hub.domain.errors import Unavailable
from hub.domain.telegram import UpdatesBy

_SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_NO_SECRET = b"\0" * 32


class Webhook:
    """`told` hears what came of each request that was refused, in a word."""

    def __init__(
        self, bots: Bots, keeping: Keeping, *, update_bytes: int, told: Callable[[str], None]
    ) -> None:
        self._bots = bots
        self._keeping = keeping
        self._update_bytes = update_bytes
        self._told = told

    def routes(self) -> list[web.RouteDef]:
        """The routes."""
        return [web.post(HOOK + "{name}", self.brought)]

    async def brought(self, request: web.Request) -> web.Response:
        """One update: 200 after its commit. 401 for whoever does not know the secret, 413 beyond the limit, 503 while
        it cannot be kept: it comes again."""
        opened = self._proved(request)
        if opened is None:
            self._told("wrong_secret")
            return web.Response(status=401)
        if (request.content_length or 0) > self._update_bytes:
            self._told("too_large")
            return web.Response(status=413)
        raw = bytearray()
        async for chunk in request.content.iter_chunked(64 * 1024):
            raw += chunk
            if len(raw) > self._update_bytes:
                self._told("too_large")
                return web.Response(status=413)
        try:
            await self._keeping.keep(opened.bot, bytes(raw))
        except Unavailable as error:
            self._told("not_kept")
            return web.Response(status=503, headers={"Retry-After": str(max(1, round(error.retry_after_s)))})
        return web.Response()

    def _proved(self, request: web.Request) -> Opened | None:
        """The bot, if the request proves to be Telegram's. It takes as long for a bot that is not there."""
        opened = self._bots.called(request.match_info["name"])
        is_ours = (
            opened is not None
            and opened.bot.enabled
            and opened.bot.setup.updates is UpdatesBy.WEBHOOK
            and len(opened.secrets.webhook) >= 32
        )
        secret = opened.secrets.webhook.encode() if opened is not None and is_ours else _NO_SECRET
        given = request.headers.getall(_SECRET, [])
        shown = given[0].encode(errors="replace") if len(given) == 1 else b""
        return opened if hmac.compare_digest(secret, shown) and is_ours else None
